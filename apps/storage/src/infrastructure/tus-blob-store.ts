import { BlobStore } from '@agent-chat/blob-store';
import { type FilePiece } from '@agent-chat/contracts';
import { AppError, newId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { DataStore, Upload } from '@tus/server';
import { type Readable } from 'node:stream';
import { type FileRecord, folderOf } from '../application/file-record';
import { FileUpkeep } from '../application/file-upkeep';
import { Files } from '../application/files';
import { RunningDigests } from '../application/running-digests';
import { uploadedBytes } from '../application/storage-metrics';

/** How much is stored at once; what a process that dies loses of an upload at most, and what an upload takes of its memory. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** Keeps uploads of the tus protocol as pieces in the store of blobs, and how far each is with the file: a piece counts once it is noted there. */
@Injectable()
export class TusBlobStore extends DataStore {
  override extensions = ['creation', 'creation-with-upload', 'termination'];

  constructor(
    private readonly files: Files,
    private readonly blobs: BlobStore,
    private readonly digests: RunningDigests,
    private readonly upkeep: FileUpkeep,
  ) {
    super();
  }

  /** What has the id was begun before: here the upload is only told where it is. */
  override async create(upload: Upload): Promise<Upload> {
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const [file] = await this.files.find([id]);
    if (file === undefined || file.state === 'erased' || file.state === 'gone') throw new AppError('ATTACHMENT_NOT_FOUND');
    return uploadOf(file);
  }

  /** Stores what arrives, also of a request that breaks off. Resolves with where the upload is then. */
  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    const writing = new PieceWriter(id, offset, (at, bytes) => this.store(id, at, bytes));
    try {
      // A stream that this destroyed would say that it was aborted, in place of what couldn't be stored and why.
      for await (const chunk of stream.iterator({ destroyOnReturn: false })) await writing.add(chunk as Buffer);
    } catch (error) {
      // The client is gone; it goes on from here.
      await writing.flush();
      throw error;
    }
    await writing.flush();
    return writing.offset;
  }

  override async remove(id: string): Promise<void> {
    const [file] = await this.files.find([id]);
    if (file?.state === 'ready') throw new AppError('UPLOAD_CONFLICT', { detail: 'The upload is complete' });
    await this.files.abandon(id);
    this.upkeep.wake();
  }

  private async store(id: string, offset: number, bytes: Buffer): Promise<void> {
    const piece: FilePiece = { key: `${folderOf(id)}/${String(offset).padStart(12, '0')}-${newId<string>()}`, sizeBytes: bytes.byteLength };
    await this.blobs.put(piece.key, bytes);
    if (!(await this.files.append(id, offset, piece))) {
      await this.blobs.delete([piece.key]);
      throw new AppError('UPLOAD_CONFLICT');
    }
    uploadedBytes.inc(bytes.byteLength);
    this.digests.add(id, offset, bytes);
  }
}

/** Gathers what arrives into pieces. */
class PieceWriter {
  private chunks: Buffer[] = [];
  private gathered = 0;

  constructor(
    readonly id: string,
    public offset: number,
    private readonly store: (offset: number, bytes: Buffer) => Promise<void>,
  ) {}

  async add(chunk: Buffer): Promise<void> {
    this.chunks.push(chunk);
    this.gathered += chunk.byteLength;
    if (this.gathered >= PIECE_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.gathered === 0) return;
    const bytes = Buffer.concat(this.chunks, this.gathered);
    [this.chunks, this.gathered] = [[], 0];
    await this.store(this.offset, bytes);
    this.offset += bytes.byteLength;
  }
}

function uploadOf({ attachmentId, sizeBytes, receivedBytes, name, roomId }: FileRecord): Upload {
  return new Upload({ id: attachmentId, size: sizeBytes, offset: receivedBytes, metadata: { filename: name, roomId } });
}
