import { addressError, changeOf, explainPicture, fileProblem, MAX_PICTURE_BYTES, pictureOf, shownPicture } from './chosen-picture';

const ORIGIN = 'https://chat.example';
const OWN = `${ORIGIN}/api/v1/users/u/avatar/d`;
const ELSEWHERE = 'https://pictures.example/a.png';
const file = { kind: 'file', file: new File(['x'], 'a.png', { type: 'image/png' }), url: 'blob:a' } as const;

describe('the picture in a profile', () => {
  it('is an address where it lies elsewhere, and is kept where the server has it or there is none', () => {
    expect(pictureOf(ELSEWHERE, ORIGIN)).toEqual({ kind: 'address', text: ELSEWHERE });
    expect([pictureOf(OWN, ORIGIN), pictureOf(undefined, ORIGIN)]).toEqual([{ kind: 'kept' }, { kind: 'kept' }]);
  });

  it('is shown as it is to be', () => {
    expect(shownPicture({ kind: 'kept' }, OWN)).toBe(OWN);
    expect(shownPicture(file, OWN)).toBe('blob:a');
    expect(shownPicture({ kind: 'address', text: ELSEWHERE }, OWN)).toBe(ELSEWHERE);
    for (const text of ['', 'http://insecure.example/a.png', 'no address']) expect(shownPicture({ kind: 'address', text }, OWN)).toBeUndefined();
    expect(shownPicture({ kind: 'none' }, OWN)).toBeUndefined();
  });

  it('changes what is another one, and nothing else', () => {
    const own = { displayName: 'Ida', avatarUrl: OWN };
    expect(changeOf(own, 'Ida', { kind: 'kept' })).toEqual({});
    expect(changeOf(own, 'Ada', { kind: 'kept' })).toEqual({ displayName: 'Ada' });
    expect(changeOf(own, 'Ida', { kind: 'none' })).toEqual({ avatarUrl: null });
    expect(changeOf(own, 'Ida', { kind: 'address', text: ELSEWHERE })).toEqual({ avatarUrl: ELSEWHERE });
    // A file is sent by itself.
    expect(changeOf(own, 'Ida', file)).toEqual({});
    expect(changeOf({ displayName: 'Ida' }, 'Ida', { kind: 'none' })).toEqual({});
    expect(changeOf({ displayName: 'Ida', avatarUrl: ELSEWHERE }, 'Ida', { kind: 'address', text: '' })).toEqual({ avatarUrl: null });
  });

  it('is told why it can not be one, before it is sent and after', () => {
    expect(fileProblem({ type: 'image/png', size: MAX_PICTURE_BYTES })).toBeUndefined();
    expect(fileProblem({ type: 'image/png', size: MAX_PICTURE_BYTES + 1 })).toContain('5 MB');
    expect(fileProblem({ type: 'image/svg+xml', size: 1 })).toBe(explainPicture({ code: 'FILE_REFUSED' }));
    expect(explainPicture({ code: 'UNAVAILABLE' })).toBeUndefined();
    expect([addressError(''), addressError(ELSEWHERE)]).toEqual([undefined, undefined]);
    expect(addressError('http://insecure.example')).toContain('https://');
  });
});
