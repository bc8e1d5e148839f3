import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type RestClient } from './rest-client';

/** What no caller shall be told. */
const INTERNALS = /node_modules|\.[jt]s:\d|\bat \w+ \(|SELECT |INSERT |SQLSTATE|ZodError/;

export interface Told {
  readonly status: number;
  readonly code: string;
  readonly text: string;
}

/** Calls with any body; expects that the server doesn't fail, and tells nothing of its inside. */
export async function tell(
  { url, credentials }: RestClient,
  method: string,
  path: string,
  body?: string | Uint8Array<ArrayBuffer> | null,
  headers: Record<string, string> = {},
): Promise<Told> {
  const hasBody = body !== undefined && body !== null;
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${credentials?.accessToken ?? ''}`, ...(hasBody ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(hasBody ? { body } : {}),
  });
  const text = await answer.text();
  expect(answer.status).toBeLessThan(500);
  if (answer.status >= 400) expect(text).not.toMatch(INTERNALS);
  return { status: answer.status, code: /"code":"(\w+)"/.exec(text)?.[1] ?? '', text };
}

/** Sends bytes as they are; resolves with all that comes back until the server closes or the time is up. */
export async function exchange(url: string, text: string, timeoutMs = 5_000): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  socket.write(text);
  // A reset is an end too.
  const ended = once(socket, 'close').catch(() => undefined);
  await Promise.race([ended, delay(timeoutMs, undefined, { ref: false })]);
  socket.destroy();
  return received;
}
