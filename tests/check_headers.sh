#!/bin/sh
# Every public header alone, as C11, C++98 and C++17, with all warnings as errors.
# usage: check_headers.sh ROOT, with CC and CXX in the environment
# shellcheck disable=SC2317 # functions are called by name
set -eu
root=$1
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
strict="-pedantic -Wall -Wextra -Wconversion -Wshadow -Werror -fsyntax-only"

alone() {
    printf '#include <%s>\nint main(void) { return 0; }\n' "$1" >"$scratch/alone.$2"
    shift 2
    "$@"
}

cd "$root/include"
for header in lgd.h lgd/*.h; do
    name=$(echo "$header" | sed 's|[/.]|_|g')
    # shellcheck disable=SC2086
    check "${name}_as_c11_compiles_alone" alone "$header" c ${CC:-cc} -std=c11 $strict -I. "$scratch/alone.c"
    for std in c++98 c++17; do
        case="${name}_as_$(echo $std | tr + p)_compiles_alone"
        if [ -n "${CXX:-}" ]; then
            # shellcheck disable=SC2086
            check "$case" alone "$header" cpp $CXX -std=$std $strict -I. "$scratch/alone.cpp"
        else
            skip "$case" "no C++ compiler"
        fi
    done
done
finish
