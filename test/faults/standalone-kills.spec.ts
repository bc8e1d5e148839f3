import { DeliveryVerifier } from '@agent-chat/testing';
import { LoadClient, seen } from '../support/load-client';
import { RestClient } from '../support/rest-client';
import { StandaloneProcess } from '../support/standalone-process';

const CLIENTS = 20;
const ROOMS = 5;
const KILLS = 10;
const POST_EVERY_MS = 100;

jest.setTimeout(300_000);

describe('a standalone that is killed ten times under load', () => {
  let standalone: StandaloneProcess;
  let clients: LoadClient[] = [];
  beforeAll(async () => {
    standalone = await StandaloneProcess.start();
  });
  afterAll(async () => {
    for (const client of clients) client.stop();
    await standalone.remove();
  });

  it('keeps every acknowledged message, once and in order, and lets every client resume completely', async () => {
    const people = await Promise.all(Array.from({ length: CLIENTS }, (_, index) => RestClient.register(standalone.url, `client${String(index)}`)));
    const [owner] = people;
    if (owner === undefined) throw new Error('nobody');
    const memberIds = people.slice(1).map(({ userId }) => userId);
    const rooms: string[] = [];
    for (let index = 0; index < ROOMS; index++) rooms.push((await owner.createRoom({ kind: 'private', name: `room ${String(index)}`, memberIds })).roomId);
    const verifier = new DeliveryVerifier();
    clients = people.map((person) => new LoadClient(person, verifier, rooms));
    await Promise.all(clients.map((client) => client.untilLive()));

    let isOver = false;
    const senders = clients.map(async (client, index) => {
      const roomId = rooms[index % ROOMS] ?? '';
      for (let sendNo = 1; !isOver; sendNo++) {
        await client.post(roomId, `${client.name} says ${String(sendNo)}`);
        await new Promise((next) => setTimeout(next, POST_EVERY_MS));
      }
    });
    const outages: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      await new Promise((next) => setTimeout(next, 500 + Math.random() * 1_500));
      await standalone.kill();
      const downMs = performance.now();
      await standalone.restart();
      outages.push(Math.round(performance.now() - downMs));
    }
    await new Promise((next) => setTimeout(next, 1_000));
    isOver = true;
    await Promise.all(senders);
    await Promise.all(clients.map((client) => client.untilLive()));
    const logs = new Map(await Promise.all(rooms.map(async (roomId) => [roomId, (await owner.log(roomId)).map(seen)] as const)));
    await untilSeen(clients, logs);
    const report = verifier.verify(logs);
    const control = verifier.negativeControl(logs);

    const acked = clients.reduce((sum, client) => sum + client.acked, 0);
    process.stdout.write(
      `killed ${String(KILLS)} times; ready again after ${outages.join(', ')} ms; ${String(acked)} acknowledged; ${JSON.stringify(report)}; control: ${JSON.stringify(control)}\n`,
    );
    expect(control).toEqual({ loss: true, duplicate: true, swap: true });
    expect(report).toMatchObject({ lost: 0, duplicated: 0, reordered: 0 });
    expect(acked).toBeGreaterThan(CLIENTS * KILLS);
    // Every reader got to the end of every log: resumes were complete, none was refused.
    expect(report.checked).toBe(acked + CLIENTS * [...logs.values()].reduce((sum, log) => sum + log.length, 0));
    expect(clients.map((client) => client.resyncs)).toEqual(clients.map(() => 0));
    // One that waits before its next try may sleep through a kill or two, the more the slower the machine is.
    expect(Math.min(...clients.map((client) => client.resumes))).toBeGreaterThan(KILLS / 4);
  });
});

/** Resolves when every client's cursor is at every log's end. */
async function untilSeen(clients: readonly LoadClient[], logs: ReadonlyMap<string, readonly { epoch: number; seq: number }[]>): Promise<void> {
  const deadlineMs = performance.now() + 20_000;
  const isBehind = (client: LoadClient): boolean =>
    [...logs].some(([roomId, log]) => client.cursor(roomId) !== `${String(log.at(-1)?.epoch)}.${String(log.at(-1)?.seq)}`);
  while (clients.some(isBehind)) {
    if (performance.now() > deadlineMs) return;
    await new Promise((next) => setTimeout(next, 50));
  }
}
