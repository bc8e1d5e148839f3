import { FakeClock } from '@agent-chat/testing';
import { LinkKey, LinkSigner } from './link-signer';

class KnownKey extends LinkKey {
  constructor(private readonly key: string) {
    super();
  }
  override async get(): Promise<Buffer> {
    return Buffer.from(this.key);
  }
}

const HOUR_MS = 3_600_000;

describe('a signed link', () => {
  it('works for one to two hours, and is the same within an hour', async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1, 12, 10));
    const signer = new LinkSigner(new KnownKey('k'), clock);
    const proof = await signer.sign('file');

    expect(proof.until).toBe(Date.UTC(2026, 0, 1, 14));
    clock.advance(HOUR_MS / 2);
    expect(await signer.sign('file')).toEqual(proof);
    clock.advance(HOUR_MS);
    expect((await signer.sign('file')).until).toBe(Date.UTC(2026, 0, 1, 15));
    expect(await signer.accepts('file', proof)).toBe(true);
    clock.advance(HOUR_MS / 2);
    expect(await signer.accepts('file', proof)).toBe(false);
  });

  it('is of one file, one time and one key', async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1, 12));
    const signer = new LinkSigner(new KnownKey('k'), clock);
    const proof = await signer.sign('file');

    expect(await signer.accepts('file', proof)).toBe(true);
    expect(await signer.accepts('other', proof)).toBe(false);
    expect(await signer.accepts('file', { ...proof, until: proof.until + 1 })).toBe(false);
    expect(await signer.accepts('file', { ...proof, until: NaN })).toBe(false);
    expect(await signer.accepts('file', { ...proof, signature: '' })).toBe(false);
    expect(await new LinkSigner(new KnownKey('other'), clock).accepts('file', proof)).toBe(false);
  });
});
