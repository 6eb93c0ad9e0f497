// Parents and children: who ends before whom, and why.

#include "support/stepped_worker.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace iapp;
using namespace iapp::test;

namespace family_test {

namespace {

struct quit {};

struct fail {};

struct witness final : attachment {
    witness(std::string name_, std::map<std::string, exit_reason>& to_)
        : attachment{&ended}, name{std::move(name_)}, to{to_} {}

    static void ended(attachment& self, exit_reason why) noexcept {
        auto& mine = static_cast<witness&>(self);
        mine.to[mine.name] = why;
        delete &mine;
    }

    std::string name;
    std::map<std::string, exit_reason>& to;
};

struct chronicle {
    std::vector<std::string> ended;
    std::map<std::string, exit_reason> why;
};

// Begets what `plan` says: a name for each child, and theirs in brackets.
class member {
  public:
    using accepts = messages<quit, fail>;

    member(context& cx, chronicle& notes, std::string name)
        : cx_{cx}, notes_{notes}, name_{std::move(name)} {}

    member(member&&) = delete;

    ~member() { notes_.ended.push_back(name_); }

    ref_to<member> beget(const std::string& name) {
        return cx_.spawn<member>(std::ref(notes_), name);
    }

    ref_to<member> self() { return cx_.self(*this); }

    context& cx() { return cx_; }

    void on(quit) { cx_.stop(); }

    void on(fail) { throw std::runtime_error{"as the test wants it"}; }

  private:
    context& cx_;
    chronicle& notes_;
    std::string name_;
};

class family {
  public:
    family() : top_{worker_.spawn<member>(notes_, "top")} {}

    member& top() { return top_; }

    member& member_of(const ref_to<member>& of) {
        return detail::actor_in<member>(*worker_.loop().find(of.id()));
    }

    member& beget(member& parent, const std::string& name) {
        const ref_to<member> made = parent.beget(name);
        worker_.loop().find(made.id())->attached.push_back(*new witness{name, notes_.why});
        return member_of(made);
    }

    stepped_worker& worker() { return worker_; }

    chronicle& notes() { return notes_; }

  private:
    chronicle notes_;
    stepped_worker worker_;
    member& top_;
};

// Has children of its own and does not live.
class doomed {
  public:
    using accepts = messages<>;

    doomed(context& cx, chronicle& notes) {
        cx.spawn<member>(std::ref(notes), "orphan");
        throw std::runtime_error{"as the test wants it"};
    }
};

// A chain as long as it says, by one child each.
class link_of_chain {
  public:
    using accepts = messages<quit>;

    link_of_chain(context& cx, int& alive) : cx_{cx}, alive_{alive} { ++alive_; }

    link_of_chain(link_of_chain&&) = delete;

    ~link_of_chain() { --alive_; }

    ref_to<link_of_chain> next() { return cx_.spawn<link_of_chain>(std::ref(alive_)); }

    ref_to<link_of_chain> self() { return cx_.self(*this); }

    void on(quit) { cx_.stop(); }

  private:
    context& cx_;
    int& alive_;
};

using names = std::vector<std::string>;

} // namespace

TEST_CASE("when an actor ends its children end first, the youngest before its elders") {
    family f;
    member& a = f.beget(f.top(), "a");
    f.beget(a, "a1");
    f.beget(a, "a2");
    member& b = f.beget(f.top(), "b");
    f.beget(b, "b1");
    f.top().self().send(quit{});
    f.worker().turn();
    CHECK(f.notes().ended == names{"b1", "b", "a2", "a1", "a", "top"});
}

TEST_CASE("only its own descendants end with an actor, and it leaves its parent") {
    family f;
    member& a = f.beget(f.top(), "a");
    member& b = f.beget(f.top(), "b");
    member& c = f.beget(f.top(), "c");
    f.beget(b, "b1");
    b.self().send(quit{});
    f.worker().turn();
    CHECK(f.notes().ended == names{"b1", "b"});
    c.self().send(quit{});
    f.worker().turn();
    a.self().send(quit{});
    f.worker().turn();
    f.beget(f.top(), "d");
    f.top().self().send(quit{});
    f.worker().turn();
    CHECK(f.notes().ended == names{"b1", "b", "c", "a", "d", "top"});
}

TEST_CASE("children of an actor that fails are stopped, those of a killed one are killed") {
    family failing;
    failing.beget(failing.beget(failing.top(), "a"), "a1");
    failing.top().self().send(fail{});
    failing.worker().turn();
    CHECK(failing.notes().why == std::map<std::string, exit_reason>{{"a", exit_reason::stopped},
                                                                    {"a1", exit_reason::stopped}});
    family killed;
    killed.beget(killed.beget(killed.top(), "a"), "a1");
    killed.top().cx().kill(killed.top().self());
    killed.worker().turn();
    CHECK(killed.notes().why == std::map<std::string, exit_reason>{{"a", exit_reason::killed},
                                                                   {"a1", exit_reason::killed}});
}

TEST_CASE("what an actor had spawned ends when its constructor fails") {
    chronicle notes;
    stepped_worker worker;
    CHECK_FALSE(worker.loop().spawn<doomed>(notes));
    CHECK(notes.ended == names{"orphan"});
    CHECK(worker.loop().statistics().actors.actors_failed == 1);
}

TEST_CASE("a family may be a hundred thousand generations deep") {
    constexpr int generations = 100'000;
    int alive = 0;
    {
        stepped_worker worker;
        auto& top = worker.spawn<link_of_chain>(alive);
        link_of_chain* last = &top;
        for (int i = 1; i < generations; ++i) {
            last = &detail::actor_in<link_of_chain>(*worker.loop().find(last->next().id()));
        }
        CHECK(alive == generations);
        top.self().send(quit{});
        worker.turn();
        CHECK(alive == 0);
    }
}

} // namespace family_test
