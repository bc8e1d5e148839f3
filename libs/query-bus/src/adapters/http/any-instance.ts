import { serviceOf } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';
import { type Breakers } from '@agent-chat/resilience';
import { type Attempt, attempted, deservesAnother, isLost, settle, settleSecond } from './attempt';
import { type InstanceChoice } from './instance-choice';
import { QUERY_BREAKER } from './query-breaker';
import { type QueryClient, type Question, type Reply } from './query-client';
import { countRepeat } from './query-metrics';
import { RetryBudget } from './retry-budget';

export interface AnyInstanceParts {
  readonly client: QueryClient;
  readonly choice: InstanceChoice;
  readonly breakers: Breakers;
  /** `host:port` of the running processes of a service. */
  readonly addressesOf: (service: string) => readonly string[];
}

/** Puts a question to any process of the service that answers it; once more, to another, where the first gave no answer. */
export class AnyInstance {
  private readonly budgets = new Map<string, RetryBudget>();

  constructor(private readonly parts: AnyInstanceParts) {}

  /** Rejects with `UnansweredError`, or UNAVAILABLE where nobody is known or the breaker is open. */
  async ask(question: Question): Promise<Reply> {
    const service = serviceOf(question.query);
    if (this.parts.addressesOf(service).length === 0) throw new AppError('UNAVAILABLE', { detail: `No process of ${service} is known`, retryAfterMs: 1_000 });
    return this.parts.breakers.of(`${service}/${question.query}`, QUERY_BREAKER).run(() => this.askTwice(service, question));
  }

  private async askTwice(service: string, question: Question): Promise<Reply> {
    const { choice, addressesOf } = this.parts;
    const budget = this.budgetOf(service);
    budget.earn();
    const address = choice.pick(addressesOf(service)) ?? '';
    const first = await this.attempt(address, question);
    if (!deservesAnother(first)) return settle(first);
    // A connection that was kept open may have been closed meanwhile by a process that is well.
    const other = choice.pick(addressesOf(service), address) ?? (isLost(first) ? address : undefined);
    if (other === undefined || !budget.spend()) return settle(first);
    countRepeat(service);
    return settleSecond(first, await this.attempt(other, question));
  }

  private async attempt(address: string, question: Question): Promise<Attempt> {
    const { client, choice } = this.parts;
    const attempt = await attempted(choice.during(address, client.send(address, question)));
    if (deservesAnother(attempt)) choice.avoid(address);
    return attempt;
  }

  private budgetOf(service: string): RetryBudget {
    const budget = this.budgets.get(service) ?? new RetryBudget();
    this.budgets.set(service, budget);
    return budget;
  }
}
