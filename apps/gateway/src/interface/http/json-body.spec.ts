import * as fc from 'fast-check';
import { depthOf } from './json-body';

function depthOfValue(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOfValue));
}

describe('the depth of a JSON text', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  it('is that of its value, whatever brackets its strings hold', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(undefined, 2), (value, indent) => {
        expect(depthOf(bytes(JSON.stringify(value, undefined, indent)))).toBe(depthOfValue(JSON.parse(JSON.stringify(value))));
      }),
    );
    expect(depthOf(bytes(JSON.stringify({ '[[[': ['\\"]{', { '"': '\\' }] })))).toBe(3);
  });

  it('is told of what is no JSON too', () => {
    expect(depthOf(bytes('[[['))).toBe(3);
    expect(depthOf(bytes(']]]"'))).toBe(0);
    expect(depthOf(bytes(''))).toBe(0);
  });
});
