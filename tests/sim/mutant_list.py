"""The bugs that mutants.py plants: each is one text of the tree and what stands in its place."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Mutant:
    name: str
    file: str
    scenario: str  # which is to catch it
    breaks: str
    old: str  # occurs once in the file
    new: str


MUTANTS = (
    Mutant(
        name="lost_wake",
        file="mailbox/mailbox.cpp",
        scenario="start_stop",
        breaks="a flush that finds the receiver asleep does not wake it",
        old="there.wake_if(done.wake) ?",
        new="there.wake_if(false) ?"),
    Mutant(
        name="owed_ring_forgotten",
        file="actors/worker.cpp",
        scenario="start_stop",
        breaks="a worker that goes to sleep leaves those unrung to whom it has sent",
        old="    mail_.ring_owed();\n    if (found",
        new="    if (found"),
    Mutant(
        name="lost_offer_of_room",
        file="mailbox/mailbox.cpp",
        scenario="start_stop",
        breaks="who waits for room in a ring is not told of it",
        old="there.wake_if(there.bell().ring(doorbell::worker_bit(self_)));",
        new="(void)there;"),
    Mutant(
        name="no_flush_at_sleep",
        file="actors/worker.cpp",
        scenario="start_stop",
        breaks="a worker that goes to sleep leaves its outboxes full",
        old="    end_stopped();\n    send_out();",
        new="    end_stopped();\n    if (!local_.empty()) {\n        send_out();\n    }"),
    Mutant(
        name="leaked_block",
        file="mailbox/mailbox.cpp",
        scenario="start_stop",
        breaks="of several blocks that go home together only the last one arrives",
        old="to = {e, to.first == nullptr ? e : to.last, e->home};",
        new="to = {e, e, e->home};"),
    Mutant(
        name="generation_not_compared",
        file="mailbox/slot_table.hpp",
        scenario="start_stop",
        breaks="a stale name finds who has the slot now",
        old="return id.slot < capacity() && at(id.slot).generation == id.generation;",
        new="return id.slot < capacity() && at(id.slot).next == alive;"),
    Mutant(
        name="cancel_race",
        file="actors/worker_mail.cpp",
        scenario="start_stop",
        breaks="a post that was cancelled before it arrived runs all the same",
        old="    if (!word.claim()) {",
        new="    if (!word.claim() && what == fate::discard) {"),
    Mutant(
        name="delayed_posts_forgotten",
        file="actors/worker.cpp",
        scenario="start_stop",
        breaks="posts that wait for their time when the worker stops neither run nor are dropped",
        old="    delayed_.drop_all();\n",
        new=""),
    Mutant(
        name="dead_letter_not_counted",
        file="actors/worker_mail.cpp",
        scenario="start_stop",
        breaks="a message for an actor that has ended vanishes",
        old="        bury(handle_, to, type, dead_letter::stale);\n",
        new=""),
    Mutant(
        name="timer_early",
        file="reactor/timer_wheel.cpp",
        scenario="start_stop",
        breaks="a deadline is rounded down to a tick",
        old="return ns / tick_ns + (ns % tick_ns != 0 ? 1 : 0);",
        new="return ns / tick_ns;"),
    Mutant(
        name="input_not_registered",
        file="reactor/readiness/run_input.cpp",
        scenario="echo",
        breaks="a read that would block does not wait for the poller",
        old="    t.ready.readable = false;\n    want(t, {true, t.ready.wanted.write});",
        new="    t.ready.readable = false;"),
    Mutant(
        name="budget_not_rescheduled",
        file="reactor/readiness/run_input.cpp",
        scenario="srv_clt",
        breaks="a stream that used up its budget is not served again",
        old="            emptied) {\n            return;\n        }\n    }\n    serve_later(t);",
        new="            emptied) {\n            return;\n        }\n    }"),
    Mutant(
        name="end_after_short_read_lost",
        file="reactor/readiness/run_input.cpp",
        scenario="echo",
        breaks="a short read ends the turn though the end was reported with it",
        old="one.bytes < t.io_size_bytes && !t.ready.ended;",
        new="one.bytes < t.io_size_bytes;"),
    Mutant(
        name="paused_input_told",
        file="reactor/completing/held_items.cpp",
        scenario="echo",
        breaks="what comes while a stream is paused is told at once",
        old="    if (!is_behind(t)) {",
        new="    if (!t.input_paused || t.ring.held.empty()) {"),
    Mutant(
        name="held_items_dropped",
        file="reactor/completing/held_items.cpp",
        scenario="echo",
        breaks="bytes that were kept behind a pause are thrown away",
        old="        t.ring.held.push_back(std::move(data));",
        new="        data = {};"),
    Mutant(
        name="short_write_whole",
        file="reactor/readiness/run_output.cpp",
        scenario="echo",
        breaks="a write of some bytes counts as one of all",
        old="    t.unsent.consume(one.bytes);\n",
        new="    t.unsent.consume(one.bytes > 0 ? offered : 0);\n"),
    Mutant(
        name="double_completion",
        file="reactor/readiness/readiness_engine.cpp",
        scenario="echo",
        breaks="an input that has ended ends once more with the close",
        old="    if (t.input == input_kind::none) {\n        return;\n    }\n    t.input = ",
        new="    t.input = "),
    Mutant(
        name="dropped_fin",
        file="reactor/stream_side.cpp",
        scenario="echo",
        breaks="a write side that was shut sends no FIN",
        old="if (const std::error_code why = shut_output(t)) {",
        new="if (const std::error_code why = std::error_code{}) {"),
    Mutant(
        name="half_close_as_close",
        file="reactor/stream_side.cpp",
        scenario="relay",
        breaks="the peer's FIN closes both directions",
        old="    } else if (handlers_of(t).on_input_ended != nullptr) {",
        new="    } else if (handlers_of(t).on_input_ended != nullptr && t.shutdown_done) {"),
    Mutant(
        name="block_given_twice",
        file="reactor/buffer_pool.cpp",
        scenario="echo",
        breaks="a block stays among the free ones when it is handed out",
        old="    free_[size_class] = block->next_free;\n    block->references = 1;",
        new="""\
    if (block->next_free == nullptr) {
        free_[size_class] = nullptr;
    }
    block->references = 1;"""),
    Mutant(
        name="leaked_buffer",
        file="reactor/buffer_list.cpp",
        scenario="echo",
        breaks="a list that ends keeps the last of its slices",
        old="    while (head_ != nullptr) {\n        pop_front();\n    }\n    bytes_ = 0;",
        new="""\
    while (head_ != nullptr && head_->next != nullptr) {
        pop_front();
    }
    head_ = tail_ = nullptr;
    bytes_ = 0;"""),
    Mutant(
        name="shortage_not_over",
        file="reactor/listener.cpp",
        scenario="echo",
        breaks="a listener that ran out of descriptors never asks again",
        old="            t.home->arm_deadline(t, listener::pause_ms);\n",
        new=""),
    Mutant(
        name="close_forgets_unsent",
        file="reactor/stream_side.cpp",
        scenario="echo",
        breaks="close() does not wait for what is being sent",
        old="    } else if (t.output != output_kind::none || unsent_bytes(t) > 0) {",
        new="    } else if (t.output == output_kind::none && unsent_bytes(t) > 0) {"),
    Mutant(
        name="order_of_large",
        file="actors/worker_mail.cpp",
        scenario="start_stop",
        breaks="messages by pointer queue behind those by value that came after them",
        old="        handle(envelope_in(message), what);",
        new="        local_.push(envelope_in(message));"),
    Mutant(
        name="post_ended_twice",
        file="actors/post.cpp",
        scenario="start_stop",
        breaks="a delayed post that ran stays among those that the stop drops",
        old="    all.list_.erase(all.list_.iterator_to(self));\n",
        new="    (void)all;\n"),
    Mutant(
        name="timer_cascade",
        file="reactor/timer_wheel.cpp",
        scenario="start_stop",
        breaks="a timer that comes down from an upper level lands one slot late",
        old="            place(take_open());\n            ++moved;",
        new="""\
            timer_node& node = take_open();
            node.due_tick_ += slots_per_level;
            place(node);
            ++moved;"""),
    Mutant(
        name="timer_cancel_lost",
        file="reactor/timer_wheel.cpp",
        scenario="start_stop",
        breaks="cancelling a timer leaves it where it is",
        old="    slot.erase(node_list::s_iterator_to(node));\n",
        new=""),
    Mutant(
        name="asks_lost_at_stop",
        file="actors/worker.cpp",
        scenario="dealings",
        breaks="a thread that waits for an answer when the system stops is not told",
        old="    asks_.fail_all(actor_error::unanswered);\n",
        new=""),
    Mutant(
        name="asks_expire_together",
        file="actors/deadline_groups.cpp",
        scenario="dealings",
        breaks="with one deadline all of its group have passed",
        old="if (who.deadline <= reached && count < expired_per_turn) {",
        new="if (count < expired_per_turn) {"),
    Mutant(
        name="ask_deadline_not_armed_again",
        file="actors/deadline_groups.cpp",
        scenario="dealings",
        breaks="those of a group whose deadlines are later are forgotten",
        old="        wheel_.arm(group, next);\n",
        new=""),
    Mutant(
        name="cancelled_ask_kept",
        file="actors/ask_table.cpp",
        scenario="dealings",
        breaks="an ask that its actor no longer wants stays in the table",
        old="    ask.type.drop(ask);\n    ask.close();",
        new="    ask.type.drop(ask);"),
    Mutant(
        name="down_lost",
        file="actors/bonds.cpp",
        scenario="dealings",
        breaks="of several who watch an actor only the first hears of its end",
        old="    while (!to_tell_.empty()) {",
        new="    if (!to_tell_.empty()) {"),
    Mutant(
        name="down_after_unmonitor",
        file="actors/bonds.cpp",
        scenario="dealings",
        breaks="who has let go hears of the end all the same",
        old="""\
        which.near.unlink();
        hear(which, why);
    }""",
        new="""\
        which.near.unlink();
    }
    hear(which, why);"""),
    Mutant(
        name="credit_lost",
        file="actors/credit.cpp",
        scenario="dealings",
        breaks="of several credits that were withheld only one comes back",
        old="        ++found->credits;\n",
        new=""),
    Mutant(
        name="queue_stays_subscribed",
        file="actors/queue_hub.cpp",
        scenario="dealings",
        breaks="a worker whose last subscriber has left gets the events all the same",
        old="    if (--subscribers_ == 0) {",
        new="    if (--subscribers_ == 0 && one.destroy != nullptr) {"),
    Mutant(
        name="queue_place_kept",
        file="actors/queue_core.cpp",
        scenario="dealings",
        breaks="an event that has arrived keeps its place in the limit",
        old="here.under_way.fetch_sub(1, std::memory_order_relaxed);\n        count_missed",
        new="here.under_way.load(std::memory_order_relaxed);\n        count_missed"),
    Mutant(
        name="subscriber_misplaced",
        file="actors/queue_hub.cpp",
        scenario="dealings",
        breaks="who takes the place of one that left does not know it",
        old="    owners_[place]->place = place;\n",
        new=""),
    Mutant(
        name="limited_turn_lost",
        file="actors/worker_queues.cpp",
        scenario="dealings",
        breaks="an actor with a limited mailbox handles one message and forgets the rest",
        old="    if (!queue.empty()) {\n        schedule(queue, id.to_word());\n    }\n",
        new=""),
    Mutant(
        name="refusal_not_counted",
        file="actors/worker_queues.cpp",
        scenario="dealings",
        breaks="a message that a full mailbox refuses vanishes",
        old="            handle(message, fate::refuse);\n            return;",
        new="""\
            message->destroy_payload();
            mail_.release(message);
            return;"""),
    # These were there once: see NAMED_SEEDS.md.
    Mutant(
        name="share_of_nothing",
        file="bench/clt/connection.cpp",
        scenario="srv_clt",
        breaks="a connection that no request was left for sends without end",
        old="requests_max_{given.bytes == no_limit\n",
        new="requests_max_{given.bytes == no_limit || given.bytes == 0\n"),
    Mutant(
        name="discarded_by_sender",
        file="actors/worker_mail.cpp",
        scenario="dealings",
        breaks="what never left an outbox is discarded with the tables of its sender's worker",
        old="        peer(worker{to}).discard(message);",
        new="        static_cast<void>(to);\n        handle(message, fate::discard);"),
    Mutant(
        name="news_overtakes",
        file="actors/bonds.cpp",
        scenario="conservation",
        breaks="the news of an end overtakes what waits in a mailbox with a limit",
        old="    if (!which.near.is_linked() ||\n",
        new="    if (true || !which.near.is_linked() ||\n"),
    Mutant(
        name="offload_result_lost",
        file="actors/offload.cpp",
        scenario="conservation",
        breaks="the result of offloaded work is thrown away",
        old="        job.complete(job);",
        new="        static_cast<void>(job.complete);"),
)
