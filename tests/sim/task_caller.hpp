#pragma once
// task_caller: a visitor that works by tasks and has habits, most of them bad.

#include "sim/visitor.hpp"

#include <iapp/iapp.hpp>

namespace iapp::test {

class task_caller {
  public:
    using accepts = messages<>;

    task_caller(context& cx, visits& all, visit& mine);
    task_caller(task_caller&&) = delete;

    ~task_caller() { mine_.over = true; }

  private:
    enum class habit : std::uint8_t {
        steady,       // sends all, half-closes, and reads all the while
        late_to_read, // reads only when all is sent
        stalls,       // goes silent when all is sent, until the service has enough of it
        resets,       // breaks off in the middle
        leaves,       // ends in the middle, with its tasks as they are
    };

    duration below(duration most);
    task<> run();
    task<> call();
    task<> say();
    task<> hear();
    task<> break_off();

    context& cx_;
    visits& all_;
    visit& mine_;
    habit habit_;
    stream stream_;
};

} // namespace iapp::test
