#include "actors/cases.hpp"

#include <iapp/reactor/os/process.hpp>

#include <vector>

namespace bench {

namespace {

struct begin {};

struct quit {};

struct all_told {};

// Has no state but how it says that it is gone: all of them end on one thread.
class idle {
  public:
    using accepts = iapp::messages<quit>;

    idle(iapp::context& cx, std::uint64_t& gone) : cx_{cx}, gone_{gone} {}

    idle(const idle&) = delete;
    idle& operator=(const idle&) = delete;

    ~idle() { ++gone_; }

    void on(quit) { cx_.stop(); }

  private:
    iapp::context& cx_;
    std::uint64_t& gone_;
};

// Makes a generation, stops it, and goes on when all of it are gone.
class parent {
  public:
    using accepts = iapp::messages<begin, all_told>;

    parent(iapp::context& cx, finish_line& line, std::uint64_t generations, unsigned children)
        : cx_{cx}, line_{line}, generations_{generations}, left_{generations}, children_(children) {
    }

    void on(begin) {
        if (left_ == generations_) {
            line_.start();
        }
        for (iapp::ref<quit>& child : children_) {
            child = cx_.spawn<idle>(std::ref(gone_));
        }
        for (const iapp::ref<quit>& child : children_) {
            child.send(quit{});
        }
        cx_.self(*this).send(all_told{}); // comes after what the children were sent
    }

    void on(all_told) {
        if (--left_ == generations_ - 1) {
            line_.warm();
        }
        if (left_ > 0) {
            cx_.self(*this).send(begin{});
        } else {
            line_.arrive(cx_, gone_, 0);
        }
    }

  private:
    iapp::context& cx_;
    finish_line& line_;
    const std::uint64_t generations_;
    std::uint64_t left_;
    std::uint64_t gone_ = 0;
    std::vector<iapp::ref<quit>> children_;
};

struct nothing {};

class stateless {
  public:
    using accepts = iapp::messages<nothing>;

    void on(nothing) {}
};

// Makes idle actors and says by how much the process grew.
class maker {
  public:
    using accepts = iapp::messages<begin>;

    maker(iapp::context& cx, unsigned actors, double& grown_bytes)
        : cx_{cx}, actors_{actors}, grown_bytes_{grown_bytes} {}

    void on(begin) {
        const std::uint64_t before = iapp::os::resident_bytes();
        for (unsigned i = 0; i < actors_; ++i) {
            cx_.spawn<stateless>();
        }
        grown_bytes_ = static_cast<double>(iapp::os::resident_bytes() - before);
        cx_.stop_system(0);
    }

  private:
    iapp::context& cx_;
    const unsigned actors_;
    double& grown_bytes_;
};

} // namespace

case_run run_spawn(const actor_options& options, run_counts& counts) {
    finish_line line;
    iapp::system system{workers_of(1, iapp::idle_policy::adaptive())};
    const std::uint64_t generations = options.count / options.actors;
    system.spawn<parent>({}, std::ref(line), generations, options.actors).send(begin{});
    return finish(system, line, generations * options.actors, counts);
}

case_run run_memory(const actor_options& options, double& bytes_per_actor, run_counts& counts) {
    double grown_bytes = 0;
    iapp::system_options wanted = workers_of(1, iapp::idle_policy::adaptive());
    wanted.limits.actors_max = options.actors + 1;
    iapp::system system{wanted};
    system.spawn<maker>({}, options.actors, std::ref(grown_bytes)).send(begin{});
    finish(system, finish_line{}, 1, counts);
    bytes_per_actor = grown_bytes / options.actors;
    return {0, counts.workers.actors.actors_ended - 1, 0};
}

} // namespace bench
