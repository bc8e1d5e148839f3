import { type Browser } from 'playwright-core';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { extentsOf, layoutFaults, mirrored, runsFromRightToLeft, speakFromRightToLeft } from '../support/web-layout';
import { LOOKS, PHONE } from '../support/web-looks';
import { launchBrowser, type Look, WebPerson } from '../support/web-person';
import { setScene } from '../support/web-scene';
import { WebTour } from '../support/web-tour';

const LIMIT_MS = 180_000;
const ARABIC = { locale: 'ar-EG', serviceWorkers: 'block' } as const;
/** An exclamation mark belongs to neither direction: it stands where the text around it ends. */
const SALAM = 'مرحبا بكم جميعا!';
/** What makes the four main views what they are. */
const PLACES = [
  ...['.sidebar', '.account-button .avatar', '.sidebar-tools .jump-button', '.room-item .avatar', 'main'],
  ...['.room-header .avatar', '.room-tools', '.timeline', '.message .avatar', '.side-panel', '.panel-header .icon-button'],
  ...['.composer-box', '[aria-label^="Attach"]', '[aria-label="Insert an emoji"]', '[aria-label="Send"]'],
];

describe('the web client, as it looks', () => {
  let system: TestedSystem;
  let browser: Browser;
  let lena: WebPerson;
  let marco: WebPerson;

  beforeAll(async () => {
    system = await startSystem();
    browser = await launchBrowser();
    ({ lena, marco } = await setScene(browser, system.url));
  }, LIMIT_MS);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  /** Lena again, in a browser of hers that has never been here. */
  const another = (look: Look): Promise<WebPerson> => WebPerson.open(browser, system.url, 'Lena Fischer', look);

  /** The same, with every word in its place but the page turned around. */
  async function turned(look: Look): Promise<WebPerson> {
    const person = await another({ ...look, ...ARABIC });
    await speakFromRightToLeft(person.context);
    await person.page.goto(system.url);
    return person;
  }

  /** Once nothing is on its way any more. */
  async function leave({ context }: WebPerson): Promise<void> {
    await context.unrouteAll({ behavior: 'wait' });
    await context.close();
  }

  it.each(Object.keys(LOOKS))(
    'has no fault that axe can find in any view: %s',
    async (look) => {
      const person = await another(LOOKS[look] ?? {});
      const faults: Record<string, string[]> = {};
      const tour = new WebTour(person, async (view) => {
        await person.screenshot(`${view}-${look}`);
        const found = await person.violations();
        if (found.length > 0) faults[view] = found;
      });
      await tour.everything();
      await person.context.setOffline(true);
      await person.page.getByText(/You are offline/).waitFor({ timeout: 60_000 });
      await person.send('I bring the rope');
      await person.message('I bring the rope').waitFor();
      await person.screenshot(`offline-${look}`);
      expect(await person.violations()).toEqual([]);
      expect(faults).toEqual({});
      expect(person.complaints).toEqual([]);
      await person.context.close();
    },
    LIMIT_MS,
  );

  it.each([
    // As a browser does: the same window, half as many pixels.
    ['at twice the size', () => another({ width: 640, height: 400 })],
    ['as wide as a small phone, or four times as large', () => another({ width: 320, height: 640 })],
    ['from right to left', () => turned({})],
    ['from right to left, on a phone', () => turned(PHONE)],
  ])(
    'cuts nothing off, covers nothing and keeps everything within reach: %s',
    async (how, open) => {
      const person = await open();
      const faults: Record<string, string[]> = {};
      const tour = new WebTour(person, async (view) => {
        await person.screenshot(`${view}-${how.replace(/\W+/g, '-')}`);
        const found = await layoutFaults(person);
        if (found.length > 0) faults[view] = found;
      });
      await tour.everything();
      expect(faults).toEqual({});
      await leave(person);
    },
    LIMIT_MS,
  );

  it('is turned around as a whole by a language that is read from right to left', async () => {
    const person = await turned({});
    expect(await person.page.locator('html').getAttribute('dir')).toBe('rtl');
    expect(await person.page.locator('html').getAttribute('lang')).toBe('ar');
    await person.logIn();
    for (const one of [lena, person]) {
      await one.roomLink('alpine club').click();
      await one.page.getByRole('button', { name: 'Members', exact: true }).click();
      await one.page.getByRole('complementary').getByText('Owner').waitFor();
    }
    expect(await extentsOf(person, PLACES)).toEqual(mirrored(await extentsOf(lena, PLACES), 1280));
    expect(await person.violations()).toEqual([]);

    // What points somewhere points the other way; what doesn't is as it was.
    const flip = (label: string) => person.page.evaluate<string>(`getComputedStyle(document.querySelector('[aria-label="${label}"] .icon')).transform`);
    await person.message('Good, @Lena').hover();
    expect(await Promise.all(['Send', 'Reply'].map(flip))).toEqual(['matrix(-1, 0, 0, 1, 0, 0)', 'matrix(-1, 0, 0, 1, 0, 0)']);
    expect(await Promise.all(['Search', 'React', 'Close'].map(flip))).toEqual(['none', 'none', 'none']);
    await lena.page.getByRole('complementary').getByRole('button', { name: 'Close' }).click();
    await leave(person);
  });

  it('lays each text out by its own direction, whatever that of the page is', async () => {
    await marco.send(SALAM);
    await lena.storedMessage(SALAM).waitFor();
    await lena.act(SALAM, 'Reply');
    await lena.composer.fill(SALAM);
    expect(await lena.page.evaluate<string>('getComputedStyle(document.activeElement).direction')).toBe('rtl');
    expect(await runsFromRightToLeft(lena, '.task-banner', SALAM)).toBe(true);
    await lena.composer.press('Enter');
    await lena.storedMessage(SALAM).nth(1).waitFor();
    await lena.roomLink('alpine club').getByText(SALAM).waitFor();
    await lena.screenshot('arabic-desktop-light');
    for (const place of ['.rich-text', '.quote', '.room-preview'])
      expect({ place, turned: await runsFromRightToLeft(lena, place, SALAM) }).toEqual({ place, turned: true });
    expect(await lena.page.evaluate<string>('document.documentElement.dir')).toBe('ltr');
    // What is written in English stays so where the page is turned around.
    const person = await turned({});
    await person.logIn();
    await person.roomLink('alpine club').click();
    await person.message('room for six').waitFor();
    expect(await runsFromRightToLeft(person, '.rich-text', 'room for six')).toBe(false);
    expect(await runsFromRightToLeft(person, '.rich-text', SALAM)).toBe(true);
    await leave(person);
  });

  it('gives the focus back when a panel is closed, and hides from keys what a panel covers', async () => {
    const phone = await another(PHONE);
    await phone.logIn();
    await phone.roomLink('alpine club').click();
    for (const { page } of [lena, phone]) {
      await page.getByRole('button', { name: 'Room settings', exact: true }).press('Enter');
      await page.getByLabel('Notify me of').focus();
    }
    expect(await lena.page.getByRole('button', { name: 'Room settings', exact: true }).isVisible()).toBe(true);
    expect(await phone.page.getByRole('button', { name: 'Room settings', exact: true }).count()).toBe(0);
    for (const { page } of [lena, phone]) {
      await page.keyboard.press('Escape');
      await page.locator('[aria-label="Room settings"]:focus').waitFor();
    }
    await phone.context.close();
  });

  it('complains about nothing in the console', () => {
    expect([...lena.complaints, ...marco.complaints]).toEqual([]);
  });
});
