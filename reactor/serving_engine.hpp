#pragma once
// serving_engine: how every engine takes what the owners of transports want.

#include <iapp/reactor/engines.hpp>

#include <boost/intrusive/list.hpp>

namespace iapp {

// A wish is noted on its transport, which is then in the service list; each pass serves a bounded
// number of those, so that a busy transport can keep no other waiting.
class serving_engine : public engine {
  public:
    void cancel_input(transport& t) final;
    void cancel_output(transport& t) final;
    void close(transport& t) final;

  protected:
    explicit serving_engine(const engine_parts& parts) noexcept
        : os_{parts.os}, transports_{parts.transports}, pool_{parts.buffers}, clock_{parts.clock} {}

    // Notes what a start_ call begins; it is served later by whoever calls this.
    static void note_input(transport& t, input_kind what) {
        IAPP_CHECK(t.input == input_kind::none && !t.closing,
                   "one source at a time, on an open socket");
        t.input = what;
        t.cancel_input = false;
    }

    static void note_output(transport& t, output_kind what) {
        IAPP_CHECK(t.output == output_kind::none && !t.closing,
                   "one output at a time, on an open socket");
        t.output = what;
        t.cancel_output = false;
    }

    void serve_later(transport& t) {
        if (!t.is_linked()) {
            service_.push_back(t);
        }
    }

    bool anyone_to_serve() const noexcept { return !service_.empty(); }

    // Each of those in the list now, once, and at most so many; the rest is served first by the
    // next pass, after the kernel was asked for news of the others.
    template <class Serve>
    void serve_some(unsigned most, const Serve& serve) {
        if (service_.empty()) {
            return;
        }
        service_list now;
        now.swap(service_);
        for (unsigned i = 0; i < most && !now.empty(); ++i) {
            transport& t = now.front();
            now.pop_front();
            serve(t);
        }
        service_.splice(service_.begin(), now);
    }

    // Whether what a source yields is told, or kept to be told.
    static bool wants_input(const transport& t) noexcept {
        return t.input != input_kind::none && !t.closing && !t.cancel_input;
    }

    // Of what a watch has seen, what is still asked for: it may have been silenced meanwhile.
    static void tell_ready(transport& t, interest seen);

    // The last step of a close: nothing is under way any more. The record may be gone after it.
    void finish_close(transport& t);

    kernel& os_;
    slot_table<transport>& transports_;
    buffer_pool& pool_;
    turn_clock& clock_;

  private:
    using service_list =
        boost::intrusive::list<transport, boost::intrusive::constant_time_size<false>>;

    service_list service_;
};

} // namespace iapp
