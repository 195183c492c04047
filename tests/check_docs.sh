#!/bin/sh
# The reference: every public name is documented, every link leads somewhere, manual pages read well.
# usage: check_docs.sh ROOT DOXYGEN PYTHON VERSION
# shellcheck disable=SC2317 # functions are called by name
set -eu
root=$1 doxygen=$2 python=$3 version=$4
asks=$(cd "$(dirname "$0")" && pwd)/check_docs.py
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
export MANWIDTH=80 LC_ALL=C.UTF-8

# build TREE OUT [SETTING...]
build() {
    from=$1 to=$2
    shift 2
    sh "$from/docs/doxygen.sh" "$doxygen" "$python" "$version" "$from" "$to" "$@"
}

# The headers with a comment too few and a member, an enumerator and a macro too many, without the pages.
plant() {
    mkdir -p "$1/docs"
    cp -R "$root/include" "$1"
    cp "$root"/docs/doxygen.sh "$root"/docs/Doxyfile.in "$root"/docs/comments.py "$1/docs"
    for page in README CONTRIBUTING CHANGELOG; do
        echo "# $page" >"$1/$page.md"
    done
    sed '/^\/\* Steps taken since creation or reset\. \*\/$/d' "$root/include/lgd/optimizer.h" >"$1/include/lgd/optimizer.h"
    sed 's/^} lgd_report;/    double planted_member;\n&/' "$root/include/lgd/minimize.h" >"$1/include/lgd/minimize.h"
    sed 's/ LGD_LAST_DROP }/ LGD_LAST_DROP, LGD_PLANTED_LAST }/' "$root/include/lgd/batches.h" >"$1/include/lgd/batches.h"
    sed 's/^#ifdef __cplusplus/#define LGD_PLANTED 1\n\n&/' "$root/include/lgd/loss.h" >"$1/include/lgd/loss.h"
}
planted='LGD_PLANTED
LGD_PLANTED_LAST
lgd_optimizer_steps
lgd_report::planted_member'

# Without a comment Doxygen itself stops, and says the name.
refused_by_name() {
    if build "$scratch/planted" "$scratch/planted/out" GENERATE_HTML=NO >"$scratch/warnings" 2>&1; then
        echo "no error"
        return 1
    fi
    grep -q "error: Member lgd_optimizer_steps.* is not documented" "$scratch/warnings" &&
        grep -q "error: Member planted_member.* is not documented" "$scratch/warnings"
}

# Where Doxygen is told to let everything pass, this test does not.
found_by_name() {
    build "$scratch/planted" "$scratch/planted/out" GENERATE_HTML=NO EXTRACT_ALL=YES WARN_AS_ERROR=NO WARNINGS=NO &&
        "$python" "$asks" undocumented "$scratch/planted/include" "$scratch/planted/out/xml" >"$scratch/found" &&
        echo "$planted" | diff - "$scratch/found"
}

# A link to a page that is not there and a script from elsewhere.
broken_found() {
    mkdir -p "$scratch/broken"
    echo '<a href="nowhere.html">x</a><script src="https://example.org/x.js"></script>' >"$scratch/broken/index.html"
    "$python" "$asks" links "$scratch/broken" >"$scratch/found" &&
        printf 'index.html: %s\n' nowhere.html https://example.org/x.js | diff - "$scratch/found"
}

has_pages() {
    "$python" "$asks" functions "$root/include" >"$scratch/functions" && [ -s "$scratch/functions" ] &&
        while read -r name; do
            [ -s "$out/man/man3/$name.3" ] || echo "$name"
        done <"$scratch/functions" >"$scratch/missing" && nothing cat "$scratch/missing"
}

# Pages that are not links (.so) to another, as a terminal of 80 columns shows them, and what groff says of them.
render() {
    grep -L '^\.so ' "$out"/man/man3/*.3 >"$scratch/pages"
    [ -s "$scratch/pages" ] || return 1
    # shellcheck disable=SC2046
    groff -mandoc -Tutf8 -P-cbou -ww -rLL=80n -rLT=80n $(cat "$scratch/pages") >"$scratch/shown" 2>"$scratch/complaints" &&
        nothing cat "$scratch/complaints"
}

# What no page may show: commands of Doxygen or troff left over, an empty section, a wide line.
junk() {
    grep -nE '\\f[A-Z]|\\(ref|brief|details|verbatim)|@(ref|brief)|</[a-z]+>|^\.[A-Z]' "$scratch/shown"
    awk 'length($0) > 80
        /^[A-Z<]/ && title != "" { print "nothing below " title }
        NF { title = /^[A-Z][A-Z ]*$/ ? $0 : "" }' "$scratch/shown"
}

links_lead_to_pages() {
    sed -n 's/^\.so man3/man3/p' "$out"/man/man3/*.3 | sort -u >"$scratch/targets"
    [ -s "$scratch/targets" ] && cd "$out/man" && while read -r page; do
        [ -s "$page" ] || echo "$page"
    done <"$scratch/targets" >"$scratch/missing" && nothing cat "$scratch/missing"
}

# names PAGE PATTERN...: man shows each, and complains of nothing
names() {
    cd "$out/man"
    man --warnings -l -E UTF-8 "man3/$1.3" >"$scratch/page" 2>"$scratch/complaints" && nothing cat "$scratch/complaints"
    shift
    for pattern; do
        grep -qE -- "$pattern" "$scratch/page" || {
            echo "no $pattern in"
            cat "$scratch/page"
            return 1
        }
    done
}

whatis_reads() {
    # shellcheck disable=SC2046
    lexgrog $(cat "$scratch/pages") >"$scratch/whatis" 2>&1 && nothing grep -v ' - ' "$scratch/whatis"
}

# installs WANTED FEATURE: does a build with -Ddocs=FEATURE install the pages? WANTED: yes or no
installs() {
    meson setup "$scratch/build-$2" "$root" -Ddocs="$2" -Dtests=disabled -Dbench=disabled -Dexamples=disabled -Dio=disabled || return 1
    meson introspect --installed "$scratch/build-$2" >"$scratch/installed" && grep -q 'include/lgd\.h' "$scratch/installed" || return 1
    for page in share/doc/libgd-descent/html share/man/man3; do
        said=no
        grep -q "$page\"" "$scratch/installed" && said=yes
        [ "$said" = "$1" ] || {
            echo "installs $page: $said"
            return 1
        }
    done
}

out=$scratch/out
check reference_is_built_without_a_warning build "$root" "$out"
check every_public_name_has_a_description nothing "$python" "$asks" undocumented "$root/include" "$out/xml"
plant "$scratch/planted"
check names_without_comment_refused_by_doxygen refused_by_name
check names_without_comment_found_without_doxygens_settings found_by_name

check manual_pages_are_made "$python" "$root/docs/man/man.py" "$out/xml" "$out/man/man3" "$version"
check every_function_has_a_manual_page has_pages
check manual_pages_render_without_complaint render
check manual_pages_show_no_markup_and_fit_80_columns nothing junk
check manual_page_links_lead_to_pages links_lead_to_pages
check manual_pages_have_names_for_whatis whatis_reads
check lgd_minimize_3_has_prototype_and_options names lgd_minimize '^NAME' '^SYNOPSIS' '^       #include <lgd.h>' \
    'lgd_status lgd_minimize\(lgd_objective \*f, lgd_optimizer \*opt,' 'lgd_report \*report\);' '^           size_t batch_size;' \
    '^       batch_size +rows a step' '^       lr_hold +after divergence' '^ERRORS' '^       LGD_EDIVERGED' '^SEE ALSO'
check page_of_a_struct_shows_that_of_its_function names lgd_minimize_options '^       lgd_minimize, lgd_minimize_sized'
check lgd_3_lists_every_header names lgd '^<lgd/status.h>' '^<lgd/minimize.h>' '^       lgd_minimize\(3\)' '^<lgd/io.h>'
check lgd_status_3_explains_each_status names lgd_status 'LGD_OK = 0,' '^       LGD_EDIVERGED +diverged'

check front_page_is_the_readme grep -q 'gradient descent for scientific C' "$out/html/index.html"
check pages_have_no_broken_link_and_load_nothing nothing "$python" "$asks" links "$out/html"
check broken_link_and_foreign_script_found broken_found
check docs_when_enabled_are_installed installs yes enabled
check docs_by_default_are_not_installed installs no auto
finish
