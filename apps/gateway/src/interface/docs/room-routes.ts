import {
  BanPage,
  Committed,
  MemberPage,
  REST_BODIES,
  REST_QUERIES,
  Room,
  RoomAnswer,
  RoomList,
  RoomPage,
  RoomPreference,
  RoomPreferenceList,
  UserPage,
} from '@agent-chat/contracts';
import { type ErrorCode } from '@agent-chat/kernel';
import { area } from './route-spec';

const SEEN: readonly ErrorCode[] = ['ROOM_NOT_FOUND'];
const CHANGE: readonly ErrorCode[] = ['ROOM_NOT_FOUND', 'NOT_A_MEMBER', 'FORBIDDEN', 'ROOM_ARCHIVED', 'IDEMPOTENCY_CONFLICT'];
const isKeyed = true;

/** Rooms and who is in them. */
export const ROOM_ROUTES = [
  ...area('Rooms', '/api/v1/rooms', [
    {
      at: 'post ',
      id: 'createRoom',
      summary:
        'Make a room; 200 where the same key, or the same two people of a direct room, have made it before. Brings a caller who had left a direct room back',
      body: REST_BODIES.createRoom,
      answers: { 201: Room, 200: Room },
      errors: ['USER_NOT_FOUND', 'ROOM_EXISTS', 'IDEMPOTENCY_CONFLICT'],
      isKeyed,
    },
    {
      at: 'get ',
      id: 'listMyRooms',
      summary: 'My rooms, newest activity first. Rooms that move afterwards are told by `heads` and `rooms` frames',
      query: REST_QUERIES.page,
      answers: { 200: RoomList },
    },
    { at: 'get /discover', id: 'discoverRooms', summary: 'Public rooms by name', query: REST_QUERIES.discover, answers: { 200: RoomPage } },
    { at: 'get /{roomId}', id: 'getRoom', summary: 'A room', answers: { 200: Room }, errors: SEEN },
    {
      at: 'patch /{roomId}',
      id: 'updateRoom',
      summary: 'Change name, topic or kind',
      body: REST_BODIES.updateRoom,
      answers: { 200: Room },
      errors: CHANGE,
      isKeyed,
    },
    { at: 'delete /{roomId}', id: 'archiveRoom', summary: 'Archive: from then on it is read only', answers: { 200: Room }, errors: CHANGE, isKeyed },
    {
      at: 'post /{roomId}/join',
      id: 'joinRoom',
      summary: 'Enter a public room or one that I am invited to; also fine when I am in it',
      answers: { 200: RoomAnswer },
      errors: [...SEEN, 'BANNED', 'ROOM_ARCHIVED', 'LIMIT_REACHED', 'IDEMPOTENCY_CONFLICT'],
      isKeyed,
    },
    {
      at: 'post /{roomId}/leave',
      id: 'leaveRoom',
      summary: 'Leave; also fine when I am not in it. The last owner of a room that nobody else is in archives it by leaving',
      answers: { 200: RoomAnswer },
      errors: [...SEEN, 'LAST_OWNER', 'IDEMPOTENCY_CONFLICT'],
      isKeyed,
    },
  ]),
  ...area('Members', '/api/v1/rooms/{roomId}/members', [
    { at: 'get ', id: 'listMembers', summary: 'Members', query: REST_QUERIES.page, answers: { 200: MemberPage }, errors: SEEN },
    {
      at: 'post ',
      id: 'addMembers',
      summary: 'Add people',
      body: REST_BODIES.addMembers,
      answers: { 200: Committed },
      errors: [...CHANGE, 'USER_NOT_FOUND', 'BANNED', 'LIMIT_REACHED'],
      isKeyed,
    },
    {
      at: 'patch /{userId}',
      id: 'updateMember',
      summary: "Change a member's role, or mute",
      body: REST_BODIES.updateMember,
      answers: { 200: Committed },
      errors: [...CHANGE, 'MEMBER_NOT_FOUND', 'LAST_OWNER'],
      isKeyed,
    },
    {
      at: 'delete /{userId}',
      id: 'removeMember',
      summary: 'Remove a member',
      answers: { 200: Committed },
      errors: [...CHANGE, 'MEMBER_NOT_FOUND', 'LAST_OWNER'],
      isKeyed,
    },
  ]),
  ...area('Members', '/api/v1/rooms/{roomId}/invites', [
    { at: 'get ', id: 'listInvites', summary: 'Who is invited', answers: { 200: UserPage }, errors: [...SEEN, 'NOT_A_MEMBER'] },
    {
      at: 'post ',
      id: 'inviteMembers',
      summary: 'Invite people; they join by themselves',
      body: REST_BODIES.inviteMembers,
      answers: { 200: Committed },
      errors: [...CHANGE, 'USER_NOT_FOUND', 'BANNED', 'LIMIT_REACHED'],
      isKeyed,
    },
    { at: 'delete /{userId}', id: 'revokeInvite', summary: 'Take an invitation back, or decline my own', answers: { 200: Committed }, errors: CHANGE, isKeyed },
  ]),
  ...area('Rooms', '/api/v1', [
    { at: 'get /preferences/rooms', id: 'listRoomPreferences', summary: 'What I have chosen for rooms', answers: { 200: RoomPreferenceList } },
    {
      at: 'put /rooms/{roomId}/preference',
      id: 'chooseRoomPreference',
      summary: 'Choose of which messages I am told; null goes back to the default: all of a direct room, mentions of every other',
      body: REST_BODIES.roomPreference,
      answers: { 200: RoomPreference },
      errors: [...SEEN, 'NOT_A_MEMBER'],
    },
  ]),
  ...area('Members', '/api/v1/rooms/{roomId}/bans', [
    {
      at: 'get ',
      id: 'listBans',
      summary: 'Who is banned',
      query: REST_QUERIES.page,
      answers: { 200: BanPage },
      errors: [...SEEN, 'NOT_A_MEMBER', 'FORBIDDEN'],
    },
    {
      at: 'post ',
      id: 'banUser',
      summary: 'Ban somebody, member or not',
      body: REST_BODIES.ban,
      answers: { 200: Committed },
      errors: [...CHANGE, 'USER_NOT_FOUND'],
      isKeyed,
    },
    { at: 'delete /{userId}', id: 'unbanUser', summary: 'Lift a ban', answers: { 200: Committed }, errors: CHANGE, isKeyed },
  ]),
];
