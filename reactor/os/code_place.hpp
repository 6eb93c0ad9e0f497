#pragma once
// Where in a program an address of code is.

#include <cstddef>
#include <memory>

namespace iapp::os {

struct code_place {
    struct releaser {
        void operator()(char* name) const noexcept;
    };

    const char* file = nullptr; // of the program or library; null: unknown, and so is all else
    std::size_t file_offset = 0;
    // As in the source where that is known; null: not among the names that the file exports, which
    // a program does when it is linked with -rdynamic.
    const char* function = nullptr;
    std::size_t function_offset = 0;
    std::unique_ptr<char, releaser> demangled = {}; // what `function` then lies in
};

// Not for signal handlers: allocates. The names live as long as the file is loaded, and the result.
code_place find_code(const void* address) noexcept;

} // namespace iapp::os
