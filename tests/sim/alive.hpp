#pragma once

// alive: counts how many of something there are, by a member or a local variable of each.

namespace iapp::test {

class alive {
  public:
    explicit alive(int& of) noexcept : of_{of} { ++of_; }

    alive(const alive&) = delete;
    alive& operator=(const alive&) = delete;

    ~alive() { --of_; }

  private:
    int& of_;
};

} // namespace iapp::test
