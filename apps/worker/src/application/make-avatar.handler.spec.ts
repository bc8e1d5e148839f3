import { Logger } from '@nestjs/common';
import { BrokenImageError, ImageMaker, type MadeImage } from './image-maker';
import { MakeAvatarHandler } from './make-avatar.handler';

Logger.overrideLogger(false);

class ScriptedMaker extends ImageMaker {
  outcome: Buffer | Error = Buffer.from('square');
  readonly asked: (string | undefined)[] = [];
  override make(): Promise<MadeImage> {
    throw new Error('There is nothing to be made for messages');
  }
  override async makeAvatar(image: Buffer, signal?: AbortSignal): Promise<Buffer> {
    this.asked.push(image.toString(), String(signal?.aborted));
    if (this.outcome instanceof Error) throw this.outcome;
    return this.outcome;
  }
}

describe('making the picture of a person', () => {
  const maker = new ScriptedMaker();
  const make = (signal = new AbortController().signal) => new MakeAvatarHandler(maker).make({ image: Buffer.from('any image').toString('base64') }, signal);

  it('answers with its bytes, and tells the maker who stops to wait', async () => {
    expect(await make(AbortSignal.abort())).toEqual({ picture: Buffer.from('square').toString('base64') });
    expect(maker.asked).toEqual(['any image', 'true']);
  });

  it('refuses an image that cannot be read', async () => {
    maker.outcome = new BrokenImageError('no pixels');
    await expect(make()).rejects.toMatchObject({ code: 'FILE_REFUSED', retryable: false });
  });

  it('asks to try again where it failed for any other reason', async () => {
    maker.outcome = new Error('The process that works on images ended with SIGKILL');
    await expect(make()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 2_000 });
  });
});
