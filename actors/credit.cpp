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
        credit_account* const account = home.credits().find(static_cast<wake*>(payload)->account);
        if (what == fate::deliver && account != nullptr && account->available > 0 &&
            account->waiter != nullptr) {
            credit_waiter& waiter = *std::exchange(account->waiter, nullptr);
            waiter.ready(waiter, home);
        }
    }
};

} // namespace

void credit_accounts::close(slot_id id, worker_loop& home) noexcept {
    credit_waiter* const waiter = accounts_.find(id)->waiter;
    accounts_.destroy_and_reuse(id);
    if (waiter != nullptr) {
        waiter->drop(*waiter, home);
    }
}

void credit_accounts::give_back(slot_id id, std::uint32_t credits, std::uint32_t lost,
                                worker_loop& home) noexcept {
    if (credit_account* const account = accounts_.find(id)) {
        account->available += credits;
        account->lost += lost;
        if (account->waiter != nullptr) {
            credit_waiter& waiter = *std::exchange(account->waiter, nullptr);
            waiter.ready(waiter, home);
        }
    }
}

void credit_accounts::wait(slot_id id, credit_waiter& waiter, worker_loop& home) noexcept {
    credit_account& account = *accounts_.find(id);
    IAPP_CHECK(account.waiter == nullptr, "one waits at a time for a line's credits");
    account.waiter = &waiter;
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
