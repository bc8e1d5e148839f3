import { ShardMove } from '@agent-chat/contracts';
import { z } from 'zod';

const status = z.enum(['up', 'degraded', 'down']);
const components = z.array(
  z.object({ name: z.string(), isRequired: z.boolean(), status, details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional() }),
);

/** How the process stands; operators also see why. */
export const Health = z.object({ status, components: components.optional() });

/** How the process and what it rests on stand. */
export const InfrastructureStatus = z.object({
  status,
  components,
  profile: z.string(),
  partitions: z.int(),
  process: z.object({
    service: z.string(),
    instanceId: z.string(),
    address: z.string().optional(),
    pid: z.int(),
    node: z.string(),
    uptimeSec: z.int(),
    rssBytes: z.int(),
    eventLoopDelayP99Ms: z.int(),
  }),
  instances: z.array(
    z.object({
      service: z.string(),
      instanceId: z.string(),
      version: z.string(),
      address: z.string(),
      publicUrl: z.string().optional(),
      load: z.number(),
      ageMs: z.int(),
    }),
  ),
  breakers: z.array(
    z.object({
      name: z.string(),
      target: z.string().optional(),
      state: z.enum(['closed', 'open', 'half-open']),
      running: z.int(),
      failures: z.int(),
      successes: z.int(),
      refused: z.int(),
    }),
  ),
  moves: z.array(ShardMove).optional(),
});
