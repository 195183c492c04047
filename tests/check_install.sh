#!/bin/sh
# Installs into an empty folder and builds programs against it as a user does, by pkg-config.
# usage: check_install.sh ROOT BUILD, with CC and CXX in the environment
# shellcheck disable=SC2086,SC2317 # flags are words; functions are called by name
set -eu
root=$1 build=$2
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
shared=$scratch/shared static=$scratch/static

has_io() {
    [ -f "$build/meson-private/libgd-descent-io.pc" ]
}

staged() {
    meson install -C "$build" --no-rebuild --destdir "$shared" &&
        cp -a "$shared" "$static" && find "$static" -name '*.so*' -exec rm {} +
}

# package <stage> <pkg-config word>...: with no other package file in sight.
package() {
    PKG_CONFIG_PATH='' PKG_CONFIG_LIBDIR=$(dirname "$(find "$1" -name libgd-descent.pc)") PKG_CONFIG_SYSROOT_DIR=$1
    export PKG_CONFIG_PATH PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR
    shift
    pkg-config "$@"
}

headers_as_in_the_tree() {
    include=$(dirname "$(find "$shared" -name lgd.h)")
    (cd "$include" && find . -name '*.h' | sort) >"$scratch/installed"
    (cd "$root/include" && find . -name '*.h' | sort) >"$scratch/tree"
    has_io || sed -i '/io\.h$/d' "$scratch/tree"
    diff "$scratch/tree" "$scratch/installed"
}

# The link name is ours and leads to the soname; `-lgd` may be the graphics library's.
link_names() {
    lib=$(dirname "$(find "$shared" -name libgd-descent.so)")
    [ "$(readlink "$lib/libgd-descent.so")" = libgd.so.0 ] && [ -f "$lib/libgd.so.0" ] && [ -f "$lib/libgd-descent.a" ]
}

flags_name_the_package_alone() {
    flags=$(package "$shared" --cflags --libs "$1")
    echo "$flags"
    case " $flags " in *" -l${1#lib} "*) ;; *) return 1 ;; esac
    case " $flags " in *" -lgd "* | *blas* | *lapack*) return 1 ;; esac
}

# builds <stage> <package> <program> <compiler word>...
builds() {
    stage=$1 name=$2 program=$3
    shift 3
    # No shared library of ours is there: the archive and what it needs.
    if [ "$stage" = "$static" ]; then also=--static; else also=; fi
    flags=$(package "$stage" $also --cflags --libs "$name") && echo "$* $flags" && "$@" -o "$program" $flags
}

# prints <stage> <program> <file> <argument>...: exactly what the file says
prints() {
    program=$2 file=$3
    lib=$(dirname "$(find "$1" -name libgd-descent.a)")
    shift 3
    (cd "$scratch" && LD_LIBRARY_PATH=$lib "$program" "$@") >"$scratch/output" && diff "$file" "$scratch/output"
}

works() {
    stage=$1 name=$2 expected=$3
    shift 3
    builds "$stage" "$name" "$scratch/program" "$@" && prints "$stage" "$scratch/program" "$expected"
}

# As a meson subproject, of which only the libraries are built.
subproject() {
    mkdir -p "$scratch/project/subprojects"
    cp "$consumer/consumer.c" "$consumer/meson.build" "$scratch/project"
    ln -s "$root" "$scratch/project/subprojects/libgd-descent"
    built=$scratch/project/build
    meson setup "$built" "$scratch/project" && meson compile -C "$built" &&
        "$built/consumer" >"$scratch/output" && diff "$consumer/consumer.txt" "$scratch/output" &&
        nothing find "$built/subprojects" -name 'test*' -o -name '*bench*' -o -name 'example*'
}

# The first block of C in README.md that includes lgd.h, and the block of text that follows it.
readme() {
    awk -v program="$scratch/readme.c" -v output="$scratch/readme.txt" '
        /^```/ && kind == "" { kind = substr($0, 4); block = ""; next }
        /^```/ {
            if (kind == "c" && !found && block ~ /#include <lgd\.h>/) {
                found = 1
                printf "%s", block >program
            } else if (kind == "text" && found && !shown) {
                shown = 1
                printf "%s", block >output
            }
            kind = ""
            next
        }
        { block = block $0 "\n" }
        END { exit !shown }' "$root/README.md"
}

strict="-pedantic -Wall -Wextra -Wconversion -Werror"
consumer=$root/tests/consumer
check install_empty_folder_succeeds staged
check install_headers_as_in_the_tree headers_as_in_the_tree
check install_link_names_lead_to_the_library link_names
packages=libgd-descent
! has_io || packages="libgd-descent libgd-descent-io"
for name in $packages; do
    case=$(echo $name | tr - _)
    check "${case}_without_other_package_files_exists" package "$shared" --exists --print-errors $name
    check "${case}_static_without_other_package_files_exists" package "$shared" --static --exists --print-errors $name
    check "${case}_flags_name_no_other_library" flags_name_the_package_alone $name
done
for stage in "$shared" "$static"; do
    kind=${stage##*/}
    check "consumer_c_${kind}_builds_and_prints" works "$stage" libgd-descent "$consumer/consumer.txt" \
        ${CC:-cc} -std=c11 $strict "$consumer/consumer.c"
    if [ -n "${CXX:-}" ]; then
        check "consumer_cxx_${kind}_builds_and_prints" works "$stage" libgd-descent "$consumer/consumer.txt" \
            $CXX -std=c++17 $strict -x c++ "$consumer/consumer.c"
    else
        skip "consumer_cxx_${kind}_builds_and_prints" "no C++ compiler"
    fi
    if has_io; then
        check "consumer_io_${kind}_builds_and_prints" works "$stage" libgd-descent-io "$consumer/reader.txt" \
            ${CC:-cc} -std=c11 $strict "$consumer/reader.c"
    fi
done
check consumer_subproject_builds_and_prints subproject
check readme_program_and_output_are_there readme
for stage in "$shared" "$static"; do
    check "readme_${stage##*/}_builds_and_prints_what_it_says" works "$stage" libgd-descent "$scratch/readme.txt" \
        ${CC:-cc} -std=c11 $strict "$scratch/readme.c"
done
finish
