#pragma once
// cancel_words: the cancel words of one thread's posts.

#include <iapp/mailbox/cancel_word.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace iapp {

// Eight words share a cache line and are used one after the other, so that posting and running a
// flow of callbacks moves one line for eight of them. A thread borrows a table with its first post
// and gives it back at its end; tables are kept for later threads and never freed, which is what
// lets a handle outlive its system. Belongs to one thread at a time.
class cancel_words {
  public:
    // Posts of one thread that have not ended; beyond it posts are refused.
    static constexpr std::size_t words_max = 65'536;

    // The table of the calling thread, which must not be about to end.
    static cancel_words& of_this_thread();

    // take() from the table of the calling thread. When that was given back already, because a
    // destructor of a thread_local or a static object posts, any table will do.
    static cancel_word* take_here(std::uint64_t& ticket);

    // A word for a new post, pending, and its ticket; null when words_max are in use.
    cancel_word* take(std::uint64_t& ticket);

    // Words made so far.
    std::size_t size() const noexcept { return chunks_.size() * chunk_words; }

  private:
    static constexpr std::size_t chunk_words = 512;
    // So many words in use one after the other make the table grow rather than search on.
    static constexpr std::size_t probes_max = 64;

    struct alignas(64) chunk {
        std::array<cancel_word, chunk_words> words;
    };

    cancel_word* find_free(std::uint64_t& ticket, std::size_t probes) noexcept;

    std::vector<std::unique_ptr<chunk>> chunks_;
    std::size_t next_ = 0;
};

} // namespace iapp
