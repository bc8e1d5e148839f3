import { newId } from '@agent-chat/kernel';
import { firstRefreshToken, formatRefreshToken, hashRefreshToken, isHashedAs, parseRefreshToken, successorOf } from './refresh-token';

const SECRET = Buffer.alloc(32, 1);

describe('A refresh token', () => {
  it('is read as it was written, and nothing else is', () => {
    const token = firstRefreshToken(newId());
    expect(parseRefreshToken(formatRefreshToken(token))).toEqual(token);
    const successor = successorOf(token, newId(), SECRET);
    expect(parseRefreshToken(formatRefreshToken(successor))).toEqual(successor);
    for (const text of [
      '',
      '.',
      token.id,
      `${token.id}.`,
      `${token.id}.short`,
      `x.${token.secret}`,
      `${formatRefreshToken(token)}.x`,
      `${formatRefreshToken(token)} `,
    ]) {
      expect(parseRefreshToken(text)).toBeUndefined();
    }
  });

  it('has one successor for an id, which takes both the secret of its parent and the server', () => {
    const parent = firstRefreshToken(newId());
    const id = newId();
    const successor = successorOf(parent, id, SECRET);
    expect(successorOf(parent, id, SECRET)).toEqual(successor);
    const others = [
      successorOf({ ...parent, secret: 'A'.repeat(43) }, id, SECRET),
      successorOf(parent, newId(), SECRET),
      successorOf(parent, id, Buffer.alloc(32, 2)),
    ];
    for (const other of others) expect(other.secret).not.toBe(successor.secret);
  });

  it('is recognised by its hash alone', () => {
    const token = firstRefreshToken(newId());
    expect(isHashedAs(token, hashRefreshToken(token))).toBe(true);
    expect(isHashedAs(firstRefreshToken(token.id), hashRefreshToken(token))).toBe(false);
    expect(isHashedAs(token, Buffer.alloc(0))).toBe(false);
  });
});
