import { openApiDocument } from './openapi';

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: { readonly type: string; readonly format?: string } }[];
}

describe('the reference of the REST calls', () => {
  it('says of each part of a path what it is', () => {
    const { paths } = openApiDocument();
    const parts = Object.values(paths)
      .flatMap((methods) => Object.values(methods) as Operation[])
      .flatMap(({ parameters = [] }) => parameters.filter((parameter) => parameter.in === 'path'))
      .map(({ name, schema }) => `${name}: ${schema.format ?? schema.type}`);

    expect([...new Set(parts)].sort()).toEqual([
      ...[
        'attachmentId: uuid',
        'emoji: string',
        'letterId: string',
        'messageId: uuid',
        'partition: integer',
        'roomId: uuid',
        'sessionId: uuid',
        'userId: uuid',
        'variant: string',
      ],
    ]);
  });
});
