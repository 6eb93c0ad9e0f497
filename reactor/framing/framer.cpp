#include <iapp/reactor/framing/framer.hpp>

#include <iapp/reactor/framing/contiguous.hpp>

#include <utility>

namespace iapp {

void framer::feed(buffer more) {
    if (current_.empty() && ahead_.empty()) {
        current_ = std::move(more);
    } else {
        ahead_.push_back(std::move(more));
    }
}

void framer::feed(buffer_list more) {
    ahead_.append(std::move(more));
}

std::size_t framer::held_bytes() const noexcept {
    return frame_.size_bytes() + current_.size() + ahead_.size_bytes();
}

// Whether frame_ is a whole frame; reads on until it is.
bool framer::complete() {
    error_ = broken_;
    while (!complete_ && !broken_) {
        if (current_.empty()) {
            if (ahead_.empty()) {
                current_ = {}; // its memory is not held on
                return false;
            }
            current_ = ahead_.take_front();
        }
        const result<cut> found = look(current_.bytes());
        if (!found) {
            error_ = broken_ = found.error();
            return false;
        }
        if (found->unkeep) {
            frame_.drop_last();
        }
        frame_.add(current_.first(found->keep));
        current_.remove_prefix(found->keep + found->skip);
        complete_ = found->complete;
    }
    return complete_;
}

bool framer::next(buffer_list& frame) {
    if (!complete()) {
        return false;
    }
    complete_ = false;
    frame = frame_.take();
    restart();
    return true;
}

bool framer::next(buffer& frame) {
    buffer_list parts;
    if (!next(parts)) {
        return false;
    }
    result<buffer> one = contiguous(parts);
    if (!one) {
        error_ = one.error();
        while (!parts.empty()) {
            frame_.add(parts.take_front());
        }
        complete_ = true;
        return false;
    }
    frame = std::move(*one);
    return true;
}

buffer_list framer::take_rest() {
    buffer_list rest = frame_.take();
    rest.push_back(std::exchange(current_, {}));
    rest.append(std::move(ahead_));
    complete_ = false;
    broken_ = error_ = {};
    restart();
    return rest;
}

} // namespace iapp
