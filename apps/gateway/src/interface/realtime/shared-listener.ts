import { type Socket } from 'socket.io';

/** A listener that all sockets share: an emitter calls it as its own, so that none has to keep a function of which socket it is. */
export function sharedListener<Args extends unknown[]>(task: (socket: Socket, ...args: Args) => void): (this: Socket, ...args: Args) => void {
  return function (...args) {
    task(this, ...args);
  };
}
