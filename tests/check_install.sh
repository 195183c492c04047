#!/bin/sh
# Installs into an empty folder and builds programs against it as a user does, by pkg-config.
# usage: check_install.sh ROOT BUILD, with CC and CXX in the environment
# shellcheck disable=SC2016,SC2086,SC2317 # blocks hold $; flags are words; functions are called by name
set -eu
root=$1 build=$2
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/stage.sh
. "$(dirname "$0")/stage.sh"
static=$scratch/static

headers_as_in_the_tree() {
    include=$(dirname "$(find "$shared" -name lgd.h)")
    (cd "$include" && find . -name '*.h' | sort) >"$scratch/installed"
    (cd "$root/include" && find . -name '*.h' | sort) >"$scratch/tree"
    has_io || sed -Ei '/(io|libsvm|npy|hdf5)\.h$/d' "$scratch/tree"
    diff "$scratch/tree" "$scratch/installed"
}

# The link name is ours and leads to the soname; `-lgd` may be the graphics library's.
link_names() {
    lib=$(libdir "$shared")
    [ "$(readlink "$lib/libgd-descent.so")" = libgd.so.0 ] && [ -f "$lib/libgd.so.0" ] && [ -f "$lib/libgd-descent.a" ]
}

# The command is the tree's, and runs with the library that lies beside it.
command_runs() {
    installed=$(find "$shared" -path '*/bin/lgd')
    [ -x "$installed" ] && prints "$scratch/version" env LD_LIBRARY_PATH="$(libdir "$shared")" "$installed" --version
}

flags_name_the_package_alone() {
    flags=$(package "$shared" --cflags --libs "$1")
    echo "$flags"
    case " $flags " in *" -l${1#lib} "*) ;; *) return 1 ;; esac
    case " $flags " in *" -lgd "* | *blas* | *lapack*) return 1 ;; esac
}

# What an archive needs can be linked by any compiler, not only by the one that built it. (Where the linker does not find
# clang's OpenMP by name, it is clang's flag.)
static_flags_are_libraries() {
    own=none
    ! ${CC:-cc} --version | grep -q clang || own=-fopenmp
    package "$shared" --static --libs "$1" >"$scratch/flags" && cat "$scratch/flags" && grep -q -e '-lm' "$scratch/flags" &&
        nothing sh -c "tr ' ' '\n' <'$scratch/flags' | grep -Evx -e '-[lL].*' -e '$own' -e ''"
}

# The package's version is that of the headers.
version_of_the_headers() {
    said=$(package "$shared" --modversion "$1") && flags=$(package "$shared" --cflags "$1") || return 1
    printf '#include <lgd.h>\nLGD_VERSION_NUMBER\n' >"$scratch/version.c"
    number=$(${CC:-cc} -E -P $flags "$scratch/version.c" | tail -n 1)
    echo "$said is $number"
    [ -n "$number" ] && [ "$(echo "$said" | awk -F . '{ print $1 * 10000 + $2 * 100 + $3 }')" = $((number)) ]
}

versions_compare() {
    said=$(package "$shared" --modversion "$1") && package "$shared" --exact-version="$said" "$1" &&
        package "$shared" --atleast-version=0.1 "$1" && package "$shared" --atleast-version="$said" "$1" &&
        ! package "$shared" --atleast-version="$said.1" "$1"
}

# Asked without the sysroot, which not every pkg-config puts before them.
variable() {
    PKG_CONFIG_LIBDIR=$(libdir "$shared")/pkgconfig pkg-config --variable="$2" "$1"
}

variables_lead_somewhere() {
    [ -f "$shared$(variable "$1" includedir)/lgd.h" ] && [ -f "$shared$(variable "$1" libdir)/libgd-descent.so" ] &&
        [ -d "$shared$(variable "$1" prefix)/include" ]
}

# builds <stage> <package> <program> <compiler word>...
builds() {
    stage=$1 name=$2 program=$3
    shift 3
    # No shared library of ours is there: the archive and what it needs.
    if [ "$stage" = "$static" ]; then also=--static; else also=; fi
    flags=$(package "$stage" $also --cflags --libs "$name") && echo "$* $flags" && "$@" -o "$program" $flags
}

# works <stage> <package> <expected output> <compiler word>...
works() {
    stage=$1 name=$2 expected=$3
    shift 3
    builds "$stage" "$name" "$scratch/program" "$@" &&
        prints "$expected" env LD_LIBRARY_PATH="$(libdir "$stage")" "$scratch/program"
}

# The first block of C in README.md that includes lgd.h, and the first block of text that is an output of it.
readme() {
    block README.md c '#include <lgd.h>' >"$scratch/readme.c" && block README.md text 'P(pass)' >"$scratch/readme.txt"
}

# guide <word>: runs the commands of docs/guide/linking.md with that word, where its program is, and the program they make.
guide() {
    mkdir -p "$scratch/guide" && cd "$scratch/guide" && rm -f fit consumer && cp "$consumer/consumer.cpp" . &&
        block docs/guide/linking.md c 'int main' >fit.c && block docs/guide/linking.md text 'y = ' >fit.txt &&
        block docs/guide/linking.md sh "$1" >commands || return
    staged_environment "$shared"
    prefix=$(pkg-config --variable=prefix libgd-descent) libdir=$(libdir "$shared") PATH=$scratch/bin:$PATH
    export prefix libdir PATH
    sh -eu commands || return
    case $1 in
    *--libs*) export LD_LIBRARY_PATH="$libdir" ;; # the others find it by themselves, or need not
    esac
    if [ -f fit ]; then
        prints "$scratch/guide/fit.txt" "$scratch/guide/fit"
    else
        prints "$consumer/consumer_cpp.txt" "$scratch/guide/consumer"
    fi
}

# What the page calls cc and c++ are the compilers of this build.
compilers() {
    mkdir "$scratch/bin" && printf "#!/bin/sh\nPATH='%s' exec %s \"\$@\"\n" "$PATH" "${CC:-cc}" >"$scratch/bin/cc" &&
        printf "#!/bin/sh\nPATH='%s' exec %s \"\$@\"\n" "$PATH" "${CXX:-c++}" >"$scratch/bin/c++" && chmod +x "$scratch/bin/cc" "$scratch/bin/c++"
}

# Whether what the library stands on is there as archives.
archives() {
    echo 'int main(void) { return 0; }' >"$scratch/empty.c"
    flags=$(package "$shared" --static --libs libgd-descent | sed s/-lgd-descent//)
    ${CC:-cc} -static -o "$scratch/empty" "$scratch/empty.c" $flags >"$scratch/said" 2>&1
}

strict="-pedantic -Wall -Wextra -Wconversion -Wshadow -Werror"
check install_empty_folder_succeeds staged
cp -a "$shared" "$static" && find "$static" -name '*.so*' -exec rm {} +
check install_headers_as_in_the_tree headers_as_in_the_tree
check install_link_names_lead_to_the_library link_names
if [ -x "$build/cli/lgd" ]; then
    echo "lgd $(package "$shared" --modversion libgd-descent)" >"$scratch/version"
    check install_command_runs_with_the_library_there command_runs
fi
packages=libgd-descent
! has_io || packages="libgd-descent libgd-descent-io"
for name in $packages; do
    case=$(echo $name | tr - _)
    check "${case}_without_other_package_files_exists" package "$shared" --exists --print-errors $name
    check "${case}_static_without_other_package_files_exists" package "$shared" --static --exists --print-errors $name
    check "${case}_flags_name_no_other_library" flags_name_the_package_alone $name
    check "${case}_static_flags_are_for_any_compiler" static_flags_are_libraries $name
    check "${case}_version_is_that_of_the_headers" version_of_the_headers $name
    check "${case}_versions_compare" versions_compare $name
    check "${case}_variables_lead_somewhere" variables_lead_somewhere $name
done
for stage in "$shared" "$static"; do
    kind=${stage##*/}
    check "consumer_c_${kind}_builds_and_prints" works "$stage" libgd-descent "$consumer/consumer.txt" \
        ${CC:-cc} -std=c11 $strict "$consumer/consumer.c"
    for standard in 98 17; do
        if [ -n "${CXX:-}" ]; then
            check "consumer_cxx${standard}_${kind}_builds_and_prints" works "$stage" libgd-descent \
                "$consumer/consumer_cpp.txt" $CXX -std=c++$standard $strict "$consumer/consumer.cpp"
        else
            skip "consumer_cxx${standard}_${kind}_builds_and_prints" "no C++ compiler"
        fi
    done
    if has_io; then
        check "consumer_io_${kind}_builds_and_prints" works "$stage" libgd-descent-io "$consumer/reader.txt" \
            ${CC:-cc} -std=c11 $strict "$consumer/reader.c"
    fi
done
check readme_program_and_output_are_there readme
for stage in "$shared" "$static"; do
    check "readme_${stage##*/}_builds_and_prints_what_it_says" works "$stage" libgd-descent "$scratch/readme.txt" \
        ${CC:-cc} -std=c11 $strict "$scratch/readme.c"
done
compilers
check guide_by_pkg_config_prints_what_it_says guide 'cc fit.c $(pkg-config --cflags --libs'
check guide_with_the_path_written_in_prints_what_it_says guide 'rpath,$(pkg-config'
check guide_of_the_archive_prints_what_it_says guide 'l:libgd-descent.a'
check guide_by_hand_prints_what_it_says guide '-L"$libdir"'
check guide_in_cxx_prints_what_it_says guide 'c++ consumer.cpp $(pkg-config --cflags --libs'
if archives; then
    check guide_without_any_shared_library_prints_what_it_says guide 'cc -static'
else
    skip guide_without_any_shared_library_prints_what_it_says "BLAS or another library has no archive here"
fi
finish
