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
      { type: 'codeBlock', text: 'const a = `**1**`;' },
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

  it('reads the longest text it may get in no time, however it is marked', () => {
    for (const piece of ['**a ', '_a ', '`a ', '(((', 'https://x.y/)))', '```', '<@']) {
      expect(parseText(piece.repeat(8_000 / piece.length)).length).toBeGreaterThan(0);
    }
  });

  it('knows a message that is nothing but emoji', () => {
    expect(['🎉', '👍🏽 ❤️', '👩‍👩‍👧‍👦🎉🚀'].map(isEmojiOnly)).toEqual([true, true, true]);
    expect(['', '1', 'ok 🎉', '🎉🎉🎉🎉'].map(isEmojiOnly)).toEqual([false, false, false, false]);
  });

  it('is one plain line in a list, with names', () => {
    expect(plainText(`**Hi** <@${ADA}>,\n\`code\` snake_case\n\`\`\`js\nlet x\n\`\`\``, () => 'Ada')).toBe('Hi @Ada, code snake_case let x');
  });
});
