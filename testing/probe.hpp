#pragma once
// probe: an actor that keeps what it is sent, for a test to look at.

#include <iapp/actors/ref.hpp>
#include <iapp/testing/failure.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <tuple>
#include <utility>
#include <variant>

namespace iapp::testing {

class kit;

namespace detail {

template <class M>
struct answer_of {};

template <request M>
struct answer_of<M> {
    std::function<typename M::reply(const M&)> give;
};

// What a probe and its actor share.
template <class... Ms>
struct probe_record {
    std::deque<std::variant<Ms...>> came;
    std::tuple<answer_of<Ms>...> answers;
};

template <class... Ms>
class probe_actor;

// The handler for one type of message.
template <class Probe, class M>
struct probe_handler {
    void on(M message) { static_cast<Probe&>(*this).keep(std::move(message)); }
};

template <class Probe, request M>
struct probe_handler<Probe, M> {
    typename M::reply on(M message) {
        return static_cast<Probe&>(*this).answer(std::move(message));
    }
};

template <class... Ms>
class probe_actor : public probe_handler<probe_actor<Ms...>, Ms>... {
  public:
    using accepts = messages<Ms...>;
    using probe_handler<probe_actor<Ms...>, Ms>::on...;

    explicit probe_actor(std::shared_ptr<probe_record<Ms...>> record)
        : record_{std::move(record)} {}

    template <class M>
    void keep(M&& message) {
        record_->came.emplace_back(std::in_place_type<M>, std::move(message));
    }

    template <class M>
    typename M::reply answer(M&& message) {
        const auto& give = std::get<answer_of<M>>(record_->answers).give;
        if (!give) {
            keep(std::move(message));
            throw std::logic_error("the probe was not told what to answer to " + plain_name<M>());
        }
        typename M::reply reply = give(message);
        keep(std::move(message));
        return reply;
    }

  private:
    std::shared_ptr<probe_record<Ms...>> record_;
};

} // namespace detail

// Made by kit::make_probe(). Stands for the actors that the one under test talks to: give it to
// that one as a ref, then ask here what came, in the order in which it came. None of these calls
// lets a worker run; the kit does. They throw `failure`.
template <class... Ms>
class probe {
  public:
    // The ref by which actors send to it.
    operator const ref<Ms...>&() const noexcept { return address_; }

    const ref<Ms...>& address() const noexcept { return address_; }

    // The next message, which must have come and be an M. It is no longer among those that came.
    template <class M>
    M expect(const std::source_location& where = std::source_location::current()) {
        demand(!record_->came.empty() && std::holds_alternative<M>(record_->came.front()),
               "expected " + plain_name<M>() + " next", where);
        M first = std::get<M>(std::move(record_->came.front()));
        record_->came.pop_front();
        return first;
    }

    // The same, and is_right(message) must be true.
    template <class M, class Predicate>

    requires std::predicate<Predicate&, const M&>
        M expect(Predicate is_right,
                 const std::source_location& where = std::source_location::current()) {
        demand(!record_->came.empty() && std::holds_alternative<M>(record_->came.front()) &&
                   is_right(std::get<M>(record_->came.front())),
               "expected " + plain_name<M>() + " next, and the right one", where);
        return expect<M>(where);
    }

    // No M is among those that came and were not expected.
    template <class M>
    void disallow(const std::source_location& where = std::source_location::current()) const {
        for (const auto& each : record_->came) {
            demand(!std::holds_alternative<M>(each), plain_name<M>() + " was disallowed", where);
        }
    }

    // Nothing came beyond what was expected.
    void expect_nothing(const std::source_location& where = std::source_location::current()) const {
        demand(record_->came.empty(), "expected nothing more", where);
    }

    // How many came and were not expected yet.
    std::size_t size() const noexcept { return record_->came.size(); }

    // Forgets what came.
    void clear() noexcept { record_->came.clear(); }

    // From now on requests M are answered by what give(request) returns. Without it the probe fails
    // as an actor does whose handler throws, and the asker gets `unanswered`.
    template <request M, class F>
    void answer(F give) {
        std::get<detail::answer_of<M>>(record_->answers).give = std::move(give);
    }

  private:
    friend class kit;

    probe(const ref<Ms...>& address, std::shared_ptr<detail::probe_record<Ms...>> record)
        : address_{address}, record_{std::move(record)} {}

    void demand(bool met, const std::string& what, const std::source_location& where) const {
        if (!met) {
            throw failure{what + ", but " + what_came(), where};
        }
    }

    // "these came: put, sweep."
    std::string what_came() const {
        if (record_->came.empty()) {
            return "nothing came.";
        }
        std::string text = record_->came.size() == 1 ? "this came: " : "these came: ";
        for (std::size_t i = 0; i < record_->came.size(); ++i) {
            text += i == 0 ? "" : ", ";
            text +=
                std::visit([](const auto& message) { return describe(message); }, record_->came[i]);
        }
        return text + ".";
    }

    ref<Ms...> address_;
    std::shared_ptr<detail::probe_record<Ms...>> record_;
};

} // namespace iapp::testing
