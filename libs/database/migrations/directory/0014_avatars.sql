-- compatible-from: 0009
-- Pictures of people that lie in the store of blobs. Whose they are users.avatar_url says; here each is noted before it is stored, so that none is left
-- behind. Without a reference to users: those of somebody who is gone are found too.
create table avatars (
  user_id     uuid not null,
  -- SHA-256 of its bytes, in hex.
  digest      text not null,
  size_bytes  int not null,
  -- When to look whether it is still somebody's.
  check_at    timestamptz not null,
  primary key (user_id, digest)
);
create index avatars_check on avatars (check_at);
