-- The processes that run now, one row each: whom others can ask. A row is a lease; every time in it is this database's.
create table service_instances (
  instance_id  uuid primary key,
  service      text not null,
  version      text not null,
  -- `host:port` of its internal door.
  address      text not null,
  -- The share of time that its event loop was busy lately, 0 to 1.
  load         real not null default 0,
  started_at   timestamptz not null default now(),
  renewed_at   timestamptz not null,
  expires_at   timestamptz not null
) with (fillfactor = 50);
