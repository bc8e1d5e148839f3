import { z } from 'zod';

/** Relative to the root of the repository. */
export const RECORDED_SIMULATION_FILE = 'docs/generated/simulation.json';

const amount = z.number().nonnegative();
const Deliveries = z.object({ messages: amount, due: amount, arrived: amount, strange: amount, microsAMessage: amount });
const Step = z.object({
  ...{ what: z.string(), chats: amount, generations: amount, moved: amount, longestUnownedMs: amount },
  ...{ leaderMs: amount, wireBytes: amount, partitionsBalance: amount, roomsBalance: amount },
});

/** What `npm run capacity -- --simulate ... --record` keeps. */
export const RecordedSimulationSchema = z.object({
  source: z.object({ commit: z.string(), date: z.string() }),
  result: z.object({
    plan: z.object({ nodes: amount, partitions: amount, rooms: amount, members: amount, messages: amount, seed: amount }),
    ...{ chats: amount, gateways: amount, memoryMb: amount, seconds: amount },
    steps: z.array(Step),
    fanOut: z.object({ before: Deliveries, afterLoss: Deliveries, forgotten: z.boolean() }),
  }),
});
