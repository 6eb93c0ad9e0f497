#include <iapp/actors/context.hpp>

#include <iapp/actors/worker.hpp>

namespace iapp {

void context::stop() {
    self_.stop(exit_reason::stopped);
    self_.home.stop_when_idle(self_);
}

bool context::stop(const actor_id& whom) {
    return send_stop(whom, {});
}

bool context::stop(const actor_id& whom, duration deadline) {
    return send_stop(whom, {.within = deadline});
}

void context::kill(const actor_id& whom) {
    send_kill(whom);
}

void context::stop_system(int exit_status) {
    self_.home.control().request_stop(exit_status);
}

result<listener> context::listen(const address& at, const listen_options& options) {
    IAPP_CHECK(self_.type.listener.on_accepted != nullptr, "the actor must accept iapp::accepted");
    return self_.home.io().listen(at, self_.type.listener, &self_, options);
}

result<stream> context::connect(const address& to, const connect_options& options) {
    IAPP_CHECK(self_.type.stream.on_closed != nullptr, "the actor must accept iapp::closed");
    return self_.home.io().connect(to, self_.type.stream, &self_, options);
}

void context::start(stream& s, const receive_options& options) {
    IAPP_CHECK(self_.type.stream.on_bytes != nullptr, "the actor must accept iapp::bytes");
    IAPP_CHECK(s.belongs_to(self_.home.io()), "a stream stays on the worker where it was made");
    s.start(self_.type.stream, &self_, options);
}

result<watch> context::watch_descriptor(int fd, interest what) {
    IAPP_CHECK(self_.type.watch.on_ready != nullptr, "the actor must accept iapp::watched");
    return self_.home.io().watch_descriptor(fd, what, self_.type.watch, &self_);
}

result<signal_watch> context::on_signal(int number, signal_options options) {
    IAPP_CHECK(self_.type.on_signal != nullptr, "the actor must accept iapp::signalled");
    if (const std::error_code refused = self_.home.subscribe(number, self_, options)) {
        return refused;
    }
    return signal_watch{number};
}

result<monitor_id> context::monitor(actor_id whom) {
    IAPP_CHECK(self_.type.accepts(key_of<down>()), "the actor must accept iapp::down");
    const result<slot_id> made = self_.home.bonds().bind(self_, whom, bond_kind::monitor);
    return made ? result<monitor_id>{monitor_id{*made}} : made.error();
}

void context::unmonitor(monitor_id which) noexcept {
    self_.home.bonds().let_go(self_, which.slot);
}

result<link_id> context::link(actor_id with) {
    const result<slot_id> made = self_.home.bonds().bind(self_, with, bond_kind::link);
    return made ? result<link_id>{link_id{*made}} : made.error();
}

void context::unlink(link_id which) noexcept {
    self_.home.bonds().let_go(self_, which.slot);
}

buffer_pool& context::buffers() noexcept {
    return self_.home.io().buffers();
}

time_point context::now() const noexcept {
    return self_.home.io().now();
}

unsigned context::worker_index() const noexcept {
    return self_.home.index();
}

unsigned context::workers() const noexcept {
    return self_.home.workers();
}

std::string_view context::engine_name() const noexcept {
    return self_.home.io().engine_name();
}

const io_counters& context::io() const noexcept {
    return self_.home.io().counters();
}

std::uint64_t context::system_calls() const noexcept {
    return self_.home.io().system_calls();
}

timer context::start_timer(timer_record* record, duration delay) {
    self_.home.io().timers().arm(*record, deadline_after(now(), delay));
    return timer{record};
}

void timer::cancel() noexcept {
    if (timer_record* gone = std::exchange(record_, nullptr)) {
        worker_loop& home = gone->owner.home;
        home.io().timers().cancel(*gone);
        gone->destroy(gone, home.memory());
    }
}

} // namespace iapp
