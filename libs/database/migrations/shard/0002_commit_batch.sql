-- The one statement of the write path (P6): checks every fence, then writes a whole batch. A plain SQL call, so one round trip, and nothing
-- stays locked when the caller is paused. Each parameter holds the final state of the rows that the batch touched in one table, or is NULL.
-- Raises AC001 with the refused partitions, comma-separated, in DETAIL; then nothing was written.
CREATE FUNCTION commit_batch(
  given_progress json, given_events json, given_rooms json, given_messages json, given_keys json, given_marks json, given_rare json
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  refused text;
BEGIN
  -- Rows in order, so that two committers can't deadlock.
  PERFORM 1 FROM partition_progress
    WHERE partition IN (SELECT partition FROM json_to_recordset(given_progress) AS given(partition int))
    ORDER BY partition FOR NO KEY UPDATE;

  SELECT string_agg(given.partition::text, ',') INTO refused
    FROM json_to_recordset(given_progress) AS given(partition int, fence bigint, previous_offset bigint)
    LEFT JOIN partition_progress stored USING (partition)
    WHERE stored.partition IS NULL OR stored.fence <> given.fence OR stored.command_offset <> given.previous_offset OR stored.state <> 'active';
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION 'fenced' USING ERRCODE = 'AC001', DETAIL = refused;
  END IF;

  UPDATE partition_progress stored
    SET command_offset = given.command_offset, command_request_id = given.command_request_id, command_appended_ms = given.command_appended_ms,
        position = given.position, published_position = given.published_position, last_at = given.last_at
    FROM json_to_recordset(given_progress) AS given(partition int, command_offset bigint, command_request_id uuid, command_appended_ms bigint,
                                                       position bigint, published_position bigint, last_at timestamptz)
    WHERE stored.partition = given.partition;

  IF given_events IS NOT NULL THEN
    INSERT INTO room_events (partition, position, room_id, seq, epoch, type, actor_id, payload, request_id, created_at)
      SELECT * FROM json_to_recordset(given_events)
        AS e(partition int, position bigint, room_id uuid, seq bigint, epoch bigint, type text, actor_id uuid, payload jsonb, request_id uuid, created_at timestamptz);
  END IF;

  IF given_rooms IS NOT NULL THEN
    INSERT INTO rooms (room_id, partition, kind, name, topic, direct_user_ids, last_seq, posted_count, member_count, created_at, updated_at, active_at, archived_at)
      SELECT * FROM json_to_recordset(given_rooms)
        AS r(room_id uuid, partition int, kind text, name text, topic text, direct_user_ids uuid[], last_seq bigint, posted_count bigint, member_count int,
             created_at timestamptz, updated_at timestamptz, active_at timestamptz, archived_at timestamptz)
      ON CONFLICT (room_id) DO UPDATE SET kind = excluded.kind, name = excluded.name, topic = excluded.topic, last_seq = excluded.last_seq,
        posted_count = excluded.posted_count, member_count = excluded.member_count, updated_at = excluded.updated_at, active_at = excluded.active_at,
        archived_at = excluded.archived_at;
  END IF;

  IF given_messages IS NOT NULL THEN
    INSERT INTO messages (room_id, seq, message_id, posted_no, author_id, client_msg_id, text, text_seq, mentions, reply_to, created_at, edited_at, deleted_at, changed_seq)
      SELECT * FROM json_to_recordset(given_messages)
        AS m(room_id uuid, seq bigint, message_id uuid, posted_no bigint, author_id uuid, client_msg_id text, text text, text_seq bigint, mentions text[],
             reply_to uuid, created_at timestamptz, edited_at timestamptz, deleted_at timestamptz, changed_seq bigint);
  END IF;

  IF given_keys IS NOT NULL THEN
    INSERT INTO message_keys (room_id, actor_id, key, digest, request_id, seq, epoch, changed, message_id, created_at)
      SELECT * FROM json_to_recordset(given_keys)
        AS k(room_id uuid, actor_id uuid, key text, digest text, request_id uuid, seq bigint, epoch bigint, changed boolean, message_id uuid, created_at timestamptz);
  END IF;

  IF given_marks IS NOT NULL THEN
    -- The greater mark wins, unless forced (P33). Without a count given, it is that of the newest message at or below the mark.
    INSERT INTO read_watermarks AS stored (room_id, user_id, read_seq, read_count)
      SELECT k.room_id, k.user_id, k.read_seq,
             coalesce(k.read_count, (SELECT posted_no FROM messages m WHERE m.room_id = k.room_id AND m.seq <= k.read_seq ORDER BY m.seq DESC LIMIT 1), 0)
        FROM json_to_recordset(given_marks) AS k(room_id uuid, user_id uuid, read_seq bigint, read_count bigint)
      ON CONFLICT (room_id, user_id) DO UPDATE SET read_seq = excluded.read_seq, read_count = excluded.read_count
        WHERE stored.read_seq < excluded.read_seq;
  END IF;

  IF given_rare IS NOT NULL THEN
    PERFORM commit_rare(given_rare);
  END IF;
END $$;

-- What most batches don't hold: everything but posts and their bookkeeping.
CREATE FUNCTION commit_rare(batch json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO members (room_id, user_id, role, muted, joined_at)
    SELECT * FROM json_to_recordset(batch->'members') AS m(room_id uuid, user_id uuid, role text, muted boolean, joined_at timestamptz)
    ON CONFLICT (room_id, user_id) DO UPDATE SET role = excluded.role, muted = excluded.muted, joined_at = excluded.joined_at;
  DELETE FROM members USING json_to_recordset(batch->'members_gone') AS gone(room_id uuid, user_id uuid)
    WHERE members.room_id = gone.room_id AND members.user_id = gone.user_id;

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

  -- Redaction (P35): the content of deleted messages leaves the log too, up to the deletion at `seq`: a restore in this very batch came after it.
  -- Last, so that it sees events of this batch.
  UPDATE room_events stored
    SET payload = (stored.payload - 'text') || '{"redacted": true, "mentions": []}'
    FROM (
      SELECT given.room_id, r.seq FROM json_to_recordset(batch->'redactions') AS given(room_id uuid, message_id uuid, seq bigint)
        JOIN message_revisions r USING (message_id) WHERE r.seq < given.seq
      UNION
      SELECT given.room_id, m.text_seq FROM json_to_recordset(batch->'redactions') AS given(room_id uuid, message_id uuid, seq bigint)
        JOIN messages m USING (message_id) WHERE m.text_seq < given.seq
    ) told
    WHERE stored.room_id = told.room_id AND stored.seq = told.seq AND stored.type <> 'message.deleted';
END $$;
