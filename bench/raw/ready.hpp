#pragma once
// Which of many sockets can be read or written: all that the load client asks of the system's
// poller. ready_epoll.cpp and ready_kqueue.cpp implement it; the build takes one.

#include <cstdint>
#include <vector>

namespace raw {

struct readiness {
    std::uint32_t index; // as given to add()
    bool readable;       // or ended
    bool ended;          // the peer closed, or an error waits: a read to the end tells
    bool writable;
};

class ready_set {
  public:
    ready_set();
    ~ready_set();
    ready_set(const ready_set&) = delete;
    ready_set& operator=(const ready_set&) = delete;

    // Reports the socket each time it becomes readable, edge-triggered, until it is closed.
    void add(int fd, std::uint32_t index);

    // The next time that `fd` can be written is reported. To be called after each send that was
    // short; the report may also come without having been asked for.
    void want_write(int fd, std::uint32_t index);

    // Replaces `out` by what is ready, waiting at most `timeout_ms` for the first.
    void wait(std::vector<readiness>& out, int timeout_ms);

  private:
    int poller_;
};

} // namespace raw
