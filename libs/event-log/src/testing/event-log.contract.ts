import { describeAppending } from './appending.cases';
import { describeDelivery } from './delivery.cases';
import { type OpenEventLog } from './event-log-harness';
import { describeGroups } from './groups.cases';
import { describeOffsets } from './offsets.cases';

/** What every `EventLog` keeps, whatever carries it. */
export function describeEventLogContract(name: string, open: OpenEventLog): void {
  describe(`${name} as an event log`, () => {
    describeAppending(open);
    describeDelivery(open);
    describeOffsets(open);
    describeGroups(open);
  });
}
