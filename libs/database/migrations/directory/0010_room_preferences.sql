-- compatible-from: 0009
-- What people want of single rooms; a room that isn't here goes by the default.
create table room_preferences (
  user_id uuid not null references users on delete cascade,
  room_id uuid not null,
  -- Of which messages they are told: 'all', 'mentions' or 'nothing'.
  notify text not null check (notify in ('all', 'mentions', 'nothing')),
  chosen_at timestamptz not null,
  primary key (user_id, room_id)
);
