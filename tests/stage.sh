# shellcheck shell=sh disable=SC2034,SC2154 # names are set there and used there
# Sourced after tap.sh by the checks of what consumers meet, with root and build set: a staged installation, packages found
# in it alone, and programs run against it. Nothing of the caller's environment gets in.
unset PKG_CONFIG_PATH PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR CMAKE_PREFIX_PATH CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH \
    LIBRARY_PATH CFLAGS CXXFLAGS CPPFLAGS LDFLAGS DESTDIR
shared=$scratch/shared
consumer=$root/tests/consumer

has_io() {
    [ -f "$build/meson-private/libgd-descent-io.pc" ]
}

staged() {
    meson install -C "$build" --no-rebuild --destdir "$shared"
}

# libdir <stage>: where its libraries are
libdir() {
    dirname "$(find "$1" -name libgd-descent.a)"
}

# staged_environment <stage>: pkg-config sees no package file but those of the stage.
staged_environment() {
    PKG_CONFIG_LIBDIR=$(libdir "$1")/pkgconfig PKG_CONFIG_SYSROOT_DIR=$1
    export PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR
}

# package <stage> <pkg-config word>...
package() {
    staged_environment "$1"
    shift
    pkg-config "$@"
}

# prints <file> <command>...: exactly what the file says
prints() {
    expected=$1
    shift
    (cd "$scratch" && "$@") >"$scratch/output" && diff "$expected" "$scratch/output"
}

# block <document> <language> [<word>]: its first block of that language that has the word in it
block() {
    awk -v fence="\`\`\`$2" -v word="${3:-}" '
        $0 == fence { inside = 1; text = ""; next }
        /^```/ && inside {
            inside = 0
            if (word == "" || index(text, word)) {
                found = 1
                printf "%s", text
                exit
            }
        }
        inside { text = text $0 "\n" }
        END { exit !found }' "$root/$1"
}
