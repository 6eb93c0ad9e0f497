#pragma once
// framer: cuts the bytes of a stream into frames; what all kinds of framing have in common.

#include <iapp/reactor/framing/frame_assembly.hpp>
#include <iapp/reactor/result.hpp>

#include <cstddef>
#include <span>
#include <system_error>

namespace iapp {

// Feed it what the stream yields and take frames until there is none:
//
//     void on(iapp::bytes b) {
//         lines_.feed(std::move(b.data));
//         for (iapp::buffer line; lines_.next(line);) { ... line.text() ... }
//         if (lines_.error()) { stream_.close(); }
//     }
//
// A frame shares the buffers it came in: one that lies within a buffer is never copied. Whoever
// keeps small frames for long copies them, to let large buffers go. A framer holds what was fed and
// not taken, and of an unfinished frame at most its limit (see frame_assembly). A frame beyond the
// limit is an error, and the framer stays there: the place where the next one begins is lost.
// One thread, that of the buffers' pool. To make a kind of framing of one's own, see framers.hpp.
class framer {
  public:
    virtual ~framer() = default;
    framer(const framer&) = delete;
    framer& operator=(const framer&) = delete;

    // The next bytes of the stream.
    void feed(buffer more);
    void feed(buffer_list more);

    // The next frame, without its terminator or prefix, takes the place of what `frame` holds. A
    // frame may be empty. False: none is complete, or error() says why there will be none.
    bool next(buffer_list& frame);

    // The same as one buffer. A frame that came in several is copied into one from their pool; when
    // the pool cannot give it, error() is not_enough_memory (value_too_large when no buffer can be
    // so large) and the frame waits to be taken again.
    bool next(buffer& frame);

    // Why the latest next() was false; no error: more bytes are needed.
    std::error_code error() const noexcept { return error_; }

    // What was fed and not taken.
    std::size_t held_bytes() const noexcept;

    // Gives up framing here: what was fed and belongs to no frame that was taken; for the next
    // protocol on the stream, or after its end. A terminator or prefix that was read already is
    // left out. The framer begins anew, without error.
    buffer_list take_rest();

  protected:
    framer() = default;

    // What stands at the front of the bytes ahead: `keep` bytes of the present frame, then `skip`
    // bytes that are no frame's. `unkeep`: drops the last byte kept before. `complete`: the frame
    // ends here.
    struct cut {
        std::size_t keep = 0;
        std::size_t skip = 0;
        bool unkeep = false;
        bool complete = false;
    };

    // Looks at the bytes ahead, of which there is at least one, and uses up at least one. They
    // begin where the previous cut ended. An error ends the framing.
    virtual result<cut> look(std::span<const std::byte> ahead) = 0;

    // A frame ended, or the framing is begun anew.
    virtual void restart() noexcept = 0;

  private:
    bool complete();

    frame_assembly frame_;
    buffer current_;    // its front is what to look at next
    buffer_list ahead_; // what follows it
    bool complete_ = false;
    std::error_code broken_; // stays
    std::error_code error_;
};

} // namespace iapp
