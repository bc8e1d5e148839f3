import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { newId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { type Browser, type Locator } from 'playwright-core';
import { operatorOf } from '../support/operator';
import { bury, lettersIn, seedPast } from '../support/operations-past';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { layoutFaults, speakFromRightToLeft } from '../support/web-layout';
import { PHONE } from '../support/web-looks';
import { launchBrowser, PASSWORD, WebPerson } from '../support/web-person';

const AUDIT_VERIFY = resolve(__dirname, '../../scripts/audit-verify.mjs');
/** What is there once a part of the page is. */
const THERE = {
  figures: 'role=heading[name="Most active rooms"]',
  health: 'role=heading[name="Dependencies"]',
  partitions: 'role=heading[name="Consumer groups"]',
  'dead-letters': 'role=button[name="Look again"]',
  audit: 'role=region[name="Audit trail"]',
};
const PATIENCE = { timeoutMs: 30_000, intervalMs: 500 };

describe('the operator’s page', () => {
  let past: TestDatabase | undefined;
  let system: TestedSystem;
  let browser: Browser;
  let olive: WebPerson;
  let onPhone: WebPerson;
  let ada: WebPerson;

  jest.setTimeout(120_000);

  beforeAll(async () => {
    // A cluster brings databases of its own.
    past = process.env['TEST_POSTGRES_URL'] === undefined ? undefined : await createTestDatabase('operations_page');
    if (past !== undefined) await seedPast(past.database);
    system = await startSystem({ OPERATORS: 'olive', ...(past === undefined ? {} : { DATABASE_URL: past.url }) });
    browser = await launchBrowser();
    await operatorOf(system.url);
    olive = await WebPerson.open(browser, system.url, 'Olive');
    await olive.logIn();
    ada = await WebPerson.open(browser, system.url, 'Ada Operations');
    await ada.register();
    onPhone = await WebPerson.open(browser, system.otherUrl, 'Olive', { ...PHONE, colorScheme: 'dark' });
    await onPhone.logIn();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await system.remove();
    await past?.drop();
  });

  const sectionOf = (person: WebPerson, name: string): Locator => person.page.getByRole('navigation', { name: 'Operations' }).getByRole('link', { name });
  const tile = (label: string): Locator => olive.page.getByRole('listitem').filter({ hasText: label }).getByRole('strong');
  /** As both look at it, by day and by night, and at twice the size. */
  const shots = async (name: string): Promise<void> => {
    for (const colorScheme of ['dark', 'light'] as const) {
      for (const { page } of [olive, onPhone]) await page.emulateMedia({ colorScheme });
      await olive.screenshot(`operations-${name}-desktop-${colorScheme}`);
      await onPhone.screenshot(`operations-${name}-phone-${colorScheme}`);
      expect(await Promise.all([olive.violations(), onPhone.violations()])).toEqual([[], []]);
    }
    await onPhone.page.emulateMedia({ colorScheme: 'dark' });
    expect(await Promise.all([olive, onPhone].map(layoutFaults))).toEqual([[], []]);
    await olive.page.setViewportSize({ width: 640, height: 400 });
    expect(await layoutFaults(olive)).toEqual([]);
    await olive.page.setViewportSize({ width: 1280, height: 800 });
  };
  const downloaded = (person: WebPerson) => person.page.evaluate<string[]>(`performance.getEntriesByType('resource').map(({ name }) => name)`);

  it('is offered to operators only, and is fetched by nobody else', async () => {
    await ada.page.getByRole('button', { name: /account and appearance/ }).click();
    await ada.page.getByRole('menuitem', { name: 'Your profile' }).waitFor();
    expect(await ada.page.getByRole('menuitem', { name: 'Operations' }).count()).toBe(0);
    await ada.page.keyboard.press('Escape');
    // What everybody may need later has been fetched by now.
    await eventually(async () => expect((await downloaded(ada)).some((name) => name.includes('/members-panel-'))).toBe(true), PATIENCE);
    expect((await downloaded(ada)).filter((name) => name.includes('/operations-'))).toEqual([]);
    await ada.page.goto(`${system.url}/operations`);
    await ada.page.getByRole('heading', { name: 'For operators only' }).waitFor();

    for (const person of [olive, onPhone]) {
      await person.page.getByRole('button', { name: /account and appearance/ }).click();
      await person.page.getByRole('menuitem', { name: 'Operations' }).click();
      await person.page.getByRole('heading', { name: 'Most active rooms' }).waitFor();
    }
  });

  it('shows figures of what happens', async () => {
    await ada.page.goto(system.url);
    await ada.createRoom('figures');
    // Written and asked for again with each look: what a room holds before it opened here is no delivery.
    await eventually(async () => {
      await ada.send('counted');
      await olive.page.getByRole('button', { name: 'Last hour' }).click();
      await olive.page.getByRole('button', { name: '24 hours' }).click();
      await tile('Messages').waitFor();
      expect(Number(await tile('Messages').textContent())).toBeGreaterThan(0);
      expect(Number(await tile('Active people today').textContent())).toBeGreaterThan(0);
      expect(await tile('Slowest delivery').textContent()).toMatch(/ms|s/);
    }, PATIENCE);
    await olive.page.getByRole('button', { name: '7 days' }).click();
    await onPhone.page.getByRole('button', { name: '7 days' }).click();
    for (const person of [olive, onPhone]) await person.page.getByRole('slider', { name: 'Messages' }).waitFor();
    await shots('figures');
    await onPhone.page.getByRole('heading', { name: 'Most active rooms' }).scrollIntoViewIfNeeded();
    await onPhone.screenshot('operations-rooms-phone-dark');
    await olive.page.getByRole('heading', { name: 'Most active rooms' }).scrollIntoViewIfNeeded();
    await olive.screenshot('operations-rooms-desktop-light');
  });

  it('has charts that are read by keys alone, and as tables', async () => {
    const chart = olive.page.getByRole('slider', { name: 'Messages' });
    await olive.page.getByRole('button', { name: '24 hours' }).click();
    await eventually(async () => expect(await chart.getAttribute('aria-valuemax')).toBe('23'), PATIENCE);
    await chart.focus();
    await olive.page.keyboard.press('End');
    const newest = await chart.getAttribute('aria-valuetext');
    expect(newest).toMatch(/: Messages [1-9]/);
    await olive.page.keyboard.press('ArrowLeft');
    expect(await chart.getAttribute('aria-valuenow')).toBe('22');
    expect(await chart.getAttribute('aria-valuetext')).not.toBe(newest);
    await olive.page.keyboard.press('Home');
    expect(await chart.getAttribute('aria-valuenow')).toBe('0');
    await olive.screenshot('operations-chart-focus-desktop-light');

    await olive.page.keyboard.press('Shift+Tab');
    await olive.page.keyboard.press('Enter');
    const table = olive.page.getByRole('region', { name: 'Table of Messages', exact: true });
    await table.waitFor();
    expect(await table.getByRole('row').count()).toBe(25);
    expect(newest).toContain(await table.getByRole('row').nth(1).getByRole('rowheader').innerText());
    await olive.page.keyboard.press('Enter');
    await table.waitFor({ state: 'detached' });
  });

  it('shows how what it rests on stands', async () => {
    for (const person of [olive, onPhone]) await sectionOf(person, 'Health').click();
    for (const person of [olive, onPhone]) {
      await person.page.getByRole('heading', { name: 'Dependencies' }).waitFor();
      await person.page.getByRole('listitem').filter({ hasText: 'database' }).getByText('Up').waitFor();
      await person.page.getByRole('region', { name: 'Processes' }).getByText('answers').waitFor();
    }
    expect(olive.page.url()).toContain('/operations/health');
    await shots('health');
  });

  it('says from when it is what it shows while it reaches nobody, and goes on once it does', async () => {
    await olive.context.setOffline(true);
    await olive.page.getByText(/This is from/).waitFor({ timeout: 60_000 });
    await olive.page.getByRole('heading', { name: 'Dependencies' }).waitFor();
    await olive.screenshot('operations-offline-desktop-light');
    await olive.context.setOffline(false);
    await olive.page.getByText(/This is from/).waitFor({ state: 'detached', timeout: 60_000 });
    expect(await olive.page.getByRole('heading', { name: 'Dependencies' }).isVisible()).toBe(true);
  });

  it('shows who owns the partitions, and which group is how far behind', async () => {
    for (const person of [olive, onPhone]) await sectionOf(person, 'Partitions').click();
    for (const person of [olive, onPhone]) {
      await person.page.getByRole('listitem').filter({ hasText: 'Partitions with an owner' }).getByText('64 of 64').waitFor();
      await person.page.getByRole('region', { name: 'Consumer groups' }).getByRole('row').filter({ hasText: 'audit-chain' }).getByText('up to date').waitFor();
    }
    await shots('partitions');
    await olive.page.getByText('Every partition', { exact: true }).click();
    expect(await olive.page.getByRole('region', { name: 'Every partition' }).getByRole('row').count()).toBe(65);
  });

  it('has dead letters done again or discarded, each after a question, and keeps who wanted it', async () => {
    const [again, away] = [await bury(system, 'search', 'no such index'), await bury(system, 'nobody', 'the handler is gone')];
    for (const person of [olive, onPhone]) await sectionOf(person, 'Dead letters').click();
    for (const person of [olive, onPhone]) await person.page.getByRole('list', { name: 'Dead letters' }).getByText('the handler is gone').waitFor();
    await shots('dead-letters');

    await olive.page.getByRole('button', { name: /^Look at event of nobody/ }).click();
    await olive.page.getByRole('dialog').getByText(away.id).waitFor();
    await olive.page.getByRole('button', { name: 'Discard…' }).click();
    // Whoever thinks again has done nothing.
    await olive.page.getByRole('alertdialog', { name: 'Discard it?' }).getByRole('button', { name: 'Cancel' }).click();
    expect(await lettersIn(away)).toBe(1);
    await olive.page.getByRole('button', { name: 'Discard…' }).click();
    await olive.screenshot('operations-discard-desktop-light');
    await olive.page.getByRole('alertdialog', { name: 'Discard it?' }).getByRole('button', { name: 'Discard' }).click();
    await olive.page.getByRole('dialog').waitFor({ state: 'detached' });
    await olive.page.getByRole('list', { name: 'Dead letters' }).getByText('the handler is gone').waitFor({ state: 'detached' });
    expect(await lettersIn(away)).toBe(0);

    await onPhone.page.getByRole('button', { name: 'Look again' }).click();
    await onPhone.page.getByRole('button', { name: /^Look at event of search/ }).click();
    await onPhone.page.getByRole('button', { name: 'Replay…' }).waitFor();
    await onPhone.screenshot('operations-letter-phone-dark');
    await onPhone.page.getByRole('button', { name: 'Replay…' }).click();
    await onPhone.page.getByRole('alertdialog', { name: 'Do it again?' }).getByRole('button', { name: 'Replay' }).click();
    await eventually(async () => expect(await lettersIn(again)).toBe(0), PATIENCE);
  });

  it('shows who did what, and forgets a person', async () => {
    for (const person of [olive, onPhone]) await sectionOf(person, 'Audit').click();
    await olive.page.getByRole('button', { name: 'Operators', exact: true }).click();
    const trail = olive.page.getByRole('region', { name: 'Audit trail' });
    await trail.getByRole('row').filter({ hasText: 'deadLetter.discard' }).filter({ hasText: 'Olive' }).filter({ hasText: 'event.nobody.' }).first().waitFor();
    await trail.getByRole('row').filter({ hasText: 'deadLetter.replay' }).filter({ hasText: 'Olive' }).filter({ hasText: 'event.search.' }).first().waitFor();
    await olive.page.getByRole('button', { name: 'Everybody' }).click();
    await olive.page.getByLabel('Type').fill('room.created');
    await trail.getByRole('row').filter({ hasText: 'Ada Operations' }).first().waitFor();
    await onPhone.page.getByRole('region', { name: 'Audit trail' }).waitFor();
    await shots('audit');

    await olive.page.getByText('Erase a person', { exact: true }).click();
    await olive.page.getByLabel('Their user id').fill(newId());
    await olive.page.getByRole('button', { name: 'Erase…' }).click();
    await olive.page.getByRole('alertdialog', { name: 'Erase this person?' }).getByRole('button', { name: 'Erase' }).click();
    await olive.page.getByText('They were in no entry').waitFor();
    expect(await olive.page.getByLabel('Their user id').inputValue()).toBe('');
  });

  it('has an audit trail that verifies from outside', async () => {
    const { code, output } = await verifyAudit(system.otherUrl);
    expect(output).toMatch(/^\d+ entries in \d+ chains, 0 ids erased\nThe audit trail verifies\.\n$/);
    expect(code).toBe(0);
  });

  it('goes from part to part by keys alone, and back by the browser', async () => {
    await sectionOf(olive, 'Figures').focus();
    await olive.page.keyboard.press('Tab');
    await olive.page.keyboard.press('Enter');
    await olive.page.getByRole('heading', { name: 'Dependencies' }).waitFor();
    expect(await sectionOf(olive, 'Health').getAttribute('aria-current')).toBe('page');
    await olive.page.goBack();
    await olive.page.getByRole('region', { name: 'Audit trail' }).waitFor();
    // Nothing is wider than the phone but what scrolls by itself.
    expect(await onPhone.page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  });

  it.each([
    ['desktop', {}],
    ['phone', PHONE],
  ])(
    'turns around for languages that are read from right to left: %s',
    async (where, look) => {
      const person = await WebPerson.open(browser, system.url, 'Olive', { ...look, locale: 'ar-EG', serviceWorkers: 'block' });
      await speakFromRightToLeft(person.context);
      await person.page.goto(system.url);
      await person.logIn();
      const faults: Record<string, string[]> = {};
      for (const [section, part] of Object.entries(THERE)) {
        await person.page.goto(`${system.url}/operations/${section}`);
        await person.page.locator(part).waitFor();
        await person.screenshot(`operations-${section}-${where}-right-to-left`);
        const found = [...(await layoutFaults(person)), ...(await person.violations())];
        if (found.length > 0) faults[section] = found;
      }
      expect(faults).toEqual({});
      await person.context.unrouteAll({ behavior: 'wait' });
      await person.context.close();
    },
    120_000,
  );

  it('complains about nothing in the console, the content security policy included', () => {
    expect([...olive.complaints, ...onPhone.complaints]).toEqual([]);
  });
});

/** As an operator does: npm run audit:verify. */
function verifyAudit(url: string): Promise<{ code: number; output: string }> {
  const options = { env: { ...process.env, OPERATOR_PASSWORD: PASSWORD } };
  return new Promise((done) => {
    execFile(process.execPath, [AUDIT_VERIFY, '--url', url, '--user', 'olive'], options, (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}
