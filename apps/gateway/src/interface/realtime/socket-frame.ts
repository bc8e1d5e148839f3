/** A Socket.IO packet and the WebSocket frame that carries it, made once and written to every socket (P26). */
export interface SocketFrame {
  /** As the engine would encode it, for a transport that can't take the frame. */
  readonly packet: string;
  /** Engine.IO's write options; it adds to them, so they are not shared with anything else. */
  readonly options: { readonly preEncoded: true; readonly compress: false; readonly wsPreEncodedFrame: readonly [Buffer] };
  readonly sizeBytes: number;
}

const FINAL_TEXT = 0x81;

/** The `events` packet for a body that is JSON already. One body makes one buffer. */
export function encodeEventsFrame(json: string): SocketFrame {
  const packet = `2["events",${json}]`;
  const frame = webSocketTextFrame(`4${packet}`);
  return { packet, options: { preEncoded: true, compress: false, wsPreEncodedFrame: [frame] }, sizeBytes: frame.length };
}

/** One unmasked, final text frame (RFC 6455, section 5.2). */
export function webSocketTextFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
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
  frame.write(text, headerLength);
  return frame;
}
