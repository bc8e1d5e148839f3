/*
 * Publishing what is committed to `chat.events.v1`, and consumers that keep a position (protocol P18, P19).
 *
 * Two chat processes take turns as the owner; one that was replaced may still publish what it committed, late. An append may be uncertain, or its
 * process die before it. Two processes believe that they consume the partition; the log hands them what was appended at any time, again, and out of
 * order. Names are the code's: `EventPublisher` (apps/chat/src/application/write), `ProjectionRunner` (libs/messaging), `partition_progress`,
 * `consumer_positions`.
 *
 * -DNO_x takes one safeguard away; the invariants are named in invariants.pml. README.md tells which safeguard keeps which invariant.
 */

#define EVENTS 3    /* events of the partition */
#define NOBODY 2

#include "invariants.pml"

/* Postgres: the log's last position, how much of it the row says was published, and who raised the fence last: only that one commits. */
byte position;
byte published_position;
byte owner = NOBODY;

/* `chat.events.v1`, by position. */
bool isPublished[EVENTS + 1];

/* `consumer_positions.position`, and how often each event had its effect. */
byte consumer_position;
byte effects[EVENTS + 1];

/* From here on nobody commits, fails or dies. */
bool isCalm;
bool isJudged;
byte p;             /* scratch, 0 between steps */

/* --- EventPublisher (P18) ---------------------------------------------------------------------------------------------------------------- */

typedef Publisher {
  bool isAlive;
  byte committed;           /* the last position that this process committed, or found */
  byte publishedPosition    /* in its memory */
}
Publisher publishers[2];
#define publisher publishers[me]

/* A new owner first publishes what lies beyond the row's published_position. */
inline take() {
  owner = me;
  publisher.isAlive = true;
  publisher.committed = position;
#ifdef NO_CATCH_UP
  publisher.publishedPosition = position
#else
  publisher.publishedPosition = published_position
#endif
}

/* published_position moves with the batch after the append. */
inline commit() {
  position++;
  publisher.committed = position;
  published_position = publisher.publishedPosition
}

inline die() {
  publisher.isAlive = false;
  publisher.committed = 0;
  publisher.publishedPosition = 0;
  if :: owner == me -> owner = NOBODY :: else fi
}

#define isLate (publisher.isAlive && publisher.publishedPosition < publisher.committed)

proctype EventPublisher(bit me) {
  do
  :: d_step { !isCalm && owner != me -> take() }
  :: d_step { !isCalm && owner == me && position < EVENTS -> commit() }
  /* In order; and LOG_UNCERTAIN: it lies there, and is appended again. */
  :: d_step { isLate -> isPublished[publisher.publishedPosition + 1] = true; publisher.publishedPosition++ }
  :: d_step { !isCalm && isLate -> isPublished[publisher.publishedPosition + 1] = true }
  :: d_step { !isCalm && publisher.isAlive -> die() }
  od
}

/* --- ProjectionRunner (P19) ---------------------------------------------------------------------------------------------------------------- */

typedef Consumer {
  byte seen;                /* the position as this process knows it */
  byte upTo                 /* what it handles now: everything beyond `seen` up to here, what it was not handed being read from `room_events` */
}
Consumer consumers[2];
#define consumer consumers[me]

#ifdef NO_PREVIOUS
#define previousHolds true
#else
#define previousHolds (consumer_position == consumer.seen)
#endif

inline effect(at) {
  effects[at]++;
  check_effectOnce(effects[at] == 1)
}

/* One transaction: the effects, and the position from what this process thinks it is. */
inline apply() {
#ifdef NO_READ_MISSING
  p = consumer.upTo - 1;
#else
  p = consumer.seen;
#endif
  do :: p < consumer.upTo -> p++; effect(p) :: else -> break od;
  p = 0;
  consumer_position = consumer.upTo;
  consumer.seen = consumer.upTo;
  consumer.upTo = 0
}

#define isNew(at) (consumer.upTo == 0 && isPublished[at] && at > consumer.seen)

proctype ProjectionRunner(bit me) {
  do
  /* A record of the log; what was seen is dropped. */
  :: d_step { isNew(1) -> consumer.upTo = 1 }
  :: d_step { isNew(2) -> consumer.upTo = 2 }
  :: d_step { isNew(3) -> consumer.upTo = 3 }
  /* Compared with the partition's last position, when assigned and each 30 s. */
  :: d_step { consumer.upTo == 0 && consumer.seen < position -> consumer.upTo = position }
  :: d_step { consumer.upTo > 0 && previousHolds -> apply() }
  /* Somebody else has moved it: it is read again. */
  :: d_step { consumer.upTo > 0 && !previousHolds -> consumer.upTo = 0; consumer.seen = consumer_position }
  /* Dies; another starts from the row. */
  :: d_step { !isCalm && consumer.seen + consumer.upTo > 0 -> consumer.upTo = 0; consumer.seen = consumer_position }
  od
}

proctype Judge() {
  d_step { owner != NOBODY -> isCalm = true };
  (timeout);   /* nothing is left to do */
  d_step {
    for (p : 1 .. position) { check_complete(effects[p] > 0); check_topicIsComplete(isPublished[p]) }
    p = 0;
    isJudged = true
  }
}

init { atomic { run EventPublisher(0); run EventPublisher(1); run ProjectionRunner(0); run ProjectionRunner(1); run Judge() } }

#ifdef LIVENESS
/* Nothing goes round for ever: what is missing does come. */
ltl comesToRest { [] (isCalm -> <> isJudged) }
#endif
