// post and cancel: callbacks that one worker posts to another; in `cancel` each is cancelled at
// once, as far as it is not too late.

#include "messages/payload.hpp"
#include "messages/run_case.hpp"

namespace bench {

namespace {

struct go {};

// Stands for the worker that the callbacks go to; sends nothing and gets nothing.
class resident {
  public:
    using accepts = iapp::messages<go>;

    void on(go) {}
};

// What the callbacks write: the second worker's alone.
struct alignas(128) tally {
    checksum seen;
};

class poster {
  public:
    using accepts = iapp::messages<go>;

    poster(iapp::context& cx, finish_line& line, tally& ran, iapp::ref<go> there,
           const message_options& options)
        : cx_{cx}, line_{line}, ran_{ran}, there_{there}, count_{options.count}, cancels_{
                                                                                     options.name ==
                                                                                     "cancel"} {}

    void on(go) {
        if (posted_ == 0) {
            line_.start();
        }
        if (cx_.room(there_) > burst_messages) {
            for (unsigned i = 0; i < burst_messages && posted_ < count_; ++i) {
                post_one();
            }
        }
        if (posted_ < count_) {
            cx_.when_room(there_, go{});
        } else {
            // Behind all the others, so that the line is crossed when all have ended.
            cx_.post(iapp::worker{1}, [this] { line_.arrive(cx_, ran_.seen); });
        }
    }

  private:
    void post_one() {
        tally* const ran = &ran_;
        const payload<16> what{.producer = 0, .sequence = posted_};
        const iapp::post_handle handle =
            cx_.post(iapp::worker{1}, [ran, what] { ran->seen.add(what); });
        posted_ += handle ? 1 : 0;
        if (cancels_) {
            handle.cancel();
        }
        if (posted_ == count_ / 10) {
            line_.warm();
        }
    }

    iapp::context& cx_;
    finish_line& line_;
    tally& ran_;
    const iapp::ref<go> there_;
    const std::uint64_t count_;
    const bool cancels_;
    std::uint64_t posted_ = 0;
};

} // namespace

case_run run_posts(const message_options& options, run_counts& counts) {
    finish_line line;
    tally ran;
    iapp::system system{workers_of(2, iapp::idle_policy::adaptive())};
    const auto there = system.spawn<resident>({.on = {1}});
    system.spawn<poster>({.on = {0}}, std::ref(line), std::ref(ran), there, options).send(go{});
    case_run run = finish(system, line, options.count, counts);
    if (options.name == "cancel") { // how many were cancelled in time is chance; all must end
        run.handled = counts.workers.actors.posts_ran + counts.workers.actors.posts_cancelled - 1;
        run.checksum = checksum::expected(0, options.count);
    }
    return run;
}

} // namespace bench
