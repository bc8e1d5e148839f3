-- compatible-from: 0009
-- Figures of the event log by minute, hour and day (UTC). Built again from the first event they are the same. The release before keeps
-- analytics_messages and analytics_people, which nothing reads any more.

-- What happened in a partition, in all its rooms together. A row is written by transactions of its partition alone, so that no two wait for each other.
create table figures_partitions (
  partition  int not null,
  unit       text not null check (unit in ('minute', 'hour', 'day')),
  -- The beginning of that minute, hour or day.
  at         timestamptz not null,
  messages   bigint not null,
  edits      bigint not null,
  deletions  bigint not null,
  reactions  bigint not null,
  joins      bigint not null,
  leaves     bigint not null,
  -- Attachments of messages.
  uploads    bigint not null,
  primary key (unit, at, partition)
) with (fillfactor = 70);

-- The same of each room.
create table figures_rooms (
  room_id    uuid not null,
  unit       text not null check (unit in ('minute', 'hour', 'day')),
  at         timestamptz not null,
  messages   bigint not null,
  edits      bigint not null,
  deletions  bigint not null,
  reactions  bigint not null,
  joins      bigint not null,
  leaves     bigint not null,
  uploads    bigint not null,
  primary key (room_id, unit, at)
) with (fillfactor = 70);
create index figures_rooms_at on figures_rooms (unit, at);

-- Who posted, edited, deleted or reacted, in a room on a day.
create table figures_room_people (
  room_id  uuid not null,
  day      date not null,
  user_id  uuid not null,
  primary key (room_id, day, user_id)
);
create index figures_room_people_day on figures_room_people (day, room_id);

-- The same anywhere, in a day, a week (from Monday on) or a month: by its first day.
create table figures_people (
  period   text not null check (period in ('day', 'week', 'month')),
  at       date not null,
  user_id  uuid not null,
  primary key (period, at, user_id)
);

-- What processes observe of themselves and no event tells: how long deliveries took, which errors were answered. A process counts by minute and says its
-- whole count of that minute each time, so that a repeated or late report counts once.
create table figure_observations (
  process_id  uuid not null,
  minute      timestamptz not null,
  series      text not null,
  label       text not null,
  count       bigint not null,
  primary key (minute, process_id, series, label)
) with (fillfactor = 70);

-- Their sums over all processes.
create table figures_observed (
  unit    text not null check (unit in ('minute', 'hour', 'day')),
  at      timestamptz not null,
  series  text not null,
  label   text not null,
  count   bigint not null,
  primary key (series, unit, at, label)
) with (fillfactor = 70);
