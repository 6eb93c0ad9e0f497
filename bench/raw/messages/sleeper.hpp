#pragma once

// A thread's place to sleep, with the mechanism of the system: sleeper_epoll.cpp,
// sleeper_kqueue.cpp.

namespace raw {

// Owned by the thread that sleeps.
class sleeper {
  public:
    sleeper(); // ends the program when the system refuses
    ~sleeper();
    sleeper(const sleeper&) = delete;
    sleeper& operator=(const sleeper&) = delete;

    // Owner: sleeps until it was woken since the last call returned.
    void sleep();

    // Any thread.
    void wake();

  private:
    int poller_;
    [[maybe_unused]] int event_; // of the poller that cannot be woken by itself
};

} // namespace raw
