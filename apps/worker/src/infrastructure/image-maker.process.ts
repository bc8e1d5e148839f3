import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';
import { BrokenImageError } from '../application/image-maker';
import { type ImageAnswer, type ImageTask } from './image-task';

// Before any thread that works on images is there: each is scheduled as the one that began it.
giveWay();

/**
 * A low priority makes others wait for the end of a time slice all the same. Where the system can (Linux), this process has a processor only as long as nobody else
 * wants it; and where the kernel first shares out processors among sessions, as it does outside of containers and services, its own has the smallest share.
 */
function giveWay(): void {
  // It may not be raised.
  setPriority(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
  for (const ask of [leaveTheProcessor, shrinkTheSession]) {
    try {
      ask();
    } catch {
      // Another system, or no such right.
    }
  }
}

function leaveTheProcessor(): void {
  execFileSync('chrt', ['--idle', '--pid', '0', String(process.pid)], { stdio: 'ignore' });
}

/** Nobody else is in it: see `detached` where this process is started. */
function shrinkTheSession(): void {
  writeFileSync('/proc/self/autogroup', String(constants.priority.PRIORITY_LOW));
}

/** Loaded once the priority is set. */
async function answerTo({ image, maxPixels, seconds }: ImageTask): Promise<ImageAnswer> {
  const { SharpImageMaker } = await import('./sharp-image-maker');
  try {
    return { made: await new SharpImageMaker(maxPixels, seconds).make(Buffer.from(image)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return error instanceof BrokenImageError ? { broken: reason } : { failed: reason };
  }
}

process.on('message', (task: ImageTask) => {
  void answerTo(task).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit(0));
