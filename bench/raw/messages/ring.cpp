#include "harness/spin_wait.hpp"
#include "raw/messages/messages.hpp"

#include <iapp/mailbox/check.hpp>

#include <boost/lockfree/spsc_queue.hpp>

#include <algorithm>
#include <array>
#include <memory>

namespace raw {

namespace {

template <std::size_t Bytes>
using element = std::array<std::uint64_t, Bytes / sizeof(std::uint64_t)>;

template <std::size_t Bytes>
using ring = boost::lockfree::spsc_queue<element<Bytes>, boost::lockfree::capacity<ring_slots>>;

double ns_each(std::chrono::nanoseconds took, std::uint64_t count) {
    return static_cast<double>(took.count()) / static_cast<double>(count);
}

template <std::size_t Bytes>
void produce(ring<Bytes>& out, std::uint64_t count) {
    std::array<element<Bytes>, ring_batch> batch{};
    for (std::uint64_t sent = 0; sent < count;) {
        const std::size_t n = std::min<std::uint64_t>(batch.size(), count - sent);
        for (std::size_t i = 0; i < n; ++i) {
            batch[i].fill(sent + i);
        }
        const element<Bytes>* from = batch.data();
        const element<Bytes>* const end = from + n;
        bench::spin_until([&] {
            from = out.push(from, end);
            return from == end;
        });
        sent += n;
    }
}

template <std::size_t Bytes>
void consume(ring<Bytes>& in, std::uint64_t count) {
    std::array<element<Bytes>, ring_batch> batch;
    bool in_order = true;
    for (std::uint64_t received = 0; received < count;) {
        std::size_t n = 0;
        bench::spin_until([&] { return (n = in.pop(batch.data(), batch.size())) > 0; });
        for (std::size_t i = 0; i < n; ++i) {
            for (const std::uint64_t word : batch[i]) {
                in_order &= word == received + i;
            }
        }
        received += n;
    }
    IAPP_CHECK(in_order, "the ring lost, doubled or reordered an element");
}

template <std::size_t Bytes>
double flow_ns(const bench::processor_pair& processors, std::uint64_t count) {
    auto between = std::make_unique<ring<Bytes>>();
    return ns_each(bench::run_on(
                       processors, [&] { produce<Bytes>(*between, count); },
                       [&] { consume<Bytes>(*between, count); }),
                   count);
}

} // namespace

double ring_flow_ns(const bench::processor_pair& processors, std::size_t element_bytes,
                    std::uint64_t count) {
    switch (element_bytes) {
    case 16:
        return flow_ns<16>(processors, count);
    case 32:
        return flow_ns<32>(processors, count);
    default:
        IAPP_CHECK(element_bytes == 64, "an element has 16, 32 or 64 bytes");
        return flow_ns<64>(processors, count);
    }
}

double ring_round_trip_ns(const bench::processor_pair& processors, std::uint64_t round_trips) {
    auto there = std::make_unique<ring<16>>();
    auto back = std::make_unique<ring<16>>();
    const auto receive = [](ring<16>& in, std::uint64_t wanted) {
        element<16> got;
        bench::spin_until([&] { return in.pop(got); });
        IAPP_CHECK(got[0] == wanted && got[1] == wanted, "the ring brought a wrong element");
    };
    const auto ask = [&] {
        for (std::uint64_t i = 0; i < round_trips; ++i) {
            there->push(element<16>{i, i}); // always room: one element is under way
            receive(*back, i);
        }
    };
    const auto answer = [&] {
        for (std::uint64_t i = 0; i < round_trips; ++i) {
            receive(*there, i);
            back->push(element<16>{i, i});
        }
    };
    return ns_each(bench::run_on(processors, ask, answer), round_trips);
}

} // namespace raw
