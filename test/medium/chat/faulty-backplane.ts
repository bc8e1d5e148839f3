import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { Backplane, type BackplaneChannel, type BackplaneListener, type Listening } from '@agent-chat/backplane';
import { AppError, type GatewayId } from '@agent-chat/kernel';

/** The real backplane, which loses what it is told to lose. */
export class FaultyBackplane extends Backplane {
  isDown = false;
  loses: (channel: BackplaneChannel) => boolean = () => false;
  private readonly real = new InMemoryBackplane();

  override listen(gateway: GatewayId, listener: BackplaneListener): Promise<Listening> {
    return this.real.listen(gateway, listener);
  }

  override async publish(gateways: readonly GatewayId[], channel: BackplaneChannel, message: string): Promise<void> {
    if (this.isDown) throw new AppError('UNAVAILABLE');
    if (this.loses(channel)) return;
    await this.real.publish(gateways, channel, message);
  }

  override async gateways(): Promise<readonly GatewayId[]> {
    if (this.isDown) throw new AppError('UNAVAILABLE');
    return this.real.gateways();
  }

  override async lives(gateway: GatewayId): Promise<boolean> {
    if (this.isDown) throw new AppError('UNAVAILABLE');
    return this.real.lives(gateway);
  }

  override close(): Promise<void> {
    return this.real.close();
  }
}
