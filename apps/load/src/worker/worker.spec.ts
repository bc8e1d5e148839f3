import { Latencies, type LoggedEvent, type Place, StreamTally } from '@agent-chat/load';
import { type Injection } from '../command-line';
import { type Connection } from './connection';
import { type Conversation, Poster } from './poster';
import { Recorder } from './recorder';
import { Spoiler } from './spoiler';
import { PostKeys, Stream } from './stream';
import { textsOf } from './texts';

describe('PostKeys', () => {
  const keys = new PostKeys('run');
  const event = (clientMsgId: string): LoggedEvent => ({ roomId: 'r', epoch: 1, seq: 5, type: 'message.posted', data: { clientMsgId } });

  it('say which post it is and when it was due', () => {
    const key = keys.keyOf(1_234_567, 59_999.25);
    expect(key).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
    expect(keys.read(event(key))).toEqual({ number: 1_234_567, dueMs: 59_999.25 });
    expect(keys.placeOf(event(key))).toEqual({ seq: 5, content: 1_234_567 });
  });

  it('know posts of others', () => {
    expect(keys.read(event('other.1.1'))).toBeUndefined();
    expect(keys.placeOf({ ...event(''), type: 'reaction.added' })).toEqual({ seq: 5, content: -5 });
  });
});

describe('Stream', () => {
  it('goes on where it was, and begins anew when that is lost', () => {
    const stream = new Stream('r', 0);
    expect(stream.cursor).toBeUndefined();
    stream.begin('2.7');
    stream.tally?.see({ seq: 8, content: -8 });
    expect(stream.cursor).toBe('2.8');
    stream.forget();
    expect(stream.cursor).toBeUndefined();
  });
});

describe('Spoiler', () => {
  it.each<[Injection, Partial<StreamTally>]>([
    ['loss', { lost: 1, duplicated: 0, reordered: 0 }],
    ['duplicate', { lost: 0, duplicated: 1, reordered: 0 }],
    ['swap', { reordered: 1 }],
  ])('makes one %s that a tally finds', (kind, found) => {
    const spoiler = new Spoiler(kind);
    const tally = new StreamTally(0);
    const places: Place[] = [1, 2, 3, 4, 5, 6].map((seq) => ({ seq, content: seq }));
    for (const place of places) for (const seen of spoiler.pass(place)) tally.see(seen);
    expect(tally).toMatchObject(found);
  });

  it('leaves everything as it is unless it is asked to', () => {
    const spoiler = new Spoiler(undefined);
    expect(spoiler.pass({ seq: 1, content: 1 })).toEqual([{ seq: 1, content: 1 }]);
  });
});

describe('texts', () => {
  it('are around the median, never longer than allowed, and JSON as they are', () => {
    let state = 0;
    const random = () => (state = (state + 0.618_034) % 1);
    const text = textsOf({ median: 60, max: 200 }, random);
    const all = Array.from({ length: 500 }, text);
    const lengths = all.map(({ length }) => length).sort((one, other) => one - other);
    expect(lengths.at(-1)).toBeLessThanOrEqual(200);
    expect(lengths[250]).toBeGreaterThan(40);
    expect(lengths[250]).toBeLessThan(90);
    expect(all.every((each) => JSON.stringify(each) === `"${each}"` && each.trim() !== '')).toBe(true);
  });
});

describe('Poster', () => {
  /** A connection whose answers come when the test says so. */
  class ScriptedConnection {
    readonly sent: string[] = [];
    private readonly answers: ((answer: unknown) => void)[] = [];

    whenLive(task: () => void): void {
      task();
    }

    call(_: string, json: string, onAnswer: (answer: unknown) => void): void {
      this.sent.push((JSON.parse(json) as { clientMsgId: string }).clientMsgId);
      this.answers.push(onAnswer);
    }

    answer(answer: unknown): void {
      this.answers.shift()?.(answer);
    }
  }

  const rig = () => {
    const connection = new ScriptedConnection();
    const recorder = new Recorder();
    const acknowledged: number[] = [];
    let [number, outOfOrder] = [0, 0];
    const poster = new Poster({
      ...{ keys: new PostKeys('run'), recorder, text: () => 'text', startMs: () => 0, nextNumber: () => ++number },
      acknowledged: (_, post) => acknowledged.push(post),
      outOfOrder: () => outOfOrder++,
    });
    const conversation: Conversation = {
      ...{
        connection: connection as unknown as Connection,
        roomId: 'r',
        room: 0,
        isBusy: false,
        dueMs: 0,
        queue: [],
        seq: 0,
        messageId: '',
        number: 0,
        ackMs: 0,
      },
    };
    return { connection, recorder, poster, conversation, acknowledged, disorder: () => outOfOrder };
  };
  const posted = (seq: number) => ({ ok: true, seq, messageId: `m${String(seq)}` });

  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('has one post in flight, and the others wait for their turn', () => {
    const { connection, poster, conversation, acknowledged } = rig();
    poster.post(conversation, 0);
    poster.post(conversation, 1);
    expect(connection.sent).toHaveLength(1);
    connection.answer(posted(3));
    expect(connection.sent).toHaveLength(2);
    connection.answer(posted(4));
    expect(acknowledged).toEqual([1, 2]);
    expect(poster.unfinished).toBe(0);
  });

  it('repeats what was not answered, under the same key and before anything else', () => {
    const { connection, recorder, poster, conversation } = rig();
    poster.post(conversation, 0);
    poster.post(conversation, 1);
    connection.answer(undefined);
    jest.advanceTimersByTime(1_000);
    expect(connection.sent).toHaveLength(2);
    expect(connection.sent[1]).toBe(connection.sent[0]);
    expect(recorder.repeated).toBe(1);
    jest.advanceTimersByTime(11_000);
    expect(new Set(connection.sent).size).toBe(1);
    expect(recorder.figures(0).errors).toEqual({ 'post NO_ANSWER': 1 });
  });

  it('takes one answer for a post that was sent twice', () => {
    const { connection, recorder, poster, conversation, acknowledged } = rig();
    poster.post(conversation, 0);
    jest.advanceTimersByTime(11_000);
    expect(connection.sent).toHaveLength(2);
    connection.answer(posted(5));
    connection.answer(posted(5));
    expect(acknowledged).toEqual([1]);
    expect(recorder.figures(0).acts.post.done).toBe(1);
    expect(poster.unfinished).toBe(0);
  });

  it('counts a refusal and goes on', () => {
    const { connection, recorder, poster, conversation } = rig();
    poster.post(conversation, 0);
    poster.post(conversation, 1);
    connection.answer({ ok: false, error: { code: 'RATE_LIMITED' } });
    expect(connection.sent).toHaveLength(2);
    expect(recorder.figures(0).errors).toEqual({ 'post RATE_LIMITED': 1 });
  });

  it('notices posts of one person that were not stored in the order they were sent', () => {
    const { connection, poster, conversation, disorder } = rig();
    poster.post(conversation, 0);
    connection.answer(posted(9));
    poster.post(conversation, 1);
    connection.answer(posted(8));
    expect(disorder()).toBe(1);
  });

  it('begins nothing any more once it is stopped', () => {
    const { connection, poster, conversation } = rig();
    poster.post(conversation, 0);
    poster.post(conversation, 1);
    poster.stop();
    connection.answer(posted(1));
    expect(connection.sent).toHaveLength(1);
    expect(poster.unfinished).toBe(1);
  });

  it('counts the waiting of what was never answered', () => {
    const { recorder, poster, conversation } = rig();
    poster.post(conversation, 0);
    poster.post(conversation, 1);
    poster.stop();
    poster.countWaiting([conversation]);
    const { due, service } = recorder.figures(2).acts.post;
    expect(Latencies.decode(due).count).toBe(2);
    expect(Latencies.decode(service).count).toBe(0);
  });
});
