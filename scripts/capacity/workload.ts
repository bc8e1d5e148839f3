import { z } from 'zod';

const count = (least: number, most = 1e12) => z.coerce.number().min(least).max(most);
const share = z.coerce.number().gt(0).max(1);

/** What an installation is planned for, and how; the first block is what people do, the second what is stored, the third how full things may be. */
export const WorkloadSchema = z.strictObject({
  users: count(1).default(1_000_000).describe('people who are registered'),
  connections: count(0).optional().describe('open connections at the busiest time; as many as users unless given'),
  messagesPerMinute: count(0).default(1_000_000).describe('messages posted at the busiest time'),
  deliveriesPerMessage: count(0).default(10).describe('connections that a message is delivered to, its author’s included'),
  roomsPerConnection: count(0).default(5).describe('rooms that a connection has open'),

  averageShare: share.default(0.3).describe('how busy it is on average, beside the busiest time: for disks, brokers and traffic'),
  retentionDays: count(1).default(365).describe('how long messages are kept'),
  eventBytes: count(100).default(700).describe('bytes of an event on its way to a connection, with the frame around it'),
  recordBytes: count(100).default(1_000).describe('bytes of a command or event in a broker'),
  brokerDays: count(1).default(7).describe('how long brokers keep records'),

  busy: share.default(0.5).describe('how busy a processor may be, so that half of everything may fail'),
  databaseCores: count(1).default(16).describe('processors of a database server'),
  brokerCores: count(1).default(4).describe('processors of a broker'),
  databaseDiskGb: count(10).default(4_000).describe('the largest disk of a database server'),
  connectionsPerGateway: count(1).default(20_000).describe('connections that one gateway may hold: what it takes down with it'),
  replication: count(1).default(3).describe('brokers that keep each record'),
  standbys: count(0).default(1).describe('standbys of each database server and each Redis'),
  coreSpeed: count(0.01).default(1).describe('speed of a processor beside the one that the costs were measured on'),
});
export type Workload = Omit<z.infer<typeof WorkloadSchema>, 'connections'> & { readonly connections: number };

/** Completes what was given; throws a `ZodError` that names every mistake. */
export function readWorkload(given: unknown): Workload {
  const { connections, ...workload } = WorkloadSchema.parse(given);
  return { ...workload, connections: connections ?? workload.users };
}
