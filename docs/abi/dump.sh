#!/bin/sh
# Writes down the binary interface of libraries, each to FOLDER/<name>-VERSION.abi, in place of that of another version.
# usage: dump.sh ROOT FOLDER VERSION LIBRARY..., each lib*.so; ROOT has the public headers in include
# The last line lists what the headers declare and define: functions, structs that are not opaque, enums. The rest of a dump
# is the inside of the library, as far as the tool takes it for a part of the interface.
set -eu
headers=$1/include folder=$2 version=$3
shift 3
public() {
    find "$headers" -name '*.h' -exec cat {} + | tr '\n' ' ' |
        grep -oE '\(\*lgd_[a-z0-9_]+\)\(|lgd_[a-z0-9_]+\(|typedef (struct|union|enum) lgd_[a-z0-9_]+ \{' |
        grep -oE 'lgd_[a-z0-9_]+' | sort -u | tr '\n' ' '
}
for library; do
    file=$(basename "$library")
    name=${file%%.so*}
    readelf -S "$library" | grep -q '\.debug_info' || {
        echo "$file has no debug information: a build of type debugoptimized or debug is accepted" >&2
        exit 3
    }
    for older in "$folder/$name"-[0-9]*.abi; do
        rm -f "$older"
    done
    abidw --headers-dir "$headers" --drop-private-types --load-all-types --no-show-locs --no-corpus-path \
        --no-comp-dir-path --no-elf-needed --no-parameter-names --no-architecture \
        --out-file "$folder/$name-$version.abi" "$library"
    echo "<!-- public: $(public)-->" >>"$folder/$name-$version.abi"
done
