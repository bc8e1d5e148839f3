import { type DeadLetter } from '@agent-chat/contracts';
import { DatabaseError } from '@agent-chat/database';
import { AppError } from '@agent-chat/kernel';
import { readWhatIsThere } from './read-what-is-there';

const letter = (id: string): DeadLetter => ({ id, kind: 'job', source: 's', error: 'e', failedAt: '2026-01-01T00:00:00.000Z', state: 'waiting' });
const source = (name: string, found: Promise<readonly DeadLetter[]>) => ({ name, read: () => found });
const failing = (name: string, error: Error) => ({ name, read: () => Promise.reject(error) });
const refused = (kind: 'outage' | 'data') => new DatabaseError(kind, undefined, 'no', undefined, undefined);

describe('readWhatIsThere', () => {
  it('answers what can be read, and names what is away or does not answer in time', async () => {
    const sources = [
      source('a', Promise.resolve([letter('1')])),
      failing('b', refused('outage')),
      source('c', new Promise(() => undefined)),
      failing('jobs', new AppError('UNAVAILABLE')),
      source('d', Promise.resolve([letter('2')])),
    ];

    expect(await readWhatIsThere(sources, 20)).toEqual({ items: [letter('1'), letter('2')], missing: ['b', 'c', 'jobs'] });
  });

  it('fails for anything else', async () => {
    await expect(readWhatIsThere([failing('a', refused('data'))])).rejects.toThrow('no');
  });
});
