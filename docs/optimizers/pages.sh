#!/bin/sh
# Puts what the library's tables say of each optimizer into its page, between the lines
#     <!-- options -->    and    <!-- end of options -->
# and the list of all methods, with the titles of their pages, into README.md, between
#     <!-- index -->      and    <!-- end of index -->
# usage: pages.sh TABLES FROM TO, TABLES the program of tables.c, FROM and TO folders of pages (may be the same)
# Fails, naming them, where a method has no page, a page no method, or a page not these lines.
set -eu
tables=$1 from=$2 to=$3
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$tables" >"$made/tables"
faults=0

fault() {
    echo "$*" >&2
    faults=$((faults + 1))
}

# fill <word> <file with the new lines> <page>: the page with them, or status 1
fill() {
    awk -v begin="<!-- $1 -->" -v end="<!-- end of $1 -->" -v lines="$2" '
        $0 == begin {
            print
            while ((getline line <lines) > 0)
                print line
            inside = begun = 1
        }
        $0 == end && inside {
            inside = 0
            ended++
        }
        !inside
        END { exit !(begun && ended == 1) }' "$3"
}

printf '| method | is | bytes of state per coordinate |\n|---|---|---|\n' >"$made/index"
sed -n 's/^== //p' "$made/tables" >"$made/methods"
while read -r name state; do
    page=$name.md
    if [ ! -f "$from/$page" ]; then
        fault "$page is missing: begin it as a copy of another one"
        continue
    fi
    awk -v name="$name" '/^== / { inside = $2 == name; next } inside' "$made/tables" >"$made/block"
    fill options "$made/block" "$from/$page" >"$made/$page" ||
        fault "$page: the lines <!-- options --> and <!-- end of options --> are accepted once each, in this order"
    title=$(sed -n "1s/^# $name: //p" "$from/$page")
    [ -n "$title" ] || fault "$page: its first line is accepted as '# $name: what it is'"
    echo "| [$name]($page) | $title | $state |" >>"$made/index"
done <"$made/methods"
for page in "$from"/*.md; do
    name=$(basename "$page" .md)
    [ "$name" = README ] || [ "$name" = invariances ] || cut -d' ' -f1 "$made/methods" | grep -qxF -e "$name" || fault "$name.md: no method has this name"
done
fill index "$made/index" "$from/README.md" >"$made/README.md" ||
    fault "README.md: the lines <!-- index --> and <!-- end of index --> are accepted once each, in this order"
[ $faults = 0 ]
for page in "$made"/*.md; do
    cmp -s "$page" "$to/${page##*/}" || { cp "$page" "$to" && echo "${page##*/} made anew"; }
done
