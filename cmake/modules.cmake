# One static library a module. `#include <iapp/reactor/stream.hpp>` works in the tree through links
# in the build folder, and after installation because the headers are copied to the same shape.

set(IAPP_INCLUDE_LINKS ${PROJECT_BINARY_DIR}/include)
file(MAKE_DIRECTORY ${IAPP_INCLUDE_LINKS}/iapp)

# iapp_add_module(NAME SOURCES … LIBS …): the target iapp_NAME, also called iapp::NAME. A module of
# headers alone needs no SOURCES.
function(iapp_add_module name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS")
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${IAPP_INCLUDE_LINKS}/iapp/${name} SYMBOLIC)
    set(kind STATIC)
    set(scope PUBLIC)
    if(NOT arg_SOURCES)
        set(kind INTERFACE)
        set(scope INTERFACE)
    endif()
    add_library(iapp_${name} ${kind} ${arg_SOURCES})
    add_library(iapp::${name} ALIAS iapp_${name})
    set_target_properties(iapp_${name} PROPERTIES EXPORT_NAME ${name})
    target_compile_features(iapp_${name} ${scope} cxx_std_20)
    target_include_directories(iapp_${name} ${scope}
        $<BUILD_INTERFACE:${IAPP_INCLUDE_LINKS}>
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_link_libraries(iapp_${name} ${scope} ${arg_LIBS})
    if(arg_SOURCES)
        target_compile_options(iapp_${name} PRIVATE ${IAPP_LTO_LIBRARY_OPTIONS})
        iapp_precompile(iapp_${name} ${IAPP_LTO_LIBRARY_OPTIONS})
        iapp_share_compilation(iapp_${name} 12)
    endif()
    install(TARGETS iapp_${name} EXPORT iappTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT devel)
    install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/iapp/${name} COMPONENT devel
        FILES_MATCHING PATTERN "*.hpp" PATTERN detail EXCLUDE)
endfunction()

# iapp_add_umbrella(HEADERS … LIBS …): iapp::iapp links every module, and each header at the root
# is included as <iapp/HEADER>.
function(iapp_add_umbrella)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "HEADERS;LIBS")
    foreach(header IN LISTS arg_HEADERS)
        file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${header} ${IAPP_INCLUDE_LINKS}/iapp/${header}
            SYMBOLIC)
    endforeach()
    add_library(iapp_iapp INTERFACE)
    add_library(iapp::iapp ALIAS iapp_iapp)
    set_target_properties(iapp_iapp PROPERTIES EXPORT_NAME iapp)
    list(TRANSFORM arg_LIBS PREPEND iapp_)
    target_link_libraries(iapp_iapp INTERFACE ${arg_LIBS})
    install(TARGETS iapp_iapp EXPORT iappTargets COMPONENT devel)
    install(FILES ${arg_HEADERS}
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/iapp COMPONENT devel)
endfunction()
