import { type User } from '@agent-chat/contracts';
import { newId, type UserId } from '@agent-chat/kernel';
import { type Answer, type AuthApp, startAuthApp } from './auth-app';

let app: AuthApp;
let token: string;
let ada: User;

const get = (path: string): Promise<Answer> => app.call('GET', `/api/v1/users${path}`, { token });
const patch = (body: unknown): Promise<Answer> => app.call('PATCH', '/api/v1/users/me', { token, body });
const names = ({ body }: Answer): string[] => body.items.map((user: User) => user.username);

async function register(username: string, displayName?: string): Promise<{ user: User; accessToken: string }> {
  const { status, body } = await app.call('POST', '/api/v1/auth/register', {
    body: { username, password: 'correct horse', ...(displayName && { displayName }) },
  });
  expect(status).toBe(201);
  return body;
}

beforeAll(async () => {
  app = await startAuthApp();
  ({ user: ada, accessToken: token } = await register('ada', 'Ada Lovelace'));
});
afterAll(() => app.close());

describe('A profile', () => {
  it('is read by id, and as me', async () => {
    expect(await get('/me')).toMatchObject({ status: 200, body: ada });
    expect((await get(`/${ada.userId.toUpperCase()}`)).body).toEqual(ada);
  });

  it('is absent, or the id is none', async () => {
    expect(await get(`/${newId()}`)).toMatchObject({ status: 404, body: { code: 'USER_NOT_FOUND' } });
    for (const id of ['me2', "' or 1=1", '%00', 'x'.repeat(2_000)]) {
      expect(await get(`/${encodeURIComponent(id)}`)).toMatchObject({ status: 404, body: { code: 'USER_NOT_FOUND' } });
    }
  });

  it('changes where asked, is seen at once and found by its new name', async () => {
    expect((await patch({ displayName: 'Countess', avatarUrl: 'https://example.com/a.png' })).body).toEqual({
      ...ada,
      displayName: 'Countess',
      avatarUrl: 'https://example.com/a.png',
    });
    expect((await get('/me')).body.displayName).toBe('Countess');
    expect(names(await get('?query=countess'))).toEqual(['ada']);
    expect(names(await get('?query=ada%20l'))).toEqual([]);
    expect((await patch({})).body.avatarUrl).toBe('https://example.com/a.png');
    expect((await patch({ avatarUrl: null, displayName: 'Ada Lovelace' })).body).toEqual(ada);
  });

  it.each([
    [{ displayName: '' }],
    [{ displayName: 'a\0b' }],
    [{ displayName: 5 }],
    [{ avatarUrl: 'javascript:alert(1)' }],
    [{ avatarUrl: 'http://example.com' }],
    ['[]'],
  ])('refuses %j', async (body) => {
    expect((await patch(body)).status).toBe(400);
  });
});

describe('Finding people', () => {
  beforeAll(async () => {
    for (const [username, displayName] of [
      ['grace', 'Grace Hopper'],
      ['gracie', 'Someone'],
      ['hopper', 'Zoë Ünder_score'],
      ['percent', '100% sure'],
      ['barbara', 'Grace Two'],
      ['under_score', 'back\\slash'],
    ] as const) {
      await register(username, displayName);
    }
  });

  it('goes by the start of the username or the display name, in any case, each person once, by username', async () => {
    expect(names(await get('?query=GRAC'))).toEqual(['barbara', 'grace', 'gracie']);
    expect(names(await get(`?query=${encodeURIComponent('zoë ü')}`))).toEqual(['hopper']);
    expect(names(await get('?query=race'))).toEqual([]);
  });

  it('takes wildcards and SQL as they are written', async () => {
    expect(names(await get('?query=100%25'))).toEqual(['percent']);
    expect(names(await get('?query=%25'))).toEqual([]);
    expect(names(await get('?query=_'))).toEqual([]);
    expect(names(await get('?query=under_'))).toEqual(['under_score']);
    expect(names(await get('?query=back%5C'))).toEqual(['under_score']);
    expect(names(await get(`?query=${encodeURIComponent("' or '1'='1")}`))).toEqual([]);
  });

  it('pages without a gap or a repeat', async () => {
    for (const query of ['', '&query=g']) {
      const all = names(await get(`?limit=50${query}`));
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await get(`?limit=2${query}${cursor === undefined ? '' : `&cursor=${cursor}`}`);
        expect(page.body.items.length).toBeLessThanOrEqual(2);
        paged.push(...names(page));
        cursor = page.body.next;
      } while (cursor !== undefined);
      expect(paged).toEqual(all);
      expect(all.length).toBeGreaterThan(2);
    }
  });

  it.each(['limit=0', 'limit=51', 'limit=x', 'cursor=!!', 'cursor=JyBvciAx', 'query=%00', 'query=a&query=b', `query=${'x'.repeat(61)}`])(
    'refuses ?%s',
    async (query) => {
      expect((await get(`?${query}`)).status).toBe(400);
    },
  );
});

describe('The directory of users, inside', () => {
  it('tells profiles and who is missing, with one statement for any number', async () => {
    const { user } = await register('counted');
    const directory = app.test.database.directory();
    const asked = jest.spyOn(directory, 'query');
    const strangers = Array.from({ length: 50 }, () => newId<UserId>());
    const [found, missing] = await Promise.all([app.users.profiles([user.userId, ...strangers]), app.users.missing([...strangers, user.userId, user.userId])]);
    expect(asked).toHaveBeenCalledTimes(1);
    expect([...found]).toEqual([[user.userId, user]]);
    expect(missing).toEqual(strangers);
    await app.users.profiles([user.userId]);
    expect(asked).toHaveBeenCalledTimes(1);
    asked.mockRestore();
  });

  it('tells on request how somebody is now, whatever was kept of them', async () => {
    const { user } = await register('renamed', 'Before');
    await app.users.profiles([user.userId]);
    await app.test.database.directory().query('update users set display_name = $2 where user_id = $1', [user.userId, 'After']);
    expect(await app.users.current([user.userId, newId<UserId>()])).toEqual([{ ...user, displayName: 'After' }]);
  });
});
