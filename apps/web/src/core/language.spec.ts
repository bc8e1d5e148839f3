import { bestLanguage, localeOf } from './language';

describe('bestLanguage', () => {
  it('is the chosen one, else the first of the browser’s that is spoken here, else English', () => {
    expect(bestLanguage('en', ['de-DE']).id).toBe('en');
    expect(bestLanguage(null, ['fr-FR', 'de-CH', 'en']).id).toBe('de');
    expect(bestLanguage('tlh', ['xx']).id).toBe('en');
  });
});

describe('localeOf', () => {
  it('is the browser’s own variant of the language, where it has one', () => {
    const german = bestLanguage('de', []);
    expect(localeOf(german, ['en-GB', 'de-CH'])).toBe('de-CH');
    expect(localeOf(german, ['en-GB'])).toBe('de');
  });
});
