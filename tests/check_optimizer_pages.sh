#!/bin/sh
# Each built-in optimizer has a page, which says of its options and its state what the library's tables say.
# usage: check_optimizer_pages.sh ROOT TABLES, TABLES the program of docs/optimizers/tables.c
# shellcheck disable=SC2317 # functions are called by name
set -eu
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
tables=$(realpath "$2")
cd "$1"
pages=docs/optimizers

# up_to_date <folder>: the page of each method there is as pages.sh makes it.
up_to_date() {
    rm -rf "$scratch/made"
    mkdir "$scratch/made"
    "$pages/pages.sh" "$tables" "$1" "$scratch/made" >"$scratch/log" 2>&1 || { cat "$scratch/log" && return 1; }
    for page in "$scratch"/made/*.md; do
        cmp -s "$page" "$1/${page##*/}" || {
            echo "${page##*/} is stale: meson compile -C build optimizer-pages makes it anew"
            diff "$1/${page##*/}" "$page"
        }
    done >"$scratch/stale" || :
    nothing cat "$scratch/stale"
}

# What a page has beside its tables.
whole() {
    for pattern in '^    .*w = ' '^```c$' '^```text$' "lgd_optimizer_parse.*\"$2:" "lgd_$2_create" '^\*\*When\.\*\*' \
        '\*\*PyTorch' '\*\*Optax\*\*' '[^0-9](18|19|20)[0-9][0-9][^0-9]'; do
        grep -qE -e "$pattern" "$1" || echo "$1 has no line like $pattern"
    done >"$scratch/lacking"
    nothing cat "$scratch/lacking"
}

# planted <words> <command on the copy>...: after it the pages are refused with these words.
planted() {
    words=$1
    shift
    rm -rf "$scratch/copy"
    mkdir "$scratch/copy"
    cp "$pages"/*.md "$scratch/copy"
    (cd "$scratch/copy" && "$@") || return
    ! up_to_date "$scratch/copy" >"$scratch/refusal" || return
    grep -qF -e "$words" "$scratch/refusal" || { cat "$scratch/refusal" && return 1; }
}

check optimizer_pages_as_the_tables_say up_to_date "$pages"
"$tables" | sed -n 's/^== \([^ ]*\).*/\1/p' >"$scratch/methods"
while read -r name; do
    check "${name}_page_formula_example_advice_and_source_there" whole "$pages/$name.md" "$name"
done <"$scratch/methods"
check changed_preset_stale_page_named planted 'adam.md is stale' sed -i 's/| 0.999 |/| 0.99 |/' adam.md
check missing_page_named planted 'adagrad.md is missing' rm adagrad.md
check page_without_method_named planted 'simplex.md: no method' cp sgd.md simplex.md
check page_without_place_for_the_table_named planted 'sgd.md: the lines <!-- options -->' sed -i '/<!-- options -->/d' sgd.md
check changed_title_stale_index_named planted 'README.md is stale' sed -i '1s/.*/# sgd: steepest descent/' sgd.md
finish
