// error: on() must return the reply that the message names, or take a replier of it
// names: store, get
#include <iapp/actors/system.hpp>

struct get {
    using reply = int;
};

class store {
  public:
    using accepts = iapp::messages<get>;

    const char* on(get) { return "seven"; }
};

void start(iapp::system& system) {
    system.spawn<store>({});
}
