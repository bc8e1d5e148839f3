import { eventually } from '@agent-chat/testing';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser } from 'playwright-core';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { launchBrowser, WebPerson } from '../support/web-person';

const BUNDLE = resolve(__dirname, '../../dist/apps/web');
const BUDGET_BYTES = 200_000;
const MARKUP = '<img src=x onerror="document.title=1"> **bold** https://example.com/a_b';

describe('the web client', () => {
  let system: TestedSystem;
  let browser: Browser;
  let ada: WebPerson;
  let ben: WebPerson;

  beforeAll(async () => {
    if (!existsSync(join(BUNDLE, 'index.html'))) throw new Error('The web client is not built: npm run build && npm run build:web');
    system = await startSystem();
    browser = await launchBrowser();
    ada = await WebPerson.open(browser, system.url, 'Ada Lovelace');
    ben = await WebPerson.open(browser, system.url, 'Ben', { width: 360, height: 740, colorScheme: 'dark' });
    await Promise.all([ada.screenshot('story-sign-in-desktop-light'), ben.screenshot('story-sign-in-phone-dark')]);
    await Promise.all([ada.register(), ben.register()]);
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  it('loads less than its budget at first, and nothing inline or foreign', () => {
    const page = readFileSync(join(BUNDLE, 'index.html'), 'utf8');
    const files = ['index.html', ...[...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file ?? '')];
    const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(BUNDLE, file))).length, 0);
    expect(files.length).toBeGreaterThan(3);
    expect(bytes).toBeLessThan(BUDGET_BYTES);
    expect(page).not.toMatch(/<style|<script(?![^>]*src=)|https?:\/\//);
  });

  it('lets one create a room and the other discover and join it, and both chat', async () => {
    await ada.createRoom('design');
    await ada.send(MARKUP);
    await ben.discover('design');
    await ben.message('bold').waitFor();
    await ben.send('Hello Ada');
    await ada.message('Hello Ada').waitFor();
    // Shown as text: no element was made of it, and nothing of it ran.
    expect(await ben.message('bold').locator('img').count()).toBe(0);
    expect(await ben.message('bold').locator('strong').textContent()).toBe('bold');
    expect(await ben.message('bold').getByRole('link').getAttribute('rel')).toContain('noopener');
    expect(await ben.page.title()).toContain('Agent Chat');
  });

  it('shows who types, and stops when the message is there', async () => {
    await ben.composer.pressSequentially('I am writing');
    await ada.page.getByText('Ben is typing…').waitFor();
    await ben.composer.press('Enter');
    await ada.message('I am writing').waitFor();
    await ada.page.getByText('Ben is typing…').waitFor({ state: 'detached' });
    expect(await ada.message('I am writing').count()).toBe(1);
  });

  it('reacts, answers with a quote, edits and deletes, on both sides', async () => {
    await ada.act('Hello Ada', 'React');
    await ada.page.getByRole('button', { name: 'Party' }).click();
    await ben.message('Hello Ada').getByRole('button', { name: '🎉, 1', exact: true }).click();
    await ada.message('Hello Ada').getByRole('button', { name: '🎉, 2, yours among them' }).waitFor();

    await ada.act('Hello Ada', 'Reply');
    await ada.composer.pressSequentially('Welcome, @be');
    await ada.page.getByRole('option', { name: 'Ben' }).waitFor();
    await ada.composer.press('Enter');
    await ada.composer.press('Enter');
    await ben
      .message('Welcome, @Ben')
      .getByRole('button', { name: /Ben Hello Ada/ })
      .waitFor();

    await ada.storedMessage('Welcome, @Ben').waitFor();
    await ada.composer.press('ArrowUp');
    await ada.page.getByText('Enter saves').waitFor();
    await ada.composer.press('End');
    await ada.typeInHaste('!!');
    await ben.message('Welcome, @Ben!!').getByText('(edited)').waitFor();

    await ben.act('I am writing', 'More about this message');
    await ben.page.getByRole('menuitem', { name: 'Delete…' }).click();
    await ben.screenshot('delete-phone-dark');
    await ben.page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await ada.page.getByText('This message was deleted.').waitFor();
    expect(await ada.message('I am writing').count()).toBe(0);
    await Promise.all([ada.screenshot('story-room-desktop-light'), ben.screenshot('story-room-phone-dark')]);
  });

  it('counts what is unread, names first, and where reading stopped stands a divider', async () => {
    await ada.createRoom('elsewhere', 'Private');
    await ben.send('You are missed');
    await ben.composer.pressSequentially('Come @ada');
    await ben.page.getByRole('option', { name: 'Ada Lovelace' }).click();
    await ben.composer.press('Enter');
    await ada.roomLink('design').getByText('2 unread, 1 of them naming you').waitFor();
    await ada.roomLink('design').getByText('Ben: Come @Ada Lovelace').waitFor();
    await ada.screenshot('unread-desktop-light');
    await ada.roomLink('design').click();
    await ada.page.getByText('New messages').waitFor();
    await ada
      .roomLink('design')
      .getByText(/unread/)
      .waitFor({ state: 'detached' });
    expect(await ada.page.title()).toBe('Agent Chat');
  });

  it('finds a message and leads to it', async () => {
    await ada.page.getByRole('button', { name: 'Search', exact: true }).click();
    const hit = ada.page.getByRole('complementary', { name: 'Search' }).getByRole('button', { name: /You are missed/ });
    // The search index follows the log within a second or two.
    await eventually(
      async () => {
        await ada.page.getByLabel('Search messages').fill('');
        await ada.page.getByLabel('Search messages').fill('missed');
        await hit.waitFor({ timeout: 1_000 });
      },
      { timeoutMs: 10_000 },
    );
    expect(await hit.locator('mark').textContent()).toBe('missed');
    await ada.screenshot('story-search-desktop-light');
    await hit.click();
    await eventually(() => expect(ada.page.url()).toMatch(/\/r\/[0-9a-f-]{36}\/\d+$/));
    await ada.page.keyboard.press('Escape');
  });

  it('invites somebody, who accepts after a reload', async () => {
    await ada.roomLink('elsewhere').click();
    // Nothing is said there yet: it is offered in the middle.
    await ada.page.getByRole('region', { name: 'Conversation' }).getByRole('button', { name: 'Add people' }).click();
    await ada.page.getByLabel('Who should come in?').fill('be');
    await ada.page.getByRole('option', { name: /Ben/ }).click();
    await ada.page.getByRole('button', { name: 'Invite', exact: true }).click();
    await ada.page.getByRole('region', { name: 'Invited' }).getByText('Ben').waitFor();
    await ada.screenshot('story-members-desktop-light');
    await ben.reload();
    await ben.screenshot('story-rooms-phone-dark');
    await ben.page.getByRole('button', { name: 'Join elsewhere' }).click();
    await ben.send('I am in');
    await ada.message('I am in').waitFor();
    expect(await ada.page.getByRole('region', { name: 'Invited' }).count()).toBe(0);
  });

  it('keeps what was written offline over a reload, and sends it once it is back', async () => {
    await ben.context.setOffline(true);
    await ben.page.getByText(/You are offline/).waitFor();
    await ben.send('Written in a tunnel');
    await ben.message('Written in a tunnel').getByText('Waits for the network').waitFor();
    await ben.screenshot('story-offline-phone-dark');
    const address = ben.page.url();
    await ben.page.goto('about:blank');
    await ben.context.setOffline(false);
    await ben.page.goto(address);
    await ada.message('Written in a tunnel').waitFor();
    await ben.message('Written in a tunnel').waitFor();
    await eventually(async () => expect(await ben.page.locator('.send-status').count()).toBe(0));
    expect(await ada.message('Written in a tunnel').count()).toBe(1);
  });

  it('opens a direct room by name, and reacts there by keys alone', async () => {
    await ben.page.getByRole('button', { name: 'Back to your rooms' }).click();
    await ben.page.getByRole('button', { name: 'New conversation' }).click();
    await ben.page.getByRole('menuitem', { name: 'Message somebody' }).click();
    await ben.page.getByLabel('Who?').fill('ada');
    await ben.page.getByRole('option', { name: /Ada Lovelace/ }).waitFor();
    await ben.page.keyboard.press('Enter');
    await ben.send('Just you and me');
    await ada.sidebar.getByRole('link').filter({ hasText: 'Just you and me' }).click();
    await ada.message('Just you and me').focus();
    await ada.page.keyboard.press('+');
    await ada.page.getByRole('button', { name: 'Thumbs up' }).and(ada.page.locator(':focus')).waitFor();
    await ada.page.keyboard.press('ArrowRight');
    await ada.page.keyboard.press('Enter');
    await ben.message('Just you and me').getByRole('button', { name: /❤️, 1/ }).waitFor();
    await ada.page.keyboard.press('Escape');
    expect(await ben.page.getByRole('heading', { level: 1 }).textContent()).toBe('Ada Lovelace');
  });

  it('lets an owner mute, remove and ban, and shows it at once to whom it concerns', async () => {
    await ben.page.getByRole('button', { name: 'Back to your rooms' }).click();
    await ben.roomLink('elsewhere').click();
    await ben.composer.waitFor();
    await ada.roomLink('elsewhere').click();
    await ada.aboutMember('Ben', 'Mute');
    await ben.page.getByText('An admin has muted you in this room.').waitFor();
    await ada.aboutMember('Ben', 'Unmute');
    await ben.composer.waitFor();
    const rest = ada.page.getByRole('complementary', { name: 'Members · 1' });
    await ada.aboutMember('Ben', 'Remove from the room…');
    await ada.page.getByRole('alertdialog', { name: 'Remove Ben?' }).waitFor();
    await ada.confirm('Remove');
    await ben.page.getByText('It may be private, or you were removed.').waitFor();
    expect(await ben.roomLink('elsewhere').count()).toBe(0);
    await rest.getByText('@ben', { exact: true }).waitFor({ state: 'detached' });

    await rest.getByRole('button', { name: 'Add people' }).click();
    await ada.page.getByLabel('Who should come in?').fill('be');
    await ada.page.getByRole('option', { name: /Ben/ }).click();
    await ada.page.getByRole('button', { name: 'Add', exact: true }).click();
    await ben.composer.waitFor();
    await ada.aboutMember('Ben', 'Ban…');
    await ada.confirm('Ban');
    await ben.page.getByText('There is no such room for you').waitFor();
    await rest.getByRole('region', { name: 'Banned' }).getByText('Ben').waitFor();
    await ben.screenshot('banned-phone-dark');
    await ada.page.getByRole('button', { name: 'Lift the ban of Ben' }).click();
    await ada.page.getByRole('region', { name: 'Banned' }).waitFor({ state: 'detached' });
    expect(await ben.roomLink('elsewhere').count()).toBe(0);
  });

  it('stays signed in over a reload, jumps to a room by keys alone, and logs out', async () => {
    await ada.reload();
    await ada.page.keyboard.press('Control+k');
    await ada.page.getByRole('combobox', { name: 'Room or person' }).pressSequentially('des');
    await ada.page.getByRole('option', { name: /design/ }).waitFor();
    await ada.screenshot('story-switcher-desktop-light');
    await ada.page.keyboard.press('Enter');
    await ada.page.getByRole('heading', { name: 'design', level: 1 }).waitFor();
    await ada.page.getByRole('button', { name: /account and appearance/ }).click();
    await ada.page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await ada.page.keyboard.press('Escape');
    await ada.screenshot('story-room-desktop-dark');
    await ada.page.getByRole('button', { name: /account and appearance/ }).click();
    await ada.page.getByRole('menuitem', { name: 'Log out' }).click();
    await ada.page.getByRole('heading', { name: 'Log in to Agent Chat' }).waitFor();
    await ada.logIn();
    await ada.roomLink('design').waitFor();
    expect(await ada.page.locator('html').getAttribute('data-theme')).toBe('dark');
  });

  it('complains about nothing in the console, the content security policy included', () => {
    expect([...ada.complaints, ...ben.complaints]).toEqual([]);
  });
});
