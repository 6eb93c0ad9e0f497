#pragma once
// chat_line: what guests and the chat service tell each other, a line of text for each.

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace iapp::test {

enum class chat_verb : char {
    join = 'j',  // guest: a room; service: from the line of that number on
    leave = 'l', // guest: a room; service: nothing more of it comes
    say = 's',   // guest: its sequence-th line in a room; service: that somebody said one
};

struct chat_line {
    chat_verb what{};
    std::uint32_t room = 0;
    std::uint32_t talker = 0;
    std::uint32_t sequence = 0;
    std::string text = {};

    // Nobody needs to keep what was said to know it again.
    static std::string text_of(std::uint32_t talker, std::uint32_t sequence) {
        const std::size_t size = (talker * 131 + sequence * 17) % 200;
        return std::string(size, static_cast<char>('a' + (talker + sequence) % 26));
    }

    bool is_whole() const { return text == text_of(talker, sequence); }

    std::string to_string() const {
        return std::string(1, static_cast<char>(what)) + ' ' + std::to_string(room) + ' ' +
               std::to_string(talker) + ' ' + std::to_string(sequence) + ' ' + text + '\n';
    }

    // Of a line without its end. Numbers that are missing are 0.
    static chat_line parse(std::string_view from) {
        chat_line read{.what = static_cast<chat_verb>(from.empty() ? '?' : from.front())};
        const char* at = from.data() + from.size();
        const char* const end = at;
        at = from.empty() ? end : from.data() + 1;
        for (std::uint32_t* each : {&read.room, &read.talker, &read.sequence}) {
            at = at == end ? end : std::from_chars(at + 1, end, *each).ptr;
        }
        read.text.assign(at == end ? end : at + 1, end);
        return read;
    }
};

} // namespace iapp::test
