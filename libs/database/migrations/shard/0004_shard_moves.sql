-- Moving a logical shard to another database while it is written to (P30).

-- Rooms are copied, counted and removed by their partition.
CREATE INDEX rooms_partition ON rooms (partition, room_id);

-- Whether every one of these partitions is active in this database; raises AC002 where one is not. A statement that asks it sees its rows in the same snapshot.
CREATE FUNCTION partitions_here(asked int[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  elsewhere text;
BEGIN
  SELECT string_agg(wanted.partition::text, ',') INTO elsewhere
    FROM unnest(asked) AS wanted (partition)
    WHERE NOT EXISTS (SELECT 1 FROM partition_progress p WHERE p.partition = wanted.partition AND p.state = 'active');
  IF elsewhere IS NOT NULL THEN
    RAISE EXCEPTION 'not here' USING ERRCODE = 'AC002', DETAIL = elsewhere;
  END IF;
  RETURN true;
END $$;

-- Who may write a partition's rows here for a move: only the one with this token. Whoever takes a move over replaces it first.
CREATE TABLE shard_copies (
  partition  int NOT NULL,
  role       text NOT NULL CHECK (role IN ('source', 'target')),
  token      uuid NOT NULL,
  PRIMARY KEY (partition, role)
);

-- The rows of a partition that were written since its copy began, by their keys.
CREATE TABLE shard_changes (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  partition   int NOT NULL,
  table_name  text NOT NULL,
  key         jsonb NOT NULL
);

CREATE FUNCTION note_shard_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO shard_changes (partition, table_name, key)
    SELECT copy.partition, TG_TABLE_NAME, (SELECT jsonb_object_agg(name, to_jsonb(given) -> name) FROM unnest(TG_ARGV) AS name)
    FROM changed AS given JOIN rooms AS room ON room.room_id = given.room_id
      JOIN shard_copies AS copy ON copy.partition = room.partition AND copy.role = 'source';
  RETURN NULL;
END $$;

-- Asleep but for the time of a move.
CREATE TRIGGER shard_changes_insert AFTER INSERT ON rooms REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id');
CREATE TRIGGER shard_changes_update AFTER UPDATE ON rooms REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id');
CREATE TRIGGER shard_changes_delete AFTER DELETE ON rooms REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id');
ALTER TABLE rooms DISABLE TRIGGER shard_changes_insert, DISABLE TRIGGER shard_changes_update, DISABLE TRIGGER shard_changes_delete;
CREATE TRIGGER shard_changes_insert AFTER INSERT ON members REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id');
CREATE TRIGGER shard_changes_update AFTER UPDATE ON members REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id');
CREATE TRIGGER shard_changes_delete AFTER DELETE ON members REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id');
ALTER TABLE members DISABLE TRIGGER shard_changes_insert, DISABLE TRIGGER shard_changes_update, DISABLE TRIGGER shard_changes_delete;
CREATE TRIGGER shard_changes_insert AFTER INSERT ON bans REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id');
CREATE TRIGGER shard_changes_update AFTER UPDATE ON bans REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id');
CREATE TRIGGER shard_changes_delete AFTER DELETE ON bans REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id');
ALTER TABLE bans DISABLE TRIGGER shard_changes_insert, DISABLE TRIGGER shard_changes_update, DISABLE TRIGGER shard_changes_delete;
CREATE TRIGGER shard_changes_insert AFTER INSERT ON invites REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id');
CREATE TRIGGER shard_changes_update AFTER UPDATE ON invites REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id');
CREATE TRIGGER shard_changes_delete AFTER DELETE ON invites REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id');
ALTER TABLE invites DISABLE TRIGGER shard_changes_insert, DISABLE TRIGGER shard_changes_update, DISABLE TRIGGER shard_changes_delete;
CREATE TRIGGER shard_changes_insert AFTER INSERT ON messages REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'seq');
CREATE TRIGGER shard_changes_update AFTER UPDATE ON messages REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'seq');
CREATE TRIGGER shard_changes_delete AFTER DELETE ON messages REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'seq');
ALTER TABLE messages DISABLE TRIGGER shard_changes_insert, DISABLE TRIGGER shard_changes_update, DISABLE TRIGGER shard_changes_delete;
CREATE TRIGGER shard_changes_insert AFTER INSERT ON message_revisions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('message_id', 'seq');
CREATE TRIGGER shard_changes_update AFTER UPDATE ON message_revisions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('message_id', 'seq');
CREATE TRIGGER shard_changes_delete AFTER DELETE ON message_revisions REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('message_id', 'seq');
ALTER TABLE message_revisions DISABLE TRIGGER shard_changes_insert, DISABLE TRIGGER shard_changes_update, DISABLE TRIGGER shard_changes_delete;
CREATE TRIGGER shard_changes_insert AFTER INSERT ON message_reactions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('message_id', 'emoji', 'user_id');
CREATE TRIGGER shard_changes_update AFTER UPDATE ON message_reactions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('message_id', 'emoji', 'user_id');
CREATE TRIGGER shard_changes_delete AFTER DELETE ON message_reactions REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('message_id', 'emoji', 'user_id');
ALTER TABLE message_reactions DISABLE TRIGGER shard_changes_insert, DISABLE TRIGGER shard_changes_update, DISABLE TRIGGER shard_changes_delete;
CREATE TRIGGER shard_changes_insert AFTER INSERT ON room_mentions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id', 'seq');
CREATE TRIGGER shard_changes_update AFTER UPDATE ON room_mentions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id', 'seq');
CREATE TRIGGER shard_changes_delete AFTER DELETE ON room_mentions REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id', 'seq');
ALTER TABLE room_mentions DISABLE TRIGGER shard_changes_insert, DISABLE TRIGGER shard_changes_update, DISABLE TRIGGER shard_changes_delete;
CREATE TRIGGER shard_changes_insert AFTER INSERT ON read_watermarks REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id');
CREATE TRIGGER shard_changes_update AFTER UPDATE ON read_watermarks REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id');
CREATE TRIGGER shard_changes_delete AFTER DELETE ON read_watermarks REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'user_id');
ALTER TABLE read_watermarks DISABLE TRIGGER shard_changes_insert, DISABLE TRIGGER shard_changes_update, DISABLE TRIGGER shard_changes_delete;
CREATE TRIGGER shard_changes_insert AFTER INSERT ON message_keys REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'actor_id', 'key');
CREATE TRIGGER shard_changes_update AFTER UPDATE ON message_keys REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'actor_id', 'key');
CREATE TRIGGER shard_changes_delete AFTER DELETE ON message_keys REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'actor_id', 'key');
ALTER TABLE message_keys DISABLE TRIGGER shard_changes_insert, DISABLE TRIGGER shard_changes_update, DISABLE TRIGGER shard_changes_delete;
CREATE TRIGGER shard_changes_insert AFTER INSERT ON room_events REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'seq', 'created_at');
CREATE TRIGGER shard_changes_update AFTER UPDATE ON room_events REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'seq', 'created_at');
CREATE TRIGGER shard_changes_delete AFTER DELETE ON room_events REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('room_id', 'seq', 'created_at');
ALTER TABLE room_events DISABLE TRIGGER shard_changes_insert, DISABLE TRIGGER shard_changes_update, DISABLE TRIGGER shard_changes_delete;
CREATE TRIGGER shard_changes_insert AFTER INSERT ON message_search REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('message_id');
CREATE TRIGGER shard_changes_update AFTER UPDATE ON message_search REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('message_id');
CREATE TRIGGER shard_changes_delete AFTER DELETE ON message_search REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_shard_changes('message_id');
ALTER TABLE message_search DISABLE TRIGGER shard_changes_insert, DISABLE TRIGGER shard_changes_update, DISABLE TRIGGER shard_changes_delete;
