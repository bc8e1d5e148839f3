/*
 * One room's events on their way from the log to two readers, and resuming by cursor (protocol P24, P26, P27).
 *
 * That the log grows by one event at a time and never changes is what ownership.pml promises. Everything between is untrusted: a frame of any
 * event that is stored may arrive at the gateway at any time, in any order, any number of times, or never. Readers come, go and resume from what
 * they have seen. Names are the code's: `RoomStream`, `RoomFeed`, `Subscription` (apps/gateway/src/domain), `RoomUpkeep`, `HeadsCheck`,
 * `Subscriptions` (apps/gateway/src/application/realtime). Access (P25) and epochs (P29) are left out.
 *
 * -DNO_x takes one safeguard away; the invariants are named in invariants.pml. README.md tells which safeguard keeps which invariant.
 */

#ifndef EVENTS
#define EVENTS 4    /* events that the room gets */
#endif
#define PAGE 2      /* most events in one answer: beyond that it says `more` */
#define READERS 2

#include "invariants.pml"

/* Postgres: the room's last seq, on the primary. */
byte head;
/* From here on nothing fails and nobody posts: what is still missing then has to come by itself. */
bool isCalm;
bool isJudged;

/* --- RoomStream: what the gateway has seen of the room ---------------------------------------------------------------------------------- */

bool hasStarted;
byte position;              /* everything up to here was applied, in order */
byte target;                /* the highest seq known to exist */
bool arrived[EVENTS + 1];   /* `waiting`: what can't be applied yet, by seq */
byte keepers;
byte recentAfter;           /* `recent`: the applied events beyond this are kept */

#define hasNext  (hasStarted && position < EVENTS && arrived[position + 1])
#define isBehind (hasStarted && target > position && !hasNext)

/* --- Subscription ------------------------------------------------------------------------------------------------------------------------ */

mtype = { OUT, OPENING, ASKED, OPENED, OVERTAKEN, LIVE };
typedef Subscription {
  mtype phase = OUT;
  byte seen;                /* the cursor that the client would resume from: what arrived before it was last cut off */
  byte handedSeq;           /* everything up to here has left for the client */
  byte snapshot             /* what the answer to `rooms.open` said */
}
Subscription subscriptions[READERS];
#define subscription subscriptions[me]
#define isEmpty (subscriptions[0].phase == OUT && subscriptions[1].phase == OUT)

byte s, e;                  /* scratch, 0 between steps */

inline hand(to, event) {
  check_onceEach(event > subscriptions[to].handedSeq);
  check_noHole(event <= subscriptions[to].handedSeq + 1);
  subscriptions[to].handedSeq = event
}

inline expect(upTo) { if :: target < upTo -> target = upTo :: else fi }

/* Behind a head read on the primary; what arrived before stays if it lies beyond. */
inline start(at) {
  hasStarted = true;
  position = at;
  recentAfter = at;
  for (s : 1 .. at) { arrived[s] = false }
  s = 0
}

inline release() {
  keepers--;
  if :: keepers == 0 -> recentAfter = position :: else fi
}

/* The last reader is gone, and the room with it. */
inline dropIfEmpty() {
  if
  :: isEmpty ->
    hasStarted = false; position = 0; target = 0; recentAfter = 0;
    for (s : 1 .. EVENTS) { arrived[s] = false }
    s = 0
  :: else
  fi
}

/* --- Subscriptions, RoomFeed (P24) -------------------------------------------------------------------------------------------------------- */

inline enter() {
  subscription.phase = OPENING;
  subscription.handedSeq = subscription.seen;
  keepers++
}

inline read() {
  if :: head <= subscription.handedSeq + PAGE -> subscription.snapshot = head :: else -> subscription.snapshot = subscription.handedSeq + PAGE fi
}

inline leave() {
  if :: subscription.phase != LIVE -> release() :: else fi;
  subscription.phase = OUT;
  subscription.snapshot = 0;
  dropIfEmpty()
}

inline opened() {
  subscription.phase = OPENED;
  subscription.handedSeq = subscription.snapshot;   /* the answer carries what lies between */
  if :: !hasStarted -> start(subscription.snapshot) :: else fi;
  expect(subscription.snapshot)
}

/* The stream has reached the snapshot: what was held beyond it is delivered, and the reader is live. */
inline releaseOne() {
#ifdef NO_DROP
  e = recentAfter;
#else
  e = subscription.snapshot;
#endif
  if
  :: subscription.snapshot < position && recentAfter > subscription.snapshot -> subscription.phase = OVERTAKEN
  :: else ->
    do :: e < position -> e++; hand(me, e) :: else -> break od;
    subscription.phase = LIVE;
    subscription.snapshot = 0;
    release()
  fi;
  e = 0
}

proctype Reader(bit me) {
  do
  :: d_step { subscription.phase == OUT -> enter() }
  /* The snapshot is taken in the database at one time, and its answer arrives at another. */
  :: d_step { subscription.phase == OPENING -> read(); subscription.phase = ASKED }
  /* `more`: not in the index while it catches up, a page at a time. */
  :: d_step { subscription.phase == ASKED && subscription.snapshot == subscription.handedSeq + PAGE ->
      subscription.seen = subscription.snapshot; subscription.handedSeq = 0; leave() }
  :: d_step { subscription.phase == ASKED && subscription.snapshot < subscription.handedSeq + PAGE -> opened() }
  :: d_step { subscription.phase == OPENED && subscription.snapshot <= position -> releaseOne() }
  /* The buffer no longer reaches back to the snapshot: a newer one (`reopened`). */
  :: d_step { subscription.phase == OVERTAKEN -> read(); opened() }
  /* Cut off, anywhere: what had left for the client may have arrived or not. */
  :: atomic { !isCalm && subscription.phase != OUT ->
      select(e : subscription.seen .. subscription.handedSeq);
      subscription.seen = e; e = 0; subscription.handedSeq = 0; leave() }
  od
}

/* --- RoomStream, RoomUpkeep, HeadsCheck (P27) ------------------------------------------------------------------------------------------------ */

inline offer(event) {
  if
  :: hasStarted && event <= position
  :: else -> arrived[event] = true; expect(event)
  fi
}

inline apply(event) {
  e = event;   /* an inline's parameters are read anew at each use */
  position = e;
  arrived[e] = false;
  for (s : 0 .. READERS - 1) { if :: subscriptions[s].phase == LIVE -> hand(s, e) :: else fi }
  s = 0; e = 0;
  if :: keepers == 0 -> recentAfter = position :: else fi
}

proctype Gateway() {
  do
  :: atomic { !isCalm && !isEmpty && head > 0 -> select(e : 1 .. head); offer(e); e = 0 }
  :: d_step { hasNext -> apply(position + 1) }
#ifdef NO_GAP_CHECK
  :: d_step { hasStarted && !hasNext && position + 2 <= EVENTS && arrived[position + 2] -> apply(position + 2) }
#endif
  /* `repair`: what is known to exist and has not arrived is read from the log. */
  :: d_step { isBehind && position < head -> offer(position + 1) }
#ifndef NO_HEADS_CHECK
  :: d_step { hasStarted && target < head -> expect(head) }
#endif
  /* The buffer is bounded. */
  :: d_step { !isCalm && recentAfter < position -> recentAfter++ }
  od
}

proctype Owner() {
  do
  :: d_step { !isCalm && head < EVENTS -> head++ }
  :: d_step { !isCalm -> isCalm = true }
  od
}

proctype Judge() {
  (isCalm && timeout);   /* nothing is left to do */
  d_step {
    check_complete(subscriptions[0].phase == LIVE && subscriptions[0].handedSeq == head);
    check_complete(subscriptions[1].phase == LIVE && subscriptions[1].handedSeq == head);
    isJudged = true
  }
}

init { atomic { run Owner(); run Gateway(); run Reader(0); run Reader(1); run Judge() } }

#ifdef LIVENESS
/* Nothing goes round for ever: what is missing does come. */
ltl comesToRest { [] (isCalm -> <> isJudged) }
#endif
