#pragma once
// send_records: the memory that gathered sends need until the kernel has taken them.

#include <iapp/mailbox/check.hpp>
#include <iapp/reactor/buffer_list.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <sys/socket.h>
#include <sys/uio.h>

namespace iapp {

// The kernel copies a message's header and vector when it takes the submission, so a few records
// that are used again after each of its calls serve any number of connections.
class send_records {
  public:
    static constexpr std::size_t records = 64;
    static constexpr std::size_t slices_per_send = 64; // far below IOV_MAX, enough for a socket

    send_records() : all_{std::make_unique<std::array<record, records>>()} {}

    bool full() const noexcept { return used_ == records; }

    // All of them were taken by the kernel.
    void reset() noexcept { used_ = 0; }

    // A header for the first slices of the list.
    const msghdr& gather(const buffer_list& list) noexcept {
        IAPP_CHECK(!full(), "records are used again only after a submission");
        record& r = (*all_)[used_++];
        std::array<std::span<const std::byte>, slices_per_send> slices;
        const std::size_t used = list.gather(slices);
        for (std::size_t i = 0; i < used; ++i) {
            r.vector[i] = {const_cast<std::byte*>(slices[i].data()), slices[i].size()};
        }
        r.header = {};
        r.header.msg_iov = r.vector.data();
        r.header.msg_iovlen = used;
        return r.header;
    }

  private:
    struct record {
        msghdr header;
        std::array<iovec, slices_per_send> vector;
    };

    std::unique_ptr<std::array<record, records>> all_;
    std::size_t used_ = 0;
};

} // namespace iapp
