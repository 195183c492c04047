#!/bin/sh
# Programs that use the library by meson: as a subproject, of which the libraries alone are built, and installed.
# usage: check_meson.sh ROOT BUILD, with CC and CXX in the environment
# shellcheck disable=SC2317 # functions are called by name
set -eu
root=$1 build=$2
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/stage.sh
. "$(dirname "$0")/stage.sh"
parent=$scratch/parent

# project <folder> <document or folder of meson.build>: programs, and this tree as the subproject that the guide's wrap file
# says provides them. What a wrap-git would fetch is there already.
project() {
    mkdir -p "$1/subprojects" && cp "$consumer/consumer.c" "$consumer/consumer.cpp" "$consumer/reader.c" "$1" &&
        ln -s "$root" "$1/subprojects/libgd-descent" &&
        block docs/guide/linking.md ini >"$1/subprojects/libgd-descent.wrap" &&
        case $2 in
        *.md) block "$2" meson >"$1/meson.build" && block "$2" c 'int main' >"$1/fit.c" ;;
        *) cp "$2/meson.build" "$1" ;;
        esac
}

# The parent is strict with itself, in its options and in the flags that every subproject gets.
parent_configures() {
    meson setup "$parent/build" "$parent" --prefix=/opt/parent --libdir=lib --wrap-mode=forcefallback \
        -Dwarning_level=3 -Dwerror=true -Dc_args='-Wall -Wextra -Werror'
}

# What the subproject adds to the build: its libraries with the loops that they are made of, and no test.
libraries_alone() {
    { echo gd && { ! has_io || echo gd-io; }; } | awk '{ print $0 ", shared"; print $0 ", static" }' >"$scratch/expected"
    meson introspect "$parent/build" --targets | tr '{' '\n' | grep '"defined_in": "[^"]*/subprojects/' |
        sed -n 's/.*"name": "\([^"]*\)".*"type": "\([^"]*\) library".*/\1, \2/p; t; p' | grep -v '^gd-rows-.*, static$' |
        sort >"$scratch/targets"
    diff "$scratch/expected" "$scratch/targets" && [ "$(meson introspect "$parent/build" --tests)" = "[]" ]
}

# Flags are for the files of the project that sets them, on either side.
flags_stay_at_home() {
    grep '"command"' "$parent/build/compile_commands.json" >"$scratch/commands" &&
        grep '/lib/base/' "$scratch/commands" >"$scratch/ours" && grep 'consumer\.c' "$scratch/commands" >"$scratch/theirs" &&
        nothing grep -e -DPARENT -e -std=c99 -e -Wpedantic "$scratch/ours" &&
        nothing grep -e -ffp-contract -e -fopenmp -e -Wno-unknown-pragmas -e LGD_ "$scratch/theirs"
}

needs_the_shared_library() {
    readelf -d "$1" | grep -q 'NEEDED.*\[libgd\.so\.0\]'
}

programs_work() {
    for kind in '' _shared _static; do
        prints "$consumer/consumer.txt" "$1/c$kind" || return
        ! has_io || prints "$consumer/reader.txt" "$1/io$kind" || return
    done
    prints "$consumer/consumer_cpp.txt" "$1/cxx98" && prints "$consumer/consumer_cpp.txt" "$1/cxx17" &&
        needs_the_shared_library "$1/c" &&
        needs_the_shared_library "$1/c_shared" && ! needs_the_shared_library "$1/c_static"
}

# files <folder>: what is there for those who build against it
files() {
    (cd "$1" && find include ./*/pkgconfig ./*/cmake ./*/*/pkgconfig ./*/*/cmake -type f 2>/dev/null) | sed 's|.*/||' | sort
}

parent_installs() {
    meson install -C "$parent/build" --no-rebuild --destdir "$scratch/all" && to=$scratch/all/opt/parent || return
    files "$(dirname "$(dirname "$(find "$shared" -name lgd.h)")")" >"$scratch/expected"
    files "$to" | diff "$scratch/expected" - && [ "$(cd "$to" && echo ./*)" = "./bin ./include ./lib" ] &&
        prints "$consumer/consumer.txt" env LD_LIBRARY_PATH="$to/lib" "$to/bin/c"
}

parent_installs_itself_alone() {
    meson install -C "$parent/build" --no-rebuild --skip-subprojects --destdir "$scratch/own" || return
    (cd "$scratch/own/opt/parent" && find . -type f) | sort >"$scratch/files"
    printf './bin/c%s\n' '' _shared _static | diff - "$scratch/files" &&
        prints "$consumer/consumer.txt" "$scratch/own/opt/parent/bin/c_static"
}

# What the guide shows, by a subproject: default_library is the parent's to say.
guide_as_static_subproject() {
    project "$scratch/guide" docs/guide/linking.md &&
        meson setup "$scratch/guide/static" "$scratch/guide" --wrap-mode=forcefallback -Ddefault_library=static &&
        meson compile -C "$scratch/guide/static" fit && prints "$scratch/guide.txt" "$scratch/guide/static/fit" &&
        ! needs_the_shared_library "$scratch/guide/static/fit"
}

# installed <project> <build>: against the staged installation and nothing else
installed() {
    staged_environment "$shared"
    meson setup "$2" "$1" --wrap-mode=nofallback && meson compile -C "$2"
}

guide_as_installed() {
    installed "$scratch/guide" "$scratch/guide/installed" && prints "$scratch/guide.txt" "$scratch/guide/installed/fit"
}

block docs/guide/linking.md text 'y = ' >"$scratch/guide.txt"
check meson_parent_is_there project "$parent" "$consumer"
check meson_parent_configures parent_configures
check meson_subproject_builds_libraries_alone libraries_alone
check meson_subproject_and_parent_keep_their_flags flags_stay_at_home
check meson_parent_strict_with_warnings_builds meson compile -C "$parent/build"
check meson_parent_programs_print programs_work "$parent/build"
check install_empty_folder_succeeds staged
check meson_parent_installs_the_libraries_with_it parent_installs
check meson_parent_without_subprojects_installs_itself parent_installs_itself_alone
check meson_guide_static_subproject_prints_what_it_says guide_as_static_subproject
check meson_consumer_of_the_installed_builds installed "$parent" "$parent/installed"
check meson_consumer_of_the_installed_prints programs_work "$parent/installed"
check meson_guide_of_the_installed_prints_what_it_says guide_as_installed
finish
