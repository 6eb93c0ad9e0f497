#pragma once
// What travels between threads: a message on the heap with the one function that knows its type.

#include <cstdint>

namespace iapp {

// Why a message was not delivered. Counted, never silent.
enum class dead_letter : std::uint8_t { stale, refused, dropped, stopped };

// The base of every message that is passed by pointer. Whoever holds the pointer owns it; handle()
// gives the ownership away.
struct envelope {
    enum class fate : std::uint8_t { deliver, discard };

    // Delivers the message to its receiver on the worker that `worker` points to, or only destroys
    // it; frees it either way. True when it was delivered. Runs on the receiving thread, except for
    // a discard of a message that was never pushed.
    using handler = bool (*)(envelope* self, void* worker, fate what);

    explicit envelope(handler h) noexcept : handle_{h} {}

    bool handle(void* worker, fate what) { return handle_(this, worker, what); }

    envelope* next = nullptr; // used by whichever queue holds it

  protected:
    ~envelope() = default;

  private:
    handler handle_;
};

} // namespace iapp
