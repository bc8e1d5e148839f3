import { type AttachmentLinks } from '@agent-chat/client';
import { FileLinks } from './file-links';

const HOUR_MS = 3_600_000;

describe('links to files', () => {
  let nowMs: number;
  let timers: { readonly atMs: number; readonly run: () => void }[];
  let asked: (readonly string[])[];
  let answer: (ids: readonly string[]) => Promise<readonly AttachmentLinks[]>;
  let links: FileLinks;

  const linksOf = (attachmentId: string, more: Partial<AttachmentLinks> = {}): AttachmentLinks => ({
    ...{ attachmentId, name: 'a', type: 'image/png', sizeBytes: 1, url: `/${attachmentId}`, media: 'done', variants: [] },
    expiresAt: new Date(nowMs + HOUR_MS).toISOString(),
    ...more,
  });
  const pass = async (ms: number): Promise<void> => {
    const untilMs = nowMs + ms;
    for (;;) {
      const [next] = timers.filter(({ atMs }) => atMs <= untilMs).sort((one, other) => one.atMs - other.atMs);
      if (next === undefined) break;
      timers = timers.filter((timer) => timer !== next);
      nowMs = next.atMs;
      next.run();
      await new Promise(setImmediate);
    }
    nowMs = untilMs;
  };

  beforeEach(() => {
    [nowMs, timers, asked] = [Date.UTC(2026, 0, 1), [], []];
    answer = (ids) => Promise.resolve(ids.map((id) => linksOf(id)));
    links = new FileLinks({
      ask: (ids) => {
        asked.push(ids);
        return answer(ids);
      },
      nowMs: () => nowMs,
      after: (delayMs, run) => timers.push({ atMs: nowMs + delayMs, run }),
    });
  });

  it('are asked for together, at most a hundred at once, and once for all who show them', async () => {
    for (let n = 0; n < 130; n += 1) links.show(`f${String(n)}`);
    links.show('f0');
    expect(links.stateOf('f0')).toEqual({ kind: 'loading' });
    await pass(100);

    expect(asked.map((ids) => ids.length)).toEqual([100, 30]);
    expect(links.stateOf('f129')).toMatchObject({ kind: 'there', links: { url: '/f129' } });
    links.show('f5');
    await pass(1_000);
    expect(asked).toHaveLength(2);
  });

  it('are asked for again while the picture is being made, less and less often, and not once nobody shows it', async () => {
    answer = (ids) => Promise.resolve(ids.map((id) => linksOf(id, { media: 'waiting' })));
    const hide = links.show('a');
    await pass(8_000);
    expect(asked).toHaveLength(4);
    answer = (ids) => Promise.resolve(ids.map((id) => linksOf(id)));
    await pass(10_000);
    expect(asked).toHaveLength(5);
    expect(links.stateOf('a')).toMatchObject({ links: { media: 'done' } });

    answer = (ids) => Promise.resolve(ids.map((id) => linksOf(id, { media: 'waiting' })));
    const hideOther = links.show('b');
    await pass(100);
    hideOther();
    hide();
    await pass(60_000);
    expect(asked).toHaveLength(6);
  });

  it('say what is gone, and what can’t be asked for now, which comes back by itself', async () => {
    answer = () => Promise.resolve([]);
    links.show('gone');
    await pass(100);
    expect(links.stateOf('gone')).toEqual({ kind: 'gone' });

    answer = () => Promise.reject(new Error('away'));
    links.show('a');
    await pass(100);
    expect(links.stateOf('a')).toEqual({ kind: 'away' });
    answer = (ids) => Promise.resolve(ids.map((id) => linksOf(id)));
    await pass(2_000);
    expect(links.stateOf('a')).toMatchObject({ kind: 'there' });
  });

  it('are renewed before they expire, as long as they are shown', async () => {
    links.show('a');
    await pass(50 * 60_000);
    expect(asked).toHaveLength(1);
    await pass(10 * 60_000);
    expect(asked).toHaveLength(2);
    expect(links.stateOf('a')).toMatchObject({ links: { expiresAt: new Date(Date.UTC(2026, 0, 1) + HOUR_MS + 55 * 60_000 + 40).toISOString() } });
  });

  it('are there for a download at once where they still work, else asked for', async () => {
    links.show('a');
    await pass(100);
    await expect(links.fresh('a')).resolves.toMatchObject({ url: '/a' });
    expect(asked).toHaveLength(1);
    await expect(links.fresh('b')).resolves.toMatchObject({ url: '/b' });
    answer = () => Promise.resolve([]);
    await expect(links.fresh('c')).resolves.toBeUndefined();
    answer = () => Promise.reject(new Error('away'));
    await expect(links.fresh('d')).rejects.toThrow('away');
  });
});
