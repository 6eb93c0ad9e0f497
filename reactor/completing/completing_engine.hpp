#pragma once
// The layer that io_uring and the completing simulation share: operations that go on by themselves
// until they complete.

#include <iapp/reactor/completing/held_items.hpp>
#include <iapp/reactor/serving_engine.hpp>

#include <utility>
#include <vector>

namespace iapp {

// What an owner wants is begun by the next pass, and goes on by itself from then on: a source
// yields item after item. Ending an operation is a request too; what completed before it was heard
// is told, or kept with the transport while the source is paused.
class completing_engine : public serving_engine {
  public:
    // Of those that one source has kept; and those that it receives at once with the last memory.
    static constexpr unsigned items_per_service = 16;

    void start_input(transport& t, input_kind what) final;
    void pause_input(transport& t) final;
    void resume_input(transport& t) final;
    void set_watched(transport& t, interest what) final;
    void start_connect(transport& t, const address& to) final;
    void start_send(transport& t) final;

  protected:
    using serving_engine::serving_engine;

    // Begins, ends and closes what is due on a transport. Engine is the derived class, a friend,
    // rather than a table of virtual functions, which every operation would pay for. It has
    // begin_source, begin_watch, begin_send and begin_connect, and stop_input and stop_output,
    // which do nothing when nothing is under way or it is being stopped already.
    template <class Engine>
    void serve(Engine& with, transport& t);

    void end_input(transport& t, std::error_code why);
    void end_output(transport& t, std::error_code why);

    // What completions come to.
    void on_accepted(transport& t, descriptor connection, bool wanted);
    // A source's last one, while it is wanted on: the end is told after all that is kept.
    void on_end(transport& t, std::error_code why);

    // The pool has nothing to receive into. Only this worker frees its buffers, so it is enough to
    // look again before each wait. Those that wait receive so many items by a call each until their
    // sockets are empty, so that the last memory goes to bytes and not to readiness for bytes.
    void wait_for_memory(transport& t);
    void serve_starved(unsigned items_each);

    bool told_ = false; // something was told before the wait: it must not last

  private:
    template <class Engine>
    void run_output(Engine& with, transport& t);
    template <class Engine>
    void run_input(Engine& with, transport& t);
    template <class Engine>
    void run_watch(Engine& with, transport& t);

    bool has_held(const transport& t) const noexcept {
        return t.input == input_kind::accept ? held_connections_.any_of(t) : is_behind(t);
    }

    bool tell_some_held(transport& t);
    bool receive_directly(transport& t, unsigned items);
    void close_idle(transport& t);

    std::vector<slot_id> starved_; // receives that found no memory
    held_connections held_connections_;
};

// Here because each send comes to it.
inline void completing_engine::end_output(transport& t, std::error_code why) {
    t.cancel_output = false;
    if (t.output == output_kind::none) {
        return;
    }
    t.output = output_kind::none;
    told_ = true;
    t.events->output_ended(t, why);
}

template <class Engine>
void completing_engine::serve(Engine& with, transport& t) {
    if (t.closing) { // the descriptor closes after its last operation has ended
        with.stop_input(t);
        with.stop_output(t);
        if (!t.ring.input_armed && !t.ring.output_armed) {
            close_idle(t);
        }
        return;
    }
    if (t.cancel_input) {
        if (t.ring.input_armed) {
            with.stop_input(t);
        } else {
            end_input(t, canceled());
        }
    }
    if (t.cancel_output && !t.closing) {
        if (t.ring.output_armed) {
            with.stop_output(t);
        } else {
            end_output(t, canceled());
        }
    }
    run_output(with, t);
    run_input(with, t);
}

template <class Engine>
void completing_engine::run_output(Engine& with, transport& t) {
    if (t.output == output_kind::none || t.ring.output_armed || t.closing || t.cancel_output) {
        return;
    }
    if (t.output == output_kind::send) {
        with.begin_send(t);
    } else if (t.ring.connecting) {
        with.begin_connect(t);
    } else {
        end_output(t, std::exchange(t.outcome, {}));
    }
}

template <class Engine>
void completing_engine::run_input(Engine& with, transport& t) {
    if (!wants_input(t)) {
        return;
    }
    if (t.input == input_kind::watch) {
        run_watch(with, t);
        return;
    }
    if (t.input_paused) {
        with.stop_input(t);
        return;
    }
    if (has_held(t)) {
        const bool all = tell_some_held(t);
        if (!wants_input(t) || t.input_paused) {
            return;
        }
        if (!all) {
            serve_later(t);
            return;
        }
    }
    if (t.ring.ended) {
        end_input(t, {t.ring.error, std::system_category()});
    } else if (!t.ring.input_armed && !t.ring.starved && !t.ring.queued) {
        with.begin_source(t);
    }
}

// A watch reports for as long as something is there: it asks for one report at a time, and anew
// after each.
template <class Engine>
void completing_engine::run_watch(Engine& with, transport& t) {
    const interest wanted = t.ready.wanted;
    if (t.ring.input_armed) {
        if (t.ring.watched != wanted) {
            with.stop_input(t);
        }
    } else if (wanted != interest{}) {
        t.ring.watched = wanted;
        with.begin_watch(t);
    }
}

} // namespace iapp
