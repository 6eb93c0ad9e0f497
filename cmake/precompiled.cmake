# Headers of the standard library and of Boost that most sources include, parsed once: a third of
# the time that a cold build takes. The builds for FreeBSD do without, so a source that includes
# less than it uses shows there.

if(CMAKE_CROSSCOMPILING)
    set(precompile OFF)
else()
    set(precompile ON)
endif()
option(IAPP_PRECOMPILE "Precompile the headers that most sources include" ${precompile})

# iapp_precompile(TARGET): a target that is compiled here.
function(iapp_precompile target)
    if(NOT IAPP_PRECOMPILE)
        return()
    endif()
    if(NOT TARGET iapp_precompiled)
        file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/precompiled.cpp CONTENT "")
        add_library(iapp_precompiled OBJECT ${PROJECT_BINARY_DIR}/precompiled.cpp)
        target_precompile_headers(iapp_precompiled PRIVATE
            <boost/intrusive/list.hpp>
            <boost/lockfree/queue.hpp>
            <boost/lockfree/spsc_queue.hpp>
            <algorithm>
            <array>
            <atomic>
            <chrono>
            <functional>
            <memory>
            <optional>
            <semaphore>
            <span>
            <string>
            <system_error>
            <thread>
            <tuple>
            <vector>)
    endif()
    target_precompile_headers(${target} REUSE_FROM iapp_precompiled)
endfunction()
