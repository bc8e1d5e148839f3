import { type AttachmentLinks, type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { FileAccess } from './file-access';
import { attachmentOf, type FileRecord } from './file-record';
import { Files } from './files';
import { LinkSigner } from './link-signer';

/** Addresses for those who can send no token along, as pictures in a page can't. */
@Injectable()
export class LinkAttachmentsHandler {
  constructor(
    private readonly files: Files,
    private readonly access: FileAccess,
    private readonly signer: LinkSigner,
  ) {}

  /** In the order asked. */
  async link({ userId, attachmentIds }: QueryInput<'attachments.links'>): Promise<QueryAnswer<'attachments.links'>> {
    const visible = await this.access.visible(await this.files.find(attachmentIds), userId as UserId);
    const places = new Map(attachmentIds.map((id, place) => [id, place]));
    const sorted = visible.sort((one, other) => (places.get(one.attachmentId) ?? 0) - (places.get(other.attachmentId) ?? 0));
    return { items: await Promise.all(sorted.map((file) => this.linksOf(file))) };
  }

  private async linksOf(file: FileRecord): Promise<AttachmentLinks> {
    const { attachmentId, media, placeholder, variants } = file;
    const { until, signature } = await this.signer.sign(attachmentId);
    const address = (variant = ''): string => `/api/v1/attachments/${attachmentId}${variant}?until=${until}&signature=${signature}`;
    return {
      ...attachmentOf(file),
      url: address(),
      expiresAt: new Date(until).toISOString(),
      media,
      ...(placeholder === null ? {} : { placeholder }),
      variants: variants.map(({ key: _key, ...variant }) => ({ ...variant, url: address(`/${variant.name}`) })),
    };
  }
}
