#include <iapp/mailbox/cancel_words.hpp>

#include <mutex>

namespace iapp {

namespace {

// Tables that no thread uses now. The lock is taken when a thread posts for the first time and when
// it ends, never for a post.
struct idle_tables {
    std::mutex lock;
    std::vector<std::unique_ptr<cancel_words>> tables;

    // Never destroyed: threads and handles may outlive main().
    static idle_tables& instance() {
        static auto* const tables = new idle_tables;
        return *tables;
    }
};

class borrowed_table {
  public:
    borrowed_table() {
        idle_tables& idle = idle_tables::instance();
        const std::scoped_lock hold{idle.lock};
        if (idle.tables.empty()) {
            idle.tables.reserve(++count_); // giving back then allocates nothing
            table_ = std::make_unique<cancel_words>();
        } else {
            table_ = std::move(idle.tables.back());
            idle.tables.pop_back();
        }
    }

    ~borrowed_table() {
        given_back_ = true;
        idle_tables& idle = idle_tables::instance();
        const std::scoped_lock hold{idle.lock};
        idle.tables.push_back(std::move(table_));
    }

    borrowed_table(const borrowed_table&) = delete;
    borrowed_table& operator=(const borrowed_table&) = delete;

    cancel_words& words() noexcept { return *table_; }

    // Whether the calling thread has had a table.
    static bool given_back() noexcept { return given_back_; }

  private:
    static inline constinit thread_local bool given_back_ = false;
    static inline std::size_t count_ = 0; // of all tables; under the lock
    std::unique_ptr<cancel_words> table_;
};

} // namespace

cancel_words& cancel_words::of_this_thread() {
    thread_local borrowed_table mine;
    return mine.words();
}

cancel_word* cancel_words::take_here(std::uint64_t& ticket) {
    if (!borrowed_table::given_back()) [[likely]] {
        return of_this_thread().take(ticket);
    }
    borrowed_table in_passing;
    return in_passing.words().take(ticket);
}

cancel_word* cancel_words::take(std::uint64_t& ticket) {
    if (cancel_word* found = find_free(ticket, probes_max)) {
        return found;
    }
    if (size() == words_max) {
        return find_free(ticket, words_max);
    }
    next_ = size();
    chunks_.push_back(std::make_unique<chunk>());
    return find_free(ticket, 1);
}

cancel_word* cancel_words::find_free(std::uint64_t& ticket, std::size_t probes) noexcept {
    for (std::size_t i = 0; i < probes && !chunks_.empty(); ++i) {
        if (next_ >= size()) {
            next_ = 0;
        }
        cancel_word& word = chunks_[next_ / chunk_words]->words[next_ % chunk_words];
        ++next_;
        if (word.take(ticket)) {
            return &word;
        }
    }
    return nullptr;
}

} // namespace iapp
