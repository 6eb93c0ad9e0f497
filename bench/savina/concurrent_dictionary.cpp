#include "savina/solve.hpp"

#include <unordered_map>

namespace {

using savina::go;

struct answer {
    std::uint64_t value;
};

struct read {
    std::uint64_t key;
    iapp::ref<answer> to;
};

struct write {
    std::uint64_t key;
    std::uint64_t value;
    iapp::ref<answer> to;
};

struct done {
    std::uint64_t answered;
};

class dictionary {
  public:
    using accepts = iapp::messages<read, write, done>;

    dictionary(iapp::context& cx, savina::solution& all) : cx_{cx}, all_{all} {}

    void on(read m) {
        const auto found = values_.find(m.key);
        m.to.send(answer{found == values_.end() ? 0 : found->second});
    }

    void on(write m) {
        values_[m.key] = m.value;
        m.to.send(answer{m.value});
    }

    void on(done m) {
        answered_ += m.answered;
        if (++workers_done_ == savina::concurrent_dictionary_workers) {
            all_.reach(cx_, answered_ + values_.size());
        }
    }

  private:
    iapp::context& cx_;
    savina::solution& all_;
    std::unordered_map<std::uint64_t, std::uint64_t> values_;
    std::uint64_t answered_ = 0;
    unsigned workers_done_ = 0;
};

// Sends the next request when the last one was answered.
class worker {
  public:
    using accepts = iapp::messages<go, answer>;

    worker(iapp::context& cx, iapp::ref_to<dictionary> asked, std::uint64_t seed, std::uint64_t n)
        : cx_{cx}, asked_{asked}, random_{seed}, n_{n} {}

    void on(go) { next(); }

    void on(answer) {
        ++answered_;
        next();
    }

  private:
    void next() {
        if (answered_ == n_) {
            asked_.send(done{answered_});
            cx_.stop();
            return;
        }
        const savina::dictionary_request request = savina::next_request(random_);
        if (request.write) {
            asked_.send(write{request.key, answered_, cx_.self(*this)});
        } else {
            asked_.send(read{request.key, cx_.self(*this)});
        }
    }

    iapp::context& cx_;
    iapp::ref_to<dictionary> asked_;
    savina::random_numbers random_;
    const std::uint64_t n_;
    std::uint64_t answered_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    return savina::run_problem(
        {"savina_concurrent_dictionary", "iapp", savina::concurrent_dictionary_n, 1,
         savina::concurrent_dictionary_expected},
        [](std::uint64_t n, unsigned workers) {
            savina::solution all{workers};
            const auto asked = all.spawn<dictionary>(std::ref(all));
            for (std::uint64_t i = 0; i < savina::concurrent_dictionary_workers; ++i) {
                all.spawn<worker>(asked, i, n).send(go{});
            }
            return all.wait();
        },
        argc, argv);
}
