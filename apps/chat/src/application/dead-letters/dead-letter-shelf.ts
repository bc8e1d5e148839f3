import { type DeadLetter } from '@agent-chat/contracts';
import { type Found } from '../read/read-what-is-there';

/** Where a page of dead letters ended: they are ordered by the millisecond in which they failed, then by id, both falling. */
export interface LetterPlace {
  readonly failedAt: string;
  readonly id: string;
}

/** What is asked of a shelf. */
export interface LetterPage {
  readonly source: string | undefined;
  readonly after: LetterPlace | undefined;
  readonly limit: number;
}

/** A dead letter and what it says. */
export interface WholeLetter {
  readonly letter: DeadLetter;
  readonly content?: unknown;
}

/** What could be read of a shelf, and what could not: a database by its name, or another part. */
export type LetterList = Found<DeadLetter>;

/** Where dead letters of one kind lie. Their ids begin with the kind and a dot. */
export interface DeadLetterShelf {
  readonly kind: DeadLetter['kind'];
  /** What is answered to an operator who has had one replayed. */
  readonly afterReplay: 'replayed' | 'replaying';
  /** Those that wait, in the order of `LetterPlace`. */
  list(page: LetterPage): Promise<LetterList>;
  find(id: string): Promise<WholeLetter | undefined>;
  /** Whether it was there: of two who ask at once one finds it. */
  replay(id: string): Promise<boolean>;
  /** Whether it was there. */
  discard(id: string): Promise<boolean>;
}
