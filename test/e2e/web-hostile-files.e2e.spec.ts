import { eventually } from '@agent-chat/testing';
import { readFileSync } from 'node:fs';
import { type Browser, type Locator } from 'playwright-core';
import { startSystem } from '../support/start-system';
import { halfPicture, imageBomb } from '../support/test-pictures';
import { type TestedSystem } from '../support/tested-system';
import { chooseFiles, inTray, sendFiles, textFile, trayOf } from '../support/web-files';
import { launchBrowser, WebPerson } from '../support/web-person';

jest.setTimeout(120_000);

const LONG = `photo.jpg${'_'.repeat(242)}.exe`;
const FILLED = `photo.jpg${'\u2800'.repeat(60)}.exe`;
/** Names of programs that are to look like those of pictures, and what is kept of them. */
const DISGUISES: readonly (readonly [given: string, kept: string])[] = [
  ['holiday\u202Egpj.exe', 'holidaygpj.exe'],
  ['\u2067jpg\u2069.exe', 'jpg.exe'],
  // What stands at the beginning says which way a text goes.
  ['\u200Fjpg\u200F.exe', 'jpg.exe'],
  ['אjpgא.exe', 'אjpgא.exe'],
  ['photo.jpg\r\n\u0007\n\n\n.exe', 'photo.jpg.exe'],
  [`photo.jpg${' '.repeat(150)}.exe`, 'photo.jpg .exe'],
  [FILLED, FILLED],
  [LONG, LONG],
  ['../../photo.jpg/setup.exe', 'setup.exe'],
  ['C:\\photo.jpg\\setup.exe', 'setup.exe'],
];
const NAMES = DISGUISES.map(([, kept]) => kept);
const UNSEEN = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/** What an eye finds in the elements at a selector: their letters that are in sight, from left to right. */
const AS_SEEN = `(selector) => {
  const isInSight = (node, { left, right, top, bottom }) => {
    for (let box = node.parentElement; box !== null; box = box.parentElement) {
      const frame = box.getBoundingClientRect();
      const isCut = left < frame.left - 1 || right > frame.right + 1 || top < frame.top - 1 || bottom > frame.bottom + 1;
      if (isCut && getComputedStyle(box).overflowX !== 'visible') return false;
    }
    return right > left;
  };
  const lettersOf = (node) => Array.from(node.data, (letter, at) => {
    const range = new Range();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const box = range.getBoundingClientRect();
    return isInSight(node, box) ? [{ at: box.left, letter }] : [];
  }).flat();
  return [...document.querySelectorAll(selector)].map((element) => {
    element.scrollIntoView({ block: 'nearest' });
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const letters = [];
    while (walker.nextNode() !== null) letters.push(...lettersOf(walker.currentNode));
    return letters.sort((one, other) => one.at - other.at).map(({ letter }) => letter).join('');
  });
}`;

describe('files that are not what they seem, in the web client', () => {
  let system: TestedSystem;
  let browser: Browser;
  let mona: WebPerson;
  let veit: WebPerson;

  beforeAll(async () => {
    system = await startSystem();
    browser = await launchBrowser();
    mona = await WebPerson.open(browser, system.url, 'Mona', { serviceWorkers: 'block' });
    veit = await WebPerson.open(browser, system.url, 'Veit', { width: 360, height: 740, serviceWorkers: 'block' });
    await Promise.all([mona.register(), veit.register()]);
    await mona.createRoom('stage');
    await veit.discover('stage');
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  /** The names that are seen at a selector; one of which beginning and end are seen is as good as whole. */
  const expectSeen = async ({ page }: WebPerson, selector: string, names: readonly string[]): Promise<void> => {
    const isCut = (text: string, name = ''): boolean => text.length >= 8 && text.endsWith('.exe') && name.startsWith(text.slice(0, -4));
    await eventually(
      async () => {
        const seen = await page.evaluate<string[]>(`(${AS_SEEN})(${JSON.stringify(selector)})`);
        expect(seen.map((text, at) => (isCut(text, names[at]) ? names[at] : text))).toEqual(names);
      },
      { timeoutMs: 15_000, intervalMs: 200 },
    );
  };
  const panelOf = ({ page }: WebPerson): Locator => page.getByRole('complementary', { name: 'Files' });

  it('are seen as programs where they are chosen, in the conversation and among all files, whatever their names do', async () => {
    await chooseFiles(mona, ...DISGUISES.map(([given]) => textFile(given, 'not a program')));
    await trayOf(mona).getByText('10 files are ready to go').waitFor();
    await expectSeen(mona, '.tray .file-name', NAMES);
    await mona.screenshot('files-disguised-tray');
    await mona.send('Ten pictures');

    for (const person of [mona, veit]) {
      await person.storedMessage('Ten pictures').getByRole('button', { name: 'Download holidaygpj.exe 13 bytes' }).waitFor();
      await expectSeen(person, 'article .file-name', NAMES);
      await person.screenshot(`files-disguised-message-${person.name.toLowerCase()}`);
      await person.page.getByRole('button', { name: 'Files', exact: true }).click();
      await panelOf(person).getByRole('button', { name: 'Other files' }).click();
      await panelOf(person).getByRole('button', { name: 'Download holidaygpj.exe' }).waitFor();
      await expectSeen(person, '.found-file .file-name', [...NAMES].reverse());
      await person.screenshot(`files-disguised-panel-${person.name.toLowerCase()}`);
      expect(await person.page.evaluate<string>('document.documentElement.outerHTML')).not.toMatch(UNSEEN);
      expect(await person.violations()).toEqual([]);
      await panelOf(person).getByRole('button', { name: 'Close' }).click();
    }
  });

  it('are saved under the names that are seen', async () => {
    const button = veit.page.getByRole('button', { name: 'Download holidaygpj.exe' });
    const [saved] = await Promise.all([veit.page.waitForEvent('download'), button.click()]);
    expect(saved.suggestedFilename()).toBe('holidaygpj.exe');
  });

  it('are pictures that can’t be shown, for whoever sent them too, and can be saved', async () => {
    const half = await halfPicture();
    await chooseFiles(mona, { name: 'half.jpg', mimeType: 'image/jpeg', buffer: half });
    await trayOf(mona).getByText('The file is ready to go').waitFor();
    await sendFiles(mona);

    for (const person of [veit, mona]) {
      const picture = person.page.getByRole('article').getByRole('button', { name: 'Picture: half.jpg, Can’t be shown' });
      await picture.waitFor({ timeout: 60_000 });
      expect(await picture.locator('img').count()).toBe(0);
      await picture.getByText('Can’t be shown').waitFor();
      expect(await picture.getAttribute('title')).toMatch(/^Download half\.jpg, \d+ kB$/);
      const [saved] = await Promise.all([person.page.waitForEvent('download'), picture.click()]);
      expect(saved.suggestedFilename()).toBe('half.jpg');
      expect(readFileSync(await saved.path()).equals(half)).toBe(true);
      await person.page.getByRole('button', { name: 'Files', exact: true }).click();
      await panelOf(person).getByRole('button', { name: 'Picture: half.jpg, Can’t be shown' }).waitFor();
      await person.screenshot(`files-half-${person.name.toLowerCase()}`);
      await panelOf(person).getByRole('button', { name: 'Close' }).click();
    }
  });

  it('are refused, in words, as pictures that would fill the memory, and the page goes on', async () => {
    await chooseFiles(mona, { name: 'sky.png', mimeType: 'image/png', buffer: await imageBomb() });
    await inTray(mona, 'sky.png').getByText('This kind of file isn’t accepted.').waitFor();
    await inTray(mona, 'sky.png').getByText('Programs and very large pictures are refused here.').waitFor();
    await inTray(mona, 'sky.png').locator('img').waitFor({ state: 'detached' });
    expect(await trayOf(mona).getByRole('button', { name: /again/ }).count()).toBe(0);
    expect(await mona.page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
    await mona.screenshot('files-bomb-tray');
    expect(mona.complaints.splice(0)).toEqual([expect.stringContaining('status of 400')]);
    await trayOf(mona).getByRole('button', { name: 'Remove sky.png' }).click();
    await trayOf(mona).waitFor({ state: 'detached' });
    await mona.send('Still here');
    await veit.storedMessage('Still here').waitFor();
  });

  it('bring no complaint in the console', () => {
    expect([...mona.complaints, ...veit.complaints]).toEqual([]);
  });
});
