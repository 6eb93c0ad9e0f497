// The 64 bits by which a completion finds its transport.

#include <iapp/reactor/io_uring/operation_key.hpp>

#include <doctest/doctest.h>

using namespace iapp;

namespace operation_key_test {

TEST_CASE("slot, generation and kind come back as they went, to the last bit") {
    for (const slot_id id : {slot_id{0, 1}, slot_id{1, UINT32_MAX},
                             slot_id{operation_key::slots_max - 1, UINT32_MAX}}) {
        for (const operation_kind kind :
             {operation_kind::input, operation_kind::output, operation_kind::cancel_output}) {
            const operation_key back = operation_key::from_word(operation_key{id, kind}.to_word());
            CHECK(back.id == id);
            CHECK(back.kind == kind);
        }
    }
}

TEST_CASE("the wake's key is nobody's") {
    const operation_key wake = operation_key::from_word(operation_key{}.to_word());
    CHECK(wake.kind == operation_kind::wake);
    CHECK_FALSE(wake.id); // generation 0 is never given out
}

} // namespace operation_key_test
