import { eventually } from '@agent-chat/testing';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';

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
}

/** The real Chromium of this machine. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium', args: ARGUMENTS });
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

  static async open(browser: Browser, url: string, name: string, { width = 1280, height = 800, colorScheme = 'light' }: Look = {}): Promise<WebPerson> {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
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

  get sidebar(): Locator {
    return this.page.getByRole('navigation', { name: 'Rooms' });
  }

  get composer(): Locator {
    return this.page.getByRole('combobox', { name: /^Message / });
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

  async screenshot(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }

  async reload(): Promise<void> {
    await this.page.goto(this.url);
    await this.sidebar.waitFor();
  }
}
