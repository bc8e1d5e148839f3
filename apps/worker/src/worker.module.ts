import { Module } from '@nestjs/common';
import { ImageMaker } from './application/image-maker';
import { MakeVariantsJob } from './application/make-variants.job';
import { SharpImageMaker } from './infrastructure/sharp-image-maker';

/** Background jobs, a provider each kind. */
@Module({ providers: [MakeVariantsJob, { provide: ImageMaker, useClass: SharpImageMaker }] })
export class WorkerModule {}
