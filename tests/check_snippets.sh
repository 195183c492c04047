#!/bin/sh
# What the documents say of the tree is true of it: every block of C compiles, every relative link leads somewhere.
# usage: check_snippets.sh ROOT, with CC in the environment
#
# A block of C with a main is a program. Any other is the inside of a function that knows the names below, unless the line
# before it is <!-- snippet: file -->: such blocks of a document follow one another in one file.
# shellcheck disable=SC2086,SC2317 # flags are words; functions are called by name
set -eu
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
cd "$1"

# Writes the blocks of C of a document to <prefix><first line>.c, the pieces of a file to <prefix>file.c, and names them.
extract() {
    awk -v prefix="$2" '
        /^```/ && !inside {
            inside = 1
            is_c = $0 == "```c"
            block = ""
            name = prefix FNR + 1 ".c"
            if (is_piece = before ~ /<!-- snippet: file -->/)
                name = prefix "file.c"
            next
        }
        /^```/ {
            inside = 0
            before = ""
            if (!is_c)
                next
            if (block !~ /int main\(/) {
                if (!is_piece)
                    block = "static void snippet(void)\n{\n" block "}\n"
                if (!(name in written))
                    block = "#include \"names.h\"\n" block
            }
            printf "%s", block >name
            if (!(name in written))
                print name
            written[name]
            next
        }
        inside { block = block $0 "\n" }
        !inside && $0 != "" { before = $0 }
        END { exit inside }' "$1"
}

# Relative links of a document that lead nowhere; what stands in blocks and in code is none.
broken_links() {
    awk '
        /^```/ { inside = !inside }
        !inside {
            gsub(/`[^`]*`/, "")
            while (match($0, /\]\([^)#:]+[)#]/)) {
                print substr($0, RSTART + 2, RLENGTH - 3)
                $0 = substr($0, RSTART + RLENGTH)
            }
        }' "$1" | while read -r link; do
        [ -e "$(dirname "$1")/$link" ] || echo "$link"
    done
}

# What is unused is no fault in a snippet.
compiles() {
    ${CC:-cc} -std=c11 -Wall -Wextra -Werror -fopenmp-simd -Wno-unused-variable -Wno-unused-but-set-variable -Wno-unused-function \
        -fsyntax-only -Iinclude -Ilib -Ilib/optimizer -I"$scratch" "$1"
}

refuses() {
    ! compiles "$1"
}

cat >"$scratch/names.h" <<'END'
#include <lgd.h>
#include <lgd/io.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
extern size_t m, n;                    /* rows, columns */
extern double *data, *y, *w, *g, *raw; /* [m x n], [m], and points */
extern lgd_matrix *X;
extern lgd_objective *f;
extern lgd_optimizer *opt;
extern lgd_report report;
extern lgd_status st;
END

find README.md CONTRIBUTING.md CHANGELOG.md docs -name '*.md' | sort >"$scratch/documents"
while read -r document; do
    name=$(echo "${document%.md}" | tr '/-' '__')
    check "${name}_links_lead_somewhere" nothing broken_links "$document"
    status=0
    extract "$document" "$scratch/${name}_block_" >"$scratch/blocks" || status=1
    check "${name}_blocks_all_end" [ $status = 0 ]
    while read -r block; do
        check "$(basename "$block" .c)_compiles" compiles "$block"
    done <"$scratch/blocks"
done <"$scratch/documents"

printf '#include "names.h"\nint main(void) { return lgd_minimize(f, opt, w); }\n' >"$scratch/wrong.c"
check wrong_call_of_the_library_refused refuses "$scratch/wrong.c"
finish
