#pragma once
// The simulated world, for tests of users' programs. Not part of <iapp/iapp.hpp>.

#include <iapp/testing/sim_world.hpp>
