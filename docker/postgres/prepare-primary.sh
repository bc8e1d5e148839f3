#!/bin/bash
# Run once, by the image of Postgres, when it makes a new primary: two databases for rooms beside the directory's, and who may stream from it.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v password="$POSTGRES_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
create database shard_a;
create database shard_b;
create role replicator with replication login password :'password';
SQL
echo 'host replication replicator all scram-sha-256' >> "$PGDATA/pg_hba.conf"
