#pragma once
// A listener that is paused and resumed, and its visitors: each says something, which comes back to
// it, and closes. Some withdraw at a random moment.

#include "support/random.hpp"
#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace iapp::test {

class visited_door {
  public:
    visited_door(reactor_fixture& f, const address& at) : f_{f} {
        door_.on_accepted = [this](acceptor&) { serve(); };
        door_.listen(f.io(), at);
    }

    void open(bool on) {
        on ? door_.l.resume() : door_.l.pause();
        open_ = on;
    }

    // Small enough for sockets that nobody has accepted yet.
    void visit(random_source& random) {
        visitors_.push_back(std::make_unique<visitor>());
        visitor& v = *visitors_.back();
        f_.connect(v.e, door_.at(), {.stream = {.nodelay = true}});
        v.e.start();
        v.says = pattern(1 + random.below(4'000), visitors_.size());
        CHECK(v.e.write(f_.io(), v.says) == write_status::ok);
        v.e.s.shutdown_write();
    }

    // Any visitor, also one that was told of its end: that changes nothing.
    void withdraw(random_source& random) {
        if (visitors_.empty()) {
            return;
        }
        visitor& v = *visitors_[random.below(visitors_.size())];
        const std::uint64_t how = random.below(3);
        if (how == 0) {
            v.e.s = stream{};
            v.gone = true;
            v.closed_before = v.e.closed;
        } else {
            how == 1 ? v.e.s.close() : v.e.s.abort();
            v.withdrew = true;
        }
    }

    bool at_rest() const {
        return std::all_of(visitors_.begin(), visitors_.end(),
                           [this](const auto& each) {
                               const visitor& v = *each;
                               return v.gone || v.e.closed == 1 ||
                                      (!open_ && !v.withdrew && v.e.connected == 1);
                           }) &&
               (!open_ || std::all_of(hosts_.begin(), hosts_.end(),
                                      [](const auto& host) { return host->closed == 1; }));
    }

    // At rest. Who withdrew may have been told before, or not.
    void compare() {
        CHECK(hosts_.size() <= visitors_.size());
        for (const auto& each : visitors_) {
            visitor& v = *each;
            v.heard = v.heard || (open_ && !v.withdrew && !v.gone);
            CHECK(v.says.starts_with(v.e.in));
            CHECK(!v.e.why);
            if (v.gone) {
                CHECK(v.e.closed == v.closed_before);
            } else if (v.heard) {
                CHECK(v.e.in == v.says);
                CHECK(v.e.connected + v.e.ended + v.e.closed == 3);
            } else {
                CHECK((v.withdrew ? v.e.closed : v.e.connected) == 1);
            }
        }
    }

  private:
    struct visitor {
        endpoint e;
        std::string says;
        bool withdrew = false;
        bool gone = false;  // hears nothing any more
        bool heard = false; // all of it, which nothing changes
        int closed_before = 0;
    };

    void serve() {
        hosts_.push_back(std::make_unique<endpoint>());
        endpoint& host = *hosts_.back();
        host.s = door_.take();
        host.on_ended = [this](endpoint& e) {
            e.write(f_.io(), e.in);
            e.s.shutdown_write();
        };
        host.start();
    }

    reactor_fixture& f_;
    acceptor door_;
    bool open_ = true;
    std::vector<std::unique_ptr<visitor>> visitors_;
    std::vector<std::unique_ptr<endpoint>> hosts_;
};

} // namespace iapp::test
