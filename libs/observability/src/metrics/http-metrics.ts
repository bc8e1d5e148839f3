import { type IncomingMessage, type ServerResponse } from 'node:http';
import { declareGauge, declareHistogram } from './declare-metric';

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** As proxies report a caller who left before the answer. */
const CLIENT_LEFT = 499;

const durations = declareHistogram({
  name: 'agent_chat_http_request_duration_seconds',
  help: 'Time from a request to the end of its answer; its count is the rate, by status also of errors',
  labels: ['method', 'route', 'status'],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});
const open = declareGauge({ name: 'agent_chat_http_requests_open', help: 'Requests that have no answer yet, event streams included' });

type RoutedRequest = IncomingMessage & { route?: { path?: unknown } };

/** Express middleware that measures every request by its route's template; stands before all others. */
export function measureHttp(request: RoutedRequest, response: ServerResponse, next: () => void): void {
  const startedMs = performance.now();
  open.inc();
  response.once('close', () => {
    open.dec();
    // An event stream lasts as long as its client; its length says nothing about this server.
    if (String(response.getHeader('content-type')).startsWith('text/event-stream')) return;
    const { method = '', route } = request;
    durations.observe(
      {
        method: METHODS.has(method) ? method : 'OTHER',
        // Paths that no route took are anybody's invention: one value for all of them.
        route: typeof route?.path === 'string' ? route.path : 'none',
        status: response.writableFinished ? response.statusCode : CLIENT_LEFT,
      },
      (performance.now() - startedMs) / 1_000,
    );
  });
  next();
}
