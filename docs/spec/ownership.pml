/*
 * Owning a partition and deciding its commands: the write path of one room, from `LogCommandSender` to the commit (protocol P1-P14, P21, P22).
 *
 * Two chat processes may both believe at any time that they own the partition, die at any time, sleep at any point and wake up with old memory;
 * statements and answers get lost or arrive late; the log delivers again; appends end uncertain. Names are the code's: `OwnedPartition`,
 * `Committer`, `BatchDecider`, `PartitionTaker` (apps/chat/src/application/write), `LogCommandSender`, `OutcomeEnquiry` (apps/gateway).
 *
 * -DNO_x takes one safeguard away; the invariants are named in invariants.pml. README.md tells which safeguard keeps which invariant.
 */

#ifndef RECORDS
#define RECORDS 4   /* places in the command log: three calls, and one that is sent again */
#endif
#ifndef RAISES
#define RAISES 3    /* how often the partition is taken, by whomever */
#endif
#define CALLS 3
#define BATCH 2     /* most commands in one commit */

/* Calls 0 and 1 create the room under the same key: a client that sends again. Call 2 posts into it, and is refused while there is no room. */
#define KEYS 2
#define keyOf(call)           ((call) / 2)
#define isRefused(call, room) (keyOf(call) == 1 && (room) == 0)

#include "invariants.pml"

/* --- What outlives every process ---------------------------------------------------------------------------------------------------------- */

/* `chat.commands.v1`: which call's command lies at each offset. A `requestId` is new with each append, so that a record's offset names it. */
byte log[RECORDS];
byte endOffset;

/* Postgres. Offsets are told as "the next one": 0 is before the first record. */
byte fence;                     /* partition_progress.fence */
byte command_offset;            /* partition_progress.command_offset */
byte last_seq;                  /* rooms.last_seq */
byte room_events[RECORDS];      /* which record each event came from, by seq - 1 */
byte key_seq[KEYS];             /* message_keys.seq; 0 is none */
byte key_request[KEYS];         /* message_keys.request_id */

/* What was decided about each record, and who heard of a refusal before it was stored. Only the invariants look at these. */
mtype = { UNDECIDED, STORED, DUPLICATE, REFUSED, SKIPPED };
mtype decided[RECORDS] = UNDECIDED;
bool toldTooEarly[RECORDS];

/* --- What a chat process holds ------------------------------------------------------------------------------------------------------------ */

mtype = { LOST, TAKING, ACTIVE, COMMITTING };
mtype = { NOTHING, SENT, DONE, FENCED };

typedef OwnedPartition {
  mtype state = LOST;           /* COMMITTING: active, and waiting for the database */
  byte fence;
  byte commandOffset;           /* what of it is committed, as far as this process knows */
  byte next;                    /* the next record: it waits in memory, or the log delivers it */
  bool isLoaded;                /* whether `room` was read since the raise */
  byte room                     /* the aggregate: its last seq */
}

/* A commit's statement. Nothing cancels it: it may arrive when its sender has long given it up (P6). */
typedef Statement {
  mtype phase = NOTHING;
  byte fence, previous_offset, command_offset;
  byte first, count;            /* the records of its batch */
  mtype decision[BATCH];
  byte seq[BATCH]
}

OwnedPartition partitions[2];
Statement statements[2];
#define partition partitions[me]
#define statement statements[me]

/* Scratch, 0 between steps. */
byte i, o, k, seq, keys[KEYS];
bool wasDecided;

/* --- LogCommandSender, OutcomeEnquiry (P21, P22) -------------------------------------------------------------------------------------------- */

mtype = { IDLE, WAITING, ENDED };
typedef Waiter {
  mtype phase = IDLE;
  byte requestId                /* of its latest record */
}
Waiter waiters[CALLS];
#define waiter waiters[call]

inline dispatch() {
  log[endOffset] = call;
  waiter.phase = WAITING;
  waiter.requestId = endOffset;
  endOffset++
}

/* `command.outcome`, of whoever says that it is the owner: the stored answer, or `gone`, past that offset with no key to tell of it. Else `pending`. */
#define isAsOwner(owner) (partitions[owner].state == ACTIVE || partitions[owner].state == COMMITTING)
#define isPast(owner)   (isAsOwner(owner) && waiter.requestId < partitions[owner].commandOffset)
#define isStored        (key_seq[keyOf(call)] > 0 && key_request[keyOf(call)] == waiter.requestId)
#define isAsked         (waiter.phase == WAITING && (isAsOwner(0) || isAsOwner(1)))
#define isGone          (waiter.phase == WAITING && !isStored && (isPast(0) || isPast(1)))

/*
 * One call. It may stop at any point, for ever: that stands for an answer that arrived, an append that ended LOG_UNCERTAIN (it doesn't know its
 * offset, so its outcome is never `gone`), a deadline, and a gateway that died. A call that does nothing more adds no behaviour to that of the
 * others, so these endings need no state of their own: -DENDINGS gives them one, which finds the same. Answers are checked where they leave, and
 * then lost. An append that wrote nothing is a call that was never made. What an owner keeps by requestId (P10) it has always forgotten.
 */
proctype LogCommandSender(byte call) {
  (call != 1 || waiters[0].phase != IDLE);   /* calls 0 and 1 are alike: one order of the two is enough */
  do
  :: d_step { waiter.phase == IDLE && endOffset < RECORDS -> dispatch() }
  :: d_step { isAsked && isStored -> check_answersAreStored(room_events[key_seq[keyOf(call)] - 1] == waiter.requestId) }
  :: d_step { isGone && endOffset < RECORDS -> dispatch() }
#ifdef ENDINGS
  :: d_step { waiter.phase == WAITING -> waiter.phase = ENDED; waiter.requestId = 0 }
#endif
  od
}

/* --- PartitionTaker (P5, P7, P13) ------------------------------------------------------------------------------------------------------------ */

inline forget() {
  partition.isLoaded = false;
  partition.room = 0;
  partition.fence = 0;
  partition.commandOffset = 0
}

/* `raise`, then `begin`: nothing older than the row is trusted, and the log goes on behind the last decided command. */
inline take() {
  fence++;
  partition.fence = fence;
  partition.commandOffset = command_offset;
#ifndef NO_SEEK
  /* What waited and turns out to be decided stays: its senders still wait to hear so (P12). */
  if :: partition.state == LOST || partition.next > command_offset -> partition.next = command_offset :: else fi;
#endif
  partition.state = ACTIVE
}

/* --- BatchLoader, BatchDecider: from memory, which may be old ---------------------------------------------------------------------------------- */

inline load() {
  if :: !partition.isLoaded -> partition.room = last_seq; partition.isLoaded = true :: else fi;
  /* P11: a commit that finds a key stored is decided again with the keys read, and keys never change: reading them with each batch is the same. */
  keys[0] = key_seq[0];
  keys[1] = key_seq[1]
}

#ifdef NO_OFFSET
#define isBehind(o) false
#else
#define isBehind(o) ((o) < statement.command_offset)
#endif
#ifdef NO_KEY
#define isKnown(k) false
#else
#define isKnown(k) (keys[k] > 0)
#endif

inline decideItem(at) {
  o = statement.first + at;
  k = keyOf(log[o]);
  wasDecided = isBehind(o);
  if :: o >= statement.command_offset -> statement.command_offset = o + 1 :: else fi;
  if
  :: isKnown(k) -> statement.decision[at] = DUPLICATE; statement.seq[at] = keys[k]
  :: !isKnown(k) && wasDecided -> statement.decision[at] = SKIPPED
  :: !isKnown(k) && !wasDecided && isRefused(log[o], partition.room) ->
    statement.decision[at] = REFUSED;
#ifdef NO_ANSWERS_LAST
    if :: decided[o] == UNDECIDED -> toldTooEarly[o] = true :: else fi
#endif
  :: else -> partition.room++; statement.decision[at] = STORED; statement.seq[at] = partition.room; keys[k] = partition.room
  fi;
  o = 0; k = 0; wasDecided = false
}

inline decide(size) {
  load();
  statement.phase = SENT;
  statement.fence = partition.fence;
  statement.previous_offset = partition.commandOffset;
  statement.command_offset = partition.commandOffset;
  statement.first = partition.next;
  statement.count = size;
  decideItem(0);
  if :: statement.count == 2 -> decideItem(1) :: else fi;
  keys[0] = 0; keys[1] = 0;
  partition.state = COMMITTING
}

/* --- commit_batch: one statement (P6) ------------------------------------------------------------------------------------------------------------ */

#ifdef NO_FENCE
#define fenceHolds true
#else
#define fenceHolds (statement.fence == fence)
#endif
#ifdef NO_OFFSET
#define offsetHolds true
#else
#define offsetHolds (statement.previous_offset == command_offset)
#endif

inline commitItem(at) {
  o = statement.first + at;
  k = keyOf(log[o]);
  if
  :: statement.decision[at] == STORED ->
    check_decidedOnce(decided[o] == UNDECIDED);
    check_storedOnce(key_seq[k] == 0);
    check_noGapNoDouble(statement.seq[at] == last_seq + 1);
    check_inOrder(decided[o] != UNDECIDED || last_seq == 0 || room_events[last_seq - 1] < o);
    check_noFalseRefusal(!toldTooEarly[o]);
    decided[o] = STORED;
    room_events[last_seq] = o;
    last_seq++;
    if :: key_seq[k] == 0 -> key_seq[k] = statement.seq[at]; key_request[k] = o :: else fi
  :: statement.decision[at] == REFUSED ->
    check_decidedOnce(decided[o] == UNDECIDED);
    decided[o] = REFUSED
  :: statement.decision[at] == DUPLICATE && decided[o] == UNDECIDED -> decided[o] = DUPLICATE
  :: else
  fi;
  toldTooEarly[o] = false;
  o = 0; k = 0
}

inline commit() {
  check_fencedCommitsNothing(statement.fence == fence);
  check_nothingPassedOver(statement.first <= command_offset);
  commitItem(0);
  if :: statement.count == 2 -> commitItem(1) :: else fi;
  command_offset = statement.command_offset
}

inline clear() {
  statement.phase = NOTHING;
  statement.fence = 0; statement.previous_offset = 0; statement.command_offset = 0; statement.first = 0; statement.count = 0;
  statement.decision[0] = 0; statement.decision[1] = 0; statement.seq[0] = 0; statement.seq[1] = 0
}

/* The statement's answer, if anybody still waits for it. */
inline reply(result) {
  if :: partition.state == COMMITTING -> statement.phase = result :: else -> clear() fi
}

/* --- AnswerDispatcher: what leaves after the commit (P8) ------------------------------------------------------------------------------------------- */

inline answerItem(at) {
  o = statement.first + at;
  if
  :: statement.decision[at] == STORED || statement.decision[at] == DUPLICATE ->
    seq = statement.seq[at];
    check_answersAreStored(seq > 0 && seq <= last_seq && keyOf(log[room_events[seq - 1]]) == keyOf(log[o]));
    seq = 0
  :: statement.decision[at] == REFUSED -> check_answersAreStored(decided[o] != UNDECIDED)
  :: else
  fi;
  o = 0
}

inline answer() {
  answerItem(0);
  if :: statement.count == 2 -> answerItem(1) :: else fi;
  partition.commandOffset = statement.command_offset;
  partition.next = statement.first + statement.count;
  clear();
  partition.state = ACTIVE
}

/* What may not be stored goes back to where it waited, and the partition is taken again (P7, P9). */
inline ownershipUncertain() {
#ifdef NO_SEEK
  partition.next = statement.first + statement.count;
#endif
  forget();
  partition.state = TAKING
}

proctype ChatOwner(bit me) {
  do
  /* Both may believe that the group gave it to them. The two are alike: 0 is who is first. */
  :: d_step { (partition.state == LOST || partition.state == TAKING) && fence < RAISES && (fence > 0 || me == 0) -> take() }

  /* The log delivers again from what the group has committed, which is at or behind the row: also to an owner that keeps fence and aggregates. */
  :: atomic { partition.state == ACTIVE && command_offset > 0 -> select(o : 0 .. command_offset); partition.next = o; o = 0 }

  :: d_step { partition.state == ACTIVE && statement.phase == NOTHING && partition.next < endOffset -> decide(1) }
  :: d_step { partition.state == ACTIVE && statement.phase == NOTHING && partition.next + 1 < endOffset -> decide(2) }

  /* The statement arrives, now or after its sender gave it up; or never. */
  :: d_step { statement.phase == SENT && fenceHolds && offsetHolds -> commit(); reply(DONE) }
  :: d_step { statement.phase == SENT && !(fenceHolds && offsetHolds) -> reply(FENCED) }
  :: d_step { statement.phase == SENT && partition.state != COMMITTING -> clear() }

  :: d_step { partition.state == COMMITTING && statement.phase == DONE -> answer() }
  :: d_step { partition.state == COMMITTING && statement.phase == FENCED -> ownershipUncertain(); clear() }
  /* Nobody knows: it is stored and the answer lost, or it is still on its way. */
#ifdef NO_RETAKE
  :: d_step { partition.state == COMMITTING && statement.phase == SENT -> answer() }
#else
  :: d_step { partition.state == COMMITTING && statement.phase == DONE -> ownershipUncertain(); clear() }
  :: d_step { partition.state == COMMITTING && statement.phase == SENT -> ownershipUncertain() }
#endif

  /* Dies, or gives the partition up. A statement that has left may still arrive. */
  :: d_step { partition.state != LOST ->
      forget(); partition.state = LOST; partition.next = 0;
      if :: statement.phase != SENT -> clear() :: else fi }
  od
}

init {
  atomic {
    run LogCommandSender(0); run LogCommandSender(1); run LogCommandSender(2);
    run ChatOwner(0); run ChatOwner(1)
  }
}
