# `cmake --install build/<preset> --component carry --prefix DIR` makes a folder for another
# machine: every program in DIR/bin and `run-tests`, a script that runs every test there and needs
# nothing of this tree.

# One line for `run-tests`: name|time limit in seconds|engine or -|command, relative to the folder.
function(iapp_carry name timeout engine command)
    set_property(GLOBAL APPEND PROPERTY IAPP_CARRIED "${name}|${timeout}|${engine}|${command}")
endfunction()

function(iapp_install_carried_programs folder)
    get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
    foreach(target IN LISTS targets)
        get_target_property(type ${target} TYPE)
        if(type STREQUAL "EXECUTABLE")
            install(TARGETS ${target}
                RUNTIME DESTINATION bin COMPONENT carry EXCLUDE_FROM_ALL)
        endif()
    endforeach()
    get_property(folders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
    foreach(sub IN LISTS folders)
        iapp_install_carried_programs(${sub})
    endforeach()
endfunction()

# Called once, after every program and test is known.
function(iapp_install_carried)
    iapp_install_carried_programs(${PROJECT_SOURCE_DIR})
    get_property(lines GLOBAL PROPERTY IAPP_CARRIED)
    list(JOIN lines "\n" IAPP_CARRIED_LINES)
    set(folder ${PROJECT_BINARY_DIR}/carry)
    configure_file(${PROJECT_SOURCE_DIR}/cmake/run-tests.in ${folder}/run-tests.in @ONLY)
    file(GENERATE OUTPUT ${folder}/run-tests INPUT ${folder}/run-tests.in)
    install(PROGRAMS ${folder}/run-tests DESTINATION . COMPONENT carry EXCLUDE_FROM_ALL)
endfunction()
