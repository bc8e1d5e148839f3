-- Figures of the event log by room and day (UTC). Built again from zero they are the same.
create table analytics_messages (
  room_id   uuid not null,
  day       date not null,
  messages  bigint not null,
  primary key (room_id, day)
) with (fillfactor = 70);
create index analytics_messages_day on analytics_messages (day);

-- Who posted, edited or reacted in a room on a day.
create table analytics_people (
  room_id  uuid not null,
  day      date not null,
  user_id  uuid not null,
  primary key (room_id, day, user_id)
);
create index analytics_people_day on analytics_people (day, user_id);

-- Who did what to which room, person or message; never what was written. Append only.
create table audit_trail (
  partition   int not null,
  position    bigint not null,
  room_id     uuid not null,
  seq         bigint not null,
  epoch       bigint not null,
  type        text not null,
  actor_id    uuid,
  subject_id  text,
  at          timestamptz not null,
  primary key (partition, position)
);
create index audit_trail_at on audit_trail (at, partition, position);
create index audit_trail_room on audit_trail (room_id, at, partition, position);
create index audit_trail_actor on audit_trail (actor_id, at, partition, position);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'The audit trail is append only' using errcode = 'restrict_violation';
end $$;
create trigger audit_trail_append_only before update or delete on audit_trail for each statement execute function refuse_change();
create trigger audit_trail_no_truncate before truncate on audit_trail for each statement execute function refuse_change();
