-- Set while an operator wants the event handled again; whoever runs the consumer does it. Databases of both kinds have it.
ALTER TABLE dead_events ADD COLUMN IF NOT EXISTS replay_asked_at timestamptz;
CREATE INDEX IF NOT EXISTS dead_events_replay ON dead_events (consumer, partition) WHERE replay_asked_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS dead_events_failed_at ON dead_events (failed_at);
