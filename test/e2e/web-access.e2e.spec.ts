import { eventually } from '@agent-chat/testing';
import { type Browser, type Locator } from 'playwright-core';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { launchBrowser, WebPerson, type Look } from '../support/web-person';

const PHONE = { width: 360, height: 740 } as const;
const LOOKS: Readonly<Record<string, Look>> = {
  'desktop-light': {},
  'desktop-dark': { colorScheme: 'dark' },
  'phone-light': PHONE,
  'phone-dark': { ...PHONE, colorScheme: 'dark' },
};
const EVERYTHING = [
  '# no heading, **bold** and _soft_ and ~~struck out~~, `code`, https://example.com/x and [the plan](https://example.com/plan)',
  '> a quote',
  '- one\n- two',
  '```ts\nconst answer: number = 42;\n```',
].join('\n');
/** What goes round with whoever has no wish about it. */
const MOVING = ['appear of modal-overlay', 'appear of toast', 'flash of message', 'pulse of i'];
/** Keeps what moves in the page from now on, and how: but for what is over at once. */
const NOTE_MOTION = `(() => {
  window.moved = new Set();
  const note = ({ target, animationName, propertyName }) => {
    const name = animationName ?? propertyName;
    const lasts = (one) => (one.animationName ?? one.transitionProperty) === name && one.effect.getComputedTiming().activeDuration > 10;
    if (target.getAnimations().some(lasts)) window.moved.add(name + ' of ' + (target.classList[0] ?? target.localName));
  };
  for (const kind of ['animationstart', 'transitionrun']) document.addEventListener(kind, note);
})()`;

/** Whether what is read fits the width that there is: nothing has to be scrolled sideways but code. */
async function fitsTheWidth({ page }: WebPerson): Promise<boolean> {
  return page.evaluate<boolean>('document.scrollingElement.scrollWidth <= window.innerWidth');
}

describe('the web client, for everybody', () => {
  let system: TestedSystem;
  let browser: Browser;
  let rosa: WebPerson;
  let sam: WebPerson;

  beforeAll(async () => {
    system = await startSystem();
    browser = await launchBrowser();
    rosa = await WebPerson.open(browser, system.url, 'Rosa');
    sam = await WebPerson.open(browser, system.url, 'Sam');
    await Promise.all([rosa.register(), sam.register()]);
    await rosa.createRoom('workshop');
    await sam.discover('workshop');
    await rosa.send(EVERYTHING);
    await sam.send('I see all of it');
    await rosa.act('I see all of it', 'React');
    await rosa.page.getByRole('button', { name: 'Party' }).click();
    await rosa.act('I see all of it', 'Reply');
    await rosa.composer.pressSequentially('Good, @sa');
    await rosa.page.getByRole('option', { name: 'Sam' }).click();
    await rosa.composer.press('Enter');
    await sam.storedMessage('Good, @Sam').waitFor();
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  it.each(Object.keys(LOOKS))(
    'has no fault that axe can find in any main view: %s',
    async (look) => {
      const person = await WebPerson.open(browser, system.url, 'Sam', LOOKS[look]);
      const isPhone = look.startsWith('phone');
      const faults: Record<string, string[]> = {};
      const check = async (view: string, what: Locator): Promise<void> => {
        await what.first().waitFor();
        await person.screenshot(`${view}-${look}`);
        const found = await person.violations();
        if (found.length > 0) faults[view] = found;
      };
      const { page } = person;
      const back = async (): Promise<void> => {
        if (isPhone) await page.getByRole('button', { name: 'Back to your rooms' }).click();
      };
      await check('sign-in', page.getByLabel('Password'));
      await person.logIn();
      await check('rooms', person.roomLink('workshop'));
      await page.getByRole('button', { name: /^Mentions/ }).click();
      await check('mentions', page.getByRole('list', { name: 'Mentions' }));
      await back();
      await page.getByRole('button', { name: 'Discover rooms' }).first().click();
      await check('discover', page.getByLabel('Find a public room'));
      await back();
      await person.roomLink('workshop').click();
      await person.message('Good, @Sam').focus();
      await check('room', page.getByRole('toolbar', { name: 'Message actions' }));
      for (const panel of ['Search', 'Files', 'Members', 'Room settings']) {
        await page.getByRole('button', { name: panel, exact: true }).click();
        await check(panel.toLowerCase().replace(' ', '-'), page.getByRole('complementary', { name: new RegExp(`^${panel}`) }));
        await page.getByRole('complementary').getByRole('button', { name: 'Close' }).click();
      }
      await back();
      for (const entry of ['Your profile', 'Preferences', 'Your sessions', 'Keyboard shortcuts']) {
        await person.account(entry);
        await check(entry.toLowerCase().replace(' ', '-'), page.getByRole('dialog', { name: entry }).getByRole('button', { name: 'Close' }));
        await page.keyboard.press('Escape');
      }
      expect(faults).toEqual({});
      expect(person.complaints).toEqual([]);
      await person.context.close();
    },
    120_000,
  );

  it('can be read and used at twice the size, without scrolling sideways', async () => {
    // As a browser does: the same window, half as many pixels.
    await sam.page.setViewportSize({ width: 640, height: 400 });
    expect(await fitsTheWidth(sam)).toBe(true);
    await sam.send('Written large');
    await sam.storedMessage('Written large').waitFor();
    const box = await sam.composer.boundingBox();
    expect((box?.y ?? 400) + (box?.height ?? 400)).toBeLessThanOrEqual(400);
    await sam.screenshot('zoomed');
    await sam.page.setViewportSize({ width: 320, height: 640 });
    expect(await fitsTheWidth(sam)).toBe(true);
    await sam.page.setViewportSize({ width: 1280, height: 800 });
  });

  it('moves, and keeps still for those who want that', async () => {
    await sam.roomLink('workshop').click();
    await sam.composer.waitFor();
    const moved: Record<string, readonly string[]> = {};
    for (const reducedMotion of ['no-preference', 'reduce'] as const) {
      await rosa.page.emulateMedia({ reducedMotion });
      await rosa.page.evaluate(NOTE_MOTION);
      await goRound();
      moved[reducedMotion] = await rosa.page.evaluate<string[]>('[...window.moved]');
    }
    expect(moved).toEqual({ 'no-preference': expect.arrayContaining(MOVING) as string[], reduce: [] });

    /** By a dialog, a panel, news, somebody who types, and a message that is led to. */
    async function goRound(): Promise<void> {
      await rosa.account('Keyboard shortcuts');
      const dialog = rosa.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
      await dialog.getByRole('button', { name: 'Close' }).click();
      await dialog.waitFor({ state: 'detached' });
      const settings = await rosa.panel('Room settings');
      await settings.getByLabel('Topic').fill(`Round at ${String(Date.now())}`);
      await settings.getByRole('button', { name: 'Save' }).click();
      await rosa.page.getByRole('region', { name: 'Notifications' }).getByText('Saved').waitFor();
      await settings.getByRole('button', { name: 'Close' }).click();
      await sam.composer.fill('');
      await sam.composer.pressSequentially('Hm');
      await rosa.page.getByText('Sam is typing…').waitFor();
      await sam.composer.fill('');
      await rosa.page.getByText('Sam is typing…').waitFor({ state: 'detached' });
      await rosa
        .message('Good, @Sam')
        .getByRole('button', { name: /I see all of it/ })
        .click();
      await rosa.page.locator('article[data-flash]').waitFor();
      await rosa.page.locator('article[data-flash]').waitFor({ state: 'detached' });
    }
  }, 60_000);

  it('turns around for languages that are read from right to left', async () => {
    await rosa.page.evaluate(`document.documentElement.dir = 'rtl'`);
    const place = async (what: Locator): Promise<number> => (await what.boundingBox())?.x ?? -1;
    expect(await place(rosa.sidebar)).toBeGreaterThan(await place(rosa.page.locator('main')));
    expect(await place(rosa.page.getByRole('button', { name: 'Send' }))).toBeLessThan(await place(rosa.composer));
    expect(await fitsTheWidth(rosa)).toBe(true);
    expect(await rosa.violations()).toEqual([]);
    await rosa.screenshot('room-right-to-left');
    await rosa.page.evaluate(`document.documentElement.dir = 'ltr'`);
  });

  it('can be used by keys alone, from the room list to a sent answer', async () => {
    const { page } = sam;
    await page.goto(system.url);
    await sam.roomLink('workshop').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the conversation');
    await page.keyboard.press('Control+k');
    // Its code may still be on the way, and nothing is found before the rooms are read.
    await page.locator('[aria-label="Room or person"]:focus').waitFor();
    await page.keyboard.type('works');
    await page.getByRole('option', { name: 'workshop' }).waitFor();
    await page.keyboard.press('Enter');
    // The room is open once one is in its text and its messages are there: before that, no message can have the focus.
    await page.getByRole('article').last().waitFor();
    await eventually(async () => expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Message workshop'));
    await page.keyboard.press('Shift+Tab');
    await page.locator('button[aria-label^="Attach files"]:focus').waitFor();
    await page.keyboard.press('Shift+Tab');
    await eventually(async () => expect(await page.evaluate('document.activeElement.className')).toContain('message'), { timeoutMs: 5_000 });
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('r');
    await page.getByText(/^Reply to/).waitFor();
    await page.keyboard.type('By keys alone');
    await page.keyboard.press('Enter');
    await rosa.message('By keys alone').waitFor();
  });

  it('complains about nothing in the console', () => {
    expect([...rosa.complaints, ...sam.complaints]).toEqual([]);
  });
});
