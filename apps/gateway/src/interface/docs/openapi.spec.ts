import { ROOM_EVENTS } from '@agent-chat/contracts';
import { asyncApiDocument } from './asyncapi';
import { openApiDocument } from './openapi';

interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: { readonly type: string | readonly string[]; readonly format?: string };
  }[];
}

describe('the reference of the REST calls', () => {
  it('says of each part of a path what it is', () => {
    const { paths } = openApiDocument();
    const parts = Object.values(paths)
      .flatMap((methods) => Object.values(methods) as Operation[])
      .flatMap(({ parameters = [] }) => parameters.filter((parameter) => parameter.in === 'path'))
      .map(({ name, schema }) => `${name}: ${schema.format ?? String(schema.type)}`);

    expect([...new Set(parts)].sort()).toEqual([
      ...[
        'attachmentId: uuid',
        'digest: string',
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

  it('takes as a place in a history what a page of it gives', () => {
    const { paths, components } = openApiDocument();
    const { parameters = [] } = paths['/api/v1/rooms/{roomId}/messages']?.['get'] as Operation;
    const given = components.schemas['HistoryPage']?.['properties'] as Record<string, { readonly type: string }>;

    for (const [field, taker] of Object.entries({ prev: 'before', next: 'after' })) {
      expect(parameters.find(({ name }) => name === taker)?.schema.type).toContain(given[field]?.type);
    }
  });
});

describe('both references', () => {
  it('say what each type of event says', () => {
    for (const { components } of [openApiDocument(), asyncApiDocument()]) {
      const named = Object.keys(components.schemas).filter((name) => name.endsWith('Data'));
      const { properties } = components.schemas['RoomEvent'] as { properties: { type: { description: string } } };

      expect(named).toHaveLength(Object.keys(ROOM_EVENTS).length);
      expect(components.schemas['MessagePostedData']).toHaveProperty('properties.clientMsgId');
      for (const type of [...Object.keys(ROOM_EVENTS), 'hidden']) expect(properties.type.description).toContain(`\`${type}\``);
    }
  });
});
