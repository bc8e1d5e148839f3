import { constants, getPriority, setPriority } from 'node:os';
import { BrokenImageError } from '../application/image-maker';
import { type ImageAnswer, type ImageTask } from './image-task';

// Before any thread that works on images is there: each has the priority of the one that began it. It may not be raised.
setPriority(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));

/** Loaded once the priority is set. */
async function answerTo({ image, maxPixels }: ImageTask): Promise<ImageAnswer> {
  const { SharpImageMaker } = await import('./sharp-image-maker');
  try {
    return { made: await new SharpImageMaker(maxPixels).make(Buffer.from(image)) };
  } catch (error) {
    if (error instanceof BrokenImageError) return { broken: error.message };
    throw error;
  }
}

process.on('message', (task: ImageTask) => {
  void answerTo(task).then((answer) => process.send?.(answer));
});
// Ctrl-C reaches every process of a terminal: the one that asked decides when this one ends.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
