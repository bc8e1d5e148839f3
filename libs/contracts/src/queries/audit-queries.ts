import { z } from 'zod';
import { IsoTimeSchema, RoomIdSchema, UserIdSchema } from '../primitives';
import { defineQuery } from './define-query';

/** Most entries in one piece of an export. */
export const MAX_AUDIT_RECORDS = 500;
const MAX_PAGE_SIZE = 100;

const chain = z.int().min(-1);
const link = z.int().min(0);
const hex = z.string().regex(/^[0-9a-f]*$/);

/** One line of the audit trail. */
export const AuditEntry = z.object({
  /** The partition whose chain it is in; -1 for what operators did. */
  chain,
  /** Its place in the chain, from 1 on. */
  link,
  /** Where the event lies in the log; absent for what an operator did. */
  partition: z.int().optional(),
  position: z.int().optional(),
  roomId: RoomIdSchema.optional(),
  seq: z.int().optional(),
  type: z.string(),
  actorId: UserIdSchema.optional(),
  /** The message or the person concerned, or what an operator did something to; absent when it is the room itself. */
  subjectId: z.string().optional(),
  /** Who did it, or whom it concerned, was erased. */
  erased: z.literal(true).optional(),
  at: IsoTimeSchema,
});
/** One line of the audit trail. */
export type AuditEntry = z.infer<typeof AuditEntry>;

/** An id in an entry with what ties it to the chain: `digest` is SHA-256 of the salt and the id. After its erasure the digest alone. */
const Sealed = z.object({ id: z.string().optional(), salt: hex.optional(), digest: hex });

/** An entry with all that its verification takes. Hashes, digests and salts in hexadecimal. */
export const AuditRecord = z.object({
  chain,
  link,
  position: z.int().optional(),
  epoch: z.int().optional(),
  roomId: z.string().optional(),
  seq: z.int().optional(),
  type: z.string(),
  at: IsoTimeSchema,
  actor: Sealed.optional(),
  subject: Sealed.optional(),
  hash: hex,
});
/** An entry with all that its verification takes. */
export type AuditRecord = z.infer<typeof AuditRecord>;

/** How far a chain is: how many entries it has, and the hash of the newest. */
const AuditHead = z.object({ chain, links: link, hash: hex });

/** Questions about the audit trail. */
export const AUDIT_QUERIES = {
  /** Newest first. */
  'audit.list': defineQuery(
    'any',
    z.object({
      roomId: RoomIdSchema.optional(),
      actorId: UserIdSchema.optional(),
      subjectId: z.string().min(1).max(400).optional(),
      type: z.string().min(1).max(64).optional(),
      from: IsoTimeSchema.optional(),
      to: IsoTimeSchema.optional(),
      /** Only what operators did. */
      operatorsOnly: z.boolean().optional(),
      cursor: z.string().max(512).optional(),
      limit: z.int().min(1).max(MAX_PAGE_SIZE),
    }),
    z.object({ items: z.array(AuditEntry), next: z.string().optional() }),
  ),
  /** Begins an export, which is noted in the trail: where each chain ends now, that note included. */
  'audit.export': defineQuery('any', z.object({ actorId: UserIdSchema }), z.object({ heads: z.array(AuditHead) })),
  /** Entries of one chain after a link, in order. */
  'audit.records': defineQuery(
    'any',
    z.object({ chain, afterLink: link, limit: z.int().min(1).max(MAX_AUDIT_RECORDS) }),
    z.object({ records: z.array(AuditRecord) }),
  ),
  /** Takes a person out of the trail, which stays verifiable; `entries` is in how many they were. Asked again, it answers 0. */
  'audit.erase': defineQuery('any', z.object({ userId: UserIdSchema, actorId: UserIdSchema }), z.object({ entries: z.int().min(0) })),
} as const;
