import { Latencies, type Percentiles, serveTasks } from '@agent-chat/load';
import { openAsBlob } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { digestAt, digestOf } from './digests';
import { FileSender } from './file-sender';

export interface ReadPlan {
  readonly address: string;
  /** Of the file. */
  readonly sizeBytes: number;
  /** How much is asked for at once, all over the file; the whole file unless given. */
  readonly rangeBytes?: number;
  readonly concurrency: number;
  readonly seconds: number;
}

export interface ReadFigures {
  readonly requests: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly latency: Percentiles;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

const COMPARED_RANGES = 8;

/** Sends the file by the SDK; resolves with where it can be had. */
async function send({ url, file }: { url: string; file: string }): Promise<string> {
  const sender = await FileSender.open(url);
  const [links] = await sender.links([await sender.send(await openAsBlob(file), 'served.bin')]);
  return links?.url ?? '';
}

/** Ranges all over the file: a stride that shares no factor with their number visits all of them. */
function rangesOf({ sizeBytes, rangeBytes }: ReadPlan): () => Range | undefined {
  if (rangeBytes === undefined) return () => undefined;
  const count = Math.floor(sizeBytes / rangeBytes);
  let place = 0;
  return () => {
    place = (place + 7_919) % count;
    return { start: place * rangeBytes, end: (place + 1) * rangeBytes - 1 };
  };
}

function headersOf(range: Range | undefined): Record<string, string> {
  return range === undefined ? {} : { range: `bytes=${String(range.start)}-${String(range.end)}` };
}

function request(agent: Agent, address: string, range: Range | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage): void => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === (range === undefined ? 200 : 206)) resolve(bytes);
        else reject(new Error(`HTTP ${String(response.statusCode)}`));
      });
    };
    get(address, { agent, headers: headersOf(range) }, answered).on('error', reject);
  });
}

/** Each reader asks for one after the other. Rejects if any answer has another length than was asked for. */
async function read(plan: ReadPlan): Promise<ReadFigures> {
  const { address, concurrency, seconds, rangeBytes = plan.sizeBytes } = plan;
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const latencies = Latencies.empty();
  const nextRange = rangesOf(plan);
  const startMs = performance.now();
  const readOn = async (): Promise<void> => {
    while (performance.now() < startMs + seconds * 1_000) {
      const startedMs = performance.now();
      const bytes = await request(agent, address, nextRange());
      if (bytes !== rangeBytes) throw new Error(`${String(bytes)} bytes came, and ${String(rangeBytes)} were asked for`);
      latencies.add(performance.now() - startedMs);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, readOn));
  agent.destroy();
  const requests = latencies.count;
  return { requests, bytes: requests * rangeBytes, seconds: (performance.now() - startMs) / 1_000, latency: latencies.summary() };
}

async function contentOf(address: string, range: Range | undefined): Promise<string> {
  const answer = await fetch(address, { headers: headersOf(range) });
  return digestOf(new Uint8Array(await answer.arrayBuffer()));
}

/** Whether two addresses give the same bytes, whole and in parts; resolves with how many answers were compared, and rejects if two differ. */
async function compare({ plan, other }: { plan: ReadPlan; other: string }): Promise<number> {
  if ((await digestAt(plan.address)) !== (await digestAt(other))) throw new Error('The files are not the same');
  const nextRange = rangesOf(plan);
  for (let at = 0; at < COMPARED_RANGES; at++) {
    const range = nextRange();
    if ((await contentOf(plan.address, range)) !== (await contentOf(other, range))) throw new Error('A range is not the same in both files');
  }
  return COMPARED_RANGES + 1;
}

serveTasks({ send, read, compare });
