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

interface Row extends Record<string, number | string> {
  readonly network: string;
  readonly visit: string;
  readonly 'usable after ms (median)': number;
  readonly 'longest ms': number;
  readonly 'KB received': number;
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

function rowOf(network: string, what: string, visits: readonly Visit[]): Row {
  const times = visits.map(({ ms }) => ms).sort((one, other) => one - other);
  const most = (count: (visit: Visit) => number): number => Math.max(...visits.map(count));
  return {
    network,
    visit: what,
    'usable after ms (median)': Math.round(times[Math.floor(times.length / 2)] ?? Number.NaN),
    'longest ms': Math.round(times.at(-1) ?? Number.NaN),
    'KB received': rounded(most(({ bytes }) => bytes) / 1_000),
    requests: most(({ requests }) => requests),
  };
}

/** Each visit in a browser that has never been there. */
async function repeated(browser: Browser, runs: number, once: (context: BrowserContext) => Promise<Visit>): Promise<Visit[]> {
  const visits: Visit[] = [];
  for (let run = 0; run < runs; run++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    visits.push(await once(context));
    await context.close();
  }
  return visits;
}

async function measure(browser: Browser, url: string, room: string, person: RestClient, network: keyof typeof NETWORKS, runs: number): Promise<Row[]> {
  const first = await repeated(browser, runs, async (context) => visit(await context.newPage(), url, network, 'input[autocomplete=username]'));
  const again: Visit[] = [];
  const opened = await repeated(browser, runs, async (context) => {
    // Signed in elsewhere: the page itself has never been here.
    const page = await context.newPage();
    await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
    await page.goto(url);
    await logIn(page, url, person);
    await page.unrouteAll();
    const cold = await visit(page, `${url}/r/${room}`, network, 'article.message');
    await page.evaluate('navigator.serviceWorker.ready.then(() => new Promise((resolve) => setTimeout(resolve, 1000)))');
    const warm = await context.newPage();
    again.push(await visit(warm, `${url}/r/${room}`, network, 'article.message'));
    return cold;
  });
  return [rowOf(network, 'log-in page, first time', first), rowOf(network, 'room, first time', opened), rowOf(network, 'room, again', again)];
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
      rows.push(...(await measure(browser, server.url, roomId, person, network, runs)));
    }
    const [firstVisit, room] = rows;
    return {
      figures: {
        firstVisitKilobytes: firstVisit?.['KB received'] ?? Number.NaN,
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
