import { type Backplane } from '@agent-chat/backplane';
import { accessChangeOf, encodeEventGroups, type AccessChange, type EventGroup, type RoomEvent } from '@agent-chat/contracts';
import { type AttachmentId, groupBy, type GatewayId, type RoomId } from '@agent-chat/kernel';
import { type RepeatedFailures } from '@agent-chat/observability';
import { type Reply } from './batch-decider';
import { type OwnedPartition } from './owned-partition';

/** A committed event with its encoding, made once for everyone (P26). */
export interface EncodedEvent {
  readonly partition: OwnedPartition;
  readonly position: number;
  readonly event: RoomEvent;
  readonly encoded: string;
  /** As in `LogEvent`. */
  readonly erasedAttachmentIds?: AttachmentId[];
}

/** Sends a committed batch's answers and events over the backplane: one message a gateway and channel. */
export class AnswerDispatcher {
  constructor(
    private readonly backplane: Backplane,
    private readonly failures: RepeatedFailures,
  ) {}

  answer(replies: readonly Reply[]): void {
    for (const [gatewayId, own] of groupBy(replies, (reply) => reply.gatewayId)) {
      this.publish(gatewayId, 'answers', JSON.stringify(own.map(({ answer }) => answer)));
    }
  }

  publishEvents(events: readonly EncodedEvent[]): void {
    const sendings = groupsOf(events).flatMap(({ partition, group }) =>
      [...partition.interest.of(group.roomId as RoomId)].map((gatewayId) => ({ gatewayId, group })),
    );
    for (const [gatewayId, own] of groupBy(sendings, (sending) => sending.gatewayId)) {
      this.publish(gatewayId, 'events', encodeEventGroups(own.map(({ group }) => group)));
    }
  }

  private publish(gatewayId: GatewayId, channel: 'answers' | 'events', message: string): void {
    // Best effort: a caller without its answer asks for the outcome (P22), a gap is seen and repaired (P27).
    this.backplane.publish([gatewayId], channel, message).catch((error: unknown) => {
      this.failures.tell(`Sending ${channel} over the backplane`, error);
    });
  }
}

type GrowingGroup = Omit<EventGroup, 'access'> & { readonly events: string[]; access?: AccessChange };

/** Consecutive events of each room, cut after each event that changes access (P25). */
function groupsOf(events: readonly EncodedEvent[]): { partition: OwnedPartition; group: EventGroup }[] {
  const groups: { partition: OwnedPartition; group: GrowingGroup }[] = [];
  const open = new Map<string, GrowingGroup>();
  for (const { partition, event, encoded } of events) {
    let group = open.get(event.roomId);
    if (group === undefined) {
      group = { roomId: event.roomId, epoch: event.epoch, fromSeq: event.seq, events: [] };
      open.set(event.roomId, group);
      groups.push({ partition, group });
    }
    group.events.push(encoded);
    const access = accessChangeOf(event);
    if (access === undefined) continue;
    group.access = access;
    open.delete(event.roomId);
  }
  return groups;
}
