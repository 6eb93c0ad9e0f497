// What an actor holds ends with it.

#include "support/stepped_worker.hpp"

using namespace iapp;
using namespace iapp::test;

namespace attachment_test {

namespace {

struct noted_end {
    int number;
    exit_reason why;
    bool actor_alive;
    friend bool operator==(const noted_end&, const noted_end&) = default;
};

struct journal {
    std::vector<noted_end> ends;
    bool actor_alive = true;
};

struct note final : attachment {
    note(int number_, journal& to_) : attachment{&ended}, number{number_}, to{to_} {}

    static void ended(attachment& self, exit_reason why) noexcept {
        auto& mine = static_cast<note&>(self);
        mine.to.ends.push_back({mine.number, why, mine.to.actor_alive});
        delete &mine;
    }

    int number;
    journal& to;
};

struct quit {};

struct fail {};

class holder {
  public:
    using accepts = messages<quit, fail>;

    holder(context& cx, journal& seen) : cx_{cx}, seen_{seen} {}

    ~holder() { seen_.actor_alive = false; }

    void on(quit) { cx_.stop(); }

    void on(fail) { throw std::runtime_error{"as the test wants it"}; }

    ref<quit, fail> self() { return cx_.self(*this); }

  private:
    context& cx_;
    journal& seen_;
};

template <class M>
std::vector<noted_end> ends_after(M last) {
    journal seen;
    stepped_worker worker;
    const auto self = worker.spawn<holder>(seen).self();
    attachment_list& attached = worker.loop().find(self.id())->attached;
    auto* const ends_before = new note{2, seen};
    attached.push_back(*new note{1, seen});
    attached.push_back(*ends_before);
    attached.push_back(*new note{3, seen});
    delete ends_before;
    if constexpr (!std::is_same_v<M, std::nullptr_t>) {
        self.send(last);
        worker.turn();
    } else {
        worker.end();
    }
    return seen.ends;
}

} // namespace

TEST_CASE("what is attached to an actor ends before it, the latest first, and hears the reason") {
    using reasons = std::vector<noted_end>;
    CHECK(ends_after(quit{}) ==
          reasons{{3, exit_reason::stopped, true}, {1, exit_reason::stopped, true}});
    CHECK(ends_after(fail{}) ==
          reasons{{3, exit_reason::failed, true}, {1, exit_reason::failed, true}});
    CHECK(ends_after(nullptr) == reasons{{3, exit_reason::worker_stopping, true},
                                         {1, exit_reason::worker_stopping, true}});
}

} // namespace attachment_test
