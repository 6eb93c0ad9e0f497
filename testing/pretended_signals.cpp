#include <iapp/testing/pretended_signals.hpp>

#include <utility>

namespace iapp {

bool pretended_signals::raise(int number) {
    const auto found = caught_.find(number);
    if (found == caught_.end() || (found->second.came && found->second.options.first_only)) {
        return false;
    }
    caught& signal = found->second;
    signal.pending = signal.came = true;
    signal.notify(signal.target);
    return true;
}

std::error_code pretended_signals::catch_signal(int number, signal_options options,
                                                os::signal_notify notify, void* target) noexcept {
    if (caught_.contains(number)) {
        return std::make_error_code(std::errc::device_or_resource_busy);
    }
    caught_.emplace(number, caught{options, notify, target});
    return {};
}

bool pretended_signals::take_signal(int number) noexcept {
    const auto found = caught_.find(number);
    return found != caught_.end() && std::exchange(found->second.pending, false);
}

} // namespace iapp
