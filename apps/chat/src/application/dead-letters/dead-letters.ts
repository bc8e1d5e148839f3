import { type DeadLetter, type DeadLetterDetails, type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { cutPage, decodePageToken } from '@agent-chat/database';
import { AppError } from '@agent-chat/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { z } from 'zod';
import { CommandShelf } from '../../infrastructure/dead-letters/command-shelf';
import { type Deed, type DeedCall, DeedRepository } from '../../infrastructure/dead-letters/deed-repository';
import { EventShelf } from '../../infrastructure/dead-letters/event-shelf';
import { type DeadLetterShelf } from './dead-letter-shelf';
import { JobShelf } from './job-shelf';

const Place = z.tuple([z.iso.datetime(), z.string().regex(/^[^\0]*$/)]);

/** Dead letters of all kinds, alike: what waits, and what operators did with it. */
@Injectable()
export class DeadLetters {
  private readonly logger = new Logger(DeadLetters.name);
  private readonly shelves: readonly DeadLetterShelf[];

  constructor(
    commands: CommandShelf,
    events: EventShelf,
    jobs: JobShelf,
    private readonly deeds: DeedRepository,
  ) {
    this.shelves = [commands, events, jobs];
  }

  async list({ kind, source, cursor, limit }: QueryInput<'deadLetters.list'>): Promise<QueryAnswer<'deadLetters.list'>> {
    const [failedAt, id] = decodePageToken(cursor, Place) ?? [];
    const after = failedAt === undefined || id === undefined ? undefined : { failedAt, id };
    const asked = this.shelves.filter((shelf) => kind === undefined || shelf.kind === kind);
    const found = await Promise.all(asked.map((shelf) => shelf.list({ source, after, limit: limit + 1 })));
    const letters = found.flatMap((list) => list.items).sort(newestFirst);
    const missing = [...new Set(found.flatMap((list) => list.missing))].sort();
    const { page, next } = cutPage(letters, limit, (letter) => [letter.failedAt, letter.id]);
    return { items: page, ...(next === undefined ? {} : { next }), ...(missing.length === 0 ? {} : { missing }) };
  }

  async get({ id }: QueryInput<'deadLetters.get'>): Promise<DeadLetterDetails> {
    const [found, deeds] = [await this.shelfOf(id).find(id), await this.deeds.of(id)];
    const letter = found?.letter ?? settled(deeds[0]);
    if (letter === undefined) throw new AppError('NOT_FOUND', { detail: 'There is no such dead letter' });
    const told = [...deeds]
      .sort((one, other) => (one.askedAt < other.askedAt ? 1 : -1))
      .map(({ act, actorId, askedAt, doneAt }) => ({ act, actorId, askedAt, doneAt }));
    return { letter, ...(found?.content === undefined ? {} : { content: found.content }), deeds: told };
  }

  /** Idempotent: by key, and without one because a letter is settled once. */
  async act(call: DeedCall): Promise<QueryAnswer<'deadLetters.act'>> {
    const known = await this.deeds.byKey(call);
    if (known?.doneAt !== undefined) return { letter: known.letter };
    const shelf = this.shelfOf(call.id);
    const found = await shelf.find(call.id);
    if (found === undefined) return { letter: await this.settledBefore(call) };
    const letter: DeadLetter = { ...found.letter, state: call.act === 'discard' ? 'discarded' : shelf.afterReplay };
    // Before it is done: nothing happens to a letter of which nobody can say who wanted it.
    const actId = known?.actId ?? (await this.deeds.ask(call, letter));
    if (!(await shelf[call.act](call.id))) return { letter: await this.settledBefore(call) };
    await this.deeds.done(actId);
    this.logger.log({ ...call, source: letter.source }, 'An operator settled a dead letter');
    return { letter };
  }

  /** What was done with a letter that is not there any more, if it was the same. */
  private async settledBefore({ id, act }: DeedCall): Promise<DeadLetter> {
    const [last] = await this.deeds.of(id);
    if (last === undefined) throw new AppError('NOT_FOUND', { detail: 'There is no such dead letter' });
    if (last.act !== act) throw new AppError('DEAD_LETTER_SETTLED');
    // Whoever did it died before it was noted.
    if (last.doneAt === undefined) await this.deeds.done(last.actId);
    return settled(last) ?? last.letter;
  }

  private shelfOf(id: string): DeadLetterShelf {
    const shelf = this.shelves.find(({ kind }) => id.startsWith(`${kind}.`));
    if (shelf === undefined) throw new AppError('NOT_FOUND', { detail: 'There is no such dead letter' });
    return shelf;
  }
}

/** A letter that has left its shelf is not being replayed any more. */
function settled(deed: Deed | undefined): DeadLetter | undefined {
  return deed && { ...deed.letter, state: deed.act === 'discard' ? 'discarded' : 'replayed' };
}

function newestFirst(one: DeadLetter, other: DeadLetter): number {
  if (one.failedAt !== other.failedAt) return one.failedAt < other.failedAt ? 1 : -1;
  return one.id < other.id ? 1 : -1;
}
