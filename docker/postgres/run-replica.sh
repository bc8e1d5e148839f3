#!/bin/bash
# A standby that streams from the primary: copies it once, then follows it.
set -euo pipefail
export PGPASSWORD="$POSTGRES_PASSWORD"
until [ -s "$PGDATA/standby.signal" ] || [ -s "$PGDATA/PG_VERSION" ]; do
  rm -rf "${PGDATA:?}"/* || true
  pg_basebackup --host "$PRIMARY_HOST" --port "${PRIMARY_PORT:-5432}" --username replicator --pgdata "$PGDATA" --wal-method stream --checkpoint fast \
    --write-recovery-conf && break
  echo 'The primary cannot be copied yet; it is tried again.' >&2
  sleep 1
done
chmod 0700 "$PGDATA"
exec postgres "$@"
