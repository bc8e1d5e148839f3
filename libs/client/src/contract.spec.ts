import type * as contracts from '@agent-chat/contracts';
import { type AttachmentId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { ROOM_EVENTS, SERVER_FRAMES } from '@agent-chat/contracts';
import { asKnownEvent, type KnownRoomEvent, type RoomEvent, type RoomEventData } from './room-events';
import type * as sdk from './types';

/** The same without brands and mutability: what the values are on the wire. */
type Plain<Value> = Value extends RoomId | UserId | MessageId | AttachmentId
  ? string
  : Value extends readonly (infer Item)[]
    ? readonly Plain<Item>[]
    : Value extends object
      ? { readonly [Key in keyof Value]: Plain<Value[Key]> }
      : Value;

/** Compiles only when each can stand for the other. */
type Agree<One, Other> = [Plain<One>] extends [Plain<Other>]
  ? [Plain<Other>] extends [Plain<One>]
    ? true
    : { readonly lacks: One }
  : { readonly differs: One };

/** Checked by the compiler (`npm run typecheck`), before anything runs. */
function assertAgree<_Verdict extends true>(): void {
  // There is nothing left to do.
}

assertAgree<Agree<sdk.User, contracts.User>>();
assertAgree<Agree<sdk.Me, contracts.Me>>();
assertAgree<Agree<sdk.Room, contracts.Room>>();
assertAgree<Agree<sdk.MyMembership, contracts.MyMembership>>();
assertAgree<Agree<sdk.LastMessage, contracts.LastMessage>>();
assertAgree<Agree<sdk.Member, contracts.Member>>();
assertAgree<Agree<sdk.Message, contracts.Message>>();
assertAgree<Agree<sdk.Attachment, contracts.Attachment>>();
assertAgree<Agree<sdk.RoomFile, contracts.RoomFile>>();
assertAgree<Agree<sdk.MessageRevision, contracts.MessageRevision>>();
assertAgree<Agree<sdk.SearchHit, contracts.SearchHit>>();
assertAgree<Agree<sdk.RoomPreference, contracts.RoomPreference>>();
assertAgree<Agree<sdk.RoomHead, contracts.RoomHead>>();
assertAgree<Agree<sdk.Presence, contracts.Presence>>();
assertAgree<Agree<sdk.EphemeralItem, contracts.EphemeralItem>>();
assertAgree<Agree<sdk.RoomsFrame, contracts.ServerFrameBody<'rooms'>>>();
assertAgree<Agree<sdk.Resync, contracts.ServerFrameBody<'resync'>>>();
assertAgree<Agree<RoomEvent, contracts.RoomEvent>>();

describe('the types of the SDK', () => {
  it('know the same events, with the same content', () => {
    assertAgree<Agree<keyof RoomEventData, contracts.RoomEventType>>();
    // An empty array and an array of anything agree: reactions of a new message.
    type Comparable = Exclude<keyof RoomEventData, 'message.posted' | 'room.archived'>;
    assertAgree<Agree<{ [Type in Comparable]: RoomEventData[Type] }, { [Type in Comparable]: contracts.RoomEventData<Type> }>>();
    assertAgree<Agree<Omit<RoomEventData['message.posted'], 'reactions'>, Omit<contracts.RoomEventData<'message.posted'>, 'reactions'>>>();
    const event = { roomId: 'r', epoch: 1, seq: 1, actorId: 'u', at: '', data: {} };
    const known = [...Object.keys(ROOM_EVENTS), 'hidden', 'poll.opened', 'toString'].filter((type) => asKnownEvent({ ...event, type }) !== undefined);
    expect(known).toEqual(Object.keys(ROOM_EVENTS));
    expect(asKnownEvent({ roomId: 'r', epoch: 1, seq: 1, type: 'message.posted' })).toBeUndefined();
  });

  it('name every frame that a server sends', () => {
    const handled: Record<keyof typeof SERVER_FRAMES, true> = {
      events: true,
      ephemeral: true,
      heads: true,
      rooms: true,
      resync: true,
      drain: true,
      closing: true,
    };
    expect(Object.keys(handled).sort()).toEqual(Object.keys(SERVER_FRAMES).sort());
  });

  it('narrow an event by its type', () => {
    const event: KnownRoomEvent = { roomId: 'r', epoch: 1, seq: 1, type: 'member.left', actorId: 'u', at: '', data: { userId: 'u' } };
    expect(asKnownEvent(event)?.type === 'member.left' && event.data.userId).toBe('u');
  });
});
