import { inTurns, Latencies, type Percentiles, RawSocket, serveTasks } from '@agent-chat/load';
import { Agent, get } from 'node:http';
import { RestClient } from '../../support/rest-client';

export interface PagesPlan {
  /** Of the server that is asked; the system itself unless given. */
  readonly url?: string;
  readonly concurrency: number;
  readonly seconds: number;
  readonly limit: number;
}

export interface PagesFigures {
  readonly pages: number;
  readonly seconds: number;
  readonly latency: Percentiles;
  readonly bytesAPage: number;
}

const POSTS_IN_FLIGHT = 100;
const TEXT = 'a message of ordinary length, as people write them to each other all day long, give or take a few words';

let reader: RestClient | undefined;
let roomId = '';
let posted = 0;

/** Fills one room. */
async function fill({ url, messages }: { url: string; messages: number }): Promise<void> {
  reader = await RestClient.register(url, 'reader');
  ({ roomId } = await reader.createRoom({ kind: 'private', name: 'history' }));
  const socket = await RawSocket.connect(url, { token: reader.credentials?.accessToken });
  await inTurns(messages, POSTS_IN_FLIGHT, async (number) => {
    const answer = await socket.call('message.post', { roomId, clientMsgId: String(number), text: TEXT });
    if (!answer.ok) throw new Error(answer.error.code);
  });
  socket.close();
  posted = messages;
}

function pathOf(before: number, limit: number): string {
  return `/api/v1/rooms/${roomId}/messages?before=${String(before)}&limit=${String(limit)}`;
}

/** A page as it comes. */
async function sample({ limit }: { limit: number }): Promise<string> {
  const headers = { authorization: `Bearer ${reader?.credentials?.accessToken ?? ''}` };
  return (await fetch(`${reader?.url ?? ''}${pathOf(limit * 2, limit)}`, { headers })).text();
}

function page(agent: Agent, address: string): Promise<number> {
  const headers = { authorization: `Bearer ${reader?.credentials?.accessToken ?? ''}` };
  return new Promise((resolve, reject) => {
    get(address, { agent, headers }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(bytes);
        else reject(new Error(`HTTP ${String(response.statusCode)}`));
      });
    }).on('error', reject);
  });
}

/** Reads pages all over the room, each reader one after the other. */
async function read({ concurrency, seconds, limit, url = reader?.url ?? '' }: PagesPlan): Promise<PagesFigures> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const latencies = Latencies.empty();
  const startMs = performance.now();
  const untilMs = startMs + seconds * 1_000;
  let bytes = 0;
  let place = 0;
  const readOn = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      // A stride that shares no factor with the number of pages visits all of them.
      place = (place + 7_919) % posted;
      const startedMs = performance.now();
      const size = await page(agent, url + pathOf(limit + place, limit));
      bytes += size;
      latencies.add(performance.now() - startedMs);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, readOn));
  agent.destroy();
  return {
    pages: latencies.count,
    seconds: (performance.now() - startMs) / 1_000,
    latency: latencies.summary(),
    bytesAPage: Math.round(bytes / latencies.count),
  };
}

serveTasks({ fill, sample, read });
