// Credits: senders that are slowed down by whom they send to.

#include "support/stepped_worker.hpp"

#include <string>

using namespace iapp;
using namespace iapp::test;
using namespace std::chrono_literals;

namespace credit_test {

namespace {

struct parcel_of {
    int number = 0;
};

struct letter {
    std::string text;
};

struct more {};

struct fail {};

class receiver {
  public:
    using accepts = messages<parcel_of, letter, fail>;

    explicit receiver(context& cx_) : cx{cx_} {}

    void on(parcel_of what) {
        log += std::to_string(what.number) + ";";
        if (what.number == withhold_at) {
            cx.withhold_credits();
        }
    }

    void on(const letter& what) { log += what.text + ";"; }

    void on(fail) { throw std::runtime_error{"as the test wants it"}; }

    auto self() { return cx.self(*this); }

    context& cx;
    std::string log;
    int withhold_at = -1;
};

class sender {
  public:
    using accepts = messages<more>;

    explicit sender(context& cx_) : cx{cx_} {}

    void on(more) { ++told; }

    context& cx;
    credit_line<parcel_of, letter, fail> line;
    int told = 0;
};

struct line_of {
    explicit line_of(std::uint32_t credits, const worker_limits& limits = {},
                     const mailbox_options& mailbox = {})
        : w{limits}, r{w.spawn_limited<receiver>(mailbox)} {
        w.act([&] { s.line = s.cx.credit(r.self(), credits); });
    }

    // How many of `count` parcels go.
    int send(int count) {
        int sent = 0;
        w.act([&] {
            while (sent < count && s.line.try_send(parcel_of{next})) {
                ++sent;
                ++next;
            }
        });
        return sent;
    }

    int next = 1;
    stepped_worker w;
    receiver& r;
    sender& s = w.spawn<sender>();
};

} // namespace

TEST_CASE("as many messages go as there are credits, which come back when they are handled") {
    line_of l{3};
    CHECK(l.s.line.available() == 3);
    l.w.act([&] {
        for (int i = 1; i <= 3; ++i) {
            CHECK(l.s.line.try_send(parcel_of{i}));
        }
        CHECK_FALSE(l.s.line.try_send(parcel_of{4}));
        CHECK(l.s.line.available() == 0);
        CHECK(l.s.line.outstanding() == 3);
    });
    CHECK(l.r.log == "1;2;3;");
    CHECK(l.s.line.available() == 3);
    CHECK(l.s.line.outstanding() == 0);
    CHECK(l.s.line.lost() == 0);
    CHECK(l.w.loop().statistics().actors.sent == 3);
}

TEST_CASE("a receiver that withholds credits stops the sender, and starts it by granting them") {
    line_of l{4};
    l.r.withhold_at = 2;
    CHECK(l.send(10) == 4);
    CHECK(l.r.log == "1;2;3;4;");
    CHECK(l.s.line.available() == 1); // that of the first
    CHECK(l.send(10) == 1);
    CHECK(l.send(10) == 0);
    l.w.act([&] { l.r.cx.grant_credits(); });
    CHECK(l.s.line.available() == 4);
    CHECK(l.send(2) == 2);
    CHECK(l.s.line.available() == 4);
}

TEST_CASE("granting what is not withheld does nothing") {
    line_of l{1};
    l.w.act([&] { l.r.cx.grant_credits(); });
    l.w.act([&] {
        l.r.cx.withhold_credits();
        l.r.cx.grant_credits();
    });
    CHECK(l.s.line.available() == 1);
}

TEST_CASE("the owner is told once when there are credits again, or at once if there are") {
    line_of l{1};
    l.r.withhold_at = 1;
    CHECK(l.send(1) == 1);
    l.w.act([&] { l.s.line.when_available(l.s.cx, more{}); });
    l.w.turn(3);
    CHECK(l.s.told == 0);
    l.w.act([&] { l.r.cx.grant_credits(); });
    CHECK(l.s.told == 1);
    l.w.act([&] {
        l.s.line.when_available(l.s.cx, more{});
        CHECK(l.s.told == 1);
    });
    CHECK(l.s.told == 2);
}

TEST_CASE("what goes under a credit is never refused, and is in order with other messages") {
    line_of l{100, {.local_messages_max = 1}, {.limit = 1}};
    l.w.act([&] {
        CHECK(l.r.self().send(letter{"before"}));
        CHECK_FALSE(l.r.self().send(letter{"refused"}));
        for (int i = 1; i <= 3; ++i) {
            CHECK(l.s.line.try_send(parcel_of{i}));
        }
        CHECK(l.s.line.try_send(letter{"a long text that does not fit into a parcel at all"}));
    });
    l.w.turn(2);
    CHECK(l.r.log == "before;1;2;3;a long text that does not fit into a parcel at all;");
}

TEST_CASE("credits come back from a receiver that is gone or fails, with the number of the lost") {
    line_of l{2};
    l.r.withhold_at = 1;
    CHECK(l.send(1) == 1);
    CHECK(l.s.line.available() == 1);
    l.w.act([&] { CHECK(l.s.line.try_send(fail{})); });
    CHECK(l.s.line.available() == 2); // its end has given back what it withheld
    CHECK(l.s.line.lost() == 0);
    CHECK(l.send(2) == 2);
    CHECK(l.s.line.lost() == 2);
    CHECK(l.s.line.available() == 2);
    CHECK(dead_letters(l.w.loop().statistics(), dead_letter::stale) == 2);
}

TEST_CASE("a line that ends leaves what is under way, and its late credits go nowhere") {
    line_of l{2};
    l.w.act([&] {
        CHECK(l.s.line.try_send(parcel_of{1}));
        l.s.line.when_available(l.s.cx, more{}); // is forgotten, and told to nobody
        l.s.line = {};
        CHECK_FALSE(l.s.line);
        CHECK_FALSE(l.s.line.try_send(parcel_of{2}));
        CHECK(l.s.line.available() == 0);
        l.s.line = l.s.cx.credit(l.r.self(), 5);
    });
    CHECK(l.r.log == "1;");
    CHECK(l.s.told == 0);
    CHECK(l.s.line.available() == 5);
    l.w.act([&] {
        l.s.line.when_available(l.s.cx, more{});
        l.s.cx.stop();
    });
}

TEST_CASE("credits come back when the receiver's system has ended, as those of lost messages") {
    stepped_worker here;
    auto& from = here.spawn<sender>();
    {
        stepped_worker there;
        auto& to = there.spawn<receiver>();
        here.act([&] { from.line = from.cx.credit(to.self(), 2); });
    }
    here.act([&] {
        for (int i = 0; i < 5; ++i) {
            CHECK(from.line.try_send(parcel_of{i}));
        }
    });
    CHECK(from.line.outstanding() == 0);
    CHECK(from.line.lost() == 5);
}

TEST_CASE("credits come back at once from a system that has stopped, before it is destroyed") {
    stepped_worker here;
    auto& from = here.spawn<sender>();
    checked_system there;
    const auto to = there->spawn<receiver>({});
    here.act([&] { from.line = from.cx.credit(to, 2); });
    there.stop();
    here.act([&] {
        for (int i = 0; i < 5; ++i) {
            CHECK(from.line.try_send(parcel_of{i}));
        }
        from.line.when_available(from.cx, more{});
    });
    here.turn();
    CHECK(from.line.outstanding() == 0);
    CHECK(from.line.lost() == 5);
    CHECK(from.told == 1);
}

TEST_CASE("a line to nobody, or one too many, is empty") {
    line_of l{1, {.credit_lines_max = 1}};
    l.w.act([&] {
        CHECK_FALSE(l.s.cx.credit(ref<parcel_of>{}, 1));
        CHECK_FALSE(l.s.cx.credit(l.r.self(), 1));
    });
}

} // namespace credit_test
