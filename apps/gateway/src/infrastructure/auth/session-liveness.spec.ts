import { AppError, newId } from '@agent-chat/kernel';
import { type DirectoryQueries } from './directory-queries';
import { SessionLiveness } from './session-liveness';

/** A directory that says which sessions go on, and a clock. */
class Scene {
  nowMs = 1_000_000;
  readonly asked: (readonly string[])[] = [];
  readonly ended = new Set<string>();
  answering: () => Promise<unknown> = () => Promise.resolve();

  readonly liveness = new SessionLiveness(
    {
      query: async (_sql: string, [ids]: [string[]]) => {
        this.asked.push(ids);
        const alive = ids.filter((id) => !this.ended.has(id));
        await this.answering();
        return alive.map((id) => ({ id }));
      },
    } as unknown as DirectoryQueries,
    { nowMs: () => this.nowMs, nowIso: () => new Date(this.nowMs).toISOString() },
  );

  /** What is asked from now on is answered by the call of what this answers. */
  hold(): () => void {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    this.answering = () => answered;
    return () => answer();
  }

  isAlive(id: string): Promise<boolean> {
    return this.liveness.assertAlive(id).then(
      () => true,
      (error: unknown) => (AppError.from(error).code === 'UNAUTHENTICATED' ? false : Promise.reject(error as Error)),
    );
  }
}

describe('whether a session goes on', () => {
  let scene: Scene;
  const [one, other] = [newId<string>(), newId<string>()];
  beforeEach(() => (scene = new Scene()));

  it('is asked for all at once, and again after 3 seconds', async () => {
    scene.ended.add(other);
    expect(await Promise.all([one, other, one].map((id) => scene.isAlive(id)))).toEqual([true, false, true]);
    expect(scene.asked).toEqual([[one, other]]);
    scene.nowMs += 2_999;
    expect(await scene.isAlive(one)).toBe(true);
    scene.ended.add(one);
    scene.nowMs += 1;
    expect(await scene.isAlive(one)).toBe(false);
    expect(scene.asked).toEqual([[one, other], [one]]);
  });

  it('is asked again when the clock was set back', async () => {
    await scene.isAlive(one);
    scene.ended.add(one);
    scene.nowMs -= 3_600_000;
    expect(await scene.isAlive(one)).toBe(false);
  });

  it('is not remembered from before it was ended here', async () => {
    const answer = scene.hold();
    const asking = scene.isAlive(one);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    scene.ended.add(one);
    scene.liveness.forget([one]);
    answer();
    await asking;
    expect(await scene.isAlive(one)).toBe(false);
  });

  it('is not taken for granted any more once it was said to have ended, whatever else ends meanwhile', async () => {
    await scene.isAlive(one);
    scene.ended.add(one);
    scene.nowMs += 3_000;
    const answer = scene.hold();
    const asking = scene.isAlive(one);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    scene.liveness.forget([other]);
    answer();
    expect(await asking).toBe(false);
    scene.answering = () => Promise.reject(new AppError('UNAVAILABLE'));
    await expect(scene.isAlive(one)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('is taken for granted while the directory is away, of those that were known', async () => {
    await scene.isAlive(one);
    scene.nowMs += 3_000;
    scene.answering = () => Promise.reject(new AppError('UNAVAILABLE'));
    expect(await scene.isAlive(one)).toBe(true);
    await expect(scene.isAlive(other)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const questions = scene.asked.length;
    expect(await scene.isAlive(one)).toBe(true);
    expect(scene.asked).toHaveLength(questions);
  });

  it('is waited for no longer than 2 seconds', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    try {
      scene.hold();
      const asking = scene.isAlive(one).catch((error: unknown) => AppError.from(error).code);
      await jest.advanceTimersByTimeAsync(2_000);
      expect(await asking).toBe('UNAVAILABLE');
    } finally {
      jest.useRealTimers();
    }
  });
});
