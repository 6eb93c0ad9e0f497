#include <iapp/actors/ask.hpp>

#include <iapp/actors/worker.hpp>

namespace iapp {

bool ask_handle::cancel() noexcept {
    return home_ != nullptr && home_->asks().cancel(id_);
}

bool ask_handle::open() const noexcept {
    return home_ != nullptr && home_->asks().is_open(id_);
}

} // namespace iapp
