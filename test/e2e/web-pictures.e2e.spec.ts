import { eventually } from '@agent-chat/testing';
import { type Browser } from 'playwright-core';
import { RestClient } from '../support/rest-client';
import { startSystem } from '../support/start-system';
import { landscape } from '../support/test-pictures';
import { type TestedSystem } from '../support/tested-system';
import { linksOnceMade, upload } from '../support/uploading';
import { untilShown } from '../support/web-files';
import { launchBrowser, logIn, type Look, WebPerson } from '../support/web-person';

/** Many more than a window and what is near to it hold. */
const MANY = 24;
const PATIENCE = { timeoutMs: 30_000 };
const PHONE: Look = { width: 360, height: 740, deviceScaleFactor: 3 };

describe('pictures in the web client', () => {
  let system: TestedSystem;
  let browser: Browser;
  let author: RestClient;
  let roomId: string;
  /** Of the pictures that stand alone, oldest first. */
  const alone: string[] = [];
  const pair: string[] = [];
  let large: string;

  beforeAll(async () => {
    system = await startSystem();
    browser = await launchBrowser();
    author = await RestClient.register(system.url, 'selma');
    ({ roomId } = await author.createRoom({ kind: 'private', name: 'gallery' }));
    const small = await landscape(360, 280, 120);
    for (let at = 1; at <= MANY; at++) alone.push(await posted(small, `small-${String(at)}.jpg`));
    const wide = await landscape(1_600, 1_000, 210);
    for (const name of ['left.jpg', 'right.jpg']) pair.push(await upload(author, wide, { roomId, name }));
    await post('A pair', pair);
    large = await posted(wide, 'large.jpg');
    for (const attachmentId of [...alone, ...pair, large]) expect((await linksOnceMade(author, attachmentId)).media).toBe('done');
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  async function posted(bytes: Buffer, name: string): Promise<string> {
    const attachmentId = await upload(author, bytes, { roomId, name });
    await post(name, [attachmentId]);
    return attachmentId;
  }

  async function post(text: string, attachmentIds: readonly string[]): Promise<void> {
    await author.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: text.replaceAll(/\W+/g, '-'), text, attachmentIds });
  }

  /** Somebody who comes into the room, and what their browser fetches of files: `<attachmentId>/<variant>`, as often as it does. */
  async function comeIn(look: Look): Promise<{ person: WebPerson; fetched: string[] }> {
    const person = await WebPerson.open(browser, system.url, 'Selma', { ...look, serviceWorkers: 'block' });
    const fetched: string[] = [];
    person.page.on('request', (request) => {
      const [, file] = /\/attachments\/([0-9a-f-]{36}(?:\/[\w.]+)?)\?/.exec(request.url()) ?? [];
      if (file !== undefined) fetched.push(file);
    });
    await logIn(person.page, system.url, author);
    await person.page.goto(`${system.url}/r/${roomId}`);
    await untilShown(person.message('large.jpg').locator('.picture img'));
    return { person, fetched };
  }

  it('are fetched as one comes near to them, not before', async () => {
    const { person, fetched } = await comeIn({});
    // As many as the page holds around what is in sight; the browser fetches those of them that are near.
    const images = person.page.locator('article .picture img');
    await eventually(async () => expect(await images.count()).toBeGreaterThan(8), PATIENCE);
    const held = await images.count();
    expect(await images.evaluateAll((all) => all.map((image) => (image as unknown as { loading: string }).loading))).toEqual(
      Array.from({ length: held }, () => 'lazy'),
    );
    await untilShown(images.last());
    expect(fetched.length).toBeLessThan(held);
    const first = alone[0]!;
    expect(fetched.some((file) => file.startsWith(first))).toBe(false);
    await person.page.locator('.timeline').hover();
    await eventually(
      async () => {
        await person.page.mouse.wheel(0, -1_000);
        expect(fetched.some((file) => file.startsWith(first))).toBe(true);
      },
      { ...PATIENCE, intervalMs: 100 },
    );
    await untilShown(person.page.getByRole('button', { name: 'Picture: small-1.jpg' }).locator('img'));
    // Each once.
    expect(fetched).toEqual([...new Set(fetched)]);
    expect(person.complaints).toEqual([]);
    await person.context.close();
  }, 90_000);

  it.each<[string, Look, string, string]>([
    ['on a desktop', {}, '640.webp', 'thumbnail.webp'],
    ['on a phone, whose pixels are finer', PHONE, '1280.webp', '640.webp'],
  ])('are fetched in the one size that fits their place, and whole when they are opened: %s', async (_, look, forRow, forTile) => {
    const { person, fetched } = await comeIn(look);
    const message = person.message('A pair');
    await message.scrollIntoViewIfNeeded();
    for (const image of await message.locator('.picture img').all()) await untilShown(image);
    const of = (attachmentId: string): string[] => fetched.filter((file) => file.startsWith(attachmentId)).map((file) => file.replace(`${attachmentId}/`, ''));
    expect([of(large), ...pair.map(of)]).toEqual([[forRow], [forTile], [forTile]]);
    await person.page.getByRole('button', { name: 'Picture: left.jpg' }).click();
    await untilShown(person.page.getByRole('dialog', { name: 'Picture: left.jpg' }).locator('.lightbox-stage img'));
    expect(of(pair[0]!)).toEqual([forTile, '2048.webp']);
    expect(person.complaints).toEqual([]);
    await person.context.close();
  });
});
