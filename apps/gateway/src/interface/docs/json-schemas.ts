import { ErrorBodySchema } from '@agent-chat/contracts';
import { z } from 'zod';

/** A JSON Schema (2020-12), as OpenAPI 3.1 and AsyncAPI 3 hold it. */
export type JsonSchema = Record<string, unknown>;

const ERROR_BODY = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  retryAfterMs: z.int().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

type Node = z.core.JSONSchema.BaseSchema;

/** What zod says in code only, said as a schema. */
function refine(zodSchema: unknown, node: Node): void {
  if (zodSchema === ErrorBodySchema) Object.assign(node, plain(z.toJSONSchema(ERROR_BODY, { io: 'input' })));
  if (node.format === 'uuid') node.type = 'string';
  // The format says it; the pattern for leap years is a page long.
  if (node.format === 'date-time' || node.format === 'date') delete node.pattern;
}

const options = {
  unrepresentable: 'any',
  override: ({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: Node }) => refine(zodSchema, jsonSchema),
} as const;

/** Named schemas that refer to each other, as callers write and read them. */
export function namedSchemas(named: Readonly<Record<string, z.ZodType>>): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { ...options, io: 'input', uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(Object.keys(named).map((id) => [id, plain(schemas[id] ?? {})]));
}

/** The fields of a query string: those that text becomes, since a document says types, not spellings. */
export function queryFields(query: z.ZodObject): { name: string; required: boolean; schema: JsonSchema }[] {
  const { properties = {} } = z.toJSONSchema(query, { ...options, io: 'output' });
  return Object.entries<z.ZodType>(query.shape as Record<string, z.ZodType>).map(([name, field]) => ({
    name,
    required: !field.safeParse(undefined).success,
    schema: plain(properties[name] as object),
  }));
}

function plain(schema: object): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'));
}
