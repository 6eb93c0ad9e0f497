// Receiving, and large transfers, on every engine.

#include "support/random.hpp"
#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace iapp;
using namespace iapp::test;

namespace receive_test {

namespace {

// Writes a text in pieces of random sizes for as long as the stream takes them.
class random_writer {
  public:
    random_writer(reactor& io, endpoint& by, std::string text, std::uint64_t seed)
        : io_{io}, by_{by}, text_{std::move(text)}, random_{seed} {
        by_.on_drained = [this](endpoint&) { go_on(); };
    }

    void go_on() {
        while (written_ < text_.size()) {
            const std::size_t left = text_.size() - written_;
            const std::size_t size = std::min<std::size_t>(left, 1 + random_.below(20'000));
            const std::size_t slice = 1 + random_.below(3'000);
            buffer_list piece =
                sliced(io_.buffers(), std::string_view{text_}.substr(written_, size), slice);
            const write_status status = by_.s.write(std::move(piece));
            if (status == write_status::refused) {
                return;
            }
            written_ += size;
            if (status == write_status::full) {
                return;
            }
        }
        by_.s.shutdown_write();
    }

  private:
    reactor& io_;
    endpoint& by_;
    std::string text_;
    random_source random_;
    std::size_t written_ = 0;
};

} // namespace

TEST_CASE("bytes arrive as they were written") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    CHECK(client.write(f.io(), "hello") == write_status::ok);
    f.run_until("the text", [&] { return server.bytes == 5; });
    CHECK(server.in == "hello");
    CHECK(server.write(f.io(), "world") == write_status::ok);
    f.run_until("the answer", [&] { return client.bytes == 5; });
    CHECK(client.in == "world");
    CHECK(f.io().counters().bytes_in == 10);
    CHECK(f.io().counters().bytes_out == 10);
}

TEST_CASE("large transfers in both directions at once lose and change nothing") {
    INFO("IAPP_TEST_SEED=" << seed());
    random_source random{seed()};
    const socket_path path;
    for (const address& at : {reactor_fixture::loopback(), path.at()}) {
        CAPTURE(at.to_string());
        reactor_fixture f;
        endpoint client;
        endpoint server;
        const std::string to_server = pattern(1'000'000 + random.below(2'000'000), seed());
        const std::string to_client = pattern(1'000'000 + random.below(2'000'000), seed() + 1);
        f.join_unstarted(client, server, at);
        client.start({.io_size_bytes = static_cast<std::uint32_t>(1 + random.below(70'000)),
                      .write_limit_bytes = static_cast<std::uint32_t>(1 + random.below(100'000))});
        server.start({.io_size_bytes = static_cast<std::uint32_t>(1 + random.below(70'000)),
                      .write_limit_bytes = static_cast<std::uint32_t>(1 + random.below(100'000))});
        random_writer from_client{f.io(), client, to_server, seed()};
        random_writer from_server{f.io(), server, to_client, seed() + 1};
        from_client.go_on();
        from_server.go_on();
        f.run_until("all bytes", [&] { return client.closed && server.closed; });
        CHECK((server.in == to_server));
        CHECK((client.in == to_client));
        CHECK(client.closed_well());
        CHECK(server.closed_well());
        CHECK(client.ended == 1);
        CHECK(server.ended == 1);
        CHECK(f.io().counters().bytes_in == to_server.size() + to_client.size());
        CHECK(f.io().counters().bytes_out == to_server.size() + to_client.size());
    }
}

TEST_CASE("one item never holds more than the io size") {
    for (const std::uint32_t size : {1U, 7U, 4096U, 1U << 20}) {
        CAPTURE(size);
        reactor_fixture f;
        endpoint client;
        endpoint server;
        f.join(client, server, {.io_size_bytes = size});
        const std::string text = pattern(std::min<std::size_t>(10 * size + 3, 100'000));
        client.write(f.io(), text);
        f.run_until("the text", [&] { return server.bytes == text.size(); });
        CHECK((server.in == text));
        CHECK(server.largest_item <= size);
        CHECK(server.items >= text.size() / size);
    }
}

TEST_CASE("bytes that came before the stream was started are not lost") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join_unstarted(client, server);
    client.write(f.io(), "early");
    client.s.shutdown_write();
    f.run_until("it to be sent", [&] { return client.drained == 1; });
    f.settle();
    CHECK(server.bytes == 0);
    server.start();
    f.run_until("the text and the end", [&] { return server.ended == 1; });
    CHECK(server.in == "early");
}

TEST_CASE("received buffers can be kept, sliced and sent back without a copy") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join_unstarted(client, server);
    client.start();
    static constexpr stream_handlers echo{
        .on_bytes =
            [](void* owner, bytes&& what) {
                auto& e = *static_cast<endpoint*>(owner);
                buffer_list answer;
                answer.push_back(what.data.slice(what.size - 1, 1));
                answer.push_back(std::move(what.data));
                e.s.write(std::move(answer));
            },
    };
    server.s.start(echo, &server);
    client.write(f.io(), "abc");
    f.run_until("the answer", [&] { return client.bytes == 4; });
    CHECK(client.in == "cabc");
}

TEST_CASE("a stream without a handler for bytes counts and drops them") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join_unstarted(client, server);
    static constexpr stream_handlers deaf{};
    server.s.start(deaf, &server);
    client.write(f.io(), "nobody hears");
    f.run_until("the bytes", [&] { return f.io().counters().bytes_in == 12; });
    CHECK(server.s.open());
}

} // namespace receive_test
