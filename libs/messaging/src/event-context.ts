import { type LogEvent } from '@agent-chat/contracts';
import { BaseRpcContext } from '@nestjs/microservices';

/** Where an event comes from: `@Ctx()` beside `@Payload()`; a handler without them gets the event alone. */
export class EventContext extends BaseRpcContext<[LogEvent, string]> {
  /** Its place in its partition's log. With `(roomId, epoch, seq)` it names the event for good. */
  get place(): { readonly partition: number; readonly position: number } {
    const [{ partition, position }] = this.args;
    return { partition, position };
  }

  get group(): string {
    return this.args[1];
  }
}
