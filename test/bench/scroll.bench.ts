import { formatPercentiles, inTurns, Latencies, RawSocket } from '@agent-chat/load';
import { type Page } from 'playwright-core';
import { RestClient } from '../support/rest-client';
import { StandaloneProcess } from '../support/standalone-process';
import { launchBrowser, logIn } from '../support/web-person';
import { type BenchOptions, numberOption, rounded, tell } from './load/options';

export const description = 'frame times in Chromium while a room is scrolled that has 100,000 messages (messages=100000 seconds=15)';

const POSTS_IN_FLIGHT = 100;
const STEP_PX = 600;
const STEP_MS = 50;
/** Longer than this a frame is seen to hang (three of the usual sixty a second). */
const LONG_MS = 50;
const TEXTS = [
  'Short.',
  'A message of ordinary length, as people write them to each other all day long, give or take a few words.',
  '**Bold** and `code` and https://example.com/a/longer/address and more text that goes on for a while, so that it takes two or three lines on most screens, as such messages do.',
  '- one\n- two\n- three',
];
/** Counts frames, as long as the page is open. */
const COUNT_FRAMES = `window.frames_ = []; (function tick(before) { requestAnimationFrame((now) => { if (before !== undefined) window.frames_.push(now - before); tick(now); }); })();`;

interface Row extends Record<string, number | string> {
  readonly what: string;
  readonly frames: number;
  readonly 'frame ms p50/95/99/max': string;
  readonly 'over 50 ms, %': number;
  readonly 'messages passed': number;
  readonly 'JS heap MB': number;
}

async function fill(url: string, messages: number): Promise<{ person: RestClient; roomId: string }> {
  const person = await RestClient.register(url, 'scroller');
  const { roomId } = await person.createRoom({ kind: 'private', name: 'long' });
  const socket = await RawSocket.connect(url, { token: person.credentials?.accessToken });
  await inTurns(messages, POSTS_IN_FLIGHT, async (number) => {
    const answer = await socket.call('message.post', { roomId, clientMsgId: String(number), text: `${String(number)}: ${TEXTS[number % TEXTS.length] ?? ''}` });
    if (!answer.ok) throw new Error(answer.error.code);
  });
  socket.close();
  return { person, roomId };
}

function firstNumber(page: Page): Promise<number> {
  return page.evaluate<number>(
    `(() => { const top = document.querySelector('.timeline').getBoundingClientRect().top; const seen = [...document.querySelectorAll('article.message')].find((one) => one.getBoundingClientRect().bottom > top); return Number(/(\\d+): /.exec(seen?.textContent ?? '')?.[1] ?? NaN); })()`,
  );
}

/** Turns the wheel for so long; answers the frames meanwhile. */
async function scroll(page: Page, what: string, direction: 1 | -1, seconds: number): Promise<Row> {
  const from = await firstNumber(page);
  await page.evaluate('window.frames_.length = 0');
  const endMs = performance.now() + seconds * 1_000;
  while (performance.now() < endMs) {
    await page.mouse.wheel(0, direction * STEP_PX);
    await page.waitForTimeout(STEP_MS);
  }
  const frames = await page.evaluate<number[]>('window.frames_');
  const times = Latencies.empty();
  for (const ms of frames) times.add(ms);
  return {
    what,
    frames: frames.length,
    'frame ms p50/95/99/max': formatPercentiles(times.summary()),
    'over 50 ms, %': rounded((frames.filter((ms) => ms > LONG_MS).length / frames.length) * 100),
    'messages passed': Math.abs((await firstNumber(page)) - from),
    'JS heap MB': rounded((await page.evaluate<number>('performance.memory.usedJSHeapSize')) / 1e6),
  };
}

async function timeTo(page: Page, path: string, text: string): Promise<number> {
  const startMs = performance.now();
  await page.goto(path, { waitUntil: 'commit' });
  await page.locator('article.message', { hasText: text }).first().waitFor({ timeout: 60_000 });
  return Math.round(performance.now() - startMs);
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number>; rows: Row[] }> {
  const messages = numberOption(options, 'messages', 100_000);
  const seconds = numberOption(options, 'seconds', 15);
  const server = await StandaloneProcess.start({ RATE_LIMITS: 'off' });
  const browser = await launchBrowser();
  try {
    tell(`filling a room with ${String(messages)} messages`);
    const { person, roomId } = await fill(server.url, messages);
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    await page.goto(server.url);
    await logIn(page, server.url, person);
    await page.addInitScript(COUNT_FRAMES);
    const openMs = await timeTo(page, `${server.url}/r/${roomId}`, `${String(messages - 1)}: `);
    await page.mouse.move(800, 400);
    const rows = [await scroll(page, 'up from the newest', -1, seconds), await scroll(page, 'down again', 1, seconds)];
    // A new page: the one before would have the messages still.
    const jumpMs = await timeTo(page, `${server.url}/r/${roomId}/${String(Math.floor(messages / 2))}`, `${String(Math.floor(messages / 2) - 3)}: `);
    rows.push(await scroll(page, 'up from the middle', -1, seconds), await scroll(page, 'down through the middle', 1, seconds * 2));
    const longest = Math.max(...rows.map((row) => row['over 50 ms, %']));
    return { figures: { openMs, jumpMs, worstShareOver50Ms: longest }, rows };
  } finally {
    await browser.close();
    await server.remove();
  }
}
