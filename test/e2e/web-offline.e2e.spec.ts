import { eventually } from '@agent-chat/testing';
import { type Browser } from 'playwright-core';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { launchBrowser, WebPerson } from '../support/web-person';

const HOUR_MS = 3_600_000;
const TABS = 10;

/** Everything that a browser keeps of what was read. */
const KEPT = `new Promise((resolve, reject) => {
  const opening = indexedDB.open('agent-chat');
  opening.onerror = () => reject(new Error('IndexedDB'));
  opening.onsuccess = () => {
    const all = opening.result.transaction('kept').objectStore('kept').getAll();
    all.onsuccess = () => {
      opening.result.close();
      resolve(all.result.map(({ value }) => value).join());
    };
  };
})`;

function kept({ page }: WebPerson): Promise<string> {
  return page.evaluate<string>(KEPT);
}

describe('the web client, away and back', () => {
  let system: TestedSystem;
  let browser: Browser;
  let pia: WebPerson;
  let quin: WebPerson;

  beforeAll(async () => {
    system = await startSystem();
    browser = await launchBrowser();
    pia = await WebPerson.open(browser, system.url, 'Pia');
    quin = await WebPerson.open(browser, system.url, 'Quin');
    await Promise.all([pia.register(), quin.register()]);
    await pia.createRoom('tunnel');
    await quin.discover('tunnel');
    await quin.send('Before the tunnel');
    await pia.storedMessage('Before the tunnel').waitFor();
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  async function serviceWorkerIsThere({ page }: WebPerson): Promise<void> {
    await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    // It fetches everything once; then the page needs no network.
    await eventually(async () => expect(await page.evaluate('caches.keys().then((keys) => keys.length)')).toBeGreaterThan(0));
  }

  it('can be installed', async () => {
    const manifest = (await (await fetch(`${system.url}/manifest.webmanifest`)).json()) as { icons: { src: string }[]; display: string; start_url: string };
    expect(manifest).toMatchObject({ display: 'standalone', start_url: '/' });
    for (const { src } of manifest.icons) expect((await fetch(system.url + src)).status).toBe(200);
    const session = await pia.context.newCDPSession(pia.page);
    await eventually(async () => {
      const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
      // A browser without windows of its own has no place to install to; nothing else is in the way.
      expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
    });
    await session.detach();
  });

  it('opens without a network with the last rooms and what was said there, takes a message, and catches up', async () => {
    await serviceWorkerIsThere(pia);
    await quin.send('The newest before it is dark');
    await pia.storedMessage('The newest before it is dark').waitFor();
    // What changes with every event is kept in a while: the list of rooms, which shows it too, and the room's messages, each in its own time.
    await eventually(async () => expect(await kept(pia)).toContain('"text":"The newest before it is dark"'), { timeoutMs: 15_000 });
    await pia.context.setOffline(true);
    await pia.page.reload();
    await pia.message('The newest before it is dark').waitFor();
    await pia.screenshot('opened-offline-desktop-light');
    await pia.page.getByText(/You are offline/).waitFor();
    await pia.message('The newest before it is dark').waitFor();
    // Whoever says more soon after is named once, above the first of it.
    expect(await pia.message('Before the tunnel').locator('.author').textContent()).toBe('Quin');
    await pia.roomLink('tunnel').waitFor();
    await pia.send('Written in the dark');
    await pia.message('Written in the dark').getByText('Waits for the network').waitFor();
    await pia.sidebar.locator('.account-button .presence-dot[data-status=offline]').waitFor();
    await quin.send('Meanwhile outside');
    await pia.context.setOffline(false);
    await pia.message('Meanwhile outside').waitFor({ timeout: 40_000 });
    await quin.message('Written in the dark').waitFor({ timeout: 40_000 });
    await eventually(async () => expect(await quin.message('Written in the dark').count()).toBe(1));
    expect(await pia.message('Written in the dark').count()).toBe(1);
    await pia.sidebar.locator('.account-button .presence-dot[data-status=online]').waitFor();
  }, 90_000);

  it('leaves nothing behind for the next person when somebody logs out', async () => {
    await quin.anotherTab();
    await quin.account('Log out');
    await quin.page.getByLabel('Password').waitFor();
    await eventually(async () => expect(await kept(quin)).toBe(''));
    await quin.logIn();
    await quin.roomLink('tunnel').click();
    await quin.composer.waitFor();
  });

  it('catches up after an hour in which a laptop slept', async () => {
    const sleeper = await WebPerson.open(browser, system.url, 'Pia');
    await sleeper.page.clock.install();
    await sleeper.page.reload();
    await sleeper.logIn();
    await sleeper.roomLink('tunnel').click();
    await sleeper.composer.waitFor();
    await sleeper.context.setOffline(true);
    // Timers don't run while it sleeps; then it is an hour later at once.
    await sleeper.page.clock.pauseAt((await sleeper.page.evaluate<number>('Date.now()')) + 1_000);
    for (let at = 1; at <= 120; at++)
      await quin.call('POST', `/rooms/${quin.roomId}/messages`, { clientMsgId: `sleep-${String(at)}`, text: `While asleep ${String(at)}` });
    await sleeper.page.clock.fastForward(HOUR_MS);
    await sleeper.page.clock.resume();
    await sleeper.context.setOffline(false);
    await sleeper.message('While asleep 120').waitFor({ timeout: 40_000 });
    await sleeper.send('Awake again');
    await quin.message('Awake again').waitFor();
    expect(await sleeper.message('While asleep 120').count()).toBe(1);
    await sleeper.context.close();
  }, 120_000);

  it('says what day it is when a page was left open for a day', async () => {
    const owl = await WebPerson.open(browser, system.url, 'Pia');
    await owl.page.clock.install();
    await owl.page.reload();
    await owl.logIn();
    // A room of its own: what stands above its first message is in sight.
    await owl.createRoom('vigil');
    await quin.call('POST', `/rooms/${owl.roomId}/join`);
    await owl.send('Before midnight');
    await owl.page.getByRole('separator').getByText('Today').waitFor();
    await owl.page.clock.fastForward(24 * HOUR_MS);
    await owl.page.getByRole('separator').getByText('Yesterday').waitFor();
    await quin.call('POST', `/rooms/${owl.roomId}/messages`, { clientMsgId: 'vigil', text: 'A day later' });
    await owl.message('A day later').waitFor({ timeout: 40_000 });
    expect(await owl.page.getByRole('separator').getByText('Today').count()).toBe(0);
    await owl.context.close();
  }, 90_000);

  it('shows the same in ten tabs of one person, in order and once', async () => {
    const tabs: WebPerson[] = [];
    for (let at = 0; at < TABS; at++) tabs.push(await pia.anotherTab(`/r/${pia.roomId}`));
    for (const tab of tabs) await tab.composer.waitFor();
    await Promise.all(tabs.map((tab, at) => tab.send(`From tab ${String(at)}`)));
    await quin.send('To all tabs');
    const texts = async (tab: WebPerson): Promise<string[]> =>
      (await tab.page.locator('article[data-state=sent] .rich-text').allInnerTexts()).filter((text) => /tabs?/.test(text));
    await eventually(
      async () => {
        const first = await texts(tabs[0]!);
        expect([...first].sort()).toEqual([...Array.from({ length: TABS }, (_, at) => `From tab ${String(at)}`), 'To all tabs'].sort());
        for (const tab of tabs) expect(await texts(tab)).toEqual(first);
      },
      { timeoutMs: 40_000 },
    );
    for (const tab of tabs) await tab.page.close();
  }, 120_000);

  it('complains about nothing in the console', () => {
    expect([...pia.complaints, ...quin.complaints]).toEqual([]);
  });
});
