import { inTurns, RawSocket, serveTasks } from '@agent-chat/load';
import { RestClient } from '../../support/rest-client';

interface ManyRoomsPlan {
  readonly url: string;
  readonly rooms: number;
}

const ROOMS_A_CALL = 100;

let person: RestClient | undefined;
let roomIds: string[] = [];

/** Subscribes to all rooms, again and again on new connections, while something is said in them. */
async function subscribe({ seconds, rate }: { readonly seconds: number; readonly rate: number }): Promise<object> {
  const endMs = performance.now() + seconds * 1_000;
  const found = { rounds: 0, slowestMs: 0, failed: 0, events: 0, posted: 0, refused: 0 };
  const connect = (): Promise<RawSocket> => RawSocket.connect(person?.url ?? '', { token: person?.credentials?.accessToken });
  const writer = await connect();
  const timer = setInterval(() => {
    const roomId = roomIds[found.posted % roomIds.length] ?? '';
    writer.callBack('message.post', `{"roomId":"${roomId}","clientMsgId":"many-${String(found.posted++)}","text":"to one of many rooms"}`, ({ ok }) => {
      if (!ok) found.refused++;
    });
  }, 1_000 / rate);
  while (performance.now() < endMs) {
    const startedMs = performance.now();
    const socket = await connect();
    socket.onEvents = (events) => (found.events += events.length);
    for (let from = 0; from < roomIds.length; from += ROOMS_A_CALL) {
      const rooms = roomIds.slice(from, from + ROOMS_A_CALL).map((roomId) => ({ roomId }));
      const answer = await socket.call<{ rooms: { error?: object }[] }>('room.subscribe', { rooms });
      found.failed += answer.ok ? answer.rooms.filter(({ error }) => error !== undefined).length : rooms.length;
    }
    found.rounds++;
    found.slowestMs = Math.max(found.slowestMs, Math.round(performance.now() - startedMs));
    // For a moment it only listens.
    await new Promise((resolve) => setTimeout(resolve, 500));
    socket.close();
  }
  clearInterval(timer);
  writer.close();
  return found;
}

serveTasks({
  open: async ({ url, rooms }: ManyRoomsPlan) => {
    const owner = await RestClient.register(url, 'many');
    person = owner;
    const made = await inTurns(rooms, 4, (index) => owner.createRoom({ kind: 'public', name: `one of many ${String(index)}` }));
    roomIds = made.map(({ roomId }) => roomId);
  },
  subscribe,
});
