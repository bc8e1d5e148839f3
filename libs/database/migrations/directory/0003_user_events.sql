-- People's own logs (P32): "your room list changed, look". A projection of the event log.
create table user_revs (
  user_id uuid primary key,
  -- Of the newest change.
  rev     bigint not null
) with (fillfactor = 70);

create table user_events (
  user_id  uuid not null,
  -- Grows by 1 for each change of a person.
  rev      bigint not null,
  room_id  uuid not null,
  change   text not null,
  at       timestamptz not null,
  primary key (user_id, rev)
);

-- How far each projection is (P19). Databases of both kinds have it.
create table if not exists consumer_positions (
  consumer   text not null,
  partition  int not null,
  epoch      bigint not null,
  position   bigint not null,
  primary key (consumer, partition)
) with (fillfactor = 50);

-- What a consumer could not handle and went past (P20).
create table dead_events (
  consumer   text not null,
  partition  int not null,
  position   bigint not null,
  room_id    uuid not null,
  seq        bigint not null,
  type       text not null,
  error      text not null,
  failed_at  timestamptz not null default now(),
  primary key (consumer, partition, position)
);
