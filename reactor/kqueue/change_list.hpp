#pragma once
// Registrations on their way to a kqueue.

#include <iapp/reactor/kqueue/kevent.hpp>
#include <iapp/reactor/poller.hpp>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <span>
#include <vector>

namespace iapp {

// One worker's thread. What is said here of follow(), forget() and wait() is done in two ways:
// change_list_native.cpp lets changes ride the waiting call and relies on close(2) removing every
// registration of the descriptor; libkqueue can do neither (change_list_libkqueue.cpp).
//
// A change that failed becomes a slot with EV_ERROR, its errno in `data` and the key it came with.
class change_list {
  public:
    explicit change_list(int kqueue_fd) noexcept : kqueue_fd_{kqueue_fd} {}

    // A socket of ours. READ is registered with the first change and stays: its events are rare
    // when nobody reads, a change each time is not. WRITE is registered while it is wanted only,
    // since it fires at every acknowledgement.
    void follow(const interest_change& c);

    // A descriptor of somebody else: exactly what is wanted, reported for as long as it is so.
    void follow_level(const interest_change& c);

    // Nothing noted for the descriptor reaches the kernel after this: its number may be reused.
    void forget(descriptor fd, bool stays_open);

    // Applies what was noted, then waits (null: for ever); returns how many slots it filled.
    std::size_t wait(std::span<struct kevent> seen, const timespec* limit);

    std::uint64_t calls() const noexcept { return calls_; }

  private:
    // libkqueue takes no more in one call.
    static constexpr std::size_t changes_per_call = 512;

    void add(descriptor fd, int filter, int flags, std::uint64_t key);
    void drop(descriptor fd, int filter);
    void apply();
    std::size_t call(std::span<const struct kevent> changes, std::span<struct kevent> seen,
                     const timespec* limit);
    std::size_t take_failed(std::span<struct kevent> seen) noexcept;

    int kqueue_fd_;
    std::uint64_t calls_ = 0;
    std::vector<struct kevent> pending_;
    std::vector<struct kevent> failed_;
};

} // namespace iapp
