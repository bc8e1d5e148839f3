import { type EventGroup } from '@agent-chat/contracts';

/** A group as it goes to every reader: encoded once for each transport, whoever it is for (P26). */
export class EventsFrame {
  /** The body of an `events` frame: a JSON array. */
  readonly json: string;
  private readonly encodings = new Map<(json: string) => unknown, unknown>();

  constructor(group: EventGroup) {
    this.json = `[${group.events.join(',')}]`;
  }

  /** What `encode` makes of the body; called once for each such function. */
  encodedBy<Encoded>(encode: (json: string) => Encoded): Encoded {
    const known = this.encodings.get(encode);
    if (known !== undefined) return known as Encoded;
    const encoded = encode(this.json);
    this.encodings.set(encode, encoded);
    return encoded;
  }
}
