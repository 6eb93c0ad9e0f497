# What this system has: IAPP_ENGINES, the engines that are compiled in (the first is the default).

if(CMAKE_SYSTEM_NAME STREQUAL "FreeBSD")
    set(IAPP_ENGINES kqueue poll)
elseif(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    set(IAPP_ENGINES epoll poll)
    if(IAPP_LIBKQUEUE)
        list(APPEND IAPP_ENGINES kqueue)
    endif()
else()
    message(FATAL_ERROR "libiapp runs on FreeBSD and Linux, not on ${CMAKE_SYSTEM_NAME}.")
endif()
