import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { type Browser, type BrowserContext, type Page } from 'playwright-core';
import { RestClient } from '../support/rest-client';
import { type RunningFile, runningFiles } from '../support/running-files';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { linksTo, upload } from '../support/uploading';
import { launchBrowser } from '../support/web-person';

jest.setTimeout(120_000);

/** In every way that a page can take in what lies at an address. */
const EMBEDDING = `(async (links) => {
  const loaded = (element, attribute, link) => new Promise((resolve) => {
    element.onload = element.onerror = resolve;
    element[attribute] = link;
    document.body.append(element);
    // What is downloaded instead says nothing.
    setTimeout(resolve, 3_000);
  });
  const make = (name, more = {}) => Object.assign(document.createElement(name), more);
  const started = (link, type) => new Promise((resolve) => {
    const worker = new Worker(link, { type });
    worker.onerror = () => resolve('refused');
    setTimeout(() => resolve('silent'), 3_000);
  });
  const outcome = (work) => work.then(() => 'accepted', () => 'refused');
  return Promise.all(links.flatMap((link) => [
    loaded(make('iframe'), 'src', link),
    loaded(make('object'), 'data', link),
    loaded(make('object', { type: 'text/html' }), 'data', link),
    loaded(make('object', { type: 'image/svg+xml' }), 'data', link),
    loaded(make('embed'), 'src', link),
    loaded(make('img'), 'src', link),
    loaded(make('script'), 'src', link),
    loaded(make('script', { type: 'module' }), 'src', link),
    loaded(make('link', { rel: 'stylesheet' }), 'href', link),
    started(link, 'classic'),
    started(link, 'module'),
    outcome(import(link)),
    outcome(navigator.serviceWorker.register(link)),
  ])).then((outcomes) => outcomes.filter((outcome) => outcome === 'accepted'));
})`;

describe('what was uploaded, opened in a browser', () => {
  let system: TestedSystem;
  let browser: Browser;
  let context: BrowserContext;
  let files: readonly RunningFile[];
  /** Addresses of the files, in their order. */
  let links: readonly string[];
  /** Names of files whose scripts ran. */
  const heard = new Set<string>();
  const dialogs: string[] = [];

  beforeAll(async () => {
    system = await startSystem();
    browser = await launchBrowser();
    files = await runningFiles(`${system.url}/heard`);
    context = await browser.newContext({ acceptDownloads: true });
    context.setDefaultTimeout(15_000);
    context.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss().catch(() => undefined);
    });
    await context.route(`${system.url}/heard/*`, (route) => {
      heard.add(route.request().url().split('/').at(-1) ?? '');
      return route.fulfill({ status: 204 });
    });
    // Pages of the same origin that nothing protects: what is left is how the files are served.
    await context.route(`${system.url}/embedding/*`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>around it</title><body>' }),
    );
    await context.route(`${system.url}/careless/*`, (route) => {
      const file = files.find(({ name }) => route.request().url().endsWith(`/${name}`));
      return route.fulfill({ contentType: file?.type ?? 'text/plain', body: file?.bytes ?? '' });
    });
    const alice = await RestClient.register(system.url, 'alice');
    const { roomId } = await alice.createRoom({ kind: 'private', name: 'hostile' });
    const attachmentIds: string[] = [];
    for (const { name, bytes } of files) attachmentIds.push(await upload(alice, bytes, { roomId, name }));
    await alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text: '', attachmentIds });
    links = (await linksTo(alice, attachmentIds)).map(({ url }) => `${system.url}${url}`);
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  const embed = async (addresses: readonly string[]): Promise<{ page: Page; accepted: readonly string[] }> => {
    const page = await context.newPage();
    await page.goto(`${system.url}/embedding/page`);
    return { page, accepted: await page.evaluate<string[]>(`${EMBEDDING}(${JSON.stringify(addresses)})`) };
  };
  const careless = (name: string): string => `${system.url}/careless/${name}`;
  /** Everything that told before has told once this one has. */
  const untilHeard = async (): Promise<void> => {
    const { page } = await embed([careless('page.html')]);
    await eventually(() => expect([...heard]).toContain('page.html'), { timeoutMs: 15_000 });
    await page.close();
  };
  const expectSilence = async (): Promise<void> => {
    const known = new Set(heard);
    heard.clear();
    const shown = dialogs.splice(0);
    await untilHeard();
    expect({ known, shown, since: heard }).toEqual({ known: new Set(), shown: [], since: new Set(['page.html']) });
    heard.clear();
    dialogs.length = 0;
  };

  it('would run all of it, were it served as what it is', async () => {
    const { page } = await embed(files.map(({ name }) => careless(name)));
    await eventually(() => expect([...heard].sort()).toEqual(files.map(({ name }) => name).sort()), { timeoutMs: 15_000 });
    await eventually(async () => expect(await page.title()).toBe('owned'), { timeoutMs: 15_000 });
    expect(dialogs).toContain('owned');
    await page.close();
    heard.clear();
    dialogs.length = 0;
  });

  it('runs nothing of it at its address: it is saved, or a picture', async () => {
    const ends: string[] = [];
    for (const link of [...links, ...links.map((link) => `${link}&download=1`)]) {
      const page = await context.newPage();
      const download = page.waitForEvent('download').then(
        () => 'saved',
        () => 'neither',
      );
      const shown = page.goto(link).then(
        () => 'shown',
        () => download,
      );
      ends.push(await Promise.race([shown, download]));
      expect(await page.title()).not.toBe('owned');
      await page.close();
    }
    const expected = files.map(({ name }) => (/^(photo|moving)\./.test(name) ? 'shown' : 'saved'));
    expect(ends).toEqual([...expected, ...files.map(() => 'saved')]);
    await expectSilence();
  });

  it('runs nothing of it within a page of the same origin, as a frame, an object, a picture, a script or a worker', async () => {
    const { page, accepted } = await embed(links);
    expect(accepted).toEqual([]);
    expect(await page.title()).toBe('around it');
    const widths = await page.evaluate<number[]>(`[...document.querySelectorAll('img')].map(({ naturalWidth }) => naturalWidth)`);
    expect(widths).toEqual(files.map(({ name }) => (name.startsWith('photo') ? 40 : name.startsWith('moving') ? 10_799 : 0)));
    await page.close();
    await expectSilence();
  });
});
