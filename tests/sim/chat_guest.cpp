#include "sim/chat_guest.hpp"

#include <algorithm>

namespace iapp::test {

using namespace std::chrono_literals;

chat_guest::chat_guest(context& cx, chat_rules& rules, const address& to)
    : cx_{cx}, rules_{rules}, number_{++rules.talkers} {
    rules_.guests.push_back(this);
    result<stream> made = cx.connect(to);
    if (!made) {
        cx_.stop();
        return;
    }
    stream_ = std::move(*made);
    cx_.start(stream_);
}

chat_guest::~chat_guest() {
    std::erase(rules_.guests, this);
}

duration chat_guest::below(duration most) {
    return duration{static_cast<duration::rep>(
        rules_.world->random().below(static_cast<std::uint64_t>(most.count())))};
}

void chat_guest::on(connected) {
    on(act{});
}

void chat_guest::on(bytes m) {
    lines_.feed(std::move(m.data));
    for (buffer line; lines_.next(line);) {
        hear(chat_line::parse(line.text()));
    }
}

void chat_guest::on(const closed&) {
    cx_.stop();
}

void chat_guest::on(read_on) {
    stream_.resume();
}

void chat_guest::on(act) {
    if (rules_.calm) {
        return;
    }
    sim_random& random = rules_.world->random();
    const auto room = static_cast<std::uint32_t>(random.below(chat_rules::rooms));
    const std::uint64_t what = random.below(1'000);
    if (what < 250) {
        go_in_or_out(room);
    } else if (what < 950) {
        talk(room);
    } else if (what < 990) {
        be_slow();
    } else if (what < 995) {
        stream_.abort();
    } else {
        cx_.stop();
    }
    next_ = cx_.after(below(20ms), act{});
}

void chat_guest::go_in_or_out(std::uint32_t room) {
    presence& here = rooms_[room].here;
    if (here == presence::outside && write({.what = chat_verb::join, .room = room})) {
        here = presence::joining;
    } else if (here == presence::inside && write({.what = chat_verb::leave, .room = room})) {
        here = presence::leaving;
    }
}

void chat_guest::talk(std::uint32_t room) {
    for (std::uint64_t i = 1 + rules_.world->random().below(10); i > 0; --i) {
        const std::uint32_t sequence = rooms_[room].said + 1;
        if (!write({.what = chat_verb::say,
                    .room = room,
                    .talker = number_,
                    .sequence = sequence,
                    .text = chat_line::text_of(number_, sequence)})) {
            return;
        }
        rooms_[room].said = sequence;
    }
}

void chat_guest::be_slow() {
    if (rules_.slow_guests) {
        stream_.pause();
        pause_ = cx_.after(below(5s), read_on{});
    }
}

bool chat_guest::write(const chat_line& what) {
    buffer line = cx_.buffers().copy(what.to_string());
    return line && stream_.write(std::move(line)) != write_status::refused;
}

void chat_guest::hear(const chat_line& what) {
    rules_.world->require(what.room < chat_rules::rooms, "a line comes as it was sent");
    attendance& in = rooms_[what.room];
    switch (what.what) {
    case chat_verb::join:
        rules_.world->require(in.here == presence::joining, "who joins hears of it once");
        in.here = presence::inside;
        in.since = what.sequence;
        if (rules_.queues.replay_last) {
            in.heard.clear(); // the latest line may be one that it knows
        }
        in.before = in.heard;
        break;
    case chat_verb::leave:
        rules_.world->require(in.here == presence::leaving, "who leaves hears of it once");
        in.here = presence::outside;
        break;
    case chat_verb::say:
        hear_said(in, what);
        break;
    }
}

void chat_guest::hear_said(attendance& in, const chat_line& what) {
    sim_world& world = *rules_.world;
    world.require(what.is_whole(), "a line comes as it was sent");
    world.require(in.here == presence::inside || in.here == presence::leaving,
                  "nobody hears a room in which he is not");
    std::uint32_t& last = in.heard[what.talker];
    world.require(what.sequence > last, "the lines of a talker come in order, and once");
    const auto before = in.before.find(what.talker);
    const bool first = before == in.before.end() ? last == 0 : last == before->second;
    rules_.gaps += first || what.sequence == last + 1 ? 0 : 1;
    last = what.sequence;
}

void chat_guest::check_complete() const {
    for (std::uint32_t i = 0; i < chat_rules::rooms; ++i) {
        const attendance& in = rooms_[i];
        rules_.world->require(in.here == presence::outside || in.here == presence::inside,
                              "who joins or leaves hears of it");
        for (const auto& [talker, line] : rules_.books[i].last) {
            const auto heard = in.heard.find(talker);
            const bool knows = heard != in.heard.end() && heard->second == line.sequence;
            rules_.world->require(in.here == presence::outside || line.number < in.since || knows,
                                  "who is in a room hears all that is said there");
        }
    }
}

} // namespace iapp::test
