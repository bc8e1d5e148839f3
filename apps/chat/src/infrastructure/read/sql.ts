import { EVERYONE } from '../../domain/mentions';

/** An instant inside a JSON value, as the driver would give it: ISO 8601, UTC, milliseconds. Connections run in UTC. */
export function jsonTime(column: string): string {
  return `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/**
 * Rows out of parameters that are arrays, such as `$1::uuid[]`. How long they are is hidden from the planner, which would plan for each length anew otherwise, since a plan
 * for the two that are given seems cheaper than one for ten.
 */
export function rowsOf(...arrays: readonly string[]): string {
  return `unnest(${arrays.map((array) => `(SELECT ${array})`).join(', ')})`;
}

/** The fields of a `LoggedEvent` inside a JSON value, of a row `e` of the log. */
export const EVENT_FIELDS = `'roomId', e.room_id, 'epoch', e.epoch, 'seq', e.seq, 'type', e.type, 'actorId', e.actor_id, 'createdAt', ${jsonTime('e.created_at')}, 'payload', e.payload`;

/** The files of a message that was deleted since, of a row `e` of the log: what it said leaves the log (P35), rows of its files stay. Null where there are none. */
export const ERASED_ATTACHMENT_IDS = `CASE WHEN e.type = 'message.posted' AND e.payload ? 'redacted'
  THEN (SELECT json_agg(a.attachment_id ORDER BY a.place) FROM message_attachments a WHERE a.message_id = (e.payload->>'messageId')::uuid) END`;

/** The facts that access is decided by, for a room `r` and the asker in a parameter such as `$1`. Needs `accessJoins`. */
export const ACCESS_COLUMNS = `
  r.kind, m.role, b.user_id IS NOT NULL AS banned, i.user_id IS NOT NULL AS invited,
  coalesce(p.epoch, 1) AS epoch, r.last_seq AS head`;

/** Joins what `ACCESS_COLUMNS` reads. */
export function accessJoins(asker: string): string {
  return `
  LEFT JOIN partition_progress p ON p.partition = r.partition
  LEFT JOIN members m ON m.room_id = r.room_id AND m.user_id = ${asker}
  LEFT JOIN bans b ON b.room_id = r.room_id AND b.user_id = ${asker}
  LEFT JOIN invites i ON i.room_id = r.room_id AND i.user_id = ${asker}`;
}

/** Messages after a mark that name a person or everyone, but for those the person wrote. */
export function mentionCount(room: string, user: string, readSeq: string): string {
  return `(SELECT count(DISTINCT n.seq) FROM room_mentions n JOIN messages x ON x.room_id = n.room_id AND x.seq = n.seq
    WHERE n.room_id = ${room} AND n.user_id IN (${user}, '${EVERYONE}') AND n.seq > ${readSeq} AND x.author_id <> ${user} AND x.deleted_at IS NULL)`;
}
