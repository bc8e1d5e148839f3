import { Logger } from '@nestjs/common';

/** Keeps lines that are said before the application has its logger, and writes them once it has. */
export class EarlyLog {
  private readonly logger = new Logger('Start');
  private waiting: string[] | undefined = [];

  readonly write = (line: string): void => {
    if (this.waiting === undefined) this.logger.log(line);
    else this.waiting.push(line);
  };

  /** From now on lines are written at once, after those that waited. */
  open(): void {
    const waiting = this.waiting ?? [];
    this.waiting = undefined;
    waiting.forEach(this.write);
  }
}
