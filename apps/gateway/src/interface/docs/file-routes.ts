import { REST_BODIES, REST_QUERIES, RoomFilePage, STORAGE_QUERIES } from '@agent-chat/contracts';
import { z } from 'zod';
import { area } from './route-spec';

const TUS = { 'Tus-Resumable': '`1.0.0`' };
const OFFSET = {
  ...TUS,
  'Upload-Offset': 'How much the server has: as it answered last, or as HEAD says',
  'Content-Type': '`application/offset+octet-stream`',
};
const METADATA =
  'Names and values in Base64, with commas between: `roomId` (for which room), `filename`, and, if given, `sha256` (64 digits in hex; what arrives otherwise is refused)';
const BEGIN = { ...TUS, 'Upload-Length': 'The length of the file, in bytes', 'Upload-Metadata': METADATA };

const LinkQuery = z.object({
  until: z.string().meta({ description: 'Of a link, in place of the Authorization header' }).optional(),
  signature: z.string().meta({ description: 'Of a link' }).optional(),
  download: z.string().meta({ description: 'Where it is given, with any value: to be saved, not shown' }).optional(),
});
const WHOLE = 'application/octet-stream';

/** Uploads and files. */
export const FILE_ROUTES = [
  ...area('Files', '/api/v1/uploads', [
    {
      at: 'options ',
      id: 'describeUploads',
      summary: 'What the server can of tus 1.0 (https://tus.io): creation, creation-with-upload, termination; `Tus-Max-Size` is the largest file in bytes',
      answers: { 204: null },
    },
    {
      at: 'post ',
      id: 'beginUpload',
      summary: 'Begin an upload; `Location` is where it goes on, the last part of it the `attachmentId`',
      headers: BEGIN,
      answers: { 201: null },
      errors: ['VALIDATION_FAILED', 'MALFORMED_REQUEST', 'ROOM_NOT_FOUND', 'NOT_A_MEMBER', 'FILE_TOO_LARGE', 'FILE_REFUSED', 'LIMIT_REACHED'],
    },
    {
      at: 'head /{attachmentId}',
      id: 'askUpload',
      summary: 'How much of it the server has: `Upload-Offset`',
      headers: TUS,
      answers: { 200: null },
      errors: ['ATTACHMENT_NOT_FOUND', 'FILE_REFUSED', 'CHECKSUM_MISMATCH'],
    },
    {
      at: 'patch /{attachmentId}',
      id: 'continueUpload',
      summary: 'Bytes from an offset on; after the last one the file can be posted',
      headers: OFFSET,
      answers: { 204: null },
      errors: ['ATTACHMENT_NOT_FOUND', 'UPLOAD_CONFLICT', 'MALFORMED_REQUEST', 'FILE_TOO_LARGE', 'FILE_REFUSED', 'CHECKSUM_MISMATCH'],
    },
    {
      at: 'delete /{attachmentId}',
      id: 'cancelUpload',
      summary: 'Cancel it',
      headers: TUS,
      answers: { 204: null },
      errors: ['ATTACHMENT_NOT_FOUND', 'UPLOAD_CONFLICT'],
    },
  ]),
  ...area('Files', '/api/v1/rooms/{roomId}/attachments', [
    {
      at: 'get ',
      id: 'listRoomFiles',
      summary: 'Files of the messages in a room, newest first',
      query: REST_QUERIES.roomFiles,
      answers: { 200: RoomFilePage },
      errors: ['ROOM_NOT_FOUND'],
    },
  ]),
  ...area('Files', '/api/v1/attachments', [
    {
      at: 'post /links',
      id: 'linkAttachments',
      summary: 'Addresses that work without a token for an hour at least, of those files that I may see',
      body: REST_BODIES.linkAttachments,
      answers: { 200: STORAGE_QUERIES['attachments.links'].answer },
    },
    {
      at: 'get /{attachmentId}',
      id: 'getAttachment',
      summary: 'A file, with a token or by a link; ranges and `If-None-Match` are answered',
      access: 'public',
      query: LinkQuery,
      answers: { 200: null, 206: null, 304: null },
      mediaType: WHOLE,
      errors: ['UNAUTHENTICATED', 'ATTACHMENT_NOT_FOUND'],
    },
    {
      at: 'get /{attachmentId}/{variant}',
      id: 'getVariant',
      summary: 'A smaller picture of an image, likewise; while it is being made the answer waits for it, up to 10 s',
      access: 'public',
      query: LinkQuery,
      answers: { 200: null, 206: null, 304: null },
      mediaType: WHOLE,
      errors: ['UNAUTHENTICATED', 'ATTACHMENT_NOT_FOUND'],
    },
  ]),
];
