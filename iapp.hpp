#pragma once
// Everything that libiapp offers.

#include <iapp/actors/actor_error.hpp>
#include <iapp/actors/context.hpp>
#include <iapp/actors/messages.hpp>
#include <iapp/actors/offload.hpp>
#include <iapp/actors/offload_pool.hpp>
#include <iapp/actors/ref.hpp>
#include <iapp/actors/states.hpp>
#include <iapp/actors/statistics.hpp>
#include <iapp/actors/system.hpp>
#include <iapp/actors/watchdog.hpp>
#include <iapp/mailbox/log.hpp>
#include <iapp/reactor/address.hpp>
#include <iapp/reactor/buffer.hpp>
#include <iapp/reactor/buffer_list.hpp>
#include <iapp/reactor/buffer_pool.hpp>
#include <iapp/reactor/engines.hpp>
#include <iapp/reactor/framing/contiguous.hpp>
#include <iapp/reactor/framing/frame_error.hpp>
#include <iapp/reactor/framing/framers.hpp>
#include <iapp/reactor/framing/make_frame.hpp>
#include <iapp/reactor/listener.hpp>
#include <iapp/reactor/result.hpp>
#include <iapp/reactor/socket_options.hpp>
#include <iapp/reactor/stream.hpp>
#include <iapp/reactor/watch.hpp>
