#include "clt/connection.hpp"

#include "harness/pattern.hpp"

#include <iapp/reactor/buffer_pool.hpp>

namespace clt {

session::session(iapp::context& cx, worker_state& of, const assignment& given)
    : cx_{cx}, of_{of}, number_{given.number}, limit_{given.bytes}, dialer_{given.dialer} {
    ++of_.totals.opening;
    iapp::connect_options options;
    bench::set_buffers(options.stream, of.wanted.buffers);
    options.stream.nodelay = of.wanted.does != mode::write;
    iapp::result<iapp::stream> made = cx.connect(given.to, options);
    if (!made) {
        over({{}, made.error()});
        return;
    }
    stream_ = std::move(*made);
    const std::uint64_t under_way = of.wanted.depth * of.wanted.io_size;
    cx.start(stream_, {.io_size_bytes = static_cast<std::uint32_t>(of.wanted.io_size),
                       .write_limit_bytes = static_cast<std::uint32_t>(under_way)});
}

session::~session() {
    if (open_) {
        --of_.totals.open;
        of_.open.closed();
        ++of_.totals.closed;
        of_.totals.conns_without_bytes += sent_ == 0 ? 1 : 0;
    } else {
        --of_.totals.opening;
        ++of_.totals.failed;
    }
    // While the whole system stops nobody is left to hear it.
    static_cast<void>(dialer_.send(ended{number_, why_}));
}

void session::opened() {
    open_ = true;
    --of_.totals.opening;
    if (++of_.totals.opened == of_.wanted.conns) {
        of_.totals.all_open = cx_.now();
    }
    ++of_.totals.open;
    of_.open.opened();
}

void session::received(const iapp::bytes& what) {
    if (of_.wanted.verify && intact_ && !bench::pattern::matches(what.data.bytes(), received_)) {
        ++of_.totals.verify_errors; // once a connection: what follows is shifted anyway
        intact_ = false;
    }
    received_ += what.size;
    of_.totals.bytes_in += what.size;
}

void session::over(const iapp::closed& what) {
    if (what.why) {
        of_.totals.reset += open_ ? 1 : 0;
        of_.totals.errors.count(what.why);
        why_ = what.why;
    }
    cx_.stop();
}

std::uint64_t session::left_to_send(std::uint64_t wanted_bytes) const noexcept {
    return std::min(wanted_bytes, limit_ - sent_);
}

bool session::send(std::uint64_t bytes) {
    const std::size_t from = sent_ % bench::pattern::period;
    if (stream_.write(of_.pattern.slice(from, bytes)) == iapp::write_status::refused) {
        return false;
    }
    sent_ += bytes;
    return true;
}

writer::writer(iapp::context& cx, worker_state& of, const assignment& given)
    : session_{cx, of, given} {}

void writer::on(iapp::connected) {
    session_.opened();
    send_more();
    if (session_.worker().finishing) {
        session_.stream().shutdown_write(); // it was told before it was open
    }
}

void writer::on(finish) {
    if (session_.is_open()) {
        session_.stream().shutdown_write();
    }
}

void writer::send_more() {
    const std::uint64_t bytes = session_.left_to_send(session_.worker().wanted.io_size);
    if (bytes > 0) {
        session_.send(bytes);
    }
    if (session_.finished_sending()) {
        session_.stream().shutdown_write();
    }
}

void writer::on(const iapp::closed& m) {
    session_.over(m);
}

requester::requester(iapp::context& cx, worker_state& of, const assignment& given)
    : cx_{cx}, session_{cx, of, given}, requests_max_{given.bytes == no_limit
                                                          ? no_limit
                                                          : given.bytes / of.wanted.io_size},
      started_(of.wanted.depth) {
    if (of.wanted.does == mode::churn) {
        requests_max_ = 1;
    }
}

void requester::on(iapp::connected) {
    session_.opened();
    for (std::uint64_t i = 0; i < session_.worker().wanted.depth; ++i) {
        send_request();
    }
    finishing_ = finishing_ || session_.worker().finishing;
    finish_when_idle();
}

void requester::send_request() {
    if (requests_sent_ == requests_max_) {
        finishing_ = true;
        return;
    }
    if (session_.send(session_.worker().wanted.io_size)) {
        started_[requests_sent_++ % started_.size()] = cx_.now();
    }
}

void requester::on(const iapp::bytes& m) {
    session_.received(m);
    worker_totals& totals = session_.worker().totals;
    const std::uint64_t io_size = session_.worker().wanted.io_size;
    while (!idle() && session_.received_bytes() >= (answered_ + 1) * io_size) {
        totals.latency.add(cx_.now() - started_[answered_++ % started_.size()]);
        ++totals.requests;
        if (!finishing_) {
            send_request();
        }
    }
    finish_when_idle();
}

void requester::on(finish) {
    finishing_ = true;
    finish_when_idle();
}

void requester::finish_when_idle() {
    if (finishing_ && idle() && session_.is_open()) {
        session_.stream().shutdown_write();
    }
}

void requester::on(const iapp::closed& m) {
    iapp::closed end = m;
    if (!end.why && !idle()) { // in order, but a server that owes answers has let us down
        end.why = std::make_error_code(std::errc::connection_aborted);
    }
    session_.over(end);
}

} // namespace clt
