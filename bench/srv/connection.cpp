#include "srv/connection.hpp"

#include "harness/pattern.hpp"

#include <iapp/reactor/buffer_pool.hpp>

namespace srv {

namespace {

iapp::receive_options receive_options_of(const config& wanted) {
    return {.io_size_bytes = static_cast<std::uint32_t>(wanted.io_size),
            .discard = wanted.discard_in_kernel};
}

} // namespace

session::session(worker_state& of) : of_{of} {
    ++of_.totals.open;
    of_.totals.open_peak = std::max(of_.totals.open_peak, of_.totals.open);
    of_.open.opened();
}

session::~session() {
    --of_.totals.open;
    of_.open.closed();
    ++of_.totals.closed;
    of_.totals.conns_without_bytes += bytes_in_ == 0 ? 1 : 0;
    of_.admitted.put_back();
}

void session::received(const iapp::bytes& what) {
    if (of_.wanted.verify && intact_ && !bench::pattern::matches(what.data.bytes(), bytes_in_)) {
        ++of_.totals.verify_errors; // once a connection: what follows is shifted anyway
        intact_ = false;
    }
    bytes_in_ += what.size;
    of_.totals.bytes_in += what.size;
}

void session::ended(const iapp::closed& what) {
    if (what.why) {
        ++of_.totals.reset;
        of_.totals.errors.count(what.why);
    }
}

sink::sink(iapp::context& cx, iapp::stream connection, worker_state& of)
    : cx_{cx}, session_{of}, stream_{std::move(connection)} {
    cx_.start(stream_, receive_options_of(of.wanted));
}

void sink::on(const iapp::closed& m) {
    session_.ended(m);
    cx_.stop();
}

echo::echo(iapp::context& cx, iapp::stream connection, worker_state& of)
    : cx_{cx}, session_{of}, stream_{std::move(connection)} {
    cx_.start(stream_, receive_options_of(of.wanted));
}

void echo::on(iapp::bytes m) {
    session_.received(m);
    if (stream_.write(std::move(m.data)) != iapp::write_status::ok) {
        stream_.pause();
    }
}

void echo::on(const iapp::closed& m) {
    session_.ended(m);
    cx_.stop();
}

source::source(iapp::context& cx, iapp::stream connection, worker_state& of)
    : cx_{cx}, of_{of}, session_{of}, stream_{std::move(connection)} {
    cx_.start(stream_, receive_options_of(of.wanted));
    send_more();
}

void source::send_more() {
    // A slice that begins where the stream stands in the pattern.
    const std::size_t from = sent_ % bench::pattern::period;
    if (stream_.write(of_.pattern.slice(from, of_.wanted.io_size)) != iapp::write_status::refused) {
        sent_ += of_.wanted.io_size;
    }
}

void source::on(const iapp::closed& m) {
    session_.ended(m);
    cx_.stop();
}

} // namespace srv
