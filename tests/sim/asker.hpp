#pragma once
// asker: asks whoever sits at a desk, by whatever ref there is of him, alive or dead.

#include "sim/clerk.hpp"

#include <iapp/iapp.hpp>

namespace iapp::test {

class asker {
  public:
    struct ask_again {};

    using accepts = messages<ask_again>;

    asker(context& cx, office& in) : cx_{cx}, in_{in} { on(ask_again{}); }

    void on(ask_again) {
        if (!in_.calm) {
            switch (in_.world->random().below(3)) {
            case 0:
                ask(in_.known[desk()]);
                break;
            case 1:
                cx_.run(&asker::ask_the_supervisor, this);
                break;
            default:
                cx_.run(&asker::ask_by_task, this);
                break;
            }
            next_ = cx_.after(in_.below_ms(100), ask_again{});
        }
    }

  private:
    std::size_t desk() const {
        return static_cast<std::size_t>(in_.world->random().below(in_.desks));
    }

    duration patience() const {
        return std::chrono::milliseconds{1} + in_.below_ms(in_.chance(500) ? 50 : 2'000);
    }

    void ask(const ref<inquiry>& whom) {
        if (whom) {
            const duration deadline = patience();
            const std::uint32_t number = in_.asks.begin(0, deadline, true);
            cx_.ask<inquiry>(whom, deadline, in_.asks.wait_for(number), number);
        }
    }

    task<> ask_the_supervisor() {
        const auto whom = static_cast<unsigned>(desk());
        const ref<which_child> supervisor = in_.supervisor;
        const result<child_info> known =
            co_await cx_.ask<which_child>(supervisor, patience(), whom).as_result();
        if (known && known->who) {
            ask(known->as<clerk>());
        }
    }

    task<> ask_by_task() {
        const duration deadline = patience();
        const ref<inquiry> whom = in_.known[desk()];
        if (!whom) {
            co_return;
        }
        const std::uint32_t number = in_.asks.begin(0, deadline, true);
        ask_ledger::waiter waiter = in_.asks.wait_for(number);
        const result<std::uint32_t> answer =
            co_await cx_.ask<inquiry>(whom, deadline, number).as_result();
        waiter.hears(answer);
    }

    context& cx_;
    office& in_;
    timer next_;
};

} // namespace iapp::test
