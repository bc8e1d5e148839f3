import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { RestClient, type RestFailure } from '../support/rest-client';
import { startSystem } from '../support/start-system';
import { landscape } from '../support/test-pictures';
import { type TestedSystem } from '../support/tested-system';
import { download, type Links, linksOnceMade, linksTo, refusalOf, upload } from '../support/uploading';

jest.setTimeout(120_000);

const HOUR_MS = 3_600_000;

/** A room of Alice's with Bob in it, and what they shared there. */
interface Shared {
  readonly roomId: string;
  readonly messageId: string;
  /** Posted by Alice, posted by Bob, uploaded by Bob and posted by nobody. */
  readonly hers: string;
  readonly his: string;
  readonly unposted: string;
  /** What Bob was given while he was in. */
  readonly links: readonly Links[];
}

describe('files of a room', () => {
  let system: TestedSystem;
  let alice: RestClient;
  let bob: RestClient;
  let picture: Buffer;

  beforeAll(async () => {
    system = await startSystem();
    alice = await RestClient.register(system.url, 'alice');
    bob = await RestClient.register(system.otherUrl, 'bob');
    picture = await landscape(800, 600, 140);
  });
  afterAll(() => system.remove());

  const post = async (person: RestClient, roomId: string, attachmentId: string): Promise<string> => {
    const { body } = await person.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text: '', attachmentIds: [attachmentId] });
    return (body as { messageId: string }).messageId;
  };
  const share = async (kind: 'private' | 'public'): Promise<Shared> => {
    const { roomId } = await alice.createRoom({ kind, name: `shared-${randomUUID().slice(0, 8)}`, ...(kind === 'private' ? { memberIds: [bob.userId] } : {}) });
    if (kind === 'public') await bob.call('POST', `/rooms/${roomId}/join`);
    const hers = await upload(alice, picture, { roomId, name: 'hers.jpg' });
    const [his, unposted] = [await upload(bob, Buffer.from('his'), { roomId }), await upload(bob, Buffer.from('unposted'), { roomId })];
    const [messageId] = [await post(alice, roomId, hers), await post(bob, roomId, his)];
    await linksOnceMade(bob, hers);
    const links = await linksTo(bob, [hers, his, unposted]);
    expect(links.map(({ attachmentId }) => attachmentId)).toEqual([hers, his, unposted]);
    return { roomId, messageId, hers, his, unposted, links };
  };
  /** By every door, as a whole, in part and as a smaller picture. */
  const answersTo = async (person: RestClient, { hers, his, unposted }: Shared): Promise<number[]> => {
    const paths = [hers, `${hers}/thumbnail.webp`, `${hers}?download=1`, his, unposted];
    const doors = [system.url, system.otherUrl];
    const asked = doors.flatMap((door) => paths.map((path) => download(person, `${door}/api/v1/attachments/${path}`, { range: 'bytes=0-0' })));
    return [...new Set((await Promise.all(asked)).map(({ status }) => status))];
  };
  const inRoom = async (person: RestClient, roomId: string): Promise<unknown> =>
    person.call('GET', `/rooms/${roomId}/attachments`).then(
      ({ body }) => (body as { items: { attachmentId: string }[] }).items.map(({ attachmentId }) => attachmentId),
      (error: unknown) => (error as RestFailure).code,
    );
  const byLink = async ({ url, variants }: Links): Promise<number[]> => {
    const addresses = [url, ...variants.map((variant) => variant.url)].flatMap((path) => [`${system.url}${path}`, `${system.otherUrl}${path}`]);
    return [...new Set((await Promise.all(addresses.map((address) => download(undefined, address)))).map(({ status }) => status))];
  };

  describe.each([
    ['is removed', 'private', (roomId: string) => alice.call('DELETE', `/rooms/${roomId}/members/${bob.userId}`)],
    ['leaves', 'private', (roomId: string) => bob.call('POST', `/rooms/${roomId}/leave`)],
    ['is banned', 'private', (roomId: string) => alice.call('POST', `/rooms/${roomId}/bans`, { userId: bob.userId })],
    ['is banned from what everybody may read', 'public', (roomId: string) => alice.call('POST', `/rooms/${roomId}/bans`, { userId: bob.userId })],
  ] as const)('of which somebody %s', (_, kind, end) => {
    let shared: Shared;

    beforeAll(async () => {
      shared = await share(kind);
      expect(await answersTo(bob, shared)).toEqual([206]);
      await end(shared.roomId);
    });

    it('are gone for them at once, their own too: each file, the list, and new links', async () => {
      expect(await answersTo(bob, shared)).toEqual([404]);
      expect(await inRoom(bob, shared.roomId)).toBe('ROOM_NOT_FOUND');
      expect(await linksTo(bob, [shared.hers, shared.his, shared.unposted])).toEqual([]);
      expect(await inRoom(alice, shared.roomId)).toEqual([shared.his, shared.hers]);
    });

    it('take nothing new of theirs', async () => {
      expect(await refusalOf(upload(bob, Buffer.from('late'), { roomId: shared.roomId }))).toEqual({ status: 404, code: 'ROOM_NOT_FOUND' });
      await expect(post(bob, shared.roomId, shared.unposted)).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
    });

    it('are still at the links that they were given, for two hours at most, and until their message is deleted', async () => {
      const [hers, his] = shared.links;
      for (const { expiresAt } of shared.links) expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(2 * HOUR_MS);
      expect(await byLink(hers!)).toEqual([200]);
      await alice.call('DELETE', `/rooms/${shared.roomId}/messages/${shared.messageId}`);
      await eventually(async () => expect(await byLink(hers!)).toEqual([404]), { timeoutMs: 30_000 });
      expect(await byLink(his!)).toEqual([200]);
    });
  });

  it('come back for who is let in again', async () => {
    const shared = await share('public');
    await alice.call('POST', `/rooms/${shared.roomId}/bans`, { userId: bob.userId });
    expect(await answersTo(bob, shared)).toEqual([404]);
    await alice.call('DELETE', `/rooms/${shared.roomId}/bans/${bob.userId}`);
    expect(await inRoom(bob, shared.roomId)).toEqual([shared.his, shared.hers]);
    expect(await answersTo(bob, shared)).toEqual([206]);
  });

  it('that everybody may read stay with who is removed from it, as with everybody', async () => {
    const shared = await share('public');
    await alice.call('DELETE', `/rooms/${shared.roomId}/members/${bob.userId}`);
    expect(await answersTo(bob, shared)).toEqual([206]);
    expect(await inRoom(bob, shared.roomId)).toEqual([shared.his, shared.hers]);
    expect(await refusalOf(upload(bob, Buffer.from('late'), { roomId: shared.roomId }))).toEqual({ status: 403, code: 'NOT_A_MEMBER' });
  });
});
