# Everything comes from the system's packages; nothing is downloaded.

function(iapp_missing what debian freebsd)
    message(FATAL_ERROR "libiapp needs ${what}, which was not found.\n"
        "  Debian:  apt-get install ${debian}\n"
        "  FreeBSD: pkg install ${freebsd}")
endfunction()

# A cross build takes the headers of the build machine's packages through a folder that holds links
# to them and nothing else, so that no other header of this machine can slip in.
function(iapp_link_host_headers target folder header debian freebsd)
    find_path(IAPP_HOST_${folder} ${header}
        PATHS /usr/local/include /usr/include NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
    if(NOT IAPP_HOST_${folder})
        iapp_missing(<${header}> ${debian} ${freebsd})
    endif()
    set(links ${PROJECT_BINARY_DIR}/host-include)
    file(MAKE_DIRECTORY ${links})
    file(CREATE_LINK ${IAPP_HOST_${folder}}/${folder} ${links}/${folder} SYMBOLIC)
    add_library(${target} INTERFACE IMPORTED)
    target_include_directories(${target} SYSTEM INTERFACE ${links})
endfunction()

# iapp_dependency(TARGET FOLDER HEADER DEBIAN FREEBSD find_package arguments…)
function(iapp_dependency target folder header debian freebsd)
    if(CMAKE_CROSSCOMPILING)
        iapp_link_host_headers(${target} ${folder} ${header} ${debian} ${freebsd})
        return()
    endif()
    find_package(${ARGN} QUIET CONFIG)
    if(NOT TARGET ${target})
        iapp_missing(${ARGV5} ${debian} ${freebsd})
    endif()
    set_target_properties(${target} PROPERTIES IMPORTED_GLOBAL TRUE)
endfunction()

find_package(Threads REQUIRED)
iapp_dependency(Boost::headers boost boost/lockfree/spsc_queue.hpp
    libboost-dev boost-libs Boost 1.74)
if(IAPP_BUILD_TESTS)
    iapp_dependency(doctest::doctest doctest doctest/doctest.h doctest-dev doctest doctest)
    find_program(IAPP_PYTHON NAMES python3 python3.12 python3.11 NO_CMAKE_FIND_ROOT_PATH)
    if(NOT IAPP_PYTHON)
        iapp_missing("Python 3" python3 python3)
    endif()
endif()
if(IAPP_BUILD_BENCH OR IAPP_BUILD_TOOLS OR IAPP_BUILD_EXAMPLES)
    iapp_dependency(CLI11::CLI11 CLI CLI/CLI.hpp libcli11-dev cli11 CLI11)
    if(CMAKE_CROSSCOMPILING)
        add_subdirectory(${CMAKE_CURRENT_LIST_DIR}/fmt ${PROJECT_BINARY_DIR}/fmt)
    else()
        iapp_dependency(fmt::fmt fmt fmt/format.h libfmt-dev libfmt fmt)
    endif()
endif()

if(IAPP_LIBKQUEUE)
    find_package(PkgConfig REQUIRED)
    pkg_check_modules(LIBKQUEUE QUIET IMPORTED_TARGET libkqueue)
    if(NOT LIBKQUEUE_FOUND)
        message(FATAL_ERROR "IAPP_LIBKQUEUE is on but pkg-config finds no libkqueue: "
            "install it (https://github.com/mheily/libkqueue) and set PKG_CONFIG_PATH.")
    endif()
endif()
