#pragma once
// The test kit for users' actors. Not part of <iapp/iapp.hpp>: programs need none of it.

#include <iapp/testing/kit.hpp>
