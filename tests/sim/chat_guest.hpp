#pragma once
// chat_guest: joins rooms, talks, listens, leaves, and checks what it hears.

#include "sim/chat_rules.hpp"

#include <iapp/reactor/framing/framers.hpp>

namespace iapp::test {

class chat_guest {
  public:
    struct act {};

    struct read_on {};

    using accepts = messages<connected, bytes, closed, act, read_on>;

    chat_guest(context& cx, chat_rules& rules, const address& to);
    chat_guest(chat_guest&&) = delete;
    ~chat_guest();

    void on(connected);
    void on(bytes m);
    void on(const closed&);
    void on(act);
    void on(read_on);

    // At rest: it has heard the last line of everybody in the rooms where it is.
    void check_complete() const;

  private:
    enum class presence : std::uint8_t { outside, joining, inside, leaving };

    struct attendance {
        presence here = presence::outside;
        std::uint32_t since = 0;                       // the number of the first line that is ours
        std::map<std::uint32_t, std::uint32_t> heard;  // the last line of each talker
        std::map<std::uint32_t, std::uint32_t> before; // as this time began
        std::uint32_t said = 0;
    };

    void hear(const chat_line& what);
    void hear_said(attendance& in, const chat_line& what);
    void go_in_or_out(std::uint32_t room);
    void talk(std::uint32_t room);
    void be_slow();
    bool write(const chat_line& what);
    duration below(duration most);

    context& cx_;
    chat_rules& rules_;
    std::uint32_t number_;
    stream stream_;
    line_framer lines_;
    std::array<attendance, chat_rules::rooms> rooms_;
    timer next_;
    timer pause_;
};

} // namespace iapp::test
