#pragma once
// thread_driver: a thread for each worker of a system.

#include <iapp/actors/worker_driver.hpp>

#include <semaphore>
#include <string>
#include <thread>
#include <vector>

namespace iapp {

class thread_driver final : public worker_driver {
  public:
    // The threads are called name-0, name-1…; `pin`: each to one processor of those that the
    // process may use.
    thread_driver(std::string name, bool pin);

    result<std::unique_ptr<reactor>> make_reactor(const reactor_options& options) override;
    void settle(worker_place& place) override;
    void start(std::span<worker_loop* const> workers) override;

    bool wait(notice& what, std::chrono::nanoseconds time) override { return what.wait(time); }

    const worker_loop* join(std::chrono::nanoseconds time) override;

  private:
    struct worker_thread {
        worker_loop& loop;
        std::thread thread = {};
        std::binary_semaphore ended{0};
        bool joined = false;
    };

    static void run(worker_thread& self, const std::string& name, int processor);
    void end_started();

    std::string name_;
    bool pin_;
    std::vector<int> processors_; // that the process may use
    std::vector<std::unique_ptr<worker_thread>> threads_;
};

} // namespace iapp
