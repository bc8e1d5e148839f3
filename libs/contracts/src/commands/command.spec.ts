import { newId, type AttachmentId, type GatewayId, type MessageId, type RequestId, type RoomId, type UserId } from '@agent-chat/kernel';
import { type Attachment } from '../views/attachment';
import { type Command, commandDigest, decodeCommand, encodeCommand, readOrigin } from './command';

const origin = { actorId: newId<UserId>(), key: 'k', requestId: newId<RequestId>(), gatewayId: newId<GatewayId>() };
const roomId = newId<RoomId>();
const file = (name = 'a.png'): Attachment => ({ attachmentId: newId<AttachmentId>(), name, type: 'image/png', sizeBytes: 1 });

function post(attachments?: Attachment[]): Command<'message.post'> {
  return { ...origin, type: 'message.post', roomId, data: { messageId: newId<MessageId>(), text: 'hello', ...(attachments && { attachments }) } };
}

describe('the command of a post', () => {
  it('is of a version of its own where it has files, so that no owner leaves them out', () => {
    const command = post([file(), file()]);
    const record = encodeCommand(command);

    expect(record.headers['version']).toBe('2');
    expect(decodeCommand(record, readOrigin(record)!)).toEqual(command);
    expect(encodeCommand(post()).headers['version']).toBe('1');
  });

  it.each([
    ['message.post', '3'],
    ['message.edit', '2'],
    ['message.sing', '1'],
  ])('is put off where it is not known yet: %s in version %s', (type, version) => {
    const record = encodeCommand(post());

    expect(() => decodeCommand({ ...record, headers: { ...record.headers, type, version } }, origin)).toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE' }) as Error,
    );
  });

  it('is the same whatever is said of its files, and another with other files, or in another order', () => {
    const [one, two] = [file(), file()];
    const digest = commandDigest(post([one, two]));

    expect(commandDigest(post([{ ...one, name: 'renamed.png' }, two]))).toBe(digest);
    expect(commandDigest(post([two, one]))).not.toBe(digest);
    expect(commandDigest(post([one]))).not.toBe(digest);
    expect(commandDigest(post())).not.toBe(digest);
  });

  it('without files has the digest that it had before there were any', () => {
    const data = { messageId: newId<MessageId>(), text: 'hello' };

    expect(commandDigest({ ...origin, type: 'message.post', roomId, data })).toBe('ZxqtFUo_jngbqq-Ow10E8h');
  });

  it.each([
    ['no text and no files', { text: '  ' }],
    ['more than ten files', { text: '', attachments: Array.from({ length: 11 }, () => file()) }],
  ])('is refused with %s', (_, data) => {
    const record = encodeCommand(post());

    expect(() => decodeCommand({ ...record, value: JSON.stringify({ messageId: newId(), ...data }) }, origin)).toThrow(
      expect.objectContaining({ code: 'VALIDATION_FAILED' }) as Error,
    );
  });
});
