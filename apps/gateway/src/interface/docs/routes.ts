import { ACCOUNT_ROUTES } from './account-routes';
import { FIGURE_ROUTES } from './figure-routes';
import { MESSAGE_ROUTES } from './message-routes';
import { OPERATIONS_ROUTES } from './operations-routes';
import { ROOM_ROUTES } from './room-routes';
import { type RouteSpec } from './route-spec';

/** Every route of the gateway; a test compares it with those that exist. */
export const ROUTES: readonly RouteSpec[] = [...ACCOUNT_ROUTES, ...ROOM_ROUTES, ...MESSAGE_ROUTES, ...OPERATIONS_ROUTES, ...FIGURE_ROUTES];
