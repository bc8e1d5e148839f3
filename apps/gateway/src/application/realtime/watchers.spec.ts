import { newId, type UserId } from '@agent-chat/kernel';
import { type Connection } from './connection';
import { Watchers } from './watchers';

const connection = (): Connection => ({ watchedUserIds: undefined }) as Connection;

describe('those who watch the presence of others', () => {
  const [ann, bob] = [newId<UserId>(), newId<UserId>()];

  it('are found by whom they watch', () => {
    const watchers = new Watchers();
    const [one, other] = [connection(), connection()];
    watchers.set(one, [ann, bob, ann]);
    watchers.set(other, [bob]);
    expect([...watchers.of(ann)]).toEqual([one]);
    expect([...watchers.of(bob)]).toEqual([one, other]);
    expect([...watchers.watched()]).toEqual([ann, bob]);
    expect(watchers.openings.take(10)).toEqual({ opened: [ann, bob], closed: [] });
  });

  it('watch others in place of those before, and nobody once they are gone', () => {
    const watchers = new Watchers();
    const one = connection();
    watchers.set(one, [ann]);
    watchers.openings.take(10);
    watchers.set(one, [bob]);
    expect([[...watchers.of(ann)], [...watchers.of(bob)]]).toEqual([[], [one]]);
    expect(watchers.openings.take(10)).toEqual({ opened: [bob], closed: [ann] });
    watchers.forget(one);
    watchers.forget(one);
    expect([...watchers.watched()]).toEqual([]);
    watchers.set(one, []);
    expect(one.watchedUserIds).toBeUndefined();
  });

  it('open nothing anew for those whom they go on watching', () => {
    const watchers = new Watchers();
    const one = connection();
    watchers.set(one, [ann]);
    watchers.openings.take(10);
    watchers.set(one, [ann, bob]);
    watchers.set(one, [bob, ann]);
    expect([...watchers.of(ann)]).toEqual([one]);
    expect(watchers.openings.take(10)).toEqual({ opened: [bob], closed: [] });
  });
});
