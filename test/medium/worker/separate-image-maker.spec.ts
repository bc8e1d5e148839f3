import { eventually } from '@agent-chat/testing';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BrokenImageError } from '../../../apps/worker/src/application/image-maker';
import { SeparateImageMaker, type SeparateOptions } from '../../../apps/worker/src/infrastructure/separate-image-maker';
import { SharpImageMaker } from '../../../apps/worker/src/infrastructure/sharp-image-maker';
import { landscape } from '../../support/test-pictures';

const PROGRAM = resolve(__dirname, '../../../dist/apps/worker/src/infrastructure/image-maker.process.js');
const MAX_PIXELS = 20_000_000;
/** As `sched.h` has it. */
const SCHED_IDLE = 5;

/** How the kernel schedules a thread; `policy` in proc(5). */
function policyOf(pid: number, thread: number): number {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38]);
}

describe('pictures made in a process of their own', () => {
  const makers: SeparateImageMaker[] = [];
  const open = (options: SeparateOptions = {}): SeparateImageMaker => {
    const maker = new SeparateImageMaker(MAX_PIXELS, { program: PROGRAM, ...options });
    makers.push(maker);
    return maker;
  };
  const started = (maker: SeparateImageMaker): Promise<number> =>
    eventually(() => {
      expect(maker.pid).toBeDefined();
      return Promise.resolve(maker.pid!);
    });
  afterAll(() => {
    for (const { pid } of makers) if (pid !== undefined) process.kill(pid, 'SIGKILL');
  });

  it('are those that are made here, also when several are asked for at once', async () => {
    const [maker, here] = [open(), new SharpImageMaker(MAX_PIXELS)];
    const images = [await landscape(800, 600, 10), await landscape(400, 300, 200)];

    expect(await Promise.all(images.map((image) => maker.make(image)))).toEqual([await here.make(images[0]!), await here.make(images[1]!)]);
  });

  it('may be of people, and are not made for whoever has stopped to wait before their turn', async () => {
    const [maker, here] = [open(), new SharpImageMaker(MAX_PIXELS)];
    const image = await landscape(800, 600, 10);

    const [made, late] = await Promise.allSettled([maker.makeAvatar(image), maker.makeAvatar(image, AbortSignal.abort())]);
    expect(made).toEqual({ status: 'fulfilled', value: await here.makeAvatar(image) });
    expect(late.status).toBe('rejected');
    await expect(maker.makeAvatar(Buffer.from('no image'))).rejects.toThrow(BrokenImageError);
  });

  it('are given up after a while', async () => {
    await expect(open({ timeoutMs: 1 }).make(await landscape(400, 300, 10))).rejects.toThrow('The process that works on images ended with SIGKILL');
  });

  it('are refused for what is no image, and the next is made by the same process', async () => {
    const maker = open();
    await expect(maker.make(Buffer.from('no image'))).rejects.toThrow(BrokenImageError);
    const pid = await started(maker);
    await expect(maker.make(await landscape(100, 75, 10))).resolves.toMatchObject({ variants: [{ width: 100 }, { width: 100 }] });

    expect(maker.pid).toBe(pid);
  });

  it('give way to others, in the threads that work on them', async () => {
    const maker = open();
    await maker.make(await landscape(400, 300, 10));
    const pid = await started(maker);

    expect(getPriority(pid)).toBe(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
    expect(policyOf(pid, pid)).toBe(SCHED_IDLE);
    const policies = readdirSync(`/proc/${pid}/task`).map((thread) => policyOf(pid, Number(thread)));
    // The main thread, four of Node's pool and those of libvips.
    expect(policies.filter((policy) => policy === SCHED_IDLE).length).toBeGreaterThan(5);
  });

  it('are not made, and are no broken image, when the process is gone; the next get a new one', async () => {
    const maker = open();
    const making = maker.make(await landscape(4_000, 3_000, 10));
    const pid = await started(maker);
    process.kill(pid, 'SIGKILL');

    await expect(making).rejects.toThrow('The process that works on images ended with SIGKILL');
    await expect(making).rejects.not.toThrow(BrokenImageError);
    await expect(maker.make(await landscape(100, 75, 10))).resolves.toMatchObject({ variants: [{ width: 100 }, { width: 100 }] });
    expect(maker.pid).not.toBe(pid);
  });

  it('are not made, and are no broken image, when that takes too long: somebody else may have had the processors', async () => {
    const maker = open({ seconds: 1 });
    const making = maker.make(await landscape(4_000, 3_000, 10));
    const pid = await started(maker);
    const settled = new AbortController();
    void making.catch(() => undefined).finally(() => settled.abort());
    // Again and again: one of these is in the middle of a picture.
    const halting = (async () => {
      while (!settled.signal.aborted) {
        process.kill(pid, 'SIGSTOP');
        await delay(1_200);
        process.kill(pid, 'SIGCONT');
        await delay(200);
      }
    })();

    await expect(making).rejects.toThrow('timeout');
    await expect(making).rejects.not.toThrow(BrokenImageError);
    await halting;
  });

  it('need no process once there are none to be made', async () => {
    const maker = open({ idleMs: 10 });
    const making = maker.make(await landscape(100, 75, 10));
    const pid = await started(maker);
    await making;

    await eventually(() => {
      expect(existsSync(`/proc/${pid}`)).toBe(false);
      return Promise.resolve();
    });
    await expect(maker.make(await landscape(100, 75, 10))).resolves.toBeDefined();
  });
});
