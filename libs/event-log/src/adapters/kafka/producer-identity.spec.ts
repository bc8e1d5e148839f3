import { PartitionQueue } from './partition-queue';
import { ProducerIdentity } from './producer-identity';

describe('ProducerIdentity', () => {
  let answers: (() => Promise<{ producerId: string }>)[];
  let identity: ProducerIdentity;
  beforeEach(() => {
    let next = 0;
    answers = [];
    const broker = { initProducerId: () => answers.shift()?.() ?? Promise.resolve({ producerId: `id ${String((next += 1))}` }) };
    identity = new ProducerIdentity({ anyBroker: () => Promise.resolve(broker as never) });
  });

  const idOf = (queue: PartitionQueue): string | undefined => {
    identity.give(queue);
    return queue.producerId;
  };

  it('is asked for once, however many wait for it, and given to every partition', async () => {
    const [one, other] = [new PartitionQueue('topic', 1), new PartitionQueue('topic', 2)];
    expect(idOf(one)).toBeUndefined();
    await Promise.all([identity.find(), identity.find()]);
    await identity.find();

    expect([idOf(one), idOf(other)]).toEqual(['id 1', 'id 1']);
  });

  it('is asked for again after a broker failed to give one', async () => {
    answers = [() => Promise.reject(new Error('no coordinator'))];
    await expect(identity.find()).rejects.toThrow('no coordinator');
    await identity.find();

    expect(idOf(new PartitionQueue('topic', 1))).toBe('id 1');
  });

  it('is a new one for a partition that has used up its epochs, and stays with the others', async () => {
    const [worn, other] = [new PartitionQueue('topic', 1), new PartitionQueue('topic', 2)];
    await identity.find();
    expect([idOf(worn), idOf(other)]).toEqual(['id 1', 'id 1']);
    worn.epoch = 32_768;
    expect(idOf(worn)).toBeUndefined();
    await identity.find();

    expect([idOf(worn), worn.epoch, idOf(other)]).toEqual(['id 2', 0, 'id 1']);
  });
});
