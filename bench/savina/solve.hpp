#pragma once
// What the Savina programs on libiapp share.

#include "savina/parameters.hpp"
#include "savina/program.hpp"

#include <iapp/iapp.hpp>

#include <cstdlib>
#include <fmt/format.h>

namespace savina {

// How many messages an actor sends before it looks for room again; fewer than any limit holds.
inline constexpr unsigned burst_messages = 64;

// Of the actors that answer without looking for room: one message to each of a million customers
// may be on its way to another worker. With less an answer is refused, and who waits for it waits
// for ever.
inline constexpr std::size_t under_way_max = 1U << 20;

struct go {}; // do the next piece of work

// A system that one of its actors ends with the result. Main makes the actors.
class solution {
  public:
    explicit solution(unsigned workers)
        : system_{{.workers = workers,
                   .name = "savina",
                   .limits = {.outbox_messages_max = under_way_max}}} {}

    // Actors come to the workers in turn.
    template <class A, class... Args>
    iapp::ref_to<A> spawn(Args&&... args) {
        return spawn_on<A>(next_++, std::forward<Args>(args)...);
    }

    // On that worker, modulo how many there are.
    template <class A, class... Args>
    iapp::ref_to<A> spawn_on(unsigned which, Args&&... args) {
        return system_.spawn<A>({.on = {which % system_.workers()}}, std::forward<Args>(args)...);
    }

    // The actor `index` of `count`: those that are near each other come to one worker.
    template <class A, class... Args>
    iapp::ref_to<A> spawn_near(unsigned index, unsigned count, Args&&... args) {
        return system_.spawn<A>({.on = {index * system_.workers() / count}},
                                std::forward<Args>(args)...);
    }

    // The last actor, once.
    void reach(iapp::context& cx, std::uint64_t result) {
        result_ = result;
        cx.stop_system(0);
    }

    // Waits for the result and for the end of the system. When something was lost on the way, the
    // program ends and says so.
    std::uint64_t wait() {
        using namespace std::chrono_literals;
        system_.wait_until_stopped();
        const iapp::result<void> stopped = system_.stop(10s);
        const iapp::result<iapp::worker_statistics> all = system_.statistics(10s);
        if (!stopped || !all ||
            all->actors.dead_letters[index_of(iapp::dead_letter::refused)] > 0) {
            fmt::print(stderr, "savina: messages were refused, or the system hangs: {}\n",
                       system_.stop_report());
            std::_Exit(1);
        }
        return result_;
    }

  private:
    unsigned next_ = 0;
    std::uint64_t result_ = 0; // written by a worker, read after its end
    iapp::system system_;
};

} // namespace savina
