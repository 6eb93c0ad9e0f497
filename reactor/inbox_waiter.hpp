#pragma once

// inbox_waiter: one who waits for a stream_inbox to change.

namespace iapp {

class stream_inbox;

// Lives where it likes, at one address while it waits; destroying it ends the waiting.
class inbox_waiter {
  public:
    // It no longer waits then. It may do anything, also destroy the stream.
    using changed_function = void (*)(inbox_waiter& self);

    explicit inbox_waiter(changed_function on_change) noexcept : changed_{on_change} {}

    // Only one that does not wait is moved (checked).
    inbox_waiter(inbox_waiter&& other) noexcept;

    inbox_waiter& operator=(inbox_waiter&&) = delete;

    ~inbox_waiter() { give_up(); }

    void give_up() noexcept;

  private:
    friend class stream_inbox;

    changed_function changed_;
    stream_inbox* at_ = nullptr; // while it waits
};

} // namespace iapp
