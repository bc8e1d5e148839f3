import { type Locator } from 'playwright-core';
import { chooseFiles, landscapeFile, textFile, trayOf, untilShown } from './web-files';
import { type WebPerson } from './web-person';
import { LATER } from './web-scene';

/** Called at each view, once it is there. */
type Look = (view: string) => Promise<void>;

/** What one has to see of the room of `web-scene.ts` and of what opens over it; begins where one logs in. */
export class WebTour {
  constructor(
    private readonly person: WebPerson,
    private readonly look: Look,
  ) {}

  async everything(): Promise<void> {
    await this.signIn();
    await this.pages();
    await this.dialogs();
    await this.account();
    await this.person.roomLink('alpine club').click();
    await this.message();
    await this.writing();
    await this.search();
    await this.files();
    await this.panels();
  }

  async signIn(): Promise<void> {
    const { page } = this.person;
    await this.at('sign-in', page.getByLabel('Password'));
    await page.getByRole('button', { name: 'Create an account' }).click();
    await this.at('register', page.getByLabel('Your name'));
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await this.person.logIn();
  }

  private async pages(): Promise<void> {
    const { page } = this.person;
    await this.at('rooms', this.person.roomLink('alpine club'));
    await page.getByRole('button', { name: /^Mentions/ }).click();
    await this.at('mentions', page.getByRole('list', { name: 'Mentions' }));
    await this.home();
    await page.getByRole('button', { name: 'Discover rooms' }).first().click();
    await this.at('discover', page.getByRole('button', { name: 'alpine club' }));
    await this.home();
  }

  private async dialogs(): Promise<void> {
    const { page } = this.person;
    await page.keyboard.press('Control+k');
    await page.locator('[aria-label="Room or person"]:focus').waitFor();
    await page.keyboard.type('cl');
    await this.at('switcher', page.getByRole('option', { name: 'club news' }));
    await page.keyboard.press('Escape');
    await this.choose('New conversation', 'Create a room', 'new-menu');
    await page.getByLabel('Name', { exact: true }).fill('summer tour');
    await page.getByLabel(/^Topic/).fill('Where we go in August');
    await page.getByLabel(/^Add people/).fill('jo');
    await this.at('create-room-people', page.getByRole('option', { name: /Jonas Weber/ }));
    await page.getByRole('option', { name: /Jonas Weber/ }).click();
    await this.at('create-room', page.getByRole('button', { name: 'Take Jonas Weber out' }));
    await page.getByRole('button', { name: 'Cancel' }).click();
    await this.choose('New conversation', 'Message somebody');
    await page.getByLabel('Who?').fill('am');
    await this.at('message-somebody', page.getByRole('option', { name: /Amina Haddad/ }));
    await page.keyboard.press('Escape');
  }

  private async account(): Promise<void> {
    const { page } = this.person;
    for (const entry of ['Your profile', 'Preferences', 'Your sessions', 'Keyboard shortcuts']) {
      await this.choose(/account and appearance/, entry, entry === 'Your profile' ? 'account-menu' : undefined);
      await this.at(viewOf(entry), page.getByRole('dialog', { name: entry }).getByRole('button', { name: 'Close' }));
      await page.keyboard.press('Escape');
    }
  }

  private async message(): Promise<void> {
    const { page } = this.person;
    await untilShown(page.locator('article .picture img').last());
    await this.person.message('Good, @Lena').focus();
    await this.at('room', page.getByRole('toolbar', { name: 'Message actions' }));
    await this.person.message(LATER).getByRole('button', { name: '(edited)' }).last().click();
    await this.at('earlier-versions', page.getByRole('dialog', { name: 'Earlier versions' }).getByText('Now'));
    await page.keyboard.press('Escape');
    await this.person.act(LATER, 'More about this message');
    await this.at('message-menu', page.getByRole('menuitem', { name: 'Delete…' }));
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await this.at('confirmation', page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }));
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
  }

  private async writing(): Promise<void> {
    const { page, composer } = this.person;
    await composer.pressSequentially('Thanks, @ma');
    await this.at('mention-completion', page.getByRole('option', { name: /Marco Conti/ }));
    await composer.fill('');
    await composer.pressSequentially('Well done :smi');
    await this.at('emoji-completion', page.getByRole('option', { name: 'Smile', exact: true }));
    await composer.fill('');
    await chooseFiles(this.person, await landscapeFile('sea.jpg', 1_200, 800, 170), textFile('route.gpx', 'up, and down again'));
    await this.at('room-files', trayOf(this.person).getByText(/files are ready to go/));
    for (const name of ['sea.jpg', 'route.gpx']) await page.getByRole('button', { name: `Remove ${name}` }).click();
    await page.getByRole('button', { name: 'Insert an emoji' }).click();
    await this.at('few-emoji', page.getByRole('button', { name: 'Party' }));
    await page.getByRole('button', { name: 'All emoji…' }).click();
    await this.at('emoji', page.getByRole('group', { name: 'Smileys' }).getByRole('button'));
    await page.keyboard.press('Escape');
  }

  private async search(): Promise<void> {
    const panel = await this.open('Search');
    await this.at('search-empty', panel.getByText('Find what was said'));
    await panel.getByLabel('Search messages').fill('lake');
    await panel.getByRole('button', { name: /room for six/ }).waitFor();
    await this.at('search', panel.locator('mark'));
    await this.close(panel);
  }

  private async files(): Promise<void> {
    const { page } = this.person;
    const panel = await this.open('Files');
    for (const name of ['lake', 'ridge', 'valley']) await untilShown(panel.getByRole('button', { name: `Picture: ${name}.jpg` }).locator('img'));
    await this.at('files', panel);
    await panel.getByRole('button', { name: 'Other files' }).click();
    await this.at('other-files', panel.getByRole('button', { name: /^Download packing list/ }));
    await panel.getByRole('button', { name: 'Pictures' }).click();
    await panel.getByRole('button', { name: 'Picture: ridge.jpg' }).click();
    await untilShown(page.locator('.lightbox-stage img'));
    await this.at('picture', page.getByRole('dialog', { name: 'Picture: ridge.jpg' }));
    await page.keyboard.press('Escape');
    await this.close(panel);
  }

  private async panels(): Promise<void> {
    const members = await this.open('Members');
    await this.at('members', members.getByText('Owner'));
    await members.getByRole('button', { name: 'Add people' }).click();
    await members.getByLabel('Who should come in?').fill('jo');
    await this.at('add-people', members.getByRole('option', { name: /Jonas Weber/ }));
    await this.close(members);
    const settings = await this.open('Room settings');
    await this.at('room-settings', settings.getByLabel('Notify me of'));
    await this.close(settings);
  }

  /** Nothing is under the pointer: what it would show depends on where it was before. */
  private async at(view: string, what: Locator): Promise<void> {
    await this.person.page.mouse.move(0, 0);
    await what.first().waitFor();
    await this.look(view);
  }

  /** To the list of rooms, which a phone shows alone. */
  private async home(): Promise<void> {
    if (this.isPhone) await this.person.page.getByRole('button', { name: 'Back to your rooms' }).click();
  }

  private get isPhone(): boolean {
    return (this.person.page.viewportSize()?.width ?? 0) < 720;
  }

  /** An entry of a menu, which may be looked at too. */
  private async choose(menu: string | RegExp, entry: string, view?: string): Promise<void> {
    const { page } = this.person;
    await page.getByRole('button', { name: menu }).click();
    if (view !== undefined) await this.at(view, page.getByRole('menuitem', { name: entry }));
    await page.getByRole('menuitem', { name: entry }).click();
  }

  private async open(panel: string): Promise<Locator> {
    await this.person.page.getByRole('button', { name: panel, exact: true }).click();
    return this.person.page.getByRole('complementary', { name: new RegExp(`^${panel}`) });
  }

  private async close(panel: Locator): Promise<void> {
    await panel.getByRole('button', { name: 'Close' }).click();
    await panel.waitFor({ state: 'detached' });
  }
}

function viewOf(entry: string): string {
  return entry.toLowerCase().replaceAll(' ', '-');
}
