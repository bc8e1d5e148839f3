import { type RateLimitName } from '@agent-chat/config';
import { AppError } from '@agent-chat/kernel';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Response } from 'express';
import { callerNetwork } from '../../application/limits/caller-network';
import { RateLimiter } from '../../application/limits/rate-limiter';
import { type AuthenticatedRequest } from '../auth/authenticated-request';
import { RATE_LIMIT } from './rate-limit.decorator';

/**
 * Counts every call of a route by user, or by network where nobody had to say who they are. An interceptor and not a guard: it stands behind
 * all guards, so it knows the caller whatever the order of the modules.
 */
@Injectable()
export class RateLimitInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly limiter: RateLimiter,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<ReturnType<CallHandler['handle']>> {
    if (context.getType() !== 'http') return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<AuthenticatedRequest>();
    const name = this.limitOf(context, request);
    if (name !== 'none') await this.count(name, request, http.getResponse<Response>());
    return next.handle();
  }

  private limitOf(context: ExecutionContext, request: AuthenticatedRequest): RateLimitName | 'none' {
    const declared = this.reflector.getAllAndOverride<RateLimitName | 'none' | undefined>(RATE_LIMIT, [context.getHandler(), context.getClass()]);
    if (declared !== undefined) return declared;
    // By the route's template, since a path may be written in capitals.
    if (!templateOf(request).startsWith('/api/v1/')) return 'none';
    return request.method === 'GET' || request.method === 'HEAD' ? 'rest.read' : 'rest.write';
  }

  private async count(name: RateLimitName, { principal, ip }: AuthenticatedRequest, response: Response): Promise<void> {
    const verdict = await this.limiter.take(name, principal?.userId ?? callerNetwork(ip ?? 'nobody'));
    if (verdict === undefined) return;
    response.setHeader('RateLimit-Limit', verdict.limit);
    response.setHeader('RateLimit-Remaining', verdict.remaining);
    response.setHeader('RateLimit-Reset', Math.ceil(verdict.resetAfterMs / 1_000));
    if (!verdict.allowed) throw new AppError('RATE_LIMITED', { retryAfterMs: verdict.retryAfterMs });
  }
}

function templateOf({ route }: { readonly route?: { readonly path?: unknown } }): string {
  return typeof route?.path === 'string' ? route.path : '';
}
