import { eventually } from '@agent-chat/testing';
import { source as AXE } from 'axe-core';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { RestClient } from './rest-client';

const SCREENSHOTS = resolve(__dirname, '../../test-output/screenshots');
/** What a browser notes by itself: a network that is cut on purpose, a room that one may not see any more. */
const EXPECTED = /ERR_INTERNET_DISCONNECTED|status of 40[34]/;
/** Of everybody who registers. */
export const PASSWORD = 'correct horse battery';
const ARGUMENTS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** What a browser is opened with. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  /** The browser's language. */
  readonly locale?: string;
  /** Pixels of the screen for one of the page. */
  readonly deviceScaleFactor?: number;
  /** Blocked where a test stands between the page and its server: a service worker would go around it. */
  readonly serviceWorkers?: 'allow' | 'block';
}

/** The real Chromium of this machine. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium', args: ARGUMENTS });
}

/** Signs somebody in whose account was made without a page; the page that is open has to be one of the server's. */
export async function logIn(page: Page, url: string, { credentials }: RestClient): Promise<void> {
  const session = { user: (await new RestClient(url, credentials).call('GET', '/users/me')).body, ...credentials, renewAtMs: 4e12 };
  await page.evaluate(`localStorage.setItem('agent-chat:' + location.origin + ':session', ${JSON.stringify(JSON.stringify(session))})`);
}

/** What assistive technology reads with an element, besides its name. */
export async function descriptionOf(element: Locator): Promise<string> {
  const ids = (await element.getAttribute('aria-describedby'))?.split(' ') ?? [];
  const texts = await Promise.all(ids.map((id) => element.page().locator(`[id="${id}"]`).allTextContents()));
  return texts.flat().join(' ').trim();
}

/** Somebody with a browser of their own in the web client: does what a person does, by roles and labels. */
export class WebPerson {
  /** What the page complained about: nothing, in a good run. */
  readonly complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly name: string,
    private readonly url: string,
  ) {
    page.on('console', (line) => line.type() === 'error' && !EXPECTED.test(line.text()) && this.complaints.push(line.text()));
    page.on('pageerror', (error) => this.complaints.push(String(error.stack)));
  }

  static async open(browser: Browser, url: string, name: string, look: Look = {}): Promise<WebPerson> {
    const { width = 1280, height = 800, ...others } = look;
    const usual = { colorScheme: 'light', locale: 'en-US', serviceWorkers: 'allow', reducedMotion: 'reduce' } as const;
    const context = await browser.newContext({ ...usual, viewport: { width, height }, ...others });
    context.setDefaultTimeout(15_000);
    const person = new WebPerson(context, await context.newPage(), name, url);
    await person.page.goto(url);
    return person;
  }

  async register(): Promise<void> {
    await this.page.getByRole('button', { name: 'Create an account' }).click();
    await this.page.getByLabel('Username').fill(this.name.toLowerCase().replace(/[^a-z]/g, ''));
    await this.page.getByLabel('Your name').fill(this.name);
    await this.page.getByLabel('Password').fill(PASSWORD);
    await this.page.getByRole('button', { name: 'Create account' }).click();
    await this.sidebar.waitFor();
  }

  async logIn(): Promise<void> {
    await this.page.getByLabel('Username').fill(this.name.toLowerCase().replace(/[^a-z]/g, ''));
    await this.page.getByLabel('Password').fill(PASSWORD);
    await this.page.getByRole('button', { name: 'Log in' }).click();
    await this.sidebar.waitFor();
  }

  /** Another page of the same browser. */
  async anotherTab(path = ''): Promise<WebPerson> {
    const tab = new WebPerson(this.context, await this.context.newPage(), this.name, this.url);
    await tab.page.goto(`${this.url}${path}`);
    return tab;
  }

  /** Calls the REST interface as this person, with the page's own token. */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const token = await this.page.evaluate<string>(
      `JSON.parse(localStorage.getItem(Object.keys(localStorage).find((name) => name.endsWith(':session')))).accessToken`,
    );
    return (await new RestClient(this.url, { userId: '', username: '', accessToken: token, refreshToken: '' }).call(method, path, body)).body;
  }

  /** The id of the room that is open. */
  get roomId(): string {
    return /\/r\/([0-9a-f-]{36})/.exec(this.page.url())?.[1] ?? '';
  }

  /** Chooses one of the entries behind the person's own name. */
  async account(entry: string): Promise<void> {
    await this.sidebar.locator('.account-button').click();
    await this.page.getByRole('menuitem', { name: entry, exact: true }).click();
  }

  /** What axe finds (but for what the component library says aloud for a moment, about what may be gone by then) against WCAG 2.2 AA in what is on the screen now, one line each. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(AXE);
    const found = await this.page.evaluate<{ violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] }>(
      `axe.run({ exclude: ['[data-live-announcer]'] }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] })`,
    );
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary.replace(/\s+/g, ' ')}`),
    );
  }

  get sidebar(): Locator {
    return this.page.locator('nav.sidebar');
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: /^Message / });
  }

  /** The room's line in the list. */
  roomLink(name: string): Locator {
    return this.sidebar.getByRole('link', { name });
  }

  /** The message with this text, stored or on its way. */
  message(text: string): Locator {
    return this.page.getByRole('article').filter({ hasText: text });
  }

  /** The message with this text once it is stored. */
  storedMessage(text: string): Locator {
    return this.page.locator('article[data-state=sent]').filter({ hasText: text });
  }

  async createRoom(name: string, kind: 'Public' | 'Private' | 'Announcements' = 'Public'): Promise<void> {
    await this.page.getByRole('button', { name: 'New conversation' }).click();
    await this.page.getByRole('menuitem', { name: 'Create a room' }).click();
    await this.page.getByLabel('Name', { exact: true }).fill(name);
    await this.page.getByText(kind, { exact: true }).click();
    await this.page.getByRole('button', { name: 'Create room' }).click();
    await this.page.getByRole('heading', { name, level: 1 }).waitFor();
  }

  async discover(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Discover rooms' }).first().click();
    await this.page.getByLabel('Find a public room').fill(name);
    await this.page.getByRole('button', { name: `Join ${name}` }).click();
    await this.composer.waitFor();
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Types into the field that has the focus and presses Enter in the same task, before the browser can tell the page where the caret is now. */
  async typeInHaste(text: string): Promise<void> {
    await this.page.evaluate(`(async () => {
      document.execCommand('insertText', false, ${JSON.stringify(text)});
      await Promise.resolve();
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    })()`);
  }

  /** One of the actions that a message offers under the pointer. */
  async act(text: string, action: 'React' | 'Reply' | 'Edit' | 'More about this message'): Promise<void> {
    const message = this.message(text).last();
    // Whoever points at a message that something newer pushes away points at it again.
    await eventually(
      async () => {
        await message.hover();
        await message.getByRole('button', { name: action, exact: true }).click({ timeout: 1_500 });
      },
      { timeoutMs: 15_000 },
    );
  }

  /** One of the panels beside the room, opened if it isn't. */
  async panel(name: 'Search' | 'Files' | 'Members' | 'Room settings'): Promise<Locator> {
    const panel = this.page.getByRole('complementary', { name: new RegExp(`^${name}`) });
    if (!(await panel.isVisible())) await this.page.getByRole('button', { name, exact: true }).click();
    await panel.waitFor();
    return panel;
  }

  /** Chooses what the menu of a member offers; a role goes on with what it may do. */
  async aboutMember(name: string, action: string): Promise<void> {
    await (await this.panel('Members')).getByRole('button', { name: `More about ${name}`, exact: true }).click();
    await this.page.getByRole('menuitem', { name: new RegExp(`^${action}( |$)`) }).click();
  }

  /** Says yes to what the page asks before it does something. */
  async confirm(action: string): Promise<void> {
    await this.page.getByRole('alertdialog').getByRole('button', { name: action, exact: true }).click();
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }

  async reload(): Promise<void> {
    await this.page.goto(this.url);
    await this.sidebar.waitFor();
  }
}
