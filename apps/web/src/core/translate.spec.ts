import { locale, plural, speak, t } from './translate';

const MEMBERS = { one: '{count} member', other: '{count} members' };

describe('t', () => {
  afterEach(() => speak('en', {}));

  it('says the English text where there are no words for it, with what is given for its names', () => {
    expect(t('Join {name}', { name: 'design' })).toBe('Join design');
    expect(t('Join {name}')).toBe('Join {name}');
  });

  it('never looks into what was put in', () => {
    expect(t('{one} and {two}', { one: '{two}', two: '$&' })).toBe('{two} and $&');
  });

  it('says it in the language that is spoken, with its numbers and plurals', () => {
    speak('de-AT', { 'Join {name}': '{name} beitreten', '{count} members': { one: '{count} Mitglied', other: '{count} Mitglieder' } });
    expect(locale()).toBe('de-AT');
    expect(t('Join {name}', { name: 'design' })).toBe('design beitreten');
    expect([plural(1, MEMBERS), plural(2, MEMBERS)]).toEqual(['1 Mitglied', '2 Mitglieder']);
    speak('de', {});
    expect(plural(12_345, MEMBERS)).toBe('12.345 members');
  });

  it('takes every plural category of a language', () => {
    speak('pl', { '{count} members': { one: 'jeden', few: 'kilku', many: 'wielu', other: 'inni' } });
    expect([1, 3, 5, 1.5].map((count) => plural(count, MEMBERS))).toEqual(['jeden', 'kilku', 'wielu', 'inni']);
  });
});
