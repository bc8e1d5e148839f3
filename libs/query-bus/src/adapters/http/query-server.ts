import { type QueryName } from '@agent-chat/contracts';
import { AppError, ERRORS, HTTP_STATUS } from '@agent-chat/kernel';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { textOf } from '../../json-text';
import { NotTheOwnerError } from '../../not-the-owner.error';
import { type QueryHandlers } from '../../query-handlers';
import { type HandlerFailure } from '../local-call';
import { untilDeadline } from '../until-deadline';
import { answerBody, type Decline, type ErrorAnswer, HEADERS, MAX_QUESTION_BYTES, QUERY_PATH } from './query-wire';
import { type RelayFacts } from '../../relay.port';
import { passBy, type RelayHandlers } from '../relay-handlers';
import { readBody } from './read-body';
import { decodeJson, encodeJson, RELAY_HEADERS, RELAY_PATH } from './relay-wire';
import { type ServiceSecret } from './service-secret';

/** What is handed over may take as long as its client likes: questions have deadlines, whoever has no secret is turned away at once, silence ends the rest. */
const NO_REQUEST_TIMEOUT = 0;
/** Callers are told, and close first: neither side ever uses a connection that the other is just closing. */
const KEEP_ALIVE_MS = 75_000;
const LONGEST_DEADLINE_MS = 600_000;
/** How long answers that are on their way may take when everything else has ended. */
const LAST_ANSWERS_MS = 1_000;

export interface QueryServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  readonly secret: ServiceSecret;
}

/** A process's internal door: takes questions of other processes, and what they hand over. */
export class QueryServer {
  private readonly server: Server;
  private handlers: QueryHandlers | undefined;
  private relayed: RelayHandlers | undefined;
  private onFailure: HandlerFailure = () => undefined;

  private constructor(private readonly secret: ServiceSecret) {
    this.server = createServer({ requestTimeout: NO_REQUEST_TIMEOUT, keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      void (request.url?.startsWith(RELAY_PATH) === true ? this.takeOver(request, response) : this.take(request, response));
    });
  }

  /** Rejects with what listening rejects with. Until `serve` questions are turned away. */
  static async listen({ port, host, secret }: QueryServerOptions): Promise<QueryServer> {
    const door = new QueryServer(secret);
    door.server.listen(port, host);
    await once(door.server, 'listening');
    return door;
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  serve(handlers: QueryHandlers, onFailure: HandlerFailure): void {
    this.handlers = handlers;
    this.onFailure = onFailure;
  }

  serveRelay(handlers: RelayHandlers): void {
    this.relayed = handlers;
  }

  /** Lets the last answers out. Safe to call twice. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const cut = setTimeout(() => {
      this.server.closeAllConnections();
    }, LAST_ANSWERS_MS);
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeIdleConnections();
    await closed;
    clearTimeout(cut);
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = request.headers[HEADERS.requestId];
    if (typeof requestId === 'string') response.setHeader(HEADERS.requestId, requestId);
    const query = queryOf(request);
    try {
      const refusal = this.refusal(request, query);
      if (refusal === undefined) send(response, 200, answerBody(textOf(await this.answer(query, request, response))));
      else decline(response, ...refusal);
    } catch (error) {
      if (!(error instanceof AppError) && !isBrokenOff(request)) this.onFailure(query, error, String(requestId));
      fail(response, error);
    }
  }

  /** A request of a client, as another process hands it over. */
  private async takeOver(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const service = (request.url ?? '').slice(RELAY_PATH.length).split('/', 1)[0] ?? '';
    try {
      if (!this.secret.accepts(request.headers.authorization)) throw new AppError('UNAVAILABLE', { detail: 'The service cannot be reached' });
      const facts = decodeJson(request.headers[RELAY_HEADERS.facts]) as RelayFacts;
      delete request.headers.authorization;
      request.url = (request.url ?? '').slice(RELAY_PATH.length + service.length);
      if (this.relayed === undefined) throw new AppError('UNAVAILABLE');
      await this.relayed.run(service, request, response, facts);
    } catch (thrown) {
      const error = AppError.from(thrown);
      if (error.code === 'INTERNAL') this.onFailure(`relay/${service}`, error.cause ?? thrown, '');
      passBy(request);
      response.writeHead(HTTP_STATUS[ERRORS[error.code].category], { 'content-length': 0, [RELAY_HEADERS.error]: encodeJson(error.toBody()) }).end();
    }
  }

  /** Why a question isn't looked at any further. */
  private refusal(request: IncomingMessage, query: string): [Decline, AppError] | undefined {
    if (!this.secret.accepts(request.headers.authorization)) return ['wrong-secret', new AppError('UNAUTHENTICATED')];
    if (query === '') throw new AppError('NOT_FOUND');
    if (this.handlers?.isClosed !== false) return ['closed', new AppError('UNAVAILABLE', { detail: 'The query bus is closed' })];
    return this.handlers.has(query) ? undefined : ['unknown', new AppError('UNAVAILABLE', { detail: `Nobody answers ${query}` })];
  }

  private async answer(query: string, request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const deadline = new AbortController();
    response.once('close', () => {
      // The caller is gone: what is still running is for nobody.
      if (!response.writableFinished) deadline.abort();
    });
    const timeoutMs = deadlineOf(request);
    const answering = receive(request).then((input) => this.handlers?.run(query as QueryName, input, deadline.signal));
    return untilDeadline(answering, timeoutMs, deadline);
  }
}

/** The name in the path; empty where the request is no question. */
function queryOf({ method, url = '' }: IncomingMessage): string {
  return method === 'POST' && url.startsWith(QUERY_PATH) ? url.slice(QUERY_PATH.length) : '';
}

/** How long the caller waits, in milliseconds. */
function deadlineOf(request: IncomingMessage): number {
  const deadlineMs = Number(request.headers[HEADERS.deadlineMs]);
  if (Number.isInteger(deadlineMs) && deadlineMs >= 0 && deadlineMs <= LONGEST_DEADLINE_MS) return deadlineMs;
  throw new AppError('MALFORMED_REQUEST', { detail: `${HEADERS.deadlineMs} must be a whole number of milliseconds up to ${LONGEST_DEADLINE_MS}` });
}

async function receive(request: IncomingMessage): Promise<unknown> {
  if (request.headers['content-type'] !== 'application/json') throw new AppError('MALFORMED_REQUEST', { detail: 'Only JSON is taken' });
  if (Number(request.headers['content-length'] ?? 0) > MAX_QUESTION_BYTES) throw new AppError('FRAME_TOO_LARGE');
  const text = await readBody(request, MAX_QUESTION_BYTES);
  if (text === undefined) throw new AppError('FRAME_TOO_LARGE');
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch (cause) {
    throw new AppError('MALFORMED_REQUEST', { cause });
  }
}

function isBrokenOff(request: IncomingMessage): boolean {
  return request.destroyed && !request.complete;
}

function decline(response: ServerResponse, reason: Decline, error: AppError): void {
  response.setHeader(HEADERS.declined, reason);
  fail(response, error);
}

function fail(response: ServerResponse, thrown: unknown): void {
  if (thrown instanceof NotTheOwnerError) response.setHeader(HEADERS.declined, 'not-the-owner' satisfies Decline);
  const error = AppError.from(thrown);
  send(response, HTTP_STATUS[ERRORS[error.code].category], JSON.stringify({ error: error.toBody() } satisfies ErrorAnswer));
}

function send(response: ServerResponse, status: number, text: string): void {
  // A question that has not been read to its end can't be followed by another.
  if (!response.req.complete) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
}
