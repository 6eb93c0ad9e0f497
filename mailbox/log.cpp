#include <iapp/mailbox/log.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdarg>
#include <cstdio>

namespace iapp {

namespace {

// One call for a line, so that lines of several threads do not mix.
void print(const log_record& record) noexcept {
    const int size = static_cast<int>(record.text.size());
    if (record.worker == log_record::no_worker) {
        std::fprintf(stderr, "iapp: %.*s\n", size, record.text.data());
    } else {
        std::fprintf(stderr, "iapp: worker %d: %.*s\n", record.worker, size, record.text.data());
    }
}

std::atomic<log_hook> chosen{&print};

} // namespace

log_hook set_log_hook(log_hook hook) noexcept {
    // release and, in write_log(), acquire: what the hook needs was made before it was set.
    const log_hook before =
        chosen.exchange(hook == nullptr ? &print : hook, std::memory_order_acq_rel);
    return before == &print ? nullptr : before;
}

void write_log(log_level level, int worker, const char* format, ...) noexcept {
    std::array<char, log_text_max + 1> text;
    std::va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(text.data(), text.size(), format, arguments);
    va_end(arguments);
    const auto size = std::min(static_cast<std::size_t>(std::max(length, 0)), log_text_max);
    chosen.load(std::memory_order_acquire)({level, worker, {text.data(), size}});
}

} // namespace iapp
