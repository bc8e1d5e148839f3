import { formatPercentiles } from '@agent-chat/load';
import { MemoryWatch } from '../load/memory-watch';
import { numberOption, tell } from '../load/options';
import { type TalkFigures } from '../load/room-crowd';
import { type RunFigures, type Verdict } from '../load/send-load';
import { type Judgement, Limits } from './judgement';
import { type OverloadRig, standBy } from './rig';

/** How long bystanders are alone first, and how long they are watched after what disturbs them has begun. */
const ALONE_SECONDS = 8;
const DISTURBED_SECONDS = 15;
/** What a disturbance may cost those who have nothing to do with it. */
const BYSTANDER_P99_MS = 500;
const DRAIN_SECONDS = 30;
const LONG_TEXT = 'a text as long as a page, '.repeat(150);
const SHORT_TEXT = 'what everybody says at the same time, a line or so';

interface Watched<Result> {
  readonly alone: RunFigures;
  readonly beside: RunFigures;
  readonly verdict: Verdict;
  readonly most: Readonly<Record<string, number>>;
  readonly result: Result;
}

/** Bystanders by themselves, then beside what disturbs. */
async function watch<Result>(rig: OverloadRig, seconds: number, disturb: () => Promise<Result>): Promise<Watched<Result>> {
  const bystanders = await rig.bystanders();
  await standBy(bystanders, 3);
  const alone = await standBy(bystanders, ALONE_SECONDS);
  const memory = new MemoryWatch(() => rig.system.parts);
  tell('disturbing');
  const [beside, result] = await Promise.all([standBy(bystanders, seconds), disturb()]);
  return { alone, beside, verdict: await bystanders.ask<Verdict>('verify'), most: memory.stop(), result };
}

function judgeBystanders({ alone, beside, verdict, most }: Watched<unknown>, limits: Limits): { figures: Record<string, number | string>; rows: object[] } {
  limits.kept('bystanders', verdict);
  limits.memory(most);
  limits.atMost('p99 of an acknowledgement to bystanders', beside.ack.p99, BYSTANDER_P99_MS, ' ms');
  limits.atMost('p99 of a delivery to bystanders', beside.delivery.p99, BYSTANDER_P99_MS, ' ms');
  limits.atMost('posts of bystanders that were refused or not answered', beside.posted - beside.acked, 0);
  const row = (what: string, { posted, acked, ack, delivery }: RunFigures): object => ({
    bystanders: what,
    posted,
    acked,
    'ack p50/95/99/max ms': formatPercentiles(ack),
    'delivery p50/95/99/max ms': formatPercentiles(delivery),
  });
  const memory = Object.fromEntries(Object.entries(most).map(([part, megabytes]) => [`${part}Mb`, megabytes]));
  const figures = { aloneAckP99Ms: alone.ack.p99, bystanderAckP99Ms: beside.ack.p99, bystanderDeliveryP99Ms: beside.delivery.p99, ...memory };
  return { figures, rows: [row('alone', alone), row('disturbed', beside)] };
}

function talkFigures({ posted, acked, refusals, delivery, deliveries, ack }: TalkFigures, seconds: number): Record<string, number | string> {
  return {
    offeredASecond: Math.round(posted / seconds),
    acceptedASecond: Math.round(acked / seconds),
    refused: JSON.stringify(refusals),
    ackP99Ms: ack.p99,
    deliveryP99Ms: delivery.p99,
    deliveriesASecond: Math.round(deliveries / seconds),
  };
}

/** Ten thousand connections in one room, and all of them write. */
export async function everyoneWrites(rig: OverloadRig): Promise<Judgement> {
  const { options } = rig;
  const seconds = numberOption(options, 'seconds', DISTURBED_SECONDS);
  const connections = numberOption(options, 'connections', 10_000);
  tell(`opening ${String(connections)} connections`);
  const crowd = rig.task('room-crowd.process.ts');
  await crowd.ask('open', { url: rig.system.urls[0], people: numberOption(options, 'people', 200), connections });
  const talk = { rate: numberOption(options, 'rate', 500), seconds, text: SHORT_TEXT, stopReading: 0, drainSeconds: DRAIN_SECONDS };
  const watched = await watch(rig, seconds, () => crowd.ask<TalkFigures>('talk', talk));
  tell('verifying');
  const verdict = await crowd.ask<Verdict>('verify');
  const limits = new Limits();
  const { figures, rows } = judgeBystanders(watched, limits);
  limits.kept('the room', verdict);
  limits.atMost('refusals that were not for the load, or named no time', watched.result.badRefusals, 0);
  limits.atMost('posts without an answer', watched.result.unanswered, 0);
  limits.atLeast('accepted', watched.result.acked, 1);
  for (const [reason, count] of Object.entries(watched.result.closed)) limits.atMost(`connections of the room that were closed (${reason})`, count, 0);
  return { figures: { ...talkFigures(watched.result, seconds), ...figures }, rows, broken: limits.broken };
}

/** Some of a busy room's readers hang. */
export async function slowConsumers(rig: OverloadRig): Promise<Judgement> {
  const { options } = rig;
  const seconds = numberOption(options, 'seconds', DISTURBED_SECONDS);
  const slow = numberOption(options, 'slow', 20);
  const crowd = rig.task('room-crowd.process.ts');
  await crowd.ask('open', { url: rig.system.urls[0], people: 20, connections: 2 * slow });
  const talk = { rate: numberOption(options, 'rate', 300), seconds, text: LONG_TEXT, stopReading: slow, drainSeconds: DRAIN_SECONDS };
  const watched = await watch(rig, seconds, () => crowd.ask<TalkFigures>('talk', talk));
  const closed = await slowConsumersClosed(rig.system.urls);
  const verdict = await crowd.ask<Verdict>('verify');
  const limits = new Limits();
  const { figures, rows } = judgeBystanders(watched, limits);
  limits.kept('those in the room who read', verdict);
  limits.atLeast('connections closed with SLOW_CONSUMER', closed, slow);
  limits.atMost('connections closed with SLOW_CONSUMER', closed, slow);
  return { figures: { ...talkFigures(watched.result, seconds), slow, closed, ...figures }, rows, broken: limits.broken };
}

async function slowConsumersClosed(urls: readonly string[]): Promise<number> {
  const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/api/metrics`)).text()));
  return texts.reduce((total, text) => total + Number(/^agent_chat_slow_consumers_total (\d+)/m.exec(text)?.[1] ?? 0), 0);
}

interface ManyRooms {
  readonly rounds: number;
  readonly slowestMs: number;
  readonly failed: number;
  readonly events: number;
  readonly posted: number;
  readonly refused: number;
}

/** One client subscribes to a thousand rooms, again and again. */
export async function thousandRooms(rig: OverloadRig): Promise<Judgement> {
  const { options } = rig;
  const seconds = numberOption(options, 'seconds', DISTURBED_SECONDS);
  tell('making rooms');
  const many = rig.task('many-rooms.process.ts');
  await many.ask('open', { url: rig.system.urls[0], rooms: 1_000 });
  const watched = await watch(rig, seconds, () => many.ask<ManyRooms>('subscribe', { seconds, rate: 100 }));
  const limits = new Limits();
  const { figures, rows } = judgeBystanders(watched, limits);
  const { result } = watched;
  limits.atMost('subscriptions that failed', result.failed, 0);
  limits.atLeast('rounds of a thousand subscriptions', result.rounds, 2);
  limits.atLeast('events that came', result.events, 1);
  return { figures: { ...result, ...figures }, rows, broken: limits.broken };
}
