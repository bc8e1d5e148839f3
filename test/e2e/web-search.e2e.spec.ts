import { eventually } from '@agent-chat/testing';
import { type Browser, type Locator } from 'playwright-core';
import { RestClient } from '../support/rest-client';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { chooseFiles, landscapeFile, pictureOf, sendFiles, trayOf } from '../support/web-files';
import { launchBrowser, WebPerson } from '../support/web-person';

const DAY_MS = 86_400_000;
const PATIENCE = { timeoutMs: 15_000 };

/** The local day of a time, as a date field has it. */
function dayOf(at: Date): string {
  return `${String(at.getFullYear())}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
}

describe('finding what was said in the web client', () => {
  let system: TestedSystem;
  let browser: Browser;
  let gitta: WebPerson;
  let panel: Locator;
  const begun = new Date();

  beforeAll(async () => {
    system = await startSystem();
    browser = await launchBrowser();
    gitta = await WebPerson.open(browser, system.url, 'Gitta');
    await gitta.register();
    await gitta.createRoom('savanna', 'Private');
    await gitta.send('A quokka far away');
    await gitta.storedMessage('far away').waitFor();
    await gitta.createRoom('burrow', 'Private');
    await say('A quokka at dawn');
    for (let at = 1; at <= 60; at++) await say(`Rustling, number ${String(at)}`);
    await say('A quokka at dusk');
    await gitta.message('at dusk').waitFor();
    panel = await gitta.panel('Search');
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  async function say(text: string): Promise<void> {
    await gitta.call('POST', `/rooms/${gitta.roomId}/messages`, { clientMsgId: text.replaceAll(/\W+/g, '-'), text });
  }

  const hits = async (): Promise<string[]> => (await panel.locator('.hit-text').allInnerTexts()).map((text) => text.trim());
  const ALL = ['A quokka at dusk', 'A quokka at dawn', 'A quokka far away'];
  const found = (texts: readonly string[]): Promise<void> => eventually(async () => expect((await hits()).sort()).toEqual([...texts].sort()), PATIENCE);

  const isInSight = (text: string): Promise<boolean> =>
    gitta.page.evaluate<boolean>(`(() => {
      const frame = document.querySelector('.timeline').getBoundingClientRect();
      const box = [...document.querySelectorAll('article')].find(({ textContent }) => textContent.includes(${JSON.stringify(text)}))?.getBoundingClientRect();
      return box !== undefined && box.top >= frame.top - 5 && box.bottom <= frame.bottom + 5;
    })()`);
  const untilInSight = (text: string): Promise<void> => eventually(async () => expect(await isInSight(text)).toBe(true), PATIENCE);

  it('looks in every room, or only in the one that is open', async () => {
    // The index follows the log within a second or two.
    await eventually(
      async () => {
        await panel.getByLabel('Search messages').fill('');
        await panel.getByLabel('Search messages').fill('quokka');
        await panel.locator('.hit').nth(2).waitFor({ timeout: 1_000 });
      },
      { timeoutMs: 20_000 },
    );
    await found(ALL);
    const onlyHere = panel.getByRole('checkbox', { name: 'Only in burrow' });
    expect(await onlyHere.isChecked()).toBe(false);
    await onlyHere.click();
    await found(['A quokka at dusk', 'A quokka at dawn']);
    expect(await onlyHere.isChecked()).toBe(true);
    await onlyHere.click();
    await found(ALL);
  });

  it('keeps to the days that are asked for, both included', async () => {
    const ended = new Date();
    const [dayBefore, first, last, dayAfter] = [new Date(begun.getTime() - DAY_MS), begun, ended, new Date(ended.getTime() + DAY_MS)].map(dayOf);
    const [from, until] = [panel.getByLabel('First day'), panel.getByLabel('Last day')];
    await from.fill(dayAfter!);
    await panel.getByText('Nothing found').waitFor();
    await from.fill(first!);
    await found(ALL);
    await until.fill(dayBefore!);
    await panel.getByText('Nothing found').waitFor();
    await until.fill(last!);
    await found(ALL);
    await from.fill('');
    await until.fill('');
    await found(ALL);
    expect(await panel.getByText('Nothing found').count()).toBe(0);
  });

  it('finds the picture that somebody sent, by its name and by the person', async () => {
    await chooseFiles(gitta, await landscapeFile('lake-by-gitta.jpg', 320, 200, 200));
    await trayOf(gitta).getByText('The file is ready to go').waitFor();
    await sendFiles(gitta);
    await pictureOf(gitta, 'lake-by-gitta.jpg').waitFor();
    const ben = await RestClient.register(system.url, 'ben');
    await gitta.call('POST', `/rooms/${gitta.roomId}/members`, { userIds: [ben.userId] });
    const name = ben.credentials?.username ?? '';
    await ben.call('POST', `/rooms/${gitta.roomId}/messages`, { clientMsgId: 'ben', text: 'What a lake' });
    const byWhom = panel.getByLabel('From whom');
    const search = async (words: string, from = 'Anyone'): Promise<void> => {
      await byWhom.getByRole('option', { name: from }).waitFor({ state: 'attached' });
      await byWhom.selectOption({ label: from });
      await panel.getByLabel('Search messages').fill('');
      await panel.getByLabel('Search messages').fill(words);
    };
    const picture = panel.locator('.hit').filter({ hasText: 'lake-by-gitta.jpg' });
    await eventually(
      async () => {
        await search('lake');
        await panel.locator('.hit').nth(1).waitFor({ timeout: 1_000 });
      },
      { timeoutMs: 20_000 },
    );
    await search('lake', 'Gitta');
    await eventually(async () => expect(await panel.locator('.hit').count()).toBe(1), PATIENCE);
    await picture.waitFor();
    await search('lake', name);
    await found(['What a lake']);
    await search('lake-by jpg');
    await picture.waitFor();
    await eventually(async () => expect(await panel.locator('.hit').count()).toBe(1), PATIENCE);
    await search('nobody-wrote-this');
    await panel.getByText(/knows parts of a file’s name/).waitFor();
    expect(await gitta.violations()).toEqual([]);
    await search('quokka');
    await found(ALL);
  });

  it('leads to a result as often as it is pressed', async () => {
    const hit = panel.getByRole('button', { name: /at dawn/ });
    await hit.click();
    await untilInSight('at dawn');
    // Away again without a word to the page: its address stays.
    await gitta.page.locator('.timeline').hover();
    await eventually(async () => {
      await gitta.page.mouse.wheel(0, 2_000);
      expect(await isInSight('at dawn')).toBe(false);
    }, PATIENCE);
    await hit.click();
    await untilInSight('at dawn');
  });

  it('goes to a day, where its first message is', async () => {
    await gitta.page.getByRole('button', { name: /^Newest|new$/ }).click();
    await untilInSight('at dusk');
    expect(await isInSight('at dawn')).toBe(false);
    await panel.getByLabel('Search messages').fill('');
    await panel.getByLabel('Jump to a day').fill(dayOf(begun));
    await panel.getByRole('button', { name: 'Go' }).click();
    await untilInSight('at dawn');
    await gitta.page.waitForURL(/\/r\/[0-9a-f-]{36}\/\d+$/);
    await gitta.createRoom('empty den', 'Private');
    await (await gitta.panel('Search')).getByLabel('Jump to a day').fill(dayOf(begun));
    await panel.getByRole('button', { name: 'Go' }).click();
    await gitta.page.getByText('Nothing was written here yet').waitFor();
  });

  it('brings no complaint in the console', () => {
    expect(gitta.complaints).toEqual([]);
  });
});
