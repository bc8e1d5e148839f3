import { Adapter } from 'socket.io-adapter';

/** Socket.IO's rooms without any: it would put each socket into one of its own, and nothing here is sent by them. Its broadcasts reach nobody. */
export class NoRooms extends Adapter {
  override addAll(): void {
    // Nobody is in a room,
  }

  override del(): void {
    // nobody leaves one,
  }

  override delAll(): void {
    // and nobody has to leave all.
  }
}
