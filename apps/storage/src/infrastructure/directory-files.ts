import { type FilePiece } from '@agent-chat/contracts';
import { Database, type Queryable, type Row, whileReachable } from '@agent-chat/database';
import { type AttachmentId, type RoomId, type UserId } from '@agent-chat/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { type FileFacts, type FileRecord, type StoredVariant } from '../application/file-record';
import { Files, type NewFile, type OverdueImage } from '../application/files';

const LATER = (parameter: string): string => `now() + make_interval(secs => ${parameter}::float8 / 1000)`;

const COLUMNS = `attachment_id AS "attachmentId", room_id AS "roomId", uploader_id AS "uploaderId", name, size_bytes AS "sizeBytes", wanted_sha256 AS "wantedSha256",
  state, received_bytes AS "receivedBytes", pieces, type, sha256, width, height, media, placeholder, variants, message_id AS "messageId", created_at AS "createdAt"`;

// The lock on the person makes the count hold: of two uploads that begin at once one waits for the other.
const BEGIN = `
INSERT INTO attachments (attachment_id, room_id, uploader_id, name, size_bytes, wanted_sha256, expires_at)
SELECT $1, $2, $3, $4, $5, $6, ${LATER('$7')}
WHERE (SELECT count(*) FROM attachments WHERE uploader_id = $3 AND state = 'uploading' AND expires_at > now()) < $8
RETURNING attachment_id`;

const APPEND = `
UPDATE attachments SET received_bytes = received_bytes + $3, pieces = pieces || $4::jsonb
WHERE attachment_id = $1 AND state = 'uploading' AND received_bytes = $2 AND expires_at > now() RETURNING attachment_id`;

const COMPLETE = `
UPDATE attachments SET state = 'ready', type = $2, sha256 = $3, width = $4, height = $5, media = $6, expires_at = ${LATER('$7')}
WHERE attachment_id = $1 AND state = 'uploading' AND received_bytes = size_bytes RETURNING attachment_id`;

const KEEP = `
UPDATE attachments SET expires_at = greatest(expires_at, ${LATER('$4')})
WHERE attachment_id = ANY($1::uuid[]) AND uploader_id = $2 AND room_id = $3 AND state = 'ready' AND expires_at IS NOT NULL`;

const BEGIN_WORK = `
UPDATE attachments SET media_tries = media_tries + 1, media_tried_at = now()
WHERE attachment_id = $1 AND state = 'ready' AND media IN ('waiting', 'failed') RETURNING ${COLUMNS}`;

const GO_ON = `UPDATE attachments SET media_tried_at = now() WHERE attachment_id = $1 AND media = 'waiting'`;

const PUT_OFF = `
UPDATE attachments SET media_tried_at = now(), media_tries = greatest(media_tries - 1, 0) WHERE attachment_id = $1 AND media = 'waiting'`;

const END_WORK = `
UPDATE attachments SET media = $2, placeholder = $3, variants = $4::jsonb
WHERE attachment_id = $1 AND state = 'ready' AND media <> 'none' RETURNING attachment_id`;

const GIVE_UP = `
UPDATE attachments SET media = 'failed'
WHERE media = 'waiting' AND media_tries >= $2 AND coalesce(media_tried_at, created_at) < now() - make_interval(secs => $1::float8 / 1000)`;

const OVERDUE = `
UPDATE attachments SET media_tried_at = now() WHERE attachment_id IN (
  SELECT attachment_id FROM attachments
  WHERE media = 'waiting' AND state = 'ready' AND coalesce(media_tried_at, created_at) < now() - make_interval(secs => $1::float8 / 1000)
  ORDER BY created_at LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING attachment_id AS "attachmentId", media_tries AS tries`;

const NEXT_EXPIRED = `
SELECT attachment_id, state FROM attachments WHERE expires_at < now() ORDER BY expires_at LIMIT 1 FOR UPDATE SKIP LOCKED`;

const BURY = `
UPDATE attachments SET state = 'gone', name = '', pieces = '[]', variants = '[]', placeholder = NULL, media = 'none', expires_at = ${LATER('$2')}
WHERE attachment_id = $1`;

/** Files as the directory has them. */
@Injectable()
export class DirectoryFiles extends Files {
  private readonly logger = new Logger(DirectoryFiles.name);

  constructor(private readonly database: Database) {
    super();
  }

  override async begin({ attachmentId, roomId, uploaderId, name, sizeBytes, wantedSha256 }: NewFile, keepMs: number, maxUploads: number): Promise<boolean> {
    return this.transaction(async (connection) => {
      await connection.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`uploads ${uploaderId}`]);
      const parameters = [attachmentId, roomId, uploaderId, name, sizeBytes, wantedSha256, keepMs, maxUploads];
      return (await connection.query(BEGIN, parameters)).length > 0;
    });
  }

  override async find(ids: readonly string[]): Promise<FileRecord[]> {
    if (ids.length === 0) return [];
    return this.ask<FileRecord & Row>(`SELECT ${COLUMNS} FROM attachments WHERE attachment_id = ANY($1::uuid[])`, [ids]);
  }

  override async append(attachmentId: string, offset: number, piece: FilePiece): Promise<boolean> {
    return (await this.ask(APPEND, [attachmentId, offset, piece.sizeBytes, JSON.stringify([piece])])).length > 0;
  }

  override async complete(attachmentId: string, { type, sha256, width, height, isImage }: FileFacts, keepMs: number): Promise<boolean> {
    const media = isImage ? 'waiting' : 'none';
    return (await this.ask(COMPLETE, [attachmentId, type, sha256, width, height, media, keepMs])).length > 0;
  }

  override async keep(ids: readonly AttachmentId[], userId: UserId, roomId: RoomId, keepMs: number): Promise<void> {
    await this.ask(KEEP, [ids, userId, roomId, keepMs]);
  }

  override async beginWork(attachmentId: string): Promise<FileRecord | undefined> {
    return (await this.ask<FileRecord & Row>(BEGIN_WORK, [attachmentId]))[0];
  }

  override async goOnWorking(attachmentId: string): Promise<void> {
    await this.ask(GO_ON, [attachmentId]);
  }

  override async putOffWork(attachmentId: string): Promise<void> {
    await this.ask(PUT_OFF, [attachmentId]);
  }

  override async endWork(attachmentId: string, result: { placeholder: string; variants: readonly StoredVariant[] } | undefined): Promise<boolean> {
    const parameters = [attachmentId, result === undefined ? 'failed' : 'done', result?.placeholder, JSON.stringify(result?.variants ?? [])];
    return (await this.ask(END_WORK, parameters)).length > 0;
  }

  override async overdueImages(waitedMs: number, maxTries: number): Promise<OverdueImage[]> {
    await this.ask(GIVE_UP, [waitedMs, maxTries]);
    return this.ask<OverdueImage & Row>(OVERDUE, [waitedMs]);
  }

  override async expire(limit: number, tombstoneMs: number, remove: (attachmentId: AttachmentId) => Promise<void>): Promise<number> {
    for (let done = 0; done < limit; done += 1) if (!(await this.expireOne(tombstoneMs, remove))) return done;
    return limit;
  }

  override async abandon(attachmentId: string): Promise<void> {
    await this.ask(`UPDATE attachments SET expires_at = now() WHERE attachment_id = $1 AND state = 'uploading'`, [attachmentId]);
  }

  /** One a transaction: what is removed is forgotten, whatever happens to the next. */
  private async expireOne(tombstoneMs: number, remove: (attachmentId: AttachmentId) => Promise<void>): Promise<boolean> {
    return this.transaction(async (connection) => {
      const [file] = await connection.query<{ attachment_id: AttachmentId; state: string }>(NEXT_EXPIRED, []);
      if (file === undefined) return false;
      const { attachment_id: attachmentId, state } = file;
      await remove(attachmentId);
      if (state === 'gone') await connection.query('DELETE FROM attachments WHERE attachment_id = $1', [attachmentId]);
      else await connection.query(BURY, [attachmentId, tombstoneMs]);
      this.logger.debug({ attachmentId, state }, 'A file was removed');
      return true;
    });
  }

  private ask<R extends Row>(sql: string, parameters: readonly unknown[]): Promise<R[]> {
    return whileReachable(this.database.directory().query<R>(sql, parameters));
  }

  private transaction<Result>(work: (connection: Queryable) => Promise<Result>): Promise<Result> {
    return whileReachable(this.database.directory().transaction(work));
  }
}
