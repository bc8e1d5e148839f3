/** A Socket.IO packet and the WebSocket frame that carries it, made once and written to every socket (P26). */
export interface SocketFrame {
  /** As the engine would encode it, for a transport that can't take the frame. */
  readonly packet: string;
  /** Engine.IO's write options; it adds to them, so they are not shared with anything else. */
  readonly options: { readonly preEncoded: true; readonly compress: false; readonly wsPreEncodedFrame: readonly [Buffer] };
  readonly sizeBytes: number;
}

/** A frame with the events of one room or several. */
export interface SocketEventsFrame extends SocketFrame {
  /** What is between the brackets, as JSON and as it lies in the frame. */
  readonly events: string;
  readonly eventBytes: Buffer;
}

const FINAL_TEXT = 0x81;
const PREFIX = '2["events",[';
const SUFFIX = ']]';
/** The type of an Engine.IO message, which comes before the packet. */
const MESSAGE = '4';
const OPENING_BYTES = MESSAGE.length + PREFIX.length;

/** The `events` packet for a body that is JSON already. One body makes one buffer. */
export function encodeEventsFrame(json: string): SocketEventsFrame {
  const packet = `2["events",${json}]`;
  return eventsFrame(packet, json.slice(1, -1), webSocketTextFrame(`${MESSAGE}${packet}`));
}

/** The answer to the call that a client numbered so. */
export function encodeAnswerFrame(callId: number, answer: object): SocketFrame {
  const packet = `3${String(callId)}[${JSON.stringify(answer)}]`;
  return socketFrame(packet, webSocketTextFrame(`${MESSAGE}${packet}`));
}

/** The same frames in the same order, neighbours that hold events joined. */
export function joinFrames(frames: readonly SocketFrame[]): readonly SocketFrame[] {
  if (frames.length === 1) return frames;
  const joined: SocketFrame[] = [];
  let events: SocketEventsFrame[] = [];
  const joinEvents = (): void => {
    const [first] = events;
    if (first !== undefined) joined.push(events.length === 1 ? first : joinEventsFrames(events));
    events = [];
  };
  for (const frame of frames) {
    if ('eventBytes' in frame) events.push(frame as SocketEventsFrame);
    else {
      joinEvents();
      joined.push(frame);
    }
  }
  joinEvents();
  return joined;
}

/** One `events` packet with the events of several frames, in their order: their bytes are copied, not encoded again. */
export function joinEventsFrames(frames: readonly SocketEventsFrame[]): SocketEventsFrame {
  const length = OPENING_BYTES + frames.reduce((total, { eventBytes }) => total + eventBytes.length + 1, -1) + SUFFIX.length;
  const { frame, headerLength } = emptyTextFrame(length);
  let at = headerLength + frame.write(`${MESSAGE}${PREFIX}`, headerLength, 'latin1');
  let events = '';
  for (const { eventBytes, events: more } of frames) {
    if (events !== '') at += frame.write(',', at, 'latin1');
    events = events === '' ? more : `${events},${more}`;
    at += eventBytes.copy(frame, at);
  }
  frame.write(SUFFIX, at, 'latin1');
  return eventsFrame(`${PREFIX}${events}${SUFFIX}`, events, frame);
}

function eventsFrame(packet: string, events: string, frame: Buffer): SocketEventsFrame {
  const headerLength = headerLengthOf(frame.length);
  const eventBytes = frame.subarray(headerLength + OPENING_BYTES, frame.length - SUFFIX.length);
  return { ...socketFrame(packet, frame), events, eventBytes };
}

function socketFrame(packet: string, frame: Buffer): SocketFrame {
  return { packet, options: { preEncoded: true, compress: false, wsPreEncodedFrame: [frame] }, sizeBytes: frame.length };
}

/** One unmasked, final text frame (RFC 6455, section 5.2). */
export function webSocketTextFrame(text: string): Buffer {
  const { frame, headerLength } = emptyTextFrame(Buffer.byteLength(text));
  frame.write(text, headerLength);
  return frame;
}

/** The length of the header of a frame that is `frameLength` long in all. */
function headerLengthOf(frameLength: number): number {
  if (frameLength < 126 + 2) return 2;
  return frameLength < 65_536 + 4 ? 4 : 10;
}

function emptyTextFrame(length: number): { frame: Buffer; headerLength: number } {
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerLength + length);
  frame[0] = FINAL_TEXT;
  if (headerLength === 2) frame[1] = length;
  else if (headerLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  return { frame, headerLength };
}
