import { type Cache } from '@agent-chat/cache';
import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { AppError, newId, type UserId } from '@agent-chat/kernel';
import { DirectoryAvatars } from '../../../apps/storage/src/infrastructure/directory-avatars';

const [ONE, OTHER] = ['1'.repeat(64), '2'.repeat(64)];

describe('what the directory knows of the pictures of people', () => {
  let test: TestDatabase;
  let avatars: DirectoryAvatars;
  const forgotten: string[] = [];

  beforeAll(async () => {
    test = await createTestDatabase('avatars');
    avatars = new DirectoryAvatars(test.database, { invalidate: async (keys: readonly string[]) => void forgotten.push(...keys) } as unknown as Cache);
  });
  beforeEach(() => test.database.directory().query('DELETE FROM avatars'));
  afterAll(() => test.drop());

  const sql = <Row extends Record<string, unknown>>(text: string, parameters: readonly unknown[] = []): Promise<Row[]> =>
    test.database.directory().query<Row>(text, parameters);
  const person = async (): Promise<UserId> => {
    const userId = newId<UserId>();
    await sql(`INSERT INTO users (user_id, username, display_name, search_name, created_at) VALUES ($1, $2, 'Ada', 'ada', now())`, [userId, userId]);
    return userId;
  };
  const set = async (userId: UserId, digest = ONE): Promise<void> => {
    await avatars.note(userId, digest, 7);
    await avatars.take(userId, digest);
  };
  const letTimeCome = (): Promise<unknown> => sql(`UPDATE avatars SET check_at = now() - interval '1 second'`);
  const dueInMs = async (userId: UserId, digest: string): Promise<number> => {
    const [row] = await sql<{ ms: number }>(
      'SELECT extract(epoch FROM check_at - now())::float8 * 1000 AS ms FROM avatars WHERE user_id = $1 AND digest = $2',
      [userId, digest],
    );
    return row!.ms;
  };
  const expired = async (): Promise<string[]> => {
    const removed: string[] = [];
    expect(await avatars.expire(100, async (userId, digest) => void removed.push(`${userId} ${digest}`))).toBe(removed.length);
    return removed.sort();
  };

  it('is what a profile says once a picture is taken, which is forgotten wherever it was kept', async () => {
    const userId = await person();
    await avatars.note(userId, ONE, 7);
    expect(await avatars.sizeOf(userId, ONE)).toBeUndefined();

    expect(await avatars.take(userId, ONE)).toEqual({
      userId,
      username: userId,
      displayName: 'Ada',
      avatarUrl: `/api/v1/users/${userId}/avatar/${ONE}`,
      bot: false,
    });
    expect(forgotten).toEqual([`user:${userId}`]);
    expect(await avatars.sizeOf(userId, ONE)).toBe(7);
    expect(await avatars.sizeOf(newId<UserId>(), ONE)).toBeUndefined();
  });

  it('is of no use any more once there is another picture, or none', async () => {
    const userId = await person();
    await set(userId);
    await set(userId, OTHER);
    expect([await avatars.sizeOf(userId, ONE), await avatars.sizeOf(userId, OTHER)]).toEqual([undefined, 7]);
    expect(await dueInMs(userId, ONE)).toBeLessThanOrEqual(3_600_000);

    await sql('UPDATE users SET avatar_url = NULL WHERE user_id = $1', [userId]);
    expect(await avatars.sizeOf(userId, OTHER)).toBeUndefined();
  });

  it('takes away what nobody has, when its time has come, and looks at all else again later', async () => {
    const [ada, ben, gone] = [await person(), await person(), newId<UserId>()];
    await set(ada);
    await set(ada, OTHER);
    await set(ben);
    await avatars.note(gone, ONE, 7);
    expect(await expired()).toEqual([]);

    await letTimeCome();
    expect(await expired()).toEqual([`${ada} ${ONE}`, `${gone} ${ONE}`].sort());
    expect(await expired()).toEqual([]);
    expect(await avatars.sizeOf(ada, OTHER)).toBe(7);
    expect(await dueInMs(ben, ONE)).toBeGreaterThan(80_000_000);
  });

  it('keeps what could not be taken away', async () => {
    await avatars.note(newId<UserId>(), ONE, 7);
    await letTimeCome();

    await expect(avatars.expire(100, () => Promise.reject(new AppError('UNAVAILABLE')))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await expired()).toHaveLength(1);
  });

  it('shows no picture that was just taken away: it is to be stored again', async () => {
    const userId = await person();
    await set(userId, OTHER);
    await avatars.note(userId, ONE, 7);
    await letTimeCome();
    let taking: Promise<unknown> | undefined;
    await avatars.expire(1, async () => {
      taking = avatars.take(userId, ONE).catch((error: unknown) => error);
    });

    expect(await taking).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(await avatars.sizeOf(userId, OTHER)).toBe(7);
    await set(userId);
    expect(await avatars.sizeOf(userId, ONE)).toBe(7);
  });

  it('is the last picture of several that are taken at once, and leaves none of the others', async () => {
    const userId = await person();
    const digests = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(64));
    await Promise.all(digests.map((digest) => set(userId, digest)));

    const shown = (await Promise.all(digests.map((digest) => avatars.sizeOf(userId, digest)))).filter((size) => size !== undefined);
    expect(shown).toEqual([7]);
    await letTimeCome();
    expect(await expired()).toHaveLength(3);
  });

  it('is nothing for somebody who is gone', async () => {
    const userId = newId<UserId>();
    await avatars.note(userId, ONE, 7);
    await expect(avatars.take(userId, ONE)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
  });
});
