import { formatPercentiles } from '@agent-chat/load';
import { measureRate, type Target } from '../load/find-rate';
import { type Measured, measureRun, verdictFigures } from '../load/measured-run';
import { MemoryWatch } from '../load/memory-watch';
import { numberOption, tell } from '../load/options';
import { type RunFigures, type Verdict } from '../load/send-load';
import { type PhaseFigures, type SecondFigures } from '../load/send-run';
import { type Judgement, Limits } from './judgement';
import { type OverloadRig, standBy } from './rig';

const GROWTH = 1.5;
const SATURATED_SHARE = 0.95;
const BEFORE_SECONDS = 10;
const AFTER_SECONDS = 15;
const DRAIN_SECONDS = 20;
const ACCEPTED_P99_MS = 1_000;
const NORMAL_WITHIN_SECONDS = 5;
const NORMAL_SECONDS = 3;
/** Normal is what was before the spike, or this. */
const NORMAL_P99_MS = 250;

/** The most that the system acknowledges a second: the load grows until it can't follow. */
async function saturate(target: Target, start: number, seconds: number): Promise<number> {
  let most = 0;
  for (let rate = start; ; rate = Math.round(rate * GROWTH)) {
    const { offered, achieved, ack } = await measureRate(target, rate, seconds, DRAIN_SECONDS);
    tell(`  ${String(offered)}/s: achieved ${String(achieved)}, ack p99 ${String(ack.p99)} ms`);
    most = Math.max(most, achieved);
    if (achieved < offered * SATURATED_SHARE) return Math.round(most);
  }
}

/** How long after the spike, in seconds, until for three seconds in a row nothing is refused and answers are as quick as before. */
function secondsUntilNormal(series: readonly SecondFigures[], spikeEnd: number): number {
  const before = series.slice(0, BEFORE_SECONDS).map(({ ackP99 }) => ackP99);
  const normalMs = Math.max(NORMAL_P99_MS, ...before);
  const isNormal = series.slice(spikeEnd).map(({ refused, ackP99 }) => refused === 0 && ackP99 <= normalMs);
  const first = isNormal.findIndex((_, second) => second + NORMAL_SECONDS <= isNormal.length && isNormal.slice(second, second + NORMAL_SECONDS).every(Boolean));
  return first < 0 ? Infinity : first;
}

function row(what: string, { rate, seconds, acked, refused, ack, delivery, shedding }: PhaseFigures): object {
  return {
    phase: what,
    offered: rate,
    'accepted/s': Math.round(acked / seconds),
    'shed/s': Math.round(refused / seconds),
    'ack p50/95/99/max ms': formatPercentiles(ack),
    'delivery p50/95/99/max ms': formatPercentiles(delivery),
    'shed p50/95/99/max ms': formatPercentiles(shedding),
  };
}

/** Twice what the system can take, for a minute. */
export async function spike(rig: OverloadRig): Promise<Judgement> {
  const { options } = rig;
  const seconds = numberOption(options, 'seconds', 60);
  tell('registering and subscribing');
  const bystanders = await rig.bystanders();
  const load = await rig.load({ users: numberOption(options, 'users', 100), roomsPerUser: 10, membersPerRoom: 10 });
  const target = { ...rig.measured, load };
  await measureRate(target, 500, 4, DRAIN_SECONDS);
  const given = numberOption(options, 'saturating', 0);
  const saturating = given > 0 ? given : await saturate(target, rig.isCluster ? 1_500 : 3_000, numberOption(options, 'findSeconds', 5));
  const rates = [saturating / 2, saturating * 2, saturating / 2].map(Math.round);
  tell(`${String(saturating)}/s saturate it: ${String(rates[1])}/s for ${String(seconds)} s`);
  const phases = [BEFORE_SECONDS, seconds, AFTER_SECONDS].map((length, index) => ({ rate: rates[index] ?? 0, seconds: length }));
  const memory = new MemoryWatch(() => rig.system.parts);
  const standing = standBy(bystanders, BEFORE_SECONDS + seconds + AFTER_SECONDS);
  const measured = await measureRun(load, rig.measured, { phases, drainSeconds: DRAIN_SECONDS });
  const beside = await standing;
  const most = memory.stop();
  const shed = await shedByReason(rig.system.urls);
  for (const [second, figures] of measured.series.entries()) tell(`  ${String(second)} s: ${JSON.stringify(figures)}`);
  tell('verifying');
  const [verdict, besideVerdict] = [await load.ask<Verdict>('verify'), await bystanders.ask<Verdict>('verify')];
  return judge({ saturating, seconds, measured, beside, verdict, besideVerdict, most, shed });
}

/** As the gateways count it, since their start. */
async function shedByReason(urls: readonly string[]): Promise<string> {
  const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/api/metrics`)).text()));
  return texts
    .flatMap((text) =>
      [...text.matchAll(/^agent_chat_calls_shed_total\{reason="(\w+)"\} (\d+)/gm)].map(([, reason, count]) => `${String(reason)} ${String(count)}`),
    )
    .join(', ');
}

interface Outcome {
  readonly saturating: number;
  readonly seconds: number;
  readonly measured: Measured;
  readonly beside: RunFigures;
  readonly verdict: Verdict;
  readonly besideVerdict: Verdict;
  readonly most: Readonly<Record<string, number>>;
  readonly shed: string;
}

function judge({ saturating, seconds, measured, beside, verdict, besideVerdict, most, shed }: Outcome): Judgement {
  const limits = new Limits();
  const [before, spiked, after] = measured.phases;
  if (before === undefined || spiked === undefined || after === undefined) throw new Error('A phase is missing');
  const normalSeconds = secondsUntilNormal(measured.series, BEFORE_SECONDS + seconds);
  limits.kept('the crowd', verdict);
  limits.kept('bystanders', besideVerdict);
  limits.memory(most);
  limits.atLeast('posts that were shed', spiked.refused, 1);
  limits.atMost('refusals that were not for the load, or named no time', measured.badRefusals + beside.badRefusals, 0);
  limits.atMost('posts without an answer', measured.unanswered + beside.unanswered, 0);
  limits.atMost('p99 of what was accepted', spiked.ack.p99, ACCEPTED_P99_MS, ' ms');
  limits.atMost('p99 of what bystanders posted', beside.ack.p99, ACCEPTED_P99_MS, ' ms');
  limits.atMost('time until normal', normalSeconds, NORMAL_WITHIN_SECONDS, ' s');
  const figures = {
    ...verdictFigures(verdict),
    saturating,
    acceptedASecond: Math.round(spiked.acked / seconds),
    shedASecond: Math.round(spiked.refused / seconds),
    acceptedP99Ms: spiked.ack.p99,
    shedByReason: shed,
    normalAfterSeconds: normalSeconds,
    ...Object.fromEntries(Object.entries(most).map(([part, megabytes]) => [`${part}Mb`, megabytes])),
    bystanderAckP99Ms: beside.ack.p99,
    bystanderDeliveryP99Ms: beside.delivery.p99,
    bystanderShed: Object.values(beside.refusals).reduce((total, count) => total + count, 0),
    bystanderPosted: beside.posted,
  };
  return { figures, rows: [row('before', before), row('overload', spiked), row('after', after)], broken: limits.broken };
}
