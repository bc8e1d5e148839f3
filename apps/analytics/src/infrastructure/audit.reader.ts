import { type AuditEntry, type AuditRecord, type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { cutPage, Database, decodePageToken, InstantText, type Row } from '@agent-chat/database';
import { type RoomId, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';

const LIST = `
SELECT chain, link, position, room_id, seq, type, actor_id, subject_id, at, at::text AS place,
  coalesce((actor_id IS NULL AND actor_digest IS NOT NULL) OR (subject_id IS NULL AND subject_digest IS NOT NULL), false) AS erased
FROM audit_entries
WHERE ($1::uuid IS NULL OR room_id = $1) AND ($2::uuid IS NULL OR actor_id = $2) AND ($3::text IS NULL OR subject_id = $3)
  AND ($4::text IS NULL OR type = $4) AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6) AND (NOT $7::boolean OR chain = -1)
  AND ($8::timestamptz IS NULL OR (at, chain, link) < ($8, $9::int, $10::bigint))
ORDER BY at DESC, chain DESC, link DESC LIMIT $11`;

const HEADS = `SELECT chain, links, encode(head, 'hex') AS hash FROM audit_chains ORDER BY chain`;

const RECORDS = `
SELECT chain, link, position, epoch, room_id, seq, type, at, actor_id, encode(actor_salt, 'hex') AS actor_salt, encode(actor_digest, 'hex') AS actor_digest,
  subject_id, encode(subject_salt, 'hex') AS subject_salt, encode(subject_digest, 'hex') AS subject_digest, encode(hash, 'hex') AS hash
FROM audit_entries WHERE chain = $1 AND link > $2 ORDER BY link LIMIT $3`;

const Place = z.tuple([InstantText, z.int(), z.int()]);

interface EntryRow extends Row {
  readonly chain: number;
  readonly link: number;
  readonly position: number | null;
  readonly room_id: RoomId | null;
  readonly seq: number | null;
  readonly type: string;
  readonly actor_id: UserId | null;
  readonly subject_id: string | null;
  readonly at: string;
}
type ListRow = EntryRow & { readonly place: string; readonly erased: boolean };
type Hex = string | null;
type RecordRow = EntryRow & {
  readonly epoch: number | null;
  readonly actor_salt: Hex;
  readonly actor_digest: Hex;
  readonly subject_salt: Hex;
  readonly subject_digest: Hex;
  readonly hash: string;
};

/** Reads the audit trail. */
@Injectable()
export class AuditReader {
  constructor(private readonly database: Database) {}

  async list(asked: QueryInput<'audit.list'>): Promise<QueryAnswer<'audit.list'>> {
    const { roomId, actorId, subjectId, type, from, to, operatorsOnly = false, cursor, limit } = asked;
    const place = decodePageToken(cursor, Place) ?? [];
    const parameters = [roomId, actorId, subjectId, type, from, to, operatorsOnly, place[0], place[1], place[2], limit + 1];
    const rows = await this.database.directory().query<ListRow>(LIST, parameters);
    const { page, next } = cutPage(rows, limit, (row) => [row.place, row.chain, row.link]);
    return { items: page.map(toEntry), ...(next === undefined ? {} : { next }) };
  }

  async heads(): Promise<QueryAnswer<'audit.export'>['heads']> {
    return this.database.directory().query<{ chain: number; links: number; hash: string }>(HEADS);
  }

  async records({ chain, afterLink, limit }: QueryInput<'audit.records'>): Promise<AuditRecord[]> {
    return (await this.database.directory().query<RecordRow>(RECORDS, [chain, afterLink, limit])).map(toRecord);
  }
}

function toEntry({ chain, link, position, room_id, seq, type, actor_id, subject_id, erased, at }: ListRow): AuditEntry {
  return present({
    chain,
    link,
    partition: position === null ? null : chain,
    position,
    roomId: room_id,
    seq,
    type,
    actorId: actor_id,
    subjectId: subject_id,
    erased: erased ? (true as const) : null,
    at,
  });
}

function toRecord(row: RecordRow): AuditRecord {
  const { chain, link, position, epoch, room_id, seq, type, at, hash } = row;
  const actor = sealed(row.actor_id, row.actor_salt, row.actor_digest);
  const subject = sealed(row.subject_id, row.subject_salt, row.subject_digest);
  return present({ chain, link, position, epoch, roomId: room_id, seq, type, at, actor, subject, hash });
}

function sealed(id: string | null, salt: Hex, digest: Hex): AuditRecord['actor'] | null {
  return digest === null ? null : present({ id, salt, digest });
}

type Present<Fields> = { [Key in keyof Fields as null extends Fields[Key] ? never : Key]: Fields[Key] } & {
  [Key in keyof Fields as null extends Fields[Key] ? Key : never]?: Exclude<Fields[Key], null>;
};

/** Without what is null: rows say so, answers leave it out. */
function present<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Present<Fields>;
}
