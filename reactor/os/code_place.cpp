#include <iapp/reactor/os/code_place.hpp>

#include <boost/core/demangle.hpp>
#include <cstdint>
#include <cstring>
#include <dlfcn.h>
#include <link.h>
#include <span>

namespace iapp::os {

namespace {

std::size_t distance(const void* from, const void* to) noexcept {
    return static_cast<std::size_t>(static_cast<const char*>(to) - static_cast<const char*>(from));
}

// Where dladdr() has found a name, and how far what is called so reaches, which it does not tell.
struct named_part {
    const Dl_info& name;
    const void* address;
    std::size_t bytes = 0;
};

bool maps(const dl_phdr_info& file, const void* address) noexcept {
    const auto at = reinterpret_cast<ElfW(Addr)>(address);
    for (const ElfW(Phdr) & part : std::span{file.dlpi_phdr, file.dlpi_phnum}) {
        const ElfW(Addr) begin = file.dlpi_addr + part.p_vaddr;
        if (part.p_type == PT_LOAD && at >= begin && at - begin < part.p_memsz) {
            return true;
        }
    }
    return false;
}

const ElfW(Dyn) * tables_of(const dl_phdr_info& file) noexcept {
    for (const ElfW(Phdr) & part : std::span{file.dlpi_phdr, file.dlpi_phnum}) {
        if (part.p_type == PT_DYNAMIC) {
            return reinterpret_cast<const ElfW(Dyn)*>(file.dlpi_addr + part.p_vaddr);
        }
    }
    return nullptr;
}

// Loaders leave the addresses in tables as the file has them, or add where they have put the file.
template <class T>
const T* loaded(const dl_phdr_info& file, ElfW(Addr) address) noexcept {
    return reinterpret_cast<const T*>(address < file.dlpi_addr ? file.dlpi_addr + address
                                                               : address);
}

int measure(dl_phdr_info* file, std::size_t, void* to) noexcept {
    auto& part = *static_cast<named_part*>(to);
    const ElfW(Dyn)* table = maps(*file, part.address) ? tables_of(*file) : nullptr;
    if (table == nullptr) {
        return 0;
    }
    const ElfW(Sym)* symbol = nullptr;
    const char* names = nullptr;
    std::size_t names_bytes = 0;
    for (; table->d_tag != DT_NULL; ++table) {
        if (table->d_tag == DT_SYMTAB) {
            symbol = loaded<ElfW(Sym)>(*file, table->d_un.d_ptr);
        } else if (table->d_tag == DT_STRTAB) {
            names = loaded<char>(*file, table->d_un.d_ptr);
        } else if (table->d_tag == DT_STRSZ) {
            names_bytes = table->d_un.d_val;
        }
    }
    const auto name = reinterpret_cast<std::uintptr_t>(part.name.dli_sname) -
                      reinterpret_cast<std::uintptr_t>(names);
    if (symbol == nullptr || names == nullptr || name >= names_bytes) {
        return 1;
    }
    const auto value = reinterpret_cast<ElfW(Addr)>(part.name.dli_saddr) - file->dlpi_addr;
    while (symbol->st_name != name || symbol->st_value != value) {
        ++symbol; // comes to an end: dladdr() has the name from this table
    }
    part.bytes = symbol->st_size;
    return 1;
}

// FreeBSD's dladdr() gives the nearest name below, however far below it is.
bool is_within(const Dl_info& name, const void* address) noexcept {
    if (name.dli_saddr == address) {
        return true;
    }
    named_part part{name, address};
    ::dl_iterate_phdr(&measure, &part);
    return distance(name.dli_saddr, address) < part.bytes;
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
    if (known.dli_sname != nullptr && is_within(known, address)) {
        if (std::strncmp(known.dli_sname, "_Z", 2) == 0) { // else "f" would be a float
            found.demangled.reset(const_cast<char*>(boost::core::demangle_alloc(known.dli_sname)));
        }
        found.function = found.demangled ? found.demangled.get() : known.dli_sname;
        found.function_offset = distance(known.dli_saddr, address);
    }
    return found;
}

} // namespace iapp::os
