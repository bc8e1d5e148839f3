import { AppError } from '@agent-chat/kernel';
import { PasswordHasher } from './password-hasher';

describe('PasswordHasher', () => {
  it('knows the password again, with a salt and the recommended cost', async () => {
    const hasher = new PasswordHasher();
    const [one, two] = await Promise.all([hasher.hash('pässwörd 🔑'), hasher.hash('pässwörd 🔑')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await hasher.matches('pässwörd 🔑', one)).toBe(true);
    expect(await hasher.matches('pässwörd 🔒', one)).toBe(false);
  });

  it('is never right where there is no hash, and takes its time over it', async () => {
    const hasher = new PasswordHasher();
    const hashed = await hasher.hash('x');
    await hasher.matches('x', undefined);
    const time = async (against: string | undefined): Promise<number> => {
      const started = performance.now();
      for (let n = 0; n < 5; n++) await hasher.matches('wrong', against);
      return performance.now() - started;
    };
    expect(await hasher.matches('nobody has this password', undefined)).toBe(false);
    // Without the decoy it would be thousands of times faster; the bound leaves room for a busy machine.
    expect(await time(undefined)).toBeGreaterThan((await time(hashed)) / 10);
  });

  it('lets two hundred wait and refuses the next, then serves all of them and recovers', async () => {
    const hasher = new PasswordHasher();
    const attempts = Array.from({ length: 205 }, () =>
      hasher.hash('x').then(
        () => 'done',
        (error: unknown) => AppError.from(error),
      ),
    );
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(202);
    for (const refused of outcomes.slice(202)) expect(refused).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 2_000 });
    expect(await hasher.hash('x')).toContain('argon2id');
  });

  it('frees its turn after a failure', async () => {
    const hasher = new PasswordHasher();
    for (let n = 0; n < 5; n++) await expect(hasher.matches('x', 'no hash')).rejects.toThrow();
    expect(await hasher.hash('x')).toContain('argon2id');
  });
});
