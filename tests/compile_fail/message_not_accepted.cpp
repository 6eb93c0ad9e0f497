// error: the actor does not accept this message
#include <iapp/actors/ref.hpp>

struct get {};

struct put {};

bool send(iapp::ref<get> whom) {
    return whom.send(put{});
}
