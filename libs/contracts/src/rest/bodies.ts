import { z } from 'zod';
import { MAX_INITIAL_MEMBERS, RoomName, RoomTopic } from '../commands/room-commands';
import { KeySchema, MessageIdSchema, MessageTextSchema, SeqSchema, singleLine, UserIdSchema, wellFormedText } from '../primitives';
import { RoomRole } from '../views/room';

const username = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._-]{1,31}$/, '2 to 32 of a-z 0-9 . _ -, starting with a letter or digit');
const password = wellFormedText(200).min(8, 'at least 8 characters');
const userIds = z.array(UserIdSchema).max(MAX_INITIAL_MEMBERS);
const refreshToken = z.string().min(1).max(512);

/** The JSON bodies of REST calls, version 1. */
export const REST_BODIES = {
  register: z.object({ username, password, displayName: singleLine(60).optional() }),
  login: z.object({ username: z.string().toLowerCase().max(64), password: z.string().max(200) }),
  refresh: z.object({ refreshToken }),
  logout: z.object({ refreshToken: refreshToken.optional() }),
  updateMe: z.object({
    displayName: singleLine(60).optional(),
    avatarUrl: z
      // As a browser would write it: a NUL or a lone surrogate in it can't be stored.
      .url({ protocol: /^https$/, normalize: true })
      .max(500)
      .nullable()
      .optional(),
  }),
  createRoom: z
    .object({
      kind: z.enum(['public', 'private', 'direct', 'announcement']),
      name: RoomName.optional(),
      topic: RoomTopic.optional(),
      memberIds: userIds.optional(),
    })
    .refine((room) => room.kind === 'direct' || room.name !== undefined, { path: ['name'], message: 'is needed unless the room is direct' })
    .refine((room) => room.kind !== 'direct' || room.memberIds?.length === 1, {
      path: ['memberIds'],
      message: 'must name exactly the other person of a direct room',
    }),
  updateRoom: z
    .object({ name: RoomName.optional(), topic: RoomTopic.optional(), kind: z.enum(['public', 'private', 'announcement']).optional() })
    .refine((change) => Object.keys(change).length > 0, 'must change something'),
  addMembers: z.object({ userIds: userIds.min(1) }),
  inviteMembers: z.object({ userIds: userIds.min(1) }),
  updateMember: z
    .object({ role: RoomRole.optional(), muted: z.boolean().optional() })
    .refine((change) => Object.keys(change).length > 0, 'must change something'),
  ban: z.object({ userId: UserIdSchema, reason: wellFormedText(250).optional() }),
  postMessage: z.object({
    clientMsgId: KeySchema,
    text: MessageTextSchema,
    replyTo: MessageIdSchema.optional(),
    attachmentIds: z.array(z.string()).max(0).optional(),
  }),
  editMessage: z.object({ text: MessageTextSchema }),
  read: z.object({ seq: SeqSchema, force: z.boolean().optional() }),
  /** Whom the audit trail is to forget. */
  eraseFromAudit: z.object({ userId: UserIdSchema }),
  /** The database that the shard goes to, by its name in the shard map. */
  moveShard: z.object({ target: z.string().min(1).max(63) }),
} as const;

/** What a call's body says, checked. */
export type RestBody<Name extends keyof typeof REST_BODIES> = z.output<(typeof REST_BODIES)[Name]>;
