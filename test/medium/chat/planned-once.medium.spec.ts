import { newId, type RoomId, type UserId } from '@agent-chat/kernel';
import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { EventReader } from '../../../apps/chat/src/infrastructure/read/event.reader';
import { HeadReader } from '../../../apps/chat/src/infrastructure/read/head.reader';
import { RoomLooks } from '../../../apps/chat/src/infrastructure/read/room-looks';
import { RoomReader } from '../../../apps/chat/src/infrastructure/read/room.reader';

/** As often Postgres plans for the given parameters before it weighs a plan for all. */
const CUSTOM_PLANS = 5;
const ASKED = "SELECT custom_plans::int, generic_plans::int, statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT answer.*%'";

interface PlanRow extends Record<string, unknown> {
  readonly custom_plans: number;
  readonly generic_plans: number;
  readonly statement: string;
}

describe('what is asked about many rooms at a time', () => {
  let test: TestDatabase;
  beforeAll(async () => (test = await createTestDatabase('planned')));
  afterAll(() => test.drop());

  it.each<[string, (roomIds: RoomId[], userIds: UserId[]) => Promise<unknown>]>([
    [
      'opening rooms',
      (roomIds, [userId]) => new EventReader(test.database).open({ userId: userId!, rooms: roomIds.map((roomId) => ({ roomId })), maxBytes: 10_000 }),
    ],
    ['badges', (roomIds, [userId]) => new HeadReader(test.database).badges({ reads: [{ userId: userId!, roomIds }] })],
    [
      'looks',
      (roomIds, [userId]) => {
        const looks = new RoomLooks(test.database);
        return Promise.all(roomIds.map((roomId) => looks.onPrimary({ roomId, userId: userId!, reactedIds: [] })));
      },
    ],
    ['readers', ([roomId], userIds) => new RoomReader(test.database).readers({ roomId: roomId!, userIds })],
  ])('is planned for any number of them: %s', async (_, ask) => {
    await test.database.directory().query('DEALLOCATE ALL');
    for (let times = 0; times < 30; times += 1) {
      const count = 1 + (times % 7);
      await ask(
        Array.from({ length: count }, () => newId<RoomId>()),
        Array.from({ length: count }, () => newId<UserId>()),
      );
    }
    const plans = await test.database.directory().query<PlanRow>(ASKED);
    expect(plans.length).toBeGreaterThan(0);
    for (const { custom_plans: custom, generic_plans: generic } of plans) {
      expect(custom).toBeLessThanOrEqual(CUSTOM_PLANS);
      expect(generic).toBeGreaterThan(0);
    }
  });
});
