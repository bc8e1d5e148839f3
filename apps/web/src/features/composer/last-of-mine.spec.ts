import { type TimelineItem } from '@agent-chat/client';
import { lastOfMine } from './last-of-mine';

function item(id: string, more: Partial<TimelineItem> = {}): TimelineItem {
  return { id, messageId: id, authorId: 'me', text: id, state: 'sent', ...more } as TimelineItem;
}

describe('lastOfMine', () => {
  it('is my newest message, whatever others wrote since', () => {
    expect(lastOfMine([item('first'), item('second'), item('of another', { authorId: 'somebody' })], 'me')?.id).toBe('second');
  });

  it('is none while a newer one is on its way, so that no older one is edited in its place', () => {
    expect(lastOfMine([item('first'), item('on its way', { messageId: undefined, state: 'pending' })], 'me')).toBeUndefined();
  });

  it('passes over what was deleted and what could not be sent', () => {
    const items = [item('first'), item('deleted', { deletedAt: '2026-01-01T00:00:00.000Z' }), item('failed', { messageId: undefined, state: 'failed' })];
    expect(lastOfMine(items, 'me')?.id).toBe('first');
  });
});
