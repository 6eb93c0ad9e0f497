#pragma once
// An engine by itself, without a reactor: for what only one engine has.

#include "support/sockets.hpp"
#include "support/waiting.hpp"

#include <iapp/reactor/engine.hpp>
#include <iapp/reactor/engines.hpp>
#include <iapp/reactor/os/system_kernel.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace iapp::test {

// What a receiving transport of an engine_world was told.
struct received_text {
    slot_table<transport>* table = nullptr;
    transport* t = nullptr;
    std::string text;
    std::size_t largest = 0;            // of its items
    std::function<void()> on_item = {}; // after each
    unsigned ended = 0;
    unsigned closed = 0;
};

// The parts that an engine works on, and transports that write down what they are told.
class engine_world {
  public:
    explicit engine_world(const buffer_pool_options& buffers = {})
        : pool{buffers}, clock{os}, table{10'000} {}

    engine_world(const engine_world&) = delete;
    engine_world& operator=(const engine_world&) = delete;

    engine_parts parts() { return {os, table, pool, clock}; }

    // Receives from a descriptor that the engine will close.
    void receive(engine& by, received_text& into, int fd, std::uint32_t io_size_bytes) {
        slot_id id;
        transport* t = table.create(id);
        REQUIRE(t != nullptr);
        t->id = id;
        t->fd = fd;
        t->events = &events;
        t->owner = &into;
        t->io_size_bytes = io_size_bytes;
        into.t = t;
        into.table = &table;
        by.start_input(*t, input_kind::receive);
    }

    // Passes until `done`; false when that never happens.
    static bool run_until(engine& by, const std::function<bool()>& done) {
        const auto limit = std::chrono::steady_clock::now() + patience();
        while (!done() && std::chrono::steady_clock::now() < limit) {
            by.poll(std::chrono::milliseconds{10});
        }
        return done();
    }

    // Closes all that is open and waits for its end.
    bool close_all(engine& by) {
        table.for_each([&](slot_id, transport& t) { by.close(t); });
        return run_until(by, [&] { return table.size() == 0; });
    }

    system_kernel os;
    buffer_pool pool;
    turn_clock clock;
    slot_table<transport> table;

  private:
    static received_text& of(transport& t) { return *static_cast<received_text*>(t.owner); }

    static void received(transport& t, buffer&& data, std::size_t) {
        of(t).text += data.text();
        of(t).largest = std::max(of(t).largest, data.size());
        if (of(t).on_item) {
            of(t).on_item();
        }
    }

    static void input_ended(transport& t, std::error_code) { ++of(t).ended; }

    static void closed(transport& t) {
        ++of(t).closed;
        of(t).table->destroy(t.id);
    }

    static constexpr transport_events events{.received = &received,
                                             .accepted = nullptr,
                                             .ready = nullptr,
                                             .input_ended = &input_ended,
                                             .output_ended = nullptr,
                                             .closed = &closed,
                                             .deadline_passed = nullptr};
};

} // namespace iapp::test
