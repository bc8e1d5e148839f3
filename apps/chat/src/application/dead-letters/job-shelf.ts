import { type DeadLetter } from '@agent-chat/contracts';
import { type DeadJob, type DeadJobPlace, JobQueue } from '@agent-chat/job-queue';
import { Injectable } from '@nestjs/common';
import { type DeadLetterShelf, type LetterList, type LetterPage, type LetterPlace, type WholeLetter } from './dead-letter-shelf';
import { readWhatIsThere } from '../read/read-what-is-there';

/** Above every id of a job. */
const ABOVE_ALL = '~';
const PAGE_SIZE = 100;

/** Jobs that failed at every try: they stay in their queue. */
@Injectable()
export class JobShelf implements DeadLetterShelf {
  readonly kind = 'job';
  readonly afterReplay = 'replayed';

  constructor(private readonly jobs: JobQueue) {}

  list(page: LetterPage): Promise<LetterList> {
    return readWhatIsThere([{ name: 'jobs', read: () => this.waiting(page) }]);
  }

  private async waiting({ source, after, limit }: LetterPage): Promise<readonly DeadLetter[]> {
    const kinds = source === undefined ? await this.jobs.kinds() : [source];
    const found = await Promise.all(kinds.map((kind) => this.jobs.deadJobs(kind, limit, placeIn(kind, after))));
    return found.flat().map(toLetter);
  }

  async find(id: string): Promise<WholeLetter | undefined> {
    const { kind, jobId } = parse(id);
    for (let page = await this.jobs.deadJobs(kind, PAGE_SIZE); page.length > 0; page = await this.jobs.deadJobs(kind, PAGE_SIZE, page.at(-1))) {
      const job = page.find((each) => each.id === jobId);
      if (job !== undefined) return { letter: toLetter(job), content: job.data };
    }
    return undefined;
  }

  replay(id: string): Promise<boolean> {
    const { kind, jobId } = parse(id);
    return this.jobs.replay(kind, jobId);
  }

  discard(id: string): Promise<boolean> {
    const { kind, jobId } = parse(id);
    return this.jobs.discard(kind, jobId);
  }
}

/** A page may have ended in the middle of what failed in one millisecond, with a letter of another kind. */
function placeIn(kind: string, after: LetterPlace | undefined): DeadJobPlace | undefined {
  if (after === undefined) return undefined;
  const prefix = `job.${kind}.`;
  if (after.id.startsWith(prefix)) return { failedAt: after.failedAt, id: after.id.slice(prefix.length) };
  return { failedAt: after.failedAt, id: prefix < after.id ? ABOVE_ALL : '' };
}

/** A kind has dots of its own, an id has none. */
function parse(id: string): { kind: string; jobId: string } {
  const dot = id.lastIndexOf('.');
  return { kind: id.slice('job.'.length, Math.max(dot, 'job.'.length)), jobId: id.slice(dot + 1) };
}

function toLetter({ id, kind, error, failedAt, attempt }: DeadJob): DeadLetter {
  return { id: `job.${kind}.${id}`, kind: 'job', source: kind, error, failedAt, state: 'waiting', attempts: attempt };
}
