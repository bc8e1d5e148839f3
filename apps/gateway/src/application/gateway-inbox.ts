import { Backplane, type BackplaneChannel, type Listening } from '@agent-chat/backplane';
import { type GatewayId, newId } from '@agent-chat/kernel';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

type ChannelListener = (message: string) => void;

/** This gateway's name on the backplane, and what arrives under it. The name is new after each start, so that answers to an earlier run find nobody. */
@Injectable()
export class GatewayInbox implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly gatewayId: GatewayId = newId<GatewayId>();
  private readonly logger = new Logger(GatewayInbox.name);
  private readonly listeners = new Map<BackplaneChannel, ChannelListener[]>();
  private listening: Promise<Listening> | undefined;

  constructor(private readonly backplane: Backplane) {}

  /** Passes each message of a channel on, in order. */
  on(channel: BackplaneChannel, listener: ChannelListener): void {
    this.listeners.set(channel, [...(this.listeners.get(channel) ?? []), listener]);
  }

  /** Starts listening; safe to call twice. */
  async start(): Promise<void> {
    this.listening ??= this.backplane.listen(this.gatewayId, (channel, message) => this.dispatch(channel, message));
    await this.listening;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.start();
  }

  async onApplicationShutdown(): Promise<void> {
    const listening = await this.listening;
    await listening?.stop();
  }

  private dispatch(channel: BackplaneChannel, message: string): void {
    for (const listener of this.listeners.get(channel) ?? []) {
      try {
        listener(message);
      } catch (error) {
        // One damaged message must not take the others with it: seqs show what is missing (P27).
        this.logger.error({ err: error }, `A message of ${channel} could not be used`);
      }
    }
  }
}
