-- People and bots.
create table users (
  user_id uuid primary key,
  -- Always in lower case; what people type is lowered first.
  username text collate "C" not null unique check (username = lower(username)),
  display_name text not null,
  -- The display name as it is searched: normalised and in lower case.
  search_name text collate "C" not null,
  avatar_url text,
  bot boolean not null default false,
  created_at timestamptz not null
);

-- In the collation "C" an index serves prefixes (LIKE 'abc%').
create index users_search_name on users (search_name, username);

-- How people of the built-in issuer log in.
create table credentials (
  user_id uuid primary key references users on delete cascade,
  password_hash text not null,
  -- The Idempotency-Key of the registration: whose answer was lost may ask again.
  registration_key text,
  created_at timestamptz not null
);

-- Who people of trusted issuers are here.
create table external_identities (
  issuer text not null,
  subject text not null,
  user_id uuid not null references users on delete cascade,
  created_at timestamptz not null,
  primary key (issuer, subject)
);

create index external_identities_user on external_identities (user_id);

-- A log-in, and everything refreshed from it.
create table sessions (
  session_id uuid primary key,
  user_id uuid not null references users on delete cascade,
  created_at timestamptz not null,
  refreshed_at timestamptz not null,
  -- Moves on with every refresh.
  expires_at timestamptz not null,
  ended_at timestamptz,
  -- 'logout', 'revoked', or 'reuse' (a refresh token was shown again).
  end_reason text,
  user_agent text,
  address text
);

create index sessions_user on sessions (user_id, created_at desc);
create index sessions_expiry on sessions (expires_at);
create index sessions_ended on sessions (ended_at) where ended_at is not null;

-- One row a token ever handed out in a session, so that a stolen one is noticed when it is shown. Secrets are hashed.
create table refresh_tokens (
  token_id uuid primary key,
  session_id uuid not null references sessions on delete cascade,
  secret_hash bytea not null,
  created_at timestamptz not null,
  -- When it was exchanged, and for which.
  used_at timestamptz,
  successor_id uuid
);

create index refresh_tokens_session on refresh_tokens (session_id);
create index refresh_tokens_used on refresh_tokens (used_at);

-- The keys of the built-in issuer. A retired one signs until its successor is known everywhere, then it only verifies.
create table signing_keys (
  kid text primary key,
  private_jwk jsonb not null,
  created_at timestamptz not null,
  retired_at timestamptz
);

-- One key is the newest.
create unique index signing_keys_newest on signing_keys ((true)) where retired_at is null;

-- Secrets that every node shares, made by the first that needs one.
create table auth_secrets (
  name text primary key,
  secret bytea not null,
  created_at timestamptz not null
);
