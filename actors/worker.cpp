#include <iapp/actors/worker.hpp>

#include <algorithm>
#include <cstdio>

namespace iapp {

namespace {

// Bounds on what one turn does before I/O has its turn again.
constexpr unsigned mail_per_turn = 256;
constexpr unsigned local_per_turn = 1024;

thread_local worker_loop* current_worker = nullptr;

// Makes a worker the current one for the time of a call.
class current_scope {
  public:
    explicit current_scope(worker_loop& w) noexcept : before_{current_worker} {
        current_worker = &w;
    }

    ~current_scope() { current_worker = before_; }

    current_scope(const current_scope&) = delete;
    current_scope& operator=(const current_scope&) = delete;

  private:
    worker_loop* before_;
};

} // namespace

worker_loop::worker_loop(unsigned index, std::unique_ptr<reactor> io, const worker_limits& limits,
                         system_control& system)
    : index_{index}, system_{system}, limits_{limits}, mail_{limits.foreign_messages_max},
      io_{std::move(io)}, actors_{limits.actors_max} {
    mail_.set_waker([](void* target) noexcept { static_cast<reactor*>(target)->wake(); },
                    io_.get());
}

worker_loop::~worker_loop() {
    IAPP_CHECK(in_order_.empty(), "run() ends the actors before the worker");
    discard_mail();
}

worker_loop* worker_loop::current() noexcept {
    return current_worker;
}

void worker_loop::turn(time_point deadline) {
    const current_scope scope{*this};
    ++counters_.turns;
    io_->fire_timers();
    if (mail_.collect() || mail_left_) {
        collect_mail();
    }
    run_local();
    end_stopped();
    duration timeout = duration::zero();
    // relaxed: collect() has seen what came before the knock of ask_to_stop(), and may just have
    // taken that knock, so that nothing else would end the sleep.
    const bool stopping = stopping_.load(std::memory_order_relaxed);
    if (!stopping && local_.empty() && !mail_left_ && !io_->has_work()) {
        timeout = deadline == time_point::max() ? duration::max()
                                                : std::max(deadline - io_->now(), duration::zero());
    }
    if (timeout > duration::zero()) {
        if (mail_.try_sleep()) {
            ++counters_.sleeps;
        } else {
            timeout = duration::zero();
        }
    }
    io_->poll(timeout);
    actors_.recycle();
}

void worker_loop::run() {
    // acquire: pairs with the release of ask_to_stop().
    while (!stopping_.load(std::memory_order_acquire)) {
        turn(time_point::max());
    }
    const current_scope scope{*this};
    io_->fire_timers(); // the time
    end_all_actors();
    io_->close_all(time_point::max());
    discard_mail();
}

void worker_loop::ask_to_stop() noexcept {
    mail_.close();
    stopping_.store(true, std::memory_order_release); // pairs with the acquire in run()
    mail_.knock();
}

void worker_loop::collect_mail() {
    deliver_signals();
    mail_left_ = true;
    for (unsigned i = 0; i < mail_per_turn; ++i) {
        envelope* message = mail_.pop();
        if (message == nullptr) {
            mail_left_ = false;
            return;
        }
        message->handle(this, envelope::fate::deliver);
    }
}

void worker_loop::run_local() {
    for (unsigned i = 0; i < local_per_turn; ++i) {
        envelope* message = local_.pop();
        if (message == nullptr) {
            return;
        }
        message->handle(this, envelope::fate::deliver);
    }
}

void worker_loop::discard_mail() noexcept {
    const current_scope scope{*this};
    while (envelope* message = local_.pop()) {
        message->handle(this, envelope::fate::discard);
    }
    while (envelope* message = mail_.pop()) {
        message->handle(this, envelope::fate::discard);
    }
}

bool worker_loop::room_for_local() noexcept {
    if (local_.size() < limits_.local_messages_max) {
        return true;
    }
    ++counters_.sent;
    count_dead(dead_letter::refused);
    return false;
}

bool worker_loop::deliver(slot_id to, message_key key, void* message, void* reply) noexcept {
    cell* actor = find(to);
    if (actor == nullptr || actor->stopping) {
        count_dead(dead_letter::stale);
        return false;
    }
    ++counters_.delivered;
    return actor->type.receive(*actor, key, message, reply);
}

cell* worker_loop::find(slot_id id) noexcept {
    cell** entry = actors_.find(id);
    return entry == nullptr ? nullptr : *entry;
}

void worker_loop::end(cell& actor) noexcept {
    const slot_id id = actor.id;
    in_order_.erase(in_order_.iterator_to(actor));
    actor.stopping = true;
    actor.type.destroy(actor);
    actors_.destroy(id); // last: no message finds a dying actor's successor
    ++counters_.actors_ended;
}

void worker_loop::stop_when_idle(cell& actor) {
    if (actor.running == 0) {
        to_end_.push_back(actor.id); // in its constructor, or called from outside a handler
    }
}

void worker_loop::end_stopped() {
    for (std::size_t i = 0; i < to_end_.size(); ++i) {
        if (cell* actor = find(to_end_[i])) {
            end(*actor); // its destructor may stop others
        }
    }
    to_end_.clear();
}

void worker_loop::end_all_actors() noexcept {
    while (!in_order_.empty()) {
        end(in_order_.back()); // the youngest first, so that children go before their parents
    }
}

void worker_loop::report_failed_construction(std::string_view actor, const char* why) noexcept {
    ++counters_.actors_failed;
    std::fprintf(stderr, "iapp: worker %u: actor %.*s could not be constructed: %s\n", index_,
                 static_cast<int>(actor.size()), actor.data(), why);
}

void worker_loop::actor_failed(const cell& who, std::string_view message,
                               const char* why) noexcept {
    ++counters_.actors_failed;
    const std::string_view name = who.type.name;
    std::fprintf(stderr, "iapp: worker %u: actor %.*s failed in on(%.*s): %s\n", index_,
                 static_cast<int>(name.size()), name.data(), static_cast<int>(message.size()),
                 message.data(), why);
}

std::string worker_loop::late_report() const {
    const std::string_view* actor = running_actor();
    const std::string_view* message = running_message();
    std::string report = "worker " + std::to_string(index_);
    if (actor != nullptr && message != nullptr) {
        return report.append(" is in on(").append(*message).append(") of actor ").append(*actor);
    }
    return report.append(" is not in a handler: an actor's end or an operation is late");
}

worker_statistics worker_loop::statistics() const {
    worker_statistics now;
    now.actors = counters_;
    now.actors.sent += mail_.refused();
    now.actors.dead_letters[index_of(dead_letter::refused)] += mail_.refused();
    now.io = io_->counters();
    now.system_calls = io_->system_calls();
    now.open_sockets = io_->open_sockets();
    now.buffers_out = io_->buffers().outstanding();
    now.buffer_bytes_mapped = io_->buffers().mapped_bytes();
    return now;
}

} // namespace iapp
