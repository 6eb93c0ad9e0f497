# What `find_package(iapp)` reads after installation.
include(CMakePackageConfigHelpers)

set(IAPP_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/iapp)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/iappConfig.cmake.in
    ${PROJECT_BINARY_DIR}/package/iappConfig.cmake INSTALL_DESTINATION ${IAPP_PACKAGE_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/iappConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_BINARY_DIR}/package/iappConfig.cmake
    ${PROJECT_BINARY_DIR}/package/iappConfigVersion.cmake
    DESTINATION ${IAPP_PACKAGE_DIR} COMPONENT devel)
install(EXPORT iappTargets NAMESPACE iapp:: DESTINATION ${IAPP_PACKAGE_DIR} COMPONENT devel)
