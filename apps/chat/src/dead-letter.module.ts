import { OperatorActs } from '@agent-chat/audit';
import { Module } from '@nestjs/common';
import { DeadCommandKeeper } from './application/dead-letters/dead-command-keeper';
import { DeadLetters } from './application/dead-letters/dead-letters';
import { JobShelf } from './application/dead-letters/job-shelf';
import { CommandShelf } from './infrastructure/dead-letters/command-shelf';
import { DeedRepository } from './infrastructure/dead-letters/deed-repository';
import { EventShelf } from './infrastructure/dead-letters/event-shelf';
import { DeadLetterQueries } from './interface/dead-letter.queries';

/** What failed for good, of every service, for operators to look at, replay and discard. */
@Module({ providers: [CommandShelf, DeadCommandKeeper, DeadLetterQueries, DeadLetters, DeedRepository, EventShelf, JobShelf, OperatorActs] })
export class DeadLetterModule {}
