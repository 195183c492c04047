#!/bin/sh
# Puts the tables that a program prints into a page of the documentation, between the lines
#     <!-- tables -->    and    <!-- end of tables -->
# and what it prints for --header into a header of the tests.
# usage: tables.sh PROGRAM PAGE HEADER
set -eu
program=$1 page=$2 header=$3
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
if ! { grep -qx '<!-- tables -->' "$page" && grep -qx '<!-- end of tables -->' "$page"; }; then
    echo "$page: the lines <!-- tables --> and <!-- end of tables --> are accepted, in this order" >&2
    exit 1
fi
"$program" >"$made/tables"
"$program" --header >"$made/header"
awk -v lines="$made/tables" '
    $0 == "<!-- tables -->" {
        print
        while ((getline line <lines) > 0)
            print line
        inside = 1
    }
    $0 == "<!-- end of tables -->" { inside = 0 }
    !inside' "$page" >"$made/page"
cp "$made/page" "$page"
cp "$made/header" "$header"
