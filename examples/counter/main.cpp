// Counts the lines, words and bytes of standard input, as wc(1): main() sends what it reads to an
// actor and asks it for the sums.

#include <iapp/iapp.hpp>

#include <chrono>
#include <cstdio>
#include <string>

namespace {

using namespace std::chrono_literals;

struct sums {
    unsigned long long lines = 0;
    unsigned long long words = 0;
    unsigned long long bytes = 0;
};

struct text {
    std::string part; // words may go on in the next one
};

struct ask_sums {
    using reply = sums;
};

class counter {
  public:
    using accepts = iapp::messages<text, ask_sums>;

    void on(const text& m) {
        for (const char c : m.part) {
            const bool space = c == ' ' || (c >= '\t' && c <= '\r');
            sums_.words += in_word_ || space ? 0 : 1;
            sums_.lines += c == '\n' ? 1 : 0;
            in_word_ = !space;
        }
        sums_.bytes += m.part.size();
    }

    sums on(ask_sums) const { return sums_; }

  private:
    sums sums_;
    bool in_word_ = false;
};

// A mailbox that is full refuses; what is sent here must not be lost.
constexpr unsigned parts_unanswered = 64;

} // namespace

int main() {
    iapp::system system{{.workers = 1, .name = "counter"}};
    const auto count = system.spawn<counter>({});
    std::string part(64 << 10, '\0');
    unsigned sent = 0;
    while (const std::size_t got = std::fread(part.data(), 1, part.size(), stdin)) {
        // An answer says that what was sent before it has been counted.
        if (++sent % parts_unanswered == 0 && !system.ask(count, 1min, ask_sums{})) {
            break;
        }
        if (!count.send(text{part.substr(0, got)})) {
            break;
        }
    }
    const iapp::result<sums> total = system.ask(count, 1min, ask_sums{});
    if (std::feof(stdin) == 0 || !total) {
        std::fprintf(stderr, "counter: %s\n",
                     total ? "not all was read" : total.error().message().c_str());
        return 1;
    }
    std::printf("%llu %llu %llu\n", total->lines, total->words, total->bytes);
    return 0;
}
