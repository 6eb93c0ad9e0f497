#include "peers/savina/caf_savina.hpp"

#include <deque>

namespace {

using enter_atom = caf::atom_constant<caf::atom("enter")>; // a customer comes in
using full_atom = caf::atom_constant<caf::atom("full")>;   // it is told to come again
using next_atom = caf::atom_constant<caf::atom("next")>;   // the barber wants the next one

caf::behavior barber(caf::event_based_actor* self) {
    auto random = std::make_shared<savina::random_numbers>(1);
    return {[=](enter_atom, const caf::actor& customer) {
                if (savina::work(random->below(savina::sleeping_barber_haircut_steps)) > 0) {
                    self->send(customer, peers::done_atom::value);
                }
                return next_atom::value; // to the waiting room
            },
            [=](peers::stop_atom) { self->quit(); }};
}

class waiting_room : public caf::event_based_actor {
  public:
    waiting_room(caf::actor_config& config, caf::actor barber)
        : caf::event_based_actor{config}, barber_{std::move(barber)} {}

    caf::behavior make_behavior() override {
        return {[this](enter_atom, const caf::actor& customer) {
                    if (seats_.size() == savina::sleeping_barber_seats) {
                        send(customer, full_atom::value);
                    } else {
                        seats_.push_back(customer);
                        wake_barber();
                    }
                },
                [this](next_atom) {
                    busy_ = false;
                    wake_barber();
                },
                [this](peers::stop_atom) {
                    send(barber_, peers::stop_atom::value);
                    quit();
                }};
    }

    void on_exit() override { barber_ = nullptr; }

  private:
    void wake_barber() {
        if (!busy_ && !seats_.empty()) {
            busy_ = true;
            send(barber_, enter_atom::value, seats_.front());
            seats_.pop_front();
        }
    }

    caf::actor barber_;
    std::deque<caf::actor> seats_;
    bool busy_ = false;
};

// Sends customers, lets those who found the room full come again, and counts haircuts.
class street : public caf::event_based_actor {
  public:
    street(caf::actor_config& config, caf::actor room, std::uint64_t n,
           peers::finish_line<std::uint64_t>& finish)
        : caf::event_based_actor{config}, room_{std::move(room)}, n_{n}, finish_{finish} {}

    caf::behavior make_behavior() override {
        return {[this](peers::go_atom) { send_customer(); },
                [this](peers::done_atom) {
                    if (++haircuts_ == n_) {
                        finish_.reach(haircuts_);
                        send(room_, peers::stop_atom::value);
                        quit();
                    }
                }};
    }

    void on_exit() override { room_ = nullptr; }

  private:
    static caf::behavior customer(caf::event_based_actor* self, caf::actor room,
                                  caf::actor street_of) {
        self->send(room, enter_atom::value, caf::actor_cast<caf::actor>(self));
        return {[=](full_atom) {
                    self->send(room, enter_atom::value, caf::actor_cast<caf::actor>(self));
                },
                [=](peers::done_atom) {
                    self->send(street_of, peers::done_atom::value);
                    self->quit();
                }};
    }

    void send_customer() {
        spawn(customer, room_, caf::actor_cast<caf::actor>(this));
        const bool walked = savina::work(random_.below(savina::sleeping_barber_arrival_steps)) > 0;
        if (walked && ++customers_ < n_) {
            send(this, peers::go_atom::value);
        }
    }

    caf::actor room_;
    std::uint64_t n_;
    std::uint64_t customers_ = 0;
    std::uint64_t haircuts_ = 0;
    savina::random_numbers random_{2};
    peers::finish_line<std::uint64_t>& finish_;
};

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"caf_savina_sleeping_barber", peers::caf_name(), savina::sleeping_barber_n, 1, {}},
        [](std::uint64_t n, unsigned workers) {
            return peers::solve_with_caf(workers, [n](caf::actor_system& system, auto& finish) {
                const caf::actor room = system.spawn<waiting_room>(system.spawn(barber));
                caf::anon_send(system.spawn<street>(room, n, finish), peers::go_atom::value);
            });
        },
        argc, argv);
}
