// No error: what the other files here do wrong, done right.
#include <iapp/actors/event_queue.hpp>
#include <iapp/actors/system.hpp>
#include <iapp/actors/task.hpp>
#include <iapp/actors/task_ask.hpp>
#include <iapp/actors/task_root.hpp>
#include <iapp/actors/task_sleep.hpp>

#include <chrono>

using namespace std::chrono_literals;

struct get {
    using reply = int;
};

struct put {
    int value;
};

class store {
  public:
    using accepts = iapp::messages<get, put>;

    explicit store(iapp::context& cx)
        : cx_{cx}, subscription_{cx_.subscribe(*this, cx_.make_queue<put>())} {
        cx_.run(&store::script, this, cx_.self(*this));
        cx_.post(iapp::worker{0}, [] {});
    }

    int on(get) { return value_; }

    void on(const put& m) { value_ = m.value; }

  private:
    iapp::task<> script(iapp::ref<get> whom) {
        co_await cx_.sleep(1ms);
        value_ = co_await cx_.ask<get>(whom, 1s);
    }

    iapp::context& cx_;
    iapp::subscription subscription_;
    int value_ = 0;
};

int main() {
    iapp::system system;
    const auto made = system.spawn<store>({});
    const iapp::ref<put> narrow = made;
    return narrow.send(put{1}) && system.ask(made, 5s, get{}) ? 0 : 1;
}
