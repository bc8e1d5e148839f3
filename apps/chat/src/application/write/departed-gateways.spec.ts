import { AppError, type GatewayId, newId, type RoomId } from '@agent-chat/kernel';
import { DepartedGateways } from './departed-gateways';
import { OwnedPartition } from './owned-partition';

describe('Gateways that are gone', () => {
  const [alive, dead] = [newId<GatewayId>(), newId<GatewayId>()];
  const [shared, lonely] = [newId<RoomId>(), newId<RoomId>()];
  let live: readonly GatewayId[] | undefined;
  let partition: OwnedPartition;
  let departed: DepartedGateways;

  beforeEach(() => {
    live = [alive];
    partition = new OwnedPartition(3);
    partition.interest.add(shared, alive);
    for (const roomId of [shared, lonely]) partition.interest.add(roomId, dead);
    departed = new DepartedGateways({ gateways: () => (live === undefined ? Promise.reject(new AppError('UNAVAILABLE')) : Promise.resolve(live)) });
  });

  const look = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time++) await departed.forget([partition]);
  };

  it('are forgotten with their rooms, the others stay', async () => {
    await look(3);
    expect([partition.interest.of(shared), partition.interest.of(lonely), [...partition.interest.gateways()]]).toEqual([new Set([alive]), new Set(), [alive]]);
  });

  it('are not taken for gone at once', async () => {
    await look(2);
    live = [alive, dead];
    await look(1);
    live = [alive];
    await look(2);
    expect(partition.interest.of(lonely)).toEqual(new Set([dead]));
  });

  it('are kept while nobody can say who lives', async () => {
    live = undefined;
    await look(10);
    expect(partition.interest.of(lonely)).toEqual(new Set([dead]));
  });
});
