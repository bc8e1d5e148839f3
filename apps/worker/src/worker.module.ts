import { AppConfig } from '@agent-chat/config';
import { Module } from '@nestjs/common';
import { ImageMaker } from './application/image-maker';
import { MakeAvatarHandler } from './application/make-avatar.handler';
import { MakeVariantsJob } from './application/make-variants.job';
import { SeparateImageMaker } from './infrastructure/separate-image-maker';
import { WorkerQueries } from './interface/worker.queries';

/** Somebody waits for a person's picture. */
const SOON = { seconds: 10, timeoutMs: 60_000 };

/** Background jobs, a provider each kind, and what is done at once. */
@Module({
  providers: [
    MakeVariantsJob,
    WorkerQueries,
    { provide: ImageMaker, useFactory: ({ files }: AppConfig) => new SeparateImageMaker(files.maxImagePixels), inject: [AppConfig] },
    {
      provide: MakeAvatarHandler,
      useFactory: ({ files }: AppConfig) => new MakeAvatarHandler(new SeparateImageMaker(files.maxImagePixels, SOON)),
      inject: [AppConfig],
    },
  ],
})
export class WorkerModule {}
