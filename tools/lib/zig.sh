# Sourced by the scripts in tools/, after packages.sh: the zig that builds for FreeBSD.

# Puts zig into build/zig unless IAPP_ZIG names one. Called at the root of the tree.
need_zig() {
    [ -z "${IAPP_ZIG:-}" ] || return 0
    for found in build/zig/lib/python3*/site-packages/ziglang/zig; do
        [ ! -x "$found" ] || return 0
    done
    need zig || return 1
    echo "Installing zig in build/zig" >&2
    python3 -m venv build/zig || return 1
    build/zig/bin/python -m pip install --quiet --disable-pip-version-check 'ziglang==0.17.1'
}
