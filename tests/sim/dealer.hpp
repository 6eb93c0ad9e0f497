#pragma once
// dealer: an actor that asks and answers, watches others, publishes and subscribes, sends under
// credits and into limited mailboxes.

#include "sim/ask_ledger.hpp"
#include "sim/order.hpp"

#include <iapp/sim.hpp>

#include <cstdint>
#include <map>
#include <vector>

namespace iapp::test {

// Is answered with its number.
struct question {
    std::uint32_t number;
    using reply = std::uint32_t;
};

struct errand {
    std::uint32_t from;
    std::uint32_t sequence;
};

// Nobody waits for it, so that it may be refused.
struct rumour {};

struct news {
    std::uint32_t from;
    std::uint64_t number;
};

struct tick {};

class dealer;
using dealer_ref = ref<question, errand, rumour, news, down, tick>;

// What all dealers of a run share: one thread, so nobody minds.
struct market {
    sim_world* world = nullptr;
    unsigned workers = 0;
    ask_ledger asks;
    pair_order order;
    event_queue<news> bulletin;
    bool misses_none = false;      // the bulletin refuses what it cannot give to all
    std::uint64_t published = 0;   // and taken
    std::vector<dealer*> dealers;  // by number; null: has ended
    std::vector<dealer_ref> known; // by number
    std::uint32_t wanted = 0;      // how many more may be spawned
    bool closing = false;          // nobody begins anything any more
    bool leaving = false;          // nobody wants news any more

    std::uint32_t pick() const;
    spawn_options random_place() const;
    // What is to become true when nobody begins anything any more, and is not; else null.
    const char* unsettled() const;
};

class dealer {
  public:
    using accepts = messages<question, errand, rumour, news, down, tick>;

    dealer(context& cx, market& all);
    dealer(dealer&&) = delete;
    ~dealer();

    void on(question what, replier<std::uint32_t> to);
    void on(errand what);
    void on(rumour);
    void on(const news& what);
    void on(const down& what);
    void on(tick);

    const char* unsettled() const;

  private:
    struct kept_question {
        question what;
        replier<std::uint32_t> to;
    };

    struct watched {
        monitor_id by;
        std::uint32_t whom;
    };

    bool chance(std::uint32_t per_thousand) const;
    void answer(question what, replier<std::uint32_t> to);
    void deal();
    void ask();
    void watch();
    void run_errands();
    void change_subscription();
    void spread_rumours();
    void come_and_go();
    void settle();
    void wait();

    context& cx_;
    market& all_;
    std::uint32_t number_;
    std::vector<kept_question> kept_;
    std::vector<watched> watched_;
    std::uint32_t receiver_ = 0; // whom the line leads to
    credit_line<question, errand, rumour, news, down, tick> line_;
    subscription subscription_;
    std::uint64_t published_before_ = 0;            // the subscription
    std::uint64_t heard_ = 0;                       // of what was published since
    std::map<std::uint32_t, std::uint64_t> latest_; // news, by publisher
    ask_handle latest_ask_;
    std::uint32_t latest_number_ = 0;
    timer next_;
};

} // namespace iapp::test
