import { eventually } from '@agent-chat/testing';
import { type Browser } from 'playwright-core';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { descriptionOf, launchBrowser, WebPerson } from '../support/web-person';

const PICTURE = 'https://pictures.example/mira.svg';
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="#2a6d5c"/></svg>';

/** As the page says it in the browser of these people. */
const MOMENT = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'short' });

describe('the web client, day by day', () => {
  let system: TestedSystem;
  let browser: Browser;
  let mira: WebPerson;
  let noah: WebPerson;

  beforeAll(async () => {
    system = await startSystem();
    browser = await launchBrowser();
    mira = await WebPerson.open(browser, system.url, 'Mira Bell');
    noah = await WebPerson.open(browser, system.url, 'Noah');
    await Promise.all([mira.register(), noah.register()]);
    await mira.createRoom('kitchen');
    await noah.discover('kitchen');
    await noah.send('Morning');
    await mira.storedMessage('Morning').waitFor();
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  it('tells of news in other rooms, as the person wants it for each room', async () => {
    await mira.createRoom('quiet corner', 'Private');
    const news = mira.page.getByRole('region', { name: 'Notifications' });
    await noah.send('Nobody is named here');
    await mira.roomLink('kitchen').getByText('1 unread').waitFor();
    await noah.composer.pressSequentially('Look @mira');
    await noah.page.getByRole('option', { name: 'Mira Bell' }).click();
    await noah.composer.press('Enter');
    await news.getByRole('button', { name: 'Noah named you in kitchen' }).waitFor();
    expect(await news.getByText('Nobody is named here').count()).toBe(0);
    await mira.screenshot('news-desktop-light');
    await news.getByRole('button', { name: 'Noah named you in kitchen' }).click();
    await mira.page.getByRole('heading', { name: 'kitchen', level: 1 }).waitFor();

    await mira.page.getByRole('button', { name: 'Room settings' }).click();
    await mira.page.getByLabel('Notify me of').selectOption({ label: 'Nothing' });
    await mira.roomLink('kitchen').getByText('You are told of nothing here').waitFor();
    await mira.screenshot('settings-desktop-light');
    await mira.roomLink('quiet corner').click();
    await noah.composer.pressSequentially('Again @mira');
    await noah.page.getByRole('option', { name: 'Mira Bell' }).click();
    await noah.composer.press('Enter');
    await mira.roomLink('kitchen').getByText('1 unread, 1 of them naming you').waitFor();
    expect(await news.getByRole('button', { name: 'Noah named you in kitchen' }).count()).toBe(0);

    // Another browser of the same person knows the choice.
    expect(await mira.call('GET', '/preferences/rooms')).toMatchObject({ items: [{ notify: 'nothing' }] });
    await mira.reload();
    await mira.roomLink('kitchen').getByText('You are told of nothing here').waitFor();
  });

  it('lists where one was named, newest first, and leads there', async () => {
    await mira.page.getByRole('button', { name: 'Mentions, 1 new' }).click();
    const list = mira.page.getByRole('list', { name: 'Mentions' });
    await list.getByRole('button', { name: /Again @Mira Bell/ }).waitFor();
    expect(await list.getByRole('button').allInnerTexts()).toEqual([expect.stringContaining('Again'), expect.stringContaining('Look')]);
    await mira.screenshot('daily-mentions-desktop-light');
    await noah.composer.pressSequentially('Once more @mira');
    await noah.page.getByRole('option', { name: 'Mira Bell' }).click();
    await noah.composer.press('Enter');
    await list.getByRole('button', { name: /Once more/ }).waitFor();
    await list.getByRole('button', { name: /Look @Mira Bell/ }).click();
    await mira.page.getByRole('heading', { name: 'kitchen', level: 1 }).waitFor();
    await mira.message('Look @Mira Bell').waitFor();
  });

  it('shows what a message said before, to its author and not to others', async () => {
    await mira.send('The first words');
    await mira.storedMessage('The first words').waitFor();
    await mira.composer.press('ArrowUp');
    await mira.page.getByText('Enter saves').waitFor();
    await mira.composer.fill('Better words');
    await mira.composer.press('Enter');
    await noah.message('Better words').getByText('(edited)').waitFor();
    expect(await noah.message('Better words').getByRole('button', { name: '(edited)' }).count()).toBe(0);
    await mira.message('Better words').getByRole('button', { name: '(edited)' }).click();
    const dialog = mira.page.getByRole('dialog', { name: 'Earlier versions' });
    await dialog.getByText('The first words').waitFor();
    await dialog.getByText('Better words').waitFor();
    await mira.screenshot('versions-desktop-light');
    await mira.page.keyboard.press('Escape');
    // She knows who she is.
    await mira.act('Better words', 'More about this message');
    await mira.page.getByRole('menuitem', { name: 'Copy link' }).waitFor();
    expect(await mira.page.getByRole('menuitem', { name: 'About the author' }).count()).toBe(0);
    await mira.page.keyboard.press('Escape');
  });

  it('marks a message unread, for later', async () => {
    await noah.act('Better words', 'More about this message');
    await noah.page.getByRole('menuitem', { name: 'About the author' }).waitFor();
    await noah.page.getByRole('menuitem', { name: 'Mark unread from here' }).click();
    await noah.page.getByText('New messages', { exact: true }).waitFor();
    await noah.page.goto(system.url);
    await noah.roomLink('kitchen').getByText('1 unread').waitFor();
    await noah.roomLink('kitchen').click();
    await noah.message('Better words').waitFor();
    expect(await noah.page.getByText('New messages', { exact: true }).count()).toBe(1);
  });

  it('makes somebody an admin, who may then do what admins do', async () => {
    await mira.roomLink('kitchen').click();
    await mira.page.getByRole('button', { name: 'Members' }).click();
    await mira.page.getByRole('button', { name: 'More about Noah' }).click();
    await mira.page.getByRole('menuitem', { name: /^Admin/ }).click();
    const members = mira.page.getByRole('complementary', { name: /^Members/ });
    await members.getByText('Admin', { exact: true }).waitFor();
    await noah.page.getByRole('button', { name: 'Room settings' }).click();
    await noah.page.getByLabel('Topic').fill('What is cooking');
    await noah.page.getByRole('complementary').getByRole('button', { name: 'Save' }).click();
    await mira.page.getByText('What is cooking').first().waitFor();
    expect(await noah.message('Better words').getByRole('button', { name: '(edited)' }).count()).toBe(1);
    for (const { page } of [mira, noah]) await page.getByRole('complementary').getByRole('button', { name: 'Close' }).click();
  });

  it('shows a picture that somebody has chosen, and initials where it can’t be shown', async () => {
    await Promise.all([mira, noah].map(({ context }) => context.route(PICTURE, (route) => route.fulfill({ contentType: 'image/svg+xml', body: SVG }))));
    await mira.account('Your profile');
    const profile = mira.page.getByRole('dialog', { name: 'Your profile' });
    await profile.getByLabel('Link to a picture').fill('http://insecure.example/x.png');
    await profile.getByText('Give an address that begins with https://.').waitFor();
    await profile.getByLabel('Link to a picture').fill(PICTURE);
    await profile.locator('img').waitFor();
    await mira.screenshot('profile-desktop-light');
    await profile.getByRole('button', { name: 'Save' }).click();
    await profile.waitFor({ state: 'detached' });
    await noah.reload();
    await noah.roomLink('kitchen').click();
    const picture = noah.message('Better words').locator('.avatar img');
    await picture.waitFor();
    expect(await picture.getAttribute('referrerpolicy')).toBe('no-referrer');
    expect(await picture.getAttribute('loading')).toBe('lazy');
    await noah.context.unroute(PICTURE);
    await noah.context.route(PICTURE, (route) => route.fulfill({ status: 404, body: '' }));
    await noah.reload();
    await noah.roomLink('kitchen').click();
    await noah.message('Better words').locator('.avatar [data-initials=MB]').waitFor();
    // Gone once its server has answered.
    await noah.message('Better words').locator('.avatar img').waitFor({ state: 'detached' });
    noah.complaints.length = 0;
  });

  it('opens all emoji, finds one by a word and keeps it at hand', async () => {
    await mira.page.getByRole('button', { name: 'Insert an emoji' }).click();
    await mira.page.getByRole('button', { name: 'All emoji…' }).click();
    await mira.page.getByRole('group', { name: 'Smileys' }).waitFor();
    await mira.screenshot('daily-emoji-desktop-light');
    await mira.page.getByLabel('Find an emoji').fill('lighthouse');
    await mira.page.getByText('No emoji is called that.').waitFor();
    await mira.page.getByLabel('Find an emoji').fill('otter');
    await mira.page.keyboard.press('Tab');
    await mira.page.keyboard.press('Enter');
    await eventually(async () => expect(await mira.composer.inputValue()).toBe('🦦'));
    await mira.composer.press('Enter');
    await noah.message('🦦').waitFor();
    await mira.page.getByRole('button', { name: 'Insert an emoji' }).click();
    await mira.page.getByRole('button', { name: 'All emoji…' }).click();
    await mira.page.getByRole('group', { name: 'Used lately' }).getByRole('button', { name: 'otter' }).waitFor();
    await mira.page.keyboard.press('Escape');
  });

  it('goes from room to room by keys, and shows every key', async () => {
    await mira.roomLink('kitchen').click();
    await mira.page.getByRole('heading', { name: 'kitchen', level: 1 }).waitFor();
    await mira.page.keyboard.press('Alt+ArrowDown');
    await mira.page.getByRole('heading', { name: 'quiet corner', level: 1 }).waitFor();
    await noah.send('Something to read');
    await mira.roomLink('kitchen').getByText('1 unread').waitFor();
    await mira.page.keyboard.press('Alt+Shift+ArrowUp');
    await mira.page.getByRole('heading', { name: 'kitchen', level: 1 }).waitFor();
    await mira.page.keyboard.press('Control+/');
    const overview = mira.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await overview.getByText('The unread room above').waitFor();
    expect(await overview.getByRole('definition').count()).toBeGreaterThan(15);
    await mira.screenshot('shortcuts-desktop-light');
    await mira.page.keyboard.press('Escape');
  });

  it('lists where one is logged in, and ends a session there within seconds', async () => {
    const elsewhere = await WebPerson.open(browser, system.url, 'Mira Bell', { width: 360, height: 740 });
    await elsewhere.logIn();
    await mira.account('Your sessions');
    const dialog = mira.page.getByRole('dialog', { name: 'Your sessions' });
    await dialog
      .getByRole('listitem')
      .filter({ hasText: 'this one' })
      .getByText(/in use now$/)
      .waitFor();
    expect(await dialog.getByRole('listitem').count()).toBe(2);
    const { items } = (await mira.call('GET', '/auth/sessions')) as { items: { createdAt: string }[] };
    const since = items.map(({ createdAt }) => `Logged in since ${MOMENT.format(new Date(createdAt))}`);
    expect(await dialog.getByText(/^Logged in since/).allTextContents()).toEqual(since);
    await mira.screenshot('sessions-desktop-light');
    const end = dialog.getByRole('button', { name: /^End the session on Chrome/ });
    expect(since).toContain(await descriptionOf(end));
    await end.click();
    await mira.page.getByRole('alertdialog').getByRole('button', { name: 'End' }).click();
    await elsewhere.page.getByText('Your session has ended').waitFor();
    await eventually(async () => expect(await dialog.getByRole('listitem').count()).toBe(1));
    await mira.page.keyboard.press('Escape');
    await elsewhere.context.close();
  });

  it('speaks another language from one moment to the next, and still does after a reload', async () => {
    await mira.account('Preferences');
    await mira.screenshot('daily-preferences-desktop-light');
    await mira.page.getByLabel('Appearance', { exact: true }).selectOption({ label: 'Dark' });
    await mira.page.locator('html[data-theme=dark]').waitFor();
    await mira.screenshot('appearance-chosen-desktop-dark');
    await mira.page.keyboard.press('Escape');
    await mira.sidebar.locator('.account-button').click();
    await mira.page.getByRole('menuitemradio', { name: 'Dark', checked: true }).waitFor();
    await mira.page.getByRole('menuitemradio', { name: 'As the system' }).click();
    await mira.page.keyboard.press('Escape');
    await mira.account('Preferences');
    await eventually(async () => expect(await mira.page.getByLabel('Appearance', { exact: true }).inputValue()).toBe('system'));
    await mira.page.getByLabel('Language').selectOption({ label: 'Deutsch' });
    await mira.page.getByRole('dialog', { name: 'Einstellungen' }).waitFor();
    await mira.page.keyboard.press('Escape');
    expect(await mira.page.locator('html').getAttribute('lang')).toBe('de');
    await mira.page.reload();
    await mira.page.getByRole('textbox', { name: 'Nachricht an kitchen' }).waitFor();
    await mira.screenshot('room-german-desktop-light');
    await mira.account('Einstellungen');
    await mira.page.getByLabel('Sprache').selectOption({ label: 'English' });
    await mira.page.keyboard.press('Escape');
    await mira.composer.waitFor();

    const german = await WebPerson.open(browser, system.url, 'Olga', { locale: 'de-AT' });
    await german.page.getByRole('heading', { name: 'Bei Agent Chat anmelden' }).waitFor();
    await german.context.close();
  });

  it('complains about nothing in the console', () => {
    expect([...mira.complaints, ...noah.complaints]).toEqual([]);
  });
});
