#!/bin/sh
# docs/add-an-optimizer.md is right to the letter: what it says is done to a copy of the tree, and the new method is there.
# usage: check_add_optimizer.sh ROOT, with CC in the environment
# shellcheck disable=SC2016,SC2086,SC2317 # code spans; lists of words; functions are called by name
set -eu
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
root=$1
page=$root/docs/add-an-optimizer.md
tree=$scratch/tree
suites="options optimizer state traces promises groups average invariance"

# The steps of the page, each a file <stage>.<line> in the scratch folder: a line "<kind>|<file>|<where>", a second one with
# the line it goes to, and then the text. The stage is the number of the paragraph, "**1. ...".
steps() {
    mkdir "$scratch/steps"
    awk -v folder="$scratch/steps/" '
        function begin(kind, file, where, anchor) {
            step = folder stage "." sprintf("%03d", FNR)
            print kind "|" file "|" where "\n" anchor >step
        }
        /^## Other parts/ { exit }
        /^\*\*[0-9]+\./ { stage = substr($1, 3) + 0 }
        /^```/ && inside { inside = 0; step = ""; next }
        inside { print >step; next }
        /^```sh/ && stage { begin("run", "", "", "") }
        /^```/ { inside = step != ""; next }
        match($0, /[Tt]he new file `[^`]*`:/) {
            split(substr($0, RSTART), part, "`")
            begin("new", part[2], "", "")
        }
        match($0, /In `[^`]*`, (after|before the (first line|last line|line)) `[^`]*`:/) {
            split(substr($0, RSTART), part, "`")
            where = part[3]
            gsub(/^, | $/, "", where)
            begin("insert", part[2], where, part[4])
            $0 = substr($0, RSTART + RLENGTH)
            if (!/`/)
                getline
            if (split($0, part, "`") == 3) {
                print part[2] >step
                step = ""
            }
        }' "$page"
}

# insert <file> <where> <anchor> <file with the text>
insert() {
    awk -v where="$2" -v anchor="$3" -v text="$4" '
        function put(blanks) {
            while ((getline line <text) > 0)
                print (line == "" ? "" : blanks) line
        }
        NR == FNR {
            line = $0
            sub(/^ */, "", line)
            if (where == "after" ? index($0, anchor) : index(line, anchor) == 1) {
                count++
                if (!first)
                    first = FNR
                last = FNR
            }
            next
        }
        FNR == 1 {
            place = where ~ /last/ ? last : first
            if (!count || (where !~ /first|last/ && count > 1)) {
                print anchor " is there " count + 0 " times" >"/dev/stderr"
                exit failed = 1
            }
        }
        FNR == place && where == "after" {
            getline line <text
            at = index($0, anchor) + length(anchor) - 1
            print substr($0, 1, at) " " line substr($0, at + 1)
            next
        }
        FNR == place {
            match($0, /^ */)
            put(FILENAME ~ /table\.c$/ ? "    " : substr($0, 1, RLENGTH))
        }
        { print }
        END { exit failed }' "$1" "$1" >"$scratch/inserted" || return
    cp "$scratch/inserted" "$1"
}

# stages <number>...: does what the page says there.
stages() (
    cd "$tree"
    for stage; do
        done=0
        for step in "$scratch/steps/$stage".*; do
            IFS='|' read -r kind file where <"$step"
            anchor=$(sed -n 2p "$step")
            sed 1,2d "$step" >"$scratch/text"
            [ -s "$scratch/text" ] || { echo "step $stage has no text for $file" && return 1; }
            case $kind in
            new) [ ! -e "$file" ] && cp "$scratch/text" "$file" ;;
            insert) insert "$file" "$where" "$anchor" "$scratch/text" ;;
            run) sh -eu "$scratch/text" ;;
            esac || { echo "step $stage, $file: not possible" && return 1; }
            done=$((done + 1))
        done
        echo "step $stage: $done done"
    done
)

compile() {
    meson compile -C "$tree/build" "$@"
}

# fails_for <words> <command>...: it fails and says so.
fails_for() {
    words=$1
    shift
    ! "$@" >"$scratch/refusal" 2>&1 && grep -qF -e "$words" "$scratch/refusal" && return
    cat "$scratch/refusal"
    return 1
}

listed() {
    "$tree/build/bench/lgd-bench" --list optimizers | sed -n '/^signum:/,/^$/p' | grep -q 'momentum *0.9'
}

# Sixty steps of 1/2 along a slope of 1, and none where the gradient is 0.
runs_from_text() {
    cat >"$scratch/run.c" <<'END'
#include <lgd.h>
int main(void)
{
    lgd_optimizer *opt = 0;
    double w[2] = {0, 7}, f = 0;
    if (lgd_optimizer_parse(&opt, "signum:lr=0.01"))
        return 1;
    for (int i = 0; i < 60; i++) {
        double g[2] = {1, 0};
        if (lgd_optimizer_step(opt, 2, w, g, f, 1))
            return 2;
    }
    lgd_optimizer_free(opt);
    return !(w[0] < -0.599 && w[0] > -0.601 && w[1] == 7);
}
END
    ${CC:-cc} -I"$tree/include" "$scratch/run.c" "$tree/build/lib/libgd.so.0" -Wl,-rpath,"$tree/build/lib" -o "$scratch/run" &&
        "$scratch/run"
}

# Without clang-format, which lays out the pieces below.
layers() {
    mkdir -p "$scratch/none"
    ln -sf "$(command -v false)" "$scratch/none/clang-format"
    PATH=$scratch/none:$PATH "$tree/tests/check_layers.sh" "$tree"
}

laid_out() {
    (cd "$tree" && clang-format --dry-run -Werror lib/optimizer/signum.c lib/optimizer/table.c include/lgd/descent.h \
        tests/test_options.c)
}

short_enough() {
    lines=$(cat "$page" "$root/lib/optimizer/adagrad.c" | wc -l)
    echo "$lines lines"
    [ "$lines" -le 200 ]
}

built() {
    # shellcheck disable=SC2046
    compile $(printf 'test_%s ' $suites) lgd-bench optimizer-tables
}

mkdir "$tree"
for entry in "$root/.clang-format" "$root"/*; do
    [ "${entry##*/}" = build ] || [ -d "$entry/meson-private" ] || cp -R "$entry" "$tree" # no build directory
done
steps
check page_and_adagrad_at_most_200_lines short_enough
check options_method_and_line_can_be_put_where_it_says stages 1 2 3
check copy_of_the_tree_is_set_up meson setup "$tree/build" "$tree" --buildtype=plain -Doptimization=1 -Dwerror=true -Dexamples=disabled \
    -Ddocs=disabled
check tree_with_the_method_builds built
check page_missing_suite_optimizer_pages_fails fails_for 'signum.md is missing' \
    "$tree/tests/check_optimizer_pages.sh" "$tree" "$tree/build/docs/optimizers/optimizer-tables"
check reference_missing_suite_traces_fails fails_for 'signum has no row in tests/reference' \
    "$tree/build/tests/test_traces"
check test_missing_suite_layers_fails fails_for 'lgd_signum_create is named in no test' layers
check page_from_a_copy_is_made stages 4
check page_has_the_methods_options grep -qF '| `momentum` | 0.9 | 0 <= momentum < 1 |' "$tree/docs/optimizers/signum.md"
check index_has_the_method grep -qF '[signum](signum.md)' "$tree/docs/optimizers/README.md"
check reference_and_test_can_be_put_where_it_says stages 5
check tree_with_the_tests_builds built
for suite in $suites; do
    check "suite_${suite}_passes" "$tree/build/tests/test_$suite"
done
check suite_layers_passes layers
check method_in_the_list_of_lgd_bench listed
check method_from_text_runs runs_from_text
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    check pieces_clang_format_14_changes_nothing laid_out
else
    skip pieces_clang_format_14_changes_nothing "clang-format 14 is not here"
fi
finish
