import { eventually } from '@agent-chat/testing';
import { readFileSync } from 'node:fs';
import { type Browser, type Locator } from 'playwright-core';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { bytesFile, type ChosenFile, chooseFiles, Gate, inTray, landscapeFile, pictureOf, sendFiles, textFile, trayOf, untilShown } from '../support/web-files';
import { launchBrowser, WebPerson } from '../support/web-person';

const LINKS = '**/api/v1/attachments/links';
/** Smaller pictures are made by another process. */
const MADE = { timeout: 30_000 };

describe('files in the web client', () => {
  let system: TestedSystem;
  let browser: Browser;
  let ida: WebPerson;
  let tom: WebPerson;
  let lake: ChosenFile;
  let hill: ChosenFile;

  const lightbox = (person: WebPerson): Locator => person.page.getByRole('dialog', { name: /^Picture:/ });

  beforeAll(async () => {
    system = await startSystem();
    browser = await launchBrowser();
    ida = await WebPerson.open(browser, system.url, 'Ida Novak', { serviceWorkers: 'block' });
    tom = await WebPerson.open(browser, system.url, 'Toma', { width: 360, height: 740, colorScheme: 'dark', serviceWorkers: 'block' });
    lake = await landscapeFile('lake.jpg', 1_600, 1_000, 200);
    hill = await landscapeFile('hill.jpg', 900, 1_200, 20);
    await Promise.all([ida.register(), tom.register()]);
    await ida.createRoom('outdoors');
    await tom.discover('outdoors');
    await ida.send('The first words');
    await tom.storedMessage('The first words').waitFor();
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  it('are chosen, looked at with their sizes and the limits, and sent without a word', async () => {
    expect(await ida.page.getByRole('button', { name: /^Attach files/ }).getAttribute('aria-label')).toBe('Attach files. Up to 10 files of 100 MB each.');
    await chooseFiles(ida, lake, textFile('list.txt', 'one\ntwo\n'));
    await trayOf(ida).getByText('2 files are ready to go').waitFor();
    await trayOf(ida).getByText('Up to 10 files of 100 MB each.').waitFor();
    await inTray(ida, 'list.txt').getByText('8 bytes').waitFor();
    expect(await inTray(ida, 'lake.jpg').locator('img').getAttribute('src')).toMatch(/^blob:/);
    await ida.screenshot('files-chosen-desktop-light');
    await sendFiles(ida);
    await trayOf(ida).waitFor({ state: 'detached' });

    await pictureOf(tom, 'lake.jpg').locator('img').waitFor(MADE);
    await untilShown(pictureOf(tom, 'lake.jpg').locator('img'));
    await tom.page.getByRole('button', { name: 'Download list.txt 8 bytes' }).waitFor();
    expect(await pictureOf(tom, 'lake.jpg').locator('img').getAttribute('srcset')).toMatch(/thumbnail\.webp.* 320w/);
    expect(await pictureOf(tom, 'lake.jpg').locator('img').getAttribute('alt')).toBe('Picture: lake.jpg');
    await tom.screenshot('files-room-phone-dark');
    await tom.page.getByRole('button', { name: 'Back to your rooms' }).click();
    await tom.roomLink('outdoors').getByText('Ida Novak: 2 files').waitFor();
    await tom.roomLink('outdoors').click();
  });

  it('are downloaded under their names', async () => {
    const [saved] = await Promise.all([ida.page.waitForEvent('download'), ida.page.getByRole('button', { name: 'Download list.txt 8 bytes' }).click()]);
    expect(saved.suggestedFilename()).toBe('list.txt');
    expect(readFileSync(await saved.path(), 'utf8')).toBe('one\ntwo\n');
  });

  it('take their place before anything of them is loaded, so that nothing moves when they come', async () => {
    const gate = new Gate();
    await tom.page.route(LINKS, gate.hold);
    await tom.page.reload();
    const message = tom.page.getByRole('article').filter({ has: tom.page.getByRole('button', { name: /list\.txt/ }) });
    await message.waitFor();
    await eventually(() => expect(gate.count).toBeGreaterThan(0));
    expect(await message.locator('img').count()).toBe(0);
    const before = await message.boundingBox();
    await gate.release();
    await untilShown(message.locator('.picture img'));
    expect(await message.boundingBox()).toEqual(before);
    expect(before?.height).toBeGreaterThan(200);
    await tom.page.unroute(LINKS);
  });

  it('are looked at whole, by keys alone, and the focus goes back', async () => {
    await chooseFiles(ida, lake, hill);
    await trayOf(ida).getByText('2 files are ready to go').waitFor();
    await ida.send('Both');
    const message = ida.storedMessage('Both');
    await untilShown(message.getByRole('button', { name: 'Picture: lake.jpg' }).locator('img'));
    await message.getByRole('button', { name: 'Picture: lake.jpg' }).focus();
    await ida.page.keyboard.press('Enter');
    await lightbox(ida)
      .getByText(/^1 of 2 · Ida Novak · \d?\d:\d\d [AP]M · /)
      .waitFor();
    await untilShown(lightbox(ida).locator('.lightbox-stage img'));
    await ida.screenshot('files-picture-desktop-light');
    expect(await ida.violations()).toEqual([]);
    await ida.page.keyboard.press('ArrowRight');
    await ida.page.getByRole('dialog', { name: 'Picture: hill.jpg' }).getByText('2 of 2').waitFor();
    expect(await lightbox(ida).getByRole('button', { name: 'The next picture' }).isDisabled()).toBe(true);
    await ida.page.keyboard.press('Home');
    await lightbox(ida).getByText('1 of 2').waitFor();
    // The focus stays within, however often it moves on.
    for (let step = 0; step < 6; step++) {
      await ida.page.keyboard.press('Tab');
      expect(await ida.page.evaluate('document.activeElement.closest("[role=dialog]") !== null')).toBe(true);
    }
    await ida.page.keyboard.press('Escape');
    await lightbox(ida).waitFor({ state: 'detached' });
    await ida.page.locator('[aria-label="Picture: lake.jpg"]:focus').waitFor();
  });

  it('of a room are found by what they are and by name, and lead to their message', async () => {
    await tom.page.getByRole('button', { name: 'Files', exact: true }).click();
    const panel = tom.page.getByRole('complementary', { name: 'Files' });
    await eventually(async () => expect(await panel.getByRole('button', { name: /^Picture:/ }).count()).toBe(3), { timeoutMs: 10_000 });
    await untilShown(panel.locator('.picture img').first());
    await tom.screenshot('files-panel-phone-dark');
    expect(await tom.violations()).toEqual([]);
    await panel.getByLabel('Find by name').fill('LAKE');
    await eventually(async () => expect(await panel.getByRole('button', { name: /^Picture:/ }).count()).toBe(2), { timeoutMs: 10_000 });
    expect(await panel.getByRole('button', { name: 'Picture: lake.jpg' }).last().getAttribute('title')).toMatch(/^lake\.jpg · .* · Ida Novak$/);
    await panel.getByRole('button', { name: 'Picture: lake.jpg' }).last().click();
    await lightbox(tom).getByText('Ida Novak').waitFor();
    await tom.screenshot('files-picture-phone-dark');
    await lightbox(tom).getByRole('button', { name: 'Show in the conversation' }).click();
    await eventually(() => expect(tom.page.url()).toMatch(/\/r\/[0-9a-f-]{36}\/\d+$/));
    expect(await panel.count()).toBe(0);

    await ida.page.getByRole('button', { name: 'Files', exact: true }).click();
    const desk = ida.page.getByRole('complementary', { name: 'Files' });
    await desk.getByRole('button', { name: 'Other files' }).click();
    await desk.getByRole('button', { name: 'Download list.txt 8 bytes' }).waitFor();
    await ida.screenshot('files-panel-desktop-light');
    await desk.getByLabel('Find by name').fill('nothing of that name');
    await desk.getByText('No file here is called so.').waitFor();
    await desk.getByLabel('Find by name').fill('');
    await desk.getByRole('button', { name: 'Show list.txt in the conversation' }).click();
    await eventually(() => expect(ida.page.url()).toMatch(/\/r\/[0-9a-f-]{36}\/\d+$/));
  });

  it('go with their message when it is deleted, for everybody', async () => {
    await ida.page.getByRole('complementary').getByRole('button', { name: 'Pictures' }).click();
    const shown = ida.page.getByRole('complementary').getByRole('button', { name: /^Picture:/ });
    await eventually(async () => expect(await shown.count()).toBe(3), { timeoutMs: 10_000 });
    await ida.act('Both', 'More about this message');
    await ida.page.getByRole('menuitem', { name: 'Delete…' }).click();
    await ida.page.getByText('the files for good').waitFor();
    await ida.page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await ida.page.getByText('This message was deleted.').waitFor();
    await eventually(async () => expect(await shown.count()).toBe(1), { timeoutMs: 10_000 });
    expect(await tom.message('Both').count()).toBe(0);
  });

  it('speak German to whoever does, with sizes as they are written there', async () => {
    const look = { locale: 'de-DE', width: 360, height: 740, serviceWorkers: 'block' } as const;
    const uwe = await WebPerson.open(browser, system.url, 'Uwe', look);
    await uwe.page.getByRole('button', { name: 'Ein Konto anlegen' }).click();
    await uwe.page.getByLabel('Benutzername').fill('uwe');
    await uwe.page.getByLabel('Dein Name').fill('Uwe');
    await uwe.page.getByLabel('Passwort').fill('correct horse battery');
    await uwe.page.getByRole('button', { name: 'Konto anlegen' }).click();
    await uwe.sidebar.waitFor();
    await uwe.call('POST', `/rooms/${ida.roomId}/join`);
    await uwe.page.goto(`${system.url}/r/${ida.roomId}`);
    await uwe.page.getByRole('button', { name: 'Herunterladen: list.txt 8 Byte' }).waitFor();
    await chooseFiles(uwe, lake, bytesFile('karte.bin', 1_400_000));
    await uwe.page.getByRole('group', { name: 'Dateien deiner Nachricht' }).getByText('2 Dateien können mitgehen').waitFor();
    await uwe.screenshot('files-chosen-phone-light');
    expect(await uwe.violations()).toEqual([]);
    expect(uwe.complaints).toEqual([]);
  });

  it('are named in the list of rooms where their message has no text: as it comes, when the list is read, and in a room that is not open', async () => {
    const listed = (words: string): Promise<void> =>
      eventually(async () => expect(await tom.roomLink('outdoors').locator('.room-preview').textContent()).toBe(`Ida Novak: ${words}`), { timeoutMs: 15_000 });
    await tom.page.getByRole('button', { name: 'Back to your rooms' }).click();
    await chooseFiles(ida, textFile('packing list.txt', 'a tent\n'));
    await trayOf(ida).getByText('The file is ready to go').waitFor();
    await sendFiles(ida);
    await listed('File: packing list.txt');
    await tom.page.reload();
    await listed('File: packing list.txt');
    await chooseFiles(ida, hill);
    await trayOf(ida).getByText('The file is ready to go').waitFor();
    await sendFiles(ida);
    await listed('Picture: hill.jpg');
    await tom.roomLink('outdoors').click();
  });

  it('are no fault that axe can find, and bring no complaint in the console', async () => {
    await ida.page.getByRole('complementary').getByRole('button', { name: 'Close' }).click();
    expect(await ida.violations()).toEqual([]);
    // Away from the button below, whose words would stand there for a moment.
    await tom.page.mouse.move(180, 500);
    await tom.page.getByRole('tooltip').waitFor({ state: 'detached' });
    expect(await tom.violations()).toEqual([]);
    expect([...ida.complaints, ...tom.complaints]).toEqual([]);
  });
});
