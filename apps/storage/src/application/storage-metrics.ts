import { declareCounter } from '@agent-chat/observability';

export const uploadsEnded = declareCounter({
  name: 'agent_chat_uploads_total',
  help: 'Uploads that ended: complete, refused for what they are, or damaged (another checksum than announced)',
  labels: ['outcome'],
});
export const uploadedBytes = declareCounter({ name: 'agent_chat_uploaded_bytes_total', help: 'Bytes of uploads that were stored' });
export const servedFiles = declareCounter({
  name: 'agent_chat_served_files_total',
  help: 'Requests for files and smaller pictures, by outcome: whole, part (a range), unchanged (the client has it), refused',
  labels: ['outcome'],
});
export const servedBytes = declareCounter({ name: 'agent_chat_served_bytes_total', help: 'Bytes of files sent to clients' });
export const removedFiles = declareCounter({ name: 'agent_chat_removed_files_total', help: 'Files that were removed, since no message has them (any more)' });
