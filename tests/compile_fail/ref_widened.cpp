// error: the actor does not accept all the messages that this ref would send
#include <iapp/actors/ref.hpp>

struct get {};

struct put {};

iapp::ref<get, put> widen(iapp::ref<get> narrow) {
    return narrow;
}
