#include <iapp/actors/task_frame.hpp>

#include <iapp/actors/worker.hpp>

namespace iapp::detail {

namespace {

// Before each frame: a frame may end when no worker is current, with a failed constructor for
// instance.
struct alignas(__STDCPP_DEFAULT_NEW_ALIGNMENT__) frame_header {
    worker_loop* home;
};

} // namespace

void* allocate_frame(worker_loop& home, std::size_t bytes) {
    const std::size_t whole = sizeof(frame_header) + bytes;
    void* const memory = home.memory().allocate(whole);
    if (whole > memory_pool::largest_bytes) {
        home.count_large_frame();
    }
    return ::new (memory) frame_header{&home} + 1;
}

void* allocate_frame(std::size_t bytes) {
    worker_loop* const home = worker_loop::current();
    IAPP_CHECK(home != nullptr, "tasks are made by workers: start the first one with cx.run()");
    return allocate_frame(*home, bytes);
}

void release_frame(void* frame, std::size_t bytes) noexcept {
    frame_header* const header = static_cast<frame_header*>(frame) - 1;
    header->home->memory().deallocate(header, sizeof(frame_header) + bytes);
}

} // namespace iapp::detail
