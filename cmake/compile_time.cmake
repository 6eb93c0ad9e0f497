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

# iapp_precompile(TARGET [OPTION …]): the headers of the standard library and of Boost, compiled
# once for all targets with the same options of their own.
function(iapp_precompile target)
    if(NOT IAPP_PRECOMPILE)
        return()
    endif()
    string(MAKE_C_IDENTIFIER "iapp_precompiled${ARGN}" precompiled)
    if(NOT TARGET ${precompiled})
        file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/precompiled.cpp CONTENT "")
        add_library(${precompiled} OBJECT ${PROJECT_BINARY_DIR}/precompiled.cpp)
        # Not linked: who lacks the definitions of Boost could not use what was compiled with them.
        target_include_directories(${precompiled} SYSTEM PRIVATE
            $<TARGET_PROPERTY:Boost::headers,INTERFACE_INCLUDE_DIRECTORIES>)
        target_compile_options(${precompiled} PRIVATE ${ARGN})
        target_precompile_headers(${precompiled} PRIVATE
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
    target_precompile_headers(${target} REUSE_FROM ${precompiled})
endfunction()
