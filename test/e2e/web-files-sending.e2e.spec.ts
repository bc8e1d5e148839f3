import { eventually } from '@agent-chat/testing';
import { readFileSync } from 'node:fs';
import { type Browser } from 'playwright-core';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { bytesFile, type ChosenFile, chooseFiles, Gate, inTray, landscapeFile, pictureOf, sendFiles, textFile, trayOf, untilShown } from '../support/web-files';
import { launchBrowser, WebPerson } from '../support/web-person';

const UPLOADS = '**/api/v1/uploads/*';
const PROGRAM = Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]), Buffer.alloc(2_000)]);

describe('files on their way in the web client', () => {
  let system: TestedSystem;
  let browser: Browser;
  let ida: WebPerson;
  let tom: WebPerson;
  let hill: ChosenFile;

  beforeAll(async () => {
    system = await startSystem();
    browser = await launchBrowser();
    ida = await WebPerson.open(browser, system.url, 'Ida Moreau', { serviceWorkers: 'block' });
    tom = await WebPerson.open(browser, system.url, 'Tomas', { width: 360, height: 740, colorScheme: 'dark', serviceWorkers: 'block' });
    hill = await landscapeFile('hill.jpg', 900, 1_200, 20);
    await Promise.all([ida.register(), tom.register()]);
    await ida.createRoom('travelling');
    await tom.discover('travelling');
    await ida.send('The first words');
    await tom.storedMessage('The first words').waitFor();
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  it('go with words, once they are there, when the message is sent before', async () => {
    const gate = new Gate();
    await ida.page.route(UPLOADS, gate.hold);
    await chooseFiles(ida, hill, bytesFile('track.gpx', 900_000));
    await inTray(ida, 'track.gpx').getByRole('progressbar', { name: 'Upload of track.gpx' }).waitFor();
    await ida.send('Up the hill');
    await trayOf(ida).getByText('Your message goes as soon as the files are there.').waitFor();
    await ida.page.getByRole('button', { name: 'Don’t send yet' }).click();
    await ida.page.getByRole('button', { name: 'Send', exact: true }).click();
    expect(await ida.message('Up the hill').count()).toBe(0);
    await ida.screenshot('files-uploading-desktop-light');
    await gate.release();
    await ida.storedMessage('Up the hill').waitFor();
    await ida.page.unroute(UPLOADS);

    await tom.message('Up the hill').getByRole('button', { name: 'Picture: hill.jpg' }).waitFor();
    await tom.message('Up the hill').getByRole('button', { name: 'Download track.gpx 879 kB' }).waitFor();
    await untilShown(pictureOf(ida, 'hill.jpg').locator('img'));
    await ida.screenshot('files-room-desktop-light');
    expect(await ida.composer.inputValue()).toBe('');
  });

  it('are pasted, and dropped on the conversation', async () => {
    const base64 = hill.buffer.toString('base64');
    await ida.composer.focus();
    await ida.page.evaluate(`(() => {
      const bytes = Uint8Array.from(atob(${JSON.stringify(base64)}), (digit) => digit.charCodeAt(0));
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([bytes], 'image.jpeg', { type: 'image/jpeg' }));
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    })()`);
    await inTray(ida, 'Picture 20').locator('img').waitFor();
    const drag = (type: string): Promise<boolean> =>
      ida.page.evaluate<boolean>(`(() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(['dropped'], 'dropped.txt', { type: 'text/plain' }));
        return document.querySelector('article').dispatchEvent(new DragEvent('${type}', { dataTransfer, bubbles: true, cancelable: true }));
      })()`);
    await drag('dragenter');
    await ida.page.getByText('Drop to attach').waitFor();
    await ida.screenshot('files-drop-desktop-light');
    expect(await drag('dragover')).toBe(false);
    await drag('drop');
    await ida.page.getByText('Drop to attach').waitFor({ state: 'detached' });
    await inTray(ida, 'dropped.txt').waitFor();
    await trayOf(ida).getByText('2 files are ready to go').waitFor();

    await trayOf(ida).getByRole('button', { name: 'Remove dropped.txt' }).press('Enter');
    await inTray(ida, 'dropped.txt').waitFor({ state: 'detached' });
    await ida.page.locator('button[aria-label^="Remove Picture"]:focus').waitFor();
    await ida.page.keyboard.press('Enter');
    await trayOf(ida).waitFor({ state: 'detached' });
    await ida.page.locator('textarea:focus').waitFor();
  });

  it('are refused in words: a program, an empty one, one that is too large, and the eleventh', async () => {
    await chooseFiles(ida, { name: 'run.bin', mimeType: 'application/octet-stream', buffer: PROGRAM }, textFile('empty.txt', ''));
    await inTray(ida, 'run.bin').getByText('This kind of file isn’t accepted.').waitFor();
    await inTray(ida, 'empty.txt').getByText('The file is empty.').waitFor();
    await ida.page.evaluate(`(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([new Uint8Array(101 * 1024 * 1024)], 'film.bin'));
      document.querySelector('article').dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    })()`);
    await inTray(ida, 'film.bin').getByText('A file may have up to 100 MB.').waitFor();
    await trayOf(ida).getByText('Remove what can’t be sent, or try it again.').waitFor();
    expect(await ida.page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
    expect(await trayOf(ida).getByRole('button', { name: /again/ }).count()).toBe(0);
    await ida.screenshot('files-refused-desktop-light');
    expect(await ida.violations()).toEqual([]);
    expect(ida.complaints.splice(0)).toEqual([expect.stringContaining('status of 400')]);
    for (const name of ['run.bin', 'empty.txt', 'film.bin'])
      await trayOf(ida)
        .getByRole('button', { name: `Remove ${name}` })
        .click();

    await chooseFiles(ida, ...Array.from({ length: 11 }, (_, n) => textFile(`${String(n)}.txt`, 'x')));
    await ida.page.getByText('1 file was left out: send it with the next one.').waitFor();
    await trayOf(ida).getByText('10 files are ready to go').waitFor();
    for (let n = 0; n < 10; n++)
      await trayOf(ida)
        .getByRole('button', { name: `Remove ${String(n)}.txt` })
        .click();
  });

  it('are cancelled on their way: neither the page nor the server keeps anything of them, and nothing is posted', async () => {
    const network = await ida.context.newCDPSession(ida.page);
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 450_000 };
    await network.send('Network.emulateNetworkConditions', slow);
    const uploads = new Set<string>();
    ida.page.on('request', (request) => request.method() === 'PATCH' && uploads.add(request.url()));
    const head = async (): Promise<unknown> => ((await ida.call('GET', `/rooms/${ida.roomId}`)) as { head: number }).head;
    const before = await head();
    await chooseFiles(ida, bytesFile('film.bin', 12_000_000));
    const progress = inTray(ida, 'film.bin').getByRole('progressbar', { name: 'Upload of film.bin' });
    const seen: number[] = [];
    await eventually(
      async () => {
        const share = Number(await progress.getAttribute('value'));
        if (share !== seen.at(-1)) seen.push(share);
        expect(seen.length).toBeGreaterThan(3);
      },
      { timeoutMs: 40_000, intervalMs: 50 },
    );
    expect(seen).toEqual([...seen].sort((one, other) => one - other));
    expect(seen.at(-1)).toBeLessThan(1);

    // Sent without a word as soon as it is there: which it never is.
    await sendFiles(ida);
    await trayOf(ida).getByText('Your message goes as soon as the files are there.').waitFor();
    await inTray(ida, 'film.bin').getByRole('button', { name: 'Cancel the upload of film.bin' }).click();
    await trayOf(ida).waitFor({ state: 'detached' });
    await ida.page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    await network.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 });
    expect(uploads.size).toBe(1);
    const [address] = [...uploads];
    await eventually(async () => expect(await statusOf(address!)).toBe(404), { timeoutMs: 15_000 });
    await ida.page.reload();
    await ida.send('Without a film');
    await tom.storedMessage('Without a film').waitFor();
    await ida.storedMessage('Without a film').waitFor();
    expect(await trayOf(ida).count()).toBe(0);
    // Nor has it tried to.
    expect(await ida.page.locator('article[data-state=failed]').count()).toBe(0);
    expect(await head()).toBe(Number(before) + 1);

    async function statusOf(url: string): Promise<number> {
      return ida.page.evaluate<number>(`(async () => {
        const { accessToken } = JSON.parse(localStorage.getItem(Object.keys(localStorage).find((name) => name.endsWith(':session'))));
        return (await fetch(${JSON.stringify(url)}, { method: 'HEAD', headers: { authorization: 'Bearer ' + accessToken, 'tus-resumable': '1.0.0' } })).status;
      })()`);
    }
  }, 90_000);

  it('go on where they were after the network was away, and say meanwhile why they wait', async () => {
    const gate = new Gate();
    await tom.page.route(UPLOADS, gate.hold);
    await chooseFiles(tom, bytesFile('walk.bin', 3_000_000));
    await inTray(tom, 'walk.bin').getByRole('progressbar').waitFor();
    await eventually(() => expect(gate.count).toBe(1));
    await tom.context.setOffline(true);
    await gate.release();
    await inTray(tom, 'walk.bin').getByText('It goes on by itself once you are back.').waitFor();
    await inTray(tom, 'walk.bin').getByRole('button', { name: 'Try walk.bin again' }).waitFor();
    await tom.screenshot('files-stalled-phone-dark');
    await tom.context.setOffline(false);
    await trayOf(tom).getByText('The file is ready to go').waitFor();
    await tom.page.unroute(UPLOADS);
    await trayOf(tom).getByRole('button', { name: 'Remove walk.bin' }).click();
    await trayOf(tom).waitFor({ state: 'detached' });
  });

  it('go on after a reload, with what was there already', async () => {
    let parts = 0;
    const gate = new Gate();
    await tom.page.route(UPLOADS, async (route) => {
      if (route.request().method() === 'PATCH' && ++parts > 1) await gate.hold(route);
      else await route.continue();
    });
    await chooseFiles(tom, bytesFile('long.bin', 4_000_000));
    await eventually(() => expect(gate.count).toBe(1), { timeoutMs: 15_000 });
    await tom.composer.fill('After a reload');
    await tom.page.unroute(UPLOADS);
    const methods: string[] = [];
    tom.page.on('request', (request) => request.url().includes('/api/v1/uploads') && methods.push(request.method()));
    await tom.page.reload();
    await trayOf(tom).getByText('The file is ready to go').waitFor();
    expect(methods.filter((method) => method === 'POST')).toEqual([]);
    expect(methods).toContain('HEAD');
    expect(await tom.composer.inputValue()).toBe('After a reload');
    await sendFiles(tom);
    const [saved] = await Promise.all([
      ida.page.waitForEvent('download'),
      ida.message('After a reload').getByRole('button', { name: 'Download long.bin 3.8 MB' }).click(),
    ]);
    expect(readFileSync(await saved.path())).toHaveLength(4_000_000);
    await tom.page.reload();
    await tom.storedMessage('After a reload').waitFor();
    expect(await trayOf(tom).count()).toBe(0);
  });

  it('bring no complaint in the console', () => {
    expect([...ida.complaints, ...tom.complaints]).toEqual([]);
  });
});
