import { type DeadLetter, type DeadLetterDetails, IMAGE_JOB } from '@agent-chat/contracts';
import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { type Browser, type Locator } from 'playwright-core';
import { askPostgres } from '../support/ask-postgres';
import { type BringBack, loseBytes } from '../support/lost-bytes';
import { operatorOf } from '../support/operator';
import { RestClient, type RestFailure } from '../support/rest-client';
import { startSystem } from '../support/start-system';
import { landscape } from '../support/test-pictures';
import { type TestedSystem } from '../support/tested-system';
import { linksOnceMade, upload } from '../support/uploading';
import { launchBrowser, WebPerson } from '../support/web-person';

/** Five tries of a job with growing pauses, on a machine that may be slow. */
const PATIENCE = { timeoutMs: 120_000, intervalMs: 500 };

jest.setTimeout(240_000);

interface LostImage {
  readonly attachmentId: string;
  readonly bringBack: BringBack;
}

describe('what fails for good', () => {
  let empty: TestDatabase | undefined;
  let system: TestedSystem;
  let browser: Browser;
  let operator: RestClient;
  let olive: WebPerson;
  let ann: RestClient;
  let roomId: string;
  let images: LostImage[];
  const settled: { readonly act: 'replay' | 'discard'; readonly id: string }[] = [];

  beforeAll(async () => {
    // A cluster brings databases of its own.
    empty = process.env['TEST_POSTGRES_URL'] === undefined ? undefined : await createTestDatabase('what_fails');
    system = await startSystem({ OPERATORS: 'olive', ...(empty === undefined ? {} : { DATABASE_URL: empty.url }) });
    operator = await operatorOf(system.url);
    ann = await RestClient.register(system.otherUrl, 'ann');
    ({ roomId } = await ann.createRoom({ kind: 'public', name: 'failures' }));
    images = await loseImages(2);
    browser = await launchBrowser();
    olive = await WebPerson.open(browser, system.url, 'Olive');
    await olive.logIn();
  });
  beforeEach(async () => {
    await olive.page.goto(`${system.url}/operations/dead-letters`);
    await olive.page.getByRole('button', { name: 'Look again' }).waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await system.remove();
    await empty?.drop();
  });

  /** Images whose bytes are gone before a worker comes to them: it is at a large one, and takes one after the other. */
  async function loseImages(count: number): Promise<LostImage[]> {
    const [large, small] = [await landscape(6_000, 4_500, 120), await landscape(640, 480, 20)];
    await upload(ann, large, { roomId, name: 'large.jpg' });
    const ids = await Promise.all(Array.from({ length: count }, (_, at) => upload(ann, small, { roomId, name: `lost-${at}.jpg` })));
    return Promise.all(ids.map(async (attachmentId) => ({ attachmentId, bringBack: await loseBytes(system, attachmentId) })));
  }

  const letters = async (kind: DeadLetter['kind']): Promise<DeadLetter[]> =>
    ((await operator.call('GET', `/operations/dead-letters?kind=${kind}&limit=25`)).body as { items: DeadLetter[] }).items;
  const details = async (id: string): Promise<DeadLetterDetails> =>
    (await operator.call('GET', `/operations/dead-letters/${encodeURIComponent(id)}`)).body as DeadLetterDetails;
  /** The letter that says this. */
  const letterThat = (kind: DeadLetter['kind'], says: string): Promise<DeadLetterDetails> =>
    eventually(async () => {
      const all = await Promise.all((await letters(kind)).map(({ id }) => details(id)));
      const found = all.find((each) => JSON.stringify(each).includes(says));
      expect(found).toBeDefined();
      return found!;
    }, PATIENCE);
  const sheet = (): Locator => olive.page.getByRole('dialog', { name: 'Dead letter' });
  const said = (words: string): Locator => sheet().getByRole('region', { name: 'What it says' }).filter({ hasText: words });
  /** Opens a letter in the page, which lists them in the order in which they are answered. */
  const lookAt = async ({ letter: { id, kind } }: DeadLetterDetails): Promise<void> => {
    await olive.page.getByRole('button', { name: `${kind[0]?.toUpperCase() ?? ''}${kind.slice(1)}s`, exact: true }).click();
    await olive.page.getByRole('button', { name: 'Look again' }).click();
    await eventually(async () => {
      const place = (await letters(kind)).findIndex((each) => each.id === id);
      await olive.page.getByRole('list', { name: 'Dead letters' }).getByRole('button').nth(place).click({ timeout: 2_000 });
      try {
        await sheet().getByText(id, { exact: true }).waitFor({ timeout: 5_000 });
      } catch (error) {
        await olive.page.keyboard.press('Escape');
        throw error;
      }
    }, PATIENCE);
  };
  const settle = async (act: 'replay' | 'discard', id: string): Promise<void> => {
    const [opener, question, button] = act === 'replay' ? ['Replay…', 'Do it again?', 'Replay'] : ['Discard…', 'Discard it?', 'Discard'];
    await sheet().getByRole('button', { name: opener }).click();
    await olive.page.getByRole('alertdialog', { name: question }).getByRole('button', { name: button }).click();
    await sheet().waitFor({ state: 'detached' });
    settled.push({ act, id });
  };
  const forbid = async (name: string, table: string, condition: string): Promise<void> => {
    for (const database of system.roomDatabases) await askPostgres(database, `ALTER TABLE ${table} ADD CONSTRAINT ${name} CHECK (${condition}) NOT VALID`);
  };
  const allow = async (name: string, table: string): Promise<void> => {
    for (const database of system.roomDatabases) await askPostgres(database, `ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  };
  const post = async (text: string): Promise<string> => {
    const posted = await ann.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text }).catch((error: unknown) => error as RestFailure);
    return posted instanceof Error ? posted.code : 'stored';
  };
  const texts = async (): Promise<unknown[]> => (await ann.log(roomId)).filter(({ type }) => type === 'message.posted').map(({ data }) => data?.['text']);

  it('a command that the database refuses is told to its sender, and stored once the cause is gone and an operator wants it', async () => {
    await forbid('no_bad_luck', 'messages', `text NOT LIKE '%bad luck%'`);
    expect([await post('bad luck once'), await post('good'), await post('bad luck twice')]).toEqual(['VALIDATION_FAILED', 'stored', 'VALIDATION_FAILED']);
    const [wanted, unwanted] = [await letterThat('command', 'bad luck once'), await letterThat('command', 'bad luck twice')];
    expect(wanted.letter).toMatchObject({ source: 'message.post', state: 'waiting', error: expect.stringContaining('no_bad_luck') as string });
    await allow('no_bad_luck', 'messages');

    await lookAt(unwanted);
    await sheet().getByRole('paragraph').filter({ hasText: 'no_bad_luck' }).waitFor();
    await said('bad luck twice').waitFor();
    await settle('discard', unwanted.letter.id);
    await lookAt(wanted);
    await settle('replay', wanted.letter.id);

    await eventually(async () => expect(await texts()).toEqual(['good', 'bad luck once']), PATIENCE);
    expect(await post('behind it')).toBe('stored');
    expect(await texts()).toEqual(['good', 'bad luck once', 'behind it']);
    expect((await details(unwanted.letter.id)).letter.state).toBe('discarded');
  });

  it('an event that a group can not handle waits, what comes behind it is handled, and it is handled once an operator wants it', async () => {
    await forbid('no_such_index', 'message_search', `room_id <> '${roomId}'`);
    expect([await post('unfindable thing'), await post('lost for good')]).toEqual(['stored', 'stored']);
    const isPosted = async (text: string): Promise<string> => {
      const event = (await ann.log(roomId)).find(({ data }) => data?.['text'] === text);
      return `"roomId":"${roomId}","seq":${event?.seq ?? 0},"type":"message.posted"`;
    };
    const [wanted, unwanted] = [await letterThat('event', await isPosted('unfindable thing')), await letterThat('event', await isPosted('lost for good'))];
    expect(wanted.letter).toMatchObject({ source: 'search', event: { roomId }, error: expect.stringContaining('no_such_index') as string });
    await allow('no_such_index', 'message_search');
    const found = async (words: string): Promise<number> =>
      ((await ann.call('GET', `/search?q=${encodeURIComponent(words)}&roomId=${roomId}`)).body as { items: unknown[] }).items.length;
    expect(await post('behind both')).toBe('stored');
    await eventually(async () => expect(await found('behind both')).toBe(1), PATIENCE);

    await lookAt(wanted);
    await settle('replay', wanted.letter.id);
    await lookAt(unwanted);
    await settle('discard', unwanted.letter.id);
    await eventually(async () => expect(await found('unfindable thing')).toBe(1), PATIENCE);
    expect((await details(wanted.letter.id)).letter.state).toBe('replayed');
    expect(await found('lost for good')).toBe(0);
  });

  it('a job on an image whose bytes are lost is tried five times; with them back and done again the image is made', async () => {
    const [again, away] = await Promise.all(images.map(({ attachmentId }) => letterThat('job', attachmentId)));
    for (const each of [again, away]) expect(each?.letter).toMatchObject({ source: IMAGE_JOB, state: 'waiting', attempts: 5 });

    await lookAt(away!);
    await sheet().getByText('Tries', { exact: true }).locator('..').getByText('5', { exact: true }).waitFor();
    await said(images[1]!.attachmentId).waitFor();
    await settle('discard', away!.letter.id);
    await lookAt(again!);
    await images[0]!.bringBack();
    await settle('replay', again!.letter.id);

    const { media, variants } = await linksOnceMade(ann, images[0]!.attachmentId);
    expect([media, variants.length > 0]).toEqual(['done', true]);
    const ids = (await letters('job')).map(({ id }) => id);
    expect(ids.filter((id) => id === again!.letter.id || id === away!.letter.id)).toEqual([]);
    expect(await details(away!.letter.id)).toMatchObject({ letter: { state: 'discarded' }, deeds: [{ act: 'discard', actorId: operator.userId }] });
    // Nothing of it fails under whoever tests next.
    await images[1]!.bringBack();
  });

  it('is in the audit trail with who settled it', async () => {
    await olive.page.getByRole('navigation', { name: 'Operations' }).getByRole('link', { name: 'Audit' }).click();
    await olive.page.getByRole('button', { name: 'Operators', exact: true }).click();
    const trail = olive.page.getByRole('region', { name: 'Audit trail' });
    expect(settled).toHaveLength(6);
    for (const { act, id } of settled)
      await trail
        .getByRole('row')
        .filter({ hasText: `deadLetter.${act}` })
        .filter({ hasText: 'Olive' })
        .filter({ hasText: id })
        .waitFor();
    expect(olive.complaints).toEqual([]);
  });
});
