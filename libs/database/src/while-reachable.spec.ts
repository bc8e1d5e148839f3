import { AppError } from '@agent-chat/kernel';
import { DatabaseError, type DatabaseErrorKind } from './database-error';
import { whileReachable } from './while-reachable';

const failing = (error: Error) => whileReachable(Promise.reject(error), 'The directory is away');
const refused = (kind: DatabaseErrorKind) => new DatabaseError(kind, undefined, 'no', undefined, undefined);

describe('whileReachable', () => {
  it('passes on what the work resolves with', async () => {
    expect(await whileReachable(Promise.resolve(7))).toBe(7);
  });

  it('tells of an outage as something to try again, and keeps its cause', async () => {
    const outage = refused('outage');
    await expect(failing(outage)).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'The directory is away', retryAfterMs: 1_000, cause: outage });
  });

  it('says what is away also where nobody says it better', async () => {
    await expect(whileReachable(Promise.reject(refused('outage')))).rejects.toMatchObject({ message: 'The database that has this cannot be reached now' });
  });

  it.each([refused('data'), refused('fenced'), new AppError('ROOM_NOT_FOUND'), new TypeError('oops')])(
    'leaves any other failure as it is: %s',
    async (error) => {
      await expect(failing(error)).rejects.toBe(error);
    },
  );
});
