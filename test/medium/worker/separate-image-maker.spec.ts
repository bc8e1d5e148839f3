import { eventually } from '@agent-chat/testing';
import { existsSync, readdirSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { resolve } from 'node:path';
import { BrokenImageError } from '../../../apps/worker/src/application/image-maker';
import { SeparateImageMaker } from '../../../apps/worker/src/infrastructure/separate-image-maker';
import { SharpImageMaker } from '../../../apps/worker/src/infrastructure/sharp-image-maker';
import { landscape } from '../../support/test-pictures';

const PROGRAM = resolve(__dirname, '../../../dist/apps/worker/src/infrastructure/image-maker.process.js');
const MAX_PIXELS = 20_000_000;

describe('pictures made in a process of their own', () => {
  const makers: SeparateImageMaker[] = [];
  const open = (idleMs?: number): SeparateImageMaker => {
    const maker = new SeparateImageMaker(MAX_PIXELS, PROGRAM, idleMs);
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
    const low = Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL);

    expect(getPriority(pid)).toBe(low);
    const priorities = readdirSync(`/proc/${pid}/task`).map((thread) => getPriority(Number(thread)));
    // The main thread, four of Node's pool and those of libvips.
    expect(priorities.filter((priority) => priority === low).length).toBeGreaterThan(5);
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

  it('need no process once there are none to be made', async () => {
    const maker = open(10);
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
