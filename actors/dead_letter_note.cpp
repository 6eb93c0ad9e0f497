#include <iapp/actors/dead_letter_note.hpp>

#include <iapp/actors/worker.hpp>
#include <iapp/mailbox/log.hpp>

namespace iapp {

void worker_loop::bury(worker_handle home, std::uint64_t to, const message_type& type,
                       dead_letter why) noexcept {
    count_dead(why);
    if (!place_.on_dead_letter || std::exchange(observing_, true)) {
        return;
    }
    try {
        place_.on_dead_letter({{home, slot_id::from_word(to)}, type.name, why});
    } catch (...) {
        write_log(log_level::error, static_cast<int>(index()),
                  "the observer of dead letters failed");
    }
    observing_ = false;
}

void worker_loop::bury_refused(unsigned there, std::uint64_t to,
                               const message_type& type) noexcept {
    bury(worker_handle{place_.mesh[there]->anchor()}, to, type, dead_letter::refused);
}

} // namespace iapp
