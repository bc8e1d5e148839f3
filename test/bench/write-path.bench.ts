import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { COMMANDS_TOPIC, encodeCommand, type Command, type CommandAnswer } from '@agent-chat/contracts';
import { openStandaloneDatabase } from '@agent-chat/database/adapters/embedded';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { newId, SystemClock, type GatewayId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChatOwner } from '../../apps/chat/src/application/write/chat-owner';

export const description = 'commands through one owner into Postgres, without gateways: commits a second at a given number in flight';

const ROOMS = 200;
const POSTS = 30_000;

export async function run(): Promise<Record<string, number>> {
  const clock = new SystemClock();
  const dataDir = mkdtempSync(join(tmpdir(), 'agent-chat-bench-'));
  const database = await openStandaloneDatabase({ dataDir, partitionCount: 64, log: () => undefined });
  const log = new InMemoryEventLog({ partitionCount: 64, clock });
  const backplane = new InMemoryBackplane();
  const gatewayId = newId<GatewayId>();
  const waiting = new Map<string, () => void>();
  await backplane.listen(gatewayId, (channel, message) => {
    if (channel !== 'answers') return;
    for (const answer of JSON.parse(message) as CommandAnswer[]) {
      if (!answer.ok) throw new Error(answer.error.message);
      waiting.get(answer.requestId)?.();
      waiting.delete(answer.requestId);
    }
  });
  const owner = new ChatOwner({ log, backplane, database, clock, name: newId() });
  await owner.start();
  const actorId = newId<UserId>();
  const send = (roomId: RoomId, type: Command['type'], data: object): Promise<void> =>
    new Promise((resolve, reject) => {
      const requestId = newId();
      waiting.set(requestId, resolve);
      log.append(COMMANDS_TOPIC, [encodeCommand({ type, roomId, actorId, key: newId(), requestId, gatewayId, data } as unknown as Command)]).catch(reject);
    });
  const rooms = Array.from({ length: ROOMS }, () => newId<RoomId>());
  await Promise.all(rooms.map((roomId) => send(roomId, 'room.create', { kind: 'private', name: 'bench', topic: '', memberIds: [] })));
  const result: Record<string, number> = {};
  for (const inFlight of [1, 50, 500]) {
    const posts = inFlight === 1 ? POSTS / 30 : POSTS;
    const cpu = process.cpuUsage();
    const startedMs = performance.now();
    let sent = 0;
    const worker = async (): Promise<void> => {
      while (sent < posts) {
        sent += 1;
        await send(rooms[sent % ROOMS]!, 'message.post', {
          messageId: newId<MessageId>(),
          text: `message ${String(sent)} of a benchmark that measures how much one owner writes`,
        });
      }
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
    const elapsedMs = performance.now() - startedMs;
    const used = process.cpuUsage(cpu);
    result[`${String(inFlight)} in flight, posts/s`] = Math.round((posts / elapsedMs) * 1_000);
    result[`${String(inFlight)} in flight, CPU us/post here`] = Math.round((used.user + used.system) / posts);
  }
  await owner.stop();
  await log.close();
  await backplane.close();
  await database.close();
  rmSync(dataDir, { recursive: true, force: true });
  return result;
}
