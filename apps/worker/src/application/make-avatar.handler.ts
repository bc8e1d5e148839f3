import { type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';
import { BrokenImageError, type ImageMaker } from './image-maker';

/** Makes people's pictures, for whoever waits for them. */
export class MakeAvatarHandler {
  private readonly logger = new Logger(MakeAvatarHandler.name);

  /** The maker is to work on nothing else: a person doesn't wait for the images of messages. */
  constructor(private readonly maker: ImageMaker) {}

  /** Rejects with FILE_REFUSED, or UNAVAILABLE where the picture wasn't made this time. */
  async make({ image }: QueryInput<'avatar.make'>, signal: AbortSignal): Promise<QueryAnswer<'avatar.make'>> {
    try {
      const picture = await this.maker.makeAvatar(Buffer.from(image, 'base64'), signal);
      return { picture: picture.toString('base64') };
    } catch (error) {
      if (error instanceof BrokenImageError) throw new AppError('FILE_REFUSED', { detail: 'The picture cannot be read, or has too many pixels', cause: error });
      this.logger.warn({ err: error }, 'A picture of a person was not made');
      throw new AppError('UNAVAILABLE', { detail: 'Pictures cannot be made now', retryAfterMs: 2_000, cause: error });
    }
  }
}
