# Programs land in build/<preset>/bin. The carried folder takes every one of them (carry.cmake).

# iapp_add_program(NAME SOURCES … LIBS … [INSTALL]): INSTALL also for those that users install.
# Its own headers and those it shares are included from the folder above: "harness/args.hpp". Only
# in quotes, because bench/compare must not be mistaken for <compare>.
function(iapp_add_program name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "INSTALL" "" "SOURCES;LIBS")
    add_executable(${name} ${arg_SOURCES})
    target_compile_options(${name} PRIVATE "SHELL:-iquote ${CMAKE_CURRENT_SOURCE_DIR}/..")
    target_compile_definitions(${name} PRIVATE IAPP_VERSION="${PROJECT_VERSION}")
    target_link_libraries(${name} PRIVATE ${arg_LIBS})
    set(options)
    if(arg_INSTALL)
        set(options ${IAPP_LTO_PROGRAM_OPTIONS})
        target_link_options(${name} PRIVATE ${options})
        target_compile_options(${name} PRIVATE ${options})
    endif()
    iapp_precompile(${name} ${options})
    iapp_share_compilation(${name} 12)
    if(arg_INSTALL)
        install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT programs)
    endif()
endfunction()

# iapp_add_script_program(NAME FILE): a script that people run as build/<preset>/bin/NAME.
function(iapp_add_script_program name file)
    file(MAKE_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${name}
        SYMBOLIC)
endfunction()
