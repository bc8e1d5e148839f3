import { execFileSync } from 'node:child_process';
import { constants, getPriority, setPriority } from 'node:os';
import { BrokenImageError } from '../application/image-maker';
import { type ImageAnswer, type ImageTask } from './image-task';

const CHRT_TIMEOUT_MS = 1_000;

// Before any thread that works on images is there: each is scheduled as the one that began it.
giveWay();

/** Where the system can (Linux), this process has a processor only as long as nobody else wants it. A low priority alone makes others wait for the end of its time slice. */
function giveWay(): void {
  // It may not be raised.
  setPriority(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
  try {
    execFileSync('chrt', ['--idle', '--pid', '0', String(process.pid)], { stdio: 'ignore', timeout: CHRT_TIMEOUT_MS });
  } catch {
    // No such program, or no such right.
  }
}

/** Loaded once the priority is set. */
async function answerTo({ wanted, image, maxPixels, seconds }: ImageTask): Promise<ImageAnswer> {
  const { SharpImageMaker } = await import('./sharp-image-maker');
  try {
    const [maker, bytes] = [new SharpImageMaker(maxPixels, seconds), Buffer.from(image)];
    return { made: await (wanted === 'avatar' ? maker.makeAvatar(bytes) : maker.make(bytes)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return error instanceof BrokenImageError ? { broken: reason } : { failed: reason };
  }
}

process.on('message', (task: ImageTask) => {
  void answerTo(task).then((answer) => process.send?.(answer));
});
// Ctrl-C reaches every process of a terminal, and SIGTERM every one of a service: the one that asked decides when this one ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
// An exit would wait for the picture under way, which is for nobody now.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
