-- compatible-from: 0007
-- Which process runs a move; and what the shard's log was found to be, at both ends, before it was removed from the one it left.
alter table shard_moves add column runner text, add column log_events bigint, add column log_checksum text;
