#include <iapp/reactor/os/code_place.hpp>

#include <boost/core/demangle.hpp>
#include <cstring>
#include <dlfcn.h>

namespace iapp::os {

namespace {

std::size_t distance(const void* from, const void* to) noexcept {
    return static_cast<std::size_t>(static_cast<const char*>(to) - static_cast<const char*>(from));
}

} // namespace

void code_place::releaser::operator()(char* name) const noexcept {
    boost::core::demangle_free(name);
}

code_place find_code(const void* address) noexcept {
    code_place found;
    Dl_info known{};
    if (::dladdr(address, &known) == 0 || known.dli_fname == nullptr) {
        return found;
    }
    found.file = known.dli_fname;
    found.file_offset = distance(known.dli_fbase, address);
    if (known.dli_sname != nullptr) {
        if (std::strncmp(known.dli_sname, "_Z", 2) == 0) { // else "f" would be a float
            found.demangled.reset(const_cast<char*>(boost::core::demangle_alloc(known.dli_sname)));
        }
        found.function = found.demangled ? found.demangled.get() : known.dli_sname;
        found.function_offset = distance(known.dli_saddr, address);
    }
    return found;
}

} // namespace iapp::os
