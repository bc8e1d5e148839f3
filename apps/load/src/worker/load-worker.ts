import { Arrivals, type LoggedEvent, type Place, type RatePhase, Schedule, seededRandom } from '@agent-chat/load';
import { type Figures, type PartVerdict, type Second } from '../run/second';
import { type Share } from '../run/share';
import { sharedNowMs } from '../run/shared-clock';
import { type Act, ACTS, type Phase } from '../scenario/scenario';
import { AckLedger, Auditor } from './auditor';
import { type Connection } from './connection';
import { Crowd } from './crowd';
import { OtherActs } from './other-acts';
import { type Conversation, Poster } from './poster';
import { Recorder } from './recorder';
import { Renewals } from './renewals';
import { Spoiler } from './spoiler';
import { PostKeys, type Stream } from './stream';
import { textsOf } from './texts';

/** What a process tells while it works. */
export type WorkerNotice =
  // While connections are opened: how many are live, and what kept others from it, by code.
  | { readonly kind: 'connections'; readonly live: number; readonly refused: Readonly<Record<string, number>> }
  | { readonly kind: 'second'; readonly second: Second }
  | { readonly kind: 'verified'; readonly rooms: number };

const SECOND_MS = 1_000;
const SHORTEST_TICK_MS = 1;
const LONGEST_TICK_MS = 50;
/** What is still on its way when the phases end gets this long. */
const DRAIN_MS = 30_000;
const QUIET_MS = 300;
const SAMPLE_SIZE = 1_000;
/** How many conversations are looked at for one that an act fits. */
const PICKS = 20;

/** How a phase changes the rates. */
export function rateOf(phase: Phase): RatePhase {
  const { seconds } = phase;
  return phase.kind === 'ramp' ? { seconds, from: phase.from, to: phase.to } : { seconds, from: phase.rate, to: phase.rate };
}

/** At that time of the run, this share of the connections is cut. */
interface Storm {
  readonly atMs: number;
  readonly share: number;
}

/** One process of a load: its people do what the scenario says when it is due, and everything that comes back is kept account of. */
export class LoadWorker {
  private readonly recorder = new Recorder();
  private readonly renewals: Renewals;
  private readonly crowd: Crowd;
  private readonly keys: PostKeys;
  private readonly random: () => number;
  private readonly ledgers: readonly AckLedger[];
  private readonly lastMessages: (string | undefined)[] = [];
  private readonly spoiler: Spoiler;
  private readonly sampled: Stream | undefined;
  private readonly sample: Place[] = [];
  private readonly poster: Poster;
  private readonly others: OtherActs;
  private readonly refused: Record<string, number> = {};
  private outOfOrder = 0;
  private posts = 0;
  private startMs = 0;
  /** Connections that were live when the run began. */
  private opened = 0;
  private second = 0;
  private isStopped = false;

  constructor(
    private readonly share: Share,
    private readonly notify: (notice: WorkerNotice) => void,
  ) {
    const { part, scenario, urls, firstPerson, runId } = share;
    this.random = seededRandom(share.seed * 1_000 + part);
    this.keys = new PostKeys(runId);
    const url = (person: number): string => urls[(firstPerson + person) % urls.length] ?? '';
    this.renewals = new Renewals(share.people, url, (code) => this.recorder.fail('connect', `RENEWAL_${code}`));
    this.ledgers = share.rooms.map(() => new AckLedger());
    this.spoiler = new Spoiler(part === 0 ? share.inject : undefined);
    this.crowd = new Crowd(share, this.renewals, this.host());
    this.sampled = [...(this.crowd.connections[0]?.streams.values() ?? [])].sort((one, other) => one.room - other.room)[0];
    const text = textsOf(scenario.text, this.random);
    this.poster = new Poster({
      ...{ keys: this.keys, recorder: this.recorder, text, startMs: () => this.startMs },
      nextNumber: () => ++this.posts * share.parts + part,
      acknowledged: ({ room }, number, seq) => this.ledgers[room]?.add(number, seq),
      outOfOrder: () => this.outOfOrder++,
    });
    this.others = new OtherActs({
      ...{ recorder: this.recorder, text, url, token: (person) => this.renewals.token(person) },
      lastMessage: (room) => this.lastMessages[room],
    });
  }

  /** Opens every connection, at the bounded rate; resolves with how many are live when all are, or after that time. */
  async open(timeoutMs: number): Promise<number> {
    this.renewals.start((person) => this.crowd.connectionsOf(person));
    const telling = setInterval(() => this.notify({ kind: 'connections', live: this.crowd.live, refused: { ...this.refused } }), SECOND_MS / 2);
    const patience = setTimeout(() => this.crowd.giveUp(), timeoutMs);
    await this.crowd.open();
    clearTimeout(patience);
    clearInterval(telling);
    return this.crowd.live;
  }

  /** Goes through all phases from `startMs` of the shared clock on; resolves when everything has settled, with all that was measured. */
  async run(startMs: number): Promise<Figures> {
    this.startMs = startMs;
    this.opened = this.crowd.live;
    const { phases, mix, arrivals } = this.share.scenario;
    const rates = phases.map(rateOf);
    const due = ACTS.map((act) => {
      const schedule = new Schedule(rates, mix[act] * this.share.rateShare);
      return { act, arrivals: new Arrivals(schedule, arrivals, this.random) };
    });
    const endMs = startMs + new Schedule(rates, 0).endMs;
    await this.untilEnd(endMs, due, stormsOf(phases));
    await this.drain();
    this.tellSeconds(Number.POSITIVE_INFINITY);
    return this.recorder.figures(this.poster.unfinished + this.others.unfinished);
  }

  /** Ends the phases now. */
  stop(): void {
    this.isStopped = true;
    this.crowd.giveUp();
  }

  verify(): Promise<PartVerdict> {
    const { share, keys, ledgers, outOfOrder } = this;
    const streams = share.rooms.map((): Stream[] => []);
    for (const connection of this.crowd.connections) for (const stream of connection.streams.values()) streams[stream.room]?.push(stream);
    const sample = this.sampled === undefined ? undefined : { stream: this.sampled, places: this.sample };
    const evidence = { share, keys, ledgers, streams, outOfOrder, sample };
    let rooms = 0;
    const auditor = new Auditor({ ...evidence, token: (person) => this.renewals.token(person) });
    return auditor.verify(() => {
      this.notify({ kind: 'verified', rooms: ++rooms });
    });
  }

  close(): void {
    this.renewals.stop();
    this.crowd.end();
  }

  private host() {
    return {
      random: this.random,
      seen: (stream: Stream, event: LoggedEvent) => {
        this.see(stream, event);
      },
      opened: (_: Connection, lostMs: number, triedMs: number) => {
        if (this.startMs === 0) return;
        this.recorder.reconnected();
        this.recorder.done('reconnect', { dueMs: lostMs, sentMs: triedMs, endMs: sharedNowMs() });
      },
      lost: (_: Connection, code: string) => {
        this.recorder.fail('connect', `CLOSED_${code}`);
        this.offerReconnect();
      },
      refused: ({ person }: Connection, code: string) => {
        if (code === 'UNAUTHENTICATED') this.renewals.renewSoon(person);
        this.recorder.fail('connect', code);
        this.refused[code] = (this.refused[code] ?? 0) + 1;
      },
      resynced: () => this.recorder.resyncs++,
    };
  }

  private see(stream: Stream, event: LoggedEvent): void {
    const place = this.keys.placeOf(event);
    if (stream === this.sampled) {
      if (this.sample.length < SAMPLE_SIZE) this.sample.push(place);
      for (const spoiled of this.spoiler.pass(place)) stream.tally?.see(spoiled);
    } else stream.tally?.see(place);
    const post = this.keys.read(event);
    if (post === undefined) return;
    const nowMs = sharedNowMs();
    stream.deliveries++;
    this.recorder.delivered(nowMs - this.startMs - post.dueMs);
    this.lastMessages[stream.room] = event.data?.['messageId'] as string | undefined;
    if (post.number % this.share.parts !== this.share.part) return;
    const afterAckMs = this.poster.afterAckMs(post.number, nowMs);
    if (afterAckMs !== undefined) this.recorder.deliveredAfterAck(afterAckMs);
  }

  private async untilEnd(endMs: number, due: readonly { act: Act; arrivals: Arrivals }[], storms: readonly Storm[]): Promise<void> {
    let passedMs = -1;
    for (;;) {
      const nowMs = sharedNowMs();
      this.tellSeconds(nowMs);
      if (this.isStopped || nowMs >= endMs) return;
      const sinceMs = nowMs - this.startMs;
      for (const { act, arrivals } of due) while (arrivals.nextMs <= sinceMs) this.begin(act, this.startMs + arrivals.take());
      for (const { share } of storms.filter(({ atMs }) => atMs > passedMs && atMs <= sinceMs)) this.storm(share);
      passedMs = sinceMs;
      const nextMs = Math.min(...due.map(({ arrivals }) => arrivals.nextMs)) - sinceMs;
      await new Promise((next) => setTimeout(next, Math.min(LONGEST_TICK_MS, Math.max(SHORTEST_TICK_MS, nextMs))));
    }
  }

  private begin(act: Act, dueMs: number): void {
    const conversation = this.pick(act);
    // There is nothing yet that it could be done to.
    if (conversation === undefined) return;
    this.recorder.offer(act, dueMs, sharedNowMs());
    if (act === 'post') this.poster.post(conversation, dueMs);
    else this.others.do(act, conversation, dueMs);
  }

  private pick(act: Act): Conversation | undefined {
    const { conversations } = this.crowd;
    for (let attempt = 0; attempt < PICKS; attempt++) {
      const conversation = conversations[Math.floor(this.random() * conversations.length)];
      if (conversation !== undefined && this.others.fits(act, conversation)) return conversation;
    }
    return undefined;
  }

  private storm(share: number): void {
    const nowMs = sharedNowMs();
    for (const connection of this.crowd.connections) {
      if (!connection.isLive || this.random() >= share) continue;
      this.offerReconnect();
      connection.cut(nowMs);
    }
  }

  /** Whoever loses the connection is due to come back, whatever the mix says. */
  private offerReconnect(): void {
    const nowMs = sharedNowMs();
    if (this.startMs > 0) this.recorder.offer('reconnect', nowMs, nowMs);
  }

  /** Until nothing is under way, and nothing more comes. */
  private async drain(): Promise<void> {
    const deadlineMs = sharedNowMs() + DRAIN_MS;
    let seen = -1;
    while (sharedNowMs() < deadlineMs) {
      const isQuiet = seen === this.recorder.deliveries && this.crowd.live >= this.opened;
      if (this.poster.unfinished + this.others.unfinished === 0 && isQuiet) break;
      seen = this.recorder.deliveries;
      await new Promise((next) => setTimeout(next, QUIET_MS));
      this.tellSeconds(sharedNowMs());
    }
    this.poster.stop();
    this.poster.countWaiting(this.crowd.conversations);
  }

  /** Tells of every second that has ended by then; of the one under way too where there is no later time. */
  private tellSeconds(nowMs: number): void {
    const ended = Number.isFinite(nowMs) ? Math.floor((nowMs - this.startMs) / SECOND_MS) : this.second + 1;
    while (this.second < ended) this.notify({ kind: 'second', second: this.recorder.cutSecond(this.second++, this.crowd.live) });
  }
}

function stormsOf(phases: readonly Phase[]): Storm[] {
  const storms: Storm[] = [];
  let atMs = 0;
  for (const phase of phases) {
    if (phase.kind === 'storm') storms.push({ atMs, share: phase.share });
    atMs += phase.seconds * SECOND_MS;
  }
  return storms;
}
