#pragma once
// last_words: a line more when the process dies of a signal.

#include <cstddef>
#include <span>

namespace iapp::os {

// While some exist on a thread, a signal that is about to end the process there - a failed check or
// assertion, a bad access, SIGINT, SIGTERM - first writes what each has to say to standard error,
// the latest one first. Then comes what would have come without them: a handler that was there
// before, or the end. Made and destroyed on one thread.
class last_words {
  public:
    // Called by a signal handler, so it must be safe there (no locks, no allocation). Gives how
    // much of `into` it has used.
    using speaker = std::size_t (*)(const void* who, std::span<char> into) noexcept;

    last_words(speaker says, const void* who) noexcept;
    ~last_words();
    last_words(const last_words&) = delete;
    last_words& operator=(const last_words&) = delete;

    static constexpr std::size_t text_max = 256;

    // Of this thread; for the handler.
    static void speak_all() noexcept;

  private:
    speaker says_;
    const void* who_;
    last_words* before_; // on this thread
};

} // namespace iapp::os
