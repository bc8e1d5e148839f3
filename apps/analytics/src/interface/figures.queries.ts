import { whileReachable } from '@agent-chat/database';
import { Clock } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { oldestMinute } from '../application/figure-retention';
import { FiguresReader } from '../infrastructure/figures.reader';
import { ObservationsRepository } from '../infrastructure/observations.repository';

/** Answers questions about figures, and takes in what processes observe. */
@Injectable()
export class FiguresQueries implements OnModuleInit {
  constructor(
    private readonly bus: QueryBus,
    private readonly figures: FiguresReader,
    private readonly observations: ObservationsRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    const { bus, figures, observations, clock } = this;
    bus.answer('analytics.days', (input) => whileReachable(figures.days(input)));
    bus.answer('figures.activity', (input) => whileReachable(figures.activity(input)));
    bus.answer('figures.people', (input) => whileReachable(figures.people(input)));
    bus.answer('figures.rooms', (input) => whileReachable(figures.rooms(input)));
    bus.answer('figures.delivery', (input) => whileReachable(observations.delivery(input)));
    bus.answer('figures.errors', (input) => whileReachable(observations.errors(input)));
    bus.answer('figures.observe', async (input) => {
      await whileReachable(observations.observe(input, oldestMinute(clock)));
      return {};
    });
  }
}
