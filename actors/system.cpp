#include <iapp/actors/system.hpp>

#include <iapp/actors/thread_driver.hpp>
#include <iapp/mailbox/log.hpp>
#include <iapp/reactor/engines.hpp>
#include <iapp/reactor/os/signals.hpp>

#include <cstdlib>

namespace iapp {

namespace {

using steady = std::chrono::steady_clock;

// "engine "x" (this build has epoll, poll)"
std::string describe_engine(const std::string& asked_for) {
    std::string text = "engine \"" + wanted_engine(asked_for) + "\" (this build has";
    const char* separator = " ";
    for (const std::string_view name : engine_names()) {
        text.append(separator).append(name);
        separator = ", ";
    }
    return text + ")";
}

// One engine for all workers. Where the best one can be had for some of them only (each of its
// rings takes memory that the system limits), all get the one that serves where it does not.
std::vector<std::unique_ptr<reactor>> make_reactors(worker_driver& by, unsigned workers,
                                                    reactor_options options) {
    std::vector<std::unique_ptr<reactor>> made;
    while (made.size() < workers) {
        result<std::unique_ptr<reactor>> io = by.make_reactor(options);
        if (!io) {
            throw std::system_error(io.error(), describe_engine(options.engine));
        }
        if (options.engine.empty() && !made.empty() &&
            (*io)->engine_name() != made.front()->engine_name()) {
            options.engine = (*io)->engine_name();
            made.clear();
        }
        made.push_back(std::move(*io));
    }
    return made;
}

} // namespace

system::system(const system_options& options, std::unique_ptr<worker_driver> own,
               worker_driver* others)
    : own_driver_{std::move(own)}, driver_{own_driver_ ? *own_driver_ : *others} {
    if (options.workers == 0 || options.workers > workers_max) {
        throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                                "a system has 1 to 62 workers");
    }
    os::ignore_broken_pipes();
    system_control& control = *this;
    std::vector<std::unique_ptr<reactor>> reactors =
        make_reactors(driver_, options.workers, options.io);
    mesh_ = std::make_unique<mesh>(options.workers, options.limits.port());
    std::vector<worker_loop*> all;
    for (unsigned i = 0; i < options.workers; ++i) {
        worker_place place{.index = i,
                           .mesh = mesh_->ports(),
                           .idle = options.idle,
                           .on_dead_letter = options.dead_letter_observer};
        driver_.settle(place);
        loops_.push_back(
            std::make_unique<worker_loop>(place, std::move(reactors[i]), options.limits, control));
        all.push_back(loops_.back().get());
    }
    slot_grants::begin(all);
    engine_name_ = loops_.front()->io().engine_name();
    if (options.offload.threads > 0) {
        offload_options offload = options.offload;
        offload.threads = own_driver_ ? offload.threads : 0;
        offloads_ = std::make_unique<offload_pool>(offload, options.name + "-off");
        driver_.lend(*offloads_);
    }
    try {
        driver_.start(all);
    } catch (...) {
        discard_mail();
        throw;
    }
    if (own_driver_) {
        start_watchdog(options);
    }
}

void system::start_watchdog(const system_options& options) {
    if (options.watchdog.limit <= std::chrono::milliseconds{0}) {
        return;
    }
    std::vector<worker_loop*> workers;
    for (const auto& each : loops_) {
        workers.push_back(each.get());
    }
    try {
        watchdog_ = std::make_unique<watchdog_thread>(std::move(workers), options.watchdog,
                                                      options.name + "-watchdog");
    } catch (...) { // no thread or signal to be had: then those of the workers end, too
        static_cast<void>(stop(stop_deadline));
        throw;
    }
}

system::system(const system_options& options)
    : system{options, std::make_unique<thread_driver>(options.name, options.pin), nullptr} {}

system::system(const system_options& options, worker_driver& driver)
    : system{options, nullptr, &driver} {}

system::~system() {
    if (!stopped_ && !stop(stop_deadline)) {
        write_log(log_level::error, log_record::no_worker, "%s", stop_report_.c_str());
        std::abort();
    }
    queues().life().end();
}

void system::request_stop(int exit_status) noexcept {
    if (!stop_requested_.exchange(true, std::memory_order_acq_rel)) {
        exit_status_.store(exit_status, std::memory_order_relaxed); // read after the notice
        stop_wanted_.give();
    }
}

worker_loop& system::at(worker which) {
    IAPP_CHECK(which.index < workers(), "the system has no such worker");
    return *loops_[which.index];
}

offload_pool* system::offloads() noexcept {
    return offloads_.get();
}

int system::exit_status() const noexcept {
    return exit_status_.load(std::memory_order_relaxed);
}

// A name whose actor has ended is still held until worker 0 hears of it.
bool system::name_taken(std::string_view name) {
    while (true) {
        const result<actor_id> holder =
            call(0, spawn_deadline, [name = std::string{name}](worker_loop& home) {
                return home.names().holder(name);
            });
        if (!holder || !*holder) {
            return !holder;
        }
        const result<bool> lives =
            call(holder->home.index(), spawn_deadline,
                 [who = holder->slot](worker_loop& home) { return home.find(who) != nullptr; });
        if (!lives || *lives) {
            return true;
        }
    }
}

bool system::wait(std::chrono::nanoseconds time) {
    return driver_.wait(stop_wanted_, time);
}

void system::wait_until_stopped() {
    driver_.wait(stop_wanted_, std::chrono::nanoseconds::max());
}

result<void> system::stop(std::chrono::nanoseconds deadline) {
    IAPP_CHECK(worker_loop::current() == nullptr, "a worker cannot wait for its own end");
    if (stopped_) {
        return {};
    }
    const steady::time_point until = deadline_after(steady::now(), deadline);
    stop_report_.clear();
    queues().life().close();
    for (const auto& worker : loops_) {
        worker->ask_to_stop();
    }
    const worker_loop* const late = driver_.join(deadline);
    if (late != nullptr) {
        stop_report_ = late->late_report();
    } else if (offloads_ != nullptr && !offloads_->stop(until)) {
        stop_report_ = offloads_->late_report();
    }
    if (!stop_report_.empty()) {
        return std::errc::timed_out;
    }
    discard_mail();
    for (const auto& worker : loops_) {
        worker->close_to_others();
    }
    discard_mail(); // what other threads were about to push
    stopped_ = true;
    return {};
}

// What others pushed while the workers ended, and what ending that has sent.
void system::discard_mail() noexcept {
    for (bool some = true; some;) {
        some = false;
        for (const auto& worker : loops_) {
            some = worker->discard_mail() || some;
        }
    }
}

result<worker_statistics> system::statistics(std::chrono::nanoseconds deadline) {
    worker_statistics sum;
    for (unsigned i = 0; i < workers(); ++i) {
        if (stopped_) {
            sum += loops_[i]->statistics();
            continue;
        }
        const result<worker_statistics> one =
            call(i, deadline, [](worker_loop& home) { return home.statistics(); });
        if (!one) {
            return one.error();
        }
        sum += *one;
    }
    return sum;
}

} // namespace iapp
