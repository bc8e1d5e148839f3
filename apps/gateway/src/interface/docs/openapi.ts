import { VARIANT_NAMES } from '@agent-chat/contracts';
import { ERRORS, HTTP_STATUS, type ErrorCode } from '@agent-chat/kernel';
import { type z } from 'zod';
import { COMPONENTS } from './components';
import { type JsonSchema, namedSchemas, queryFields } from './json-schemas';
import { type RouteSpec } from './route-spec';
import { ROUTES } from './routes';

/** What every call may be refused with. */
const ANY_CALL: readonly ErrorCode[] = ['RATE_LIMITED', 'UNAVAILABLE', 'TIMEOUT'];
const KEY = { name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$' } };

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Record<string, Record<string, object>>;
  readonly components: { readonly schemas: Record<string, JsonSchema>; readonly securitySchemes: object };
}

const names = new Map<z.ZodType, string>(Object.entries(COMPONENTS).map(([name, schema]) => [schema, name]));

/** The REST calls as an OpenAPI 3.1 document, made from the table of routes and the schemas that check them. */
export function openApiDocument(): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  for (const route of ROUTES) paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Agent Chat',
      version: '1',
      description:
        'An acknowledged message is stored, ordered in its room without gaps, and never lost, doubled or reordered. Lists are `{ items, prev?, next? }`; errors are `application/problem+json`.',
    },
    paths,
    components: { schemas: namedSchemas(COMPONENTS), securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
  };
}

function operation(route: RouteSpec): object {
  const { id, summary, tag, access, isKeyed = false } = route;
  const parameters = [...pathParameters(route.path), ...queryParameters(route), ...headerParameters(route), ...(isKeyed ? [KEY] : [])];
  return {
    operationId: id,
    summary,
    tags: [tag],
    ...(access === 'public' ? {} : { security: [{ bearer: [] }] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBody(route),
    responses: { ...answers(route), ...problems(route) },
  };
}

function requestBody({ body, takes }: RouteSpec): object {
  const content = body !== undefined ? { 'application/json': { schema: reference(body) } } : Object.fromEntries((takes ?? []).map((type) => [type, {}]));
  return body === undefined && takes === undefined ? {} : { requestBody: { required: true, content } };
}

/** What stands in a path and is no UUID. */
const NO_UUIDS: Partial<Record<string, object>> = {
  variant: { type: 'string', enum: VARIANT_NAMES },
  emoji: { type: 'string', maxLength: 64 },
  digest: { type: 'string', pattern: '^[0-9a-f]{64}$' },
  letterId: { type: 'string', maxLength: 400 },
  partition: { type: 'integer', minimum: 0 },
};

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: NO_UUIDS[name] ?? { type: 'string', format: 'uuid' },
  }));
}

function queryParameters({ query }: RouteSpec): object[] {
  return query === undefined ? [] : queryFields(query).map((field) => ({ ...field, in: 'query' }));
}

function headerParameters({ headers = {} }: RouteSpec): object[] {
  return Object.entries(headers).map(([name, description]) => ({ name, in: 'header', required: true, description, schema: { type: 'string' } }));
}

function answers({ answers: byStatus, mediaType }: RouteSpec): Record<string, object> {
  const entries = Object.entries(byStatus).map(([status, schema]) => {
    const content = schema !== null ? { 'application/json': { schema: reference(schema) } } : mediaType === undefined ? undefined : { [mediaType]: {} };
    return [status, { description: DESCRIPTIONS[status] ?? 'Done', ...(content === undefined ? {} : { content }) }];
  });
  return Object.fromEntries(entries) as Record<string, object>;
}

const DESCRIPTIONS: Partial<Record<string, string>> = { 201: 'Made', 200: 'Done, or done before', 204: 'Done', 503: 'Not well' };

/** The route's refusals by their status. */
function problems(route: RouteSpec): Record<string, object> {
  const codes = new Set<ErrorCode>([...route.errors, ...(route.path.startsWith('/api/v1/') ? ANY_CALL : [])]);
  if (route.access !== 'public') codes.add('UNAUTHENTICATED');
  if (route.access === 'operator') codes.add('FORBIDDEN');
  if (route.body !== undefined) for (const code of ['VALIDATION_FAILED', 'MALFORMED_REQUEST', 'FRAME_TOO_LARGE'] as const) codes.add(code);
  if (route.query !== undefined || route.isKeyed === true) codes.add('VALIDATION_FAILED');
  const byStatus: Partial<Record<string, ErrorCode[]>> = {};
  for (const code of codes) (byStatus[HTTP_STATUS[ERRORS[code].category]] ??= []).push(code);
  const entries = Object.entries(byStatus).map(([status, found = []]) => {
    const description = found.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join(' ');
    return [status, { description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } }];
  });
  return Object.fromEntries(entries) as Record<string, object>;
}

function reference(schema: z.ZodType): { $ref: string } {
  const name = names.get(schema);
  if (name === undefined) throw new Error('A schema of a route is missing in COMPONENTS.');
  return { $ref: `#/components/schemas/${name}` };
}
