-- The search index: a projection beside the messages, not in the commit. Texts are read from `messages`, so a deleted one is never shown.
-- `simple` splits into words and folds case, for people write in many languages.
CREATE TABLE message_search (
  message_id  uuid PRIMARY KEY,
  room_id     uuid NOT NULL,
  author_id   uuid NOT NULL,
  created_at  timestamptz NOT NULL,
  document    tsvector NOT NULL
);
CREATE INDEX message_search_document ON message_search USING gin (document);
CREATE INDEX message_search_room ON message_search (room_id, created_at);

-- What a consumer could not handle and went past (P20). Databases of both kinds have it.
CREATE TABLE IF NOT EXISTS dead_events (
  consumer   text NOT NULL,
  partition  int NOT NULL,
  position   bigint NOT NULL,
  room_id    uuid NOT NULL,
  seq        bigint NOT NULL,
  type       text NOT NULL,
  error      text NOT NULL,
  failed_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, partition, position)
);

-- Pages of several databases are merged by the process: names are compared by their bytes, which is the same everywhere.
DROP INDEX rooms_discover;
CREATE INDEX rooms_discover ON rooms (lower(name) COLLATE "C", room_id) WHERE kind IN ('public', 'announcement') AND archived_at IS NULL;
