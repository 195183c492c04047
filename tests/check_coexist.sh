#!/bin/sh
# The library beside the GD graphics library: their names do not meet, and one process holds both.
# usage: check_coexist.sh ROOT LIBRARY..., each libgd*.so or libgd*.a, with CC and CXX in the environment
# shellcheck disable=SC2086,SC2317 # flags are words; functions are called by name
set -eu
root=$1
shift
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
LD_LIBRARY_PATH=$(dirname "$1")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
strict="-pedantic -Wall -Wextra -Wconversion -Wshadow -Werror"
their_headers="gd.h gd_io.h gdcache.h gdfx.h gdfontt.h gdfonts.h gdfontmb.h gdfontl.h gdfontg.h gd_color_map.h gd_errors.h"
missing=
printf '#include <gd.h>\n' | ${CC:-cc} -E - >"$scratch/gd.i" 2>"$scratch/said" || missing=libgd-dev

# beside <case> <command>...: with the graphics library
beside() {
    if [ -n "$missing" ]; then skip "$1" "$missing is not installed"; else check "$@"; fi
}

# where <library file>: of the neighbours the compiler finds; empty if it finds none
where() {
    found=$(${CC:-cc} -print-file-name="$1")
    [ "$found" = "$1" ] || echo "$found"
}

# External names that a shared library or an archive defines. The linker's own marks are in every library.
defined() {
    case $1 in *.a) nm -g --defined-only "$1" ;; *) nm -D --defined-only "$1" ;; esac 2>"$scratch/nm" |
        awk 'NF == 3 && $2 != "A" { sub(/@.*/, "", $3); print $3 }' |
        grep -vE '^(_init|_fini|_end|_edata|__bss_start)$' | sort -u
}

# meets_none <neighbour's file> <library>...
meets_none() {
    defined "$1" >"$scratch/theirs"
    shift
    for library; do
        defined "$library" >"$scratch/ours"
        [ -s "$scratch/ours" ] && [ -s "$scratch/theirs" ] && nothing comm -12 "$scratch/ours" "$scratch/theirs" || return
    done
}

# included <header>...: as directives
included() {
    printf '#include <%s>\n' "$@"
}

# macros <regular expression of paths> <header>...: those that files of such a path define
macros() {
    path=$1
    shift
    included "$@" | ${CC:-cc} -std=c11 -I"$root/include" -dD -E - | awk -v path="$path" '
        /^# [0-9]+ "/ { inside = $0 ~ path }
        inside && $1 == "#define" { sub(/\(.*/, "", $2); print $2 }' | sort -u
}

# words <file>...: all of them, also those of comments
words() {
    grep -ohE '[A-Za-z_][A-Za-z0-9_]*' "$@" | sort -u
}

macros_and_words_do_not_meet() {
    gd=$(sed -n 's/^# [0-9]* "\(.*\)\/gd\.h".*/\1/p' "$scratch/gd.i" | head -n 1)
    macros '/lgd(/[a-z]+)?[.]h"' lgd.h lgd/io.h >"$scratch/our_macros"
    macros '/gd[a-z_]*[.]h"' $their_headers >"$scratch/their_macros"
    words "$root"/include/lgd.h "$root"/include/lgd/*.h >"$scratch/our_words"
    (cd "$gd" && words $their_headers) >"$scratch/their_words"
    grep -q '^LGD_VERSION$' "$scratch/our_macros" && grep -q '^LGD_IO_H$' "$scratch/our_macros" &&
        grep -q '^GD_LINEAR$' "$scratch/their_macros" "$scratch/their_words" && grep -q '^GD_H$' "$scratch/their_macros" &&
        nothing comm -12 "$scratch/our_macros" "$scratch/their_words" &&
        nothing comm -12 "$scratch/their_macros" "$scratch/our_words"
}

# compiles <c or c++> <header order> <compiler word>...: a type, an enumerator or a function in both would be an error.
compiles() {
    language=$1 order=$2
    shift 2
    {
        case $order in
        ours_first) included lgd.h lgd/io.h $their_headers ;;
        *) included $their_headers lgd.h lgd/io.h ;;
        esac
        echo 'int main(void) { return gdImageCreate(1, 1) ? lgd_version() : LGD_EINVAL; }'
    } | "$@" $strict -fsyntax-only -I"$root/include" -x "$language" -
}

# look <file> <width x height>: a PNG of that size and more than two colours
look() {
    ${CC:-cc} -o "$scratch/look" "$root/tests/coexist/look.c" -lgd && "$scratch/look" "$1" >"$scratch/seen" &&
        cat "$scratch/seen" && awk -v size="$2" -F, '{ good = $1 == size && $2 + 0 > 2 } END { exit !good }' "$scratch/seen"
}

# Names are resolved in the process: were one of them in both libraries, the first loaded would have it.
loads() {
    ${CC:-cc} -shared -fPIC -Dmain=draw_curve -I"$root/include" -o "$scratch/user.so" "$root/examples/draw_curve.c" &&
        ${CC:-cc} -o "$scratch/load_both" "$root/tests/coexist/load_both.c" -ldl &&
        "$scratch/load_both" "$1" "$2" "$scratch/user.so" "$scratch/loaded.png" >"$scratch/printed" &&
        cat "$scratch/printed" && grep -q 'graphics [0-9]' "$scratch/printed" && grep -q 'nesterov.* loss' "$scratch/printed" &&
        look "$scratch/loaded.png" "480 x 320"
}

gnuplot_draws() {
    printf 'set terminal %s size 320,200\nset output "%s"\nplot sin(x)\n' "$1" "$scratch/plot.$1" | gnuplot || return
    case $1 in
    png) look "$scratch/plot.png" "320 x 200" ;;
    *) grep -q '</svg>' "$scratch/plot.svg" ;;
    esac
}

python_opens() {
    number=$(sed -n 's/#define LGD_VERSION_NUMBER \([0-9]*\).*/\1/p' "$root/include/lgd/runtime.h")
    python3 -c "
import ctypes
for name in '$1', '$2':
    ctypes.CDLL(name, ctypes.RTLD_GLOBAL)
ours, theirs = ctypes.CDLL('libgd.so.0'), ctypes.CDLL('libgd.so.3')
assert ours.lgd_version() == $number, ours.lgd_version()
assert theirs.gdMajorVersion() >= 2, theirs.gdMajorVersion()
for library, name in (ours, 'gdImageCreate'), (theirs, 'lgd_version'):
    assert not hasattr(library, name), name"
}

# By this name ctypes and linkers find the graphics library.
never_looked_up_as_gd() {
    nothing grep -rnE "find_library\(.gd['\"]" --include='*.py' --include='*.sh' --include='*.md' --include='*.build' \
        "$root/bench" "$root/docs" "$root/examples" "$root/include" "$root/lib" "$root/tests" "$root/README.md" "$root/meson.build"
}

beside symbols_of_the_graphics_library_share_none meets_none "$(where libgd.so)" "$@"
# Looked at where they are there: its archive, and GetData, an astronomers' library whose interface begins with gd_.
for file in libgd.a libgetdata.so libgetdata.a; do
    [ -z "$(where $file)" ] || check "symbols_of_$(echo $file | tr . _)_share_none" meets_none "$(where $file)" "$@"
done
beside macros_and_words_of_the_headers_do_not_meet macros_and_words_do_not_meet
for order in ours_first theirs_first; do
    beside "headers_${order}_c11_compile" compiles c $order ${CC:-cc} -std=c11
    for std in c++98 c++17; do
        name=headers_${order}_$(echo $std | tr + p)_compile
        if [ -n "${CXX:-}" ]; then beside "$name" compiles c++ $order $CXX -std=$std; else skip "$name" "no C++ compiler"; fi
    done
done
beside load_ours_first_both_work loads libgd.so.0 libgd.so.3
beside load_theirs_first_both_work loads libgd.so.3 libgd.so.0
beside python_ours_first_opens_each_by_its_soname python_opens libgd.so.0 libgd.so.3
beside python_theirs_first_opens_each_by_its_soname python_opens libgd.so.3 libgd.so.0
for terminal in png svg; do
    name=gnuplot_our_library_path_first_draws_$terminal
    if command -v gnuplot >/dev/null; then beside $name gnuplot_draws $terminal; else skip $name "gnuplot is not installed"; fi
done
check tree_is_never_looked_up_as_gd never_looked_up_as_gd
finish
