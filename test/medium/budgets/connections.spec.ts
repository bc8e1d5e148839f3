import { inTurns } from '@agent-chat/load';
import { eventually } from '@agent-chat/testing';
import { RawSocket } from '../../support/raw-socket';
import { reportedMemory, REPORTS_MEMORY } from '../../support/reported-memory';
import { RestClient } from '../../support/rest-client';
import { StandaloneProcess } from '../../support/standalone-process';

const FIRST = 100;
const CONNECTIONS = 500;
const ROOMS = 5;
const WIDTH = 8;

jest.setTimeout(60_000);

describe('what a connection costs', () => {
  let system: StandaloneProcess;
  let alice: RestClient;
  let rooms: string;
  const sockets: RawSocket[] = [];

  beforeAll(async () => {
    const limit = String(FIRST + CONNECTIONS);
    system = await StandaloneProcess.start({ MAX_CONNECTIONS: limit, MAX_CONNECTIONS_PER_USER: limit }, REPORTS_MEMORY);
    alice = await RestClient.register(system.url, 'alice');
    const made = await inTurns(ROOMS, 1, (index) => alice.createRoom({ kind: 'public', name: `room ${String(index)}` }));
    rooms = JSON.stringify({ rooms: made.map(({ roomId }) => ({ roomId })) });
  });
  afterAll(async () => {
    for (const socket of sockets) socket.end();
    await system.remove();
  });

  const open = (count: number) =>
    inTurns(count, WIDTH, async () => {
      const socket = await RawSocket.connect(alice);
      sockets.push(socket);
      await socket.call('room.subscribe', rooms);
    });
  const heap = async (): Promise<number> => (await reportedMemory(system)).heapUsed;

  it('is few kilobytes of heap, with five rooms', async () => {
    await open(FIRST);
    const before = await heap();
    await open(CONNECTIONS);
    const each = ((await heap()) - before) / 1_024 / CONNECTIONS;
    expect(each).toBeLessThanOrEqual(10.5);
  });

  it('is nothing once it is closed', async () => {
    const before = await heap();
    for (const socket of sockets.splice(0)) socket.end();
    await eventually(async () => expect((before - (await heap())) / 1_024 / (FIRST + CONNECTIONS)).toBeGreaterThanOrEqual(7), {
      timeoutMs: 20_000,
      intervalMs: 500,
    });
  });
});
