#pragma once
// watchdog: names handlers that hold their worker for too long.

#include <iapp/reactor/clock.hpp>
#include <iapp/reactor/os/stack_signal.hpp>
#include <iapp/reactor/os/system_kernel.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

namespace iapp {

class worker_loop;

struct watchdog_options {
    // A handler or callback that runs for one and a half times as long is reported for sure, one
    // that takes less never. Zero: nobody watches, and no thread is started for it.
    std::chrono::milliseconds limit{0};

    // The number of a signal: where the worker is when the limit is reached is reported, too.
    // Zero: no stacks, and no signal's action is touched. SIGURG is a good one, because a stray one
    // harms nobody; SIGUSR2 and those from SIGRTMIN on will do. It belongs to the watchdogs of the
    // process, which may share one, until the last of them has ended; then its action from before
    // is back. Refused: signals that tell of errors of the program, such as SIGSEGV; those that
    // cannot be caught; one to which an actor has subscribed.
    //
    // The thread of the worker takes its stack in the signal's handler. So that signal interrupts
    // the very handler that is late: calls of the system go on by themselves where they can
    // (SA_RESTART), and fail with EINTR where not, such as poll() and nanosleep(). It does so once
    // for each handler that is reported. The unwinder is not made for signals: a thread that is
    // late within dlopen() might be kept there for ever where finding code takes a lock (not with
    // glibc 2.35 and GCC 12 or newer). That is a price for finding errors, not for every day.
    int stack_signal = 0;
};

// While a handler runs, its worker looks neither at other messages nor at its sockets. The watchdog
// says in the log (log.hpp) which actor and message do that, once when the limit is reached and
// once when the worker goes on, with the milliseconds; worker_counters::stalls counts them. It only
// looks at what workers note anyway, so being watched costs them nothing.
//
// A stack follows the first of the two with a later look: a line, then one for each of at most 32
// frames, "  #1 0x55d0c2 in parse(order)+0x1c (/opt/desk+0x1c0c2)". What is behind the + is for
// addr2line -e FILE, or the address in front if the program is linked to a fixed one. Functions
// have names when their file exports them (-rdynamic). The first frames are those of the signal's
// delivery; on FreeBSD with another processor than amd64 the unwinder gets no further than these.
// If the handler ends before its worker has got to it, a line says that instead: no stack is ever
// that of what the worker did next.
class watchdog {
  public:
    // The workers must outlive it, but for their threads, which have ended before it when it takes
    // stacks. Throws std::system_error when the signal is refused.
    watchdog(std::vector<worker_loop*> workers, watchdog_options options);

    // One look at all workers; whoever looks does so again within a quarter of the limit.
    void look(time_point now) noexcept;

  private:
    struct watched {
        worker_loop* worker;
        time_point since{};
        const std::string_view* actor = nullptr;
        const std::string_view* message = nullptr;
        bool stalled = false;
        bool stack_awaited = false;
    };

    void look_at(watched& one, time_point now) noexcept;
    void ask_for_stack(watched& one) noexcept;
    static void look_for_stack(watched& one) noexcept;

    std::vector<watched> workers_;
    duration limit_;
    std::optional<os::stack_signal> stack_signal_;
};

// A thread that looks again and again. Its end waits for the thread, at most a look.
class watchdog_thread {
  public:
    watchdog_thread(std::vector<worker_loop*> workers, watchdog_options options, std::string name);
    ~watchdog_thread();
    watchdog_thread(const watchdog_thread&) = delete;
    watchdog_thread& operator=(const watchdog_thread&) = delete;

  private:
    void run(const std::string& name);

    system_kernel os_; // for its clock
    watchdog dog_;
    std::chrono::nanoseconds pause_;
    std::binary_semaphore end_{0};
    std::thread thread_;
};

} // namespace iapp
