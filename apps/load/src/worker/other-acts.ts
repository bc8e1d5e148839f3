import { type CallAnswer } from '@agent-chat/load';
import { ApiFailure, callApi } from '../run/api';
import { sharedNowMs } from '../run/shared-clock';
import { type Act } from '../scenario/scenario';
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

  /** Whether there is anything to do it to: at the beginning nobody has a message to edit, and who is away can't be cut off. */
  fits(act: Act, { connection, room, messageId }: Conversation): boolean {
    if (act === 'edit') return messageId !== '';
    if (act === 'reaction') return this.plan.lastMessage(room) !== undefined;
    return act !== 'reconnect' || connection.isLive;
  }

  do(act: Exclude<Act, 'post'>, conversation: Conversation, dueMs: number): void {
    if (act === 'history') this.history(conversation, dueMs);
    // It is done when the connection is live again.
    else if (act === 'reconnect') conversation.connection.cut(dueMs);
    else this.call(act, conversation, dueMs);
  }

  private call(act: SocketAct, conversation: Conversation, dueMs: number): void {
    const { connection, roomId } = conversation;
    this.unfinished++;
    connection.whenLive(() => {
      const sentMs = sharedNowMs();
      const { name, body } = this.callOf(act, conversation);
      connection.call(name, JSON.stringify({ roomId, ...body }), (answer: CallAnswer<object> | undefined) => {
        this.unfinished--;
        if (answer?.ok === true) this.plan.recorder.done(act, { dueMs, sentMs, endMs: sharedNowMs() });
        else this.plan.recorder.fail(act, answer?.error.code ?? 'DISCONNECTED');
      });
    });
  }

  private callOf(act: SocketAct, { connection, roomId, room, messageId }: Conversation): { readonly name: string; readonly body: object } {
    this.count++;
    switch (act) {
      case 'edit':
        return { name: 'message.edit', body: { messageId, text: this.plan.text() } };
      case 'reaction':
        return { name: 'reaction.add', body: { messageId: this.plan.lastMessage(room), emoji: EMOJI[this.count % EMOJI.length] } };
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
