#include <iapp/reactor/transport_handle.hpp>

#include <iapp/reactor/reactor.hpp>

namespace iapp {

transport* transport_handle::record() const noexcept {
    transport* t = home_ == nullptr ? nullptr : home_->find(id_);
    return t == nullptr || t->closing ? nullptr : t;
}

transport* transport_handle::detach() noexcept {
    if (transport* t = home_ == nullptr ? nullptr : home_->find(id_)) {
        t->owner = nullptr;
    }
    return record();
}

result<address> transport_handle::local_address() const {
    const transport* t = record();
    return t == nullptr ? std::errc::not_connected : home_->os_->local_address(t->fd);
}

} // namespace iapp
