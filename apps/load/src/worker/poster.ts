import { type CallAnswer } from '@agent-chat/load';
import { sharedNowMs } from '../run/shared-clock';
import { type Connection } from './connection';
import { type Recorder } from './recorder';
import { type PostKeys } from './stream';

/** What one person says in one room: one post at a time, so that the order of their posts can be judged. */
export interface Conversation {
  readonly connection: Connection;
  readonly roomId: string;
  readonly room: number;
  isBusy: boolean;
  /** When the post under way was due. */
  dueMs: number;
  /** When the posts that wait for their turn were due. */
  readonly queue: number[];
  /** Of the last acknowledged post. */
  seq: number;
  messageId: string;
  number: number;
  ackMs: number;
}

export interface PostPlan {
  readonly keys: PostKeys;
  readonly recorder: Recorder;
  /** A text for the next post. */
  readonly text: () => string;
  /** When the run began, on the shared clock. */
  readonly startMs: () => number;
  /** Numbers of posts: no other process has the same. */
  readonly nextNumber: () => number;
  acknowledged(conversation: Conversation, number: number, seq: number): void;
  outOfOrder(): void;
}

interface Post {
  readonly number: number;
  readonly dueMs: number;
  readonly json: string;
  /** 0 until it is sent first. */
  sentMs: number;
}

type Posted = CallAnswer<{ readonly seq: number; readonly messageId: string }>;

/** After that long without an answer, a post is sent again under its key. */
const ANSWER_TIMEOUT_MS = 10_000;
const REPEAT_CODES = ['TIMEOUT'];
const REPEAT_MS = 500;

/** Posts when it is due, whatever became of the post before: one that has to wait for its turn counts its waiting. */
export class Poster {
  /** Posts that were begun and are not settled, and those that wait. */
  unfinished = 0;
  private isStopped = false;
  /** By number, the conversation of each post under way and of the last one acknowledged. */
  private readonly talking = new Map<number, Conversation>();

  constructor(private readonly plan: PostPlan) {}

  /** `dueMs` on the shared clock. */
  post(conversation: Conversation, dueMs: number): void {
    this.unfinished++;
    if (conversation.isBusy) conversation.queue.push(dueMs);
    else this.begin(conversation, dueMs);
  }

  /** What waits for its turn is not begun any more. */
  stop(): void {
    this.isStopped = true;
  }

  /** What never had its turn, or no answer, counts with the time that it has waited: leaving it out would flatter a system that stands still. */
  countWaiting(conversations: readonly Conversation[]): void {
    const nowMs = sharedNowMs();
    for (const { isBusy, dueMs, queue } of conversations) {
      if (isBusy) for (const waitingSinceMs of [dueMs, ...queue]) this.plan.recorder.waited('post', nowMs - waitingSinceMs);
    }
  }

  /** How long ago a post of this process was acknowledged; 0 where it is yet to be, `undefined` of one long past. */
  afterAckMs(number: number, nowMs: number): number | undefined {
    const conversation = this.talking.get(number);
    if (conversation === undefined) return undefined;
    return conversation.number === number ? nowMs - conversation.ackMs : 0;
  }

  private begin(conversation: Conversation, dueMs: number): void {
    conversation.isBusy = true;
    conversation.dueMs = dueMs;
    const number = this.plan.nextNumber();
    this.talking.set(number, conversation);
    const clientMsgId = this.plan.keys.keyOf(number, dueMs - this.plan.startMs());
    const json = `{"roomId":"${conversation.roomId}","clientMsgId":"${clientMsgId}","text":"${this.plan.text()}"}`;
    this.send(conversation, { number, dueMs, json, sentMs: 0 });
  }

  private send(conversation: Conversation, post: Post): void {
    conversation.connection.whenLive(() => {
      // Latency to serve counts from the first sending: a repetition is the same post.
      if (post.sentMs === 0) post.sentMs = sharedNowMs();
      else this.plan.recorder.repeated++;
      let isSettled = false;
      const settle = (answer: Posted | undefined): void => {
        if (isSettled) return;
        isSettled = true;
        clearTimeout(timer);
        this.settle(conversation, post, answer);
      };
      const timer = setTimeout(() => {
        this.plan.recorder.fail('post', 'NO_ANSWER');
        settle(undefined);
      }, ANSWER_TIMEOUT_MS);
      conversation.connection.call('message.post', post.json, settle);
    });
  }

  private settle(conversation: Conversation, post: Post, answer: Posted | undefined): void {
    // It may have been stored, or may not: only its own key can tell.
    if (answer === undefined || (!answer.ok && REPEAT_CODES.includes(answer.error.code))) {
      if (answer !== undefined) this.plan.recorder.fail('post', 'TIMEOUT');
      if (this.isStopped) return;
      setTimeout(() => {
        this.send(conversation, post);
      }, REPEAT_MS);
      return;
    }
    this.unfinished--;
    if (answer.ok) this.acknowledge(conversation, post, answer);
    else {
      this.plan.recorder.fail('post', answer.error.code);
      this.talking.delete(post.number);
    }
    const next = this.isStopped ? undefined : conversation.queue.shift();
    conversation.isBusy = false;
    if (next !== undefined) this.begin(conversation, next);
  }

  private acknowledge(
    conversation: Conversation,
    { number, dueMs, sentMs }: Post,
    { seq, messageId }: { readonly seq: number; readonly messageId: string },
  ): void {
    const endMs = sharedNowMs();
    this.plan.recorder.done('post', { dueMs, sentMs, endMs });
    if (seq <= conversation.seq) this.plan.outOfOrder();
    this.talking.delete(conversation.number);
    Object.assign(conversation, { seq, messageId, number, ackMs: endMs });
    this.plan.acknowledged(conversation, number, seq);
  }
}
