// What both kinds of change_list have in common.

#include <iapp/reactor/kqueue/change_list.hpp>

#include <iapp/mailbox/check.hpp>

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace iapp {

void change_list::add(descriptor fd, int filter, int flags, std::uint64_t key) {
    pending_.push_back(make_change(fd, filter, EV_ADD | flags, key));
}

void change_list::drop(descriptor fd, int filter) {
    pending_.push_back(make_change(fd, filter, EV_DELETE, nobodys_key));
}

// Added and deleted, never added twice: libkqueue refuses that.
void change_list::follow_level(const interest_change& c) {
    const auto set = [&](int filter, bool before, bool after) {
        if (after && !before) {
            add(c.fd, filter, 0, c.key);
        } else if (before && !after) {
            drop(c.fd, filter);
        }
    };
    set(EVFILT_READ, c.before.read, c.after.read);
    set(EVFILT_WRITE, c.before.write, c.after.write);
}

// With EV_RECEIPT each change yields one slot, failed or not, and with a slot for each the call
// neither stops at a failure nor waits nor collects events. Both systems allow the answers to
// overwrite the questions.
void change_list::apply() {
    for (std::span<struct kevent> rest{pending_}; !rest.empty();) {
        const auto batch = rest.first(std::min(rest.size(), changes_per_call));
        rest = rest.subspan(batch.size());
        for (struct kevent& change : batch) {
            change.flags |= EV_RECEIPT;
        }
        constexpr timespec at_once{};
        const std::size_t answers = call(batch, batch, &at_once);
        IAPP_CHECK(answers == batch.size(), "each change is answered");
        std::copy_if(batch.begin(), batch.end(), std::back_inserter(failed_),
                     [](const struct kevent& answer) {
                         return answer.data != 0 && key_of(answer) != nobodys_key;
                     });
    }
    pending_.clear();
}

std::size_t change_list::call(std::span<const struct kevent> changes, std::span<struct kevent> seen,
                              const timespec* limit) {
    ++calls_;
    const int count = ::kevent(kqueue_fd_, changes.data(), static_cast<int>(changes.size()),
                               seen.data(), static_cast<int>(seen.size()), limit);
    IAPP_CHECK(count >= 0 || errno == EINTR, "the kqueue is open (a forked child has none)");
    return count < 0 ? 0 : static_cast<std::size_t>(count);
}

std::size_t change_list::take_failed(std::span<struct kevent> seen) noexcept {
    const std::size_t count = std::min(seen.size(), failed_.size());
    std::copy_n(failed_.end() - static_cast<std::ptrdiff_t>(count), count, seen.begin());
    failed_.resize(failed_.size() - count);
    return count;
}

} // namespace iapp
