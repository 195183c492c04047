#!/bin/sh
# Where -Dlinkname puts libgd.so, and that one program links this library and the GD graphics library from there.
# usage: check_linkname.sh ROOT, with CC in the environment
# shellcheck disable=SC2046,SC2086,SC2317 # flags are words; functions are called by name
set -eu
root=$1
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
built=$scratch/build
unset DESTDIR LIBRARY_PATH
graphics=$(${CC:-cc} -print-file-name=libgd.so) # as the linker finds it
printf '#include <gd.h>\nint main(void) { return !gdImageCreate(1, 1); }\n' >"$scratch/gd.c"
${CC:-cc} -o "$scratch/gd" "$scratch/gd.c" -lgd 2>"$scratch/said" || graphics=

# beside <case> <command>...: with the graphics library
beside() {
    if [ -n "$graphics" ]; then check "$@"; else skip "$1" "libgd-dev is not installed"; fi
}

builds() {
    meson setup "$built" "$root" -Dbuildtype=plain -Dtests=disabled -Dbench=disabled -Dexamples=disabled -Ddocs=disabled \
        --prefix="$scratch/auto" --libdir=lib && meson compile -C "$built"
}

# configure <linkname> <prefix> [<meson word>...]: says where the names go to
configure() {
    linkname=$1 prefix=$2
    shift 2
    meson setup --reconfigure "$built" "$root" -Dlinkname="$linkname" -Dprefix="$prefix" "$@" >"$scratch/log" || {
        tail -n 5 "$scratch/log"
        return 1
    }
    sed -n 's/ *link name *: //p' "$scratch/log"
}

# says <linkname> <prefix> <where the names go>
says() {
    said=$(configure "$1" "$2") || said="$said: refused"
    echo "$said"
    [ "$said" = "-lgd-descent; with -lgd too, in $3" ]
}

# installs <linkname> <name of prefix> <where the names go>
installs() {
    says "$1" "$scratch/$2" "$3" && meson install -C "$built" --no-rebuild --quiet
}

# The names that libdir has in every mode, and that all of them lead to the library.
has_names() {
    lib=$scratch/$1/lib
    ls -lR "$lib"
    [ "$(readlink "$lib/libgd-descent.so")" = libgd.so.0 ] && [ "$(readlink "$lib/libgd.so.0")" = libgd.so.0.1.0 ] &&
        [ -f "$lib/libgd.so.0.1.0" ] && [ -f "$lib/libgd-descent.a" ] && [ -f "$lib/$2/libgd.so" ] && [ -f "$lib/$2/libgd.a" ] &&
        [ "$(readlink -f "$lib/$2/libgd.so")" = "$(readlink -f "$lib/libgd.so.0")" ]
}

no_plain_name() {
    [ -d "$scratch/$1/lib" ] && nothing find "$scratch/$1/lib" -maxdepth 1 '(' -name libgd.so -o -name libgd.a ')'
}

# A prefix where another library has the name: taken_so, taken_a
taken() {
    mkdir -p "$scratch/taken_so/lib" "$scratch/taken_a/lib"
    echo 'int gdImageCreate(void) { return 0; }' >"$scratch/other.c"
    ${CC:-cc} -shared -fPIC -Wl,-soname,libgd.so.3 -o "$scratch/taken_so/lib/libgd.so" "$scratch/other.c" &&
        ${CC:-cc} -c -o "$scratch/other.o" "$scratch/other.c" && ar rc "$scratch/taken_a/lib/libgd.a" "$scratch/other.o" &&
        cp "$scratch/taken_so/lib/libgd.so" "$scratch/taken_a/lib/libgd.a" "$scratch"
}

# refuses <file> <command>...: what it says names the file
refuses() {
    file=$1
    shift
    ! "$@" >"$scratch/refused" 2>&1 && cat "$scratch/refused" && grep -qF "$file" "$scratch/refused"
}

beside_the_other() {
    installs auto taken_$1 "lib/gd-descent (private)" && cmp "$scratch/libgd.$1" "$scratch/taken_$1/lib/libgd.$1"
}

# A staged installation where Debian has the graphics library.
shares_no_path() {
    configure private /usr -Dlibdir="lib/$(${CC:-cc} -print-multiarch)" &&
        meson install -C "$built" --no-rebuild --quiet --destdir "$scratch/stage" || return
    (cd "$scratch/stage" && find . ! -type d | sed 's/^\.//' | sort) >"$scratch/ours"
    dpkg -L libgd3 libgd-dev | sort >"$scratch/theirs"
    grep -q '/libgd\.so\.0$' "$scratch/ours" && grep -q '/libgd\.so$' "$scratch/theirs" && nothing comm -12 "$scratch/ours" "$scratch/theirs"
}

package() {
    PKG_CONFIG_PATH='' PKG_CONFIG_LIBDIR=$scratch/$1/lib/pkgconfig
    export PKG_CONFIG_PATH PKG_CONFIG_LIBDIR
    shift
    pkg-config "$@" libgd-descent
}

# The same with our archive
archive() {
    package "$1" --libs --static | sed 's/-lgd-descent/-l:libgd-descent.a/'
}

needed() {
    readelf -d "$1" | sed -n 's/.*NEEDED.*\[\(libgd\..*\)\]/\1/p' | sort | tr '\n' ' '
}

# links <prefix> <linker word>...: the program that draws, with our flags and these
links() {
    prefix=$1
    shift
    echo "${CC:-cc} draw_curve.c $*"
    ${CC:-cc} -std=c11 -o "$scratch/draw_curve" $(package "$prefix" --cflags) "$root/examples/draw_curve.c" "$@" -lm
}

# draws <libraries it needs> <prefix> <linker word>...: links, runs, and leaves a picture.
draws() {
    wanted=$1
    shift
    links "$@" && needed "$scratch/draw_curve" && [ "$(needed "$scratch/draw_curve")" = "$wanted " ] || return
    LD_LIBRARY_PATH=$scratch/$1/lib "$scratch/draw_curve" "$scratch/curve.png" >"$scratch/printed" && cat "$scratch/printed" &&
        grep -q '^gradient descent [0-9]*\.[0-9]*, graphics [0-9]*\.[0-9.]*$' "$scratch/printed" &&
        [ "$(grep -c ': loss 0\.00' "$scratch/printed")" = 2 ] &&
        { [ -x "$scratch/look" ] || ${CC:-cc} -o "$scratch/look" "$root/tests/coexist/look.c" -lgd; } &&
        "$scratch/look" "$scratch/curve.png" >"$scratch/seen" &&
        cat "$scratch/seen" && [ "$(cat "$scratch/seen")" = "480 x 320, 5 colours" ]
}

# by_lgd <directory> <directory of libgd.so.0>: there -lgd alone is this library.
by_lgd() {
    ${CC:-cc} -std=c11 -o "$scratch/program" -I"$root/include" "$root/tests/consumer/consumer.c" -L"$1" -lgd -lm &&
        needed "$scratch/program" && [ "$(needed "$scratch/program")" = "libgd.so.0 " ] &&
        LD_LIBRARY_PATH=$2 "$scratch/program" >"$scratch/printed" && diff "$root/tests/consumer/consumer.txt" "$scratch/printed"
}

check linkname_auto_builds builds
check linkname_auto_empty_prefix_is_plain installs auto auto "lib (plain)"
check linkname_auto_has_its_names has_names auto .
check linkname_auto_over_itself_stays_plain installs auto auto "lib (plain)"
check linkname_plain_over_itself_installs installs plain auto "lib (plain)"
check linkname_private_over_plain_is_refused refuses "$scratch/auto/lib/libgd.so.0.1.0" installs private auto "lib/gd-descent (private)"
check linkname_private_installs installs private private "lib/gd-descent (private)"
check linkname_private_has_its_names has_names private gd-descent
check linkname_private_has_no_plain_name no_plain_name private

check linkname_taken_names_are_there taken
for kind in so a; do
    check linkname_plain_over_another_libgd_${kind}_is_refused refuses "$scratch/taken_$kind/lib/libgd.$kind" \
        configure plain "$scratch/taken_$kind"
    check linkname_auto_beside_another_libgd_${kind}_is_private_and_leaves_it beside_the_other $kind
done
beside linkname_auto_before_the_graphics_library_is_private says auto /usr/local "lib/gd-descent (private)"
if command -v dpkg >/dev/null; then
    beside linkname_private_in_usr_shares_no_path_with_libgd_dev shares_no_path
else
    skip linkname_private_in_usr_shares_no_path_with_libgd_dev "dpkg is not installed, which knows what others own"
fi

both="libgd.so.0 libgd.so.3"
ours=$scratch/private/lib theirs=$(dirname "${graphics:-/}")
beside draw_curve_private_lgd_draws draws "$both" private $(package private --libs) -lgd
beside draw_curve_private_lgd_before_ours_draws draws "$both" private -lgd $(package private --libs)
beside draw_curve_private_their_path_first_draws draws "$both" private "-L$theirs" $(package private --libs) -lgd
beside draw_curve_private_archive_draws draws libgd.so.3 private $(archive private) -lgd
check consumer_private_folder_lgd_is_this_library by_lgd "$ours/gd-descent" "$ours"
ours=$scratch/auto/lib
beside draw_curve_plain_lgd_is_refused refuses gdImage links auto $(package auto --libs) -lgd
beside draw_curve_plain_by_file_draws draws "$both" auto $(package auto --libs) -l:libgd.so.3
beside draw_curve_plain_their_path_first_draws draws "$both" auto "-L$theirs" $(package auto --libs) -lgd
beside draw_curve_plain_archive_by_file_draws draws libgd.so.3 auto $(archive auto) -l:libgd.so.3
check consumer_plain_lgd_is_this_library by_lgd "$ours" "$ours"
check consumer_build_tree_lgd_is_this_library by_lgd "$built/lib" "$built/lib"
finish
