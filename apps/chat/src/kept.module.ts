import { AppConfig } from '@agent-chat/config';
import { Module } from '@nestjs/common';
import { KeptMessages } from './application/read/kept-messages';

/** Messages in memory: the reading half puts pages together from them, the writing half tells them what it has stored. */
@Module({
  providers: [{ provide: KeptMessages, inject: [AppConfig], useFactory: ({ limits }: AppConfig) => new KeptMessages(limits.historyCacheBytes) }],
  exports: [KeptMessages],
})
export class KeptModule {}
