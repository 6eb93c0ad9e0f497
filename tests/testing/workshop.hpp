#pragma once
// Actors for tests of the test kit.

#include <iapp/actors/context_templates.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace iapp::test {

struct work {
    int id = 0;
};

struct done {
    int id = 0;

    friend std::string to_string(const done& message) { return std::to_string(message.id); }
};

struct complaint {};

struct price {
    using reply = int;
    int id = 0;
};

struct orders {
    using reply = int;
};

// Does each work 50 ms after it was ordered, the one with the number 13 not at all.
class foreman {
  public:
    using accepts = messages<work, done, orders>;
    static constexpr std::chrono::milliseconds takes{50};

    foreman(context& cx, const ref<done, complaint>& customer) : cx_{cx}, customer_{customer} {}

    void on(work what) {
        ++orders_;
        if (what.id == 13) {
            customer_.send(complaint{});
        } else if (what.id < 0) {
            throw std::runtime_error("there is no such work");
        } else {
            under_way_.push_back(cx_.after(takes, done{what.id}));
        }
    }

    void on(done what) { customer_.send(what); }

    int on(orders) { return orders_; }

  private:
    context& cx_;
    ref<done, complaint> customer_;
    std::vector<timer> under_way_;
    int orders_ = 0;
};

} // namespace iapp::test
