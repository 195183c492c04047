#!/bin/sh
# The rules of the tree that a compiler does not know.
# usage: check_layers.sh ROOT
# shellcheck disable=SC2016,SC2317 # awk programs; functions called by name
set -eu
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
cd "$1"

sources() {
    for folder; do
        [ -d "$folder" ] && find "$folder" -name '*.[ch]'
    done | sort
}

# file:line:code of the given files, without comments and the insides of strings.
code() {
    awk '
        FNR == 1 { inside = 0 }
        {
            line = $0
            if (inside && !sub(/^.*\*\//, "", line))
                next
            inside = 0
            gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
            while (match(line, /\/\*/)) {
                start = RSTART
                rest = substr(line, start + 2)
                end = index(rest, "*/")
                inside = !end
                line = substr(line, 1, start - 1) (end ? substr(rest, end + 2) : "")
            }
            sub(/\/\/.*/, "", line)
            print FILENAME ":" FNR ":" line
        }' "$@"
}

# A file may include its own layer and those to its left. A public header belongs to the layer that implements it.
includes_follow_layers() {
    # shellcheck disable=SC2046
    nothing awk '
        BEGIN {
            count = split("base blas matrix loss objective penalty optimizer schedule minimize io", layers, " ")
            for (i = 1; i <= count; i++) {
                rank[layers[i]] = i
                home[layers[i] ".h"] = layers[i]
            }
            home["libsvm.h"] = home["npy.h"] = home["hdf5.h"] = "io"
            home["status.h"] = home["runtime.h"] = "base"
            home["starts.h"] = home["choose.h"] = home["diagnose.h"] = home["federated.h"] = home["batches.h"] = home["piecewise.h"] = home["rates.h"] = "minimize"
            home["glm.h"] = home["factorization.h"] = home["mlp.h"] = home["least_squares.h"] = home["quadratic.h"] = home["standard_errors.h"] = "objective"
            home["optimizers.h"] = home["descent.h"] = home["adaptive.h"] = home["newton.h"] = home["gauss_newton.h"] = home["quasi_newton.h"] = home["search.h"] = "optimizer"
        }
        FNR == 1 {
            count = split(FILENAME, path, "/")
            own = FILENAME ~ /^include/ ? home[path[count]] : path[2]
            if (!(own in rank))
                print FILENAME ": of no layer"
        }
        /^ *# *include *"/ {
            split($0, quoted, "\"")
            count = split(quoted[2], path, "/")
            if (path[1] == "lgd" || (count == 1 && FILENAME ~ /^include/))
                layer = home[path[count]]
            else
                layer = count > 1 ? path[1] : own
            if (!(layer in rank))
                print FILENAME ":" FNR ": " quoted[2] " is of no layer"
            else if (rank[layer] > rank[own] || (own == "optimizer" && layer == "objective"))
                print FILENAME ":" FNR ": " own " includes " quoted[2]
        }' $(sources lib include/lgd)
}

# A name that only lib/blas may know.
blas_stays_in_its_folder() {
    # shellcheck disable=SC2046
    nothing grep -nEi '# *include.*(cblas|lapacke)|LGD_CBLAS_HEADER|(^|[^a-z0-9_])(cblas|lapacke|openblas)_[a-z]' \
        $(sources lib include cli bench | grep -v '^lib/blas/' | grep -v '^bench/')
}

no_long_file() {
    # shellcheck disable=SC2046
    nothing awk 'FNR == 401 { print FILENAME " has more than 400 lines" }' $(sources lib cli bench include)
}

# The library never prints, ends the process, or touches what belongs to the whole process.
calls_nothing_forbidden() {
    # shellcheck disable=SC2046
    code $(sources lib) >"$scratch/code"
    nothing grep -E '(^|[^A-Za-z0-9_.>])(v?f?printf|v?sprintf|f?puts|f?putc|putchar|perror|abort|_?exit|s?rand|random|setlocale|system|gets|strcpy|strcat|assert|omp_set_num_threads|signal) *\(' \
        "$scratch/code"
}

memory_only_through_the_hook() {
    # shellcheck disable=SC2046
    code $(sources lib | grep -v '^lib/base/memory.c$') >"$scratch/code"
    nothing grep -E '(^|[^A-Za-z0-9_.>])(malloc|calloc|realloc|aligned_alloc|posix_memalign|strdup|alloca|free) *\(' \
        "$scratch/code"
}

no_unfinished_marks() {
    # shellcheck disable=SC2046
    nothing grep -nwE 'TODO|FIXME|XXX|HACK|WIP' $(sources lib include cli bench examples tests)
}

# Every public function is named in a test.
functions_have_tests() {
    # shellcheck disable=SC2046
    cat $(sources tests) >"$scratch/tests"
    # shellcheck disable=SC2046
    code $(sources include) | grep -oE '(^|[^A-Za-z0-9_(*])lgd_[a-z0-9_]+ *\(' | tr -cd 'a-z0-9_\n' | sort -u >"$scratch/public"
    [ -s "$scratch/public" ] || return
    while read -r function; do
        grep -qw "$function" "$scratch/tests" || echo "$function is named in no test"
    done <"$scratch/public" >"$scratch/untested"
    nothing cat "$scratch/untested"
}

formatted() {
    # shellcheck disable=SC2046
    clang-format --dry-run -Werror $(sources lib include cli bench examples tests | grep -v '^tests/reference/') \
        >"$scratch/differences" 2>&1 && return
    sed -n 's/^\([^:]*\):[0-9:]* error.*/\1: see clang-format -i/p' "$scratch/differences" | sort -u
    return 1
}

check includes_every_file_own_layer_or_lower includes_follow_layers
check blas_names_outside_lib_blas_none blas_stays_in_its_folder
check source_files_every_one_at_most_400_lines no_long_file
check library_calls_forbidden_ones_none calls_nothing_forbidden
check library_memory_only_through_the_hook memory_only_through_the_hook
check sources_unfinished_marks_none no_unfinished_marks
check public_functions_every_one_named_in_a_test functions_have_tests
# Another version lays out differently.
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    check sources_clang_format_14_changes_nothing formatted
else
    skip sources_clang_format_14_changes_nothing "clang-format 14 is not here"
fi
finish
