#include <iapp/testing/kit.hpp>

#include <iapp/reactor/sim/sim_network.hpp>
#include <iapp/testing/books.hpp>
#include <iapp/testing/stepped_driver.hpp>

#include <algorithm>

namespace iapp::testing {

// Turns all workers one after the other; time passes when none has anything to do.
class kit::driver final : public stepped_driver {
  public:
    result<std::unique_ptr<reactor>> make_reactor(const reactor_options& options) override {
        return network_.make_reactor(network_.first_host(), sim_character::ready, options);
    }

    time_point now() const noexcept override { return network_.now(); }

    // One turn of each worker. True: one of them had something to do.
    bool step() {
        const bool busy = has_work();
        run_offload();
        for (stepped_worker& each : workers()) {
            each.turn(time_point{}); // which is over: no worker waits
        }
        return busy;
    }

    bool has_work() {
        // What a handler of I/O has sent to another worker leaves with the next turn.
        const auto wants_turn = [this](const stepped_worker& each) {
            return each.has_work() || each.next_timer() <= now() ||
                   (!each.ended() && each.loop().holds_unsent());
        };
        return !network_.rests() || has_offloads() ||
               std::any_of(workers().begin(), workers().end(), wants_turn);
    }

    bool go_on(time_point until) override {
        if (step()) {
            return true;
        }
        const time_point next = std::min(next_event(), until);
        if (next == time_point::max()) {
            return false; // never
        }
        network_.advance_to(next);
        return next < until || next_event() <= until;
    }

    time_point next_event() {
        time_point next = network_.next_event();
        for (const stepped_worker& each : workers()) {
            next = std::min(next, each.next_timer());
        }
        return next;
    }

    void set_time(time_point when) { network_.advance_to(when); }

  private:
    sim_network network_{{.link = {}, .loopback = {}}};
};

kit::kit(const kit_options& options)
    : driver_{std::make_unique<driver>()}, system_{std::make_unique<iapp::system>(
                                               system_options{.workers = options.workers,
                                                              .limits = options.limits},
                                               *driver_)} {}

kit::~kit() = default;

iapp::system& kit::host() noexcept {
    return *system_;
}

void kit::step(unsigned turns) {
    for (; turns > 0; --turns) {
        driver_->step();
    }
}

void kit::run_until_idle(const std::source_location& where) {
    for (unsigned turns = 0; driver_->has_work(); ++turns) {
        if (turns == turns_max) {
            throw failure{"expected the workers to come to rest, but after " +
                              std::to_string(turns_max) + " turns they are still busy.",
                          where};
        }
        driver_->step();
    }
}

void kit::advance(duration time, const std::source_location& where) {
    const time_point until = now() + time;
    run_until_idle(where);
    for (time_point next = driver_->next_event(); next <= until; next = driver_->next_event()) {
        driver_->set_time(next);
        run_until_idle(where);
    }
    driver_->set_time(until);
    run_until_idle(where);
}

void kit::raise(int number, const std::source_location& where) {
    if (!driver_->signals().raise(number)) {
        throw failure{"expected an actor to take signal " + std::to_string(number) +
                          ", but none does.",
                      where};
    }
    run_until_idle(where);
}

time_point kit::now() const noexcept {
    return driver_->now();
}

worker_statistics kit::statistics() {
    return *system_->statistics(std::chrono::hours{1});
}

worker_statistics kit::finish(const std::source_location& where) {
    if (!system_->stop(system::stop_deadline)) {
        throw failure{"expected the system to stop, but " + system_->stop_report() + ".", where};
    }
    const worker_statistics last = statistics();
    const std::string wrong = books_complaint(last, driver_->workers());
    if (!wrong.empty()) {
        throw failure{wrong, where};
    }
    return last;
}

} // namespace iapp::testing
