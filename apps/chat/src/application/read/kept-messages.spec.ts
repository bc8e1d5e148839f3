import { type Message, type RoomEvent } from '@agent-chat/contracts';
import fc from 'fast-check';
import { historyWindow, type HistoryWindow } from './history-window';
import { KeptMessages, NONE, type RoomMoment, type Stretch } from './kept-messages';
import { type PageMessage, toPageMessage } from './page-message';

const PLENTY = 1_000_000;

const message = (seq: number, text = `message ${seq}`): PageMessage =>
  toPageMessage({ messageId: `id-${seq}`, seq, text, reactions: [], mentions: [] } as unknown as Message);

/** A room as Postgres has it: some seqs are messages, others are not. */
class Room implements RoomMoment {
  epoch = 1;
  head = 0;
  readonly messages = new Map<number, PageMessage>();
  private readonly concerned = new Map<number, number>();

  post(text?: string): void {
    this.head += 1;
    this.messages.set(this.head, message(this.head, text));
    this.concerned.set(this.head, this.head);
  }

  /** Something that is no message, or changes one. */
  event(changed?: number): void {
    this.head += 1;
    if (changed === undefined) return;
    this.messages.set(changed, message(changed, `changed at ${this.head}`));
    this.concerned.set(this.head, changed);
  }

  /** Every message that an event after a head concerns. */
  since(head: number): PageMessage[] {
    const seqs = [...this.concerned].filter(([at]) => at > head).map(([, seq]) => seq);
    return [...new Set(seqs)].map((seq) => this.messages.get(seq)!);
  }

  page({ below, older, above, newer }: HistoryWindow): Stretch {
    const seqs = [...this.messages.keys()].sort((one, other) => one - other);
    const before = older === 0 ? [] : seqs.filter((seq) => seq < below).slice(-older);
    const found = [...before, ...seqs.filter((seq) => seq > above).slice(0, newer)];
    return {
      epoch: this.epoch,
      head: this.head,
      messages: found.map((seq) => this.messages.get(seq)!),
      older: found.length === 0 ? NONE : (seqs.filter((seq) => seq < found[0]!).at(-1) ?? NONE),
      newer: found.length === 0 ? NONE : (seqs.find((seq) => seq > found.at(-1)!) ?? NONE),
    };
  }
}

const newest = (limit: number): HistoryWindow => historyWindow({}, limit);

describe('kept messages', () => {
  let room: Room;
  beforeEach(() => {
    room = new Room();
    for (let posted = 0; posted < 9; posted += 1) {
      room.post();
      room.event();
    }
  });

  it('answer pages that lie across what was read, in whatever order', () => {
    const kept = new KeptMessages(PLENTY);
    for (const place of [{ before: 7 }, { after: 11 }, { before: 13 }]) kept.keep('room', room.page(historyWindow(place, 3)));
    for (const place of [{}, { before: 17 }, { before: 11 }, { after: 3 }, { around: 9 }, { around: 17 }]) {
      const window = historyWindow(place, 4);
      expect(kept.page('room', window)).toEqual(room.page(window));
    }
    expect(kept.page('other', newest(1))).toBeUndefined();
  });

  it('answer nothing of which one message, or what lies beside it, is not known', () => {
    const kept = new KeptMessages(PLENTY);
    kept.keep('room', room.page(newest(3)));
    kept.keep('room', room.page(historyWindow({ before: 7 }, 2)));
    expect(kept.page('room', newest(3))).toBeDefined();
    expect(kept.page('room', newest(4))).toBeUndefined();
    expect(kept.page('room', historyWindow({ after: 5 }, 2))).toBeUndefined();
    expect(kept.page('room', historyWindow({ before: 10 }, 1))).toBeUndefined();
  });

  it('cut a page where its texts are too long, but answer one', () => {
    const kept = new KeptMessages(100 * PLENTY);
    const long = new Room();
    for (const length of [400_000, 400_000, 400_000, 1_200_000]) long.post('x'.repeat(length));
    kept.keep('room', long.page(newest(10)));
    const seqs = (place: object): number[] | undefined => kept.page('room', historyWindow(place, 10))?.messages.map(({ seq }) => seq);
    expect(seqs({})).toEqual([4]);
    expect(seqs({ before: 4 })).toEqual([2, 3]);
    expect(seqs({ around: 3 })).toEqual([3, 4]);
  });

  it('change only from the very moment that they are of', () => {
    const kept = new KeptMessages(PLENTY);
    const before = { epoch: 1, head: room.head };
    kept.keep('room', room.page(newest(3)));
    room.post();
    room.event(17);
    kept.change('room', { epoch: 1, head: before.head - 1 }, room.head, [message(17, 'wrong')]);
    kept.change('room', { epoch: 2, head: before.head }, room.head, [message(17, 'wrong')]);
    expect(kept.page('room', newest(3))).toMatchObject(before);
    kept.change('room', before, room.head, [room.messages.get(19)!, room.messages.get(17)!]);
    expect(kept.page('room', newest(3))).toEqual(room.page(newest(3)));
  });

  it('follow what is stored, event by event, and stay where the next one is missing or of another epoch', () => {
    const kept = new KeptMessages(PLENTY);
    kept.keep('room', room.page(newest(3)));
    const event = (type: string, data: object, more: object = {}): RoomEvent =>
      ({ roomId: 'room', epoch: 1, seq: room.head, type, data, ...more }) as unknown as RoomEvent;
    room.event();
    kept.follow(event('member.joined', { userId: 'u' }));
    room.post();
    kept.follow(event('message.posted', { messageId: `id-${room.head}`, seq: room.head, text: `message ${room.head}`, reactions: [], mentions: [] }));
    expect(kept.page('room', newest(4))).toEqual(room.page(newest(4)));
    room.event();
    kept.follow(event('reaction.added', { messageId: 'id-17', emoji: '👍', count: 1 }));
    expect(kept.page('room', newest(2))).toMatchObject({ head: room.head, messages: [{ reactions: [{ emoji: '👍', count: 1 }] }, { reactions: [] }] });
    const there = { epoch: 1, head: room.head };
    room.event();
    kept.follow(event('reaction.removed', { messageId: 'id-17', emoji: '👍', count: 0 }));
    expect(kept.page('room', newest(2))).toMatchObject(there);
    room.event();
    kept.follow(event('member.joined', { userId: 'v' }));
    kept.follow(event('member.joined', { userId: 'v' }, { seq: there.head + 1, epoch: 2 }));
    kept.follow(event('member.joined', { userId: 'v' }, { seq: there.head }));
    kept.follow(event('member.joined', { userId: 'v' }, { roomId: 'other', seq: there.head + 1 }));
    expect(kept.page('room', newest(2))).toMatchObject(there);
  });

  it('are not mixed with those of another moment', () => {
    const kept = new KeptMessages(PLENTY);
    const old = room.page(historyWindow({ before: 7 }, 2));
    kept.keep('room', room.page(newest(3)));
    room.event(5);
    kept.keep('room', room.page(historyWindow({ before: 7 }, 2)));
    expect(kept.page('room', historyWindow({ before: 7 }, 2))).toBeUndefined();
    room.epoch = 2;
    kept.keep('room', room.page(newest(2)));
    kept.keep('room', old);
    expect(kept.page('room', newest(2))).toEqual(room.page(newest(2)));
    expect(kept.page('room', newest(3))).toBeUndefined();
    expect(kept.page('room', historyWindow({ before: 7 }, 2))).toBeUndefined();
  });

  it('are forgotten by room, those that were read longest ago first', () => {
    const stretch = room.page(newest(3));
    const bytes = stretch.messages.reduce((sum, { bytes: own }) => sum + own, 0);
    const kept = new KeptMessages(5 * bytes);
    for (const roomId of ['a', 'b', 'c', 'd', 'e']) kept.keep(roomId, stretch);
    kept.page('a', newest(3));
    kept.keep('f', stretch);
    const there = ['a', 'b', 'c', 'd', 'e', 'f'].filter((roomId) => kept.page(roomId, newest(3)) !== undefined);
    expect(there).toEqual(['a', 'c', 'd', 'e', 'f']);
    kept.keep('a', room.page(newest(9)));
    expect(kept.page('a', newest(1))).toBeUndefined();
    kept.forget('c');
    for (const roomId of ['b', 'c']) kept.keep(roomId, stretch);
    expect(['b', 'c', 'd', 'e', 'f'].every((roomId) => kept.page(roomId, newest(3)) !== undefined)).toBe(true);
    expect(new KeptMessages(0).page('a', newest(1))).toBeUndefined();
  });

  it('are what the room holds, whatever is posted, changed, read and forgotten', () => {
    const step = fc.record({
      act: fc.constantFrom('post', 'change', 'event', 'forget', 'restore', ...Array<'read'>(7).fill('read')),
      at: fc.nat(30),
      limit: fc.integer({ min: 1, max: 6 }),
      place: fc.constantFrom('before', 'after', 'around', 'end'),
    });
    let [answered, late] = [0, 0];
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 80 }), (steps) => {
        const world = new Room();
        const kept = new KeptMessages(60_000);
        const answers: [Stretch, Stretch][] = [];
        for (const { act, at, limit, place } of steps) {
          const window = historyWindow(place === 'end' ? {} : { [place]: at }, limit);
          const seqs = [...world.messages.keys()];
          if (act === 'post') world.post();
          if (act === 'event') world.event();
          if (act === 'change') world.event(seqs[at % Math.max(1, seqs.length)]);
          if (act === 'forget') kept.forget('room');
          if (act === 'restore') world.epoch += 1;
          if (act !== 'read') continue;
          const stale = kept.page('room', window);
          if (stale !== undefined && stale.epoch !== world.epoch) kept.forget('room');
          else if (stale !== undefined && stale.head < world.head) {
            kept.change('room', stale, world.head, world.since(stale.head));
            late += 1;
          }
          const page = kept.page('room', window);
          if (page === undefined) kept.keep('room', world.page(window));
          else answers.push([page, world.page(window)]);
        }
        expect(answers.map(([answer]) => answer)).toEqual(answers.map(([, expected]) => expected));
        answered += answers.length;
      }),
      { numRuns: 500 },
    );
    // The property says nothing where nothing is ever answered.
    expect(answered).toBeGreaterThan(1_000);
    expect(late).toBeGreaterThan(200);
  });
});
