import { NONE } from '../kafka-errors';
import { type FetchAnswer, type FetchRequest } from './fetch-api';

/** The first request of a session, which tells everything. */
const OPENING = 0;
const LAST_EPOCH = 2 ** 31 - 1;
/** The broker doesn't know the session, or that it is so far (`FETCH_SESSION_ID_NOT_FOUND`, `INVALID_FETCH_SESSION_EPOCH`). */
const UNKNOWN: ReadonlySet<number> = new Set([70, 71]);

/**
 * What one broker keeps of our requests (KIP-227), so that these, and its answers, say only what has changed: with many partitions of which few have
 * something new, a request costs no more than that. Nothing is lost with a session: the next request tells everything again.
 */
export class FetchSession {
  private id = 0;
  private epoch = OPENING;
  private told = new Map<number, number>();

  /** The request for exactly these partitions, from these offsets on. One at a time: each must be `answered`, or the session `lost`. */
  request(wanted: ReadonlyMap<number, number>): Pick<FetchRequest, 'sessionId' | 'sessionEpoch' | 'partitions' | 'forgotten'> {
    const { id: sessionId, epoch: sessionEpoch, told } = this;
    this.told = new Map(wanted);
    if (sessionEpoch === OPENING) return { sessionId, sessionEpoch, partitions: this.told, forgotten: [] };
    const partitions = new Map([...wanted].filter(([partition, offset]) => told.get(partition) !== offset));
    const forgotten = [...told.keys()].filter((partition) => !wanted.has(partition));
    return { sessionId, sessionEpoch, partitions, forgotten };
  }

  /** False where the broker doesn't know the session any more: what it answered is nothing. Throws for any other error of the request as a whole. */
  answered({ errorCode, sessionId }: FetchAnswer): boolean {
    if (UNKNOWN.has(errorCode) && this.epoch !== OPENING) {
      this.lost();
      return false;
    }
    if (errorCode !== NONE) throw new Error(`Broker answered error ${errorCode} for all partitions`);
    // A broker that has no place for a session answers with none.
    this.id = sessionId;
    if (sessionId === 0) this.epoch = OPENING;
    else this.epoch = this.epoch === LAST_EPOCH ? 1 : this.epoch + 1;
    return true;
  }

  /** It isn't known what the broker has taken of the last request. The next one ends what there may be, and opens another. */
  lost(): void {
    this.epoch = OPENING;
  }
}
