// error: an actor needs a public on() for each message that it accepts
// names: store, put
#include <iapp/actors/system.hpp>

struct get {};

struct put {};

class store {
  public:
    using accepts = iapp::messages<get, put>;

    void on(get) {}
};

void start(iapp::context& cx) {
    cx.spawn<store>();
}
