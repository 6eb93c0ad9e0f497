// Destroying and closing handles from within every kind of event, on every engine.

#include "support/reactor_fixture.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace iapp;
using namespace iapp::test;

namespace handles_test {

namespace {

// What a handler may do to a stream, its own or another.
struct ending {
    const char* name;
    void (*act)(endpoint& e);
};

constexpr ending endings[] = {
    {"destroy", [](endpoint& e) { e.s = stream{}; }},
    {"close", [](endpoint& e) { e.s.close(); }},
    {"abort", [](endpoint& e) { e.s.abort(); }},
    {"close and destroy",
     [](endpoint& e) {
         e.s.close();
         e.s = stream{};
     }},
    {"abort and destroy",
     [](endpoint& e) {
         e.s.abort();
         e.s = stream{};
     }},
};

// Destroys the whole owner: whatever is told to it afterwards is a use after free.
struct owned_endpoint {
    std::unique_ptr<endpoint> e = std::make_unique<endpoint>();

    void drop() { e.reset(); }
};

} // namespace

TEST_CASE("a stream may be ended from within bytes, drained and the end of input") {
    using hook = std::function<void(endpoint&)> endpoint::*;
    for (const hook where : {&endpoint::on_bytes, &endpoint::on_drained, &endpoint::on_ended}) {
        for (const ending& how : endings) {
            CAPTURE(how.name);
            reactor_fixture f;
            endpoint client;
            endpoint server;
            f.join(client, server);
            bool ran = false;
            server.*where = [&](endpoint& e) {
                CHECK_FALSE(ran);
                ran = true;
                how.act(e);
            };
            server.write(f.io(), "to the client");
            client.write(f.io(), pattern(200'000));
            client.s.shutdown_write();
            f.run_until("the event", [&] { return ran; });
            client.s = stream{};
            server.s = stream{};
            f.run_until("both ends", [&] { return f.io().open_sockets() == 0; });
            CHECK(server.closed <= 1);
        }
    }
}

TEST_CASE("a stream may be ended from within connected") {
    for (const ending& how : endings) {
        CAPTURE(how.name);
        reactor_fixture f;
        acceptor door;
        endpoint client;
        door.listen(f.io(), reactor_fixture::loopback());
        client.on_connected = how.act;
        f.connect(client, door.at());
        client.start();
        client.write(f.io(), "hello");
        f.run_until("the event", [&] { return client.connected == 1; });
        door.l = listener{};
        f.run_until("a connection or its end", [&] {
            door.waiting.clear();
            return f.io().open_sockets() == 0;
        });
        CHECK(client.bytes == 0);
    }
}

TEST_CASE("an owner may be destroyed from within any event of its stream") {
    using hook = std::function<void(endpoint&)> endpoint::*;
    for (const hook where :
         {&endpoint::on_bytes, &endpoint::on_drained, &endpoint::on_ended, &endpoint::on_closed}) {
        for (const bool closes_first : {false, true}) {
            CAPTURE(closes_first);
            reactor_fixture f;
            endpoint client;
            owned_endpoint server;
            f.join(client, *server.e);
            (*server.e).*where = [&](endpoint& e) {
                if (closes_first) {
                    e.s.close();
                }
                server.drop();
            };
            server.e->write(f.io(), "to the client");
            client.write(f.io(), "to the server");
            client.s.shutdown_write();
            f.run_until("the end of one", [&] {
                if (where == &endpoint::on_closed && server.e && server.e->ended == 1) {
                    server.e->s.close();
                }
                return server.e == nullptr;
            });
            client.s = stream{};
            f.run_until("both ends", [&] { return f.io().open_sockets() == 0; });
        }
    }
}

TEST_CASE("an owner may be destroyed right after it closed its stream") {
    for (const ending& how : endings) {
        CAPTURE(how.name);
        reactor_fixture f;
        endpoint client;
        owned_endpoint server;
        f.join(client, *server.e);
        how.act(*server.e);
        server.drop();
        f.run_until("the end", [&] { return client.ended || client.closed; });
    }
}

TEST_CASE("an event of a stream that was ended earlier in the same batch reaches nobody") {
    constexpr unsigned count = 8;
    for (const ending& how : endings) {
        CAPTURE(how.name);
        reactor_fixture f;
        endpoint clients[count];
        endpoint servers[count];
        unsigned heard = 0;
        for (unsigned i = 0; i < count; ++i) {
            f.join(clients[i], servers[i]);
            servers[i].on_bytes = [&](endpoint& me) {
                ++heard;
                for (endpoint& other : servers) {
                    if (&other != &me) {
                        how.act(other);
                    }
                }
            };
        }
        f.settle();
        for (endpoint& client : clients) {
            client.write(f.io(), "x");
        }
        f.run_until("one of them", [&] { return heard > 0; });
        f.settle();
        CHECK(heard == 1); // the others' bytes came in the same batch, or to a closed stream
    }
}

TEST_CASE("sockets opened while old ones end in the same batch get none of their events") {
    reactor_fixture f;
    acceptor door;
    door.listen(f.io(), reactor_fixture::loopback());
    constexpr unsigned rounds = 50;
    std::vector<std::unique_ptr<endpoint>> ends;
    unsigned connected = 0;
    std::function<void()> next = [&] {
        ends.push_back(std::make_unique<endpoint>());
        endpoint& e = *ends.back();
        e.on_connected = [&](endpoint& me) {
            ++connected;
            me.start();
            me.s.close(); // its descriptor's number is free for the next one
            if (connected < rounds) {
                next();
            }
        };
        f.connect(e, door.at());
    };
    door.on_accepted = [](acceptor& a) { a.waiting.clear(); };
    next();
    next();
    f.run_until("all rounds", [&] {
        unsigned closed = 0;
        for (const auto& e : ends) {
            CHECK(!e->why);
            closed += e->closed > 0;
        }
        return connected >= rounds && closed == ends.size();
    });
}

TEST_CASE("a listener may be ended from within accepted, with more connections waiting") {
    for (const bool destroyed : {false, true}) {
        CAPTURE(destroyed);
        reactor_fixture f;
        acceptor door;
        endpoint clients[5];
        door.listen(f.io(), reactor_fixture::loopback());
        door.on_accepted = [&](acceptor& a) {
            if (destroyed) {
                a.l = listener{};
            } else {
                a.l.close();
            }
        };
        const address at = door.at();
        for (endpoint& client : clients) {
            f.connect(client, at);
        }
        f.run_until("a connection", [&] { return !door.waiting.empty(); });
        f.settle();
        CHECK(door.waiting.size() == 1);
        CHECK(door.closed == (destroyed ? 0 : 1));
    }
}

TEST_CASE("a handle can be moved about, also while its events are told") {
    reactor_fixture f;
    endpoint client;
    endpoint server;
    f.join(client, server);
    server.on_bytes = [](endpoint& e) {
        stream moved = std::move(e.s);
        stream again;
        again = std::move(moved);
        e.s = std::move(again);
    };
    client.write(f.io(), "hello");
    f.run_until("the text", [&] { return server.in == "hello"; });
    CHECK(server.s.open());
    CHECK(server.closed == 0);
}

} // namespace handles_test
