#!/bin/sh
# Every change of the binary interface since the last release is named in CHANGELOG.md.
# usage: check_abi.sh ROOT LIBRARY..., each lib*.so with debug information, with CC in the environment
# shellcheck disable=SC2016,SC2317 # code spans; functions are called by name
set -eu
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
root=$1
shift

# The newest section of a changelog.
newest() {
    awk '/^## / { sections++ } sections == 1' "$1"
}

# public <dump>: what the headers declare and define.
public() {
    sed -n 's/^<!-- public: \(.*\) -->$/\1/p' "$1" | tr ' ' '\n'
}

# changes <old dump> <new dump>: the public functions and types that were added, removed or changed. What is there is asked
# of the headers, since two compilers differ in the types they tell of; a type with nothing below it contains one that changed.
changes() {
    status=0
    abidiff --non-reachable-types --leaf-changes-only --no-show-locs --no-architecture "$1" "$2" >"$scratch/report" || status=$?
    [ $((status & 3)) = 0 ] || { cat "$scratch/report" && return 1; } # 1 and 2 are of the tool itself
    public "$1" >"$scratch/old"
    public "$2" >"$scratch/new"
    {
        sort "$scratch/old" "$scratch/new" | uniq -u
        awk '
            type != "" && !/^ *$/ { print type }
            { type = "" }
            match($0, /^ *(\[C\] )?.(struct|union|enum) lgd_[a-z0-9_]+.*changed:$/) {
                type = $0
                sub(/.*(struct|union|enum) /, "", type)
                sub(/[^a-z0-9_].*/, "", type)
            }' "$scratch/report"
        sed -nE "s/^ *\[[ADC]\] 'function .*[ *](lgd_[a-z0-9_]+)\(.*/\1/p" "$scratch/report"
    } | sort -u | grep -xF -f "$scratch/old" -f "$scratch/new" || :
}

# named <changelog> <old dump> <new dump>
named() {
    changes "$2" "$3" >"$scratch/changes" || { cat "$scratch/changes" && return 1; }
    newest "$1" >"$scratch/newest"
    missing=
    while read -r name; do
        grep -qwF -e "$name" "$scratch/newest" || missing="$missing $name"
    done <"$scratch/changes"
    [ -z "$missing" ] && return
    echo "changed since the last release, and not named in the newest section of ${1##*/}:$missing"
    sed 's/^/  /' "$scratch/report"
    return 1
}

# The dump of the last release.
last() {
    find "$root/docs/abi" -name "$1-[0-9]*.abi" | sort -V | tail -n 1
}

holds() {
    name=$(basename "$1")
    name=${name%%.so*}
    last=$(last "$name")
    [ -n "$last" ] || { echo "docs/abi has no dump of $name" && return 1; }
    "$root/docs/abi/dump.sh" "$root" "$scratch" now "$1" && named "$root/CHANGELOG.md" "$last" "$scratch/$name-now.abi"
}

# What a struct could not grow with, or another language not call: variable arguments, long, bit-fields, structs by value.
hinders() {
    structs=$(cat "$@" | grep -oE '^typedef struct lgd_[a-z0-9_]+ ' | awk '{ print $3 }' | paste -s -d '|' -)
    cat "$@" | sed 's|/\*.*\*/||; /^ *\/\*/,/\*\//d' |
        grep -E "\.\.\.|(^|[^a-z_])long([^a-z_]|\$)|^ +[a-z].* : *[0-9]+;|[(,] *(const )?($structs) [a-z]*[,)]" || :
}

# hindered <line>: a header that has it beside what is allowed is found out by it alone.
hindered() {
    printf 'typedef struct lgd_pair {\n    double a, b; /* a long pair ... */\n    %s\n' "$1" >"$scratch/hinders.h"
    printf '} lgd_pair;\nint lgd_take(const lgd_pair *pair, size_t size);\n%s\n' "$2" >>"$scratch/hinders.h"
    [ "$(hinders "$scratch/hinders.h" | sed 's/^ *//')" = "$1$2" ]
}

# ---- the same of a toy library, to show that a change is seen

# toy <version> <sed program>: the toy's header and source after sed, as a library and a dump.
toy() {
    mkdir -p "$scratch/$1/include"
    cat >"$scratch/whole.h" <<'END'
#include <stddef.h>
typedef struct lgd_box lgd_box;
typedef enum lgd_kind { LGD_A, LGD_B } lgd_kind;
typedef struct lgd_options {
    double rate;
    int count;
} lgd_options;
int lgd_make(lgd_box **out, const void *options, size_t size);
int lgd_weigh(const lgd_box *box, double x);
END
    cat >"$scratch/whole.c" <<'END'
#include "toy.h"
struct lgd_box { double weight; };
int lgd_inside(lgd_kind kind);
int lgd_make(lgd_box **out, const void *options, size_t size)
{
    const lgd_options *o = options;
    (*out)->weight = o->rate;
    return (int)size;
}
int lgd_weigh(const lgd_box *box, double x) { return box->weight > x; }
int lgd_inside(lgd_kind kind) { return kind == LGD_B; }
END
    sed -E "$2" "$scratch/whole.h" >"$scratch/$1/include/toy.h"
    sed -E "$2" "$scratch/whole.c" >"$scratch/$1/toy.c"
    ${CC:-cc} -g -shared -fPIC -I"$scratch/$1/include" -Wl,-soname,libtoy.so.0 -o "$scratch/$1/libtoy.so" "$scratch/$1/toy.c"
    "$root/docs/abi/dump.sh" "$scratch/$1" "$scratch/$1" "$1" "$scratch/$1/libtoy.so"
}

# changelog <words>: one with two sections, the newer of which has them.
changelog() {
    printf '# Changes\n\n## [Unreleased]\n\n%s\n\n## [0.1.0]\n\nlgd_inspect lgd_options lgd_kind\n' "$*" >"$scratch/toy.md"
}

# passes <words of the changelog> <sed program>
passes() {
    changelog "$1"
    toy 2 "$2"
    named "$scratch/toy.md" "$scratch/1/libtoy-1.abi" "$scratch/2/libtoy-2.abi"
}

# refused <names> <words of the changelog> <sed program>
refused() {
    names=$1
    shift
    ! passes "$@" >"$scratch/refusal" || return
    grep -q -e "toy\.md: $names\$" "$scratch/refusal" || { cat "$scratch/refusal" && return 1; }
}

if ! command -v abidiff >/dev/null 2>&1; then
    skip interface_changes_named_in_the_changelog "abidiff is not here; on Debian: apt-get install abigail-tools"
    finish
fi
for library; do
    file=${library##*/}
    case_name=$(echo "${file%%.so*}" | tr - _)_interface_changes_named_in_the_changelog
    if readelf -S "$library" | grep -q '\.debug_info'; then
        check "$case_name" holds "$library"
    else
        skip "$case_name" "$file has no debug information: a build of type debugoptimized or debug is accepted"
    fi
done
# shellcheck disable=SC2046
check headers_nothing_that_hinders_growth_or_other_languages nothing hinders $(find "$root/include" -name '*.h')
check header_with_nothing_of_it_passes hindered '' ''
check header_bit_field_found hindered 'unsigned c : 3;' ''
check header_long_found hindered 'long c;' ''
check header_variable_arguments_found hindered '' 'int lgd_say(const char *text, ...);'
check header_struct_by_value_found hindered '' 'int lgd_add(lgd_pair pair);'
check header_struct_by_value_among_others_found hindered '' 'int lgd_add(int a, lgd_pair b, int c);'
toy 1 ''
more='s/int count;/& double more;/'
added='$a int lgd_inspect(void);
s/^#include "toy.h"$/&\nint lgd_inspect(void) { return 0; }/'
check same_library_passes passes '' ''
check inside_changed_passes passes '' 's/double weight/float weight/; s/lgd_inside\(lgd_kind/lgd_inside(int/'
check function_added_unnamed_refused_by_name refused lgd_inspect 'Nothing.' "$added"
check function_added_named_passes passes 'New: `lgd_inspect`.' "$added"
check function_added_named_as_part_of_a_word_refused refused lgd_inspect 'lgd_inspector' "$added"
check function_removed_refused refused lgd_weigh '' '/lgd_weigh/d'
check function_argument_changed_refused refused lgd_weigh '' 's/double x/float x/'
check struct_member_removed_refused refused lgd_options '' 's/int count;//'
check struct_member_type_changed_refused refused lgd_options '' 's/double rate/float rate/'
check struct_member_appended_refused refused lgd_options '' "$more"
check struct_member_appended_named_passes passes '`lgd_options` has more.' "$more"
check enumerator_inserted_refused refused lgd_kind '' 's/LGD_A,/& LGD_C,/'
check two_changes_one_named_the_other_refused refused lgd_weigh 'lgd_kind' 's/LGD_A,/& LGD_C,/; s/double x/float x/'
finish
