import { whileReachable } from '@agent-chat/database';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DeadLetters } from '../application/dead-letters/dead-letters';

/** Answers what operators ask about dead letters, and does what they want done with them. */
@Injectable()
export class DeadLetterQueries implements OnModuleInit {
  constructor(
    private readonly bus: QueryBus,
    private readonly letters: DeadLetters,
  ) {}

  onModuleInit(): void {
    const { bus, letters } = this;
    bus.answer('deadLetters.list', (input) => whileReachable(letters.list(input)));
    bus.answer('deadLetters.get', (input) => whileReachable(letters.get(input)));
    bus.answer('deadLetters.act', (input) => whileReachable(letters.act(input)));
  }
}
