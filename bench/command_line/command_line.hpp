#pragma once
// The command line of a program: its flags, what each of them may be, --help and --version. It
// knows nothing of libiapp, so that the programs that use nothing of it have the same flags.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

// Exit statuses of all programs.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;

// What a number may be, both ends included.
template <class Number>
struct range {
    Number least = std::numeric_limits<Number>::lowest();
    Number most = std::numeric_limits<Number>::max();

    bool operator==(const range&) const = default;
};

// Every flag has a variable, which is changed by parse() if the flag is given, and must live until
// then. What it holds when the flag is added is the default, and --help shows it; not so for sizes
// and times, whose help says what there is to say. A name is written with its dashes; one that is
// not well formed, or added twice, throws.
class command_line {
  public:
    // Says why a text will not do; empty when it will.
    using check = std::function<std::string(const std::string& text)>;

    // `about` is the first line of --help; --version prints the program and libiapp's version.
    command_line(const std::string& about, const std::string& program);
    ~command_line();
    command_line(const command_line&) = delete;
    command_line& operator=(const command_line&) = delete;

    // Has no value: true if it is given.
    void flag(const std::string& name, bool& value, const std::string& help);

    void number(const std::string& name, unsigned& value, const std::string& help,
                range<unsigned> allowed = {});
    void number(const std::string& name, std::uint64_t& value, const std::string& help,
                range<std::uint64_t> allowed = {});
    // "nan" is in every range.
    void number(const std::string& name, double& value, const std::string& help,
                range<double> allowed = {});

    // Written as parse_size() and parse_time() read it (values.hpp).
    void size(const std::string& name, std::uint64_t& value, const std::string& help,
              range<std::uint64_t> allowed = {});
    void time(const std::string& name, std::chrono::nanoseconds& value, const std::string& help,
              std::chrono::nanoseconds longest = std::chrono::nanoseconds::max());

    void text(const std::string& name, std::string& value, const std::string& help,
              const check& wrong = {});
    // May be repeated, and each time have several values. `type` is what --help calls one of them.
    void texts(const std::string& name, std::vector<std::string>& values, const std::string& help,
               const std::string& type = "TEXT");

    // One of `names`, or what goes with it.
    void choice(const std::string& name, std::string& value, const std::string& help,
                const std::vector<std::string>& names);

    template <class Value>
    void choice(const std::string& name, Value& value, const std::string& help,
                const std::vector<std::pair<std::string, Value>>& values) {
        std::vector<std::string> names;
        std::string standing;
        for (const auto& [one, meaning] : values) {
            names.push_back(one);
            if (meaning == value && standing.empty()) {
                standing = one;
            }
        }
        choose(name, help, names, standing,
               [&value, values](std::size_t index) { value = values[index].second; });
    }

    // The two are not to be given together.
    void excludes(const std::string& name, const std::string& other);

    // A value says that the program ends now with that status: --help, --version, or wrong usage,
    // which has been said on standard error.
    std::optional<int> parse(int argc, char** argv);

    // Says on standard error why what was parsed makes no sense; gives the exit status.
    int wrong_usage(std::string_view message) const;

  private:
    struct parser;

    void choose(const std::string& name, const std::string& help,
                const std::vector<std::string>& names, const std::string& standing,
                const std::function<void(std::size_t index)>& chosen);

    std::unique_ptr<parser> parser_;
};

} // namespace bench
