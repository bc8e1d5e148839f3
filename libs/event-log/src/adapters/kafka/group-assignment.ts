import { AssignerProtocol } from 'kafkajs';
import { sharePartitions } from '../memory/share-partitions';

/** What a member says of itself when it joins: what it holds, since when, and whether it wants more. */
export interface MemberClaim {
  readonly memberId: string;
  /** The generation that gave it what it holds; of two members that claim a partition, the later one is right. */
  readonly generation: number;
  readonly owned: readonly number[];
  readonly stopping: boolean;
}

const { MemberMetadata, MemberAssignment } = AssignerProtocol;

/** Members that speak another dialect never share a group. */
export const PROTOCOL_NAME = 'agent-chat-cooperative-sticky-1';

export function encodeClaim(topic: string, claim: Omit<MemberClaim, 'memberId'>): Buffer {
  return MemberMetadata.encode({ version: 1, topics: [topic], userData: Buffer.from(JSON.stringify(claim)) });
}

export function decodeClaim(memberId: string, metadata: Buffer): MemberClaim {
  const userData = MemberMetadata.decode(metadata)?.userData.toString() ?? '';
  const { generation, owned, stopping } = JSON.parse(userData) as MemberClaim;
  return { memberId, generation, owned, stopping };
}

export function encodeAssignment(topic: string, partitions: readonly number[]): Buffer {
  return MemberAssignment.encode({ version: 1, assignment: { [topic]: [...partitions] }, userData: Buffer.alloc(0) });
}

export function decodeAssignment(topic: string, assignment: Buffer): readonly number[] {
  return assignment.length === 0 ? [] : (MemberAssignment.decode(assignment)?.assignment[topic] ?? []);
}

/**
 * Who gets what in the next generation: even to within one, moving as little as possible. A partition that is to move is given to nobody until its
 * owner has let it go and joined again, so that two never hold it, however long letting go takes (incremental cooperative rebalancing, KIP-429).
 */
export function assignPartitions(claims: readonly MemberClaim[], partitionCount: number): ReadonlyMap<string, readonly number[]> {
  const owners = ownersOf(claims, partitionCount);
  const taking = claims.filter(({ stopping }) => !stopping).map(({ memberId }) => memberId);
  const target = taking.length === 0 ? owners : sharePartitions(owners, taking.sort());
  const given = new Map<string, number[]>(claims.map(({ memberId }) => [memberId, []]));
  target.forEach((member, partition) => {
    const owner = owners[partition];
    if (member !== undefined && (owner === undefined || owner === member)) given.get(member)?.push(partition);
  });
  return given;
}

function ownersOf(claims: readonly MemberClaim[], partitionCount: number): (string | undefined)[] {
  const owners = new Array<string | undefined>(partitionCount).fill(undefined);
  // The latest claim is written last.
  for (const { memberId, owned } of [...claims].sort((one, other) => one.generation - other.generation)) {
    for (const partition of owned) if (partition < partitionCount) owners[partition] = memberId;
  }
  return owners;
}
