// Asks, answers, deaths and credits at random: whatever happens, the books are even at the end.

#include "support/random.hpp"
#include "support/stepped_worker.hpp"

#include <memory>
#include <string>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace ask_random_test {

namespace {

struct request_now {
    using reply = int;
    int steps = 0;
};

struct request_later {
    using reply = std::string;
    int steps = 0;
    std::string text;
};

struct goods {
    int steps = 0;
};

struct fate_of_all {
    random_source random;
    int open_callbacks = 0; // made and neither called nor destroyed
    int calls = 0;
};

// Counts itself for as long as the callback that holds it is neither called nor destroyed.
class callback_mark {
  public:
    explicit callback_mark(fate_of_all& all) : all_{&all} { ++all.open_callbacks; }

    callback_mark(callback_mark&& other) noexcept : all_{std::exchange(other.all_, nullptr)} {}

    ~callback_mark() {
        if (all_ != nullptr) {
            --all_->open_callbacks;
        }
    }

  private:
    fate_of_all* all_;
};

class node {
  public:
    using accepts = messages<request_now, request_later, goods>;

    node(context& cx, fate_of_all& all, std::vector<ref_to<node>>& others)
        : cx_{cx}, all_{all}, others_{others} {}

    int on(request_now what) {
        act(what.steps);
        return what.steps;
    }

    void on(request_later&& what, replier<std::string> to) {
        switch (all_.random.below(5)) {
        case 0:
            to.answer(std::move(what.text));
            break;
        case 1:
            to.fail(std::make_error_code(std::errc::io_error));
            break;
        case 2:
            cx_.forward(anybody(), request_later{what.steps, "forwarded"}, std::move(to));
            break;
        case 3:
            kept_.push_back(std::move(to));
            break;
        default:
            break; // dropped
        }
        act(what.steps);
    }

    void on(goods what) {
        if (all_.random.one_in(3)) {
            cx_.withhold_credits();
        } else {
            cx_.grant_credits();
        }
        act(what.steps);
    }

    auto self() { return cx_.self(*this); }

    // Does something to others, who do less.
    void act(int steps) {
        for (int i = 0; i < 2 && steps > 0; ++i) {
            act_once(steps - 1);
        }
    }

  private:
    void act_once(int steps) {
        switch (all_.random.below(12)) {
        case 0:
        case 1:
        case 2:
            latest_ = ask<request_now>(steps);
            break;
        case 3:
        case 4:
            latest_ = ask<request_later>(steps, std::string(all_.random.below(80), 'x'));
            break;
        case 5:
            latest_.cancel();
            break;
        case 6:
            kept_.clear();
            break;
        case 7:
            line_ = cx_.credit(anybody(), 3);
            break;
        case 8:
        case 9:
            line_.try_send(goods{steps});
            break;
        case 10:
            anybody().send(request_now{steps});
            break;
        default:
            if (all_.random.one_in(4)) {
                throw std::runtime_error{"as the dice want it"};
            }
            if (all_.random.one_in(3)) {
                cx_.stop();
            }
        }
    }

    template <class M, class... Args>
    ask_handle ask(int steps, Args... args) {
        const duration deadline = std::chrono::milliseconds{all_.random.below(20)};
        return cx_.ask<M>(
            anybody(), deadline,
            [this, steps, mark = callback_mark{all_}](const auto& answer) {
                ++all_.calls;
                act(answer ? steps : 0);
            },
            steps, args...);
    }

    const ref_to<node>& anybody() { return others_[all_.random.below(others_.size())]; }

    context& cx_;
    fate_of_all& all_;
    std::vector<ref_to<node>>& others_;
    std::vector<replier<std::string>> kept_;
    credit_line<request_now, request_later, goods> line_;
    ask_handle latest_;
};

void run(std::uint64_t seed) {
    INFO("IAPP_TEST_SEED=" << seed);
    fate_of_all all{random_source{seed}};
    std::vector<ref_to<node>> others;
    stepped_worker w{{.local_messages_max = 40, .asks_max = 30}};
    const auto replace = [&](std::size_t i) {
        const std::size_t limit = all.random.below(3) * 5;
        const auto policy = static_cast<overflow>(all.random.below(3));
        others[i] = w.spawn_limited<node>({limit, policy}, all, others).self();
    };
    others.resize(6);
    for (std::size_t i = 0; i < others.size(); ++i) {
        replace(i);
    }
    for (int step = 0; step < 60; ++step) {
        const std::size_t i = all.random.below(others.size());
        if (w.loop().find(others[i].id()) == nullptr) {
            replace(i);
        }
        w.act([&] { others[i].send(request_now{6}); });
        w.pass(std::chrono::milliseconds{all.random.below(5)}, 2);
    }
    w.end();
    const worker_statistics last = w.loop().statistics();
    CHECK(last.actors.sent == last.actors.delivered + dead_letters(last));
    CHECK(last.asks.asks ==
          last.asks.answered + last.asks.timed_out + last.asks.unanswered + last.asks.cancelled);
    CHECK(w.loop().asks().size() == 0);
    CHECK(all.open_callbacks == 0);
    CHECK(all.calls > 0);
}

} // namespace

TEST_CASE("asks, answers, deaths and credits at random leave nothing behind") {
    for (std::uint64_t i = 0; i < 300; ++i) {
        run(seed() + i);
    }
}

} // namespace ask_random_test
