import { assignPartitions, decodeAssignment, decodeClaim, encodeAssignment, encodeClaim, type MemberClaim } from './group-assignment';

const claim = (memberId: string, owned: readonly number[] = [], others: Partial<MemberClaim> = {}): MemberClaim => ({
  ...{ memberId, owned, generation: 1, stopping: false },
  ...others,
});

const shares = (...claims: MemberClaim[]): Record<string, readonly number[]> => Object.fromEntries(assignPartitions(claims, 4));

describe('assignPartitions', () => {
  it('gives a lone member everything', () => {
    expect(shares(claim('a'))).toEqual({ a: [0, 1, 2, 3] });
  });

  it('gives what is to move to nobody until its owner has let it go', () => {
    const first = shares(claim('a', [0, 1, 2, 3]), claim('b'));
    expect(first['a']).toHaveLength(2);
    expect(first['b']).toEqual([]);
    const second = shares(claim('a', first['a'], { generation: 2 }), claim('b', [], { generation: 2 }));
    expect(second['a']).toEqual(first['a']);
    expect(second['b']).toHaveLength(2);
  });

  it('gives at once what nobody holds any more', () => {
    expect(shares(claim('a', [0, 1])).a).toEqual([0, 1, 2, 3]);
  });

  it('believes the later of two members that claim a partition', () => {
    const given = shares(claim('a', [0, 1], { generation: 7 }), claim('z', [0, 1, 2, 3], { generation: 5 }));
    expect(given['a']).toEqual([0, 1]);
    expect(given['z']).toEqual([2, 3]);
  });

  it('gives a member that is leaving nothing, and takes what it has as soon as it lets go', () => {
    expect(shares(claim('a', [0, 1], { stopping: true }), claim('b', [2, 3]))).toEqual({ a: [], b: [2, 3] });
    expect(shares(claim('a', [], { stopping: true }), claim('b', [2, 3]))).toEqual({ a: [], b: [0, 1, 2, 3] });
  });

  it('leaves everything where it is while all members are leaving', () => {
    expect(shares(claim('a', [0, 1], { stopping: true }))).toEqual({ a: [0, 1] });
  });

  it('survives the wire', () => {
    const { memberId, ...said } = claim('a', [1, 3], { generation: 9, stopping: true });
    expect(decodeClaim(memberId, encodeClaim('t', said))).toEqual({ memberId, ...said });
    expect(decodeAssignment('t', encodeAssignment('t', [1, 3]))).toEqual([1, 3]);
    expect(decodeAssignment('t', encodeAssignment('t', []))).toEqual([]);
    expect(decodeAssignment('t', Buffer.alloc(0))).toEqual([]);
  });
});
