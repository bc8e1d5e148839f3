import { AppError, type GatewayId, newId } from '@agent-chat/kernel';
import { hadNoEffect, RedisConnection, type RedisObserver, type RedisSettings } from '@agent-chat/redis';
import { Backplane, type BackplaneChannel, type BackplaneListener, type Listening } from '../../backplane.port';
import { type Letter, seal } from './envelope';
import { GatewayLeases } from './gateway-leases';
import { Outbox, type SendOutcome } from './outbox';
import { RedisListening } from './redis-listening';

export interface RedisBackplaneOptions {
  readonly settings: RedisSettings;
  /** How long a gateway that died is still listed. */
  readonly leaseTtlMs?: number;
  /** What a listener threw, and what a lease could not be renewed for. */
  readonly onError?: (error: unknown) => void;
  readonly onCommand?: RedisObserver;
}

const DEFAULT_LEASE_TTL_MS = 6_000;
const RENEWALS_PER_LEASE = 3;

/**
 * A backplane over Redis: one channel a gateway, plain with one master and sharded in a Cluster, where a plain one would be told to every node and
 * has no order between them. What waits for a gateway goes in one PUBLISH.
 */
export class RedisBackplane extends Backplane {
  private readonly publisher = newId<string>();
  private readonly outboxes = new Map<GatewayId, Outbox>();
  private readonly listenings = new Set<RedisListening>();
  private readonly leases: GatewayLeases;
  private readonly leaseTtlMs: number;
  private envelopes = 0;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly connection: RedisConnection,
    private readonly options: RedisBackplaneOptions,
  ) {
    super();
    this.leaseTtlMs = options.leaseTtlMs ?? DEFAULT_LEASE_TTL_MS;
    this.leases = new GatewayLeases(connection, this.leaseTtlMs);
  }

  /** Resolves also while Redis is away. */
  static async open(options: RedisBackplaneOptions): Promise<RedisBackplane> {
    return new RedisBackplane(await RedisConnection.open(options.settings, options.onCommand), options);
  }

  /** Resolves if Redis answers; rejects with UNAVAILABLE. */
  async ping(): Promise<void> {
    await this.connection.ping();
  }

  override async listen(gateway: GatewayId, listener: BackplaneListener): Promise<Listening> {
    this.refuseIfClosed();
    const channel = this.channelOf(gateway);
    const listening = new RedisListening({
      settings: this.options.settings,
      leases: this.leases,
      gateway,
      channel,
      listener,
      renewIntervalMs: this.leaseTtlMs / RENEWALS_PER_LEASE,
      announce: (text) => this.tell(channel, text),
      onError: (error) => this.options.onError?.(error),
    });
    this.listenings.add(listening);
    await listening.started(this.options.settings.connectTimeoutMs);
    const stop = async (): Promise<void> => {
      this.listenings.delete(listening);
      await listening.stop();
    };
    return { stop };
  }

  override async publish(gateways: readonly GatewayId[], channel: BackplaneChannel, message: string): Promise<void> {
    this.refuseIfClosed();
    const letter: Letter = { channel, message };
    const outcomes = await Promise.all([...new Set(gateways)].map((gateway) => this.outbox(gateway).put(letter)));
    if (outcomes.length === 0 || outcomes.includes('sent')) return;
    if (outcomes.includes('unknown')) throw new AppError('TIMEOUT', { detail: 'Redis did not say whether the message was published' });
    throw new AppError('UNAVAILABLE', { detail: 'Redis cannot be reached' });
  }

  override async gateways(): Promise<readonly GatewayId[]> {
    this.refuseIfClosed();
    return this.leases.live();
  }

  override async lives(gateway: GatewayId): Promise<boolean> {
    this.refuseIfClosed();
    return this.leases.lives(gateway);
  }

  override close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    await Promise.all([...this.listenings].map((listening) => listening.stop()));
    this.connection.close();
  }

  private outbox(gateway: GatewayId): Outbox {
    let outbox = this.outboxes.get(gateway);
    if (outbox === undefined) {
      const send = (letters: readonly Letter[]): Promise<SendOutcome> => this.send(gateway, letters);
      outbox = new Outbox({ send, onIdle: () => this.outboxes.delete(gateway) });
      this.outboxes.set(gateway, outbox);
    }
    return outbox;
  }

  private async send(gateway: GatewayId, letters: readonly Letter[]): Promise<SendOutcome> {
    const envelope = { publisher: this.publisher, number: (this.envelopes += 1), letters };
    try {
      await this.tell(this.channelOf(gateway), seal(envelope));
      return 'sent';
    } catch (error) {
      return hadNoEffect(error) ? 'refused' : 'unknown';
    }
  }

  private async tell(channel: string, text: string): Promise<void> {
    const { connection } = this;
    await connection.run((client) => (connection.isCluster ? client.spublish(channel, text) : client.publish(channel, text)));
  }

  private channelOf(gateway: GatewayId): string {
    return this.connection.key('gateway', gateway);
  }

  private refuseIfClosed(): void {
    if (this.closing) throw new AppError('UNAVAILABLE', { detail: 'The backplane is closed' });
  }
}
