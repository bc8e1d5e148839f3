import { eventually } from '@agent-chat/testing';
import { type Browser } from 'playwright-core';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { launchBrowser, WebPerson } from '../support/web-person';

const RLO = '\u202E';
const ATTACKS = [
  '<script>document.title = "owned"</script>',
  '<img src=x onerror="document.title=\'owned\'"><svg onload="document.title=\'owned\'">',
  '[press](javascript:document.title="owned") [me](data:text/html,<script>alert(1)</script>)',
  'javascript:alert(1) vbscript:x "><iframe src="https://example.com"></iframe>',
  '**_~~`'.repeat(1_300),
  `${'> '.repeat(900)}deep`,
  '- '.repeat(3_000),
  '```\n'.repeat(1_900),
  `if (isAdmin${RLO} } // {) only for admins`,
  `\`\`\`js\nconst access = "user${RLO} ⁦// admin⁩ ⁦";\n\`\`\``,
  `https://example.com/${RLO}gpj.exe`,
  '🎉'.repeat(8_000),
  '👩‍👩‍👧‍👦'.repeat(1_000),
  'Z̸̧̨̡̛̛̛̛͕͙̲̗̟̖͉͎̙̯̟̞̗̟̭͖̲̜̩̠̘͑̈́͗̎̄̐̂̋̉̃̊̽̓̀̏̃̊̓̍̕̕͘͜͝͝͝ͅ'.repeat(60),
  'x'.repeat(8_000),
  '\n'.repeat(7_000) + 'far below',
  'https://example.com/'.repeat(400),
  `${'a\u0301'.repeat(10)}\u0000`.replace('\u0000', ''),
];

describe('the web client, under what people may send', () => {
  let system: TestedSystem;
  let browser: Browser;
  let tess: WebPerson;
  let udo: WebPerson;

  beforeAll(async () => {
    system = await startSystem();
    browser = await launchBrowser();
    tess = await WebPerson.open(browser, system.url, 'Tess');
    udo = await WebPerson.open(browser, system.url, 'Udo');
    await Promise.all([tess.register(), udo.register()]);
    await tess.createRoom('arena');
    await udo.discover('arena');
    // A room that opens with what was written meanwhile begins there, not at its end.
    await udo.send('Before all of that');
    await tess.message('Before all of that').waitFor();
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
  });

  it('shows all of it as what it is, runs none of it, and stays usable', async () => {
    for (const [at, text] of ATTACKS.entries()) await udo.call('POST', `/rooms/${udo.roomId}/messages`, { clientMsgId: `attack-${String(at)}`, text });
    await udo.send('After all of that');
    await tess.message('After all of that').waitFor();
    // Everything comes by once.
    for (let turn = 0; turn < 60; turn++) {
      await tess.page.evaluate(`document.querySelector('.timeline').scrollTop -= 700`);
      await tess.page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
      const made = await tess.page.evaluate<string[]>(
        `[...document.querySelectorAll('.rich-text *')].map(({ localName }) => localName).filter((name) => !['a', 'bdi', 'strong', 'em', 's', 'code', 'pre', 'span', 'button', 'figure', 'figcaption', 'blockquote', 'ul', 'ol', 'li'].includes(name))`,
      );
      expect(made).toEqual([]);
      const addresses = await tess.page.evaluate<string[]>(`[...document.querySelectorAll('.rich-text a')].map((link) => link.protocol)`);
      expect(addresses.filter((protocol) => protocol !== 'https:')).toEqual([]);
      const isWide = await tess.page.evaluate<boolean>(`document.querySelector('.timeline').scrollWidth > document.querySelector('.timeline').clientWidth + 1`);
      expect(isWide).toBe(false);
    }
    expect(await tess.page.title()).not.toContain('owned');
    await tess.page.getByRole('button', { name: /^Newest|new$/ }).click();
    await tess.send('Still here');
    await udo.message('Still here').waitFor();
  }, 90_000);

  it('makes visible in code and addresses what turns text around, and keeps it within its message', async () => {
    await udo.send(`\`user${RLO}nimda\` and https://example.com/${RLO}gpj.exe`);
    await tess.message('⟨U+202E⟩nimda').waitFor();
    await udo.send(`${RLO}turned around`);
    const turned = tess.message('turned around').locator('.rich-text');
    await turned.waitFor();
    expect(await tess.page.evaluate(`getComputedStyle([...document.querySelectorAll('.rich-text')].at(-1)).unicodeBidi`)).toMatch(/isolate|plaintext/);
    // A name that would turn others around is refused to begin with.
    await expect(udo.call('PATCH', '/users/me', { displayName: `Udo${RLO}nimda` })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('shows the beginning of what is very long, and all of it when asked', async () => {
    await udo.call('POST', `/rooms/${udo.roomId}/messages`, {
      clientMsgId: 'long',
      text: Array.from({ length: 200 }, (_, at) => `line ${String(at)}`).join('\n'),
    });
    const message = tess.message('line 199');
    await message.getByRole('button', { name: 'Show all' }).waitFor();
    const height = async (): Promise<number> => (await message.boundingBox())?.height ?? 0;
    expect(await height()).toBeLessThan(600);
    await message.getByRole('button', { name: 'Show all' }).click();
    await eventually(async () => expect(await height()).toBeGreaterThan(3_000));
    await message.getByRole('button', { name: 'Show less' }).click();
    await eventually(async () => expect(await height()).toBeLessThan(600));
  });

  it('leads to a message far back, by its address and by a search, and on to the newest', async () => {
    for (let at = 1; at <= 450; at += 1)
      await udo.call('POST', `/rooms/${udo.roomId}/messages`, {
        clientMsgId: `far-${String(at)}`,
        text: at === 7 ? 'The needle, number 7' : `Straw ${String(at)}`,
      });
    await tess.page.getByRole('button', { name: 'Search', exact: true }).click();
    const hit = tess.page.getByRole('complementary', { name: 'Search' }).getByRole('button', { name: /The needle/ });
    await eventually(
      async () => {
        await tess.page.getByLabel('Search messages').fill('');
        await tess.page.getByLabel('Search messages').fill('needle');
        await hit.waitFor({ timeout: 1_000 });
      },
      { timeoutMs: 15_000 },
    );
    await hit.click();
    await eventually(async () => expect(await isInSight('The needle, number 7')).toBe(true));
    expect(await tess.message('The needle').locator('mark').count()).toBe(0);
    const address = tess.page.url();
    await tess.page.getByRole('complementary').getByRole('button', { name: 'Close' }).click();
    await tess.page.getByRole('button', { name: /^Newest|new$/ }).click();
    await eventually(async () => expect(await isInSight('Straw 450')).toBe(true));
    // The same place by its address, in a page that knows nothing yet.
    const other = await tess.anotherTab(new URL(address).pathname);
    await eventually(async () => expect(await isInSight('The needle, number 7', other)).toBe(true));
    await other.page.close();

    async function isInSight(text: string, { page } = tess): Promise<boolean> {
      return page.evaluate<boolean>(
        `(() => { const found = [...document.querySelectorAll('article')].find((one) => one.textContent.includes(${JSON.stringify(text)})); const frame = document.querySelector('.timeline')?.getBoundingClientRect(); const box = found?.getBoundingClientRect(); return box !== undefined && frame !== undefined && box.top >= frame.top - 5 && box.bottom <= frame.bottom + 5; })()`,
      );
    }
  }, 120_000);

  it('complains about nothing in the console', () => {
    expect([...tess.complaints, ...udo.complaints]).toEqual([]);
  });
});
