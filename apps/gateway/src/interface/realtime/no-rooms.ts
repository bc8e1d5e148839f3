import { Adapter } from 'socket.io-adapter';

/** Socket.IO's rooms without any: it would put each socket into one of its own, and nothing here is sent by them. Its broadcasts reach nobody. */
export class NoRooms extends Adapter {
  override addAll(): void {}

  override del(): void {}

  override delAll(): void {}
}
