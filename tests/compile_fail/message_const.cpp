// error: a message is a plain type, neither const nor a reference
#include <iapp/actors/context_templates.hpp>

struct note {};

struct reader {
    using accepts = iapp::messages<const note>;

    void on(const note&) {}
};

static_assert(!iapp::accepts_message<reader, note>);
