// One direction of a simulated connection.

#include <iapp/reactor/sim/sim_pipe.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

using namespace iapp;

namespace sim_pipe_test {

namespace {

std::size_t write(sim_pipe& to, std::string_view text) {
    const std::array<std::span<const std::byte>, 1> one{std::as_bytes(std::span{text})};
    return to.write(one, text.size());
}

std::string read(sim_pipe& from, std::size_t most) {
    std::string text(most, '?');
    text.resize(from.read(std::as_writable_bytes(std::span{text}), false));
    return text;
}

void carry(sim_pipe& pipe) {
    const std::size_t count = pipe.may_depart(1'000'000);
    pipe.depart(count);
    pipe.arrive(count);
}

} // namespace

TEST_CASE("bytes are readable once they arrived, in their order") {
    sim_pipe pipe{100, 100};
    CHECK(write(pipe, "hello ") == 6);
    CHECK(write(pipe, "world") == 5);
    CHECK(pipe.readable() == 0);
    CHECK(pipe.may_depart(4) == 4);
    pipe.depart(4);
    CHECK(pipe.readable() == 0);
    pipe.arrive(4);
    CHECK(read(pipe, 100) == "hell");
    carry(pipe);
    CHECK(read(pipe, 3) == "o w");
    CHECK(read(pipe, 100) == "orld");
    CHECK(read(pipe, 100).empty());
}

TEST_CASE("the sender's buffer takes what it has room for, and departing makes room") {
    sim_pipe pipe{10, 100};
    CHECK(write(pipe, "0123456789ab") == 10);
    CHECK(pipe.room() == 0);
    CHECK_FALSE(pipe.has_fair_room());
    carry(pipe);
    CHECK(pipe.room() == 10);
    CHECK(pipe.has_fair_room());
}

TEST_CASE("no more departs than the window allows, and it opens by reading") {
    sim_pipe pipe{100, 8};
    CHECK(write(pipe, "0123456789") == 10);
    carry(pipe);
    CHECK(pipe.readable() == 8);
    CHECK(pipe.may_depart(100) == 0);
    std::uint64_t edge = 0;
    CHECK(read(pipe, 1) == "0");
    CHECK_FALSE(pipe.take_news_of_window(edge)); // too little to be worth a message
    CHECK(read(pipe, 7) == "1234567");
    CHECK(pipe.take_news_of_window(edge));
    CHECK(edge == 16);
    CHECK_FALSE(pipe.take_news_of_window(edge)); // once
    CHECK(pipe.may_depart(100) == 0);            // the sender has not heard of it
    pipe.open_window(edge);
    carry(pipe);
    CHECK(read(pipe, 100) == "89");
}

TEST_CASE("the end departs after the last byte and is seen after it") {
    sim_pipe pipe{100, 4};
    write(pipe, "12345");
    pipe.shut();
    carry(pipe);
    CHECK_FALSE(pipe.end_may_depart());
    CHECK(read(pipe, 4) == "1234");
    std::uint64_t edge = 0;
    CHECK(pipe.take_news_of_window(edge));
    pipe.open_window(edge);
    carry(pipe);
    CHECK(pipe.end_may_depart());
    pipe.depart_end();
    CHECK_FALSE(pipe.end_may_depart()); // once
    pipe.arrive_end();
    CHECK(pipe.end_arrived());
    CHECK_FALSE(pipe.at_end());
    CHECK(read(pipe, 4) == "5");
    CHECK(pipe.at_end());
}

TEST_CASE("discarding reads without a copy") {
    sim_pipe pipe{100, 100};
    write(pipe, "abcdef");
    carry(pipe);
    std::array<std::byte, 4> untouched{};
    CHECK(pipe.read(untouched, true) == 4);
    CHECK(untouched == std::array<std::byte, 4>{});
    CHECK(read(pipe, 100) == "ef");
}

} // namespace sim_pipe_test
