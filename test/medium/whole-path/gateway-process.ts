import { loadConfig } from '@agent-chat/config';
import { type RoomEvent } from '@agent-chat/contracts';
import { type LogRecord } from '@agent-chat/event-log';
import { formatCursor, type RoomId, type UserId, SystemClock } from '@agent-chat/kernel';
import { type QueryBus } from '@agent-chat/query-bus';
import { Observations } from '../../../apps/gateway/src/application/figures/observations';
import { GatewayInbox } from '../../../apps/gateway/src/application/gateway-inbox';
import { admissionLimits, CommandAdmission } from '../../../apps/gateway/src/application/command-admission';
import { LogCommandSender } from '../../../apps/gateway/src/application/log-command-sender';
import { Connection, type NoticeFrame } from '../../../apps/gateway/src/application/realtime/connection';
import { DeliveryQueue } from '../../../apps/gateway/src/application/realtime/delivery-queue';
import { type EventsFrame } from '../../../apps/gateway/src/application/realtime/events-frame';
import { HeadsCheck } from '../../../apps/gateway/src/application/realtime/heads-check';
import { InterestRegistry } from '../../../apps/gateway/src/application/realtime/interest-registry';
import { RealtimeMetrics } from '../../../apps/gateway/src/application/realtime/realtime-metrics';
import { RoomIndex } from '../../../apps/gateway/src/application/realtime/room-index';
import { RoomUpkeep } from '../../../apps/gateway/src/application/realtime/room-upkeep';
import { Subscriptions } from '../../../apps/gateway/src/application/realtime/subscriptions';
import { type World } from './chat-process';
import { Link, LinkedLog } from './network';

/** One gateway process: the real sender of commands and the real subscriptions. */
export class GatewayProcess {
  readonly link: Link;
  readonly commands: LogCommandSender;
  readonly subscriptions: Subscriptions;
  readonly heads: HeadsCheck;
  readonly index: RoomIndex;
  private readonly inbox: GatewayInbox;
  private readonly interest: InterestRegistry;

  constructor(
    { scheduler, log, backplane }: World,
    queries: QueryBus,
    /** Told what lies in the command log. */
    onCommand: (record: LogRecord) => void,
  ) {
    const config = loadConfig({});
    const metrics = new RealtimeMetrics();
    const deliveries = new DeliveryQueue();
    const upkeep = new RoomUpkeep(queries, deliveries, metrics, new Observations(queries, new SystemClock()));
    this.link = new Link(scheduler);
    this.inbox = new GatewayInbox(backplane);
    const linked = new LinkedLog(log, this.link, (_, records) => {
      for (const record of records) onCommand(record);
    });
    const admission = new CommandAdmission(log.partitionCount, admissionLimits(config.limits));
    this.commands = new LogCommandSender(linked, queries, this.inbox.gatewayId, admission);
    this.interest = new InterestRegistry(queries, this.inbox, config);
    this.index = new RoomIndex(upkeep, deliveries, this.interest, this.inbox, metrics, admission);
    this.heads = new HeadsCheck(queries, this.index, this.interest, upkeep);
    this.subscriptions = new Subscriptions(queries, this.index, this.interest, config);
  }

  async start(): Promise<void> {
    this.inbox.on('answers', (message) => this.commands.receive(JSON.parse(message)));
    this.interest.onApplicationBootstrap();
    this.index.onApplicationBootstrap();
    this.heads.onApplicationBootstrap();
    await this.inbox.start();
  }

  async stop(): Promise<void> {
    await this.commands.drain();
    this.heads.onModuleDestroy();
    this.interest.onModuleDestroy();
    await this.inbox.onApplicationShutdown();
  }
}

/** A client that reads one room and resumes from what it has seen. */
export class Reader {
  readonly seen: RoomEvent[] = [];
  readonly resyncs: string[] = [];
  private connection: ReaderConnection | undefined;

  constructor(
    readonly name: string,
    readonly userId: UserId,
    readonly roomId: RoomId,
    private readonly gateway: () => GatewayProcess,
  ) {}

  get isConnected(): boolean {
    return this.connection?.subscriptions.get(this.roomId)?.phase === 'live';
  }

  /** Subscribes from its cursor on; fetches pages until the server says that there is no more. Rejects if the gateway can't tell now. */
  async connect(): Promise<void> {
    await this.disconnect();
    const { subscriptions } = this.gateway();
    const connection = new ReaderConnection(this);
    this.connection = connection;
    let cursor = this.cursor;
    for (let more = true; more;) {
      const opened = await subscriptions.open(connection, [{ roomId: this.roomId, cursor }]);
      const [room] = opened.answer;
      if (this.connection !== connection || room === undefined) return;
      if ('error' in room) throw new Error(room.error.code);
      this.seen.push(...room.events);
      ({ cursor, more } = room);
      opened.release();
    }
  }

  async disconnect(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    if (connection === undefined) return;
    connection.isClosed = true;
    this.gateway().subscriptions.dropAll(connection);
    await Promise.resolve();
  }

  /** Frames of a connection that is gone reach nobody. */
  take(connection: ReaderConnection, events: readonly RoomEvent[]): void {
    if (connection === this.connection) this.seen.push(...events);
  }

  private get cursor(): string {
    const last = this.seen.at(-1);
    return formatCursor(last ?? { epoch: 1, seq: 0 });
  }
}

class ReaderConnection extends Connection {
  override readonly isBusy = false;

  constructor(private readonly reader: Reader) {
    super({ userId: reader.userId, sessionId: 'a session', roles: [], expiresAtMs: Number.MAX_SAFE_INTEGER });
  }

  override sendEvents(_roomId: RoomId, frame: EventsFrame): void {
    this.reader.take(this, JSON.parse(frame.json) as RoomEvent[]);
  }

  override send(frame: NoticeFrame, body: unknown): void {
    if (frame === 'resync') this.reader.resyncs.push(JSON.stringify(body));
  }

  override sendEphemeral(): void {
    // Not what is looked at here.
  }

  override close(): void {
    this.isClosed = true;
  }

  override leave(): Promise<void> {
    return Promise.resolve();
  }
}
