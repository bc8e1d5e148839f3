import { serveTasks } from '@agent-chat/load';
import { setTimeout as delay } from 'node:timers/promises';
import { FileSender } from './file-sender';
import { bytesOf, PICTURES } from './pictures';

export interface MediaFigures {
  /** Images whose smaller pictures were finished since it began. */
  readonly finished: number;
  readonly seconds: number;
  /** The fewest that waited or were worked on at any look. */
  readonly fewest: number;
}

/** A photo as it is sent on: what most images in a chat are. */
const PHOTO = PICTURES[1]!;
const DIFFERENT = 8;
const LOOK_EVERY_MS = 200;
const HUE_STEP = 45;

/** Keeps so many images waiting for the worker, or on it: as soon as some are finished, as many are sent. */
class MediaLoad {
  private waiting: string[] = [];
  private finished = 0;
  private sent = 0;
  private fewest = Infinity;
  private isStopped = false;
  private running = Promise.resolve();
  private startMs = 0;

  private constructor(
    private readonly sender: FileSender,
    private readonly photos: readonly Blob[],
    private readonly count: number,
  ) {}

  static async open(url: string, count: number): Promise<MediaLoad> {
    const photos: Blob[] = [];
    for (let at = 0; at < DIFFERENT; at++) photos.push(new Blob([new Uint8Array(await bytesOf(PHOTO, at * HUE_STEP))]));
    return new MediaLoad(await FileSender.open(url), photos, count);
  }

  /** Resolves once they wait. */
  async begin(): Promise<void> {
    await this.fill();
    this.startMs = performance.now();
    [this.finished, this.fewest] = [0, this.count];
    this.running = this.keep();
  }

  /** What was finished until now; nothing more is sent. */
  async end(): Promise<MediaFigures> {
    this.isStopped = true;
    await this.running;
    await this.look();
    return { finished: this.finished, seconds: (performance.now() - this.startMs) / 1_000, fewest: this.fewest };
  }

  /** Resolves when none is left. */
  async drained(): Promise<void> {
    while (this.waiting.length > 0) {
      await delay(LOOK_EVERY_MS);
      await this.look();
    }
  }

  private async keep(): Promise<void> {
    while (!this.isStopped) {
      await delay(LOOK_EVERY_MS);
      await this.look();
      this.fewest = Math.min(this.fewest, this.waiting.length);
      await this.fill();
    }
  }

  private async fill(): Promise<void> {
    while (this.waiting.length < this.count) {
      const at = this.sent++;
      this.waiting.push(await this.sender.send(this.photos[at % this.photos.length]!, `photo-${String(at)}.jpg`));
    }
  }

  private async look(): Promise<void> {
    if (this.waiting.length === 0) return;
    const links = await this.sender.links(this.waiting);
    const failed = links.find(({ media }) => media === 'failed');
    if (failed !== undefined) throw new Error(`${failed.name} could not be read`);
    this.finished += links.filter(({ media }) => media === 'done').length;
    this.waiting = links.filter(({ media }) => media !== 'done').map(({ attachmentId }) => attachmentId);
  }
}

let load: MediaLoad | undefined;

function current(): MediaLoad {
  if (load === undefined) throw new Error('Not open');
  return load;
}

serveTasks({
  open: async ({ url, count }: { url: string; count: number }) => {
    load = await MediaLoad.open(url, count);
  },
  begin: () => current().begin(),
  end: () => current().end(),
  drained: () => current().drained(),
});
