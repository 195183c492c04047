#!/bin/sh
# Installs into an empty folder, moves it elsewhere, and builds programs against it by CMake.
# usage: check_cmake.sh ROOT BUILD, with CC and CXX in the environment
# shellcheck disable=SC2086,SC2317 # requests are words; functions are called by name
set -eu
root=$1 build=$2
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/stage.sh
. "$(dirname "$0")/stage.sh"
export CMAKE_GENERATOR=Ninja # there may be no make
moved="$scratch/moved to a path with blanks"
programs=$scratch/programs

# The prefix alone is moved: nothing above it is known to the package.
moves() {
    staged && mv "$(find "$shared" -path '*/include/lgd.h' | sed 's|/include/lgd.h$||')" "$moved" &&
        nothing grep -rn "$shared" "$moved"
}

# configured <source> <build>
configured() {
    cmake -S "$1" -B "$2" -DCMAKE_PREFIX_PATH="$moved" -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF
}

found_where_it_was_moved() {
    version=$(sed -n "s/^project(.* version: '\([^']*\)'.*/\1/p" "$root/meson.build")
    echo "$version in $moved/${config#"$moved/"}" | diff - "$programs/found"
}

# answers <cmake word>... , the rest of find_package(): says FOUND, or why not
answers() {
    mkdir -p "$scratch/asked"
    cat >"$scratch/asked/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.19)
project(asked NONE)
find_package(libgd-descent $*)
message("FOUND \${libgd-descent_FOUND} \${libgd-descent_VERSION}")
END
    rm -rf "$scratch/asked/build"
    cmake -S "$scratch/asked" -B "$scratch/asked/build" -Dlibgd-descent_DIR="$config" 2>&1
}

accepts() {
    answers "$@" | tee "$scratch/answer"
    grep -q '^FOUND \(1\|TRUE\) 0' "$scratch/answer"
}

# refuses <what is said> <cmake word>...
refuses() {
    said=$1
    shift
    answers "$@" REQUIRED | tr -s ' \n' ' ' | tee "$scratch/answer"
    ! grep -q 'FOUND \(1\|TRUE\)' "$scratch/answer" && grep -q "$said" "$scratch/answer"
}

# As where /lib is a link to /usr/lib: the config file is reached by a path that does not lead up to include.
through_a_link() {
    mkdir -p "$scratch/linked" && ln -s "$moved/$(echo "${config#"$moved/"}" | cut -d / -f 1)" "$scratch/linked" &&
        config=$scratch/linked/${config#"$moved/"} accepts CONFIG &&
        cat >>"$scratch/asked/CMakeLists.txt" <<'END' &&
if(NOT EXISTS "${libgd-descent_INCLUDE_DIRS}/lgd.h")
  message(FATAL_ERROR "no lgd.h in ${libgd-descent_INCLUDE_DIRS}")
endif()
END
        cmake -S "$scratch/asked" -B "$scratch/asked/build"
}

# What docs/guide/linking.md shows, with the program it shows.
guide() {
    mkdir -p "$scratch/guide" && block docs/guide/linking.md cmake >"$scratch/guide/CMakeLists.txt" &&
        block docs/guide/linking.md c 'int main' >"$scratch/guide/fit.c" &&
        block docs/guide/linking.md text 'y = ' >"$scratch/guide.txt" &&
        configured "$scratch/guide" "$scratch/guide/build" && cmake --build "$scratch/guide/build" &&
        prints "$scratch/guide.txt" "$scratch/guide/build/fit"
}

if ! command -v cmake >/dev/null; then
    skip cmake_consumers_build "no cmake"
    finish
fi
check cmake_package_installs_and_moves moves
config=$(find "$moved" -type d -path '*/cmake/libgd-descent')
check cmake_consumer_configures configured "$consumer" "$programs"
check cmake_version_and_place_are_known found_where_it_was_moved
check cmake_consumer_builds cmake --build "$programs"
check cmake_variables_program_prints prints "$consumer/consumer.txt" "$programs/variables"
check cmake_package_through_a_link_is_found through_a_link
for wanted in '' 0.1 '0.1.0 EXACT' '0.1...<0.2' '0.0...0.1' 0.1...0.1.0; do
    check "cmake_version_$(echo "${wanted:-any}" | tr '. <' '___')_accepted" accepts $wanted CONFIG
done
for wanted in 0.1.1 0.2 0.0 1 1.0 '0.1.1 EXACT' '0.0...<0.1' 0.1.1...0.2; do
    check "cmake_version_$(echo "$wanted" | tr '. <' '___')_refused" refuses 'version: 0.1.0' $wanted CONFIG
done
check cmake_component_unknown_refused refuses 'component plot is unknown, gd and io are accepted' CONFIG COMPONENTS gd plot
check cmake_component_unknown_optional_is_let_go accepts CONFIG OPTIONAL_COMPONENTS plot
check cmake_component_gd_accepted accepts CONFIG COMPONENTS gd
! has_io || check cmake_component_io_accepted accepts CONFIG COMPONENTS gd io
check cmake_guide_builds_and_prints_what_it_says guide
# The programs of the archive have no use for what is shared.
for kind in '' _static; do
    [ -z "$kind" ] || find "$moved" -name '*.so*' -exec rm {} +
    check "cmake_c${kind}_prints" prints "$consumer/consumer.txt" "$programs/c$kind"
    for standard in 98 17; do
        check "cmake_cxx$standard${kind}_prints" prints "$consumer/consumer_cpp.txt" "$programs/cxx$standard$kind"
    done
    ! has_io || check "cmake_io${kind}_prints" prints "$consumer/reader.txt" "$programs/io$kind"
done
find "$moved" -name 'libgd*-io*' -exec rm {} +
check cmake_component_gd_of_an_archive_alone_accepted accepts CONFIG COMPONENTS gd
check cmake_component_io_removed_refused refuses 'component io is not part of this installation' CONFIG COMPONENTS io
finish
