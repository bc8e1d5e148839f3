-- Commands that could not be decoded or stored (P15, P16), as they lie in their topic of dead letters, until an operator replays or discards them.
create table dead_commands (
  -- Made of where the command lay, so that it is here once however often it comes.
  letter_id  uuid primary key,
  -- The type of command.
  source     text not null,
  error      text not null,
  failed_at  timestamptz not null,
  -- The record with its headers, as JSON: it may hold what no other type takes.
  record     text not null
);
create index dead_commands_failed_at on dead_commands (failed_at, letter_id);

-- What operators did with dead letters; asked for before it is done.
create table dead_letter_acts (
  act_id     uuid primary key,
  letter_id  text not null,
  act        text not null check (act in ('replay', 'discard')),
  actor_id   uuid not null,
  -- The idempotency key of the call.
  key        text,
  -- What the letter was: kind, source, cause; never its content.
  letter     json not null,
  asked_at   timestamptz not null default now(),
  done_at    timestamptz
);
create unique index dead_letter_acts_key on dead_letter_acts (actor_id, key);
create index dead_letter_acts_letter on dead_letter_acts (letter_id, asked_at);

-- Set while an operator wants the event handled again; whoever runs the consumer does it.
alter table dead_events add column if not exists replay_asked_at timestamptz;
create index if not exists dead_events_replay on dead_events (consumer, partition) where replay_asked_at is not null;
create index if not exists dead_events_failed_at on dead_events (failed_at);
