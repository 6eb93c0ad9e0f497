# How everything here is compiled: language, warnings, sanitizers. Applies to this tree only;
# nothing of it reaches a program that uses the installed library.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
# GCC 12 warns of strings that are added up as if a long one lay in the place of short ones
# (https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105651); AddressSanitizer sees such errors.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    add_compile_options(-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow)
endif()
if(IAPP_WERROR)
    add_compile_options(-Werror)
endif()

# A failed check names its file as the tree does, wherever the tree was built.
add_compile_options(
    -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=
    -fmacro-prefix-map=${PROJECT_BINARY_DIR}/include/iapp/=)

if(IAPP_SANITIZE)
    # Not vptr: that check reads memory through a pipe of its own, and so reports errors that are
    # none where no descriptor is left, which our tests bring about.
    add_compile_options(
        -fsanitize=${IAPP_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${IAPP_SANITIZE})
endif()
add_compile_definitions($<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
