#include <iapp/actors/task_streams.hpp>

#include <iapp/reactor/buffer_pool.hpp>

#include <cstring>

namespace iapp {

namespace detail {

result<buffer> read_operation::take() {
    if (failure()) {
        return failure();
    }
    return inbox().take(bytes_most_);
}

bool write_operation::step() {
    if (inbox().closed()) {
        if (inbox().why() || !taken_) {
            fail(inbox().why() ? inbox().why() : std::make_error_code(std::errc::not_connected));
        }
        return true;
    }
    if (taken_ || !inbox().has_room()) {
        return inbox().has_room();
    }
    taken_ = true;
    const write_status status = inbox().write(std::move(what_));
    if (status == write_status::refused) {
        fail(std::make_error_code(std::errc::broken_pipe)); // its write side is shut, or closing
    }
    return status != write_status::full;
}

bool shutdown_operation::step() {
    if (inbox().closed()) {
        fail(inbox().why());
        return true;
    }
    if (inbox().connecting() || inbox().unsent_bytes() > 0) {
        return false;
    }
    inbox().shutdown_write();
    return true;
}

bool close_operation::step() {
    if (inbox().closed()) {
        fail(inbox().why());
        return true;
    }
    inbox().close();
    return false;
}

} // namespace detail

task<buffer> read_exactly(stream& from, std::size_t count) {
    IAPP_CHECK(count > 0 && count <= buffer_pool::largest_bytes,
               "one buffer holds 1 byte to 1 MiB");
    buffer whole;
    for (std::size_t have = 0; have < count;) {
        const buffer next = co_await read(from, {.bytes_most = count - have});
        if (next.empty()) {
            throw std::system_error(std::make_error_code(std::errc::connection_aborted));
        }
        if (next.size() == count) {
            co_return next;
        }
        if (whole.empty()) {
            whole = next.pool()->allocate(count);
            if (!whole) {
                throw std::system_error(std::make_error_code(std::errc::not_enough_memory));
            }
        }
        std::memcpy(whole.writable().data() + have, next.data(), next.size());
        have += next.size();
    }
    co_return whole;
}

} // namespace iapp
