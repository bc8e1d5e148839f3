-- compatible-from: 0006
-- The files of a room, newest first: ids of messages grow with time.
CREATE INDEX message_attachments_room ON message_attachments (room_id, message_id, place) WHERE NOT erased;
