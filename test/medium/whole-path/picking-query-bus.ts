import { NotTheOwnerError } from '@agent-chat/query-bus';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { type OwnerAnswers } from '../../../apps/chat/src/application/write/owner-answers';

/** Asks whichever chat process says that it is the owner, the stale one first where it is preferred. */
export class PickingQueryBus extends InMemoryQueryBus {
  prefer = 0;

  constructor(private readonly owners: () => readonly OwnerAnswers[]) {
    super();
    this.answer('command.outcome', (input) => this.first((owner) => owner.outcomes(input)));
    this.answer('interest.register', (input) => this.first((owner) => owner.registerInterest(input)));
    this.answer('interest.drop', (input) => this.first((owner) => owner.dropInterest(input)));
  }

  private async first<Answer>(ask: (owner: OwnerAnswers) => Answer | Promise<Answer>): Promise<Answer> {
    const owners = this.owners();
    for (const at of [this.prefer, 1 - this.prefer]) {
      try {
        return await ask(owners[at]!);
      } catch (error) {
        if (!(error instanceof NotTheOwnerError)) throw error;
      }
    }
    throw new NotTheOwnerError();
  }
}
