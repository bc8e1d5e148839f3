import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RestClient } from '../support/rest-client';
import { SocketClient } from '../support/socket-client';
import { StandaloneProcess } from '../support/standalone-process';

const WRITERS = 10;

jest.setTimeout(120_000);

/** Posts over REST until told to stop; keeps what was acknowledged. A call that failed is repeated under its key, as any client would. */
class Posting {
  readonly acknowledged = new Map<string, number>();
  readonly failures: string[] = [];
  private stopped = false;
  private readonly done: Promise<unknown>;

  constructor(
    private readonly client: RestClient,
    private readonly roomId: string,
  ) {
    this.done = Promise.all(Array.from({ length: WRITERS }, (_, writer) => this.write(writer)));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }

  async expectStored(): Promise<void> {
    const log = await this.client.log(this.roomId);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    const stored = log.filter(({ type }) => type === 'message.posted').map(({ data, seq }) => [String(data?.['clientMsgId']), seq] as const);
    expect(new Set(stored.map(([key]) => key)).size).toBe(stored.length);
    const seqs = new Map(stored);
    expect([...this.acknowledged].filter(([key, seq]) => seqs.get(key) !== seq)).toEqual([]);
  }

  private async write(writer: number): Promise<void> {
    for (let index = 0; !this.stopped;) {
      const key = `${String(writer)}-${String(index)}`;
      try {
        const { body } = await this.client.call('POST', `/rooms/${this.roomId}/messages`, { clientMsgId: key, text: key });
        this.acknowledged.set(key, (body as { seq: number }).seq);
        index++;
      } catch (error) {
        this.failures.push(String(error));
        await new Promise((next) => setTimeout(next, 50));
      }
    }
  }
}

describe('while people write', () => {
  let standalone: StandaloneProcess;
  let alice: RestClient;
  let posting: Posting;

  beforeEach(async () => {
    standalone = await StandaloneProcess.start({ DRAIN_MS: '1000' });
    alice = await RestClient.register(standalone.url, 'alice');
    const { roomId } = await alice.createRoom({ kind: 'private', name: 'faults' });
    posting = new Posting(alice, roomId);
    await eventually(() => expect(posting.acknowledged.size).toBeGreaterThan(100), { timeoutMs: 20_000 });
  });
  afterEach(async () => {
    await posting.stop();
    await standalone.remove();
  });

  /** The embedded server's process. */
  const serverPid = (): number => Number(readFileSync(join(standalone.dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);

  it('SIGTERM tells clients to go elsewhere, answers what was accepted, and ends with 0', async () => {
    const socket = await SocketClient.connect(alice);
    expect(await standalone.stop()).toBe(0);
    expect(socket.frames.map(({ name }) => name)).toContain('drain');
    expect(socket.frames.at(-1)).toEqual({ name: 'closing', body: { code: 'DRAINING' } });
    await standalone.restart();
    await posting.stop();
    await posting.expectStored();
  });

  it('SIGTERM leaves no call without its answer that was committed', async () => {
    const { roomId } = await alice.createRoom({ kind: 'private', name: 'answers' });
    const acknowledged = new Set<string>();
    const postUntilRefused = async (post: (clientMsgId: string) => Promise<unknown>): Promise<void> => {
      for (;;) {
        const key = randomUUID();
        try {
          await post(key);
        } catch {
          return;
        }
        acknowledged.add(key);
      }
    };
    const sockets = await Promise.all(Array.from({ length: 5 }, () => SocketClient.connect(alice)));
    const overSocket = (socket: SocketClient) => async (clientMsgId: string) => {
      // What is said to a closed socket would wait for its time to be up.
      if (!socket.socket.connected) throw new Error('closed');
      const answer = await socket.call('message.post', { roomId, clientMsgId, text: 'over a socket' });
      if (!answer.ok) throw new Error(answer.error.code);
    };
    const overRest = (clientMsgId: string) => alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId, text: 'over REST' });
    const posts = [
      ...sockets.flatMap((socket) => Array.from({ length: WRITERS }, () => overSocket(socket))),
      ...Array.from({ length: WRITERS }, () => overRest),
    ];
    const writing = posts.map(postUntilRefused);
    await eventually(() => expect(acknowledged.size).toBeGreaterThan(500), { timeoutMs: 20_000 });

    expect(await standalone.stop()).toBe(0);
    await Promise.all(writing);

    await standalone.restart();
    const stored = (await alice.log(roomId)).filter(({ type }) => type === 'message.posted').map(({ data }) => String(data?.['clientMsgId']));
    expect(stored.filter((key) => !acknowledged.has(key))).toEqual([]);
    expect(stored.length).toBe(acknowledged.size);
  });

  it('the death of the database server ends the process with a message, and a restart has everything', async () => {
    process.kill(serverPid(), 'SIGKILL');
    expect(await standalone.ended()).toBe(1);
    expect(standalone.printed).toContain('The database server ended by itself');
    await standalone.restart();
    const before = posting.acknowledged.size;
    await eventually(() => expect(posting.acknowledged.size).toBeGreaterThan(before + 20), { timeoutMs: 20_000 });
    await posting.stop();
    await posting.expectStored();
  });
});

describe('the log of a process that is stopped', () => {
  it('says so at the signal, and at last that it has stopped', async () => {
    const talkative = await StandaloneProcess.start({ LOG_LEVEL: 'info' });
    try {
      expect(await talkative.stop()).toBe(0);

      const lines = talkative.printed.trim().split('\n');
      expect(lines.find((line) => line.includes('SIGTERM'))).toContain('what was accepted is answered first');
      expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ level: 'info', context: 'Stop', msg: 'Stopped.' });
    } finally {
      await talkative.remove();
    }
  });
});
