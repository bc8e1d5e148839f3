import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { toAppError, toProblem } from './problem';

/** Tells every HTTP caller what went wrong, in one form (RFC 9457), and logs what nobody foresaw. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    // Sockets and consumers answer for themselves.
    if (host.getType() !== 'http') throw thrown;
    const http = host.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    const error = toAppError(thrown);
    if (error.code === 'INTERNAL')
      this.logger.error({ err: error.cause ?? error, requestId: request.id, method: request.method, path: request.path }, 'A request failed');
    if (response.headersSent) {
      // The answer has begun: only its end can say that it isn't whole.
      response.destroy();
      return;
    }
    const problem = toProblem(error);
    if (problem.retryAfterMs !== undefined) response.setHeader('Retry-After', Math.ceil(problem.retryAfterMs / 1_000));
    if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    response.setHeader('Cache-Control', 'no-store');
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  }
}
