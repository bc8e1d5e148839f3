import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { RawSocket } from '../../support/raw-socket';
import { RestClient } from '../../support/rest-client';
import { StandaloneProcess } from '../../support/standalone-process';

const READERS = 50;
const POSTS = 20;
const TEXT = 'a message of an ordinary length, as people write them';
const FRAME = '42["events"';

jest.setTimeout(60_000);

describe('what a delivery costs', () => {
  let system: StandaloneProcess;
  let alice: RestClient;
  let roomId: string;
  const readers: RawSocket[] = [];

  beforeAll(async () => {
    system = await StandaloneProcess.start({ MAX_CONNECTIONS_PER_USER: String(READERS) });
    alice = await RestClient.register(system.url, 'alice');
    ({ roomId } = await alice.createRoom({ kind: 'private', name: 'room' }));
    for (let index = 0; index < READERS; index++) {
      const reader = await RawSocket.connect(alice);
      await reader.call('room.subscribe', JSON.stringify({ rooms: [{ roomId }] }));
      readers.push(reader);
    }
  });
  beforeEach(() => {
    for (const { frames } of readers) frames.length = 0;
  });
  afterAll(async () => {
    for (const reader of readers) reader.end();
    await system.remove();
  });

  const post = () => alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text: TEXT });
  const eventFrames = ({ frames }: RawSocket): string[] => frames.filter((frame) => frame.startsWith(FRAME));
  const eventsOf = (reader: RawSocket): unknown[] => eventFrames(reader).flatMap((frame) => (JSON.parse(frame.slice(2)) as [string, unknown[]])[1]);
  const arrived = (count: number) => eventually(() => expect(readers.every((reader) => eventsOf(reader).length === count)).toBe(true), { timeoutMs: 10_000 });
  /** Writing system calls of the process so far. */
  const writes = (): number => Number(/^syscw: (\d+)$/m.exec(readFileSync(`/proc/${String(system.pid)}/io`, 'utf8'))?.[1]);

  it('is hardly more than one write, with all that storing and answering takes', async () => {
    const before = writes();
    for (let index = 0; index < POSTS; index++) {
      await post();
      await arrived(index + 1);
    }
    expect((writes() - before) / (POSTS * READERS)).toBeLessThanOrEqual(1.25);
  });

  it('is less where messages come together', async () => {
    const before = writes();
    await Promise.all(Array.from({ length: POSTS }, post));
    await arrived(POSTS);
    const frames = readers.reduce((sum, reader) => sum + eventFrames(reader).length, 0);
    expect((writes() - before) / (POSTS * READERS)).toBeLessThanOrEqual(0.5);
    expect(frames / (POSTS * READERS)).toBeLessThanOrEqual(0.4);
  });

  it('is few bytes', async () => {
    await post();
    await arrived(1);
    const [reader] = readers;
    if (reader === undefined) throw new Error('nobody reads');
    const [frame = ''] = eventFrames(reader);
    expect(frame.length - TEXT.length).toBeLessThanOrEqual(520);
  });
});
