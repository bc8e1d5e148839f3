import { Database } from '@agent-chat/database';
import { partitionOf } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OwnerAnswers } from '../application/write/owner-answers';

/** Answers the questions to owners. */
@Injectable()
export class OwnerQueries implements OnModuleInit {
  constructor(
    private readonly bus: QueryBus,
    private readonly answers: OwnerAnswers,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    const { bus, answers } = this;
    bus.answer('interest.register', (input) => Promise.resolve().then(() => answers.registerInterest(input)));
    bus.answer('interest.drop', (input) => Promise.resolve().then(() => answers.dropInterest(input)));
    bus.answer('command.outcome', (input) => answers.outcomes(input));
    bus.answer('read.mark', (input) => answers.markRead(input, partitionOf(input.roomId, this.database.partitionCount)));
  }
}
