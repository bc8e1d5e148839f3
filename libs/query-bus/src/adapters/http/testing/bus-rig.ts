import { type QueryAnswer } from '@agent-chat/contracts';
import { newId, type RoomId, type UserId } from '@agent-chat/kernel';
import { Breakers } from '@agent-chat/resilience';
import { HttpQueryBus, type HttpQueryBusOptions } from '../http-query-bus';
import { QueryServer } from '../query-server';
import { ServiceSecret } from '../service-secret';

export const SECRET = 'a secret that services share here';

/** A bus with a door of its own, as each process has. */
export interface OpenBus {
  readonly bus: HttpQueryBus;
  readonly address: string;
  readonly breakers: Breakers;
  /** What `onHandlerFailure` was told. */
  readonly failures: { readonly query: string; readonly error: unknown; readonly requestId: string | undefined }[];
}

/** Opens one on a free port. Without options it knows nobody. */
export async function openBus(options: Partial<HttpQueryBusOptions> = {}): Promise<OpenBus> {
  const secret = options.secret ?? new ServiceSecret([SECRET]);
  const server = await QueryServer.listen({ port: 0, host: '127.0.0.1', secret });
  const address = `127.0.0.1:${String(server.port)}`;
  const breakers = new Breakers();
  const failures: OpenBus['failures'] = [];
  const bus = new HttpQueryBus({
    server,
    secret,
    address,
    breakers,
    addressesOf: () => [],
    ownerOf: async () => undefined,
    onHandlerFailure: (query, error, requestId) => failures.push({ query, error, requestId }),
    onWrongSecret: () => undefined,
    ...options,
  });
  return { bus, address, breakers, failures };
}

export const USER_ID = newId<UserId>();
export const ROOMS: QueryAnswer<'rooms.memberOf'> = { roomIds: [newId<RoomId>()] };
export const IN_TIME = { timeoutMs: 5_000 };

/** The buses of one test. */
export class Buses {
  private readonly opened: OpenBus[] = [];

  async open(options: Partial<HttpQueryBusOptions> = {}): Promise<OpenBus> {
    const bus = await openBus(options);
    this.opened.push(bus);
    return bus;
  }

  /** A process that answers `rooms.memberOf`, and counts. */
  async answering(answer: () => Promise<typeof ROOMS> = () => Promise.resolve(ROOMS)): Promise<OpenBus & { readonly handler: jest.Mock }> {
    const bus = await this.open();
    const handler = jest.fn(answer);
    bus.bus.answer('rooms.memberOf', handler);
    return { ...bus, handler };
  }

  async close(): Promise<void> {
    await Promise.all(this.opened.splice(0).map(({ bus }) => bus.close()));
  }
}

/** Asks what `answering` answers. */
export async function ask({ bus }: OpenBus, options = IN_TIME): Promise<typeof ROOMS> {
  return bus.ask('rooms.memberOf', { userId: USER_ID }, options);
}
