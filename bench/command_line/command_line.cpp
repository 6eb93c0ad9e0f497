#include "command_line/command_line.hpp"

#include "command_line/values.hpp"

// Nothing else includes it: it takes ten seconds to compile.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

namespace bench {

namespace {

template <class Number>
void add_number(CLI::App& app, const std::string& name, Number& value, const std::string& help,
                range<Number> allowed) {
    CLI::Option* option = app.add_option(name, value, help)->capture_default_str();
    if (allowed != range<Number>{}) {
        option->check(CLI::Range(allowed.least, allowed.most));
    }
}

// `take` is given the text and says what is wrong with it.
void add_taken(CLI::App& app, const std::string& name, const std::string& help,
               const std::string& type, const command_line::check& take) {
    const auto take_or_throw = [name, take](const std::string& text) {
        if (const std::string wrong = take(text); !wrong.empty()) {
            throw CLI::ValidationError(name, wrong);
        }
    };
    app.add_option_function<std::string>(name, take_or_throw, help)->type_name(type);
}

std::string quoted(const std::string& text) {
    return '"' + text + '"';
}

} // namespace

struct command_line::parser {
    CLI::App app;
};

command_line::command_line(const std::string& about, const std::string& program)
    : parser_{new parser{CLI::App{about, program}}} {
    parser_->app.set_version_flag("--version", program + " " IAPP_VERSION);
}

command_line::~command_line() = default;

void command_line::flag(const std::string& name, bool& value, const std::string& help) {
    parser_->app.add_flag(name, value, help);
}

void command_line::number(const std::string& name, unsigned& value, const std::string& help,
                          range<unsigned> allowed) {
    add_number(parser_->app, name, value, help, allowed);
}

void command_line::number(const std::string& name, std::uint64_t& value, const std::string& help,
                          range<std::uint64_t> allowed) {
    add_number(parser_->app, name, value, help, allowed);
}

void command_line::number(const std::string& name, double& value, const std::string& help,
                          range<double> allowed) {
    add_number(parser_->app, name, value, help, allowed);
}

void command_line::size(const std::string& name, std::uint64_t& value, const std::string& help,
                        range<std::uint64_t> allowed) {
    const std::string least = std::to_string(allowed.least);
    const std::string most = std::to_string(allowed.most);
    const bool any = allowed == range<std::uint64_t>{};
    add_taken(parser_->app, name, help, any ? "SIZE" : "SIZE in [" + least + " - " + most + "]",
              [=, &value](const std::string& text) -> std::string {
                  const std::optional<std::uint64_t> parsed = parse_size(text);
                  if (!parsed) {
                      return quoted(text) + " is not a SIZE";
                  }
                  if (*parsed < allowed.least || *parsed > allowed.most) {
                      return "Value " + text + " not in range " + least + " to " + most;
                  }
                  value = *parsed;
                  return {};
              });
}

void command_line::time(const std::string& name, std::chrono::nanoseconds& value,
                        const std::string& help, std::chrono::nanoseconds longest) {
    add_taken(parser_->app, name, help, "TIME",
              [=, &value](const std::string& text) -> std::string {
                  const std::optional<std::chrono::nanoseconds> parsed = parse_time(text);
                  if (!parsed) {
                      return quoted(text) + " is not a TIME";
                  }
                  if (*parsed > longest) {
                      const auto most = std::chrono::floor<std::chrono::seconds>(longest);
                      return quoted(text) + " is more than " + std::to_string(most.count()) + "s";
                  }
                  value = *parsed;
                  return {};
              });
}

void command_line::text(const std::string& name, std::string& value, const std::string& help,
                        const check& wrong) {
    CLI::Option* option = parser_->app.add_option(name, value, help)->capture_default_str();
    if (wrong) {
        option->check(wrong);
    }
}

void command_line::texts(const std::string& name, std::vector<std::string>& values,
                         const std::string& help, const std::string& type) {
    CLI::Option* option = parser_->app.add_option(name, values, help)->type_name(type);
    if (!values.empty()) {
        option->capture_default_str();
    }
}

void command_line::choice(const std::string& name, std::string& value, const std::string& help,
                          const std::vector<std::string>& names) {
    choose(name, help, names, value, [&value, names](std::size_t index) { value = names[index]; });
}

void command_line::choose(const std::string& name, const std::string& help,
                          const std::vector<std::string>& names, const std::string& standing,
                          const std::function<void(std::size_t index)>& chosen) {
    const auto choose_named = [names, chosen](const std::string& one) {
        chosen(
            static_cast<std::size_t>(std::find(names.begin(), names.end(), one) - names.begin()));
    };
    parser_->app.add_option_function<std::string>(name, choose_named, help)
        ->check(CLI::IsMember(names))
        ->default_str(standing);
}

void command_line::excludes(const std::string& name, const std::string& other) {
    parser_->app.get_option(name)->excludes(parser_->app.get_option(other));
}

std::optional<int> command_line::parse(int argc, char** argv) {
    try {
        parser_->app.parse(argc, argv);
        return {};
    } catch (const CLI::ParseError& e) {
        return parser_->app.exit(e) == 0 ? exit_ok : exit_usage;
    }
}

int command_line::wrong_usage(std::string_view message) const {
    std::cerr << parser_->app.get_name() << ": " << message << '\n';
    return exit_usage;
}

} // namespace bench
