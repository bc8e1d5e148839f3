import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type z } from 'zod';
import { CALL_ANSWERS, CLIENT_CALLS, COMMANDS, decodeCommand, encodeCommand, QUERIES, readOrigin, RoomEvent, ROOM_EVENTS, SERVER_FRAMES } from './index';

// What release N writes, N+1 reads: a fixture is never changed, only added. A schema that changes its mind fails here.
const FOLDER = join(__dirname, '../fixtures');
const NAME = /^(command|event|query|call|frame)\.(.+)\.v1\.json$/;

const EXISTING: Record<string, readonly string[]> = {
  command: Object.keys(COMMANDS),
  event: Object.keys(ROOM_EVENTS),
  query: Object.keys(QUERIES),
  call: Object.keys(CLIENT_CALLS),
  frame: Object.keys(SERVER_FRAMES),
};

function read(kind: string, name: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, `${kind}.${name}.v1.json`), 'utf8'));
}

/** Parsed and written again it is what it was: nothing is dropped, added or turned into something else. */
function expectKept(schema: z.ZodType, value: unknown): void {
  expect(JSON.parse(JSON.stringify(schema.parse(value)))).toEqual(value);
}

describe('the fixtures of the contracts', () => {
  it('are one for each command, event, query, call and frame', () => {
    const found = readdirSync(FOLDER).map((file) => NAME.exec(file)?.slice(1).join(' ') ?? `a stranger: ${file}`);
    const wanted = Object.entries(EXISTING).flatMap(([kind, names]) => names.map((name) => `${kind} ${name}`));

    expect(found.sort()).toEqual(wanted.sort());
  });

  it.each(EXISTING['command'] ?? [])('keep the command %s', (name) => {
    const { key, headers, data } = read('command', name) as { key: string; headers: Record<string, string>; data: unknown };
    const record = { key, headers, value: JSON.stringify(data) };
    const origin = readOrigin(record);

    const encoded = encodeCommand(decodeCommand(record, origin ?? fail('the headers are damaged')));

    expect({ ...encoded, value: JSON.parse(encoded.value) as unknown }).toEqual({ key, headers, value: data });
  });

  it.each(Object.entries(ROOM_EVENTS))('keep the event %s', (name, schema) => {
    const event = read('event', name) as { type: string; data: unknown };

    expectKept(RoomEvent, event);
    expectKept(schema, event.data);
    expect(event.type).toBe(name);
  });

  it.each(Object.entries(QUERIES))('keep the query %s and its answer', (name, { input, answer }) => {
    const fixture = read('query', name) as { input: unknown; answer: unknown };

    expectKept(input, fixture.input);
    expectKept(answer, fixture.answer);
  });

  it.each(Object.entries(CLIENT_CALLS))('keep the call %s and its answer', (name, schema) => {
    const { input, answer } = read('call', name) as { input: unknown; answer: unknown };

    expectKept(schema, input);
    expectKept(CALL_ANSWERS[name as keyof typeof CALL_ANSWERS], answer);
  });

  it.each(Object.entries(SERVER_FRAMES))('keep the frame %s', (name, schema) => {
    expectKept(schema, read('frame', name));
  });
});

function fail(reason: string): never {
  throw new Error(reason);
}
