import { eventually } from '@agent-chat/testing';
import { type Browser, type Locator } from 'playwright-core';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { launchBrowser, WebPerson } from '../support/web-person';

const CODE = 'const answer: number = 42;\nif (answer > 40) celebrate();';
const WRITTEN = [
  '> a quote of **weight**',
  '> in two lines',
  '- one',
  '  - within one',
  '- two',
  '3. third',
  '4. fourth',
  `\`\`\`ts\n${CODE}\n\`\`\``,
  '~~struck out~~, _soft_ and `inline()`',
].join('\n');

describe('writing in the web client', () => {
  let system: TestedSystem;
  let browser: Browser;
  let yara: WebPerson;
  let emil: WebPerson;

  beforeAll(async () => {
    system = await startSystem();
    browser = await launchBrowser();
    yara = await WebPerson.open(browser, system.url, 'Yara');
    emil = await WebPerson.open(browser, system.url, 'Emil');
    await Promise.all([yara.register(), emil.register()]);
    await yara.createRoom('poems');
    await yara.createRoom('letters');
    await emil.discover('poems');
    await emil.discover('letters');
    await emil.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  const fieldOf = (room: string): Locator => yara.page.getByRole('textbox', { name: `Message ${room}`, exact: true });

  async function draftIs(room: string, text: string): Promise<void> {
    await yara.roomLink(room).click();
    await fieldOf(room).waitFor();
    expect(await fieldOf(room).inputValue()).toBe(text);
  }

  const clipboard = (): Promise<string> => emil.page.evaluate<string>('navigator.clipboard.readText()');

  it('keeps a draft a room, over another room and a reload, until it is sent', async () => {
    await draftIs('poems', '');
    await fieldOf('poems').fill('A verse, unfinished');
    await draftIs('letters', '');
    await fieldOf('letters').pressSequentially('Dear @em');
    await yara.page.getByRole('option', { name: 'Emil' }).click();
    await eventually(async () => expect(await fieldOf('letters').inputValue()).toBe('Dear @Emil '));
    await draftIs('poems', 'A verse, unfinished');
    await yara.page.reload();
    await draftIs('poems', 'A verse, unfinished');
    await draftIs('letters', 'Dear @Emil ');

    // Whom it names is kept with it.
    await fieldOf('letters').press('Enter');
    await emil.storedMessage('Dear @Emil').locator('.mention[data-me]').waitFor();
    await eventually(async () => expect(await fieldOf('letters').inputValue()).toBe(''));
    await yara.page.reload();
    await draftIs('letters', '');
    await draftIs('poems', 'A verse, unfinished');
  });

  it('brings a draft back after an edit', async () => {
    await draftIs('letters', '');
    await fieldOf('letters').fill('Meanwhile');
    await yara.act('Dear @Emil', 'Edit');
    await eventually(async () => expect(await fieldOf('letters').inputValue()).toBe('Dear @Emil'));
    await fieldOf('letters').press('Escape');
    await eventually(async () => expect(await fieldOf('letters').inputValue()).toBe('Meanwhile'));
    await fieldOf('letters').fill('');
  });

  it('suggests emoji by name, by keys and by a press, but not in code and for a time', async () => {
    await draftIs('letters', '');
    const field = fieldOf('letters');
    const list = yara.page.getByRole('listbox', { name: 'Emoji' });
    const options = list.getByRole('option');
    await field.pressSequentially('Well done :sm');
    await options.first().waitFor();
    await field.press('ArrowDown');
    await field.press('i');
    // What is typed next begins the list anew.
    await eventually(async () => expect(await list.locator('[aria-selected=true]').innerText()).toMatch(/^😄\s*Smile$/));
    expect(await field.getAttribute('aria-activedescendant')).toBe(await options.first().getAttribute('id'));
    expect(await field.getAttribute('aria-controls')).toBe(await list.getAttribute('id'));
    expect(await yara.violations()).toEqual([]);
    await field.press('Enter');
    await list.waitFor({ state: 'detached' });
    await eventually(async () => expect(await field.inputValue()).toBe('Well done 😄 '));

    await field.pressSequentially('`:sm` at 10:ab :he');
    await list.getByRole('option', { name: 'Heart', exact: true }).click();
    await eventually(async () => expect(await field.inputValue()).toBe('Well done 😄 `:sm` at 10:ab ❤️ '));
    await field.pressSequentially(':smi');
    await options.first().waitFor();
    await field.press('Escape');
    await list.waitFor({ state: 'detached' });
    await field.press('Enter');
    await emil
      .storedMessage('Well done 😄')
      .getByText(/❤️ :smi$/)
      .waitFor();
  });

  it('makes quotes, lists and code of what is marked as such', async () => {
    await yara.send(WRITTEN);
    const text = emil.storedMessage('fourth').locator('.rich-text');
    await text.waitFor();
    expect(await text.locator('blockquote').innerText()).toBe('a quote of weight\nin two lines');
    expect(await text.locator('blockquote strong').textContent()).toBe('weight');
    expect(await text.locator('> ul > li').allInnerTexts()).toEqual(['one\nwithin one', 'two']);
    expect(await text.locator('> ul ul > li').allInnerTexts()).toEqual(['within one']);
    expect(await text.locator('ol').getAttribute('start')).toBe('3');
    expect(await text.locator('ol > li').allInnerTexts()).toEqual(['third', 'fourth']);
    expect(await text.locator('pre > code').textContent()).toBe(CODE);
    expect(await text.locator('figcaption > span').textContent()).toBe('ts');
    expect(await text.locator('s').textContent()).toBe('struck out');
    expect(await text.locator('em').textContent()).toBe('soft');
    expect(await text.locator('> code').textContent()).toBe('inline()');
    await emil.page.bringToFront();
    await text.getByRole('button', { name: 'Copy' }).click();
    await text.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await clipboard()).toBe(CODE);
  });

  it('copies a message, and a link that leads to it', async () => {
    await emil.page.bringToFront();
    await emil.act('fourth', 'More about this message');
    await emil.page.getByRole('menuitem', { name: 'Copy text' }).click();
    await emil.page.getByText('Text copied').waitFor();
    expect(await clipboard()).toBe(WRITTEN);
    await emil.act('Dear @Emil', 'More about this message');
    await emil.page.getByRole('menuitem', { name: 'Copy link' }).click();
    await emil.page.getByText('Link copied').waitFor();
    const link = await clipboard();
    expect(link).toMatch(new RegExp(`^${system.url}/r/${emil.roomId}/\\d+$`));
    await yara.page.goto(link);
    await yara.page.locator('article[data-flash]').filter({ hasText: 'Dear @Emil' }).waitFor();
  });

  it('brings no complaint in the console', () => {
    expect([...yara.complaints, ...emil.complaints]).toEqual([]);
  });
});
