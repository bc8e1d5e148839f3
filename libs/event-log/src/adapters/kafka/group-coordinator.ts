import { assignPartitions, decodeAssignment, decodeClaim, encodeAssignment, encodeClaim, type MemberClaim, PROTOCOL_NAME } from './group-assignment';
import { typeOf } from './kafka-errors';
import { type KafkaLink } from './kafka-link';
import { type KafkaBroker } from './kafkajs-types';

/** How the group watches over its members. */
export interface GroupTimes {
  readonly sessionTimeoutMs: number;
  readonly heartbeatMs: number;
  /** How long the others wait for a member when partitions are shared out anew. */
  readonly rebalanceTimeoutMs: number;
}

/** A member's place in a generation of its group. */
export interface Membership {
  readonly memberId: string;
  readonly generation: number;
  readonly assigned: readonly number[];
}

/** A member's place in a generation that is only being formed: it doesn't know yet what it gets. */
export interface JoiningMember {
  readonly memberId: string;
  readonly generation: number;
  /** Whether it is this member who shares partitions out, by the claims of all. */
  readonly isLeader: boolean;
  readonly claims: readonly MemberClaim[];
}

export interface OffsetToCommit {
  readonly partition: number;
  readonly nextOffset: number;
  /** Not progress, but where a group that began at the end begins. */
  readonly isStart: boolean;
}

const START = 'start';
const ABOUT_THE_GROUP: ReadonlySet<string | undefined> = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']);

/** The requests of one group to the broker that coordinates it; finds that broker anew after each failure. */
export class GroupCoordinator {
  private nodeId: number | undefined;

  constructor(
    private readonly link: KafkaLink,
    readonly groupId: string,
    private readonly topic: string,
    private readonly partitionCount: number,
    private readonly times: GroupTimes,
  ) {}

  /** Joins the generation that is being formed. The group then waits for this member, under the id that it was given, to `sync`. */
  async join({ memberId, ...said }: MemberClaim): Promise<JoiningMember> {
    const { groupId, topic } = this;
    const { sessionTimeoutMs: sessionTimeout, rebalanceTimeoutMs: rebalanceTimeout } = this.times;
    const groupProtocols = [{ name: PROTOCOL_NAME, metadata: encodeClaim(topic, said) }];
    const joined = await this.ask((broker) => broker.joinGroup({ groupId, sessionTimeout, rebalanceTimeout, memberId, groupProtocols }));
    const claims = joined.members.map((member) => decodeClaim(member.memberId, member.memberMetadata));
    return { memberId: joined.memberId, generation: joined.generationId, isLeader: joined.memberId === joined.leaderId, claims };
  }

  /** Shares partitions out if this member leads the group, and resolves with what it got. */
  async sync({ memberId, generation, isLeader, claims }: JoiningMember): Promise<Membership> {
    const { groupId, topic } = this;
    const shares = isLeader ? assignPartitions(claims, this.partitionCount) : new Map<string, readonly number[]>();
    const groupAssignment = [...shares].map(([member, partitions]) => ({ memberId: member, memberAssignment: encodeAssignment(topic, partitions) }));
    const synced = await this.ask((broker) => broker.syncGroup({ groupId, generationId: generation, memberId, groupAssignment }));
    return { memberId, generation, assigned: decodeAssignment(topic, synced.memberAssignment) };
  }

  async heartbeat({ memberId, generation }: Membership): Promise<void> {
    await this.ask((broker) => broker.heartbeat({ groupId: this.groupId, groupGenerationId: generation, memberId }));
  }

  async leave(memberId: string): Promise<void> {
    await this.ask((broker) => broker.leaveGroup({ groupId: this.groupId, memberId }));
  }

  async commit({ memberId, generation }: Membership, offsets: readonly OffsetToCommit[]): Promise<void> {
    const partitions = offsets.map(({ partition, nextOffset, isStart }) => ({ partition, offset: String(nextOffset), metadata: isStart ? START : null }));
    const topics = [{ topic: this.topic, partitions }];
    await this.ask((broker) => broker.offsetCommit({ groupId: this.groupId, groupGenerationId: generation, memberId, topics }));
  }

  /** The committed next offsets of those partitions that have one. */
  async committed(wanted: readonly number[]): Promise<ReadonlyMap<number, { readonly nextOffset: number; readonly isStart: boolean }>> {
    const topics = [{ topic: this.topic, partitions: wanted.map((partition) => ({ partition })) }];
    const { responses } = await this.ask((broker) => broker.offsetFetch({ groupId: this.groupId, topics }));
    const found = responses.flatMap(({ partitions }) => partitions).filter(({ offset }) => Number(offset) >= 0);
    return new Map(found.map(({ partition, offset, metadata }) => [partition, { nextOffset: Number(offset), isStart: metadata === START }]));
  }

  private async ask<Result>(action: (broker: KafkaBroker) => Promise<Result>): Promise<Result> {
    try {
      const broker = await (this.nodeId === undefined ? this.link.coordinator(this.groupId) : this.link.broker(this.nodeId));
      this.nodeId = broker.nodeId;
      return await action(broker);
    } catch (error) {
      if (!ABOUT_THE_GROUP.has(typeOf(error))) {
        this.nodeId = undefined;
        this.link.refresh().catch(() => undefined);
      }
      throw error;
    }
  }
}
