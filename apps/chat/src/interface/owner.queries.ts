import { Database, whileReachable } from '@agent-chat/database';
import { AppError, partitionOf } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { OwnerAnswers } from '../application/write/owner-answers';

/** Answers the questions to owners. */
@Injectable()
export class OwnerQueries implements OnModuleInit {
  private readonly logger = new Logger(OwnerQueries.name);
  private isDatabaseAway = false;

  constructor(
    private readonly bus: QueryBus,
    private readonly answers: OwnerAnswers,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    const { bus, answers } = this;
    bus.answer('interest.register', (input) => Promise.resolve().then(() => answers.registerInterest(input)));
    bus.answer('interest.drop', (input) => Promise.resolve().then(() => answers.dropInterest(input)));
    bus.answer('command.outcome', (input) => this.reading(answers.outcomes(input)));
    bus.answer('read.mark', (input) => this.reading(answers.markRead(input, partitionOf(input.roomId, this.database.partitionCount))));
  }

  /** As `whileReachable`. Whoever asks comes again and again until the database is back: it is said once that it is away, and once that it is back. */
  private async reading<Answer>(work: Promise<Answer>): Promise<Answer> {
    try {
      const answer = await whileReachable(work);
      if (this.isDatabaseAway) this.logger.log('The database answers owners again');
      this.isDatabaseAway = false;
      return answer;
    } catch (error) {
      if (error instanceof AppError && error.cause instanceof Error && error.code === 'UNAVAILABLE') {
        if (!this.isDatabaseAway) this.logger.warn(`The database is away, owners answer no questions: ${error.cause.message}`);
        this.isDatabaseAway = true;
      }
      throw error;
    }
  }
}
