import { type QueryName } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';
import { Agent, type IncomingMessage, request as sendRequest } from 'node:http';
import { answerIn, type Decline, type ErrorAnswer, HEADERS, MAX_ANSWER_BYTES, QUERY_PATH } from './query-wire';
import { readBody } from './read-body';
import { type ServiceSecret } from './service-secret';
import { UnansweredError } from './unanswered.error';

/** A host that doesn't even accept a connection in this time is as good as away. */
const CONNECT_TIMEOUT_MS = 1_000;
const MOST_IDLE_CONNECTIONS = 64;

/** A question on its way. */
export interface Question {
  readonly query: QueryName;
  /** The input as JSON. */
  readonly body: string;
  readonly requestId: string;
  /** When its caller stops to wait, as `performance.now()` counts. */
  readonly deadlineAtMs: number;
}

/** What came back: an answer, or an error of the catalogue, with a reason where no handler has seen the question. */
export interface Reply {
  /** As JSON. */
  readonly answer?: string | undefined;
  readonly error?: AppError;
  readonly declined?: Decline;
}

/** Puts questions to one process after another, over connections that stay open. */
export class QueryClient {
  // The connection used last is used next, so that idle ones can be closed.
  private readonly agent = new Agent({ keepAlive: true, scheduling: 'lifo', maxFreeSockets: MOST_IDLE_CONNECTIONS });

  constructor(private readonly secret: ServiceSecret) {}

  /** Rejects with `UnansweredError`; whoever works on the answer at the deadline is told to stop. */
  async send(address: string, question: Question): Promise<Reply> {
    const remainingMs = Math.floor(question.deadlineAtMs - performance.now());
    if (remainingMs <= 0) throw new UnansweredError('late', address);
    return new Promise((resolve, reject) => {
      const request = sendRequest(this.describe(address, question, remainingMs));
      let isConnected = false;
      const give = (reason: UnansweredError['reason'], cause?: unknown): void => {
        reject(new UnansweredError(reason, address, cause));
        request.destroy();
      };
      const timer = setTimeout(give, remainingMs, 'late');
      const connecting = setTimeout(() => {
        if (!isConnected) give('refused', new Error('no connection in time'));
      }, CONNECT_TIMEOUT_MS);
      request.once('socket', (socket) => {
        if (socket.connecting) socket.once('connect', () => (isConnected = true));
        else isConnected = true;
      });
      request.once('response', (response) => {
        read(response).then(resolve, (error: unknown) => give('lost', error));
      });
      request.on('error', (error) => give(isConnected ? 'lost' : 'refused', error));
      request.once('close', () => {
        clearTimeout(timer);
        clearTimeout(connecting);
      });
      request.end(question.body);
    });
  }

  close(): void {
    this.agent.destroy();
  }

  private describe(address: string, { query, body, requestId }: Question, remainingMs: number) {
    const at = address.lastIndexOf(':');
    return {
      agent: this.agent,
      method: 'POST',
      host: address.slice(0, at).replace(/^\[|\]$/g, ''),
      port: address.slice(at + 1),
      path: `${QUERY_PATH}${query}`,
      headers: {
        authorization: this.secret.header,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        [HEADERS.deadlineMs]: remainingMs,
        [HEADERS.requestId]: requestId,
      },
    };
  }
}

async function read(response: IncomingMessage): Promise<Reply> {
  const text = await readBody(response, MAX_ANSWER_BYTES);
  if (text === undefined) return { error: new AppError('INTERNAL', { detail: 'An answer between services was too large' }) };
  if (response.statusCode === 200) return { answer: answerIn(text) };
  const { error = AppError.from(undefined).toBody() } = JSON.parse(text) as ErrorAnswer;
  const declined = response.headers[HEADERS.declined] as Decline | undefined;
  return { error: AppError.fromBody(error), ...(declined === undefined ? {} : { declined }) };
}
