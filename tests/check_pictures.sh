#!/bin/sh
# The pictures of the documentation are those their scripts, tables and scenes make.
# usage: check_pictures.sh <root> <lgd-bench>
# shellcheck disable=SC2317 # functions called by name
set -eu
# shellcheck source=tests/tap.sh
. "$(dirname -- "$0")/tap.sh"
root=$1 bench=$2
pictures=$root/docs/pictures
kept_by="gnuplot 5.4 patchlevel 4"
names=$(cd "$pictures" && for script in *.gp; do [ "$script" = style.gp ] || echo "${script%.gp}"; done)

# header <name> <key>: the rest of the comment "# key: ..." that the script begins with.
header() {
    sed -n "1,3s/^# $2: //p" "$pictures/$1.gp"
}

begins_with_headers() {
    for name in $names; do
        for key in title alt data; do
            [ -n "$(header "$name" "$key")" ] || {
                echo "$name.gp does not begin with # $key: among its first three lines"
                return 1
            }
        done
    done
}

# A script reads what it says it does, and nothing lies in the folder that no script is about.
strays() {
    used=$(for name in $names; do
        echo "$name.svg"
        header "$name" data | tr ' ' '\n'
    done)
    for name in $names; do
        for table in $(grep -o '"[a-z_]*\.tsv"' "$pictures/$name.gp" | tr -d '"'); do
            header "$name" data | grep -qwF "$table" || echo "$name.gp reads $table and does not say so"
        done
    done
    for file in "$pictures"/*; do
        case $file in
        *.gp) ;;
        *) echo "$used" | grep -qxF "${file##*/}" || echo "${file##*/} belongs to no script" ;;
        esac
    done
    for file in $used; do
        [ -s "$pictures/$file" ] || echo "there is no $file"
    done
}

shown_in_gallery() {
    for name in $names; do
        grep -qxF "![$(header "$name" alt)](pictures/$name.svg)" "$root/docs/pictures.md" || {
            echo "docs/pictures.md does not show $name.svg with the alt text of its script"
            return 1
        }
    done
}

small() {
    find "$pictures" \( -name '*.svg' -size +200k \) -o \( -name '*.tsv' -size +100k \)
}

# said_in_svg <folder>: the title and description of each SVG there are those of its script, as XML writes them.
said_in_svg() {
    for name in $names; do
        for key in title alt; do
            header "$name" "$key" | sed "s/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/\"/\&quot;/g; s/'/\&#39;/g" >"$scratch/text"
            grep -qF "$(cat "$scratch/text")" "$1/$name.svg" || {
                echo "$name.svg does not say: $(cat "$scratch/text")"
                return 1
            }
        done
    done
}

# drawn_by_gnuplot <folder>: gnuplot alone draws each picture there, without a word, and each has lines.
drawn_by_gnuplot() {
    cd "$1"
    rm -f -- *.svg
    for name in $names; do
        if ! gnuplot -d "$name.gp" >said 2>&1 || [ -s said ] || [ "$(grep -c '<path stroke=\|<polygon' "$name.svg")" -lt 10 ]; then
            echo "$name.gp:"
            cat said
            return 1
        fi
    done
    rm said
}

# Numbers of two tables differ by no more than 1e-6 of the larger, or 1e-8. Another processor's BLAS adds in another order
# and rounds otherwise, by about 1e-15; the scenes settle rather than amplify it, but for the run that diverges, whose
# rounding grows as its values do. What a wrong step, order or seed does is seen in the second digit. Words must be equal.
same_numbers() {
    for table in "$pictures"/*.tsv; do
        awk -F '\t' '
            function size(x) { return x < 0 ? -x : x }
            NR == FNR { kept[FNR] = $0; rows = FNR; next }
            {
                if (split(kept[FNR], before) != NF) bad = "other columns"
                for (j = 1; j <= NF; j++) {
                    number = $j ~ /^-?[0-9.]+(e[-+][0-9]+)?$/ && before[j] ~ /^-?[0-9.]+(e[-+][0-9]+)?$/
                    larger = size($j) > size(before[j]) ? size($j) : size(before[j])
                    if (number ? size($j - before[j]) > 1e-6 * larger + 1e-8 : $j "" != before[j] "")
                        bad = before[j] " is kept, " $j " is what comes of it now"
                }
                if (bad) { print FILENAME ", row " FNR ": " bad; exit }
            }
            END { if (!bad && FNR != rows) print FILENAME ": " rows " rows are kept, " FNR " come of it now" }
        ' "$table" "$1/${table##*/}"
    done
}

same_files() {
    for file in "$pictures"/*."$2"; do
        cmp "$file" "$1/${file##*/}" || return 1
    done
}

# What a run on other data leaves: one data set of an odd name, no plain descent or Adam of the library, one batch size, a
# run that diverged, a cell that failed.
other_run() {
    awk -F '\t' -v OFS='\t' '$1 != "breast_cancer" {
        sub(/^housing$/, "my data_2 (new)", $1)
        if ($2 == "stochastic" && $4 > 3) $6 = $7 = $4 > 4 ? "nan" : "inf"
        print
    }' "$pictures/curves.tsv" >"$1/curves.tsv"
    awk -F '\t' -v OFS='\t' 'NR == 1 || ($2 != "libgd/sgd" && $2 != "libgd/adam" && ($1 == "full" || $1 == 64)) {
        if ($2 == "blas1" && $1 == 64) { $4 = $5 = $6 = "nan"; $15 = "failed" }
        print
    }' "$pictures/grid.tsv" >"$1/grid.tsv"
    (drawn_by_gnuplot "$1") || return 1
    grep -q 'my data_2 (new)' "$1/loss_epochs.svg" && grep -q libgd/momentum "$1/epoch_time.svg" || return 1
    awk -F '\t' 'NR == 1 || $1 == 64' "$pictures/grid.tsv" >"$1/grid.tsv"
    drawn_by_gnuplot "$1"
}

# The folder of the pictures, copied and drawn again.
redrawn() {
    rm -f "$scratch/anew"/*.svg
    "$bench" --redraw --out "$scratch/anew"
}

drawn_cases="pictures_gnuplot_alone_draws_each pictures_tables_of_another_run_drawn_too pictures_lgd_bench_draws_all_anew
pictures_scenes_run_anew_equal_those_kept pictures_drawn_anew_the_bytes_kept"

check pictures_scripts_begin_with_title_alt_text_and_data begins_with_headers
check pictures_tables_and_drawings_all_belong_to_a_script nothing strays
check pictures_gallery_shows_each_with_its_alt_text shown_in_gallery
check pictures_files_all_small nothing small
check pictures_drawings_say_title_and_alt_text said_in_svg "$pictures"
if ! command -v gnuplot >/dev/null; then
    for case_name in $drawn_cases; do
        skip "$case_name" "gnuplot is not there"
    done
    finish
fi
cp -r "$pictures" "$scratch/alone"
cp -r "$pictures" "$scratch/anew"
check pictures_gnuplot_alone_draws_each drawn_by_gnuplot "$scratch/alone"
check pictures_tables_of_another_run_drawn_too other_run "$scratch/alone"
check pictures_lgd_bench_draws_all_anew redrawn
check pictures_scenes_run_anew_equal_those_kept nothing same_numbers "$scratch/anew"
if [ "$(gnuplot --version)" != "$kept_by" ]; then
    skip pictures_drawn_anew_the_bytes_kept "$(gnuplot --version) places text otherwise than $kept_by, which drew those kept"
elif ! same_files "$scratch/anew" tsv >/dev/null; then
    skip pictures_drawn_anew_the_bytes_kept "this processor rounds the last digits of the scenes otherwise"
else
    check pictures_drawn_anew_the_bytes_kept same_files "$scratch/anew" svg
fi
finish
