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
-- For the most active rooms; and for what is past its time.
create index figures_rooms_days on figures_rooms (at) where unit = 'day';
create index figures_rooms_at on figures_rooms using brin (at);

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

-- Counts what happened in rooms of one partition, by the minute in which it did; what is older than `oldest_minute` is not kept by minute. A function, so that
-- its plans are made once a connection and not once a batch.
create function figures_count(
  of_partition int, room_ids uuid[], minutes timestamptz[], given_messages int[], given_edits int[], given_deletions int[], given_reactions int[],
    given_joins int[], given_leaves int[], given_uploads int[], oldest_minute timestamptz
) returns void language plpgsql as $$
begin
  with given as (
    select * from unnest(room_ids, minutes, given_messages, given_edits, given_deletions, given_reactions, given_joins, given_leaves,
      given_uploads) as g (room_id, minute, messages, edits, deletions, reactions, joins, leaves, uploads)
  ), spread as materialized (
    select room_id, units.unit, date_trunc(units.unit, minute, 'UTC') as at, sum(messages)::bigint as messages, sum(edits)::bigint as edits,
      sum(deletions)::bigint as deletions, sum(reactions)::bigint as reactions, sum(joins)::bigint as joins, sum(leaves)::bigint as leaves,
      sum(uploads)::bigint as uploads
    from given cross join (values ('minute'), ('hour'), ('day')) as units (unit)
    where units.unit <> 'minute' or minute >= oldest_minute
    group by 1, 2, 3
  ), whole as (
    insert into figures_partitions as stored (partition, unit, at, messages, edits, deletions, reactions, joins, leaves, uploads)
    select of_partition, unit, at, sum(messages)::bigint as messages, sum(edits)::bigint as edits, sum(deletions)::bigint as deletions,
      sum(reactions)::bigint as reactions, sum(joins)::bigint as joins, sum(leaves)::bigint as leaves, sum(uploads)::bigint as uploads from spread
      group by unit, at
    on conflict (unit, at, partition) do update set messages = stored.messages + excluded.messages, edits = stored.edits + excluded.edits,
      deletions = stored.deletions + excluded.deletions, reactions = stored.reactions + excluded.reactions, joins = stored.joins + excluded.joins,
      leaves = stored.leaves + excluded.leaves, uploads = stored.uploads + excluded.uploads
  )
  insert into figures_rooms as stored (room_id, unit, at, messages, edits, deletions, reactions, joins, leaves, uploads)
  select room_id, unit, at, messages, edits, deletions, reactions, joins, leaves, uploads from spread
  on conflict (room_id, unit, at) do update set messages = stored.messages + excluded.messages, edits = stored.edits + excluded.edits, deletions =
    stored.deletions + excluded.deletions, reactions = stored.reactions + excluded.reactions, joins = stored.joins + excluded.joins, leaves =
    stored.leaves + excluded.leaves, uploads = stored.uploads + excluded.uploads;
end $$;

-- Notes who was active in rooms of one partition on which day. Who was there on a day before has been noted for the week and the month, too. Each step is in the
-- order of its keys, and begins when the one before is done, so that batches of two partitions can't wait for each other.
create function figures_note(room_ids uuid[], days date[], user_ids uuid[]) returns void language plpgsql as $$
begin
  with fresh as (
    insert into figures_room_people (room_id, day, user_id)
    select * from unnest(room_ids, days, user_ids) order by 1, 2, 3 on conflict do nothing returning day, user_id
  ), on_days as (
    insert into figures_people (period, at, user_id)
    select distinct 'day', day, user_id from fresh order by 2, 3 on conflict do nothing returning at, user_id
  )
  insert into figures_people (period, at, user_id)
  select distinct period, date_trunc(period, at::timestamp)::date, user_id from on_days cross join (values ('month'), ('week')) as periods (period)
  order by 1, 2, 3 on conflict do nothing;
end $$;

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
