import { newId, type UserId } from '@agent-chat/kernel';
import { combinedPresence } from './combined-presence';

describe('how somebody is seen who several gateways speak of', () => {
  const userId = newId<UserId>();

  it('is online where one of them says so, with a text that was said of that', () => {
    const reports = [{ status: 'away', text: 'tea' }, { status: 'online' }] as const;
    expect(combinedPresence(userId, reports, undefined)).toEqual({ userId, status: 'online' });
    expect(combinedPresence(userId, [...reports, { status: 'online', text: 'at work' }], undefined)).toEqual({ userId, status: 'online', text: 'at work' });
    expect(combinedPresence(userId, [{ status: 'away' }, { status: 'away', text: 'tea' }], undefined)).toEqual({ userId, status: 'away', text: 'tea' });
  });

  it('is offline, since when, where nobody speaks of them', () => {
    expect(combinedPresence(userId, [], '2026-01-02T03:04:05.678Z')).toEqual({ userId, status: 'offline', lastSeenAt: '2026-01-02T03:04:05.678Z' });
  });
});
