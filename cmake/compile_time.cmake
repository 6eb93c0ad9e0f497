# What makes a cold build take half the time. A source that includes less than it uses shows in the
# preset debug, which has neither.

option(IAPP_UNITY "Compile sources of a module, a program or its tests together" OFF)
option(IAPP_PRECOMPILE "Precompile the headers that most sources include" OFF)

# iapp_share_compilation(TARGET SOURCES_MAX): up to that many sources of a target may be compiled
# together, for no two of them have different things of one name.
function(iapp_share_compilation target sources_max)
    if(IAPP_UNITY)
        set_target_properties(${target} PROPERTIES
            UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${sources_max})
        # What a source keeps to itself is in no other, be it included here.
        if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
            target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
        endif()
    endif()
endfunction()

# iapp_precompile(TARGET): the headers of the standard library and of Boost.
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
