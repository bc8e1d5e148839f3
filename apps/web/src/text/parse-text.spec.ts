import fc from 'fast-check';
import { isEmojiOnly, parseText, plainText } from './parse-text';

const ADA = '01a1fd9a-b849-7499-94c5-040903e87be4';
const text = (value: string) => ({ type: 'text', text: value });

describe('the text of a message', () => {
  it('leaves HTML as text', () => {
    const markup = '<script>alert(1)</script> <img src=x onerror=alert(1)>';
    expect(parseText(markup)).toEqual([text(markup)]);
  });

  it('links addresses of the web, without the punctuation around them', () => {
    expect(parseText('(see https://example.com/a_b_(c)), or http://x.org/?q=1.')).toEqual([
      text('(see '),
      { type: 'link', text: 'https://example.com/a_b_(c)', href: 'https://example.com/a_b_(c)' },
      text('), or '),
      { type: 'link', text: 'http://x.org/?q=1', href: 'http://x.org/?q=1' },
      text('.'),
    ]);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://example.com', 'https://', 'file:///etc/passwd'])('links nothing else: %s', (address) => {
    expect(parseText(address)).toEqual([text(address)]);
  });

  it('reads bold, italics and code, one in the other', () => {
    expect(parseText('**very _soft_** and `**not bold**`')).toEqual([
      { type: 'strong', children: [text('very '), { type: 'emphasis', children: [text('soft')] }] },
      text(' and '),
      { type: 'code', text: '**not bold**' },
    ]);
  });

  it('leaves snake_case_names, lone stars and empty marks alone', () => {
    for (const plain of ['a snake_case_name', '2 ** 3 ** 4', '**', '____', '5 * 3', '` `` `'])
      expect(parseText(plain).every(({ type }) => type !== 'emphasis' && type !== 'strong')).toBe(true);
  });

  it('takes code blocks out, as they are', () => {
    expect(parseText('before\n```js\nconst a = `**1**`;\n```\nafter')).toEqual([
      text('before'),
      { type: 'codeBlock', language: 'js', text: 'const a = `**1**`;' },
      text('after'),
    ]);
  });

  it('finds mentions of people and of the room', () => {
    expect(parseText(`<@${ADA}> <@room> <@nobody>`)).toEqual([
      { type: 'mention', target: ADA },
      text(' '),
      { type: 'mention', target: 'room' },
      text(' <@nobody>'),
    ]);
  });

  it('reads what is struck out, and stars as a way to stress', () => {
    expect(parseText('~~old~~ *new*')).toEqual([{ type: 'strike', children: [text('old')] }, text(' '), { type: 'emphasis', children: [text('new')] }]);
    expect(parseText('2 * 3 * 4 ~~ ~')).toEqual([text('2 * 3 * 4 ~~ ~')]);
  });

  it('links words to addresses of the web, and keeps the address beside them', () => {
    expect(parseText('[the plan](https://example.com/plan).')).toEqual([
      { type: 'link', text: 'the plan', href: 'https://example.com/plan', isNamed: true },
      text('.'),
    ]);
    for (const other of ['[x](javascript:alert(1))', '[x](data:text/html,x)', '[x](/r/1)']) expect(parseText(other)).toEqual([text(other)]);
  });

  it('reads quotes and lists, one in the other, and goes on with text', () => {
    expect(parseText('so:\n> they said\n> - one\n> - two\nyes')).toEqual([
      text('so:'),
      { type: 'quote', children: [text('they said'), { type: 'list', items: [[text('one')], [text('two')]] }] },
      text('yes'),
    ]);
    expect(parseText('3. three\n4. four\n   - deep\n- other')).toEqual([
      { type: 'list', start: 3, items: [[text('three')], [text('four'), { type: 'list', items: [[text('deep')]] }]] },
      { type: 'list', items: [[text('other')]] },
    ]);
    expect(parseText('1.5 is no list\n-5 is none\n>:(')).toEqual([text('1.5 is no list\n-5 is none'), { type: 'quote', children: [text(':(')] }]);
  });

  it('goes only so deep, whatever is nested', () => {
    const depthOf = (nodes: readonly object[]): number =>
      Math.max(
        0,
        ...nodes.map(
          (node) =>
            1 +
            Math.max(
              0,
              ...Object.values(node)
                .filter(Array.isArray)
                .map((inner: object[]) => depthOf(inner.flat())),
            ),
        ),
      );
    for (const nested of ['> '.repeat(4_000), '- '.repeat(4_000), `${'> - '.repeat(2_000)}x`, '**_~~'.repeat(1_600), '[['.repeat(4_000)])
      expect(depthOf(parseText(nested))).toBeLessThan(12);
  });

  it('never fails and makes nothing but the elements that it knows', () => {
    const piece = fc.oneof(
      fc.constantFrom('**', '_', '~~', '`', '```', '> ', '- ', '1. ', '\n', '[a](https://b.c)', '<@room>', '\u202E', '](', '<b>'),
      fc.string({ unit: 'binary', maxLength: 6 }),
    );
    const types = new Set(['text', 'code', 'codeBlock', 'link', 'mention', 'strong', 'emphasis', 'strike', 'quote', 'list']);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        for (const node of parseText(pieces.join(''))) expect(types.has(node.type)).toBe(true);
      }),
    );
  });

  it('reads the longest text it may get in no time, however it is marked', () => {
    for (const piece of ['**a ', '~~a ', '*a ', '> - ', '- \n', '[a](', '[', '_a ', '`a ', '(((', 'https://x.y/)))', '```', '<@']) {
      expect(parseText(piece.repeat(8_000 / piece.length)).length).toBeGreaterThan(0);
    }
  });

  it('knows a message that is nothing but emoji', () => {
    expect(['🎉', '👍🏽 ❤️', '👩‍👩‍👧‍👦🎉🚀'].map(isEmojiOnly)).toEqual([true, true, true]);
    expect(['', '1', 'ok 🎉', '🎉🎉🎉🎉'].map(isEmojiOnly)).toEqual([false, false, false, false]);
  });

  it('is one plain line in a list, with names', () => {
    expect(plainText(`**Hi** <@${ADA}>,\n\`code\` snake_case\n\`\`\`js\nlet x\n\`\`\``, () => 'Ada')).toBe('Hi @Ada, code snake_case let x');
    expect(plainText('> so\n[the plan](https://example.com/x) ~~old~~', () => 'Ada')).toBe('so the plan old');
  });

  it('has none of the marks in its line that are not shown either', () => {
    const line = (marked: string) => plainText(marked, () => 'Ada');
    expect(line('- one\n- two **bold**\n\n> quoted\n> 1. first\n\n```\nlet a = 1;\n```\nend')).toBe('one two bold quoted first let a = 1; end');
    expect(line('*italic* _slanted_ **_both_** `*code*` snake_case 2 * 3 * 4')).toBe('italic slanted both *code* snake_case 2 * 3 * 4');
    expect(line('see\n```ts\nlet b = 2; // cut o')).toBe('see let b = 2; // cut o');
  });
});
