import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { MakeAvatarHandler } from '../application/make-avatar.handler';

/** Answers what somebody waits for. */
@Injectable()
export class WorkerQueries implements OnModuleInit {
  constructor(
    private readonly bus: QueryBus,
    private readonly avatars: MakeAvatarHandler,
  ) {}

  onModuleInit(): void {
    this.bus.answer('avatar.make', (input, { signal }) => this.avatars.make(input, signal));
  }
}
