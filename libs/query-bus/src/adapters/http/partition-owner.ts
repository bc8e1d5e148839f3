import { AppError } from '@agent-chat/kernel';
import { type Breakers } from '@agent-chat/resilience';
import { untilDeadline } from '../until-deadline';
import { type Attempt, deservesAnother, isLost, settle, settleSecond } from './attempt';
import { type OwnerAddresses } from './owner-addresses';
import { OWNER_BREAKER } from './query-breaker';
import { type QueryClient, type Question, type Reply } from './query-client';
import { countRepeat } from './query-metrics';
import { UnansweredError } from './unanswered.error';

const RETRY_AFTER_MS = 500;
const SERVICE = 'chat';

export interface PartitionOwnerParts {
  readonly client: QueryClient;
  readonly owners: OwnerAddresses;
  readonly breakers: Breakers;
  /** This process's own address. */
  readonly ownAddress: string;
  readonly askHere: (question: Question) => Promise<Reply>;
}

/** Puts a question to the owner of a partition. One that isn't the owner, or isn't there, is the reason for one fresh look-up. */
export class PartitionOwner {
  constructor(private readonly parts: PartitionOwnerParts) {}

  /** Rejects with `UnansweredError`, or UNAVAILABLE while there is no owner. */
  async ask(partition: number, question: Question): Promise<Reply> {
    const { owners } = this.parts;
    const known = await this.look(question, owners.find(partition));
    const first = await this.attempt(known, question);
    if (!deservesAnother(first)) {
      // A process that stands still refuses nothing, and may have lost the partition long ago.
      if (first instanceof UnansweredError) owners.forget(partition, known);
      return settle(first);
    }
    const present = await this.look(question, owners.findAgain(partition, known));
    if (present === known && !isLost(first)) return settle(first);
    countRepeat(SERVICE);
    const second = await this.attempt(present, question);
    if (deservesAnother(second) || second instanceof UnansweredError) owners.forget(partition, present);
    return settleSecond(first, second);
  }

  private async look(question: Question, looking: Promise<string | undefined>): Promise<string> {
    const remainingMs = Math.max(0, question.deadlineAtMs - performance.now());
    const looked = looking.catch((cause: unknown) => {
      throw new AppError('UNAVAILABLE', { detail: 'The owner of the room cannot be looked up now', retryAfterMs: RETRY_AFTER_MS, cause });
    });
    const address = await untilDeadline(looked, remainingMs, new AbortController());
    if (address === undefined) throw new AppError('UNAVAILABLE', { detail: 'Nobody owns the room now', retryAfterMs: RETRY_AFTER_MS });
    return address;
  }

  /** Each owner has a breaker of its own: one that is gone closes the way to no other. */
  private async attempt(address: string, question: Question): Promise<Attempt> {
    const { client, breakers, ownAddress, askHere } = this.parts;
    if (address === ownAddress) return askHere(question);
    try {
      return await breakers.of(`${SERVICE}/owner`, OWNER_BREAKER, address).run(() => client.send(address, question));
    } catch (error) {
      return error instanceof UnansweredError ? error : new UnansweredError('refused', address, error);
    }
  }
}
