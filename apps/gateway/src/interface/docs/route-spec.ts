import { type ErrorCode } from '@agent-chat/kernel';
import { type z } from 'zod';

export type HttpMethod = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'head' | 'options';

/** One REST call as the reference shows it. Schemas of bodies and answers are listed in `components.ts`. */
export interface RouteSpec {
  /** Unique; also the operation's id. */
  readonly id: string;
  readonly method: HttpMethod;
  /** With `{name}` where Nest writes `:name`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Who may call. Public needs no token. */
  readonly access: 'public' | 'user' | 'operator';
  readonly body?: z.ZodType;
  /** Media types of a body that isn't JSON. */
  readonly takes?: readonly string[];
  readonly query?: z.ZodObject;
  /** By status; null has no body. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** What it may refuse with, beside what every call may. */
  readonly errors: readonly ErrorCode[];
  /** Headers that it takes, by name, and what they say. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Takes an `Idempotency-Key`. */
  readonly isKeyed?: boolean;
  /** Of answers that are not JSON. */
  readonly mediaType?: string;
}

/** The whole of a route but what its area gives all of them. */
export type AreaRoute = Omit<RouteSpec, 'tag' | 'access' | 'errors' | 'path' | 'method'> & {
  /** Method and path below the area's, such as `get /{roomId}`. */
  readonly at: `${HttpMethod} ${string}`;
  readonly access?: RouteSpec['access'];
  readonly errors?: readonly ErrorCode[];
};

/** The routes of one area. */
export function area(tag: string, base: string, routes: readonly AreaRoute[]): RouteSpec[] {
  return routes.map(({ at, access = 'user', errors = [], ...route }) => {
    const space = at.indexOf(' ');
    return { ...route, tag, access, errors, method: at.slice(0, space) as HttpMethod, path: `${base}${at.slice(space + 1)}` };
  });
}
