#include <iapp/actors/system.hpp>

#include <iapp/mailbox/log.hpp>
#include <iapp/reactor/engines.hpp>
#include <iapp/reactor/os/signals.hpp>
#include <iapp/reactor/os/threads.hpp>

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

} // namespace

system::system(system_options options) {
    if (options.workers == 0 || options.workers > workers_max) {
        throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                                "a system has 1 to 62 workers");
    }
    os::ignore_broken_pipes();
    system_control& control = *this;
    mesh_ = std::make_unique<mesh>(options.workers, options.limits.port());
    const std::vector<int> processors = os::usable_processors();
    for (unsigned i = 0; i < options.workers; ++i) {
        result<std::unique_ptr<reactor>> io = reactor::make(options.io);
        if (!io) {
            throw std::system_error(io.error(), describe_engine(options.io.engine));
        }
        auto made = std::make_unique<worker_thread>();
        const worker_place place{.index = i,
                                 .mesh = mesh_->ports(),
                                 .idle = options.idle,
                                 .processor_free = processors.size() >= options.workers,
                                 .on_dead_letter = options.dead_letter_observer};
        made->loop = std::make_unique<worker_loop>(place, std::move(*io), options.limits, control);
        threads_.push_back(std::move(made));
    }
    std::vector<worker_loop*> all;
    for (const auto& each : threads_) {
        all.push_back(each->loop.get());
    }
    slot_grants::begin(all);
    engine_name_ = threads_.front()->loop->io().engine_name();
    if (options.offload.threads > 0) {
        offloads_ = std::make_unique<offload_pool>(options.offload, options.name + "-off");
    }
    try {
        for (unsigned i = 0; i < options.workers; ++i) {
            const int processor =
                options.pin && !processors.empty() ? processors[i % processors.size()] : -1;
            threads_[i]->thread = std::thread{&system::run_thread, std::ref(*threads_[i]),
                                              options.name + "-" + std::to_string(i), processor};
        }
        start_watchdog(options);
    } catch (...) {
        end_started_threads();
        throw; // std::system_error: the operating system gives no more threads
    }
}

void system::start_watchdog(const system_options& options) {
    if (options.watchdog.limit <= std::chrono::milliseconds{0}) {
        return;
    }
    std::vector<worker_loop*> workers;
    for (const auto& each : threads_) {
        workers.push_back(each->loop.get());
    }
    watchdog_ = std::make_unique<watchdog_thread>(std::move(workers), options.watchdog,
                                                  options.name + "-watchdog");
}

void system::end_started_threads() {
    for (const auto& worker : threads_) {
        if (worker->thread.joinable()) {
            worker->loop->ask_to_stop();
            worker->thread.join();
        }
    }
    discard_mail();
}

void system::run_thread(worker_thread& self, const std::string& name, int processor) {
    os::name_this_thread(name);
    if (processor >= 0) {
        os::pin_this_thread(processor);
    }
    self.loop->run();
    self.ended.release(); // pairs with the acquire in join_by()
}

system::~system() {
    if (!stopped_ && !stop(stop_deadline)) {
        write_log(log_level::error, log_record::no_worker, "%s", stop_report_.c_str());
        std::abort();
    }
    for (const auto& worker : threads_) {
        worker->loop->close_to_others();
    }
    queues().life().end();
    discard_mail(); // what other threads were about to push when it stopped
}

void system::request_stop(int exit_status) noexcept {
    if (!stop_requested_.exchange(true, std::memory_order_acq_rel)) {
        exit_status_.store(exit_status, std::memory_order_relaxed); // read after the semaphore
        stop_wanted_.release(); // pairs with the acquire in wait()
    }
}

worker_loop& system::at(worker which) {
    IAPP_CHECK(which.index < workers(), "the system has no such worker");
    return *threads_[which.index]->loop;
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
    stop_seen_ = stop_seen_ || stop_wanted_.try_acquire_for(time);
    return stop_seen_;
}

void system::wait_until_stopped() {
    if (!stop_seen_) {
        stop_wanted_.acquire(); // pairs with the release in request_stop()
        stop_seen_ = true;
    }
}

result<void> system::stop(std::chrono::nanoseconds deadline) {
    IAPP_CHECK(worker_loop::current() == nullptr, "a worker cannot wait for its own end");
    if (stopped_) {
        return {};
    }
    const steady::time_point until = steady::now() + deadline;
    queues().life().close();
    for (const auto& worker : threads_) {
        worker->loop->ask_to_stop();
    }
    bool all = true;
    for (const auto& worker : threads_) {
        all = join_by(*worker, until) && all;
    }
    if (all && offloads_ != nullptr && !offloads_->stop(until)) {
        stop_report_ = offloads_->late_report();
        all = false;
    }
    if (!all) {
        return std::errc::timed_out;
    }
    discard_mail();
    stopped_ = true;
    return {};
}

// What others pushed while the workers ended, and what ending that has sent.
void system::discard_mail() noexcept {
    for (bool some = true; some;) {
        some = false;
        for (const auto& worker : threads_) {
            some = worker->loop->discard_mail() || some;
        }
    }
}

bool system::join_by(worker_thread& worker, steady::time_point deadline) {
    if (worker.joined) {
        return true;
    }
    if (!worker.ended.try_acquire_until(deadline)) {
        stop_report_ = worker.loop->late_report();
        return false;
    }
    worker.thread.join();
    worker.joined = true;
    return true;
}

result<worker_statistics> system::statistics(std::chrono::nanoseconds deadline) {
    worker_statistics sum;
    if (stopped_) {
        discard_mail(); // what other threads have pushed since
    }
    for (unsigned i = 0; i < workers(); ++i) {
        if (stopped_) {
            sum += threads_[i]->loop->statistics();
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
