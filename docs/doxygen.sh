#!/bin/sh
# The reference by Doxygen: HTML to read, and XML, which man/man.py makes manual pages of.
# usage: doxygen.sh DOXYGEN PYTHON VERSION ROOT OUT [SETTING=VALUE...]
#
# Writes OUT/html, OUT/xml and OUT/reference.d, the files they depend on. Whatever Doxygen warns of is an error: a public name
# without a comment, a reference that leads nowhere.
set -eu
doxygen=$1 python=$2 version=$3 root=$4 out=$5
shift 5
style=
for sheet in /usr/share/doxygen-awesome-css/doxygen-awesome.css /usr/share/doxygen-awesome-css/doxygen-awesome-sidebar-only.css; do
    if [ -e "$sheet" ]; then
        style="$style $sheet"
    fi
done
rm -rf "$out/html" "$out/xml"
mkdir -p "$out"
to=$(cd "$out" && pwd)

# A page for each directory of pages that has none.
for directory in "$root"/docs/*/; do
    name=$(basename "$directory")
    if [ -e "$directory/README.md" ] || ! ls "$directory"*.md >/dev/null 2>&1; then
        continue
    fi
    echo "/** \\page docs_$name $(echo "$name" | cut -c1 | tr '[:lower:]' '[:upper:]')$(echo "$name" | cut -c2-)"
    for page in "$directory"*.md; do
        echo "- \\subpage docs_${name}_$(basename "$page" .md | tr -c '[:alnum:]\n' _)"
    done
    echo "*/"
done >"$to/pages.dox"

# What sed puts in as it is.
plain() {
    printf '%s\n' "$1" | sed 's/[&|\]/\\&/g'
}

sed -e "s|@VERSION@|$version|" -e "s|@ROOT@|$(plain "$root")|g" -e "s|@OUT@|$(plain "$to")|g" \
    -e "s|@PYTHON@|$(plain "$python")|g" -e "s|@STYLE@|$(plain "$style")|" \
    "$root/docs/Doxyfile.in" >"$to/Doxyfile"
for setting; do
    echo "$setting" >>"$to/Doxyfile"
done
"$doxygen" "$to/Doxyfile"
{
    echo "$out/html:"
    find "$root/README.md" "$root/CONTRIBUTING.md" "$root/CHANGELOG.md" "$root/docs" "$root/include" \
        -type d -o -name '*.md' -o -name '*.h' -o -name '*.svg' | sed 's/ /\\ /g'
} | tr '\n' ' ' >"$to/reference.d"
