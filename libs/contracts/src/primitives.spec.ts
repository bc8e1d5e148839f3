import { MessageTextSchema, singleLine } from './primitives';

const name = singleLine(60);

describe('names and titles', () => {
  it.each(['Ada', ' Ada ', 'अदा', 'علی‌رضا', '👩‍👩‍👧', '😀', 'שרה \u200F(בוט)', '한글', '.'])('may be %p', (text) => {
    expect(name.safeParse(text)).toMatchObject({ success: true, data: text.trim() });
  });

  it.each(['', ' ', '\u200B', '\u00AD', '\u3164', '\u2800', '\uFE0F', '\u200D\u200D', '\u{E0041}', '\u00A0\u2060'])('show something, unlike %#', (text) => {
    expect(name.safeParse(text).success).toBe(false);
  });

  it.each(['\u202Enimda', 'Ada \u2066', '\u2069)', 'a\u202Db'])('do not turn the direction of what stands behind them: %#', (text) => {
    expect(name.safeParse(text).success).toBe(false);
  });
});

describe('the text of a message', () => {
  it('shows something', () => {
    expect(MessageTextSchema.safeParse('\u200B\n\u3164').success).toBe(false);
    // Of characters that are younger than we are, nobody here knows how they look.
    for (const text of ['a\u202Eb\n', '\u{1FAFF}', '\u{1FFFD}', '\uE000']) expect(MessageTextSchema.safeParse(text).success).toBe(true);
  });
});
