#pragma once
// watch: readiness of a descriptor that a foreign library owns.

#include <iapp/reactor/events.hpp>
#include <iapp/reactor/transport.hpp>
#include <iapp/reactor/transport_handle.hpp>

namespace iapp {

struct watch_handlers {
    void (*on_ready)(void* owner, watched what) = nullptr;
    void (*on_closed)(void* owner, const closed& what) = nullptr;
};

// Reports a descriptor for as long as it is ready (not only when it becomes so): whoever is told
// reads or writes it, or asks for less. The descriptor stays its owner's, who must end the watch
// before closing it. One watch for a descriptor; what cannot be watched (a regular file on Linux)
// ends with `closed` and the system's reason. Handle and thread rules are those of a stream.
class watch : public transport_handle {
  public:
    watch() noexcept = default;
    watch(watch&&) noexcept = default;
    watch& operator=(watch&&) noexcept = default;

    ~watch();

    // What to report from now on; nothing pauses it.
    void set(interest what);
    void close();

  private:
    friend class reactor;
    using transport_handle::transport_handle;
};

} // namespace iapp
