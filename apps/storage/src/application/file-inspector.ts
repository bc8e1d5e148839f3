import { type FileFacts, type FileRecord } from './file-record';

/** Finds out what a complete file is by what it holds. */
export abstract class FileInspector {
  /** Rejects with FILE_REFUSED for what isn't taken, CHECKSUM_MISMATCH, UNAVAILABLE while the file can't be read. */
  abstract inspect(file: FileRecord): Promise<FileFacts>;

  /** The media type of what begins so, in lower case. */
  abstract typeOf(head: Buffer): Promise<string>;
}
