#include <iapp/actors/worker.hpp>

#include <iapp/actors/actor_error.hpp>
#include <iapp/actors/spin_pause.hpp>
#include <iapp/mailbox/log.hpp>

#include <algorithm>
#include <optional>

namespace iapp {

namespace {

// While there is other work, I/O is looked at in this interval and not in every turn: a look is a
// system call of about a microsecond, and a turn may be a single message. Nor is the clock read in
// every turn: so many small turns take less than the interval.
constexpr duration poll_interval = std::chrono::microseconds{20};
constexpr unsigned turns_per_clock = 8;
constexpr std::uint64_t messages_per_clock = 64;

// What an ending worker waits for its last operations before it looks again.
constexpr duration end_poll_max = std::chrono::milliseconds{10};

} // namespace

worker_loop::worker_loop(const worker_place& place, std::unique_ptr<reactor> io,
                         const worker_limits& limits, system_control& system)
    : place_{place}, handle_{mail_port().anchor()}, system_{system}, limits_{limits},
      home_{place.index, memory_}, mail_{place.index, place.mesh, home_,
                                         limits.outbox_messages_max},
      idle_{place.idle, place.processor_free}, io_{std::move(io)}, asks_{limits.asks_max,
                                                                         io_->timers(), memory_},
      bonds_{*this, limits.bonds_max}, credits_{limits.credit_lines_max},
      actors_{limits.actors_max}, grants_{*this, actors_, static_cast<unsigned>(place.mesh.size())},
      distant_{*this, limits.actors_max} {
    mail_port().set_waker([](void* target) noexcept { static_cast<reactor*>(target)->wake(); },
                          io_.get());
    handle_.anchor().open(this);
}

worker_loop::~worker_loop() {
    IAPP_CHECK(in_order_.empty(), "run() ends the actors before the worker");
    close_to_others();
}

void worker_loop::turn(time_point deadline) {
    const current_scope scope{*this};
    ++counters_.turns;
    io_->fire_timers();
    handle_messages();
    // relaxed: take_mail() has seen what came before the knock of ask_to_stop(), and may just have
    // taken that knock, so that nothing else would end the sleep.
    const bool stopping = stopping_.load(std::memory_order_relaxed);
    const bool stepped = deadline != time_point::max() && deadline <= io_->now();
    const bool idle = !stopping && !stepped && local_.empty() && !mail_.has_mail() &&
                      !mail_.owes_collect() && !io_->has_work();
    if (!idle) {
        mail_.ring_owed();
    }
    if (!(idle && slept(deadline)) && (stepped || io_->has_work() || poll_is_due())) {
        poll(duration::zero());
    }
    note_running(nullptr, nullptr);
    actors_.recycle();
}

void worker_loop::handle_messages() {
    take_mail();
    run_local();
    end_stopped();
    send_out();
    note_running(nullptr, nullptr);
}

bool worker_loop::poll_is_due() noexcept {
    if (++turns_unclocked_ < turns_per_clock &&
        counters_.delivered - delivered_clocked_ < messages_per_clock) {
        return false;
    }
    turns_unclocked_ = 0;
    delivered_clocked_ = counters_.delivered;
    return io_->now() - last_poll_ >= poll_interval;
}

void worker_loop::poll(duration timeout) {
    io_->poll(timeout);
    // After a wait the clock is not read: whoever asks next then finds a look due.
    last_poll_ = timeout == duration::zero() ? io_->now() : time_point{};
    turns_unclocked_ = 0;
}

// Waits for work, asleep or awake. True: it slept, and has looked at I/O.
bool worker_loop::slept(time_point deadline) {
    const bool clocked = deadline != time_point::max() || idle_.watches();
    const time_point began = clocked ? io_->now() : time_point{};
    const duration longest = deadline == time_point::max() ? duration::max() : deadline - began;
    const bool found = idle_.budget() > duration::zero() && spin(longest);
    mail_.ring_owed();
    if (found || !mail_.try_sleep()) {
        return false;
    }
    ++counters_.sleeps;
    poll(longest);
    const bool woken = mail_.rung();
    counters_.wakes_received += woken ? 1 : 0;
    if (woken || clocked) {
        idle_.slept(woken, clocked ? io_->now() - began : duration::max());
    }
    return true;
}

// Looks for mail, and now and then for I/O and timers, as long as the idle policy says. True: there
// is something to do.
bool worker_loop::spin(duration longest) {
    constexpr unsigned looks_per_clock = 64;
    constexpr unsigned looks_per_bell = 16;
    const time_point began = io_->now();
    duration budget = std::min(idle_.budget(), longest);
    if (const std::optional<time_point> next = io_->timers().next_deadline()) {
        budget = std::min(budget, *next - began);
    }
    ++counters_.spins;
    while (true) {
        for (unsigned i = 1; i <= looks_per_clock; ++i) {
            if (i == looks_per_bell) { // whoever was to answer at once has not
                mail_.ring_owed();
            }
            if (mail_.peek_ring() || (i % looks_per_bell == 0 && mail_.peek())) {
                ++counters_.spins_paid;
                idle_.spin_paid();
                return true; // the budget stays
            }
            spin_pause();
        }
        io_->restart_clock();
        const duration waited = io_->now() - began;
        if (waited >= budget) {
            idle_.spun_in_vain();
            return false;
        }
        if (io_->now() - last_poll_ >= poll_interval && io_->open_sockets() > 0) {
            poll(duration::zero());
            if (io_->has_work() || !local_.empty()) {
                return true;
            }
        }
    }
}

bool worker_loop::has_work() const noexcept {
    return !local_.empty() || !to_end_.empty() || mail_.has_mail() || mail_.rung() ||
           io_->has_work();
}

void worker_loop::run() {
    while (!asked_to_stop()) {
        turn(time_point::max());
    }
    begin_end();
    while (!end_turn(time_point::max())) {
    }
}

void worker_loop::begin_end() {
    const current_scope scope{*this};
    io_->fire_timers(); // the time
    end_all_actors();
    asks_.fail_all(actor_error::unanswered);
    queues_.remove_callbacks();
    delayed_.drop_all();
    io_->begin_close_all();
    note_running(nullptr, nullptr);
}

bool worker_loop::end_turn(time_point deadline) {
    const current_scope scope{*this};
    if (io_->open_sockets() > 0) {
        io_->fire_timers();
        note_running(nullptr, nullptr);
        const duration longest =
            std::clamp<duration>(deadline - io_->now(), duration::zero(), end_poll_max);
        io_->poll(longest);
        return false;
    }
    discard_local();
    send_out();
    mail_.ring_owed();
    note_running(nullptr, nullptr);
    return true;
}

void worker_loop::ask_to_stop() noexcept {
    mail_port().close();
    stopping_.store(true, std::memory_order_release); // pairs with the acquire in run()
    mail_port().knock();
}

void worker_loop::report_failed_construction(std::string_view actor, const char* why) noexcept {
    ++counters_.actors_failed;
    write_log(log_level::error, static_cast<int>(place_.index),
              "actor %.*s could not be constructed: %s", static_cast<int>(actor.size()),
              actor.data(), why);
}

void worker_loop::actor_failed(const cell& who, std::string_view message,
                               const char* why) noexcept {
    ++counters_.actors_failed;
    const std::string_view name = who.type.name;
    write_log(log_level::error, static_cast<int>(place_.index), "actor %.*s failed in on(%.*s): %s",
              static_cast<int>(name.size()), name.data(), static_cast<int>(message.size()),
              message.data(), why);
}

bool worker_loop::admit_task(const cell& actor) noexcept {
    const bool room = actor.tasks < limits_.tasks_per_actor_max;
    ++(room ? counters_.tasks_started : counters_.tasks_refused);
    return room;
}

void worker_loop::task_failed(const cell& who, std::string_view task, const char* why) noexcept {
    ++counters_.actors_failed;
    const std::string_view name = who.type.name;
    write_log(log_level::error, static_cast<int>(place_.index),
              "actor %.*s failed in task %.*s: %s", static_cast<int>(name.size()), name.data(),
              static_cast<int>(task.size()), task.data(), why);
}

std::string worker_loop::late_report() const {
    const std::string_view* actor = running_.actor();
    const std::string_view* message = running_.message();
    std::string report = "worker " + std::to_string(place_.index);
    if (actor != nullptr && message != nullptr) {
        return report.append(" is in on(").append(*message).append(") of actor ").append(*actor);
    }
    if (message != nullptr) {
        return report.append(" is in the callback ").append(*message);
    }
    return report.append(" is not in a handler: an actor's end or an operation is late");
}

worker_statistics worker_loop::statistics() const {
    worker_statistics now;
    const std::uint64_t refused = place_.mesh[place_.index]->refused();
    now.actors = counters_;
    now.actors.sent += refused;
    now.actors.dead_letters[index_of(dead_letter::refused)] += refused;
    queues_.add_missed(now.actors);
    now.actors.stalls = stalls_.load(std::memory_order_relaxed);
    now.asks = asks_.counters();
    now.mail = mail_.counters();
    now.io = io_->counters();
    now.system_calls = io_->system_calls();
    now.open_sockets = io_->open_sockets();
    now.buffers_out = io_->buffers().outstanding();
    now.buffer_bytes_mapped = io_->buffers().mapped_bytes();
    return now;
}

} // namespace iapp
