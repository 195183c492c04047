#!/bin/sh
# What the documents say is true of the tree: every block in them is checked, every link leads somewhere, every name of the
# library in them exists.
# usage: check_snippets.sh ROOT LIBRARY..., with CC in the environment
#
#   block                              what is checked
#   c with a main                      compiles, exits with 0 within a minute, prints what is shown and nothing else
#   c                                  the same of a function that knows tests/snippets/names.h; st is LGD_OK at its end
#                                      (one that reads tables only compiles where libgd-io is not built)
#   c after <!-- snippet: fails -->    compiles and ends in an error, the sentence of which may be shown
#   c after <!-- snippet: file -->     such blocks of a document follow one another in one file, which compiles
#   sh                                 sh can read it, and the ./commands in it are in the tree
#   text                               what the code before it prints, to the letter, if at most one line is between them
#   cmake, fortran, ini, meson, python that another test, tests/check_*, names the document: it runs them
#   console                            what a command printed once: figures differ from run to run, so it is not checked
#
# A block of another language, or of none, is a fault.
# shellcheck disable=SC2016,SC2086,SC2317 # backquotes are Markdown's; flags are words; functions are called by name
set -eu
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
LC_ALL=C # one order for sort and comm
export LC_ALL
root=$(cd "$1" && pwd -P)
shift
snippets=tests/snippets
flags="-std=c11 -Wall -Wextra -Wconversion -Werror -fopenmp-simd -Iinclude"
unused="-Wno-unused-variable -Wno-unused-but-set-variable -Wno-unused-function -I$snippets"

# By links, so that a blank in the path of the tree does no harm.
mkdir "$scratch/lib"
libraries="-Wl,-rpath,$scratch/lib"
for library; do
    ln -sf "$(cd "$(dirname "$library")" && pwd -P)"/*.so* "$scratch/lib"
    libraries="$libraries $scratch/lib/$(basename "$library")"
done
cd "$root"

fault() {
    echo "$document:$line: $*"
    return 1
}

# runs <command>...: in a folder of its own, where the data and the examples are as in the tree.
runs() {
    mkdir "$block.d" && ln -s "$root/bench" "$root/examples" "$block.d"
    status=0
    (cd "$block.d" && timeout 60 "$@") >"$block.out" 2>&1 </dev/null || status=$?
    case $mark,$status in
    -,0 | fails,1) ;;
    *) cat "$block.out" && fault "ends with status $status" || return 1 ;;
    esac
    [ -f "$block.shown" ] || [ $mark = fails ] || : >"$block.shown"
    [ ! -f "$block.shown" ] ||
        diff -u --label shown --label printed "$block.shown" "$block.out" || fault "prints something else than is shown"
}

compiles() {
    ${CC:-cc} $flags "$@"
}

# source_of <first lines>: the block as C whose messages tell the lines of the document.
source_of() {
    printf '%b#line %d "%s"\n' "$1" $((line + 1)) "$document"
    cat "$block"
}

program_holds() {
    if grep -q 'int main(' "$block"; then
        source_of '' >"$block.c"
        objects=
    else
        { source_of '#include "names.h"\nvoid snippet(void)\n{\n' && echo '}'; } >"$block.c"
        objects="$unused $scratch/harness.o"
    fi
    case $libraries in
    *libgd-io*) ;;
    *) ! grep -qE 'lgd_(csv|table|libsvm|npy|hdf5)_' "$block" || { compiles $objects -fsyntax-only "$block.c" && return; } ;;
    esac
    compiles -o "$block.run" "$block.c" $objects $libraries -lm || fault "does not compile" || return
    runs "$block.run"
}

piece_holds() {
    compiles $unused -Ilib -Ilib/optimizer -fsyntax-only "$block.c" || fault "does not compile with the pieces before it"
}

commands_hold() {
    sh -n "$block" || fault "is not for sh" || return
    grep -oE '(^|[ (])\./[A-Za-z0-9_./-]+' "$block" | sed 's/^[^.]*//' >"$block.commands" || true
    while read -r command; do
        [ -x "$command" ] || grep -q -e "-o ${command#./}" "$block" || fault "$command is not in the tree" || return
    done <"$block.commands"
}

other_test_runs_it() {
    find tests -name 'check_*' ! -name check_snippets.sh -exec grep -lF -e "$document" {} + | grep -q . ||
        fault "no test of its own names this document, which one with $language needs"
}

# holds <document> <line> <language> <mark> <block>
holds() {
    document=$1 line=$2 language=$3 mark=$4 block=$5
    case $language,$mark in
    c,- | c,fails) program_holds ;;
    c,file) piece_holds ;;
    sh,-) commands_hold ;;
    text,- | console,-) ;;
    cmake,- | fortran,- | ini,- | meson,- | python,-) other_test_runs_it ;;
    unclosed,*) fault "the block does not end" ;;
    *,-) fault "language $language, one of c, cmake, console, fortran, ini, meson, python, sh and text is accepted" ;;
    *) fault "mark $mark before $language, file and fails before c are accepted" ;;
    esac
}

# examine <document>: the verdict on each block in <block>.said and .verdict, two at a time; an index of them.
examine() {
    document=$1 prefix=$scratch/$(echo "${1%.md}" | tr -c 'A-Za-z0-9\n' '_')_
    awk -v prefix="$prefix" -f $snippets/blocks.awk "$document" >"${prefix}index"
    while read -r line language mark; do
        block=$prefix$line
        if [ $mark = file ]; then
            [ -f "${prefix}file" ] || echo '#include "names.h"' >"${prefix}file"
            source_of '' >>"${prefix}file"
            cp "${prefix}file" "$block.c"
        fi
        judge "$document" "$line" "$language" "$mark" "$block" &
        [ $((judged += 1)) -lt 2 ] || { wait && judged=0; }
        echo "$document $line $language $block" >>"$scratch/examined"
    done <"${prefix}index"
}

judge() {
    if holds "$@" >"$5.said" 2>&1; then echo holds; else echo fault; fi >"$5.verdict"
}

verdict() {
    cat "$1.said"
    [ "$(cat "$1.verdict")" = holds ]
}

# Relative links of a document that lead nowhere, to a file or to a heading; what stands in blocks and in code is none.
broken_links() {
    awk '
        /^ *```/ { inside = !inside }
        !inside {
            gsub(/`[^`]*`/, "")
            while (match($0, /\]\([^):]+\)/)) {
                print FNR, substr($0, RSTART + 2, RLENGTH - 3)
                $0 = substr($0, RSTART + RLENGTH)
            }
        }' "$1" | while read -r line link; do
        file=${link%%#*} anchor=${link#"${link%%#*}"}
        file=${file:+$(dirname "$1")/$file}
        [ -e "${file:-$1}" ] || { echo "$1:$line: $link: no such file" && continue; }
        case ${file:-$1} in
        *.md) [ -z "$anchor" ] || awk -f $snippets/anchors.awk "${file:-$1}" | grep -qxF -e "${anchor#\#}" ||
            echo "$1:$line: $link: no such heading" ;;
        esac
    done
}

# words <document>: the identifiers in its code spans.
words() {
    awk '
        /^ *```/ { inside = !inside }
        !inside {
            for (n = split($0, part, "`"); n > 1; n--)
                if (n % 2 == 0)
                    print part[n]
        }' "$1" | grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u
}

# Names of the library in the code spans of a document that are neither in the tree nor in a block of the document.
unknown_names() {
    awk '/^ *```/ { inside = !inside } inside' "$1" | grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u - "$scratch/names" >"$scratch/known"
    words "$1" | grep -E '^(lgd|LGD)_.*[^_]$' | comm -23 - "$scratch/known" | sed "s|^|$1: not in the tree: |"
}

# Identifiers in the code spans of a glossary that are not in the public headers.
unknown_terms() {
    words "$1" | comm -23 - "$scratch/public" | sed "s|^|$1: not in the headers: |"
}

# plant <case> <words> <<document: a document with one block is refused with these words.
plant() {
    cat >"$scratch/$1.md"
    examine "$scratch/$1.md"
    wait
    planted=$(grep -F "$scratch/$1.md " "$scratch/examined" | head -n 1)
    check "$1_refused" refused "${planted##* }" "$2"
}

refused() {
    cat "$1.said"
    [ "$(cat "$1.verdict")" = fault ] && grep -q -e "$2" "$1.said"
}

compiles $unused -c -o "$scratch/harness.o" $snippets/harness.c
find include lib examples bench tests -type f ! -path '*/data/*' ! -path '*/out/*' ! -name check_snippets.sh -exec cat {} + |
    grep -aoE '[A-Za-z_][A-Za-z0-9_]*' | sort -u >"$scratch/names"
find include -type f -exec cat {} + | grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u >"$scratch/public"
find ./*.md docs examples bench tests -name '*.md' ! -path '*/out/*' | sed 's|^\./||' | sort >"$scratch/documents"

judged=0
while read -r document; do
    name=$(echo "${document%.md}" | tr -c 'A-Za-z0-9\n' '_')
    check "${name}_links_lead_somewhere" nothing broken_links "$document"
    check "${name}_names_are_in_the_tree" nothing unknown_names "$document"
    examine "$document"
done <"$scratch/documents"
wait
while read -r document line language block; do
    check "$(basename "$block")_${language}_block_holds" verdict "$block"
done <"$scratch/examined"
check glossary_names_are_public nothing unknown_terms docs/glossary.md

plant block_that_does_not_compile 'block_that_does_not_compile.md:[0-9]*: does not compile' <<'DOCUMENT'
```c
st = lgd_minimize(f, opt, w);
```
DOCUMENT
plant program_that_ends_with_1 'ends with status 1' <<'DOCUMENT'
```c
int main(void)
{
    return 1;
}
```
DOCUMENT
plant block_that_leaves_an_error 'adam: lr is -1' <<'DOCUMENT'
```c
lgd_optimizer *adam = NULL;
st = lgd_adam_create(&adam, &(lgd_adam_options){.lr = -1});
```
DOCUMENT
plant block_that_should_fail_and_does_not 'ends with status 0' <<'DOCUMENT'
<!-- snippet: fails -->
```c
st = lgd_objective_eval(f, NULL, w, NULL, g);
```
DOCUMENT
plant block_that_prints_something_else 'prints something else' <<'DOCUMENT'
```c
printf("%zu rows\n", m);
```
It prints
```text
570 rows
```
DOCUMENT
plant block_that_prints_what_is_not_shown 'prints something else' <<'DOCUMENT'
```c
printf("%zu rows\n", m);
```
DOCUMENT
plant command_that_is_not_in_the_tree './bench/walk is not in the tree' <<'DOCUMENT'
```sh
./bench/walk
```
DOCUMENT
plant unknown_language 'unknown_language.md:1: language cobol' <<'DOCUMENT'
```cobol
STOP RUN.
```
DOCUMENT
plant language_that_no_test_runs 'no test of its own' <<'DOCUMENT'
```fortran
end
```
DOCUMENT
plant missing_language 'missing_language.md:1: language none' <<'DOCUMENT'
```
f = 1
```
DOCUMENT
plant unknown_mark 'mark skip before c' <<'DOCUMENT'
<!-- snippet: skip -->
```c
return 1;
```
DOCUMENT
plant block_without_end 'does not end' <<'DOCUMENT'
```sh
true
DOCUMENT

printf '# One heading\n[a](#one-heading) [b](#two) [c](gone.md)\n' >"$scratch/links.md"
check broken_links_found [ "$(broken_links "$scratch/links.md" | grep -c 'no such')" = 2 ]
printf 'One `lgd_minimize` and one `lgd_maximize`.\n' >"$scratch/words.md"
check unknown_name_found [ "$(unknown_names "$scratch/words.md")" = "$scratch/words.md: not in the tree: lgd_maximize" ]
printf '**rate**: `lr`, or `lgd_alloc`.\n' >"$scratch/terms.md"
check private_name_in_a_glossary_found [ "$(unknown_terms "$scratch/terms.md")" = "$scratch/terms.md: not in the headers: lgd_alloc" ]
finish
