import { type CallAnswer } from '@agent-chat/load';
import { ApiFailure, callApi } from '../run/api';
import { sharedNowMs } from '../run/shared-clock';
import { type Act } from '../scenario/scenario';
import { type Connection } from './connection';
import { type Conversation } from './poster';
import { type Recorder } from './recorder';

export interface OtherActsPlan {
  readonly recorder: Recorder;
  readonly text: () => string;
  /** The message that somebody in this room wrote last. */
  readonly lastMessage: (room: number) => string | undefined;
  readonly url: (person: number) => string;
  readonly token: (person: number) => string;
}

type SocketAct = Exclude<Act, 'post' | 'history' | 'reconnect'>;

const EMOJI = ['👍', '🎉', '❤️', '😄', '👀'];
const PAGE = 50;

/** Everything that people do besides posting. Nothing here waits for another act, and nothing is repeated. */
export class OtherActs {
  unfinished = 0;
  private count = 0;

  constructor(private readonly plan: OtherActsPlan) {}

  do(act: Exclude<Act, 'post'>, conversation: Conversation, dueMs: number): void {
    if (act === 'history') this.history(conversation, dueMs);
    else if (act === 'reconnect') this.reconnect(conversation.connection, dueMs);
    else this.call(act, conversation, dueMs);
  }

  /** The measuring is done when the connection is live again. */
  private reconnect(connection: Connection, dueMs: number): void {
    if (connection.isLive) connection.cut(dueMs);
    else this.plan.recorder.fail('reconnect', 'NOT_CONNECTED');
  }

  private call(act: SocketAct, conversation: Conversation, dueMs: number): void {
    const { connection } = conversation;
    if (!connection.isLive) return this.plan.recorder.fail(act, 'NOT_CONNECTED');
    const call = this.body(act, conversation);
    if (call === undefined) return this.plan.recorder.fail(act, 'NOTHING_TO_DO_IT_TO');
    const sentMs = sharedNowMs();
    this.unfinished++;
    connection.call(call.name, JSON.stringify({ roomId: conversation.roomId, ...call.body }), (answer: CallAnswer<object> | undefined) => {
      this.unfinished--;
      if (answer?.ok === true) this.plan.recorder.done(act, { dueMs, sentMs, endMs: sharedNowMs() });
      else this.plan.recorder.fail(act, answer?.error.code ?? 'DISCONNECTED');
    });
  }

  /** What it is done to may not be there yet: at the beginning nobody has a message to edit. */
  private body(act: SocketAct, conversation: Conversation): { readonly name: string; readonly body: object } | undefined {
    const { connection, roomId, room, messageId: own } = conversation;
    const last = this.plan.lastMessage(room);
    this.count++;
    switch (act) {
      case 'edit':
        return own === '' ? undefined : { name: 'message.edit', body: { messageId: own, text: this.plan.text() } };
      case 'reaction':
        return last === undefined ? undefined : { name: 'reaction.add', body: { messageId: last, emoji: EMOJI[this.count % EMOJI.length] } };
      case 'read':
        return { name: 'room.read', body: { seq: connection.streams.get(roomId)?.tally?.last ?? 0 } };
      case 'typing':
        return { name: 'typing.set', body: { typing: true } };
    }
  }

  private history({ connection: { person }, roomId }: Conversation, dueMs: number): void {
    const sentMs = sharedNowMs();
    this.unfinished++;
    callApi(this.plan.url(person), `/rooms/${roomId}/messages?limit=${String(PAGE)}`, { token: this.plan.token(person) })
      .then(
        () => {
          this.plan.recorder.done('history', { dueMs, sentMs, endMs: sharedNowMs() });
        },
        (error: unknown) => {
          this.plan.recorder.fail('history', error instanceof ApiFailure ? error.code : 'NETWORK');
        },
      )
      .finally(() => this.unfinished--);
  }
}
