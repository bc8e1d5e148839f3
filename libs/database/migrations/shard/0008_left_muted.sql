-- compatible-from: 0007
-- Who isn't in a room and was muted when they left it: they come in muted again. Of those who are in it, `members.muted` says so.
CREATE TABLE left_muted (
  room_id  uuid NOT NULL,
  user_id  uuid NOT NULL,
  PRIMARY KEY (room_id, user_id)
);

CREATE TRIGGER shard_changes_insert AFTER INSERT ON left_muted REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id');
CREATE TRIGGER shard_changes_update AFTER UPDATE ON left_muted REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id');
CREATE TRIGGER shard_changes_delete AFTER DELETE ON left_muted REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id');
ALTER TABLE left_muted DISABLE TRIGGER shard_changes_insert, DISABLE TRIGGER shard_changes_update, DISABLE TRIGGER shard_changes_delete;

-- The same as before, and those who left muted.
CREATE OR REPLACE FUNCTION commit_rare(batch json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO members (room_id, user_id, role, muted, joined_at)
    SELECT * FROM json_to_recordset(batch->'members') AS m(room_id uuid, user_id uuid, role text, muted boolean, joined_at timestamptz)
    ON CONFLICT (room_id, user_id) DO UPDATE SET role = excluded.role, muted = excluded.muted, joined_at = excluded.joined_at;
  DELETE FROM members USING json_to_recordset(batch->'members_gone') AS gone(room_id uuid, user_id uuid)
    WHERE members.room_id = gone.room_id AND members.user_id = gone.user_id;

  INSERT INTO left_muted (room_id, user_id)
    SELECT * FROM json_to_recordset(batch->'left_muted') AS l(room_id uuid, user_id uuid)
    ON CONFLICT (room_id, user_id) DO NOTHING;
  DELETE FROM left_muted USING json_to_recordset(batch->'left_muted_gone') AS gone(room_id uuid, user_id uuid)
    WHERE left_muted.room_id = gone.room_id AND left_muted.user_id = gone.user_id;

  INSERT INTO bans (room_id, user_id, banned_by, banned_at, reason)
    SELECT * FROM json_to_recordset(batch->'bans') AS b(room_id uuid, user_id uuid, banned_by uuid, banned_at timestamptz, reason text)
    ON CONFLICT (room_id, user_id) DO UPDATE SET banned_by = excluded.banned_by, banned_at = excluded.banned_at, reason = excluded.reason;
  DELETE FROM bans USING json_to_recordset(batch->'bans_gone') AS gone(room_id uuid, user_id uuid)
    WHERE bans.room_id = gone.room_id AND bans.user_id = gone.user_id;

  INSERT INTO invites (room_id, user_id, invited_by, invited_at)
    SELECT * FROM json_to_recordset(batch->'invites') AS i(room_id uuid, user_id uuid, invited_by uuid, invited_at timestamptz)
    ON CONFLICT (room_id, user_id) DO UPDATE SET invited_by = excluded.invited_by, invited_at = excluded.invited_at;
  DELETE FROM invites USING json_to_recordset(batch->'invites_gone') AS gone(room_id uuid, user_id uuid)
    WHERE invites.room_id = gone.room_id AND invites.user_id = gone.user_id;

  UPDATE messages stored
    SET text = given.text, text_seq = given.text_seq, mentions = given.mentions, edited_at = given.edited_at, deleted_at = given.deleted_at,
        changed_seq = given.changed_seq
    FROM json_to_recordset(batch->'message_changes')
      AS given(message_id uuid, text text, text_seq bigint, mentions text[], edited_at timestamptz, deleted_at timestamptz, changed_seq bigint)
    WHERE stored.message_id = given.message_id;

  INSERT INTO message_revisions (room_id, message_id, seq, text, edited_by, at)
    SELECT * FROM json_to_recordset(batch->'revisions') AS r(room_id uuid, message_id uuid, seq bigint, text text, edited_by uuid, at timestamptz)
    ON CONFLICT (message_id, seq) DO NOTHING;

  INSERT INTO message_reactions (room_id, message_id, emoji, user_id, seq)
    SELECT * FROM json_to_recordset(batch->'reactions') AS r(room_id uuid, message_id uuid, emoji text, user_id uuid, seq bigint)
    ON CONFLICT (message_id, emoji, user_id) DO UPDATE SET seq = excluded.seq;
  DELETE FROM message_reactions USING json_to_recordset(batch->'reactions_gone') AS gone(message_id uuid, emoji text, user_id uuid)
    WHERE message_reactions.message_id = gone.message_id AND message_reactions.emoji = gone.emoji AND message_reactions.user_id = gone.user_id;

  INSERT INTO message_attachments (attachment_id, room_id, message_id, place, name, type, size_bytes, width, height)
    SELECT * FROM json_to_recordset(batch->'attachments')
      AS a(attachment_id uuid, room_id uuid, message_id uuid, place int, name text, type text, size_bytes bigint, width int, height int);

  INSERT INTO room_mentions (room_id, user_id, seq)
    SELECT * FROM json_to_recordset(batch->'mentions') AS m(room_id uuid, user_id uuid, seq bigint)
    ON CONFLICT (room_id, user_id, seq) DO NOTHING;
  DELETE FROM room_mentions USING json_to_recordset(batch->'mentions_gone') AS gone(room_id uuid, user_id uuid, seq bigint)
    WHERE room_mentions.room_id = gone.room_id AND room_mentions.user_id = gone.user_id AND room_mentions.seq = gone.seq;

  INSERT INTO read_watermarks AS stored (room_id, user_id, read_seq, read_count)
    SELECT k.room_id, k.user_id, k.read_seq,
           coalesce((SELECT posted_no FROM messages m WHERE m.room_id = k.room_id AND m.seq <= k.read_seq ORDER BY m.seq DESC LIMIT 1), 0)
      FROM json_to_recordset(batch->'forced_marks') AS k(room_id uuid, user_id uuid, read_seq bigint)
    ON CONFLICT (room_id, user_id) DO UPDATE SET read_seq = excluded.read_seq, read_count = excluded.read_count;

  -- Files of a deleted message are gone for good.
  UPDATE message_attachments stored SET erased = true, name = ''
    FROM json_to_recordset(batch->'redactions') AS given(message_id uuid)
    WHERE stored.message_id = given.message_id AND NOT stored.erased;

  -- Redaction (P35): the content of deleted messages leaves the log too, up to the deletion at `seq`: a restore in this very batch came after it.
  -- Last, so that it sees events of this batch.
  UPDATE room_events stored
    SET payload = (stored.payload - 'text' - 'attachments') || '{"redacted": true, "mentions": []}'
    FROM (
      SELECT given.room_id, r.seq FROM json_to_recordset(batch->'redactions') AS given(room_id uuid, message_id uuid, seq bigint)
        JOIN message_revisions r USING (message_id) WHERE r.seq < given.seq
      UNION
      SELECT given.room_id, m.text_seq FROM json_to_recordset(batch->'redactions') AS given(room_id uuid, message_id uuid, seq bigint)
        JOIN messages m USING (message_id) WHERE m.text_seq < given.seq
    ) told
    WHERE stored.room_id = told.room_id AND stored.seq = told.seq AND stored.type <> 'message.deleted';
END $$;
