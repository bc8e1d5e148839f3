import { eventually } from '@agent-chat/testing';
import { type Browser } from 'playwright-core';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { PHONE } from '../support/web-looks';
import { descriptionOf, launchBrowser, PASSWORD, WebPerson } from '../support/web-person';

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
    await rosa.send('Do you see this?');
    await sam.send('I see all of it');
    await rosa.act('I see all of it', 'React');
    await rosa.page.getByRole('button', { name: 'Party' }).click();
    await rosa.act('I see all of it', 'Reply');
    await rosa.composer.pressSequentially('Good, @sa');
    await rosa.page.getByRole('option', { name: 'Sam' }).click();
    await rosa.composer.press('Enter');
    await sam.storedMessage('Good, @Sam').waitFor();
    await sam.send('With pleasure');
    await rosa.storedMessage('With pleasure').waitFor();
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  it('says at the field which username is taken, and leads there', async () => {
    const second = await WebPerson.open(browser, system.url, 'Rosa', PHONE);
    const { page } = second;
    await page.getByRole('button', { name: 'Create an account' }).click();
    const username = page.getByLabel('Username');
    await username.fill('rosa');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('That username is taken. Choose another one.').waitFor();
    await username.and(page.locator('[aria-invalid=true]:focus')).waitFor();
    expect(await descriptionOf(username)).toBe('That username is taken. Choose another one.');
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await second.violations()).toEqual([]);
    await second.screenshot('username-taken-phone-light');
    await username.fill('rosanna');
    await page.keyboard.press('Enter');
    await second.sidebar.waitFor();
    expect(second.complaints).toEqual([expect.stringContaining('status of 409')]);
    await second.context.close();
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
