#include <iapp/reactor/io_uring/ring.hpp>

#include <iapp/mailbox/check.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace iapp {

namespace {

std::error_code system_error(int negated) noexcept {
    return {-negated, std::system_category()};
}

// DEFER_TASKRUN came with Linux 6.1, after all else that we need and that cannot be asked for by
// itself: multishot accept and poll, rings of buffers (5.19), multishot receive (6.0). So a kernel
// that takes these flags has them.
constexpr unsigned set_up_flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP |
                                  IORING_SETUP_SUBMIT_ALL | IORING_SETUP_R_DISABLED |
                                  IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;

constexpr unsigned needed_features = IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP |
                                     IORING_FEAT_SUBMIT_STABLE | IORING_FEAT_FAST_POLL |
                                     IORING_FEAT_EXT_ARG | IORING_FEAT_CQE_SKIP;

constexpr std::array needed_operations{
    IORING_OP_ACCEPT,  IORING_OP_RECV,     IORING_OP_SEND,
    IORING_OP_SENDMSG, IORING_OP_POLL_ADD, IORING_OP_ASYNC_CANCEL,
};

} // namespace

result<std::unique_ptr<ring>> ring::make(const ring_options& options) {
    std::unique_ptr<ring> made{new ring};
    if (const std::error_code refused = made->set_up(options)) {
        return refused;
    }
    return made;
}

std::error_code ring::set_up(const ring_options& options) {
    io_uring_params wanted{};
    wanted.flags = set_up_flags;
    wanted.cq_entries = options.completions;
    if (const int refused = io_uring_queue_init_params(options.submissions, &ring_, &wanted)) {
        return refused == -EINVAL ? std::make_error_code(std::errc::not_supported) // too old
                                  : system_error(refused);
    }
    open_ = true;
    // Entry i of the queue is always number i: filled in once, so that a submission is one store.
    for (unsigned i = 0; i < ring_.sq.ring_entries; ++i) {
        ring_.sq.array[i] = i;
    }
    if ((wanted.features & needed_features) != needed_features) {
        return std::make_error_code(std::errc::not_supported);
    }
    return check_operations();
}

std::error_code ring::check_operations() {
    io_uring_probe* known = io_uring_get_probe_ring(&ring_);
    if (known == nullptr) {
        return std::make_error_code(std::errc::not_supported);
    }
    const bool all = std::all_of(needed_operations.begin(), needed_operations.end(),
                                 [&](int op) { return io_uring_opcode_supported(known, op) != 0; });
    io_uring_free_probe(known);
    return all ? std::error_code{} : std::make_error_code(std::errc::not_supported);
}

ring::~ring() {
    if (open_) {
        io_uring_queue_exit(&ring_);
    }
}

void ring::enable() {
    ++calls_;
    // Not io_uring_enable_rings(): version 2.3 of the library declares it but does not have it.
    const int refused = io_uring_register(static_cast<unsigned>(ring_.ring_fd),
                                          IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
    IAPP_CHECK(refused == 0, "a ring that was made can be enabled");
}

bool ring::make_room(unsigned entries) {
    const auto is_free = [&] { return ring_.sq.ring_entries - unsubmitted() >= entries; };
    if (!is_free()) {
        submit();
    }
    return is_free();
}

io_uring_sqe& ring::next_entry() {
    io_uring_sq& queue = ring_.sq;
    IAPP_CHECK(unsubmitted() < queue.ring_entries, "make_room() comes before what needs it");
    io_uring_sqe& entry = queue.sqes[queue.sqe_tail++ & queue.ring_mask];
    std::memset(&entry, 0, sizeof entry);
    return entry;
}

unsigned ring::unsubmitted() const noexcept {
    // The kernel moves its head only within our own calls.
    return ring_.sq.sqe_tail - *ring_.sq.khead;
}

bool ring::overrun() const noexcept {
    return (io_uring_smp_load_acquire(ring_.sq.kflags) & IORING_SQ_CQ_OVERFLOW) != 0;
}

int ring::enter(unsigned handed_over, unsigned wanted, unsigned flags, const void* argument,
                std::size_t size) {
    ++calls_;
    // The library's declaration lacks a const.
    const int outcome =
        io_uring_enter2(static_cast<unsigned>(ring_.ring_fd), handed_over, wanted, flags,
                        static_cast<sigset_t*>(const_cast<void*>(argument)), size);
    IAPP_CHECK(outcome != -EEXIST, "a ring belongs to the thread that enabled it");
    IAPP_CHECK(outcome != -EBADR, "the kernel has memory for completions that do not fit");
    return outcome;
}

int ring::submit_by(unsigned wanted, unsigned flags, const void* argument, std::size_t size) {
    // Pairs with the kernel's load of the tail when it takes the entries.
    io_uring_smp_store_release(ring_.sq.ktail, ring_.sq.sqe_tail);
    return enter(unsubmitted(), wanted, flags, argument, size);
}

void ring::submit() {
    while (unsubmitted() > 0) {
        const int taken = submit_by(0, 0, nullptr, 0);
        if (taken <= 0 && taken != -EINTR) {
            return;
        }
    }
}

void ring::submit_and_wait(duration timeout) {
    using std::chrono::seconds;
    // Interrupted, out of time, out of memory: the caller looks again in any case.
    const bool waits = timeout > duration::zero();
    if (!waits || timeout == duration::max()) {
        submit_by(waits ? 1 : 0, IORING_ENTER_GETEVENTS, nullptr, 0);
    } else {
        const auto whole = std::chrono::duration_cast<seconds>(timeout);
        __kernel_timespec limit{};
        limit.tv_sec = whole.count();
        limit.tv_nsec =
            std::chrono::duration_cast<std::chrono::nanoseconds>(timeout - whole).count();
        io_uring_getevents_arg argument{};
        argument.ts = reinterpret_cast<std::uintptr_t>(&limit);
        submit_by(1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &argument, sizeof argument);
    }
    if (unsubmitted() > 0) { // then it has not looked for completions
        enter(0, 0, IORING_ENTER_GETEVENTS, nullptr, 0);
    }
}

bool ring::post(std::uint64_t key) const noexcept {
    constexpr unsigned register_send_msg_ring =
        31; // IORING_REGISTER_SEND_MSG_RING of newer headers
    io_uring_sqe message{};
    message.opcode = IORING_OP_MSG_RING;
    message.fd = ring_.ring_fd;
    message.off = key;
    // Without a ring of the sender's own.
    return io_uring_register(static_cast<unsigned>(-1), register_send_msg_ring, &message, 1) >= 0;
}

const io_uring_cqe* ring::first() const noexcept {
    const unsigned head = *ring_.cq.khead; // ours alone
    // Pairs with the kernel's store of the tail after it wrote the entry.
    if (head == io_uring_smp_load_acquire(ring_.cq.ktail)) {
        return nullptr;
    }
    return &ring_.cq.cqes[head & ring_.cq.ring_mask];
}

void ring::next() noexcept {
    // Pairs with the kernel's load of the head before it uses the entry again.
    io_uring_smp_store_release(ring_.cq.khead, *ring_.cq.khead + 1);
}

std::error_code ring::register_buffers(void* memory, unsigned buffers, std::uint16_t number) {
    io_uring_buf_reg wanted{};
    wanted.ring_addr = reinterpret_cast<std::uintptr_t>(memory);
    wanted.ring_entries = buffers;
    wanted.bgid = number;
    ++calls_;
    const int refused = io_uring_register_buf_ring(&ring_, &wanted, 0);
    return refused == 0 ? std::error_code{} : system_error(refused);
}

} // namespace iapp
