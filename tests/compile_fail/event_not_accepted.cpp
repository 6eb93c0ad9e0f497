// error: the actor does not accept this event: name it in its `accepts`
// names: store, tick
#include <iapp/actors/context_templates.hpp>

struct tick {};

struct get {};

class store {
  public:
    using accepts = iapp::messages<get>;

    store(iapp::context& cx, const iapp::event_queue<tick>& ticks)
        : ticks_{cx.subscribe(*this, ticks)} {}

    void on(get) {}

  private:
    iapp::subscription ticks_;
};
