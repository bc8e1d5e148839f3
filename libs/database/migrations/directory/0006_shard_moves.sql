-- Logical shards on their way from one database to another (P30); the row's lock decides between whoever switches and whoever cancels.
create table shard_moves (
  move_id      uuid primary key,
  partition    integer not null,
  source       text not null,
  target       text not null,
  phase        text not null default 'planned'
    check (phase in ('planned', 'copying', 'following', 'switching', 'switched', 'undoing', 'done', 'cancelled', 'failed')),
  -- The last room of the first copy, by id; and how many rows were written in all.
  copied_room  uuid,
  copied       bigint not null default 0,
  error        text,
  -- How long writers had to wait for the switch.
  stalled_ms   integer,
  started_at   timestamptz not null default now(),
  ended_at     timestamptz,
  -- Whoever runs it, and until when nobody else does.
  token        uuid,
  lease_until  timestamptz
);

-- One at a time.
create unique index shard_moves_running on shard_moves ((true)) where ended_at is null;
create index shard_moves_started on shard_moves (started_at desc);
