#pragma once
// watchdog: names handlers that hold their worker for too long.

#include <iapp/reactor/clock.hpp>
#include <iapp/reactor/os/system_kernel.hpp>

#include <chrono>
#include <memory>
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
};

// While a handler runs, its worker looks neither at other messages nor at its sockets. The watchdog
// says in the log (log.hpp) which actor and message do that, once when the limit is reached and
// once when the worker goes on, with the milliseconds; worker_counters::stalls counts them. It only
// looks at what workers note anyway, so being watched costs them nothing. It takes no stack: that
// would need a signal to the worker, which interrupts the very call that is late, and an unwinder
// that is not safe within one. The log's hook is called meanwhile, and may let a debugger look.
class watchdog {
  public:
    // The workers must outlive it.
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
    };

    void look_at(watched& one, time_point now) noexcept;

    std::vector<watched> workers_;
    duration limit_;
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
