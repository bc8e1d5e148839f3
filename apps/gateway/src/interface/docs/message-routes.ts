import {
  Committed,
  EventPage,
  HistoryPage,
  MentionPage,
  Message,
  Posted,
  ReadAnswer,
  REST_BODIES,
  REST_QUERIES,
  RevisionList,
  SearchPage,
} from '@agent-chat/contracts';
import { type ErrorCode } from '@agent-chat/kernel';
import { z } from 'zod';
import { area } from './route-spec';

const SEEN: readonly ErrorCode[] = ['ROOM_NOT_FOUND'];
const WRITE: readonly ErrorCode[] = ['ROOM_NOT_FOUND', 'NOT_A_MEMBER', 'MUTED', 'ROOM_ARCHIVED', 'IDEMPOTENCY_CONFLICT'];
const CHANGE: readonly ErrorCode[] = [...WRITE, 'MESSAGE_NOT_FOUND', 'MESSAGE_DELETED', 'FORBIDDEN'];
const isKeyed = true;

const StreamQuery = z.object({
  rooms: z.string().meta({ description: 'Room ids with commas between; without it all my rooms, following joins' }).optional(),
  after: z
    .string()
    .max(1_024)
    .meta({ description: 'The id of the last event seen, where `Last-Event-ID` cannot be set; or a cursor for each of `rooms`, with commas between' })
    .optional(),
  ticket: z.string().meta({ description: 'In place of the Authorization header' }).optional(),
});

/** Messages, logs and streams. */
export const MESSAGE_ROUTES = [
  ...area('Messages', '/api/v1/rooms/{roomId}/messages', [
    {
      at: 'post ',
      id: 'postMessage',
      summary: 'Post a message; 200 and `duplicate` where the key was seen before',
      body: REST_BODIES.postMessage,
      answers: { 201: Posted, 200: Posted },
      errors: [...WRITE, 'MESSAGE_NOT_FOUND', 'FORBIDDEN'],
      isKeyed,
    },
    {
      at: 'get ',
      id: 'readHistory',
      summary: 'Messages, oldest first; the newest without before, after and around',
      query: REST_QUERIES.history,
      answers: { 200: HistoryPage },
      errors: SEEN,
    },
    { at: 'get /{messageId}', id: 'getMessage', summary: 'A message', answers: { 200: Message }, errors: [...SEEN, 'MESSAGE_NOT_FOUND'] },
    {
      at: 'patch /{messageId}',
      id: 'editMessage',
      summary: 'Change the text of my message',
      body: REST_BODIES.editMessage,
      answers: { 200: Committed },
      errors: CHANGE,
      isKeyed,
    },
    {
      at: 'delete /{messageId}',
      id: 'deleteMessage',
      summary: "Delete my message, or as a moderator anybody's",
      answers: { 200: Committed },
      errors: CHANGE,
      isKeyed,
    },
    { at: 'post /{messageId}/restore', id: 'restoreMessage', summary: 'Undo a deletion, as a moderator', answers: { 200: Committed }, errors: CHANGE, isKeyed },
    {
      at: 'get /{messageId}/revisions',
      id: 'listRevisions',
      summary: 'Earlier texts, oldest first',
      answers: { 200: RevisionList },
      errors: [...SEEN, 'MESSAGE_NOT_FOUND', 'FORBIDDEN'],
    },
    {
      at: 'put /{messageId}/reactions/{emoji}',
      id: 'addReaction',
      summary: 'React',
      answers: { 200: Committed },
      errors: [...CHANGE, 'LIMIT_REACHED'],
      isKeyed,
    },
    {
      at: 'delete /{messageId}/reactions/{emoji}',
      id: 'removeReaction',
      summary: 'Take my reaction back',
      answers: { 200: Committed },
      errors: CHANGE,
      isKeyed,
    },
  ]),
  ...area('Log', '/api/v1/rooms/{roomId}', [
    {
      at: 'get /events',
      id: 'readEvents',
      summary: "The room's log after a cursor",
      query: REST_QUERIES.events,
      answers: { 200: EventPage },
      errors: [...SEEN, 'RESYNC_REQUIRED'],
    },
    {
      at: 'put /read',
      id: 'markRead',
      summary: 'Move my read mark; back only with `force`',
      body: REST_BODIES.read,
      answers: { 200: ReadAnswer },
      errors: [...SEEN, 'NOT_A_MEMBER'],
    },
  ]),
  ...area('Log', '/api/v1', [
    {
      at: 'get /mentions',
      id: 'listMentions',
      summary: 'Messages that name me, or everyone in a room of mine, newest first',
      query: REST_QUERIES.page,
      answers: { 200: MentionPage },
    },
    {
      at: 'get /search',
      id: 'search',
      summary: 'Full text, in the rooms that I may read',
      query: REST_QUERIES.search,
      answers: { 200: SearchPage },
      errors: SEEN,
    },
    {
      at: 'get /events',
      id: 'openStream',
      summary: 'Server-sent events: the frames of the AsyncAPI document, one event each',
      query: StreamQuery,
      answers: { 200: null },
      mediaType: 'text/event-stream',
    },
  ]),
];
