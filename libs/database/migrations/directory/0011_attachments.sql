-- compatible-from: 0009
-- Files, from the beginning of their upload on. Their bytes lie in the store of blobs.
create table attachments (
  attachment_id   uuid primary key,
  room_id         uuid not null,
  uploader_id     uuid not null,
  name            text not null,
  size_bytes      bigint not null,
  -- What the uploader says that it will be, in hex.
  wanted_sha256   text,
  -- 'gone': nothing is left but this row, for as long as a post may be repeated that named it.
  state           text not null default 'uploading' check (state in ('uploading', 'ready', 'erased', 'gone')),
  -- How much of it is stored, and where: [{ key, sizeBytes }], one behind the other.
  received_bytes  bigint not null default 0,
  pieces          jsonb not null default '[]',
  -- Once it is complete.
  type            text,
  sha256          text,
  width           int,
  height          int,
  media           text not null default 'none' check (media in ('none', 'waiting', 'done', 'failed')),
  -- How often work on it began, and when last.
  media_tries     int not null default 0,
  media_tried_at  timestamptz,
  placeholder     text,
  -- [{ name, type, width, height, sizeBytes, key }]
  variants        jsonb not null default '[]',
  -- The message that has it.
  message_id      uuid,
  created_at      timestamptz not null default now(),
  -- When it may be removed; never while a message has it.
  expires_at      timestamptz
);
create index attachments_expiry on attachments (expires_at) where expires_at is not null;
create index attachments_message on attachments (message_id) where message_id is not null;
create index attachments_uploads on attachments (uploader_id) where state = 'uploading';
create index attachments_waiting on attachments (created_at) where media = 'waiting';

-- What links are signed with.
create table storage_secrets (
  name        text primary key,
  secret      bytea not null,
  created_at  timestamptz not null default now()
);
