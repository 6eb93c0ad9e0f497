/* The part of mailbox.pml that is there when the workers are stopped. */

/* A thread that is no worker sends to the receiver; at the door's limit, and when it sees the door
 * closed, its message is refused. */
active proctype guest() {
    byte before;
    do
    :: guest_made < FOREIGN_MESSAGES ->
        guest_made++;
        if
        :: door_closed -> guest_refused++
        :: !door_closed || MAY_BE_OLD ->
            if
            :: atomic { door_in - door_out < DOOR -> door_in++ }
                ring_foreign(RECEIVER, before)
            :: atomic { door_in - door_out == DOOR -> guest_refused++ }
            fi
        fi
    :: else -> break
    od;
    guest_ended = 1
}

/* The thread that stops the workers, and in the end buries what is left. */
active proctype stopper() {
    byte before, dead;
    byte j = RECEIVER;
    door_closed = 1;
    do
    :: true ->
        stop_flag[j] = 1;
        ring_foreign(j, before);
        if
        :: j > 0 -> j--
        :: else -> break
        fi
    od;
    ended == SENDERS + 1;
#ifndef FAULT_EARLY_BURIAL
    guest_ended;
#endif
    atomic {
        dead = door_in - door_out;
        guest_ended;
        assert(guest_delivered + guest_refused + dead == guest_made);
        j = 0;
        do
        :: j < SENDERS ->
            dead = 0;
            do
            :: taken[j] + dead < written[j] ->
                assert(slot[j * RING + (taken[j] + dead) % RING] == delivered[j] + dead + 1);
                dead++
            :: else -> break
            od;
            dead = dead + OUTBOX(j);
            assert(delivered[j] + dead == made[j]);
            j++
        :: else -> break
        od;
        assert(due[0] == 0 && due[1] == 0 && due[RECEIVER] == 0)
    }
}
