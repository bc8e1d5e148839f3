import { ERRORS } from '@agent-chat/kernel';
import { generate } from './errors';

describe('the page of errors', () => {
  it('lists every code once, under its status', () => {
    const [page] = generate();
    const content = page?.content ?? '';
    const listed = [...content.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);

    expect(page?.path).toBe('docs/errors.md');
    expect(listed.sort()).toEqual(Object.keys(ERRORS).sort());
    expect(content.slice(content.indexOf('## 429')).split('## ')[1]).toContain('| `RATE_LIMITED` | yes |');
  });
});
