import { z } from 'zod';
import { RoomEvent } from '../events/room-events';
import { CursorSchema, IsoTimeSchema, MessageIdSchema, SeqSchema, UserIdSchema } from '../primitives';
import { RoomFile } from './attachment';
import { Message, MessageRevision, SearchHit } from './message';
import { RoomPreference } from './preference';
import { Member, Room } from './room';
import { User } from './user';

const next = z.string().meta({ description: 'Opaque; absent on the last page' }).optional();

/** Absent from a list that has everything. */
export const Incomplete = z.literal(true).meta({ description: 'A part of the rooms is away: what it holds is missing here, and comes back' }).optional();

/** A list with everything it has, or a page of it. */
function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next });
}

/** What a change answers, after its commit. */
export const Committed = z.object({
  /** Of the change's last event; where everything was so already, the room's head. */
  seq: SeqSchema,
  epoch: z.int().min(1),
  committedAt: IsoTimeSchema,
  /** The key was seen before: this is what it caused then. */
  duplicate: z.boolean(),
});
export type Committed = z.infer<typeof Committed>;

/** What posting a message answers. */
export const Posted = Committed.extend({ messageId: MessageIdSchema });
export type Posted = z.infer<typeof Posted>;

/** The room after joining or leaving it; absent where the caller can't see it any more. */
export const RoomAnswer = z.object({ room: Room.optional() });
export type RoomAnswer = z.infer<typeof RoomAnswer>;

/** The caller's rooms, newest activity first. */
export const RoomList = pageOf(Room).extend({ incomplete: Incomplete, rev: z.int().meta({ description: 'The number of the last change of the list' }) });
export type RoomList = z.infer<typeof RoomList>;

/** Some rooms. */
export const RoomPage = pageOf(Room).extend({ incomplete: Incomplete });
export type RoomPage = z.infer<typeof RoomPage>;

/** Some members of a room. */
export const MemberPage = pageOf(Member);
export type MemberPage = z.infer<typeof MemberPage>;

/** Somebody who may not enter a room. */
export const Ban = z.object({ user: User, bannedBy: UserIdSchema, bannedAt: IsoTimeSchema, reason: z.string().optional() });
export type Ban = z.infer<typeof Ban>;

/** Some of those who may not enter a room. */
export const BanPage = pageOf(Ban);
export type BanPage = z.infer<typeof BanPage>;

/** Some people. */
export const UserPage = pageOf(User);
export type UserPage = z.infer<typeof UserPage>;

/** Messages, oldest first; `cursor` is what the page reflects: subscribe with it. */
export const HistoryPage = z.object({ items: z.array(Message), prev: z.string().optional(), next, cursor: CursorSchema });
export type HistoryPage = z.infer<typeof HistoryPage>;

/** Earlier texts of a message, oldest first. */
export const RevisionList = pageOf(MessageRevision);
export type RevisionList = z.infer<typeof RevisionList>;

/** Events of one room in order; `cursor` is after the last. */
export const EventPage = z.object({ events: z.array(RoomEvent), cursor: CursorSchema, more: z.boolean() });
export type EventPage = z.infer<typeof EventPage>;

/** Messages that name the caller, newest first. */
export const MentionPage = pageOf(Message).extend({ incomplete: Incomplete });
export type MentionPage = z.infer<typeof MentionPage>;

/** Found messages, best first. */
export const SearchPage = pageOf(SearchHit).extend({ incomplete: Incomplete });
export type SearchPage = z.infer<typeof SearchPage>;

/** Files of a room, newest first. */
export const RoomFilePage = pageOf(RoomFile);
export type RoomFilePage = z.infer<typeof RoomFilePage>;

/** What the caller has chosen for rooms; a room that isn't listed goes by the default. */
export const RoomPreferenceList = pageOf(RoomPreference);
export type RoomPreferenceList = z.infer<typeof RoomPreferenceList>;

/** What moving a read mark leaves. */
export const ReadAnswer = z.object({ unreadCount: z.int().min(0) });
export type ReadAnswer = z.infer<typeof ReadAnswer>;
