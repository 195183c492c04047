#!/bin/sh
# What the libraries show to a linker.
# usage: check_symbols.sh ROOT LIBRARY..., each libgd*.so or libgd*.a
# shellcheck disable=SC2317 # functions are called by name
set -eu
root=$1
shift
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

# External names a library defines, without the version behind @@ and the version node itself.
defined() {
    case $1 in
    *.a) nm -g --defined-only "$1" ;;
    *) nm -D --defined-only "$1" ;;
    esac | awk 'NF == 3 && !($2 == "A" && $3 ~ /^LGD_[A-Z0-9_]+$/) { sub(/@.*/, "", $3); print $3 }' | sort -u
}

own_names_only() {
    defined "$1" >"$scratch/names"
    [ -s "$scratch/names" ] && nothing grep -v '^lgd_' "$scratch/names"
}

# Functions that headers of the tree declare: behind LGD_API, the word before the first parenthesis.
declared() {
    (cd "$root" && cat "$@") | awk '
        { text = text " " $0 }
        END {
            count = split(text, part, "LGD_API")
            for (i = 2; i <= count; i++) {
                sub(/ *\(.*/, "", part[i])
                sub(/.*[ *]/, "", part[i])
                if (part[i] ~ /^lgd_/)
                    print part[i]
            }
        }' | sort -u
}

exports_what_headers_declare() {
    so=$1
    shift
    declared "$@" >"$scratch/declared"
    defined "$so" >"$scratch/exported"
    [ -s "$scratch/declared" ] && diff "$scratch/declared" "$scratch/exported"
}

soname() {
    readelf -d "$1" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p'
}

has_soname() {
    said=$(soname "$1")
    [ "$said" = "$2" ] || {
        echo "soname is $said"
        return 1
    }
}

# Of the libraries loaded with it: only BLAS, LAPACK, the C library, threads and OpenMP.
needs_only() {
    nothing sh -c "readelf -d '$1' | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | grep -Ev '^($2)\.so'"
}

core_headers=$(cd "$root" && find lib/base/base.h include/lgd -name '*.h' ! -name io.h ! -name libsvm.h ! -name npy.h ! -name hdf5.h)
core='libc|libm|ld-linux.*|libpthread|libgomp|libomp|lib(open|flexi)?blas|libblis|libcblas|libmkl_rt|liblapacke?'
for library; do
    file=${library##*/}
    name=$(echo "$file" | sed 's/\(so\)\..*/\1/' | tr '.-' '__')
    check "${name}_external_names_begin_with_lgd" own_names_only "$library"
    case $file in
    libgd.so*)
        check "${name}_soname_is_libgd_0" has_soname "$library" libgd.so.0
        # shellcheck disable=SC2086
        check "${name}_exports_exactly_what_headers_declare" exports_what_headers_declare "$library" $core_headers
        check "${name}_needs_blas_lapack_and_openmp_alone" needs_only "$library" "$core"
        ;;
    libgd-io.so*)
        check "${name}_soname_is_libgd_io_0" has_soname "$library" libgd-io.so.0
        check "${name}_exports_exactly_what_headers_declare" exports_what_headers_declare "$library" \
            include/lgd/io.h include/lgd/libsvm.h include/lgd/npy.h include/lgd/hdf5.h
        check "${name}_needs_the_core_and_libraries_of_formats_alone" needs_only "$library" "$core|libgd|libcsv|libarchive|libz|libhdf5.*"
        ;;
    esac
done
finish
