import { type Attachment, type Command, type CommandData } from '@agent-chat/contracts';
import { newId, type AttachmentId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { decide } from './decide';
import { RoomChange, type RowNotes } from './room-change';
import { absentRoom, type MessageState, type RoomState } from './room-state';

const AT = '2026-01-02T03:04:05.678Z';

/** A room of one person, and what posts in it note. */
class Scene {
  readonly owner = newId<UserId>();
  readonly room = absentRoom(newId<RoomId>(), 0);
  readonly payloads: object[] = [];
  readonly attached: string[] = [];
  private readonly notes = new Proxy({} as RowNotes, { get: (_, name) => this.note(String(name)) });

  constructor() {
    this.do('room.create', { kind: 'private', name: 'lobby', topic: '', memberIds: [] });
    this.payloads.length = 0;
  }

  post(attachments?: Attachment[]): MessageId {
    const messageId = newId<MessageId>();
    this.do('message.post', { messageId, text: '', ...(attachments && { attachments }) });
    return messageId;
  }

  private do<Type extends 'room.create' | 'message.post'>(type: Type, data: CommandData<Type>): void {
    const command = { type, roomId: this.room.roomId, actorId: this.owner, key: 'k', requestId: newId(), gatewayId: newId(), data } as unknown as Command;
    decide(new RoomChange(this.room, this.owner, AT, this.notes), command);
  }

  private note(name: string): unknown {
    if (name === 'event') return (_: RoomState, { payload }: { payload: object }) => this.payloads.push(payload);
    if (name !== 'attachments') return () => undefined;
    return (_: RoomState, { messageId }: MessageState, files: Attachment[]) => this.attached.push(...files.map((file) => `${file.name} of ${messageId}`));
  }
}

describe('posting files', () => {
  const file = (name: string): Attachment => ({ attachmentId: newId<AttachmentId>(), name, type: 'image/png', sizeBytes: 1, width: 2, height: 3 });

  it('says what they are, in order, and notes that they are taken', () => {
    const scene = new Scene();
    const [one, two] = [file('one.png'), file('two.png')];
    const messageId = scene.post([one, two]);

    expect(scene.payloads).toMatchObject([{ text: '', attachments: [one, two] }]);
    expect(scene.attached).toEqual([`one.png of ${messageId}`, `two.png of ${messageId}`]);
    expect(scene.room.usedAttachments).toEqual(new Set([one.attachmentId, two.attachmentId]));
  });

  it('is refused for one that a message has or had, and changes nothing', () => {
    const scene = new Scene();
    const [taken, free] = [file('taken.png'), file('free.png')];
    scene.post([taken]);
    const before = scene.room.lastSeq;

    expect(() => scene.post([free, taken])).toThrow(expect.objectContaining({ code: 'ATTACHMENT_IN_USE' }) as Error);
    expect([scene.room.lastSeq, scene.room.usedAttachments.size, scene.payloads.length, scene.attached.length]).toEqual([before, 1, 1, 1]);
  });

  it('leaves nothing in the log of a post without any', () => {
    const scene = new Scene();
    scene.post();

    expect(scene.payloads[0]).not.toHaveProperty('attachments');
    expect(scene.attached).toEqual([]);
  });
});
