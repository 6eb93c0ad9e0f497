// A pool of workers under supervision: counts the primes below a limit, in jobs. Some jobs fail at
// their first attempt; the worker that fails with one is restarted and gets it again.

#include <iapp/iapp.hpp>

#include <cstdio>
#include <stdexcept>
#include <vector>

namespace {

constexpr unsigned jobs = 40;
constexpr unsigned numbers_per_job = 2'500;

struct done {
    unsigned worker;
    unsigned primes;
};

struct job {
    unsigned number;
    unsigned attempt;
    unsigned worker; // who does it
    iapp::ref<done> to;
};

class counter {
  public:
    using accepts = iapp::messages<job>;

    void on(const job& what) {
        if (what.number % 10 == 3 && what.attempt == 1) {
            throw std::runtime_error{"bad luck"};
        }
        unsigned primes = 0;
        for (unsigned i = 0; i < numbers_per_job; ++i) {
            primes += is_prime(what.number * numbers_per_job + i) ? 1 : 0;
        }
        what.to.send(done{what.worker, primes});
    }

  private:
    static bool is_prime(unsigned n) {
        unsigned d = 2;
        while (d * d <= n && n % d != 0) {
            ++d;
        }
        return n > 1 && d * d > n;
    }
};

class pool {
  public:
    using accepts = iapp::messages<iapp::child_started, iapp::down, done>;

    pool(iapp::context& cx, unsigned workers) : cx_{cx}, desks_(workers) {
        const auto over =
            cx_.supervise({.restarts_max = 10},
                          std::vector(workers, iapp::child<counter>({.on = iapp::round_robin})));
        cx_.monitor(over).value();
    }

    // A worker is there, or there again: then its job died with the one before.
    void on(const iapp::child_started& m) {
        desk& at = desks_[m.index];
        at.worker = m.as<counter>();
        if (m.restarts == 0) {
            next(m.index);
        } else {
            ++restarts_;
            ++at.now.attempt;
            at.worker.send(at.now);
        }
    }

    void on(done m) {
        primes_ += m.primes;
        if (++done_ == jobs) {
            std::printf("%u primes below %u, in %u jobs, with %u restarts\n", primes_,
                        jobs * numbers_per_job, jobs, restarts_);
            cx_.stop_system(0);
        } else {
            next(m.worker);
        }
    }

    void on(const iapp::down&) { cx_.stop_system(1); } // the supervisor has given up

  private:
    struct desk {
        iapp::ref<job> worker;
        job now;
    };

    void next(unsigned worker) {
        if (next_ < jobs) {
            desks_[worker].now = {next_++, 1, worker, cx_.self(*this)};
            desks_[worker].worker.send(desks_[worker].now);
        }
    }

    iapp::context& cx_;
    std::vector<desk> desks_;
    unsigned next_ = 0;
    unsigned done_ = 0;
    unsigned primes_ = 0;
    unsigned restarts_ = 0;
};

} // namespace

int main() {
    iapp::system system{{.workers = 2, .name = "pool"}};
    if (!system.spawn<pool>({}, 4U)) {
        return 1;
    }
    system.wait_until_stopped();
    return system.exit_status();
}
