import { generate, withTables } from './performance';

describe('the page of performance', () => {
  it('keeps its words and replaces what stands between the marks, however often', () => {
    const page = 'Words.\n<!-- measured: one -->\nold\n<!-- /measured -->\nMore.\n<!-- measured: two --><!-- /measured -->\n';
    const once = withTables(page, { one: () => '$1 & 1', two: () => '2' });

    expect(once).toBe('Words.\n<!-- measured: one -->\n\n$1 & 1\n\n<!-- /measured -->\nMore.\n<!-- measured: two -->\n\n2\n\n<!-- /measured -->\n');
    expect(withTables(once, { one: () => '$1 & 1', two: () => '2' })).toBe(once);
  });

  it('refuses a mark that no table belongs to', () => {
    expect(() => withTables('<!-- measured: three -->\n<!-- /measured -->', { one: () => '' })).toThrow('a table three');
  });

  it('renders what is recorded, and lists every target and record', () => {
    const [page] = generate();

    expect(page?.path).toBe('docs/performance.md');
    expect(page?.content).not.toMatch(/NaN|undefined/);
    for (const name of ['targets', 'records']) expect(page?.content).toMatch(new RegExp(`measured: ${name} -->\\s+\\|`));
  });
});
