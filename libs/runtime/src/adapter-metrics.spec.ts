import { register } from 'prom-client';
import { kafkaMetrics } from './adapter-metrics';

const waiting = async (group: string): Promise<number | undefined> => {
  const metric = await register.getSingleMetric('agent_chat_log_lag_records')?.get();
  return metric?.values.find(({ labels }) => labels['group'] === group)?.value;
};

describe('the lag of a group', () => {
  it('is that of all partitions that this process has', async () => {
    const lag = (group: string, partition: number, records: number): void => kafkaMetrics.onLag?.({ topic: 'events', group, partition, records });
    lag('search', 1, 10);
    lag('search', 2, 5);
    lag('figures', 1, 100);
    expect(await waiting('search')).toBe(15);
    lag('search', 1, 4);
    lag('search', 1, 4);
    expect(await waiting('search')).toBe(9);
    kafkaMetrics.onRebalance?.({ topic: 'events', group: 'search', assigned: [2, 3] });
    expect(await waiting('search')).toBe(5);
    lag('search', 1, 2);
    expect(await waiting('search')).toBe(7);
    expect(await waiting('figures')).toBe(100);
  });
});
