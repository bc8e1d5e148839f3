import { type Principal } from '@agent-chat/auth';
import { AppError } from '@agent-chat/kernel';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type AuthenticatedRequest } from './authenticated-request';

/** The caller's `Principal`. UNAUTHENTICATED on a public route, where nobody was identified. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (principal === undefined) throw new AppError('UNAUTHENTICATED');
  return principal;
});
