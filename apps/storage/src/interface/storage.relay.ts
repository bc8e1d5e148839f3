import { AppError } from '@agent-chat/kernel';
import { Relay } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AvatarRelay } from './avatar.relay';
import { FileRelay, FILES_PATH } from './file.relay';
import { UploadRelay, UPLOADS_PATH } from './upload.relay';

/** Takes what gateways hand over: uploads, people's pictures, and requests for files. */
@Injectable()
export class StorageRelay implements OnModuleInit {
  constructor(
    private readonly relay: Relay,
    private readonly uploads: UploadRelay,
    private readonly files: FileRelay,
    private readonly avatars: AvatarRelay,
  ) {}

  onModuleInit(): void {
    this.relay.take('storage', async (request, response, facts) => {
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      if (path === UPLOADS_PATH || path.startsWith(`${UPLOADS_PATH}/`)) await this.uploads.answer(request, response, facts);
      else if (path.startsWith(`${FILES_PATH}/`)) await this.files.answer(request, response, facts);
      else if (this.avatars.takes(path)) await this.avatars.answer(path, request, response, facts);
      else throw new AppError('NOT_FOUND');
    });
  }
}
