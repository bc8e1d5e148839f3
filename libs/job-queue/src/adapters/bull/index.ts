export * from './bull-job-queue';
