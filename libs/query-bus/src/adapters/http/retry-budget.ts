/** Retries that are saved up while nothing has to be retried. */
const MOST_SAVED = 10;
const SHARE = 0.1;

/** Lets a tenth of the questions be asked twice: a service in trouble never gets much more load than usual because of that. */
export class RetryBudget {
  private saved = MOST_SAVED;

  /** A question was asked. */
  earn(): void {
    this.saved = Math.min(MOST_SAVED, this.saved + SHARE);
  }

  /** Whether one may be asked again. */
  spend(): boolean {
    if (this.saved < 1) return false;
    this.saved -= 1;
    return true;
  }
}
