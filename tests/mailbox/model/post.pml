/* Posted callbacks and their cancelling: each post ends as exactly one of ran, cancelled, dropped.
 *
 * A post has a word (generation, state) that its handle names together with the generation. The
 * poster uses a free word again. The destination claims the post by one compare-and-swap; so does
 * cancel(); so does the one who buries what a stop has left. All three modify one word, so
 * sequential consistency is no loss: a read-modify-write always finds the latest value. Only the
 * poster looks with a plain load, and an old value can only show it a word that is not free yet.
 * The way to the destination is what mailbox.pml proves: in order, nothing lost or doubled.
 *
 * Checked: no post has two ends or none, cancel() says "cancelled" for exactly those that end so,
 * none of these runs, captures are destroyed once and not before their callback has run, and the
 * poster never waits for a word for ever.
 */

#ifndef POSTS
#define POSTS 3
#endif
#ifndef WORDS
#define WORDS 1 /* fewer than posts: words are used again */
#endif
#ifndef TRIES
#define TRIES 2 /* cancels by each of the two cancellers */
#endif

mtype = { free, pending, cancelled };       /* states of a word */
mtype = { none, ran, was_cancelled, dropped }; /* ends of a post */

mtype state[WORDS] = free;
byte generation[WORDS];

/* The handles, and ghosts: the post's end, its captures, and whether a cancel() has said yes. */
byte posted;
byte handle_word[POSTS];
byte handle_generation[POSTS];
mtype end[POSTS] = none;
bit captures[POSTS];
bit promised[POSTS];

chan way = [POSTS] of { byte };
bit poster_ended, runner_ended;
byte cancellers_ended;

#ifdef FAULT_NO_GENERATION
#define NEXT(g) (g)
#else
#define NEXT(g) ((g) + 1)
#endif

inline finish(p, how) {
    assert(end[p] == none);
    end[p] = how
}

inline destroy_captures(p) {
    assert(captures[p]);
    captures[p] = 0
}

active proctype poster() {
    byte w;
    do
    :: posted < POSTS ->
        w = 0;
        do
        :: w < WORDS && state[w] != free -> w++
        :: else -> break
        od;
        if
        :: w < WORDS ->
            atomic {
                handle_word[posted] = w;
                handle_generation[posted] = generation[w];
                captures[posted] = 1;
                state[w] = pending;
                posted++
            }
            way ! posted - 1
        :: w == WORDS && runner_ended -> break /* nobody frees words any more */
        :: w == WORDS && !runner_ended
        fi
    :: else -> break
    od;
    w = 0;
    poster_ended = 1
}

/* Claims post p where it arrived: how = ran or dropped, unless it was cancelled. */
inline claim(p, w, how) {
    w = handle_word[p];
#ifdef FAULT_TWO_STEP_CLAIM
    if
    :: state[w] == pending ->
        atomic { state[w] = free; generation[w] = NEXT(generation[w]) }
#else
    if
    :: atomic {
        state[w] == pending && generation[w] == handle_generation[p] ->
        state[w] = free;
        generation[w] = NEXT(generation[w])
       }
#endif
        finish(p, how);
        destroy_captures(p)
    :: else ->
        assert(state[w] == cancelled && generation[w] == handle_generation[p]);
        destroy_captures(p);
        finish(p, was_cancelled);
        atomic { state[w] = free; generation[w] = NEXT(generation[w]) }
    fi
}

/* The destination runs what comes until all has come, or until a stop at any moment. */
active proctype runner() {
    byte p, w;
    do
    :: way ? p -> claim(p, w, ran)
    :: empty(way) && poster_ended -> break
    :: break /* stopped */
    od;
    p = 0;
    w = 0;
    runner_ended = 1
}

/* cancel() by any thread that has a handle, also for a post that has ended long ago. */
inline cancel(p, w, said) {
    w = handle_word[p];
#ifdef FAULT_TWO_STEP_CANCEL
    if
    :: state[w] == pending && generation[w] == handle_generation[p] ->
        state[w] = cancelled;
        said = 1
#else
    if
    :: atomic {
        state[w] == pending && generation[w] == handle_generation[p] ->
        state[w] = cancelled;
        said = 1
       }
#endif
    :: else -> said = 0
    fi
}

active [2] proctype canceller() {
    byte tries, p, w;
    bit said;
    do
    :: tries < TRIES && posted > 0 ->
        tries++;
        p = 0;
        do
        :: p + 1 < posted -> p++
        :: break
        od;
        cancel(p, w, said);
        if
        :: said ->
            assert(!promised[p]);
            promised[p] = 1
        :: else
        fi
    :: break
    od;
    cancellers_ended++
}

/* Buries what the stop has left, after both workers have ended; handles are still out. */
active proctype undertaker() {
    byte p, w;
    poster_ended && runner_ended;
    do
    :: way ? p -> claim(p, w, dropped)
    :: empty(way) -> break
    od;
    cancellers_ended == 2;
    atomic {
        p = 0;
        do
        :: p < posted ->
            assert(end[p] != none && !captures[p]);
            assert(promised[p] == (end[p] == was_cancelled));
            p++
        :: else -> break
        od
    }
}
