import { type AgentChatClient, createClient } from '@agent-chat/client';
import { randomUUID } from 'node:crypto';

/** Somebody who sends files into one room, with the SDK. */
export class FileSender {
  private constructor(
    private readonly client: AgentChatClient,
    private readonly roomId: string,
  ) {}

  static async open(url: string): Promise<FileSender> {
    const client = createClient({ url });
    await client.register({ username: `files-${randomUUID().slice(0, 8)}`, password: 'correct horse battery' });
    const { roomId } = await client.rooms.create({ kind: 'private', name: 'files' });
    return new FileSender(client, roomId);
  }

  /** Resolves with the file's id once it is complete. */
  async send(file: Blob, name: string): Promise<string> {
    return (await this.client.files.upload(this.roomId, file, { name }).done).attachmentId;
  }

  /** Where files and their smaller pictures can be had, in the order asked for. */
  async links(attachmentIds: readonly string[]): ReturnType<AgentChatClient['files']['links']> {
    const found = await this.client.files.links(attachmentIds);
    if (found.length !== attachmentIds.length) throw new Error(`${String(attachmentIds.length)} files were sent, and ${String(found.length)} are there`);
    return found;
  }
}
