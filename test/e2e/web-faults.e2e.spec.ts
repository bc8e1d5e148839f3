import { eventually } from '@agent-chat/testing';
import { type Browser, type Route } from 'playwright-core';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { launchBrowser, WebPerson } from '../support/web-person';

const SETTINGS = '**/assets/settings-panel-*.js';
const DISCOVER = '**/assets/discover-*.js';
/** A page without a window can't lose the focus: it is told that it has. */
const LOOK_AWAY = `Object.defineProperty(document, 'hasFocus', { value: () => false, configurable: true }); window.dispatchEvent(new Event('blur'))`;
const LOOK_BACK = `delete document.hasFocus; window.dispatchEvent(new Event('focus'))`;
/** What a page that was left behind by an upgrade finds. */
const gone = (route: Route): Promise<void> => route.fulfill({ status: 404, body: '' });

describe('the web client, when something fails', () => {
  let system: TestedSystem;
  let browser: Browser;
  let ada: WebPerson;
  let ben: WebPerson;

  beforeAll(async () => {
    system = await startSystem({}, 'own');
    browser = await launchBrowser();
    ada = await WebPerson.open(browser, system.url, 'Ada Lovelace', { serviceWorkers: 'block' });
    ben = await WebPerson.open(browser, system.url, 'Ben', { width: 360, height: 740, colorScheme: 'dark', serviceWorkers: 'block' });
    await ada.page.route(SETTINGS, gone);
    await Promise.all([ada.register(), ben.register()]);
    await ada.createRoom('design');
    await ben.discover('design');
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  it('shows no divider for what is seen as it comes, and one for what comes while the person looks elsewhere', async () => {
    // Only then the room is followed: what was written before that was there when it was opened, and would be new in it.
    await eventually(
      async () => {
        await ben.composer.fill('');
        await ben.composer.fill('You see');
        await ada.page.getByText('Ben is typing…').waitFor({ timeout: 1_000 });
      },
      { timeoutMs: 20_000 },
    );
    // A page that is drawn knows that its end is in sight: what comes before that was not seen coming.
    await ada.page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn, 100))))');
    await ben.send('You see me write');
    await ada.message('You see me write').waitFor();
    expect(await ada.page.getByText('New messages', { exact: true }).count()).toBe(0);
    await ada.page.evaluate(LOOK_AWAY);
    await ben.send('You look elsewhere');
    await ada.message('You look elsewhere').waitFor();
    await ada.page.getByText('New messages', { exact: true }).waitFor();
    await ada.page.evaluate(LOOK_BACK);
  });

  it('says so in the panel when its code can’t be fetched, and fetches it anew', async () => {
    await ada.page.getByRole('button', { name: 'Room settings' }).click();
    const panel = ada.page.getByRole('complementary', { name: 'Room settings' });
    await panel.getByText('This part could not be loaded').waitFor();
    await ada.screenshot('failed-part-desktop-light');
    await ada.page.unroute(SETTINGS);
    await panel.getByRole('button', { name: 'Try again' }).click();
    await panel.getByLabel('Topic').waitFor();
    expect(await panel.getByText('This part could not be loaded').count()).toBe(0);
    await panel.getByRole('button', { name: 'Close' }).click();
  });

  it('offers to reload when the part is gone since the server has a newer page', async () => {
    const address = ada.page.url();
    await ada.page.route(SETTINGS, gone);
    await ada.page.goto(address);
    await ada.page.route(`${system.url}/`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<script type="module" src="/assets/next.js"></script>' }),
    );
    await ada.page.getByRole('button', { name: 'Room settings' }).click();
    await ada.page.getByText('Agent Chat was updated').waitFor();
    await ada.page.unrouteAll();
    await ada.page.getByRole('button', { name: 'Reload' }).click();
    await ada.composer.waitFor();
    await ada.page.getByRole('button', { name: 'Room settings' }).click();
    await ada.page.getByLabel('Topic').waitFor();
    expect(ada.page.url()).toBe(address);
  });

  it('fetches its parts ahead, so that they are there without the server', async () => {
    const fetched = ben.page.waitForResponse(/assets\/switcher-/);
    await ben.reload();
    await fetched;
    await ben.page.waitForLoadState('networkidle');
    await ben.page.route('**/assets/**', gone);
    await ben.page.keyboard.press('Control+k');
    await ben.page.getByRole('combobox', { name: 'Room or person' }).waitFor();
    expect(await ben.page.getByText('could not be loaded').count()).toBe(0);
    await ben.page.keyboard.press('Escape');
    await ben.page.unrouteAll();
  });

  it('stays usable beside a part that has a fault, and offers to reload', async () => {
    const broken = await WebPerson.open(browser, system.url, 'Carl', { serviceWorkers: 'block' });
    const fault = 'export const Discover = () => { throw new Error("a fault of the page"); };';
    await broken.page.route(DISCOVER, (route) => route.fulfill({ contentType: 'text/javascript', body: fault }));
    await broken.register();
    await broken.page.getByRole('button', { name: 'Discover rooms' }).first().click();
    await broken.page.getByRole('alert').getByText('Something went wrong here').waitFor();
    await broken.screenshot('fault-desktop-light');
    await broken.page.getByRole('button', { name: 'New conversation' }).waitFor();
    await broken.page.unrouteAll();
    await broken.page.getByRole('button', { name: 'Reload' }).click();
    await broken.page.getByRole('button', { name: 'Join design' }).waitFor();
    expect(broken.complaints.join()).toContain('a fault of the page');
    await broken.context.close();
  });

  it('says why somebody sees the log-in page whose session was ended elsewhere, and nothing to one who logs out', async () => {
    const address = `${system.url}/api/v1/auth`;
    const account = { username: 'ben', password: 'correct horse battery' };
    const answer = await fetch(`${address}/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(account) });
    const { accessToken } = (await answer.json()) as { accessToken: string };
    const headers = { authorization: `Bearer ${accessToken}` };
    const { items } = (await (await fetch(`${address}/sessions`, { headers })).json()) as { items: { sessionId: string; userAgent: string }[] };
    const his = items.find(({ userAgent }) => userAgent.includes('Chrome'));
    const ended = await fetch(`${address}/sessions/${his?.sessionId ?? ''}`, { method: 'DELETE', headers: { ...headers, 'idempotency-key': 'end' } });
    expect(ended.status).toBeLessThan(300);
    await ben.page.getByRole('status').getByText('Your session has ended').waitFor();
    await ben.screenshot('session-ended-phone-dark');
    await ben.logIn();
    await ben.page.getByRole('button', { name: /account and appearance/ }).click();
    await ben.page.getByRole('menuitem', { name: 'Log out' }).click();
    await ben.page.getByLabel('Password').waitFor();
    await eventually(async () => expect(await ben.page.getByText('Your session has ended').count()).toBe(0));
  });

  it('counts down to the next attempt to connect, and tries at once when asked to', async () => {
    // The longest waits that the back-off can come to.
    await ada.page.addInitScript(() => {
      Math.random = () => 0.999;
    });
    await ada.reload();
    await ada.roomLink('design').waitFor();
    await system.stop();
    await ada.page.getByText(/Next try in 1[456] s\./).waitFor({ timeout: 40_000 });
    await ada.screenshot('reconnecting-desktop-light');
    await system.restart();
    await ada.page.getByRole('button', { name: 'Try now' }).click();
    // Well before it would have tried by itself.
    await ada.page.getByText('Connection lost').waitFor({ state: 'detached', timeout: 4_000 });
    expect(await ada.page.getByRole('button', { name: 'Try now' }).count()).toBe(0);
  }, 90_000);
});
