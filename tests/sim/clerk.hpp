#pragma once
// clerk: a supervised child that answers questions, echoes on connections, and ends in many ways.

#include "sim/alive.hpp"
#include "sim/office.hpp"

#include <vector>

namespace iapp::test {

class clerk {
  public:
    struct open {};

    struct late_answer {};

    struct go_home {};

    using accepts = messages<inquiry, open, late_answer, go_home, accepted, bytes, drained,
                             input_ended, closed, stopping>;

    clerk(context& cx, office* in, shift* during, unsigned desk);
    clerk(clerk&&) = delete;
    ~clerk();

    void on(inquiry what, replier<std::uint32_t> to);
    void on(open);
    void on(late_answer);
    void on(go_home);
    void on(accepted m);
    void on(bytes m);
    void on(drained m);
    void on(input_ended m);
    void on(const closed& m);
    void on(stopping);

  private:
    void live();
    void answer(inquiry what, replier<std::uint32_t> to);
    stream& with(slot_id id);

    context& cx_;
    office& in_;
    shift& during_;
    unsigned desk_;
    alive clerk_;
    listener listener_;
    std::vector<stream> streams_;
    std::vector<std::pair<inquiry, replier<std::uint32_t>>> later_;
    timer open_again_;
    timer later_answers_;
    timer going_;
};

} // namespace iapp::test
