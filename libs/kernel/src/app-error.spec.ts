import { AppError, type ErrorBody } from './app-error';
import { ERRORS, HTTP_STATUS } from './error-catalogue';

describe('an AppError', () => {
  it('survives the wire with everything that its receiver needs', () => {
    const sent = new AppError('VALIDATION_FAILED', { detail: 'two fields are wrong', errors: [{ path: 'text', message: 'is too long' }], retryAfterMs: 250 });
    const received = AppError.fromBody(JSON.parse(JSON.stringify(sent.toBody())) as ErrorBody);
    expect(received.toBody()).toEqual({
      code: 'VALIDATION_FAILED',
      message: 'two fields are wrong',
      retryable: false,
      retryAfterMs: 250,
      errors: [{ path: 'text', message: 'is too long' }],
    });
  });

  it('speaks in the words of the catalogue unless it has better ones, and leaves absent details out', () => {
    expect(new AppError('TIMEOUT').toBody()).toEqual({ code: 'TIMEOUT', message: ERRORS.TIMEOUT.title, retryable: true });
  });

  it('never sends its cause or its stack', () => {
    const body = JSON.stringify(new AppError('INTERNAL', { cause: new Error('password=secret') }).toBody());
    expect(body).not.toContain('secret');
    expect(body).not.toContain('.ts');
  });

  it('becomes INTERNAL when the received code is unknown here', () => {
    const received = AppError.fromBody({ code: 'FROM_A_LATER_RELEASE' as 'INTERNAL', message: 'new', retryable: true });
    expect(received.code).toBe('INTERNAL');
    expect(received.retryable).toBe(false);
    expect(received.message).toBe('new');
  });

  it('passes through from() unchanged, and wraps anything else as INTERNAL with its cause', () => {
    const original = new AppError('FORBIDDEN');
    expect(AppError.from(original)).toBe(original);
    const wrapped = AppError.from('boom');
    expect(wrapped.code).toBe('INTERNAL');
    expect(wrapped.cause).toBe('boom');
  });
});

describe('the error catalogue', () => {
  it.each(Object.entries(ERRORS))('%s has an error status and a title', (_code, { category, title }) => {
    expect(HTTP_STATUS[category]).toBeGreaterThanOrEqual(400);
    expect(title).not.toBe('');
  });

  it('tells "certainly not accepted" from "may be stored" (UNAVAILABLE 503, TIMEOUT 504)', () => {
    expect([HTTP_STATUS[ERRORS.UNAVAILABLE.category], HTTP_STATUS[ERRORS.TIMEOUT.category]]).toEqual([503, 504]);
  });
});
