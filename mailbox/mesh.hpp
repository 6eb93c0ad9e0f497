#pragma once
// mesh: the ports of all workers of a system.

#include <iapp/mailbox/mailbox.hpp>

#include <memory>
#include <vector>

namespace iapp {

// Made before the workers and destroyed after all of them and all who send to them.
class mesh {
  public:
    mesh(unsigned workers, const port_limits& limits) {
        const std::span<worker_anchor> anchors = worker_anchor::make(workers);
        for (unsigned i = 0; i < workers; ++i) {
            owned_.push_back(std::make_unique<port>(limits));
            owned_.back()->set_anchor(anchors[i]);
            ports_.push_back(owned_.back().get());
        }
    }

    mail_mesh ports() const noexcept { return ports_; }

  private:
    std::vector<std::unique_ptr<port>> owned_;
    std::vector<port*> ports_;
};

} // namespace iapp
