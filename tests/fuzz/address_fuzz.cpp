// Addresses as text: what can be read is written so that it reads the same.

#include "fuzz/fuzz_input.hpp"

#include <iapp/mailbox/check.hpp>
#include <iapp/reactor/address.hpp>
#include <iapp/reactor/address_error.hpp>

using namespace iapp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = test::fuzz_input{data, size}.rest();
    const result<address> one = address::parse(text);
    if (one) {
        const result<address> again = address::parse(one->to_string());
        IAPP_CHECK(again && *again == *one, "an address reads back as itself");
    } else {
        IAPP_CHECK(one.error().category() == address_category(), "a text that is no address");
    }
    const result<std::vector<address>> range = parse_range(text);
    IAPP_CHECK(!one || range, "an address is a range of one");
    if (range) {
        IAPP_CHECK(!range->empty() && range->size() <= 256, "a range has 1 to 256 addresses");
        IAPP_CHECK(!one || range->front() == *one, "the range begins with the address");
    }
    return 0;
}
