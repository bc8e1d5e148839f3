import { type BlobStore } from '@agent-chat/blob-store';
import { type User } from '@agent-chat/contracts';
import { AppError, newId, type UserId } from '@agent-chat/kernel';
import { type QueryBus } from '@agent-chat/query-bus';
import { createHash } from 'node:crypto';
import { type Avatars } from './avatars';
import { type FileInspector } from './file-inspector';
import { SetAvatarHandler } from './set-avatar.handler';

const PICTURE = Buffer.from('a square');
const DIGEST = createHash('sha256').update(PICTURE).digest('hex');

/** A worker, a directory and a store of blobs; `failing` is the step that fails. */
class Scene {
  readonly userId = newId<UserId>();
  readonly steps: unknown[][] = [];
  type = 'image/png';
  failing: { step: string; error: AppError } | undefined;

  readonly handler = new SetAvatarHandler(
    { typeOf: () => Promise.resolve(this.type) } as unknown as FileInspector,
    { ask: (...step: unknown[]) => this.take(step, { picture: PICTURE.toString('base64') }) } as unknown as QueryBus,
    { put: (key: string, bytes: Buffer) => this.take(['put', key, bytes.toString()]) } as unknown as BlobStore,
    {
      note: (...of: unknown[]) => this.take(['note', ...of]),
      take: (...of: unknown[]) => this.take(['take', ...of], { userId: this.userId }),
    } as unknown as Avatars,
  );

  set(): Promise<User> {
    return this.handler.set(this.userId, Buffer.from('any image'));
  }

  private async take(step: unknown[], answer: object = {}): Promise<object> {
    this.steps.push(step);
    if (step[0] === this.failing?.step) throw this.failing!.error;
    return answer;
  }
}

describe('setting the picture of a person', () => {
  it('notes what was made, stores it, and only then shows it', async () => {
    const scene = new Scene();
    const { userId } = scene;

    expect(await scene.set()).toEqual({ userId });
    expect(scene.steps).toEqual([
      ['avatar.make', { image: Buffer.from('any image').toString('base64') }, { timeoutMs: 15_000 }],
      ['note', userId, DIGEST, PICTURE.byteLength],
      ['put', `avatars/${userId}/${DIGEST}`, PICTURE.toString()],
      ['take', userId, DIGEST],
    ]);
  });

  it.each(['image/svg+xml', 'text/plain', 'application/pdf', 'image/tiff', 'image/apng'])(
    'refuses what is %s by what it holds, before anybody reads it',
    async (type) => {
      const scene = new Scene();
      scene.type = type;

      await expect(scene.set()).rejects.toMatchObject({ code: 'FILE_REFUSED' });
      expect(scene.steps).toEqual([]);
    },
  );

  it('goes no further than what fails', async () => {
    for (const [step, steps] of [
      ['avatar.make', 1],
      ['note', 2],
      ['put', 3],
      ['take', 4],
    ] as const) {
      const scene = new Scene();
      scene.failing = { step, error: new AppError('UNAVAILABLE', { retryAfterMs: 5_000 }) };
      await expect(scene.set()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 5_000 });
      expect(scene.steps).toHaveLength(steps);
    }
  });

  it('was certainly not done where the worker gives no answer in time', async () => {
    const scene = new Scene();
    scene.failing = { step: 'avatar.make', error: new AppError('TIMEOUT') };

    await expect(scene.set()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 2_000 });
  });
});
