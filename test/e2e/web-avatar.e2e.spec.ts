import { type Browser, type Locator } from 'playwright-core';
import { startSystem } from '../support/start-system';
import { landscape } from '../support/test-pictures';
import { type TestedSystem } from '../support/tested-system';
import { type ChosenFile, textFile, untilShown } from '../support/web-files';
import { launchBrowser, WebPerson } from '../support/web-person';

describe('somebody’s own picture in the web client', () => {
  let system: TestedSystem;
  let browser: Browser;
  let vera: WebPerson;
  let paul: WebPerson;
  let face: ChosenFile;

  beforeAll(async () => {
    system = await startSystem();
    browser = await launchBrowser();
    vera = await WebPerson.open(browser, system.url, 'Vera Lind');
    paul = await WebPerson.open(browser, system.url, 'Paul Orr', { width: 390, height: 760, colorScheme: 'dark' });
    face = { name: 'face.jpg', mimeType: 'image/jpeg', buffer: await landscape(800, 600, 300) };
    await Promise.all([vera.register(), paul.register()]);
    await vera.createRoom('portraits');
    await paul.discover('portraits');
    await vera.send('Who am I?');
    await paul.storedMessage('Who am I?').waitFor();
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  const profileOf = async (person: WebPerson): Promise<Locator> => {
    await person.account('Your profile');
    return person.page.getByRole('dialog', { name: 'Your profile' });
  };
  const save = async (profile: Locator): Promise<void> => {
    await profile.getByRole('button', { name: 'Save' }).click();
    await profile.waitFor({ state: 'detached', timeout: 30_000 });
  };
  const pictureSeenBy = (person: WebPerson): Locator => person.message('Who am I?').locator('.avatar img');
  /** As whoever opens the room anew sees it. */
  const open = async (person: WebPerson): Promise<void> => {
    await person.reload();
    await person.roomLink('portraits').click();
    await person.message('Who am I?').waitFor();
  };

  it('is chosen from the device, looked at, saved, and seen by others', async () => {
    const profile = await profileOf(vera);
    await profile.getByText('Without one your initials are shown.').waitFor();
    await profile.locator('input[type=file]').setInputFiles(face);
    await profile.getByText('face.jpg becomes your picture once you save.').waitFor();
    expect(await profile.locator('.avatar img').getAttribute('src')).toMatch(/^blob:/);
    expect(await vera.violations()).toEqual([]);
    await vera.screenshot('profile-picture-desktop-light');
    await save(profile);

    await untilShown(pictureSeenBy(vera));
    await open(paul);
    await untilShown(pictureSeenBy(paul));
    expect(await pictureSeenBy(paul).getAttribute('src')).toMatch(/^http.*\/api\/v1\/users\/[0-9a-f-]{36}\/avatar\/[0-9a-f]{64}$/);
  });

  it('says what can not be a picture, and keeps the one before', async () => {
    const profile = await profileOf(vera);
    await profile.locator('input[type=file]').setInputFiles(textFile('list.txt', 'no picture'));
    await profile.getByRole('alert').getByText('This can’t be your picture').waitFor();
    // What only the server can tell.
    await profile.locator('input[type=file]').setInputFiles({ ...face, buffer: face.buffer.subarray(0, 2_000) });
    await profile.getByRole('button', { name: 'Save' }).click();
    await profile.getByRole('alert').getByText('This can’t be your picture').waitFor({ timeout: 30_000 });
    await profile.getByRole('button', { name: 'Cancel' }).click();
    await untilShown(pictureSeenBy(vera));
    vera.complaints.splice(0).forEach((line) => expect(line).toContain('400'));
  });

  it('is dropped or pasted as well, and removed by keys', async () => {
    await paul.page.getByRole('button', { name: 'Back to your rooms' }).click();
    const profile = await profileOf(paul);
    const handOver = (event: 'drop' | 'paste'): Promise<unknown> =>
      paul.page.evaluate(`(() => {
        const data = new DataTransfer();
        const bytes = Uint8Array.from(atob('${face.buffer.toString('base64')}'), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], '${event}.jpg', { type: 'image/jpeg' }));
        const init = { bubbles: true, cancelable: true };
        const event = '${event}' === 'drop' ? new DragEvent('drop', { ...init, dataTransfer: data }) : new ClipboardEvent('paste', { ...init, clipboardData: data });
        document.querySelector('[role=dialog] [role=group]').dispatchEvent(event);
      })()`);
    await handOver('drop');
    await profile.getByText('drop.jpg becomes your picture once you save.').waitFor();
    await handOver('paste');
    await profile.getByText('paste.jpg becomes your picture once you save.').waitFor();
    await save(profile);

    const again = await profileOf(paul);
    await untilShown(again.locator('.avatar img'));
    await again.getByRole('button', { name: 'Remove the picture' }).press('Enter');
    await again.getByText('Without one your initials are shown.').waitFor();
    await again.locator('.avatar img').waitFor({ state: 'detached' });
    await save(again);
    expect(((await paul.call('GET', '/users/me')) as { avatarUrl?: string }).avatarUrl).toBeUndefined();
    expect([...vera.complaints, ...paul.complaints]).toEqual([]);
  });
});
