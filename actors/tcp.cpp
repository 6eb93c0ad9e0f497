#include <iapp/actors/tcp.hpp>

#include <utility>

namespace iapp::detail {

result<stream_inbox*> connect_operation::begin(reactor& io) {
    result<stream> begun = stream_inbox::connect(io, to_, options_);
    if (!begun) {
        return begun.error();
    }
    made_ = std::move(*begun);
    return stream_inbox::of(made_);
}

result<stream> connect_operation::take() {
    if (failure()) {
        return failure();
    }
    if (inbox().closed()) {
        return inbox().why();
    }
    return std::move(made_);
}

} // namespace iapp::detail
