#pragma once
// What two ends of a connection must have been told, as plain values: a model of streams that knows
// neither of kernels nor of engines.

#include <cstddef>
#include <cstdint>
#include <string>

namespace iapp::test {

// How a stream's owner was told that it closed.
enum class told_end : std::uint8_t { none, well, reset };

// One end. What comes while it does not read may come later: until then nothing is known of it.
struct side_model {
    std::string written; // all that the other end is to get
    bool reading = false;
    bool shut = false;    // by its owner, for writing
    bool gone = false;    // let go by its owner, who hears nothing more
    bool settled = true;  // nothing happened to it since all was told
    std::size_t told = 0; // bytes of the other's
    bool ended = false;   // told of the end of its input
    told_end closed = told_end::none;

    bool live() const noexcept { return !gone && closed == told_end::none; }
};

// Both ends, and what an owner may do next so that only one outcome is right.
class connection_model {
  public:
    side_model sides[2];

    bool any_live() const { return sides[0].live() || sides[1].live(); }

    // Whether a write is taken for certain, where a stream takes what leaves at most so many bytes
    // waiting. A reader may be given any number at a time.
    bool may_write(unsigned s, std::size_t bytes, std::size_t waiting_max) const {
        return sides[s].live() && sides[1 - s].live() && !sides[s].shut &&
               waiting(s) + (sides[1 - s].reading ? 0 : bytes) <= waiting_max;
    }

    // Ends: not while anything else is under way, since who closes with unread bytes, or with the
    // other's end on its way, may be told one thing or another. What was written is still sent.
    bool may_close(unsigned s) const {
        return sides[s].live() && sides[s].reading && sides[s].settled && sides[1 - s].settled &&
               waiting(1 - s) == 0 && all_sent(s);
    }

    // Who closes waits only so long for a reader, and a reset is seen by who reads.
    bool may_pause(unsigned s) const { return !is_leaving(1 - s); }

    // Whether a reset may not be known of yet: what is done now is told of in one way or another.
    bool reset_coming(unsigned s) const {
        return sides[s].closed == told_end::reset && is_leaving(1 - s);
    }

    // A reset is seen by who reads and has not seen an end before.
    bool may_abort(unsigned s) const {
        const side_model& other = sides[1 - s];
        return may_close(s) && waiting(s) == 0 && !sides[s].shut && other.live() && other.reading;
    }

    void read(unsigned s, bool on) {
        sides[s].reading = on;
        sides[s].settled = false;
    }

    void write(unsigned s, const std::string& text) {
        sides[s].written += text;
        sides[s].settled = false;
    }

    void shut(unsigned s) {
        sides[s].shut = true;
        sides[s].settled = false;
    }

    void close(unsigned s) {
        shut(s);
        sides[s].closed = told_end::well;
    }

    void let_go(unsigned s) {
        shut(s);
        sides[s].gone = true;
    }

    void abort(unsigned s) {
        close(s);
        sides[1 - s].closed = told_end::reset;
    }

    // All that can be told has been.
    void settle() {
        for (const unsigned s : {0U, 1U}) {
            side_model& to = sides[s];
            const side_model& from = sides[1 - s];
            if (to.live() && to.reading) {
                to.told = from.written.size();
                to.ended = from.shut;
            }
            to.settled = true;
        }
        for (const unsigned s : {0U, 1U}) {
            if (is_over(s) && all_sent(s)) {
                sides[s].closed = told_end::well;
            }
        }
    }

    // Whether it is known what this side has been told, once all that can be told has been.
    bool certain(unsigned s) const {
        return !sides[s].live() || (sides[s].reading && (!is_over(s) || all_sent(s)));
    }

  private:
    // It closed or was let go, and the other end need not have been told.
    bool is_leaving(unsigned s) const {
        return !sides[s].settled && (sides[s].gone || sides[s].closed != told_end::none);
    }

    // Both directions are: it closes by itself, when what it wrote has left.
    bool is_over(unsigned s) const { return sides[s].live() && sides[s].ended && sides[s].shut; }

    // How much the system takes for a side that does not read is its own business.
    bool all_sent(unsigned s) const { return sides[1 - s].reading || waiting(s) == 0; }

    // Bytes of this side's that the other need not have been told of.
    std::size_t waiting(unsigned s) const { return sides[s].written.size() - sides[1 - s].told; }
};

} // namespace iapp::test
