import { type Principal } from '@agent-chat/auth';
import { type Request } from 'express';

/** A request that the guard has let through; `principal` is absent on public routes. */
export type AuthenticatedRequest = Request & { principal?: Principal };
