# FreeBSD programs from another system, with `zig c++` (clang, libc++ and FreeBSD's headers in one).
# tools/check makes build/zig; any other zig 0.17 is named with -DIAPP_ZIG= or the environment.
# IAPP_FREEBSD_ARCH is x86_64 or aarch64.

set(IAPP_FREEBSD_ARCH x86_64 CACHE STRING "Processor of the FreeBSD machine: x86_64 or aarch64")
set(IAPP_FREEBSD_VERSION 14.0 CACHE STRING "Oldest FreeBSD release that the programs shall run on")
set(IAPP_ZIG "$ENV{IAPP_ZIG}" CACHE FILEPATH "The zig program")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES
    IAPP_FREEBSD_ARCH IAPP_FREEBSD_VERSION IAPP_ZIG IAPP_ZIG_WRAPPERS)

if(NOT IAPP_ZIG)
    file(GLOB found ${CMAKE_CURRENT_LIST_DIR}/../build/zig/lib/python3*/site-packages/ziglang/zig)
    list(APPEND found "")
    list(GET found 0 found)
    if(NOT found)
        message(FATAL_ERROR "No zig: run `tools/check freebsd-amd64` once, which puts one in "
            "build/zig, or name one with -DIAPP_ZIG=PATH.")
    endif()
    cmake_path(NORMAL_PATH found)
    set(IAPP_ZIG ${found} CACHE FILEPATH "The zig program" FORCE)
endif()

# CMake wants an archiver that is one file.
if(NOT IAPP_ZIG_WRAPPERS)
    set(IAPP_ZIG_WRAPPERS ${CMAKE_BINARY_DIR}/zig)
    foreach(tool ar ranlib)
        file(WRITE ${IAPP_ZIG_WRAPPERS}/${tool} "#!/bin/sh\nexec '${IAPP_ZIG}' ${tool} \"$@\"\n")
        file(CHMOD ${IAPP_ZIG_WRAPPERS}/${tool} PERMISSIONS
            OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
    endforeach()
endif()

set(CMAKE_SYSTEM_NAME FreeBSD)
set(CMAKE_SYSTEM_VERSION ${IAPP_FREEBSD_VERSION})
set(CMAKE_SYSTEM_PROCESSOR ${IAPP_FREEBSD_ARCH})
set(CMAKE_CXX_COMPILER ${IAPP_ZIG} c++
    -target ${IAPP_FREEBSD_ARCH}-freebsd.${IAPP_FREEBSD_VERSION})
set(CMAKE_AR ${IAPP_ZIG_WRAPPERS}/ar)
set(CMAKE_RANLIB ${IAPP_ZIG_WRAPPERS}/ranlib)
