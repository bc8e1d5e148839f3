import { eventually } from '@agent-chat/testing';
import { type Browser, type Locator } from 'playwright-core';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { PHONE } from '../support/web-looks';
import { descriptionOf, launchBrowser, WebPerson } from '../support/web-person';

/** What everybody's menu offers, and what it does to whoever may moderate. */
const ABOUT = ['Profile', 'Message'];
const MODERATION = ['Mute', 'Remove from the room…', 'Ban…'];

describe('the people of a room in the web client', () => {
  let system: TestedSystem;
  let browser: Browser;
  let hanna: WebPerson;
  let jonas: WebPerson;
  let kira: WebPerson;

  beforeAll(async () => {
    system = await startSystem();
    browser = await launchBrowser();
    hanna = await WebPerson.open(browser, system.url, 'Hanna');
    jonas = await WebPerson.open(browser, system.url, 'Jonas');
    kira = await WebPerson.open(browser, system.url, 'Kira Lund');
    await Promise.all([hanna.register(), jonas.register(), kira.register()]);
    await hanna.createRoom('harbour');
    await Promise.all([jonas.discover('harbour'), kira.discover('harbour')]);
    // What happened before a room has opened is told to nobody.
    await hanna.send('Ahoy');
    for (const person of [jonas, kira]) await person.message('Ahoy').waitFor();
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  const row = async (person: WebPerson, username: string): Promise<Locator> =>
    (await person.panel('Members')).getByRole('listitem').filter({ hasText: `@${username}` });
  const counted = (person: WebPerson, count: number): Promise<void> => person.page.getByRole('complementary', { name: `Members · ${String(count)}` }).waitFor();

  /** What the menu of a member offers to somebody. */
  async function offered(person: WebPerson, name: string): Promise<string[]> {
    await (await person.panel('Members')).getByRole('button', { name: `More about ${name}` }).click();
    const menu = person.page.getByRole('menu', { name });
    const items = await menu.getByRole('menuitem').allInnerTexts();
    await person.page.keyboard.press('Escape');
    await menu.waitFor({ state: 'detached' });
    // What a role may do stands below it.
    return items.map((item) => item.trim().split('\n')[0] ?? '');
  }

  async function untilOffered(person: WebPerson, name: string, items: readonly string[]): Promise<void> {
    await eventually(async () => expect(await offered(person, name)).toEqual([...ABOUT, ...items]), { timeoutMs: 15_000 });
  }

  async function invite(...people: readonly (readonly [typed: string, name: RegExp])[]): Promise<void> {
    const panel = await hanna.panel('Members');
    await panel.getByRole('button', { name: 'Add people' }).click();
    for (const [typed, name] of people) {
      await panel.getByLabel('Who should come in?').fill(typed);
      await panel.getByRole('option', { name }).click();
    }
    await panel.getByRole('button', { name: 'Invite', exact: true }).click();
  }

  /** How somebody is told of what Hanna did. */
  async function untilTold(person: WebPerson, title: string): Promise<void> {
    const toast = person.page.getByRole('region', { name: 'Notifications' }).locator('.toast').filter({ hasText: title });
    await eventually(async () => expect(await toast.locator('strong, p').allTextContents()).toEqual([title, 'By Hanna']), { timeoutMs: 15_000 });
  }

  it('mutes somebody, who is told by whom', async () => {
    await hanna.aboutMember('Jonas', 'Mute');
    await untilTold(jonas, 'You were muted in harbour.');
    await jonas.page.getByText('An admin has muted you in this room.').waitFor();
    await hanna.aboutMember('Jonas', 'Unmute');
    await jonas.composer.waitFor();
    expect(await kira.page.getByText('You were muted in harbour.').count()).toBe(0);
  });

  it('removes somebody, who sees the room from outside and may come back, and is gone for the others', async () => {
    await (await row(kira, 'jonas')).waitFor();
    await counted(kira, 3);
    await hanna.aboutMember('Jonas', 'Remove from the room…');
    await hanna.confirm('Remove');
    await untilTold(jonas, 'You were removed from harbour.');
    await jonas.page.getByText('You are looking in.').waitFor();
    expect(await jonas.composer.count()).toBe(0);
    expect(await jonas.roomLink('harbour').count()).toBe(0);
    for (const person of [hanna, kira]) {
      await counted(person, 2);
      await (await row(person, 'jonas')).waitFor({ state: 'detached' });
    }
    await hanna.send('For whoever looks in');
    await jonas.message('For whoever looks in').waitFor();
    await jonas.page.getByRole('button', { name: 'Join room' }).click();
    await jonas.send('Back again');
    await hanna.storedMessage('Back again').waitFor();
    await counted(kira, 3);
    await (await row(kira, 'jonas')).waitFor();
  });

  it('bans somebody, who is not counted any more by anybody', async () => {
    await hanna.aboutMember('Jonas', 'Ban…');
    await hanna.confirm('Ban');
    await untilTold(jonas, 'You were banned from harbour.');
    await jonas.page.getByText('There is no such room for you').waitFor();
    expect(await jonas.roomLink('harbour').count()).toBe(0);
    for (const person of [hanna, kira]) {
      await (await row(person, 'jonas')).waitFor({ state: 'detached' });
      await counted(person, 2);
    }
    await hanna.page.getByRole('button', { name: 'Lift the ban of Jonas' }).click();
    await hanna.page.getByRole('region', { name: 'Banned' }).waitFor({ state: 'detached' });
    await jonas.discover('harbour');
    await counted(kira, 3);
  });

  it('gives every role, with what it may do, and takes it back', async () => {
    await (await hanna.panel('Members')).getByRole('button', { name: 'More about Kira Lund' }).click();
    const guest = hanna.page.getByRole('menuitem', { name: 'Guest Writes, but adds nobody', exact: true });
    await guest.getByText('Writes, but adds nobody').waitFor();
    await hanna.screenshot('roles-desktop-light');
    expect(await hanna.violations()).toEqual([]);
    await guest.click();
    await (await row(hanna, 'kiralund')).getByText('Guest', { exact: true }).waitFor();
    await kira.page.getByRole('button', { name: 'Add people' }).waitFor({ state: 'detached' });
    await hanna.aboutMember('Kira Lund', 'Member');
    await kira.page.getByRole('button', { name: 'Add people' }).waitFor();
    await (await row(hanna, 'kiralund')).getByText('Guest', { exact: true }).waitFor({ state: 'detached' });

    await untilOffered(jonas, 'Hanna', []);
    await hanna.aboutMember('Jonas', 'Owner');
    await untilOffered(jonas, 'Hanna', ['Owner', 'Admin', 'Member', 'Guest', ...MODERATION]);
    await jonas.aboutMember('Hanna', 'Admin');
    await untilOffered(hanna, 'Jonas', []);
    // An admin makes nobody an owner, or an admin.
    await untilOffered(hanna, 'Kira Lund', ['Member', 'Guest', ...MODERATION]);
    const settings = await hanna.panel('Room settings');
    await settings.getByLabel('Topic').waitFor();
    expect(await settings.getByRole('button', { name: 'Archive this room…' }).count()).toBe(0);
    await jonas.aboutMember('Hanna', 'Member');
    await settings.getByLabel('Topic').waitFor({ state: 'detached' });
    await untilOffered(hanna, 'Kira Lund', []);

    await jonas.aboutMember('Hanna', 'Owner');
    await untilOffered(hanna, 'Jonas', ['Owner', 'Admin', 'Member', 'Guest', ...MODERATION]);
    await hanna.aboutMember('Jonas', 'Member');
    await untilOffered(jonas, 'Hanna', []);
  });

  it('invites people, who decline, beside the room’s name or in the room, and takes an invitation back', async () => {
    await hanna.createRoom('captains', 'Private');
    await hanna.page.locator('.room-beginning').getByRole('button', { name: 'Add people' }).click();
    const who = (await hanna.panel('Members')).getByLabel('Who should come in?');
    await who.waitFor();
    expect(await descriptionOf(who)).toBe('Type a name, then choose the person from the suggestions.');
    await hanna.page.getByText('Whoever is invited is asked').waitFor();
    expect(await hanna.violations()).toEqual([]);
    await hanna.screenshot('add-people-desktop-light');
    await (await hanna.panel('Members')).getByRole('button', { name: 'Cancel' }).click();
    await invite(['jon', /@jonas$/], ['kir', /@kiralund$/]);
    const invited = hanna.page.getByRole('region', { name: 'Invited' });
    await invited.getByText('Kira Lund').waitFor();
    await jonas.page.getByText('You were invited to captains.').waitFor();
    await jonas.sidebar.getByRole('button', { name: 'captains', exact: true }).click();
    await jonas.page.getByText('You were invited to this room.').waitFor();
    await jonas.page.locator('main').getByRole('button', { name: 'Decline' }).click();
    await jonas.page.getByRole('region', { name: 'Invitations' }).waitFor({ state: 'detached' });
    await invited.getByText('Jonas').waitFor({ state: 'detached' });
    await jonas.page.waitForURL(({ pathname }) => pathname === '/');

    await kira.page.getByRole('button', { name: 'Join captains' }).waitFor();
    await hanna.page.getByRole('button', { name: 'Take back the invitation of Kira Lund' }).click();
    await invited.waitFor({ state: 'detached' });
    await kira.page.getByRole('region', { name: 'Invitations' }).waitFor({ state: 'detached' });
    await expect(kira.call('POST', `/rooms/${hanna.roomId}/join`)).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });

    await invite(['kir', /@kiralund$/]);
    await invited.getByText('Kira Lund').waitFor();
    await kira.page.getByRole('button', { name: 'Decline the invitation to captains' }).click();
    await invited.waitFor({ state: 'detached' });
    await kira.page.getByRole('region', { name: 'Invitations' }).waitFor({ state: 'detached' });
  });

  it('shows the whole of a long name in an invitation, on a phone too', async () => {
    await hanna.createRoom('Winter storage and repairs of all boats of the old yacht club', 'Private');
    await invite(['kir', /@kiralund$/]);
    await kira.page.setViewportSize(PHONE);
    await kira.page.goto(`${system.url}/`);
    const name = kira.sidebar.getByRole('region', { name: 'Invitations' }).getByText('Winter storage');
    await name.waitFor();
    await kira.screenshot('invitation-phone-light');
    const [rows, isCut] = await kira.page.evaluate<[number, boolean]>(`(() => {
      const name = document.querySelector('.invitation-name');
      return [Math.round(name.clientHeight / parseFloat(getComputedStyle(name).lineHeight)), name.scrollHeight > name.clientHeight || name.scrollWidth > name.clientWidth];
    })()`);
    expect({ rows, isCut }).toEqual({ rows: 2, isCut: false });
    await kira.page.getByRole('button', { name: 'Decline the invitation to Winter storage' }).click();
    await name.waitFor({ state: 'detached' });
    await kira.page.setViewportSize({ width: 1280, height: 800 });
    await kira.roomLink('harbour').click();
    await kira.composer.waitFor();
  });

  it('shows a new name at once to whoever chose it, and soon to the others', async () => {
    await hanna.page.goto(`${system.url}/`);
    await hanna.roomLink('harbour').click();
    await (await row(hanna, 'jonas')).getByRole('img', { name: 'Online' }).waitFor();
    await jonas.roomLink('harbour').click();
    await jonas.account('Your profile');
    const profile = jonas.page.getByRole('dialog', { name: 'Your profile' });
    await profile.getByLabel('Your name').fill('Jonas Berg');
    await profile.getByRole('button', { name: 'Save' }).click();
    await profile.waitFor({ state: 'detached' });
    await jonas.message('Back again').getByText('Jonas Berg', { exact: true }).waitFor();
    await jonas.sidebar.getByRole('button', { name: 'Jonas Berg: account and appearance' }).waitFor();
    await hanna.message('Back again').getByText('Jonas Berg', { exact: true }).waitFor();
    await (await row(hanna, 'jonas')).getByText('Jonas Berg', { exact: true }).waitFor();
    await hanna.roomLink('harbour').getByText('Jonas Berg: Back again').waitFor();
    expect(await hanna.page.getByText('Jonas', { exact: true }).count()).toBe(0);
  });

  it('lets one leave a room, but for its last owner', async () => {
    await (await kira.panel('Room settings')).getByRole('button', { name: 'Leave this room…' }).click();
    await kira.page.getByText('You can come back at any time.').waitFor();
    await kira.confirm('Leave');
    await kira.roomLink('harbour').waitFor({ state: 'detached' });
    await kira.page.waitForURL(({ pathname }) => pathname === '/');
    await counted(hanna, 2);
    await (await hanna.panel('Room settings')).getByRole('button', { name: 'Leave this room…' }).click();
    await hanna.confirm('Leave');
    await hanna.page.getByText('A room needs an owner').waitFor();
    await hanna.roomLink('harbour').waitFor();
    expect(hanna.complaints.splice(0)).toEqual([expect.stringContaining('status of 409')]);
  });

  it('archives a room: everybody can still read it, and nobody write', async () => {
    await (await hanna.panel('Room settings')).getByRole('button', { name: 'Archive this room…' }).click();
    await hanna.confirm('Archive');
    for (const person of [hanna, jonas]) {
      await person.page.getByText('This room is archived. It can be read, not written to.').waitFor();
      await person.page.getByText(/^Archived · 2 members/).waitFor();
      expect(await person.composer.count()).toBe(0);
      await person.message('Back again').hover();
      await person.message('Back again').getByRole('button', { name: 'More about this message' }).waitFor();
      expect(
        await person
          .message('Back again')
          .getByRole('button', { name: /^(React|Reply|Edit)$/ })
          .count(),
      ).toBe(0);
    }
    expect(await hanna.page.getByRole('button', { name: 'Archive this room…' }).count()).toBe(0);
    await untilOffered(hanna, 'Jonas Berg', []);
    await jonas.page.reload();
    await jonas.page.getByText('This room is archived. It can be read, not written to.').waitFor();
    await jonas.message('Back again').waitFor();
  });

  it('complains about nothing in the console', () => {
    expect([...hanna.complaints, ...jonas.complaints, ...kira.complaints]).toEqual([]);
  });
});
