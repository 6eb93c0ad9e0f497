#pragma once
// Everything that libiapp offers.

#include <iapp/actors/actor_error.hpp>
#include <iapp/actors/ask.hpp>
#include <iapp/actors/context.hpp>
#include <iapp/actors/dead_letter_note.hpp>
#include <iapp/actors/exit_reason.hpp>
#include <iapp/actors/messages.hpp>
#include <iapp/actors/ref.hpp>
#include <iapp/actors/spawn_options.hpp>
#include <iapp/actors/replier.hpp>
#include <iapp/actors/statistics.hpp>
#include <iapp/actors/stop_order.hpp>
#include <iapp/actors/system.hpp>
#include <iapp/actors/worker_handle.hpp>
#include <iapp/reactor/address.hpp>
#include <iapp/reactor/buffer.hpp>
#include <iapp/reactor/buffer_list.hpp>
#include <iapp/reactor/buffer_pool.hpp>
#include <iapp/reactor/engines.hpp>
#include <iapp/reactor/listener.hpp>
#include <iapp/reactor/result.hpp>
#include <iapp/reactor/socket_options.hpp>
#include <iapp/reactor/stream.hpp>
#include <iapp/reactor/watch.hpp>
