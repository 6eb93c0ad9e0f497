#pragma once
// asker: asks whoever sits at a desk, by whatever ref there is of him, alive or dead.

#include "sim/clerk.hpp"

#include <iapp/iapp.hpp>

#include <utility>

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
    // What an ask comes to: called once with an answer or an error in its time, or else destroyed
    // with its asker.
    class ending {
      public:
        ending(office& in, std::uint64_t number, time_point until) noexcept
            : in_{&in}, number_{number}, until_{until} {
            ++in_->asks;
        }

        ending(ending&& other) noexcept
            : in_{std::exchange(other.in_, nullptr)}, number_{other.number_}, until_{other.until_},
              called_{other.called_} {}

        ~ending() {
            if (in_ != nullptr) {
                ++in_->asks_ended;
            }
        }

        void operator()(const result<std::uint64_t>& answer) {
            sim_world& world = *in_->world;
            world.require(!std::exchange(called_, true), "an ask ends once");
            world.require(!answer || *answer == 2 * number_, "an answer is that to its question");
            world.require(world.now() <= until_ + in_->latest, "an ask ends in its time");
            world.require(answer.error() != std::errc::timed_out || world.now() >= until_,
                          "and not before");
        }

      private:
        office* in_;
        std::uint64_t number_;
        time_point until_;
        bool called_ = false;
    };

    std::size_t desk() const {
        return static_cast<std::size_t>(in_.world->random().below(in_.desks));
    }

    duration patience() const {
        return std::chrono::milliseconds{1} + in_.below_ms(in_.chance(500) ? 50 : 2'000);
    }

    void ask(const ref<inquiry>& whom) {
        if (whom) {
            const duration deadline = patience();
            const std::uint64_t number = in_.world->random().below(1'000'000);
            cx_.ask<inquiry>(whom, deadline, ending{in_, number, cx_.now() + deadline}, number);
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
        const std::uint64_t number = in_.world->random().below(1'000'000);
        const duration deadline = patience();
        const ref<inquiry> whom = in_.known[desk()];
        if (!whom) {
            co_return;
        }
        ending over{in_, number, cx_.now() + deadline};
        const result<std::uint64_t> answer =
            co_await cx_.ask<inquiry>(whom, deadline, number).as_result();
        over(answer);
    }

    context& cx_;
    office& in_;
    timer next_;
};

} // namespace iapp::test
