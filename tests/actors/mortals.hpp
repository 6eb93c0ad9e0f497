#pragma once
// Actors that end, and actors that hear of it.

#include "support/stepped_workers.hpp"

#include <functional>
#include <stdexcept>

namespace iapp::test {

struct quit {};

struct fail {};

struct hello {
    actor_id from;
};

// Ends as it is told, and says goodbye to others when it is destroyed.
class mortal {
  public:
    using accepts = messages<quit, fail>;

    explicit mortal(context& cx_) : cx{cx_} {}

    mortal(mortal&&) = delete;

    ~mortal() {
        if (at_end) {
            at_end();
        }
    }

    void on(quit) { cx.stop(); }

    void on(fail) { throw std::runtime_error{"as the test wants it"}; }

    ref_to<mortal> self() { return cx.self(*this); }

    context& cx;
    std::function<void()> at_end;
};

// Writes down whose end it hears of, in a list that outlives it.
class mourner {
  public:
    using accepts = messages<down, hello, quit, fail>;

    mourner(context& cx_, std::vector<down>& heard) : cx{cx_}, heard_{heard} {}

    mourner(mourner&&) = delete;

    void on(down what) {
        heard_.push_back(what);
        if (then) {
            then();
        }
    }

    void on(hello) { ++hellos; }

    void on(quit) { cx.stop(); }

    void on(fail) { throw std::runtime_error{"as the test wants it"}; }

    ref_to<mourner> self() { return cx.self(*this); }

    context& cx;
    std::function<void()> then;
    int hellos = 0;

  private:
    std::vector<down>& heard_;
};

} // namespace iapp::test
