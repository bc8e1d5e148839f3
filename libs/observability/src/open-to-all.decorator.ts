import { SetMetadata } from '@nestjs/common';

/** Marks a route that needs no token, by the metadata that the gateway's guard reads; other processes have no guard. */
export const OpenToAll = () => SetMetadata('access.public', true);
