#pragma once
// citizen: an actor that does something at random whenever it hears something.

#include "sim/conservation/town.hpp"

#include <optional>

namespace iapp::test::conservation {

class citizen {
  public:
    using accepts = citizen_messages;

    // `system`: by its place in the town; `name`: likewise, or nameless.
    citizen(context& cx, town& all, unsigned system, unsigned name);
    citizen(citizen&&) = delete;
    ~citizen();

    result<void> init();

    void on(const chatter& what);
    std::uint32_t on(question what);
    void on(riddle what, replier<std::uint32_t> to);
    void on(goods what);
    void on(funds what);
    void on(due what);
    void on(leave);
    void on(rest);
    void on(const headline& what);
    void on(const article& what);
    void on(const down& what);
    void on(const child_started& what);

    // What must be true when nothing is under way any more.
    void check_at_rest();

    bool rested() const noexcept { return rested_; }

    unsigned name() const noexcept { return name_; }

  protected:
    // `me`: with all that it accepts.
    citizen(context& cx, town& all, unsigned system, unsigned name, bool hears_links,
            const citizen_ref& me);

    // Whenever something is heard; and what comes of it.
    void live();
    void act(std::uint32_t hops);

    district& home() { return all_.districts[system_]; }

    context& cx_;
    town& all_;
    unsigned system_;
    unsigned name_;
    std::uint32_t number_ = 0;
    timer leaving_;

  private:
    struct open_question {
        ask_handle handle;
        std::uint32_t number;
    };

    void enter(const citizen_ref& me, bool hears_links);
    void act_once(deed what, std::uint32_t hops);

    // citizen_family.cpp
    void spawn();
    void supervise();
    void stop_other();
    void kill_other();
    void monitor(const actor_id& whom, bool citizen);
    void link(const actor_id& with);
    void let_go();

    // citizen_asking.cpp
    template <class M>
    void ask(std::uint32_t hops);
    void ask_now(std::uint32_t hops);
    void ask_later(std::uint32_t hops);
    void cancel_ask();
    void settle_replies();
    void settle(replier<std::uint32_t> to, std::uint32_t number);
    void begin_task(std::uint32_t hops);
    task<> script(std::uint32_t steps);
    task<> step();
    task<> contest();
    task<> inquire(bool may_drop);
    task<> doze();

    // citizen_trade.cpp
    void publish(std::uint32_t hops);
    void subscribe();
    void hear(const headline& what);
    event_queue<headline> headlines(unsigned queue);
    event_queue<article> articles(unsigned queue);
    void set_timer(std::uint32_t hops);
    void open_line();
    void send_goods(std::uint32_t hops);
    void offload();

    bool rested_ = false;
    std::vector<open_question> questions_;
    std::vector<std::pair<replier<std::uint32_t>, std::uint32_t>> replies_; // and the ask's number
    std::array<subscription, queues_each> subscriptions_;
    std::array<std::optional<reader>, queues_each> readers_;
    std::array<timer, 3> timers_;
    credit_line<goods> line_;
    std::uint32_t lines_ = 0; // so far
    bool waits_for_funds_ = false;
    int results_awaited_ = 0; // of offloaded work
};

// One that hears of the ends of those that it is linked with, and is asked to stop.
class elder final : public citizen {
  public:
    using accepts = messages<chatter, question, riddle, goods, funds, due, leave, rest, headline,
                             article, down, child_started, linked_down, stopping>;
    using citizen::on;

    elder(context& cx, town& all, unsigned system, unsigned name)
        : citizen{cx, all, system, name, true, cx.self(*this)} {}

    void on(const linked_down& what);
    void on(stopping);

  private:
    bool told_ = false;
};

} // namespace iapp::test::conservation
