# Sourced by the scripts in tools/: what this system must have, and installing what it lacks.
#
#   need PURPOSE…      purposes: build, test, format, zig
#
# Installs as root or with sudo, and only when something is missing; never with IAPP_NO_INSTALL=1.

# Which family of systems this is: debian, freebsd or unknown.
system_family() {
    case $(uname -s) in
    FreeBSD) echo freebsd ;;
    Linux)
        if grep -Eq '^ID(_LIKE)?="?([a-z ]* )?(debian|ubuntu)' /etc/os-release 2>/dev/null; then
            echo debian
        else
            echo unknown
        fi
        ;;
    *) echo unknown ;;
    esac
}

# Lines "PACKAGE PROBE" for one purpose. A probe is a program, a file or python:MODULE.
packages_for() {
    case $1-$2 in
    debian-build)
        echo 'g++ c++'
        echo 'cmake cmake'
        echo 'ninja-build ninja'
        echo 'libboost-dev /usr/include/boost/lockfree/spsc_queue.hpp'
        echo 'libcli11-dev /usr/include/CLI/CLI.hpp'
        echo 'libfmt-dev /usr/include/fmt/format.h'
        echo 'liburing-dev /usr/include/liburing.h'
        ;;
    debian-test)
        echo 'doctest-dev /usr/include/doctest/doctest.h'
        echo 'python3 python3'
        echo 'spin spin'
        ;;
    debian-format) echo 'clang-format-14 clang-format-14' ;;
    debian-zig)
        echo 'python3 python3'
        echo 'python3-venv python:ensurepip'
        ;;
    freebsd-build)
        echo 'cmake cmake'
        echo 'ninja ninja'
        echo 'boost-libs /usr/local/include/boost/lockfree/spsc_queue.hpp'
        echo 'cli11 /usr/local/include/CLI/CLI.hpp'
        echo 'libfmt /usr/local/include/fmt/format.h'
        ;;
    freebsd-test)
        echo 'doctest /usr/local/include/doctest/doctest.h'
        echo 'python3 python3'
        echo 'spin spin'
        ;;
    freebsd-format | freebsd-zig) ;;
    *)
        echo "packages_for: no purpose $2" >&2
        return 1
        ;;
    esac
}

is_there() {
    case $1 in
    /*) [ -e "$1" ] ;;
    python:*) python3 -c "import ${1#python:}" 2>/dev/null ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

# The packages for the purposes on a system that are not there yet.
missing_packages() {
    family=$1
    shift
    for purpose in "$@"; do
        packages_for "$family" "$purpose" | while read -r package probe; do
            is_there "$probe" || echo "$package"
        done
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        echo "Installing needs root or sudo. As root, run: $*" >&2
        return 1
    fi
}

install_packages() {
    family=$1
    shift
    echo "Installing $*" >&2
    if [ "$family" = debian ]; then
        as_root apt-get -q update >&2 || return 1
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -q install -y --no-install-recommends "$@" >&2
    else
        as_root env ASSUME_ALWAYS_YES=yes pkg install -y "$@" >&2
    fi
}

need() {
    [ -z "${IAPP_NO_INSTALL:-}" ] || return 0
    system=$(system_family)
    if [ "$system" = unknown ]; then
        echo "This script knows the packages of Debian and FreeBSD, not of this system." >&2
        echo "Install a C++20 compiler, cmake 3.25, ninja, Boost, doctest, CLI11, fmt and" >&2
        echo "Python 3, then call it again with IAPP_NO_INSTALL=1." >&2
        return 1
    fi
    missing=$(missing_packages "$system" "$@") || return 1
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086  # a list of names
    install_packages "$system" $missing
}

processor_count() {
    getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2
}
