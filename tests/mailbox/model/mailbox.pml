/* The mailboxes of one receiving worker: rings, doorbell, sleep, stall, foreign door and stop.
 *
 * What is checked, exhaustively: no message is lost, doubled, overtaken or overwritten (assertions),
 * nobody sleeps for ever with work to do (an invalid end state), each sleep ends by exactly one wake
 * or by itself (assertion), and with a stop, sent = delivered + dead letters.
 *
 * Memory is as weak as release and acquire of C++ allow. A plain or relaxed load may return any
 * value that is not older than what its thread already knows (its view); a read-modify-write
 * always gets the latest, and an acq_rel one passes views on: it adds its thread's view to the word
 * and the word's to its thread's. Ring indices only grow and have one writer, so a view of one is
 * a number: the index it has seen at least. (The idea: Kang et al., "A Promising Semantics for
 * Relaxed-Memory Concurrency", POPL 2017, without promises.) A store buffer is one case of this.
 *
 * The ring is Boost's spsc_queue as documented: push() and pop() look at the other side's index
 * (acquire), copy, then publish their own (release).
 *
 * Macros choose a scenario and, one at a time, a fault that must be found; model_test.py lists them.
 */

#ifndef MESSAGES_0
#define MESSAGES_0 3 /* that the first sender sends */
#endif
#ifndef MESSAGES_1
#define MESSAGES_1 2 /* that the second one sends */
#endif
#define MESSAGES(i) ((i) == 0 -> MESSAGES_0 : MESSAGES_1)
#ifndef RING
#define RING 2 /* slots of a ring */
#endif
#ifndef BATCH
#define BATCH 2 /* messages that an outbox may hold */
#endif
#ifndef BUDGET
#define BUDGET 2 /* messages popped from a ring in one turn */
#endif
#ifndef FOREIGN_MESSAGES
#define FOREIGN_MESSAGES 0
#endif
#define DOOR 1 /* messages that the foreign door may hold */

#define SENDERS 2
#define RECEIVER 2 /* the number of the receiving worker; senders are 0 and 1 */
#define GUEST 3
#define STOPPER 4
#define BIT(i) (1 << (i))
#define FOREIGN 4
#define ASLEEP 8
#define ROOM 1 /* what the receiver rings at a sender */

/* One doorbell a worker, each with the views that its modifications have passed on. */
byte word[3];
byte token[3];  /* the kernel's: stays until the sleeper takes it */
byte due[3];    /* ghost: sleeps that nobody has ended yet */
bit stop_flag[3];
bit stop_seen[3]; /* view of the worker */
bit stop_rung[3]; /* view in its doorbell */

/* The rings, sender i -> receiver: indices, slots (message numbers from 1; 0 is free, a ghost). */
byte written[SENDERS];
byte taken[SENDERS];
byte slot[SENDERS * RING];
byte written_seen[SENDERS]; /* the receiver's view */
byte written_rung[SENDERS]; /* view in the receiver's doorbell */
byte taken_seen[SENDERS];   /* the sender's view */
byte taken_rung[SENDERS];   /* view in the receiver's doorbell */
byte taken_told[SENDERS];   /* view in the sender's doorbell */

/* Who waits for room. The receiver alone clears bits; a set bit is in a view or not. */
byte stalled;
byte stalled_seen; /* the receiver's view */
byte stalled_rung; /* view in its doorbell */

/* The foreign door: how many were pushed and popped, and whether it is closed. */
byte door_in;
byte door_seen;
byte door_rung;
byte door_out;
bit door_closed; /* a look at it may be as old as it likes */

/* Ghosts for the sums. */
byte made[SENDERS];
byte delivered[SENDERS];
byte guest_made, guest_delivered, guest_refused;
byte ended;
bit guest_ended;

#define MAX(a, b) ((a) > (b) -> (a) : (b))
#define OUTBOX(i) (made[i] - written[i])

/* A load of a number that only grows: any value from what the thread's view says to the latest. */
#ifdef SEQUENTIAL
#define MAY_BE_OLD 0
#define LOAD(into, view, latest) into = latest; view = into
#else
#define MAY_BE_OLD 1
#define LOAD(into, view, latest) \
    into = view; \
    do \
    :: into < latest -> into++ \
    :: break \
    od; \
    view = into
#endif

/* ring(bit) by a sender at the receiver. `knows` is what the caller's modification passes on. */
#ifdef FAULT_RELAXED_RING
#define PASS_VIEWS(i)
#else
#define PASS_VIEWS(i) \
    written_rung[i] = written[i]; \
    taken_seen[i] = MAX(taken_seen[i], taken_rung[i]); \
    stalled_rung = stalled_rung | (stalled & BIT(i))
#endif

/* The second half of ring(): who clears the asleep bit wakes. */
#ifdef FAULT_ALL_WAKE
#define CLEARED(j) 1
#else
#define CLEARED(j) (word[j] & ASLEEP)
#endif

inline wake_if_asleep(j, before) {
    if
    :: before & ASLEEP ->
        before = 0;
        atomic {
            if
            :: CLEARED(j) -> word[j] = word[j] & ~ASLEEP; before = 1
            :: else
            fi
        }
        if
        :: atomic { before -> before = 0; assert(due[j] > 0); due[j]--; token[j] = 1 }
        :: else
        fi
    :: else -> before = 0
    fi
}

/* ring(foreign) at worker j, by the foreign thread after a push or by the one that stops. */
inline ring_foreign(j, before) {
    d_step {
        before = word[j];
        word[j] = before | FOREIGN;
        stop_rung[j] = stop_rung[j] | (stop_flag[j] && _pid == STOPPER);
        if
        :: _pid == GUEST -> door_rung = door_in
        :: else
        fi
    }
    wake_if_asleep(j, before)
}

inline ring_receiver(i, before) {
#ifdef FAULT_PRECHECK
    if
    :: word[RECEIVER] & BIT(i) /* a relaxed look: the bit is there, so why set it again */
    :: else ->
#endif
    d_step {
        before = word[RECEIVER];
        word[RECEIVER] = before | BIT(i);
        PASS_VIEWS(i)
    }
    wake_if_asleep(RECEIVER, before)
#ifdef FAULT_PRECHECK
    fi
#endif
}

inline receiver_views() {
    written_seen[0] = MAX(written_seen[0], written_rung[0]);
    written_seen[1] = MAX(written_seen[1], written_rung[1]);
    taken_rung[0] = taken[0];
    taken_rung[1] = taken[1];
    stalled_seen = stalled_seen | stalled_rung;
    door_seen = MAX(door_seen, door_rung)
}

/* What the own modification of worker j's doorbell makes visible to j, and passes on. */
#define TAKE_VIEWS(j) \
    if \
    :: (j) == RECEIVER -> receiver_views() \
    :: else -> taken_seen[j] = MAX(taken_seen[j], taken_told[j]) \
    fi

/* Worker j takes its doorbell's bits. A relaxed look comes first. It may miss what others have rung,
 * but neither the worker's own sleep nor what made its try_sleep() fail (sure = 1). */
inline collect(j, bits, sure) {
    if
    :: atomic { word[j] == 0 || (MAY_BE_OLD && !sure && !(word[j] & ASLEEP)) -> bits = 0 }
    :: atomic {
        word[j] != 0 ->
        if
        :: word[j] & ASLEEP -> assert(due[j] > 0); due[j]-- /* woke by itself */
        :: else
        fi;
        bits = word[j] & ~ASLEEP;
        word[j] = 0;
        sure = 0;
        stop_seen[j] = stop_seen[j] | stop_rung[j];
        TAKE_VIEWS(j)
    }
    fi
}


/* slept = 1: worker j is now asleep. */
inline try_sleep(j, slept, sure) {
#ifdef FAULT_PLAIN_SLEEP
    if
    :: word[j] == 0 -> /* others may ring between the look and the store */
        atomic { word[j] = ASLEEP; due[j]++; slept = 1 }
    :: else -> sure = 1
    fi
#else
    atomic {
        if
        :: word[j] == 0 -> word[j] = ASLEEP; due[j]++; slept = 1
        :: else -> sure = 1
        fi;
        stop_seen[j] = stop_seen[j] | stop_rung[j];
        TAKE_VIEWS(j)
    }
#endif
}

/* Whether worker j sees that it shall stop: must, if it knows; may, if the flag is set. */
inline look_at_stop(j, stopping) {
    if
    :: atomic { stop_flag[j] -> stopping = 1; stop_seen[j] = 1 }
    :: atomic { !stop_flag[j] || (MAY_BE_OLD && !stop_seen[j]) -> stopping = 0 }
    fi
}

/* Sender i moves from its outbox into the ring what it believes to have room for. */
inline push(i, n, seen) {
    atomic {
        LOAD(seen, taken_seen[i], taken[i]);
        n = 0;
        do
        :: n < OUTBOX(i) && written[i] + n - seen < RING ->
            assert(slot[i * RING + (written[i] + n) % RING] == 0);
            slot[i * RING + (written[i] + n) % RING] = written[i] + n + 1;
            n++
        :: else -> break
        od;
        written[i] = written[i] + n;
        seen = 0
    }
}

/* Sender i rings as it owes since an earlier push, unless it sees that all has been taken. */
inline ring_owed(i, before, seen) {
    if
    :: owed ->
        owed = 0;
        atomic { LOAD(seen, taken_seen[i], taken[i]) }
        if
        :: seen == written[i] -> seen = 0
        :: else -> seen = 0; ring_receiver(i, before)
        fi
    :: else
    fi
}

active [SENDERS] proctype sender() {
    byte before, n, seen, bits;
    bit slept, sure, stopping, owed;
    bit waiting; /* the ring was full, and nobody has rung since */
#define me _pid
turn:
    collect(me, bits, sure);
    d_step { waiting = waiting && bits == 0; bits = 0 }
#ifdef STOP
    look_at_stop(me, stopping);
    if
    :: stopping -> goto finished
    :: else
    fi;
#endif
    /* What the handlers of this turn send. */
    atomic {
        do
        :: made[me] < MESSAGES(me) && OUTBOX(me) < BATCH -> made[me]++
        :: OUTBOX(me) > 0 || made[me] == MESSAGES(me) -> break
        od
    }
    if
    :: OUTBOX(me) > 0 && !waiting ->
        ring_owed(me, before, seen);
        push(me, n, seen);
        if
        :: OUTBOX(me) == 0 -> n = 0; ring_receiver(me, before)
#ifdef OWE
        :: OUTBOX(me) == 0 -> n = 0; owed = 1
#endif
        :: else -> /* full */
            n = 0;
            stalled = stalled | BIT(me); /* S1 */
#ifndef FAULT_SILENT_STALL
            ring_receiver(me, before); /* S2 */
#endif
#ifndef WITHOUT_RETRY
            push(me, n, seen); /* S3 */
            if
            :: n > 0 ->
                n = 0;
#ifndef FAULT_SILENT_RETRY
                ring_receiver(me, before)
#endif
            :: else
            fi;
#endif
            waiting = OUTBOX(me) > 0
        fi
    :: else
    fi;
    if
    :: made[me] == MESSAGES(me) && OUTBOX(me) == 0 -> goto finished
    :: else
    fi;
    if
    :: OUTBOX(me) > 0 ->
        ring_owed(me, before, seen);
        try_sleep(me, slept, sure);
        if
        :: slept -> atomic { token[me] -> token[me] = 0; slept = 0 }
        :: else
        fi
#ifdef NOTHING_ELSE_TO_DO
    :: OUTBOX(me) == 0
#else
    :: made[me] < MESSAGES(me) /* stays awake for other work, with or without an outbox */
#endif
    fi;
    goto turn;
finished:
#ifdef FAULT_FORGOTTEN_RING
    owed = 0;
#endif
    ring_owed(me, before, seen);
    atomic { ended++; n = 0; sure = 0; stopping = 0; waiting = 0 }
}

/* Pops at most BUDGET messages of sender i; those that were fewer than asked for end the residue. */
inline pop(i, n, seen, residue) {
    if
    :: residue & BIT(i) ->
        atomic {
            LOAD(seen, written_seen[i], written[i]);
            n = 0;
            do
            :: n < BUDGET && taken[i] + n < seen ->
                /* in order, not lost, not doubled */
                assert(slot[i * RING + (taken[i] + n) % RING] == delivered[i] + 1);
                slot[i * RING + (taken[i] + n) % RING] = 0;
                delivered[i]++;
                n++
            :: else -> break
            od;
            if
            :: n < BUDGET -> residue = residue & ~BIT(i)
            :: else
            fi;
            taken[i] = taken[i] + n;
            seen = 0;
            n = 0
        }
    :: else
    fi
}

/* Pops a message of the foreign thread; finding none ends the residue. */
inline pop_door(seen, residue) {
    if
    :: residue & FOREIGN ->
        atomic {
            LOAD(seen, door_seen, door_in);
            if
            :: door_out < seen -> door_out++; guest_delivered++
            :: else -> residue = residue & ~FOREIGN
            fi;
            seen = 0
        }
    :: else
    fi
}

/* The receiver tells sender i that there may be room. */
inline ring_sender(i, before, who) {
    if
    :: who & BIT(i) ->
        d_step {
            who = who & ~BIT(i);
            before = word[i];
            word[i] = before | ROOM;
            taken_told[i] = taken[i]
        }
        wake_if_asleep(i, before)
    :: else
    fi
}

/* The receiver looks at who waits for room: must see what it knows, may see what is there. */
inline serve_stalled(who, before) {
    if
    :: atomic { stalled -> who = stalled; stalled = 0; stalled_seen = 0; stalled_rung = 0 }
    :: stalled == 0 || (MAY_BE_OLD && stalled_seen == 0)
    fi;
    ring_sender(0, before, who);
    ring_sender(1, before, who)
}

active proctype receiver() {
    byte before, n, seen, bits, residue, who;
    bit slept, sure, stopping;
turn:
#ifdef FAULT_EARLY_STOP_LOOK
    look_at_stop(RECEIVER, stopping);
#endif
#ifdef FAULT_EARLY_STALL_LOOK
    serve_stalled(who, before);
#endif
    collect(RECEIVER, bits, sure);
    d_step { residue = residue | bits; bits = 0 }
#ifdef OWE
    if /* it may also look into a ring though nobody has rung, as a worker that spins does */
    :: residue = residue | BIT(0)
    :: true
    fi;
#endif
#if defined(STOP) && !defined(FAULT_EARLY_STOP_LOOK)
    look_at_stop(RECEIVER, stopping);
#endif
    pop(0, n, seen, residue);
    pop(1, n, seen, residue);
#ifdef STOP
    pop_door(seen, residue);
#endif
#ifndef FAULT_EARLY_STALL_LOOK
    serve_stalled(who, before);
#endif
#ifdef FAULT_FORGOTTEN_RESIDUE
    residue = 0;
#endif
    if
    :: stopping -> goto finished
    :: else
    fi;
    if
    :: residue == 0 ->
        try_sleep(RECEIVER, slept, sure);
        if
        :: slept ->
            if
            :: atomic { token[RECEIVER] -> token[RECEIVER] = 0; slept = 0 }
#ifdef TIMER
            :: slept = 0
#endif
#ifndef STOP
            :: atomic {
                delivered[0] == MESSAGES_0 && delivered[1] == MESSAGES_1 && ended == SENDERS ->
                goto finished
            }
#endif
            fi
        :: else
        fi
    :: else
    fi;
    goto turn;
finished:
    atomic { ended++; residue = 0; sure = 0; stopping = 0 }
}

#ifdef STOP
#include "mailbox_stop.pml"
#endif
