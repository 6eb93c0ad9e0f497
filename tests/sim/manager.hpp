#pragma once
// manager: keeps clerks at their desks by a supervisor, and takes another one when that gives up.

#include "sim/clerk.hpp"

#include <iapp/iapp.hpp>

namespace iapp::test {

class manager {
  public:
    struct begin_shift {};

    using accepts = messages<child_started, down, begin_shift>;

    manager(context& cx, office& in) : cx_{cx}, in_{in} { on(begin_shift{}); }

    void on(begin_shift) {
        const supervision how = draw();
        in_.shifts.emplace_back(*in_.world, how, in_.desks, in_.latest);
        in_.known.assign(in_.desks, {});
        std::vector<child_spec> all;
        for (unsigned i = 0; i < in_.desks; ++i) {
            const child_options options{.on = where(), .stop_within = in_.below_ms(1000)};
            all.push_back(child<clerk>(options, &in_, &in_.shifts.back(), i));
        }
        in_.supervisor = cx_.supervise(how, std::move(all));
        cx_.monitor(in_.supervisor).value();
    }

    void on(const child_started& m) {
        in_.shifts.back().hear_of_start(m.index, m.restarts);
        in_.known[m.index] = m.as<clerk>();
    }

    void on(const down& m) {
        shift& was = in_.shifts.back();
        in_.world->require(m.who == in_.supervisor.actor(), "it is the supervisor who has ended");
        in_.world->require(m.why == exit_reason::failed || was.over(), "and has done so by itself");
        if (m.why == exit_reason::failed) {
            was.give_up();
        }
        again_ = cx_.after(in_.below_ms(500), begin_shift{});
    }

  private:
    supervision draw() const {
        const duration first = std::chrono::milliseconds{1} + in_.below_ms(100);
        return {.strategy = static_cast<restart_strategy>(in_.world->random().below(3)),
                .restarts_max = static_cast<unsigned>(in_.world->random().below(6)),
                .within = std::chrono::seconds{1} + in_.below_ms(20000),
                .backoff = {.first = first,
                            .max = first + in_.below_ms(2000),
                            .factor = 1 + static_cast<double>(in_.world->random().below(4)) / 2}};
    }

    placement where() const {
        const std::uint64_t drawn = in_.world->random().below(3);
        return drawn == 0 ? placement{here}
               : drawn == 1
                   ? placement{round_robin}
                   : placement{static_cast<unsigned>(in_.world->random().below(in_.workers))};
    }

    context& cx_;
    office& in_;
    timer again_;
};

} // namespace iapp::test
