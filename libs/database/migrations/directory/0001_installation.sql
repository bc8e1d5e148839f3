-- What is fixed when the database is installed (P4). One row.
create table installation (
  only_row boolean primary key default true check (only_row),
  partition_count integer not null check (partition_count > 0),
  installed_at timestamptz not null default now()
);

-- Which physical database holds a logical shard.
create table shard_map (
  partition integer primary key check (partition >= 0),
  database text not null
);
