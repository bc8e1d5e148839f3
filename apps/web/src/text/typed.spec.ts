import { complete, emojiAt, mentionAt } from './typed';

describe('a mention that is being typed', () => {
  it('begins with an @ after a blank, not within a word', () => {
    expect(mentionAt('Hi @ad', 6)).toEqual({ query: 'ad', from: 3 });
    expect(mentionAt('@', 1)).toEqual({ query: '', from: 0 });
    expect(mentionAt('ada@example', 11)).toBeUndefined();
    expect(mentionAt('Hi @ad there', 12)).toBeUndefined();
  });

  it('gives way to the name, with the caret behind it', () => {
    expect(complete('Hi @ad, you', { query: 'ad', from: 3 }, '@Ada')).toEqual({ text: 'Hi @Ada , you', caret: 8 });
    expect(complete('Hi @ad you', { query: 'ad', from: 3 }, '@Ada')).toEqual({ text: 'Hi @Ada you', caret: 8 });
  });
});

describe('the name of an emoji that is being typed', () => {
  const typed = (text: string): string | undefined => emojiAt(text, text.length)?.query;

  it('begins with a colon after a blank, and has two letters at least', () => {
    expect(emojiAt('Well done :smi there', 14)).toEqual({ query: 'smi', from: 10 });
    expect([':sm', '(:smi', 'two\n:smi', ':thumbs_up', ':läch'].map(typed)).toEqual(['sm', 'smi', 'smi', 'thumbs_up', 'läch']);
    expect([':', ':s', ':)', ':-D', ':3', ':smile:', ': smile'].map(typed)).toEqual(Array(7).fill(undefined));
  });

  it.each(['10:30', 'at 10:ab', 'note:smi', 'std::vector', 'https://example.com', 'https://example.com/(:smi', 'ada@example.com:smi'])(
    'is not meant in %s',
    (text) => expect(typed(text)).toBeUndefined(),
  );

  it('is not meant in code, but behind it', () => {
    expect(['`a :smi', 'x\n```\na :smi', '```css\na {\n :smi', '`a` `b :smi', '```\na\n``` `c :smi'].map(typed)).toEqual(Array(5).fill(undefined));
    expect(['`a` :smi', '```\na `\n``` :smi', 'a ` b\n:smi'].map(typed)).toEqual(['smi', 'smi', 'smi']);
  });
});
