-- compatible-from: 0009
-- The audit trail as chains: each entry holds the hash of the one before it, so that one that is changed, added in between or removed shows. A partition's
-- entries are one chain, what operators did is another. The release before keeps audit_trail, which nothing reads any more.

create table audit_chains (
  -- A partition, or -1: what operators did.
  chain  int primary key,
  -- How many entries it has, and the hash of the newest; 32 bytes of 0 before the first.
  links  bigint not null,
  head   bytea not null
) with (fillfactor = 50);

-- Who did what to which room, person or message; never what was written. Append only, but for the erasure of a person: that takes an id away with its
-- salt, without which nobody can find out by trying whose digest it was. The digest stays, and with it the chain.
create table audit_entries (
  chain           int not null,
  -- Its place in the chain, from 1 on.
  link            bigint not null,
  -- Where the event lies in its partition's log; null for what an operator did.
  position        bigint,
  epoch           bigint,
  room_id         uuid,
  seq             bigint,
  type            text not null check (type not like e'%\n%'),
  at              timestamptz not null,
  actor_id        uuid,
  actor_salt      bytea,
  actor_digest    bytea,
  subject_id      text,
  subject_salt    bytea,
  subject_digest  bytea,
  hash            bytea not null,
  primary key (chain, link)
);
create unique index audit_entries_place on audit_entries (chain, position, epoch);
create index audit_entries_at on audit_entries (at, chain, link);
create index audit_entries_room on audit_entries (room_id, at, chain, link);
create index audit_entries_actor on audit_entries (actor_id, at, chain, link);
create index audit_entries_subject on audit_entries (subject_id);

-- Appends entries to a chain, in the order of their positions; leaves out those whose place in the log is in it already. Answers how many are new.
--   digest = sha256(salt || id), each of actor and subject; one byte of 0 where there is none
--   hash   = sha256(hash of the entry before || actor digest || subject digest || the rest as text, a line each; an empty one for what is absent)
create function audit_append(into_chain int, given json) returns int language plpgsql as $$
declare
  tail record;
  hash bytea;
  hashes bytea[] := '{}';
  part bytea;
  parts bytea[];
  added audit_entries[];
begin
  insert into audit_chains (chain, links, head) values (into_chain, 0, decode(repeat('00', 32), 'hex')) on conflict do nothing;
  -- Whoever appends to the same chain waits here.
  select links, head into tail from audit_chains where chain = into_chain for update;
  -- All but the hashes at once: those take one another.
  select array_agg(entry order by (entry).link), array_agg(
      coalesce((entry).actor_digest, '\x00') || coalesce((entry).subject_digest, '\x00') || convert_to(concat(
        into_chain, e'\n', (entry).link, e'\n', (entry).position, e'\n', (entry).epoch, e'\n', (entry).room_id, e'\n', (entry).seq, e'\n', (entry).type, e'\n',
        to_char((entry).at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), 'UTF8') order by (entry).link)
    into added, parts
    from (
      select row(
          into_chain, tail.links + row_number() over (order by g.position), g.position, g.epoch, g.room_id, g.seq, g.type, date_trunc('milliseconds', g.at),
          g.actor_id, salts.actor, sha256(salts.actor || convert_to(g.actor_id::text, 'UTF8')),
          g.subject_id, salts.subject, sha256(salts.subject || convert_to(g.subject_id, 'UTF8')), ''
        )::audit_entries as entry
      from json_to_recordset(given) as g (position bigint, epoch bigint, room_id uuid, seq bigint, type text, at timestamptz, actor_id uuid, subject_id text)
        -- Made once, and used twice.
        cross join lateral (
          select case when g.actor_id is not null then uuid_send(gen_random_uuid()) end as actor,
            case when g.subject_id is not null then uuid_send(gen_random_uuid()) end as subject offset 0
        ) salts
      where not exists (select 1 from audit_entries e where e.chain = into_chain and e.position = g.position and e.epoch = g.epoch)
      offset 0
    ) sealed;
  if added is null then
    return 0;
  end if;
  hash := tail.head;
  foreach part in array parts loop
    hash := sha256(hash || part);
    hashes := hashes || hash;
  end loop;
  insert into audit_entries
    select chain, link, position, epoch, room_id, seq, type, at, actor_id, actor_salt, actor_digest, subject_id, subject_salt, subject_digest,
      hashes[(link - tail.links)::int] from unnest(added);
  update audit_chains set links = tail.links + array_length(parts, 1), head = hash where chain = into_chain;
  return array_length(parts, 1);
end $$;

-- Takes a person out of the trail. Answers in how many entries they were.
create function audit_erase(person uuid) returns bigint language plpgsql as $$
declare
  erased bigint;
begin
  update audit_entries
    set actor_id = nullif(actor_id, person),
        actor_salt = case when actor_id = person then null else actor_salt end,
        subject_id = nullif(subject_id, person::text),
        subject_salt = case when subject_id = person::text then null else subject_salt end
    where actor_id = person or subject_id = person::text;
  get diagnostics erased = row_count;
  return erased;
end $$;

-- An id may go, and with it its salt. Nothing else changes.
create function audit_erases_only() returns trigger language plpgsql as $$
declare
  kept audit_entries := new;
begin
  if new.actor_id is null and new.actor_salt is null then
    kept.actor_id := old.actor_id;
    kept.actor_salt := old.actor_salt;
  end if;
  if new.subject_id is null and new.subject_salt is null then
    kept.subject_id := old.subject_id;
    kept.subject_salt := old.subject_salt;
  end if;
  if kept is distinct from old then
    raise exception 'The audit trail is append only' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger audit_entries_erase_only before update on audit_entries for each row execute function audit_erases_only();
create trigger audit_entries_no_delete before delete on audit_entries for each statement execute function refuse_change();
create trigger audit_entries_no_truncate before truncate on audit_entries for each statement execute function refuse_change();
