#pragma once
// Everything that libiapp offers.

#include <iapp/reactor/address.hpp>
#include <iapp/reactor/buffer.hpp>
#include <iapp/reactor/buffer_list.hpp>
#include <iapp/reactor/buffer_pool.hpp>
#include <iapp/reactor/listener.hpp>
#include <iapp/reactor/result.hpp>
#include <iapp/reactor/socket_options.hpp>
#include <iapp/reactor/stream.hpp>
#include <iapp/reactor/watch.hpp>
