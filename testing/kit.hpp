#pragma once
// kit: a system for tests of actors, in one thread, stepped by hand, under a manual clock.
//
//     struct work { int id; };
//     struct done { int id; };
//
//     class foreman {                                        // what is to be tested
//       public:
//         using accepts = iapp::messages<work>;
//         foreman(iapp::context& cx, iapp::ref<done> to) : cx_{cx}, to_{to} {}
//         void on(work w) { later_ = cx_.after(50ms, …); }
//         …
//     };
//
//     iapp::testing::kit kit;
//     auto customer = kit.make_probe<done>();
//     auto boss = kit.spawn<foreman>(customer.address());
//     kit.inject(boss, work{7});                             // sends, then runs until nothing is
//     left customer.expect_nothing(); kit.advance(50ms);                                     //
//     fires what is due, in order CHECK(customer.expect<done>().id == 7); kit.finish(); // ends
//     all, and checks the books

#include <iapp/actors/system.hpp>
#include <iapp/testing/probe.hpp>

#include <memory>

namespace iapp::testing {

struct kit_options {
    unsigned workers = 1;
    worker_limits limits = {}; // for each worker
};

// No thread but the caller's, no time but what advance() lets pass, no network but one in memory,
// which delivers at once and never fails: an actor may listen and another one connect. Two runs of
// a test are the same. Throws `failure` when what a call promises does not come about.
class kit {
  public:
    explicit kit(const kit_options& options = {});
    // Ends the system without looking at its books; finish() does that.
    ~kit();
    kit(const kit&) = delete;
    kit& operator=(const kit&) = delete;

    // A new actor, constructed when the call returns. Fails when its constructor threw.
    template <actor A, class... Args>
    ref_to<A> spawn(Args&&... args) {
        return spawn_with<A>({}, std::forward<Args>(args)...);
    }

    template <actor A, class... Args>
    ref_to<A> spawn_with(const spawn_options& options, Args&&... args);

    // Somebody for the actor under test to send these messages to.
    template <class... Ms>
    probe<Ms...> make_probe(const spawn_options& options = {});

    // Sends, then runs until no worker has anything to do. Fails when the message is refused.
    template <class M, class... Ms>
    void inject(const ref<Ms...>& to, M message,
                const std::source_location& where = std::source_location::current());

    // Asks, and lets time pass until the answer is there, at most `deadline`. Fails without one.
    template <class M, class... Ms>
    typename M::reply ask(const ref<Ms...>& whom, M message,
                          std::chrono::nanoseconds deadline = std::chrono::hours{1},
                          const std::source_location& where = std::source_location::current());

    // The actor itself, to look at its state. Fails when it has ended.
    template <actor A>
    A& inside(const ref_to<A>& who,
              const std::source_location& where = std::source_location::current());

    // Whether the actor has not ended.
    template <class... Ms>
    bool alive(const ref<Ms...>& who) const {
        return who && who.home()->find(who.id()) != nullptr;
    }

    // So many turns of each worker: in a turn it handles what has come for it (see actors/README).
    void step(unsigned turns = 1);

    // Turns until no worker has anything to do before time passes. Fails after turns_max turns.
    void run_until_idle(const std::source_location& where = std::source_location::current());
    static constexpr unsigned turns_max = 10'000;

    // Lets time pass. Timers fire in the order of their deadlines, each at its own time, and what
    // they bring about is done before the next one.
    void advance(duration time,
                 const std::source_location& where = std::source_location::current());

    // As if a signal came to the process: the actor that asked for it gets `signalled`. Fails when
    // nobody takes it, which would end a real process. The real signals are left alone.
    void raise(int number, const std::source_location& where = std::source_location::current());

    // What context::now() says.
    time_point now() const noexcept;

    // How many actors have failed so far, that is, have thrown.
    std::uint64_t failures() { return statistics().actors.actors_failed; }

    worker_statistics statistics();

    // Stops the system and checks that everything sent was delivered or is a dead letter, every
    // post and operation has ended once, and nothing is left over. Fails otherwise. Afterwards
    // there are only the statistics, which it returns.
    worker_statistics finish(const std::source_location& where = std::source_location::current());

    // The system, for all that has no shorter word here (posts, names, signals…). What waits in it
    // lets workers run and time pass.
    iapp::system& host() noexcept;

  private:
    class driver;

    std::unique_ptr<driver> driver_;
    std::unique_ptr<iapp::system> system_;
};

template <actor A, class... Args>
ref_to<A> kit::spawn_with(const spawn_options& options, Args&&... args) {
    const ref_to<A> made = host().spawn<A>(options, std::forward<Args>(args)...);
    if (!made) {
        throw failure{"expected " + plain_name<A>() + " to be constructed, but it was not.",
                      std::source_location::current()};
    }
    return made;
}

template <class... Ms>
probe<Ms...> kit::make_probe(const spawn_options& options) {
    auto record = std::make_shared<detail::probe_record<Ms...>>();
    return {spawn_with<detail::probe_actor<Ms...>>(options, record), record};
}

template <class M, class... Ms>
void kit::inject(const ref<Ms...>& to, M message, const std::source_location& where) {
    if (!to.send(std::move(message))) {
        throw failure{plain_name<M>() + " was refused: the worker's door is at its limit.", where};
    }
    run_until_idle(where);
}

template <class M, class... Ms>
typename M::reply kit::ask(const ref<Ms...>& whom, M message, std::chrono::nanoseconds deadline,
                           const std::source_location& where) {
    auto reply = host().ask(whom, deadline, std::move(message));
    if (!reply) {
        throw failure{"expected an answer to " + plain_name<M>() + ", but got the error \"" +
                          reply.error().message() + "\".",
                      where};
    }
    return std::move(*reply);
}

template <actor A>
A& kit::inside(const ref_to<A>& who, const std::source_location& where) {
    cell* found = who ? who.home()->find(who.id()) : nullptr;
    if (found == nullptr || &found->type != &type_of<A>) {
        throw failure{"expected " + plain_name<A>() + " to be there, but it has ended.", where};
    }
    return iapp::detail::actor_in<A>(*found);
}

} // namespace iapp::testing
