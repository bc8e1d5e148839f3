import { MessagingModule, ProjectionRunner } from '@agent-chat/messaging';
import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Avatars } from './application/avatars';
import { BeginUploadHandler } from './application/begin-upload.handler';
import { ClaimAttachmentsHandler } from './application/claim-attachments.handler';
import { CompleteUploadHandler } from './application/complete-upload.handler';
import { FileAccess } from './application/file-access';
import { FileBytes } from './application/file-bytes';
import { FileInspector } from './application/file-inspector';
import { FileUpkeep } from './application/file-upkeep';
import { Files } from './application/files';
import { ImageJobs } from './application/image-jobs';
import { LinkAttachmentsHandler } from './application/link-attachments.handler';
import { LinkKey, LinkSigner } from './application/link-signer';
import { RunningDigests } from './application/running-digests';
import { ServeFileHandler } from './application/serve-file.handler';
import { SetAvatarHandler } from './application/set-avatar.handler';
import { ContentInspector } from './infrastructure/content-inspector';
import { DirectoryAvatars } from './infrastructure/directory-avatars';
import { DirectoryFiles } from './infrastructure/directory-files';
import { LifecycleProjection } from './infrastructure/lifecycle.projection';
import { LinkSecret } from './infrastructure/link-secret';
import { TusBlobStore } from './infrastructure/tus-blob-store';
import { AvatarRelay } from './interface/avatar.relay';
import { FileRelay } from './interface/file.relay';
import { StorageQueries } from './interface/storage.queries';
import { StorageRelay } from './interface/storage.relay';
import { UploadRelay } from './interface/upload.relay';

/** Files of messages and pictures of people: uploads, delivery, and their end. */
@Module({
  imports: [MessagingModule],
  providers: [
    ...[BeginUploadHandler, CompleteUploadHandler, ClaimAttachmentsHandler, LinkAttachmentsHandler, ServeFileHandler, SetAvatarHandler],
    ...[FileAccess, FileBytes, FileUpkeep, ImageJobs, LinkSigner, RunningDigests, TusBlobStore, LifecycleProjection],
    ...[AvatarRelay, FileRelay, StorageQueries, StorageRelay, UploadRelay],
    { provide: Avatars, useClass: DirectoryAvatars },
    { provide: Files, useClass: DirectoryFiles },
    { provide: FileInspector, useClass: ContentInspector },
    { provide: LinkKey, useClass: LinkSecret },
  ],
})
export class StorageModule implements OnApplicationBootstrap {
  constructor(
    private readonly runner: ProjectionRunner,
    private readonly lifecycle: LifecycleProjection,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.runner.run(this.lifecycle);
  }
}
