import { declareCounter, declareGauge, declareHistogram, describeMetrics } from './declare-metric';

describe('declared metrics', () => {
  it('are one, however many apps of a process declare them', () => {
    const [first, second] = [1, 2].map(() => declareCounter({ name: 'agent_chat_twice_total', help: 'Declared twice', labels: ['kind'] }));

    expect(first).toBe(second);
    expect(declareGauge({ name: 'agent_chat_level', help: 'A level' })).toBe(declareGauge({ name: 'agent_chat_level', help: 'A level' }));
  });

  it('describe themselves by name, without those of Node', () => {
    declareHistogram({ name: 'agent_chat_a_seconds', help: 'How long', labels: ['route'], buckets: [1, 2] });

    expect(describeMetrics()[0]).toEqual({ name: 'agent_chat_a_seconds', kind: 'histogram', help: 'How long', labels: ['route'] });
    expect(describeMetrics().every(({ name }) => name.startsWith('agent_chat_'))).toBe(true);
  });
});
