#include "clt/coordinator.hpp"

#include "harness/running.hpp"

#include <csignal>
#include <fmt/format.h>

namespace clt {

coordinator::coordinator(iapp::context& cx, const config& wanted)
    : cx_{cx}, finish_max_{wanted.finish_max}, workers_left_{wanted.common.workers} {
    for (const int number : {SIGINT, SIGTERM}) {
        if (iapp::result<iapp::signal_watch> watch = cx_.on_signal(number, bench::stop_signal)) {
            signals_.push_back(std::move(*watch));
        }
    }
}

void coordinator::on(dialers m) {
    dialers_ = std::move(m.all);
    if (patience_.armed()) { // a signal came before all of them were there
        tell_dialers();
    }
}

void coordinator::on(finish) {
    if (!patience_.armed()) {
        patience_ = cx_.after(finish_max_, give_up{});
        tell_dialers();
    }
}

void coordinator::tell_dialers() {
    for (const iapp::ref<finish>& each : dialers_) {
        each.send(finish{});
    }
}

void coordinator::on(worker_done) {
    if (--workers_left_ == 0) {
        cx_.stop_system(bench::exit_ok);
    }
}

void coordinator::on(const hopeless& m) {
    fmt::print(stderr, "clt: cannot connect to {}: {}\n", m.to.to_string(), m.why.message());
    cx_.stop_system(bench::exit_failed);
}

void coordinator::on(give_up) {
    fmt::print(stderr, "clt: the server has not closed all connections within {:.0f} s\n",
               std::chrono::duration<double>(finish_max_).count());
    cx_.stop_system(bench::exit_failed);
}

} // namespace clt
