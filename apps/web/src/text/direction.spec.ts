import { withoutDirection, withoutMarks, withVisibleDirection } from './direction';

describe('characters that turn text around', () => {
  it('are taken out of names, and of names only those', () => {
    expect(withoutDirection('Ada\u202Eecila\u202C \u2067x\u2069 \u200Fעדה 👩‍💻')).toBe('Adaecila x \u200Fעדה 👩‍💻');
  });

  it('are taken out of names of files with the marks, and with line breaks', () => {
    expect(withoutMarks('\u200Fjpg\u200F\u202E\n.exe עדה.png')).toBe('jpg.exe עדה.png');
  });

  it('are shown in code', () => {
    expect(withVisibleDirection('if (admin\u202E) {\u2066')).toBe('if (admin⟨U+202E⟩) {⟨U+2066⟩');
    expect(withVisibleDirection('plain\ttext\n')).toBe('plain\ttext\n');
  });
});
