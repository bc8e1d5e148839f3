/**
 * Who gets each partition: even to within one, and a member keeps what it has as far as that allows, so that a join or a leave
 * moves as little as possible (the sticky assignment of Kafka's clients, KIP-54).
 */
export function sharePartitions<Member>(owners: readonly (Member | undefined)[], members: readonly Member[]): (Member | undefined)[] {
  const shares = quotas(owners, members);
  const target = owners.map((owner) => (owner !== undefined && take(shares, owner) ? owner : undefined));
  const open = [...shares].flatMap(([member, left]) => new Array<Member>(left).fill(member));
  return target.map((owner) => owner ?? open.pop());
}

/** How many partitions each member gets; who has most already gets the odd ones. */
function quotas<Member>(owners: readonly (Member | undefined)[], members: readonly Member[]): Map<Member, number> {
  const held = new Map<Member, number>(members.map((member) => [member, 0]));
  for (const owner of owners) {
    const count = owner === undefined ? undefined : held.get(owner);
    if (owner !== undefined && count !== undefined) held.set(owner, count + 1);
  }
  const byHeld = [...held].sort(([, one], [, other]) => other - one);
  const base = Math.floor(owners.length / members.length);
  const odd = owners.length % members.length;
  return new Map(byHeld.map(([member], index) => [member, index < odd ? base + 1 : base]));
}

function take<Member>(shares: Map<Member, number>, member: Member): boolean {
  const left = shares.get(member) ?? 0;
  if (left > 0) shares.set(member, left - 1);
  return left > 0;
}
