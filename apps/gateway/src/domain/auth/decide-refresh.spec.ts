import { decideRefresh, REUSE_GRACE_MS } from './decide-refresh';

const NOW_MS = 1_000_000;
const LIVE = { sessionExpiresAtMs: NOW_MS + 1 };

describe('Showing a refresh token', () => {
  it('exchanges one that was not used', () => {
    expect(decideRefresh(LIVE, NOW_MS)).toBe('exchange');
  });

  it('repeats the successor up to the end of the grace, and not a millisecond longer', () => {
    expect(decideRefresh({ ...LIVE, usedAtMs: NOW_MS }, NOW_MS)).toBe('repeat');
    expect(decideRefresh({ ...LIVE, usedAtMs: NOW_MS - REUSE_GRACE_MS }, NOW_MS)).toBe('repeat');
    expect(decideRefresh({ ...LIVE, usedAtMs: NOW_MS - REUSE_GRACE_MS - 1 }, NOW_MS)).toBe('reused');
  });

  it('opens nothing once the session has ended or lapsed, also within the grace', () => {
    expect(decideRefresh({ sessionExpiresAtMs: NOW_MS }, NOW_MS)).toBe('ended');
    expect(decideRefresh({ ...LIVE, sessionEnd: 'logout', usedAtMs: NOW_MS }, NOW_MS)).toBe('ended');
    expect(decideRefresh({ ...LIVE, sessionEnd: 'revoked' }, NOW_MS)).toBe('ended');
  });

  it('says why, for every token of a family that was ended by a reuse', () => {
    expect(decideRefresh({ ...LIVE, sessionEnd: 'reuse' }, NOW_MS)).toBe('reused');
  });
});
