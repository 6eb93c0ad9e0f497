#include <iapp/reactor/serving_engine.hpp>

namespace iapp {

void serving_engine::cancel_input(transport& t) {
    if (t.input != input_kind::none) {
        t.cancel_input = true;
        serve_later(t);
    }
}

void serving_engine::cancel_output(transport& t) {
    if (t.output != output_kind::none) {
        t.cancel_output = true;
        serve_later(t);
    }
}

void serving_engine::close(transport& t) {
    if (!t.closing) {
        t.closing = true;
        serve_later(t);
    }
}

void serving_engine::tell_ready(transport& t, interest seen) {
    const interest asked{seen.read && t.ready.wanted.read, seen.write && t.ready.wanted.write};
    if (asked != interest{}) {
        t.events->ready(t, asked);
    }
}

void serving_engine::finish_close(transport& t) {
    if (t.is_linked()) {
        t.unlink(); // a handler asked for more just now
    }
    if (!t.foreign) {
        os_.close(t.fd);
    }
    t.fd = no_descriptor;
    t.events->closed(t);
}

} // namespace iapp
