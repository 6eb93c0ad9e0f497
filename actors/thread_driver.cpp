#include <iapp/actors/thread_driver.hpp>

#include <iapp/reactor/os/threads.hpp>

namespace iapp {

using steady = std::chrono::steady_clock;

thread_driver::thread_driver(std::string name, bool pin)
    : name_{std::move(name)}, pin_{pin}, processors_{os::usable_processors()} {}

result<std::unique_ptr<reactor>> thread_driver::make_reactor(const reactor_options& options) {
    return reactor::make(options);
}

void thread_driver::settle(worker_place& place) {
    place.processor_free = processors_.size() >= place.mesh.size();
}

void thread_driver::start(std::span<worker_loop* const> workers) {
    try {
        for (worker_loop* each : workers) {
            const std::size_t i = threads_.size();
            threads_.push_back(std::unique_ptr<worker_thread>{new worker_thread{*each}});
            const int processor =
                pin_ && !processors_.empty() ? processors_[i % processors_.size()] : -1;
            threads_.back()->thread = std::thread{&thread_driver::run, std::ref(*threads_.back()),
                                                  name_ + "-" + std::to_string(i), processor};
        }
    } catch (...) {
        end_started();
        throw; // std::system_error: the operating system gives no more threads
    }
}

void thread_driver::end_started() {
    for (const auto& worker : threads_) {
        if (worker->thread.joinable()) {
            worker->loop.ask_to_stop();
            worker->thread.join();
        }
    }
}

void thread_driver::run(worker_thread& self, const std::string& name, int processor) {
    os::name_this_thread(name);
    if (processor >= 0) {
        os::pin_this_thread(processor);
    }
    const os::stack_probe::presence here{self.loop.stack()};
    self.loop.run();
    self.ended.release(); // pairs with the acquire in join()
}

const worker_loop* thread_driver::join(std::chrono::nanoseconds time) {
    const steady::time_point until = deadline_after(steady::now(), time);
    const worker_loop* late = nullptr;
    for (const auto& worker : threads_) {
        if (!worker->joined && worker->ended.try_acquire_until(until)) {
            worker->thread.join();
            worker->joined = true;
        }
        if (!worker->joined) {
            late = &worker->loop;
        }
    }
    return late;
}

} // namespace iapp
