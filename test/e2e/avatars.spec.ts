import { eventually } from '@agent-chat/testing';
import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { RestClient } from '../support/rest-client';
import { startSystem } from '../support/start-system';
import { landscape } from '../support/test-pictures';
import { type TestedSystem } from '../support/tested-system';
import { download } from '../support/uploading';

jest.setTimeout(120_000);

const MAX_BYTES = 5 * 1024 * 1024;

interface Profile {
  readonly userId: string;
  readonly avatarUrl?: string;
}

describe('pictures of people', () => {
  let system: TestedSystem;
  let alice: RestClient;
  let bob: RestClient;

  beforeAll(async () => {
    system = await startSystem();
    [alice, bob] = await Promise.all([RestClient.register(system.url, 'alice'), RestClient.register(system.otherUrl, 'bob')]);
  });
  afterAll(() => system.remove());

  const put = async (person: RestClient | undefined, image: Buffer, type = 'image/jpeg'): Promise<{ status: number; body: Profile & { code?: string } }> => {
    const token: Record<string, string> = person === undefined ? {} : { authorization: `Bearer ${person.credentials!.accessToken}` };
    const answer = await fetch(`${system.url}/api/v1/users/me/avatar`, {
      method: 'PUT',
      headers: { 'content-type': type, ...token },
      body: new Uint8Array(image),
    });
    return { status: answer.status, body: (await answer.json()) as Profile & { code?: string } };
  };
  const profile = async (person: RestClient, userId: string): Promise<Profile> => (await person.call('GET', `/users/${userId}`)).body as Profile;
  const pictureAt = (path: string, headers: Record<string, string> = {}): Promise<Response> => download(undefined, `${system.otherUrl}${path}`, headers);

  it('are made of what somebody chose, seen by others, and served to whoever has their address', async () => {
    const { status, body } = await put(alice, await landscape(900, 600, 200));

    expect(status).toBe(200);
    expect(body).toMatchObject({ userId: alice.userId, avatarUrl: expect.stringMatching(`^/api/v1/users/${alice.userId}/avatar/[0-9a-f]{64}$`) as string });
    await eventually(async () => expect((await profile(bob, alice.userId)).avatarUrl).toBe(body.avatarUrl));

    const answer = await pictureAt(body.avatarUrl!);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox') as string,
      'cross-origin-resource-policy': 'cross-origin',
      etag: `"${body.avatarUrl!.split('/').at(-1)!}"`,
    });
    expect(await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).toMatchObject({ format: 'webp', width: 256, height: 256 });
    expect((await pictureAt(body.avatarUrl!, { 'if-none-match': answer.headers.get('etag')! })).status).toBe(304);
    expect((await pictureAt(body.avatarUrl!, { range: 'bytes=0-3' })).status).toBe(206);
  });

  it('are the right way up, without what a camera wrote', async () => {
    const red = await sharp({ create: { width: 40, height: 80, channels: 3, background: '#ff0000' } })
      .png()
      .toBuffer();
    const turned = await sharp({ create: { width: 80, height: 80, channels: 3, background: '#0000ff' } })
      .composite([{ input: red, left: 0, top: 0 }])
      .jpeg()
      .withExif({ IFD0: { Copyright: 'somebody' } })
      .withMetadata({ orientation: 6 })
      .toBuffer();

    const { body } = await put(alice, turned);

    const picture = Buffer.from(await (await pictureAt(body.avatarUrl!)).arrayBuffer());
    expect(await sharp(picture).metadata()).not.toHaveProperty('exif');
    const [above] = await sharp(picture).removeAlpha().extract({ left: 128, top: 20, width: 1, height: 1 }).raw().toBuffer();
    expect(above).toBeGreaterThan(200);
  });

  it('are another address each, and the one before is gone', async () => {
    const first = (await put(alice, await landscape(300, 300, 10))).body.avatarUrl!;
    const again = (await put(alice, await landscape(300, 300, 10))).body.avatarUrl!;
    const second = (await put(alice, await landscape(300, 300, 120))).body.avatarUrl!;

    expect([again === first, second === first]).toEqual([true, false]);
    expect([(await pictureAt(first)).status, (await pictureAt(second)).status]).toEqual([404, 200]);
  });

  it('are taken away, by a call of their own or with the profile, and give way to an address elsewhere', async () => {
    const image = await landscape(300, 200, 60);
    for (const [method, path, change] of [
      ['DELETE', '/users/me/avatar', undefined],
      ['PATCH', '/users/me', { avatarUrl: null }],
      ['PATCH', '/users/me', { avatarUrl: 'https://pictures.example/a.png' }],
    ] as const) {
      const { avatarUrl } = (await put(bob, image)).body;
      const changed = (await bob.call(method, path, change)).body as Profile;

      expect(changed.avatarUrl).toBe(change?.avatarUrl ?? undefined);
      expect((await pictureAt(avatarUrl!)).status).toBe(404);
      await eventually(async () => expect((await profile(alice, bob.userId)).avatarUrl).toBe(changed.avatarUrl));
    }
  });

  it('are told by what they hold, whatever they are called', async () => {
    const png = await sharp(await landscape(80, 60, 30))
      .png()
      .toBuffer();
    expect((await put(alice, png, 'application/json')).status).toBe(200);
    expect((await put(alice, png, 'image/svg+xml')).status).toBe(200);
    expect((await put(alice, Buffer.from('{"no":"image"}'), 'image/png')).body.code).toBe('FILE_REFUSED');
  });

  it('are refused where they can not be one, and the one before stays', async () => {
    const { avatarUrl } = (await put(alice, await landscape(200, 200, 90))).body;
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><script>alert(1)</script></svg>');
    const bomb = await sharp({ create: { width: 9_000, height: 9_000, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    const cut = (await landscape(900, 600, 200)).subarray(0, 4_000);
    const large = Buffer.concat([cut, randomBytes(MAX_BYTES)]);

    expect(bomb.byteLength).toBeLessThan(MAX_BYTES);
    for (const [image, code, status] of [
      [svg, 'FILE_REFUSED', 400],
      [bomb, 'FILE_REFUSED', 400],
      [cut, 'FILE_REFUSED', 400],
      [await sharp(bomb, { limitInputPixels: false }).resize(9).tiff().toBuffer(), 'FILE_REFUSED', 400],
      [Buffer.alloc(0), 'FILE_REFUSED', 400],
      [large, 'FILE_TOO_LARGE', 413],
    ] as const) {
      expect(await put(alice, image)).toMatchObject({ status, body: { code } });
    }
    expect((await profile(alice, alice.userId)).avatarUrl).toBe(avatarUrl);
    expect((await pictureAt(avatarUrl!)).status).toBe(200);
  });

  it('are set by nobody without a token, and served for no address that is made up', async () => {
    const { avatarUrl } = (await put(alice, await landscape(200, 200, 90))).body;

    expect((await put(undefined, await landscape(20, 20, 90))).status).toBe(401);
    for (const made of [
      avatarUrl!.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      avatarUrl!.replace(alice.userId, bob.userId),
      `/api/v1/users/${alice.userId}/avatar/x`,
      `/api/v1/users/${'-'.repeat(36)}/avatar/${'0'.repeat(64)}`,
    ]) {
      expect((await pictureAt(made)).status).toBe(404);
    }
    expect((await put(bob, await landscape(20, 20, 90))).body.userId).toBe(bob.userId);
  });
});
