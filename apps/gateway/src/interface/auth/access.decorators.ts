import { SetMetadata } from '@nestjs/common';

/** Metadata keys that the guard reads. */
export const ACCESS = { public: 'access.public', roles: 'access.roles', ticket: 'access.ticket' } as const;

/** Lets anybody in, also without a token; a token that is sent anyway is not looked at. */
export const Public = () => SetMetadata(ACCESS.public, true);

/** Lets only callers in that have one of these global roles; others get FORBIDDEN. */
export const Roles = (...roles: readonly string[]) => SetMetadata(ACCESS.roles, roles);

/** Takes an event-stream ticket in `?ticket=` where there is no `Authorization` header (browsers can't set one on an EventSource). */
export const AcceptsTicket = () => SetMetadata(ACCESS.ticket, true);
