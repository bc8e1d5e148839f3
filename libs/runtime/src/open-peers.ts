import { ConfigError, type InternalConfig } from '@agent-chat/config';
import { type ServiceName } from '@agent-chat/contracts';
import { type Database } from '@agent-chat/database';
import { addressOfOwner, type Discovery, ProcessIdentity, type ProcessName, type ServiceInstance } from '@agent-chat/discovery';
import { DnsDiscovery } from '@agent-chat/discovery/adapters/dns';
import { ServiceRegistry } from '@agent-chat/discovery/adapters/postgres';
import { HttpQueryBus, HttpRelay, QueryServer, ServiceSecret } from '@agent-chat/query-bus/adapters/http';
import { Breakers } from '@agent-chat/resilience';
import { Logger } from '@nestjs/common';
import { eventLoopLoad } from './event-loop-load';
import { internalHost } from './internal-host';
import { type Peers } from './ports';
import { releaseVersion } from './release';

const logger = new Logger('Peers');

/**
 * Opens this process's internal door and finds the others. It is not announced yet, and answers nothing until handlers are declared.
 * Rejects with a `ConfigError` where the door's port can't be had, with nothing left running.
 */
export async function openPeers(internal: InternalConfig, service: ProcessName, database: Database, publicUrl?: string): Promise<Peers> {
  const secret = new ServiceSecret(internal.secrets);
  const server = await QueryServer.listen({ port: internal.port, host: internal.host, secret }).catch((error: unknown) => portRefused(internal, error));
  const identity = new ProcessIdentity(service, releaseVersion(), `${internalHost(internal)}:${server.port}`, publicUrl);
  const discovery = await openDiscovery(internal, identity, database);
  const breakers = new Breakers();
  const addressesOf = (asked: ServiceName): readonly string[] => addressesIn(discovery.instances(asked));
  const relay = new HttpRelay({ server, secret, addressesOf, breakers });
  const queries = new HttpQueryBus({
    server,
    secret,
    address: identity.address ?? '',
    addressesOf,
    ownerOf: (partition) => ownerOf(database, partition),
    breakers,
    onHandlerFailure: (query, error, requestId) => {
      logger.error({ err: error, query, requestId }, 'A question of another process failed');
    },
    onWrongSecret: () => {
      logger.error('Another process has another INTERNAL_SECRET: give the same to all of them');
    },
  });
  return { identity, discovery, queries, relay, breakers };
}

/** Of lists that were asked about before: a question to a service makes no list of all its processes. */
const knownAddresses = new WeakMap<readonly ServiceInstance[], readonly string[]>();

function addressesIn(instances: readonly ServiceInstance[]): readonly string[] {
  const addresses = knownAddresses.get(instances) ?? instances.map(({ address }) => address);
  knownAddresses.set(instances, addresses);
  return addresses;
}

function portRefused({ port, host }: InternalConfig, error: unknown): never {
  const { code = String(error) } = error as NodeJS.ErrnoException;
  const message = `is ${port}, where ${host} can't be listened on (${code}): stop what uses it, or set another one`;
  throw new ConfigError([{ setting: 'INTERNAL_PORT', message }]);
}

async function openDiscovery({ urls }: InternalConfig, identity: ProcessIdentity, database: Database): Promise<Discovery> {
  const onError = (error: unknown): void => {
    logger.warn({ err: error }, 'Other processes cannot be looked up: going on with those known last');
  };
  const registry = await ServiceRegistry.open({ directory: database.directory(), identity, load: eventLoopLoad(), onError });
  return Object.keys(urls).length === 0 ? registry : DnsDiscovery.open({ urls, others: registry, onError });
}

/** The truth is the partition's own row: it works without the directory, and no earlier owner can write it. */
async function ownerOf(database: Database, partition: number): Promise<string | undefined> {
  const read = async (): Promise<{ owner: string; state: string } | undefined> =>
    (
      await database.shard(partition).query<{ owner: string; state: string }>('SELECT owner, state FROM partition_progress WHERE partition = $1', [partition])
    )[0];
  let row = await read();
  // It was moved (P30): the owner is the one that has taken it where it is now.
  if (row?.state !== 'active' && (await database.reload())) row = await read();
  return row === undefined ? undefined : addressOfOwner(row.owner);
}
