import { setTimeout as delay } from 'node:timers/promises';
import { type GatewayId, newId } from '@agent-chat/kernel';
import { RedisSubscription, type RedisSettings } from '@agent-chat/redis';
import { type BackplaneListener, type Listening } from '../../backplane.port';
import { type Envelope, unseal } from './envelope';
import { type GatewayLeases } from './gateway-leases';

export interface RedisListeningOptions {
  readonly settings: RedisSettings;
  readonly leases: GatewayLeases;
  readonly gateway: GatewayId;
  readonly channel: string;
  readonly listener: BackplaneListener;
  readonly renewIntervalMs: number;
  /** Sends a text to everyone who listens to the channel. */
  readonly announce: (text: string) => Promise<void>;
  /** What a listener threw, and why a lease could not be renewed. */
  readonly onError: (error: unknown) => void;
}

/** How many publishers' numbers are remembered; those that were silent longest are forgotten. */
const MAX_PUBLISHERS = 10_000;
const RETRY_MS = 250;
const TAKEOVER = 'takeover ';

/** One gateway's ear. A newer incarnation under its name, here or elsewhere, ends it. */
export class RedisListening implements Listening {
  private readonly incarnation = newId<string>();
  private readonly subscription: RedisSubscription;
  private readonly newest = new Map<string, number>();
  private readonly held = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;

  constructor(private readonly options: RedisListeningOptions) {
    this.subscription = new RedisSubscription(options.settings, options.channel, {
      onMessage: (text) => this.receive(text),
      onUp: () => this.renew(),
    });
  }

  /** Resolves when messages arrive and the lease is held, or after `limitMs`: then Redis is away, and both follow when it is back. */
  async started(limitMs: number): Promise<void> {
    if (this.held.signal.aborted) return;
    await delay(limitMs, undefined, { signal: this.held.signal, ref: false }).catch(() => undefined);
  }

  async stop(): Promise<void> {
    if (!this.isOver) {
      this.end();
      // Best effort: it lapses by itself.
      await this.options.leases.drop(this.options.gateway, this.incarnation).catch(() => undefined);
    }
    await this.subscription.close();
  }

  private end(): void {
    this.isOver = true;
    this.held.abort();
    clearTimeout(this.timer);
  }

  /** Never rejects. Renews again later, until it is over. */
  private renew(): void {
    if (this.isOver) return;
    clearTimeout(this.timer);
    this.hold().then(
      () => this.renewIn(this.options.renewIntervalMs),
      (error: unknown) => {
        this.options.onError(error);
        this.renewIn(RETRY_MS);
      },
    );
  }

  private renewIn(ms: number): void {
    if (this.isOver) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.renew(), ms).unref();
  }

  private async hold(): Promise<void> {
    const { leases, gateway, announce } = this.options;
    const isFirst = !this.held.signal.aborted;
    const isHeld = await leases.hold(gateway, this.incarnation, isFirst ? 'take' : 'renew');
    if (isHeld && isFirst && !this.isOver) await announce(`${TAKEOVER}${this.incarnation}`);
    if (isHeld) this.held.abort();
    else this.giveWay();
  }

  /** Another incarnation listens under this name: what is sent to it is not for this one. */
  private giveWay(): void {
    if (this.isOver) return;
    this.end();
    this.subscription.close().catch(this.options.onError);
  }

  private receive(text: string): void {
    if (text.startsWith(TAKEOVER) && text !== `${TAKEOVER}${this.incarnation}`) this.giveWay();
    const envelope = unseal(text);
    if (this.isOver || envelope === undefined || !this.isNew(envelope)) return;
    for (const { channel, message } of envelope.letters) {
      try {
        this.options.listener(channel, message);
      } catch (error) {
        this.options.onError(error);
      }
    }
  }

  /** An envelope that comes late, over a connection its publisher has left, or twice, is dropped: a loss is allowed, a wrong order is not. */
  private isNew({ publisher, number }: Envelope): boolean {
    const newest = this.newest.get(publisher);
    if (newest !== undefined && number <= newest) return false;
    this.newest.delete(publisher);
    this.newest.set(publisher, number);
    if (this.newest.size > MAX_PUBLISHERS) this.newest.delete(this.newest.keys().next().value ?? '');
    return true;
  }
}
