#include <iapp/reactor/os/pages.hpp>

#include <iapp/reactor/os/huge_pages.hpp>

#include <sys/mman.h>

namespace iapp {

namespace {

constexpr std::size_t page_bytes = 4096;
constexpr std::size_t huge_page_bytes = std::size_t{2} << 20; // amd64 and arm64 with 4 KiB pages

std::size_t round_up(std::size_t bytes, std::size_t unit) {
    return (bytes + unit - 1) / unit * unit;
}

} // namespace

mapped_pages mapped_pages::map(std::size_t bytes, page_options options) noexcept {
    mapped_pages made;
    const std::size_t size = round_up(bytes, options.huge ? huge_page_bytes : page_bytes);
    void* memory =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANON | (options.huge ? os::huge_page_mmap_flags : 0), -1, 0);
    if (memory == MAP_FAILED) {
        return made;
    }
    made.data_ = static_cast<std::byte*>(memory);
    made.size_ = size;
    made.degraded_ = (options.huge && !os::ask_for_huge_pages(memory, size)) ||
                     (options.locked && ::mlock(memory, size) != 0);
    return made;
}

mapped_pages::~mapped_pages() {
    if (data_ != nullptr) {
        ::munmap(data_, size_);
    }
}

} // namespace iapp
