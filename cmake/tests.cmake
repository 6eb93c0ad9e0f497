# Tests are registered once and run in two ways: by ctest, and by `run-tests` in the carried folder
# (carry.cmake). A test that exits 77 counts as skipped. No test program runs while building.

set(IAPP_TESTS_DISABLED FALSE)
if(CMAKE_CROSSCOMPILING)
    set(IAPP_TESTS_DISABLED TRUE)
endif()

# Properties common to every ctest entry. A cross build lists its tests and runs none of them.
function(iapp_finish_test name timeout serial labels)
    set_tests_properties(${name} PROPERTIES
        TIMEOUT ${timeout} LABELS "${labels}" SKIP_RETURN_CODE 77 RUN_SERIAL ${serial}
        DISABLED ${IAPP_TESTS_DISABLED})
endfunction()

# iapp_add_test_program(NAME test_reactor MODULE reactor SOURCES a.cpp … [ENGINE_SOURCES b.cpp …]
#                       [POLLER_SOURCES c.cpp …] [SIM_SOURCES b.cpp …] LIBS … [HELPERS d.cpp …]
#                       [TIMEOUT seconds] [SERIAL])
# One doctest program for a folder. Every source is an entry of its own, `reactor.a`; those in
# ENGINE_SOURCES one for each engine, `reactor.b[epoll]`, told by the environment (IAPP_ENGINE),
# those in POLLER_SOURCES one for each engine that works by readiness. Those of ENGINE_SOURCES that
# are named in SIM_SOURCES too run on the simulated engines as well, but for their test cases in the
# suite `os`, which need a real system. HELPERS hold no test cases.
function(iapp_add_test_program)
    cmake_parse_arguments(PARSE_ARGV 0 arg "SERIAL" "NAME;MODULE;TIMEOUT"
        "SOURCES;ENGINE_SOURCES;POLLER_SOURCES;SIM_SOURCES;HELPERS;LIBS")
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    add_executable(${arg_NAME}
        ${arg_SOURCES} ${arg_ENGINE_SOURCES} ${arg_POLLER_SOURCES} ${arg_HELPERS})
    target_link_libraries(${arg_NAME} PRIVATE iapp_test_support ${arg_LIBS})
    set(options)
    if(CMAKE_CROSSCOMPILING)
        # Half the time; they run once, elsewhere. Without optimisation zig adds UBSan, whose
        # library is not there.
        set(options -O0 -fno-sanitize=undefined)
    endif()
    target_compile_options(${arg_NAME} PRIVATE ${options})
    iapp_precompile(${arg_NAME} ${options})
    iapp_share_compilation(${arg_NAME} 6) # each has a namespace of its own, for that

    foreach(source IN LISTS arg_SOURCES arg_ENGINE_SOURCES arg_POLLER_SOURCES)
        set(engines none)
        if(source IN_LIST arg_ENGINE_SOURCES)
            set(engines ${IAPP_ENGINES})
        elseif(source IN_LIST arg_POLLER_SOURCES)
            set(engines ${IAPP_POLLERS})
        endif()
        if(source IN_LIST arg_SIM_SOURCES)
            list(APPEND engines sim_ready sim_completing)
        endif()
        file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${source})
        foreach(engine IN LISTS engines)
            iapp_register_source(${source} ${path} ${engine})
        endforeach()
    endforeach()
endfunction()

# A helper of the function above (reads its arguments): one source on one engine, or on none.
macro(iapp_register_source source path engine)
    string(REGEX REPLACE "(_test)?\\.cpp$" "" entry "${arg_MODULE}.${source}")
    string(REPLACE "/" "." entry "${entry}")
    set(variant "-")
    set(labels ${arg_MODULE})
    set(cases --source-file=*${path})
    if(NOT ${engine} STREQUAL "none")
        string(APPEND entry "[${engine}]")
        set(variant ${engine})
        list(APPEND labels engine-${engine})
    endif()
    if(${engine} MATCHES "^sim_")
        list(APPEND cases --test-suite-exclude=os)
    endif()
    list(JOIN cases " " words)
    add_test(NAME ${entry} COMMAND ${arg_NAME} ${cases})
    iapp_finish_test(${entry} ${arg_TIMEOUT} ${arg_SERIAL} "${labels}")
    if(NOT ${engine} STREQUAL "none")
        set_tests_properties(${entry} PROPERTIES ENVIRONMENT IAPP_ENGINE=${engine})
    endif()
    iapp_carry(${entry} ${arg_TIMEOUT} ${variant}
        "bin/$<TARGET_FILE_NAME:${arg_NAME}> ${words}")
endmacro()

# iapp_add_program_test(NAME programs.selftest PROGRAM iapp_selftest [ARGS …]
#                       [TIMEOUT seconds] [SERIAL])
# One of our programs (its target) run by itself; it passes when it exits 0. Carried.
function(iapp_add_program_test)
    cmake_parse_arguments(PARSE_ARGV 0 arg "SERIAL" "NAME;PROGRAM;TIMEOUT" "ARGS")
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    string(REGEX REPLACE "\\..*" "" label ${arg_NAME})
    add_test(NAME ${arg_NAME} COMMAND ${arg_PROGRAM} ${arg_ARGS})
    iapp_finish_test(${arg_NAME} ${arg_TIMEOUT} ${arg_SERIAL} ${label})
    list(JOIN arg_ARGS " " words)
    iapp_carry(${arg_NAME} ${arg_TIMEOUT} - "bin/$<TARGET_FILE_NAME:${arg_PROGRAM}> ${words}")
endfunction()

# iapp_add_script_test(NAME programs.srv_clt SCRIPT srv_clt_test.py [ARGS …]
#                      [TIMEOUT seconds] [SERIAL])
# A script, called with `--bin FOLDER-OF-THE-PROGRAMS` and ARGS. A Python script runs here only; a
# `.sh` one must be POSIX sh and is carried.
function(iapp_add_script_test)
    cmake_parse_arguments(PARSE_ARGV 0 arg "SERIAL" "NAME;SCRIPT;TIMEOUT" "ARGS")
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 300)
    endif()
    string(REGEX REPLACE "\\..*" "" label ${arg_NAME})
    set(interpreter ${IAPP_PYTHON} -B)
    if(arg_SCRIPT MATCHES "\\.sh$")
        set(interpreter sh)
        cmake_path(GET arg_SCRIPT FILENAME file)
        install(PROGRAMS ${arg_SCRIPT} DESTINATION tests COMPONENT carry EXCLUDE_FROM_ALL)
        list(JOIN arg_ARGS " " words)
        iapp_carry(${arg_NAME} ${arg_TIMEOUT} - "sh tests/${file} --bin bin ${words}")
    endif()
    add_test(NAME ${arg_NAME}
        COMMAND ${interpreter} ${CMAKE_CURRENT_SOURCE_DIR}/${arg_SCRIPT}
            --bin ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${arg_ARGS})
    iapp_finish_test(${arg_NAME} ${arg_TIMEOUT} ${arg_SERIAL} ${label})
endfunction()
