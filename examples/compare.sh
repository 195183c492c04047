#!/bin/sh
# Runs an example and compares what it prints with what it shall print, to the letter.
# usage: compare.sh EXPECTED PROGRAM [ARGUMENT...]
set -eu
expected=$1
shift
printed=$(mktemp)
trap 'rm -f "$printed"' EXIT
"$@" >"$printed"
diff -u "$expected" "$printed"
