import { inTurns, serveTasks } from '@agent-chat/load';
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { digestAt } from './digests';
import { FileSender } from './file-sender';

export interface MadePictures {
  readonly attachmentIds: readonly string[];
  /** From the first byte sent until the last smaller picture could be had. */
  readonly seconds: number;
}

/** By image, what can be had of it: digests by the names of variants. */
export type VariantDigests = readonly Readonly<Record<string, string>>[];

const LOOK_EVERY_MS = 20;
const UPLOADS_AT_ONCE = 4;

let sender: FileSender | undefined;

function current(): FileSender {
  if (sender === undefined) throw new Error('Not open');
  return sender;
}

async function open({ url }: { url: string }): Promise<void> {
  sender = await FileSender.open(url);
}

/** Sends images, some at a time, and waits until all that is made of them is there. */
async function send({ files }: { files: readonly string[] }): Promise<MadePictures> {
  const blobs = await Promise.all(files.map((file) => openAsBlob(file)));
  const startMs = performance.now();
  const attachmentIds = await inTurns(files.length, UPLOADS_AT_ONCE, (at) => current().send(blobs[at]!, basename(files[at]!)));
  await untilMade(attachmentIds);
  return { attachmentIds, seconds: (performance.now() - startMs) / 1_000 };
}

/** The queue is worked off in order: as long as the last one waits nobody else is asked about. */
async function untilMade(attachmentIds: readonly string[]): Promise<void> {
  for (let waiting = attachmentIds; waiting.length > 0;) {
    await delay(LOOK_EVERY_MS);
    const [newest] = await current().links(waiting.slice(-1));
    if (newest?.media === 'waiting') continue;
    const links = await current().links(waiting);
    const failed = links.find(({ media }) => media === 'failed');
    if (failed !== undefined) throw new Error(`${failed.name} could not be read`);
    waiting = links.filter(({ media }) => media !== 'done').map(({ attachmentId }) => attachmentId);
  }
}

async function verify({ attachmentIds }: { attachmentIds: readonly string[] }): Promise<VariantDigests> {
  const found: Record<string, string>[] = [];
  for (const attachmentId of attachmentIds) {
    const [links] = await current().links([attachmentId]);
    const digests: Record<string, string> = {};
    for (const { name, url } of links?.variants ?? []) digests[name] = await digestAt(url);
    found.push(digests);
  }
  return found;
}

serveTasks({ open, send, verify });
