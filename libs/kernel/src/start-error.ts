/** What keeps a process from starting, where no waiting helps. The message is for whoever starts it: what is wrong, and what to do. */
export class StartError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StartError';
  }
}
