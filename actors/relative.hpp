#pragma once

// relative: an actor's place between its parent and its children.

namespace iapp {

// Links of four pointers, so that a child costs no memory of its own and is found, adopted and let
// go in constant time. Parent and children are of one worker; those of others are told by message
// (worker_family.cpp). Worker's thread only.
class relative {
  public:
    relative() = default;
    relative(const relative&) = delete;
    relative& operator=(const relative&) = delete;

    relative* parent() const noexcept { return parent_; }

    // The child that was adopted last, or null.
    relative* youngest() const noexcept { return youngest_; }

    // `child` has no parent yet.
    void adopt(relative& child) noexcept {
        child.parent_ = this;
        child.older_ = youngest_;
        if (youngest_ != nullptr) {
            youngest_->younger_ = &child;
        }
        youngest_ = &child;
    }

    // Has no parent any more, if it had one.
    void leave_parent() noexcept {
        if (parent_ == nullptr) {
            return;
        }
        (younger_ == nullptr ? parent_->youngest_ : younger_->older_) = older_;
        if (older_ != nullptr) {
            older_->younger_ = younger_;
        }
        parent_ = older_ = younger_ = nullptr;
    }

  private:
    relative* parent_ = nullptr;
    relative* youngest_ = nullptr;
    relative* older_ = nullptr; // siblings
    relative* younger_ = nullptr;
};

} // namespace iapp
