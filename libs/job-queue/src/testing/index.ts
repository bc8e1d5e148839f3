export * from './job-queue.contract';
export * from './job-queue-harness';
