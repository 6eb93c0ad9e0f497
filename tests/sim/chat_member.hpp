#pragma once
// chat_member: the service's end of a guest's connection, as in examples/chat, with rooms.

#include "sim/alive.hpp"
#include "sim/chat_rules.hpp"

#include <iapp/reactor/framing/framers.hpp>

namespace iapp::test {

class chat_member {
  public:
    using accepts = messages<chat_line, bytes, closed>;

    chat_member(context& cx, stream s, chat_rules* rules)
        : cx_{cx}, rules_{*rules}, member_{rules_.members}, stream_{std::move(s)} {
        cx_.start(stream_, {.write_limit_bytes = rules_.write_limit_bytes});
    }

    void on(bytes m) {
        lines_.feed(std::move(m.data));
        for (buffer line; lines_.next(line);) {
            obey(chat_line::parse(line.text()));
        }
    }

    void on(const chat_line& what) {
        ++rules_.delivered;
        const bool slow = stream_.unsent_bytes() > rules_.write_limit_bytes / 2;
        if (slow && rules_.skips) {
            ++rules_.skipped;
        } else {
            tell(what);
        }
    }

    void on(const closed&) { cx_.stop(); }

  private:
    void obey(const chat_line& what) {
        rules_.world->require(what.room < chat_rules::rooms, "a line comes as it was sent");
        const event_queue<chat_line> room =
            *cx_.queue<chat_line>(chat_rules::name_of(what.room), rules_.queues);
        subscription& here = heard_[what.room];
        switch (what.what) {
        case chat_verb::join:
            here = cx_.subscribe(*this, room);
            tell({.what = what.what, .room = what.room, .sequence = rules_.books[what.room].lines});
            break;
        case chat_verb::leave:
            here.cancel();
            tell({.what = what.what, .room = what.room});
            break;
        case chat_verb::say:
            rules_.world->require(what.is_whole(), "a line comes as it was sent");
            rules_.publish(room, what);
            break;
        }
    }

    void tell(const chat_line& what) {
        buffer line = cx_.buffers().copy(what.to_string());
        if (!line || stream_.write(std::move(line)) == write_status::refused) {
            ++rules_.sent_away;
            cx_.stop();
        }
        rules_.world->require(stream_.unsent_bytes() < rules_.write_limit_bytes + 1'000,
                              "what waits for a slow guest is bounded");
    }

    context& cx_;
    chat_rules& rules_;
    alive member_;
    stream stream_;
    line_framer lines_;
    std::array<subscription, chat_rules::rooms> heard_;
};

} // namespace iapp::test
