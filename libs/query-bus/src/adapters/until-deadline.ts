import { AppError } from '@agent-chat/kernel';

/** Settles as the work does, or with TIMEOUT at the deadline; then whoever still works is told to stop. */
export function untilDeadline<Result>(work: Promise<Result>, timeoutMs: number, deadline: AbortController): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new AppError('TIMEOUT'));
      deadline.abort();
    }, timeoutMs);
    void work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}
