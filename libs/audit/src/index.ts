export * from './operator-acts';
