import { type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';

/** A request that is handed over travels as `<its method> /relay/<service><its path>`. */
export const RELAY_PATH = '/relay/';

export const RELAY_HEADERS = {
  /** What is known about the request, as JSON in Base64. */
  facts: 'x-relay-facts',
  /** The answer is no answer for the client but an error, as JSON in Base64: an answer to HEAD has no body that could say it. */
  error: 'x-relay-error',
} as const;

// RFC 9110, section 7.6.1: they belong to one connection.
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
/** The client's own secrets stay where the client was let in; of our own headers none comes from a client. */
const NOT_HANDED_OVER: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'authorization', 'cookie', 'host', 'expect', ...Object.values(RELAY_HEADERS)]);
const NOT_HANDED_BACK: ReadonlySet<string> = new Set([...HOP_BY_HOP, ...Object.values(RELAY_HEADERS)]);

/** The client's headers that are handed over. */
export function headersToHandOver(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const kept = without(headers, NOT_HANDED_OVER);
  // A body whose length isn't known goes on as one.
  return headers['transfer-encoding'] === undefined ? kept : { ...kept, 'transfer-encoding': 'chunked' };
}

/** The headers of an answer that go to the client. */
export function headersToHandBack(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return without(headers, NOT_HANDED_BACK);
}

function without(headers: IncomingHttpHeaders, left: ReadonlySet<string>): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !left.has(name)));
}

/** A value that fits into a header. */
export function encodeJson(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}

/** Throws on anything that `encodeJson` did not make. */
export function decodeJson(text: unknown): unknown {
  return JSON.parse(Buffer.from(String(text), 'base64').toString());
}
