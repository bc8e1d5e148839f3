import { eventually } from '@agent-chat/testing';
import { type Browser, type Worker } from 'playwright-core';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { chooseFiles, sendFiles, textFile, trayOf } from '../support/web-files';
import { launchBrowser, WebPerson } from '../support/web-person';

const PATIENCE = { timeoutMs: 15_000 };

/** Keeps the title of everything that the page tells of from now on: it goes away by itself. */
const NOTE_NEWS = `(() => {
  window.told = [];
  const note = (added) => window.told.push(added.querySelector('strong, .text-button').textContent);
  new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(note))).observe(document.querySelector('.toasts'), { childList: true });
})()`;

/** A page without a window can't lose the focus: it is told that it has. */
const LOOK_AWAY = `Object.defineProperty(document, 'hasFocus', { value: () => false, configurable: true }); window.dispatchEvent(new Event('blur'))`;

/** Looks away and back, and away and back again, before the browser has answered anything. */
const GLANCE_AWAY = `(async () => {
  for (const isLooked of [false, true, false, true]) {
    Object.defineProperty(document, 'hasFocus', { value: () => isLooked, configurable: true });
    window.dispatchEvent(new Event(isLooked ? 'focus' : 'blur'));
  }
  // Asked for behind what the page has asked for: once it is there, so is all of that.
  await navigator.locks.request('agent-chat:looked-at', { mode: 'shared' }, () => undefined);
})()`;

const SHOWN = 'navigator.serviceWorker.ready.then((worker) => worker.getNotifications()).then((all) => all.map(({ title, body }) => ({ title, body })))';

/** How many pages the service worker knows of: one that has just been left is there for a moment more. */
const PAGES = `clients.matchAll({ type: 'window', includeUncontrolled: true }).then(({ length }) => length)`;

/**
 * Presses the notification that is shown, and answers what the service worker asks of the browser then. Only a hand can press one outside of
 * the page: the worker is handed the event, and what it asks for is noted. The focus it doesn't get, as some browsers have it.
 */
const PRESS = `(async () => {
  const asked = [];
  WindowClient.prototype.focus = async () => { asked.push('focus'); throw new Error('not by a hand'); };
  Clients.prototype.openWindow = async (path) => { asked.push('open ' + path); return null; };
  const [notification] = await registration.getNotifications();
  const event = new NotificationEvent('notificationclick', { notification });
  const work = [];
  event.waitUntil = (one) => work.push(one);
  dispatchEvent(event);
  await Promise.allSettled(work);
  return asked;
})()`;

describe('what the web client tells of', () => {
  let system: TestedSystem;
  let browser: Browser;
  let vera: WebPerson;
  let willem: WebPerson;

  beforeAll(async () => {
    system = await startSystem();
    browser = await launchBrowser();
    vera = await WebPerson.open(browser, system.url, 'Vera');
    willem = await WebPerson.open(browser, system.url, 'Willem');
    await Promise.all([vera.register(), willem.register()]);
    await vera.createRoom('lighthouse');
    await willem.discover('lighthouse');
    await vera.createRoom('attic', 'Private');
    await vera.page.evaluate(NOTE_NEWS);
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  const told = (): Promise<string[]> => vera.page.evaluate<string[]>('window.told');

  /** Chooses of what she is told in the one room, and goes to the other. */
  async function choose(label: string, value: string): Promise<void> {
    await vera.roomLink('lighthouse').click();
    const choice = (await vera.panel('Room settings')).getByLabel('Notify me of');
    await choice.selectOption({ label });
    // It shows what is stored.
    await eventually(async () => expect(await choice.inputValue()).toBe(value), PATIENCE);
    await vera.roomLink('attic').click();
    await vera.page.getByRole('heading', { name: 'attic', level: 1 }).waitFor();
  }

  async function nameVera(text: string): Promise<void> {
    await willem.composer.pressSequentially(`${text} @ver`);
    await willem.page.getByRole('option', { name: 'Vera' }).click();
    await willem.composer.press('Enter');
  }

  /** Resolves once her list of rooms has the message: then it is decided whether she is told of it. */
  async function listed(text: string): Promise<void> {
    await vera.roomLink('lighthouse').getByText(`Willem: ${text}`).waitFor();
  }

  it('is every message of a room, those that name the person, or nothing, as chosen for it', async () => {
    await choose('All messages', 'all');
    await willem.send('To whom it may concern');
    await vera.page.getByRole('button', { name: 'Willem in lighthouse' }).waitFor();
    await chooseFiles(willem, textFile('concerns.txt', 'none'));
    await trayOf(willem).getByText('The file is ready to go').waitFor();
    await sendFiles(willem);
    await vera.page.getByRole('region', { name: 'Notifications' }).locator('.toast').filter({ hasText: 'File: concerns.txt' }).waitFor();
    await nameVera('To you');
    await vera.page.getByRole('button', { name: 'Willem named you in lighthouse' }).waitFor();

    await choose('Only when I am named', 'mentions');
    await willem.send('To nobody');
    await listed('To nobody');
    await nameVera('To you again');
    await listed('To you again @Vera');

    await choose('Nothing', 'nothing');
    await willem.send('Unheard');
    await listed('Unheard');
    await nameVera('You, unheard');
    await listed('You, unheard @Vera');

    await choose('As usual: Only when I am named', '');
    await willem.send('To nobody, as usual');
    await listed('To nobody, as usual');
    await nameVera('To you, as usual');
    await listed('To you, as usual @Vera');
    const named = 'Willem named you in lighthouse';
    await eventually(async () => expect(await told()).toEqual(['Willem in lighthouse', 'Willem in lighthouse', named, named, named]), PATIENCE);
  }, 90_000);

  it('leads to the room when it is pressed', async () => {
    await nameVera('Come here');
    const news = vera.page.getByRole('region', { name: 'Notifications' }).locator('.toast').filter({ hasText: 'Come here @Vera' });
    await news.getByRole('button', { name: 'Willem named you in lighthouse' }).click();
    await vera.page.getByRole('heading', { name: 'lighthouse', level: 1 }).waitFor();
    await vera.message('Come here').waitFor();
    await vera.page.waitForURL(willem.page.url());
    expect(await vera.page.getByRole('heading', { level: 1 }).textContent()).toBe('lighthouse');
  });

  it('is not shown by a browser that refuses, which is said at once', async () => {
    await willem.account('Preferences');
    await willem.page.getByRole('button', { name: 'Turn on' }).click();
    await willem.page.getByText(/^You have told your browser to block them/).waitFor();
    expect(await willem.page.getByRole('button', { name: 'Turn on' }).count()).toBe(0);
    // He thinks better of it, and tells the browser so in its settings.
    await willem.context.grantPermissions(['notifications']);
    await willem.page.getByRole('button', { name: 'Turn on' }).waitFor();
    await willem.page.keyboard.press('Escape');
  });

  it('is shown by the browser when nobody looks, and opens its room in the page that is there, or in a new one', async () => {
    await vera.context.grantPermissions(['notifications']);
    await vera.page.bringToFront();
    await vera.page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    await vera.account('Preferences');
    await vera.page.getByRole('button', { name: 'Turn on' }).click();
    await vera.page.getByText(/^On: your browser/).waitFor();
    await vera.page.keyboard.press('Escape');
    await vera.roomLink('attic').click();
    await vera.page.evaluate(GLANCE_AWAY);
    await vera.page.evaluate(LOOK_AWAY);
    const shows = (body: string): Promise<void> =>
      eventually(async () => expect(await vera.page.evaluate(SHOWN)).toEqual([{ title: 'Willem named you in lighthouse', body }]), PATIENCE);
    await nameVera('Wake up');
    await shows('Wake up @Vera');

    expect(await press()).toEqual(['focus']);
    await vera.page.getByRole('heading', { name: 'lighthouse', level: 1 }).waitFor();
    expect(await vera.page.evaluate(SHOWN)).toEqual([]);

    const address = vera.page.url();
    await vera.roomLink('attic').click();
    await nameVera('Still asleep');
    await shows('Still asleep @Vera');
    await vera.page.goto('about:blank');
    await eventually(async () => expect(await (await worker()).evaluate(PAGES)).toBe(0), PATIENCE);
    expect(await press()).toEqual([`open ${new URL(address).pathname}`]);
    await vera.page.goto(address);
    await vera.message('Still asleep').waitFor();
  });

  it('brings no complaint in the console', () => {
    expect([...vera.complaints, ...willem.complaints]).toEqual([]);
  });

  async function press(): Promise<string[]> {
    return (await worker()).evaluate<string[]>(PRESS);
  }

  function worker(): Promise<Worker> {
    return eventually(() => {
      const [only] = vera.context.serviceWorkers();
      expect(only).toBeDefined();
      return only!;
    }, PATIENCE);
  }
});
