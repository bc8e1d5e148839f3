import { serveTasks } from '@agent-chat/load';
import { randomBytes, randomUUID } from 'node:crypto';
import { digestAt, digestOf } from './digests';
import { FileSender } from './file-sender';

export interface UploadPlan {
  /** Files that are on their way together. */
  readonly atOnce: number;
  /** Of the bare server, which takes each file by one PUT; the system itself, by the SDK, unless given. */
  readonly bareUrl?: string;
}

export interface UploadFigures {
  readonly seconds: number;
  readonly bytes: number;
}

let sender: FileSender | undefined;
let file = new Blob([]);
let digest = '';
/** Of what was sent since it was last verified. */
let addresses: (() => Promise<string>)[] = [];

async function open({ url, bytes }: { url: string; bytes: number }): Promise<void> {
  const content = randomBytes(bytes);
  [file, digest] = [new Blob([content]), digestOf(content)];
  sender = await FileSender.open(url);
}

async function send({ bareUrl }: UploadPlan): Promise<() => Promise<string>> {
  if (bareUrl !== undefined) return put(`${bareUrl}/${randomUUID()}`);
  const by = sender!;
  const attachmentId = await by.send(file, 'large.bin');
  return async () => (await by.links([attachmentId]))[0]!.url;
}

async function put(address: string): Promise<() => Promise<string>> {
  const answer = await fetch(address, { method: 'PUT', body: file });
  if (answer.status !== 201) throw new Error(`The bare server answered ${String(answer.status)}`);
  return () => Promise.resolve(address);
}

async function upload(plan: UploadPlan): Promise<UploadFigures> {
  const startMs = performance.now();
  const sent = await Promise.all(Array.from({ length: plan.atOnce }, () => send(plan)));
  const seconds = (performance.now() - startMs) / 1_000;
  addresses.push(...sent);
  return { seconds, bytes: file.size * plan.atOnce };
}

/** What was sent is there, to the byte: resolves with how many files were compared. */
async function verify(): Promise<number> {
  const sent = addresses;
  addresses = [];
  for (const address of sent) if ((await digestAt(await address())) !== digest) throw new Error('A file is not what was sent');
  return sent.length;
}

serveTasks({ open, upload, verify });
