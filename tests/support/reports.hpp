#pragma once
// Keeps what the library reports, as long as it lives. One at a time in a process.

#include <iapp/mailbox/log.hpp>

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

namespace iapp::test {

struct kept_report {
    log_level level;
    int worker;
    std::string text;
};

class reports {
  public:
    reports() { before_ = set_log_hook(&keep); }

    ~reports() {
        set_log_hook(before_);
        const std::lock_guard hold{lock_};
        kept_.clear();
    }

    reports(const reports&) = delete;
    reports& operator=(const reports&) = delete;

    static std::vector<kept_report> all() {
        const std::lock_guard hold{lock_};
        return kept_;
    }

    // How many of them say `text`.
    static std::size_t count(const std::string& text) {
        const std::vector<kept_report> now = all();
        return static_cast<std::size_t>(
            std::count_if(now.begin(), now.end(), [&](const kept_report& each) {
                return each.text.find(text) != std::string::npos;
            }));
    }

  private:
    static void keep(const log_record& record) noexcept {
        const std::lock_guard hold{lock_};
        kept_.push_back({record.level, record.worker, std::string{record.text}});
    }

    static inline std::mutex lock_;
    static inline std::vector<kept_report> kept_;
    log_hook before_;
};

} // namespace iapp::test
