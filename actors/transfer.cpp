#include <iapp/actors/transfer.hpp>

#include <iapp/actors/task_streams.hpp>

namespace iapp {

task<std::uint64_t> transfer(stream& from, stream& to, transfer_options options) {
    std::uint64_t total_bytes = 0;
    while (true) {
        buffer next = co_await read(from, {.deadline = options.idle});
        if (next.empty()) {
            co_return total_bytes;
        }
        const std::size_t size = next.size();
        co_await write(to, std::move(next), options.idle);
        total_bytes += size;
    }
}

} // namespace iapp
