import { type BlobStore } from '@agent-chat/blob-store';
import { type JobQueue } from '@agent-chat/job-queue';
import { AppError, newId } from '@agent-chat/kernel';
import { type QueryBus } from '@agent-chat/query-bus';
import { Logger } from '@nestjs/common';
import { Readable } from 'node:stream';
import { BrokenImageError, ImageMaker, type MadeImage } from './image-maker';
import { MakeVariantsJob } from './make-variants.job';

Logger.overrideLogger(false);

const MADE: MadeImage = {
  placeholder: 'data:image/webp;base64,AA==',
  variants: [{ name: 'thumbnail.webp', type: 'image/webp', width: 3, height: 2, sizeBytes: 4, bytes: Buffer.from('tiny') }],
};

class ScriptedMaker extends ImageMaker {
  outcome: MadeImage | Error = MADE;
  readonly images: string[] = [];
  override async make(image: Buffer): Promise<MadeImage> {
    this.images.push(image.toString());
    if (this.outcome instanceof Error) throw this.outcome;
    return this.outcome;
  }
  override makeAvatar(): Promise<Buffer> {
    throw new Error('A job makes no pictures of people');
  }
}

/** A storage service with one image in two pieces, and a store of blobs. */
class Scene {
  readonly attachmentId = newId<string>();
  readonly maker = new ScriptedMaker();
  readonly blobs = new Map<string, Buffer>([
    ['one', Buffer.from('hal')],
    ['two', Buffer.from('ves')],
  ]);
  readonly told: unknown[] = [];
  readonly signs: unknown[] = [];
  isWaiting = true;
  isThere = true;
  isAway = false;

  readonly job = new MakeVariantsJob(
    {} as JobQueue,
    { ask: async (query: string, input: object) => this.answer(query, input) } as unknown as QueryBus,
    {
      get: async (key: string) => Readable.from([this.blobs.get(key)!]),
      put: async (key: string, bytes: Buffer) => {
        if (this.isAway) throw new AppError('UNAVAILABLE');
        this.blobs.set(key, bytes);
      },
      delete: async (keys: string[]) => keys.forEach((key) => this.blobs.delete(key)),
    } as unknown as BlobStore,
    this.maker,
  );

  run(attempt = 1): Promise<void> {
    return this.job.run({ data: { attachmentId: this.attachmentId }, attempt });
  }

  private answer(query: string, input: object): object {
    if (query === 'attachment.working') {
      this.signs.push(input);
      if (this.isAway) throw new AppError('UNAVAILABLE');
      return {};
    }
    if (query === 'attachment.processed') {
      this.told.push(input);
      this.isWaiting = false;
      return { kept: this.isThere };
    }
    const pieces = ['one', 'two'].map((key) => ({ key, sizeBytes: 3 }));
    return this.isWaiting ? { image: { type: 'image/png', sizeBytes: 6, pieces, folder: 'attachments/x' } } : {};
  }
}

describe('the job that makes smaller pictures', () => {
  it('reads the whole image, stores what was made of it, and then says so', async () => {
    const scene = new Scene();
    await scene.run();

    expect(scene.maker.images).toEqual(['halves']);
    expect(scene.blobs.get('attachments/x/thumbnail.webp')).toEqual(Buffer.from('tiny'));
    const variant = { name: 'thumbnail.webp', type: 'image/webp', width: 3, height: 2, sizeBytes: 4, key: 'attachments/x/thumbnail.webp' };
    expect(scene.told).toEqual([{ attachmentId: scene.attachmentId, outcome: { ok: true, placeholder: MADE.placeholder, variants: [variant] } }]);
  });

  it('says every 20 seconds that it is still at an image, until it has done', async () => {
    jest.useFakeTimers();
    try {
      const scene = new Scene();
      let finish: (made: MadeImage) => void = () => undefined;
      scene.maker.make = () => new Promise((resolve) => (finish = resolve));
      const running = scene.run();
      await jest.advanceTimersByTimeAsync(50_000);
      expect(scene.signs).toEqual([{ attachmentId: scene.attachmentId }, { attachmentId: scene.attachmentId }]);
      finish(MADE);
      await running;
      await jest.advanceTimersByTimeAsync(50_000);
      expect([scene.signs.length, scene.told.length]).toEqual([2, 1]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('run twice does nothing the second time', async () => {
    const scene = new Scene();
    await scene.run();
    const before = new Map(scene.blobs);
    await scene.run();

    expect(scene.maker.images).toHaveLength(1);
    expect(scene.blobs).toEqual(before);
  });

  it('says that an image cannot be read, and is not tried again', async () => {
    const scene = new Scene();
    scene.maker.outcome = new BrokenImageError('no pixels');
    await expect(scene.run()).resolves.toBeUndefined();

    expect(scene.told).toEqual([{ attachmentId: scene.attachmentId, outcome: { ok: false } }]);
  });

  it('is tried again where something was away, and says nothing before all is stored', async () => {
    const scene = new Scene();
    scene.isAway = true;
    await expect(scene.run()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(scene.told).toEqual([]);
    scene.isAway = false;
    await scene.run();

    expect(scene.told).toHaveLength(1);
  });

  it('is put off where something was away, so that the try does not count, and after the last one storage asks for it again, and no dead letter lies about', async () => {
    const scene = new Scene();
    scene.isAway = true;
    await expect(scene.run(4)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(scene.run(5)).resolves.toBeUndefined();

    const sign = { attachmentId: scene.attachmentId, putOff: true };
    expect([scene.signs, scene.told]).toEqual([[sign, sign], []]);
  });

  it('counts where it was the image that took too long, and is a dead letter in the end', async () => {
    const scene = new Scene();
    scene.maker.outcome = new Error('timeout: 99% complete');
    await expect(scene.run(5)).rejects.toThrow('timeout');

    expect(scene.signs).toEqual([]);
  });

  it('leaves nothing behind of an image that is gone meanwhile', async () => {
    const scene = new Scene();
    scene.isThere = false;
    await scene.run();

    expect([...scene.blobs.keys()]).toEqual(['one', 'two']);
  });

  it.each([[undefined], [{}], [{ attachmentId: 'no id' }]])('is refused with data that is none: %j', async (data) => {
    await expect(new Scene().job.run({ data, attempt: 1 })).rejects.toThrow();
  });
});
