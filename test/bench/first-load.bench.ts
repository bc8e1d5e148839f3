import { type Browser, type BrowserContext, type Page } from 'playwright-core';
import { RestClient } from '../support/rest-client';
import { StandaloneProcess } from '../support/standalone-process';
import { launchBrowser, logIn } from '../support/web-person';
import { type BenchOptions, numberOption, rounded, tell } from './load/options';

export const description = 'the web client in Chromium: what a first visit downloads, and how long until it can be used (runs=5 messages=200)';

/** How the bytes come: as they do on this machine, and as over a mobile network of the slower kind. */
const NETWORKS = {
  here: undefined,
  'mobile (1.6 Mbit/s, 150 ms)': { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000 },
} as const;

/** As of a browser that takes no Brotli. */
const GZIP = { 'accept-encoding': 'gzip' };

interface Row extends Record<string, number | string> {
  readonly network: string;
  readonly visit: string;
  readonly 'usable after ms (median)': number;
  readonly 'longest ms': number;
  readonly 'KB received': number;
  /** Where the browser takes no Brotli; nothing where it is not asked. */
  readonly 'KB gzipped': number | string;
  readonly requests: number;
}

interface Visit {
  readonly ms: number;
  readonly bytes: number;
  readonly requests: number;
}

/** Opens an address and waits for what one came for; counts what the network carried until then. */
async function visit(page: Page, address: string, network: keyof typeof NETWORKS, usable: string): Promise<Visit> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const slow = NETWORKS[network];
  if (slow !== undefined) await session.send('Network.emulateNetworkConditions', slow);
  let bytes = 0;
  let requests = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
    requests += 1;
  });
  const startMs = performance.now();
  await page.goto(address, { waitUntil: 'commit' });
  await page.locator(usable).first().waitFor({ timeout: 60_000 });
  return { ms: performance.now() - startMs, bytes, requests };
}

const kilobytes = (bytes: number): number => rounded(bytes / 1_000);

function rowOf(network: string, what: string, visits: readonly Visit[], gzipped: readonly Visit[] = []): Row {
  const times = visits.map(({ ms }) => ms).sort((one, other) => one - other);
  const most = (count: (visit: Visit) => number): number => Math.max(...visits.map(count));
  return {
    network,
    visit: what,
    'usable after ms (median)': Math.round(times[Math.floor(times.length / 2)] ?? Number.NaN),
    'longest ms': Math.round(times.at(-1) ?? Number.NaN),
    'KB received': kilobytes(most(({ bytes }) => bytes)),
    'KB gzipped': gzipped[0] === undefined ? '' : kilobytes(gzipped[0].bytes),
    requests: most(({ requests }) => requests),
  };
}

/** Each visit in a browser that has never been there. */
async function repeated(browser: Browser, runs: number, once: (context: BrowserContext) => Promise<Visit>, extraHTTPHeaders = {}): Promise<Visit[]> {
  const visits: Visit[] = [];
  for (let run = 0; run < runs; run++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, extraHTTPHeaders });
    visits.push(await once(context));
    await context.close();
  }
  return visits;
}

interface Place {
  readonly url: string;
  readonly roomId: string;
  readonly person: RestClient;
}

/** Somebody who is signed in elsewhere: the page itself has never been here. */
async function signedIn(context: BrowserContext, { url, person }: Place): Promise<Page> {
  const page = await context.newPage();
  await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
  await page.goto(url);
  await logIn(page, url, person);
  await page.unrouteAll();
  return page;
}

async function measure(browser: Browser, place: Place, network: keyof typeof NETWORKS, runs: number): Promise<Row[]> {
  const room = `${place.url}/r/${place.roomId}`;
  const open = async (context: BrowserContext) => visit(await context.newPage(), place.url, network, 'input[autocomplete=username]');
  const enter = async (context: BrowserContext) => visit(await signedIn(context, place), room, network, 'article.message');
  const first = await repeated(browser, runs, open);
  const again: Visit[] = [];
  const opened = await repeated(browser, runs, async (context) => {
    const cold = await enter(context);
    await context.pages()[0]?.evaluate('navigator.serviceWorker.ready.then(() => new Promise((resolve) => setTimeout(resolve, 1000)))');
    again.push(await visit(await context.newPage(), room, network, 'article.message'));
    return cold;
  });
  const gzipped = (once: typeof open): Promise<Visit[]> => repeated(browser, 1, once, GZIP);
  return [
    rowOf(network, 'log-in page, first time', first, await gzipped(open)),
    rowOf(network, 'room, first time', opened, await gzipped(enter)),
    rowOf(network, 'room, again', again),
  ];
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number>; rows: Row[] }> {
  const runs = numberOption(options, 'runs', 5);
  const server = await StandaloneProcess.start({ RATE_LIMITS: 'off' });
  const browser = await launchBrowser();
  try {
    const person = await RestClient.register(server.url, 'visitor');
    const { roomId } = await person.createRoom({ kind: 'private', name: 'first load' });
    for (let at = 0; at < numberOption(options, 'messages', 200); at++)
      await person.call('POST', `/rooms/${roomId}/messages`, {
        clientMsgId: String(at),
        text: `Message number ${String(at)}, of ordinary length, as people write them.`,
      });
    const rows: Row[] = [];
    for (const network of Object.keys(NETWORKS) as (keyof typeof NETWORKS)[]) {
      tell(`network: ${network}`);
      rows.push(...(await measure(browser, { url: server.url, roomId, person }, network, runs)));
    }
    const [firstVisit, room] = rows;
    return {
      figures: {
        firstVisitKilobytes: firstVisit?.['KB received'] ?? Number.NaN,
        firstVisitGzippedKilobytes: Number(firstVisit?.['KB gzipped']),
        roomKilobytes: room?.['KB received'] ?? Number.NaN,
        roomGzippedKilobytes: Number(room?.['KB gzipped']),
        firstVisitMs: firstVisit?.['usable after ms (median)'] ?? Number.NaN,
        roomMs: room?.['usable after ms (median)'] ?? Number.NaN,
      },
      rows,
    };
  } finally {
    await browser.close();
    await server.remove();
  }
}
