import { AppError, ERRORS, HTTP_STATUS, type ErrorCode } from '@agent-chat/kernel';
import { BadRequestException, HttpException, NotFoundException } from '@nestjs/common';
import { toAppError, toProblem } from './problem';

describe('problems', () => {
  it.each(Object.keys(ERRORS) as ErrorCode[])('say what %s is, with the status of its category', (code) => {
    expect(toProblem(new AppError(code))).toEqual({
      type: `urn:agent-chat:error:${code.toLowerCase().replaceAll('_', '-')}`,
      title: ERRORS[code].title,
      status: HTTP_STATUS[ERRORS[code].category],
      detail: ERRORS[code].title,
      code,
      retryable: ERRORS[code].retryable,
    });
  });

  it('carry when to come back in whole milliseconds, and what is wrong', () => {
    const error = new AppError('RATE_LIMITED', { retryAfterMs: 12.3, detail: 'Slower', errors: [{ path: 'a', message: 'b' }] });

    expect(toProblem(error)).toMatchObject({ retryAfterMs: 13, detail: 'Slower', errors: [{ path: 'a', message: 'b' }] });
  });

  it.each<[string, unknown, ErrorCode]>([
    ['a route that is not there', new NotFoundException('Cannot GET /x'), 'NOT_FOUND'],
    ['JSON that could not be read', new BadRequestException('Unexpected token'), 'MALFORMED_REQUEST'],
    [
      'a body that is too large',
      Object.assign(new Error('request entity too large'), { status: 413, expose: true, type: 'entity.too.large' }),
      'FRAME_TOO_LARGE',
    ],
    ['a character set that nobody knows', Object.assign(new Error('unsupported charset'), { status: 415, expose: true }), 'MALFORMED_REQUEST'],
    ['a teapot', new HttpException('short and stout', 418), 'MALFORMED_REQUEST'],
    ['a failed call of ours that happens to have a status', Object.assign(new Error('upstream'), { status: 404 }), 'INTERNAL'],
    ['a bug', new TypeError('x is not a function'), 'INTERNAL'],
    ['what is no error', undefined, 'INTERNAL'],
  ])('tell %s by a code of the catalogue, and keep what happened to themselves', (_what, thrown, code) => {
    const problem = toProblem(toAppError(thrown));

    expect(problem.code).toBe(code);
    expect(problem.detail).toBe(ERRORS[code].title);
  });
});
