#include "savina/solve.hpp"

#include <deque>

namespace {

using savina::go;

struct full {}; // come again

struct cut {}; // a haircut is done

using customer_ref = iapp::ref<full, cut>;

struct enter {
    customer_ref customer;
};

struct next {}; // the barber wants the next one

class barber {
  public:
    using accepts = iapp::messages<enter>;

    explicit barber(iapp::ref<next> room) : room_{room} {}

    void on(enter m) {
        if (savina::work(random_.below(savina::sleeping_barber_haircut_steps)) > 0) {
            m.customer.send(cut{});
        }
        room_.send(next{});
    }

  private:
    iapp::ref<next> room_;
    savina::random_numbers random_{1};
};

struct open {
    iapp::ref<enter> barber;
};

class waiting_room {
  public:
    using accepts = iapp::messages<open, enter, next>;

    // Comes from main, and a customer of another worker may be faster.
    void on(open m) {
        barber_ = m.barber;
        wake_barber();
    }

    void on(enter m) {
        if (seats_.size() == savina::sleeping_barber_seats) {
            m.customer.send(full{});
        } else {
            seats_.push_back(m.customer);
            wake_barber();
        }
    }

    void on(next) {
        busy_ = false;
        wake_barber();
    }

  private:
    void wake_barber() {
        if (barber_ && !busy_ && !seats_.empty()) {
            busy_ = true;
            barber_.send(enter{seats_.front()});
            seats_.pop_front();
        }
    }

    iapp::ref<enter> barber_;
    std::deque<customer_ref> seats_;
    bool busy_ = false;
};

class customer {
  public:
    using accepts = iapp::messages<full, cut>;

    customer(iapp::context& cx, iapp::ref<enter> room, iapp::ref<cut> street)
        : cx_{cx}, room_{room}, street_{street} {
        come();
    }

    void on(full) { come(); }

    void on(cut) {
        street_.send(cut{});
        cx_.stop();
    }

  private:
    void come() { room_.send(enter{cx_.self(*this)}); }

    iapp::context& cx_;
    iapp::ref<enter> room_;
    iapp::ref<cut> street_;
};

// Sends customers, and counts haircuts.
class street {
  public:
    using accepts = iapp::messages<go, cut>;

    street(iapp::context& cx, savina::solution& all, iapp::ref<enter> room, std::uint64_t n)
        : cx_{cx}, all_{all}, room_{room}, n_{n} {}

    void on(go) {
        cx_.spawn<customer>(room_, cx_.self(*this));
        const bool walked = savina::work(random_.below(savina::sleeping_barber_arrival_steps)) > 0;
        if (walked && ++customers_ < n_) {
            cx_.self(*this).send(go{});
        }
    }

    void on(cut) {
        if (++haircuts_ == n_) {
            all_.reach(cx_, haircuts_);
        }
    }

  private:
    iapp::context& cx_;
    savina::solution& all_;
    iapp::ref<enter> room_;
    const std::uint64_t n_;
    std::uint64_t customers_ = 0;
    std::uint64_t haircuts_ = 0;
    savina::random_numbers random_{2};
};

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"savina_sleeping_barber", "iapp", savina::sleeping_barber_n, 1, {}},
        [](std::uint64_t n, unsigned workers) {
            savina::solution all{workers};
            // Room and barber talk twice for each haircut and wait for each other, so they share a
            // worker. The street with its customers has the other one: it only hands over, so that
            // people come while hair is cut.
            const auto room = all.spawn_on<waiting_room>(1);
            room.send(open{all.spawn_on<barber>(1, room)});
            all.spawn_on<street>(0, std::ref(all), room, n).send(go{});
            return all.wait();
        },
        argc, argv);
}
