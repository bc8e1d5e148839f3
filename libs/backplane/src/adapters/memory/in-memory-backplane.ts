import { AppError, type GatewayId } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';
import { Backplane, type BackplaneChannel, type BackplaneListener, type Listening } from '../../backplane.port';

interface Delivery {
  readonly gateways: readonly GatewayId[];
  readonly channel: BackplaneChannel;
  readonly message: string;
}

/** How many messages may wait for the next macrotask; what comes beyond is refused. */
const MAX_WAITING_MESSAGES = 100_000;

/** A backplane inside one process. Messages leave in the next macrotask, so that a publisher never runs a listener's code. */
export class InMemoryBackplane extends Backplane {
  private readonly logger = new Logger('InMemoryBackplane');
  private readonly listeners = new Map<GatewayId, BackplaneListener>();
  private waiting: Delivery[] = [];
  private closed = false;

  override async listen(gateway: GatewayId, listener: BackplaneListener): Promise<Listening> {
    this.refuseIfClosed();
    this.listeners.set(gateway, listener);
    const stop = async (): Promise<void> => {
      // Only its own: the same name may be listened to anew.
      if (this.listeners.get(gateway) === listener) this.listeners.delete(gateway);
      return Promise.resolve();
    };
    return Promise.resolve({ stop });
  }

  override async publish(gateways: readonly GatewayId[], channel: BackplaneChannel, message: string): Promise<void> {
    this.refuseIfClosed();
    if (this.waiting.length >= MAX_WAITING_MESSAGES) throw new AppError('UNAVAILABLE', { detail: 'The backplane is full' });
    if (this.waiting.length === 0) {
      setImmediate(() => {
        this.flush();
      });
    }
    this.waiting.push({ gateways: [...new Set(gateways)], channel, message });
    return Promise.resolve();
  }

  override async gateways(): Promise<readonly GatewayId[]> {
    this.refuseIfClosed();
    return Promise.resolve([...this.listeners.keys()]);
  }

  override async lives(gateway: GatewayId): Promise<boolean> {
    this.refuseIfClosed();
    return Promise.resolve(this.listeners.has(gateway));
  }

  override async close(): Promise<void> {
    this.closed = true;
    this.listeners.clear();
    this.waiting = [];
    return Promise.resolve();
  }

  private flush(): void {
    const deliveries = this.waiting;
    this.waiting = [];
    for (const { gateways, channel, message } of deliveries) {
      for (const gateway of gateways) this.deliver(gateway, channel, message);
    }
  }

  private deliver(gateway: GatewayId, channel: BackplaneChannel, message: string): void {
    try {
      this.listeners.get(gateway)?.(channel, message);
    } catch (error) {
      this.logger.error({ err: error }, `The listener of ${gateway} failed on a message of ${channel}, which is dropped`);
    }
  }

  private refuseIfClosed(): void {
    if (this.closed) throw new AppError('UNAVAILABLE', { detail: 'The backplane is closed' });
  }
}
