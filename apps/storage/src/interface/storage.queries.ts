import { type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ClaimAttachmentsHandler } from '../application/claim-attachments.handler';
import { folderOf } from '../application/file-record';
import { Files } from '../application/files';
import { LinkAttachmentsHandler } from '../application/link-attachments.handler';

/** Answers questions about files. */
@Injectable()
export class StorageQueries implements OnModuleInit {
  constructor(
    private readonly bus: QueryBus,
    private readonly files: Files,
    private readonly claiming: ClaimAttachmentsHandler,
    private readonly linking: LinkAttachmentsHandler,
  ) {}

  onModuleInit(): void {
    this.bus.answer('attachments.claim', (input) => this.claiming.claim(input));
    this.bus.answer('attachments.links', (input) => this.linking.link(input));
    this.bus.answer('attachment.image', ({ attachmentId }) => this.image(attachmentId));
    this.bus.answer('attachment.working', async ({ attachmentId, putOff }) => {
      await (putOff === true ? this.files.putOffWork(attachmentId) : this.files.goOnWorking(attachmentId));
      return {};
    });
    this.bus.answer('attachment.processed', (input) => this.processed(input));
  }

  private async image(attachmentId: string): Promise<QueryAnswer<'attachment.image'>> {
    const file = await this.files.beginWork(attachmentId);
    if (file === undefined) return {};
    const { type, sizeBytes, pieces } = file;
    return { image: { type: type ?? '', sizeBytes, pieces: [...pieces], folder: folderOf(attachmentId) } };
  }

  private async processed({ attachmentId, outcome }: QueryInput<'attachment.processed'>): Promise<QueryAnswer<'attachment.processed'>> {
    return { kept: await this.files.endWork(attachmentId, outcome.ok ? outcome : undefined) };
  }
}
