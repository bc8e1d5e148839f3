import { AppConfig } from '@agent-chat/config';
import { Module } from '@nestjs/common';
import { ImageMaker } from './application/image-maker';
import { MakeVariantsJob } from './application/make-variants.job';
import { SeparateImageMaker } from './infrastructure/separate-image-maker';

/** Background jobs, a provider each kind. */
@Module({
  providers: [
    MakeVariantsJob,
    { provide: ImageMaker, useFactory: ({ files }: AppConfig) => new SeparateImageMaker(files.maxImagePixels), inject: [AppConfig] },
  ],
})
export class WorkerModule {}
