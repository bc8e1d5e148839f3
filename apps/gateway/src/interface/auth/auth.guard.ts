import { Authenticator, type Principal } from '@agent-chat/auth';
import { AppError } from '@agent-chat/kernel';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ACCESS } from './access.decorators';
import { type AuthenticatedRequest } from './authenticated-request';
import { bearerToken } from './bearer-token';

/** Lets in who has a good bearer token, on every HTTP route that isn't `@Public()`. Sockets and messages have their own doors. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http' || this.read<boolean>(ACCESS.public, context) === true) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    // Set already when the guard stands both globally and on the controller.
    request.principal ??= await this.identify(request, this.read<boolean>(ACCESS.ticket, context) === true);
    const { roles } = request.principal;
    const wanted = this.read<readonly string[]>(ACCESS.roles, context) ?? [];
    if (wanted.length > 0 && !wanted.some((role) => roles.includes(role))) throw new AppError('FORBIDDEN');
    return true;
  }

  private async identify(request: AuthenticatedRequest, takesTicket: boolean): Promise<Principal> {
    const token = bearerToken(request);
    if (token !== undefined) return this.authenticator.authenticate(token);
    const { ticket } = request.query;
    if (takesTicket && typeof ticket === 'string' && request.headers.authorization === undefined) return this.authenticator.redeemTicket(ticket);
    throw new AppError('UNAUTHENTICATED');
  }

  private read<Value>(key: string, context: ExecutionContext): Value | undefined {
    return this.reflector.getAllAndOverride<Value | undefined>(key, [context.getHandler(), context.getClass()]);
  }
}
