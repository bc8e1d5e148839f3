/*
 * The invariants, by name: `check_x(condition)` asserts one where it must hold. -DWITHOUT_x leaves it out; -DONLY -DONLY_x leaves all others out.
 */

/* After a raise no earlier owner commits, even an up-to-date one (P5, P6). */
#if defined(WITHOUT_fencedCommitsNothing) || (defined(ONLY) && !defined(ONLY_fencedCommitsNothing))
#define check_fencedCommitsNothing(condition) skip
#else
#define check_fencedCommitsNothing(condition) assert(condition)
#endif

/* No command is decided twice, refusals included (P12). */
#if defined(WITHOUT_decidedOnce) || (defined(ONLY) && !defined(ONLY_decidedOnce))
#define check_decidedOnce(condition) skip
#else
#define check_decidedOnce(condition) assert(condition)
#endif

/* A second send under the same key stores nothing (P1, P10). */
#if defined(WITHOUT_storedOnce) || (defined(ONLY) && !defined(ONLY_storedOnce))
#define check_storedOnce(condition) skip
#else
#define check_storedOnce(condition) assert(condition)
#endif

/* command_offset moves past no command that was not decided (P13). */
#if defined(WITHOUT_nothingPassedOver) || (defined(ONLY) && !defined(ONLY_nothingPassedOver))
#define check_nothingPassedOver(condition) skip
#else
#define check_nothingPassedOver(condition) assert(condition)
#endif

/* A room's seq starts at 1 and grows by 1. */
#if defined(WITHOUT_noGapNoDouble) || (defined(ONLY) && !defined(ONLY_noGapNoDouble))
#define check_noGapNoDouble(condition) skip
#else
#define check_noGapNoDouble(condition) assert(condition)
#endif

/* Events lie in the order in which the command log has their commands. */
#if defined(WITHOUT_inOrder) || (defined(ONLY) && !defined(ONLY_inOrder))
#define check_inOrder(condition) skip
#else
#define check_inOrder(condition) assert(condition)
#endif

/* Whatever an answer says is stored when it leaves: what it acknowledges at its seq, what it refuses as decided (P7, P8). */
#if defined(WITHOUT_answersAreStored) || (defined(ONLY) && !defined(ONLY_answersAreStored))
#define check_answersAreStored(condition) skip
#else
#define check_answersAreStored(condition) assert(condition)
#endif

/* Nothing is stored of a command whose sender has already been told that it was refused (P8). */
#if defined(WITHOUT_noFalseRefusal) || (defined(ONLY) && !defined(ONLY_noFalseRefusal))
#define check_noFalseRefusal(condition) skip
#else
#define check_noFalseRefusal(condition) assert(condition)
#endif

/* No reader gets an event twice (P24). */
#if defined(WITHOUT_onceEach) || (defined(ONLY) && !defined(ONLY_onceEach))
#define check_onceEach(condition) skip
#else
#define check_onceEach(condition) assert(condition)
#endif

/* No reader gets an event before all earlier ones (P27). */
#if defined(WITHOUT_noHole) || (defined(ONLY) && !defined(ONLY_noHole))
#define check_noHole(condition) skip
#else
#define check_noHole(condition) assert(condition)
#endif

/* Once nothing fails any more, every reader and every consumer gets to the end of the log (P19, P27). */
#if defined(WITHOUT_complete) || (defined(ONLY) && !defined(ONLY_complete))
#define check_complete(condition) skip
#else
#define check_complete(condition) assert(condition)
#endif

/* No event has its effect in a projection twice (P19). */
#if defined(WITHOUT_effectOnce) || (defined(ONLY) && !defined(ONLY_effectOnce))
#define check_effectOnce(condition) skip
#else
#define check_effectOnce(condition) assert(condition)
#endif

/* Once nothing fails any more, every event lies in the log of events (P18). */
#if defined(WITHOUT_topicIsComplete) || (defined(ONLY) && !defined(ONLY_topicIsComplete))
#define check_topicIsComplete(condition) skip
#else
#define check_topicIsComplete(condition) assert(condition)
#endif
