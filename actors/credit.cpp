#include <iapp/actors/credit.hpp>

#include <iapp/actors/withheld_credits.hpp>
#include <iapp/actors/worker.hpp>

#include <algorithm>
#include <utility>

namespace iapp {

namespace {

struct wake {
    slot_id account;

    // In a message of its own, so that nobody is told from within a call.
    static void run(void* worker, std::uint64_t, void* payload, fate what) {
        auto& home = *static_cast<worker_loop*>(worker);
        if (what == fate::deliver) {
            home.credits().tell_waiters(static_cast<wake*>(payload)->account, home);
        }
    }
};

} // namespace

void credit_accounts::close(slot_id id, worker_loop& home) noexcept {
    auto waiters = std::move(accounts_.find(id)->waiters);
    accounts_.destroy_and_reuse(id);
    while (!waiters.empty()) {
        credit_waiter& first = waiters.front();
        waiters.pop_front();
        first.drop(first, home);
    }
}

void credit_accounts::give_back(slot_id id, std::uint32_t credits, std::uint32_t lost,
                                worker_loop& home) noexcept {
    if (credit_account* const account = accounts_.find(id)) {
        account->available += credits;
        account->lost += lost;
        tell_waiters(id, home);
    }
}

void credit_accounts::tell_waiters(slot_id id, worker_loop& home) noexcept {
    // One who is told may end the line.
    for (credit_account* account = accounts_.find(id);
         account != nullptr && account->available > 0 && !account->waiters.empty();
         account = accounts_.find(id)) {
        credit_waiter& first = account->waiters.front();
        account->waiters.pop_front();
        first.ready(first, home);
    }
}

void credit_accounts::wait(slot_id id, credit_waiter& waiter, worker_loop& home) noexcept {
    credit_account& account = *accounts_.find(id);
    account.waiters.push_back(waiter);
    if (account.available > 0) {
        worker_loop::send(home, 0, self_running_type<wake>, wake{id}, delivery::reserved);
    }
}

credit_line_base::~credit_line_base() {
    if (home_ != nullptr) {
        home_->credits().close(account_, *home_);
    }
}

credit_account* credit_line_base::account() const noexcept {
    return home_ == nullptr ? nullptr : home_->credits().find(account_);
}

std::uint32_t credit_line_base::available() const noexcept {
    const credit_account* const mine = account();
    return mine == nullptr ? 0 : mine->available;
}

std::uint32_t credit_line_base::outstanding() const noexcept {
    const credit_account* const mine = account();
    return mine == nullptr ? 0 : mine->limit - mine->available;
}

std::uint64_t credit_line_base::lost() const noexcept {
    const credit_account* const mine = account();
    return mine == nullptr ? 0 : mine->lost;
}

void credit_line_base::wait(credit_waiter& waiter) {
    IAPP_CHECK(home_ != nullptr, "a line that leads to somebody");
    home_->credits().wait(account_, waiter, *home_);
}

void withheld_credits::add(actor_id account) {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const entry& e) { return e.account == account; });
    if (found != entries_.end()) {
        ++found->credits;
    } else {
        entries_.push_back({account, 1});
    }
}

void withheld_credits::grant() noexcept {
    withholding_ = false;
    for (const entry& each : entries_) {
        detail::return_credits(each.account, each.credits, 0);
    }
    entries_.clear();
}

void withheld_credits::ended(attachment& self, exit_reason) noexcept {
    auto& mine = static_cast<withheld_credits&>(self);
    mine.grant();
    mine.home_.memory().destroy(&mine);
}

void context::withhold_credits() {
    if (self_.withheld == nullptr) {
        self_.withheld = self_.home.memory().make<withheld_credits>(self_.home);
        self_.attached.push_back(*self_.withheld);
    }
    self_.withheld->withhold();
}

void context::grant_credits() noexcept {
    if (self_.withheld != nullptr) {
        self_.withheld->grant();
    }
}

} // namespace iapp
