import { AppError } from '@agent-chat/kernel';
import { validate } from '../validation';
import { REST_QUERIES } from './parameters';

describe('query strings', () => {
  it('have defaults', () => {
    expect(validate(REST_QUERIES.page, {})).toEqual({ limit: 50 });
    expect(validate(REST_QUERIES.events, {})).toEqual({ after: '1.0', limit: 500 });
    expect(validate(REST_QUERIES.users, {})).toEqual({ limit: 50 });
  });

  it('take numbers as text, and nothing that is only almost one', () => {
    expect(validate(REST_QUERIES.history, { before: '17', limit: '100' })).toEqual({ before: 17, limit: 100 });
    for (const limit of ['', ' 5', '5.0', '1e1', '0x10', '-1', '0', '101', '٣', '9'.repeat(30)]) {
      expect(() => validate(REST_QUERIES.history, { limit })).toThrow(AppError);
    }
  });

  it('find people by one line of text, at most fifty at a time', () => {
    expect(validate(REST_QUERIES.users, { query: ' ada ', limit: '7' })).toEqual({ query: ' ada ', limit: 7 });
    for (const query of [{ query: 'a\nb' }, { query: 'a\0b' }, { query: '\uD800' }, { query: 'x'.repeat(61) }, { limit: '51' }]) {
      expect(() => validate(REST_QUERIES.users, query)).toThrow(AppError);
    }
  });

  it('take a place in history as a seq, a date or a time, and only one', () => {
    expect(validate(REST_QUERIES.history, { around: '41' }).around).toBe(41);
    expect(validate(REST_QUERIES.history, { around: '2026-01-31' }).around).toBe('2026-01-31T00:00:00.000Z');
    expect(validate(REST_QUERIES.history, { around: '2026-01-31T12:00:00+02:00' }).around).toBe('2026-01-31T10:00:00.000Z');
    for (const place of [{ around: '2026-02-31' }, { around: 'yesterday' }, { before: '1', after: '1' }, { around: '0000-01-01T00:00:00+10:00' }]) {
      expect(() => validate(REST_QUERIES.history, place)).toThrow(AppError);
    }
  });

  it('refuse lists where one value belongs', () => {
    expect(() => validate(REST_QUERIES.search, { q: ['a', 'b'] })).toThrow(AppError);
  });

  it('keep the days that an operator asks for within a year', () => {
    expect(() => validate(REST_QUERIES.analyticsDays, { from: '2026-01-02', to: '2026-01-01' })).toThrow(AppError);
    expect(() => validate(REST_QUERIES.analyticsDays, { from: '2024-01-01', to: '2026-01-01' })).toThrow(AppError);
    expect(() => validate(REST_QUERIES.analyticsDays, { from: '0000-12-31', to: '0001-01-01' })).toThrow(AppError);
    expect(validate(REST_QUERIES.analyticsDays, { from: '2026-01-01', to: '2026-01-01' })).toEqual({ from: '2026-01-01', to: '2026-01-01' });
  });
});
