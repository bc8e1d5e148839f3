#!/bin/bash
# A standby that streams from the primary: copies it once, then follows it.
set -euo pipefail
export PGPASSWORD="$POSTGRES_PASSWORD"
copy="$PGDATA.part"
until [ -s "$PGDATA/PG_VERSION" ]; do
  # Whatever ends it in the middle of the copy leaves nothing that looks complete.
  rm -rf "$copy" "$PGDATA"
  if pg_basebackup --host "$PRIMARY_HOST" --username replicator --pgdata "$copy" --wal-method stream --checkpoint fast --write-recovery-conf; then
    mv --no-target-directory "$copy" "$PGDATA"
  else
    echo 'The primary cannot be copied yet; it is tried again.' >&2
    sleep 1
  fi
done
chmod 0700 "$PGDATA"
exec postgres "$@"
