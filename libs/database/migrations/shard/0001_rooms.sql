-- What a physical database holds of its logical shards. Every row belongs to the partition of its room.

-- One row a partition: who owns it, how far its log and its commands are (P5, P6, P13, P17, P18, P29, P30).
CREATE TABLE partition_progress (
  partition           int PRIMARY KEY,
  fence               bigint NOT NULL DEFAULT 0,
  owner               text NOT NULL DEFAULT '',
  state               text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'moved')),
  epoch               bigint NOT NULL DEFAULT 1,
  -- Of the newest event.
  position            bigint NOT NULL DEFAULT 0,
  -- Of the last decided command, and that record's identity; -1 before the first.
  command_offset      bigint NOT NULL DEFAULT -1,
  command_request_id  uuid,
  command_appended_ms bigint NOT NULL DEFAULT 0,
  published_position  bigint NOT NULL DEFAULT 0,
  -- The newest time given to an event.
  last_at             timestamptz NOT NULL DEFAULT 'epoch'
) WITH (fillfactor = 20);

-- The log: append only, but for redaction. Range-partitioned by month; the default partition takes what no month takes (P17).
CREATE TABLE room_events (
  partition   int NOT NULL,
  position    bigint NOT NULL,
  room_id     uuid NOT NULL,
  seq         bigint NOT NULL,
  epoch       bigint NOT NULL,
  type        text NOT NULL,
  actor_id    uuid NOT NULL,
  payload     jsonb NOT NULL,
  request_id  uuid NOT NULL,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (room_id, seq, created_at),
  UNIQUE (partition, position, created_at)
) PARTITION BY RANGE (created_at);
CREATE TABLE room_events_default PARTITION OF room_events DEFAULT;

CREATE TABLE rooms (
  room_id          uuid PRIMARY KEY,
  partition        int NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('public', 'private', 'direct', 'announcement')),
  name             text NOT NULL,
  topic            text NOT NULL,
  -- The two people of a direct room, sorted.
  direct_user_ids  uuid[],
  last_seq         bigint NOT NULL,
  posted_count     bigint NOT NULL DEFAULT 0,
  member_count     int NOT NULL DEFAULT 0,
  created_at       timestamptz NOT NULL,
  updated_at       timestamptz NOT NULL,
  -- When something last happened: what room lists are sorted by.
  active_at        timestamptz NOT NULL,
  archived_at      timestamptz
) WITH (fillfactor = 70);
CREATE INDEX rooms_discover ON rooms (lower(name), room_id) WHERE kind IN ('public', 'announcement') AND archived_at IS NULL;

CREATE TABLE members (
  room_id    uuid NOT NULL,
  user_id    uuid NOT NULL,
  role       text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'guest')),
  muted      boolean NOT NULL DEFAULT false,
  joined_at  timestamptz NOT NULL,
  PRIMARY KEY (room_id, user_id)
);
CREATE INDEX members_by_user ON members (user_id, room_id);

CREATE TABLE bans (
  room_id    uuid NOT NULL,
  user_id    uuid NOT NULL,
  banned_by  uuid NOT NULL,
  banned_at  timestamptz NOT NULL,
  reason     text,
  PRIMARY KEY (room_id, user_id)
);

CREATE TABLE invites (
  room_id     uuid NOT NULL,
  user_id     uuid NOT NULL,
  invited_by  uuid NOT NULL,
  invited_at  timestamptz NOT NULL,
  PRIMARY KEY (room_id, user_id)
);
CREATE INDEX invites_by_user ON invites (user_id);

-- The current state of each message. A deleted one keeps its text here for a restore; it is never served.
CREATE TABLE messages (
  room_id        uuid NOT NULL,
  seq            bigint NOT NULL,
  message_id     uuid NOT NULL,
  -- The how-manieth message of its room it is: unread counts are differences (P33).
  posted_no      bigint NOT NULL,
  author_id      uuid NOT NULL,
  client_msg_id  text NOT NULL,
  text           text NOT NULL,
  -- The seq of the event that brought this text.
  text_seq       bigint NOT NULL,
  -- User ids, or 'room'.
  mentions       text[] NOT NULL,
  reply_to       uuid,
  created_at     timestamptz NOT NULL,
  edited_at      timestamptz,
  deleted_at     timestamptz,
  -- The seq of the event that last changed it.
  changed_seq    bigint NOT NULL,
  PRIMARY KEY (room_id, seq),
  UNIQUE (message_id)
) WITH (fillfactor = 90);

-- Earlier texts; `seq` is the event that brought each.
CREATE TABLE message_revisions (
  room_id     uuid NOT NULL,
  message_id  uuid NOT NULL,
  seq         bigint NOT NULL,
  text        text NOT NULL,
  edited_by   uuid NOT NULL,
  at          timestamptz NOT NULL,
  PRIMARY KEY (message_id, seq)
);

CREATE TABLE message_reactions (
  room_id     uuid NOT NULL,
  message_id  uuid NOT NULL,
  emoji       text NOT NULL,
  user_id     uuid NOT NULL,
  seq         bigint NOT NULL,
  PRIMARY KEY (message_id, emoji, user_id)
);

-- Who was named in which message; the nil UUID stands for everyone in the room.
CREATE TABLE room_mentions (
  room_id  uuid NOT NULL,
  user_id  uuid NOT NULL,
  seq      bigint NOT NULL,
  PRIMARY KEY (room_id, user_id, seq)
);

CREATE TABLE read_watermarks (
  room_id     uuid NOT NULL,
  user_id     uuid NOT NULL,
  read_seq    bigint NOT NULL,
  -- How many of the room's messages lie at or below `read_seq`.
  read_count  bigint NOT NULL,
  PRIMARY KEY (room_id, user_id)
) WITH (fillfactor = 70);

-- Idempotency (P1, P10): what each key caused.
CREATE TABLE message_keys (
  room_id     uuid NOT NULL,
  actor_id    uuid NOT NULL,
  key         text NOT NULL,
  digest      text NOT NULL,
  request_id  uuid NOT NULL,
  seq         bigint NOT NULL,
  epoch       bigint NOT NULL,
  changed     boolean NOT NULL,
  message_id  uuid,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (room_id, actor_id, key)
);
-- Keys arrive in time order and leave in it.
CREATE INDEX message_keys_age ON message_keys USING brin (created_at);

-- How far each projection is (P19). Databases of both kinds have it.
CREATE TABLE IF NOT EXISTS consumer_positions (
  consumer   text NOT NULL,
  partition  int NOT NULL,
  epoch      bigint NOT NULL,
  position   bigint NOT NULL,
  PRIMARY KEY (consumer, partition)
) WITH (fillfactor = 50);
