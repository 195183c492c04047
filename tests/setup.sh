# shellcheck shell=sh
# Sourced by tests/run and bench/run, which set `me`, `root` (the tree) and `install` (yes or no). Looks for each capability
# first; only what is missing becomes a package, and only then are apt and root asked for.
: "${me:?}" "${root:?}" "${install:?}"

# The compiler is a command with its own words where the caller says CC="ccache gcc".
cc() {
    # shellcheck disable=SC2086
    command ${CC:-cc} "$@"
}

say() {
    printf '%s: %s\n' "$me" "$*" >&2
}

# Runs a command silently; if it fails, the end of what it said.
quietly() {
    "$@" >"$scratch/log" 2>&1 </dev/null && return
    tail -n 40 "$scratch/log" >&2
    return 1
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- capabilities: have_<need> succeeds when it is there

# links [flags...] < program: does it compile and link?
links() {
    cat >"$scratch/probe.c"
    cc "$scratch/probe.c" -o "$scratch/probe" "$@" >/dev/null 2>&1
}

have_cc() {
    echo 'int main(void) { return 0; }' | links
}

have_meson() {
    meson --version 2>/dev/null | awk -F. '{ ok = $1 >= 1 } END { exit !ok }'
}

have_ninja() {
    ninja --version >/dev/null 2>&1 || samu --version >/dev/null 2>&1
}

have_pkgconfig() {
    pkg-config --version >/dev/null 2>&1
}

# The same order as lib/meson.build; blas and blas_flags are what was found.
have_blas() {
    for blas in openblas flexiblas mkl-sdl mkl-dynamic-lp64-seq blis cblas blas; do
        header=cblas.h
        case $blas in mkl*) header=mkl_cblas.h ;; esac
        blas_flags=$(pkg-config --cflags --libs "$blas" 2>/dev/null) || blas_flags=-l$blas
        # shellcheck disable=SC2086
        printf '#include <%s>\nint main(void) { return (int)cblas_ddot(0, 0, 1, 0, 1); }\n' $header | links $blas_flags &&
            return
    done
    blas=
    return 1
}

# LAPACKE inside the BLAS or beside it, or the Fortran symbols.
have_lapack() {
    [ -n "$blas" ] || return 1
    for lapack in '' -llapacke -llapack; do
        # shellcheck disable=SC2086
        links $lapack $blas_flags <<'END' && return
#include <lapacke.h>
int main(void) { double a = 1, b = 1; return LAPACKE_dposv(LAPACK_COL_MAJOR, 'L', 1, 1, &a, 1, &b, 1); }
END
        # shellcheck disable=SC2086
        echo 'void dposv_(void); int main(void) { dposv_(); return 0; }' | links $lapack $blas_flags && return
    done
    return 1
}

have_csv() {
    printf '#include <csv.h>\nint main(void) { struct csv_parser p; return csv_init(&p, 0); }\n' | links -lcsv
}

# Packed files.
have_archive() {
    pkg-config --exists 'libarchive >= 3.4' zlib 2>/dev/null
}

have_hdf5() {
    for package in hdf5-serial hdf5; do
        # shellcheck disable=SC2046
        printf '#include <hdf5.h>\nint main(void) { return H5open(); }\n' |
            links $(pkg-config --cflags --libs $package 2>/dev/null) -lhdf5 && return
    done
    return 1
}

# It writes what the reader of HDF5 is tested with.
have_packers() {
    gzip --version >/dev/null 2>&1 && xz --version >/dev/null 2>&1 && zstd --version >/dev/null 2>&1
}

have_h5py() {
    python3 -c 'import h5py, numpy' >/dev/null 2>&1 || /usr/bin/python3 -c 'import h5py, numpy' >/dev/null 2>&1
}

have_json() {
    pkg-config --exists jansson 2>/dev/null
}

have_check() {
    pkg-config --exists 'check >= 0.15' 2>/dev/null
}

have_cxx() {
    echo 'int main() { return 0; }' >"$scratch/probe.cpp"
    # shellcheck disable=SC2086
    ${CXX:-c++} -std=c++17 "$scratch/probe.cpp" -o "$scratch/probe" >/dev/null 2>&1
}

have_sanitizers() {
    echo 'int main(void) { return 0; }' | links -fsanitize=address,undefined
}

# On Debian OpenBLAS comes in two kinds side by side, and results must not depend on which.
have_both_openblas() {
    case $blas in openblas | '') ;; *) return 0 ;; esac
    command -v dpkg >/dev/null 2>&1 || return 0
    for kind in pthread openmp; do
        set -- /usr/lib/*/openblas-$kind/libopenblas.so.0
        [ -e "$1" ] || return
    done
}

# A locale with a decimal comma, to show that numbers are read and written without one.
have_locale() {
    [ "$(LC_ALL=de_DE.UTF-8 locale decimal_point 2>/dev/null)" = , ] || [ -f /usr/share/i18n/locales/de_DE ]
}

have_gnuplot() {
    gnuplot --version >/dev/null 2>&1 && echo 'set terminal svg' | gnuplot >/dev/null 2>&1
}

have_fortran() {
    printf 'end\n' >"$scratch/probe.f90"
    ${FC:-gfortran} "$scratch/probe.f90" -o "$scratch/probe" >/dev/null 2>&1
}

have_cmake() {
    cmake --version >/dev/null 2>&1
}

# The python3 that comes first may be one that the system's packages do not reach.
have_numpy() {
    python3 -c 'import numpy' >/dev/null 2>&1 || /usr/bin/python3 -c 'import numpy' >/dev/null 2>&1
}

# peers_python is the python3 that has all of them.
have_peers_python() {
    for peers_python in python3 /usr/bin/python3; do
        "$peers_python" -c 'import numpy, scipy.sparse, sklearn.linear_model, torch' >/dev/null 2>&1 && return
    done
    return 1
}

have_liblbfgs() {
    printf '#include <lbfgs.h>\nint main(void) { lbfgs_parameter_t p; lbfgs_parameter_init(&p); return 0; }\n' | links -llbfgs
}

have_nlopt() {
    pkg-config --exists nlopt 2>/dev/null
}

have_gsl() {
    pkg-config --exists gsl 2>/dev/null
}

have_liblinear() {
    printf '#include <linear.h>\nint main(void) { return check_regression_model(0); }\n' | links -llinear
}

# The graphics library, to show that the two live side by side.
have_graphics() {
    printf '#include <gd.h>\nint main(void) { return !gdImageCreate(1, 1); }\n' | links -lgd
}

have_doxygen() {
    doxygen --version >/dev/null 2>&1 && { [ -d /usr/share/doxygen-awesome-css ] || ! command -v apt-get >/dev/null 2>&1; }
}

have_man() {
    command -v man >/dev/null 2>&1
}

have_abidiff() {
    abidiff --version >/dev/null 2>&1
}

# It counts instructions of this processor alone.
have_valgrind() {
    case $(uname -sm) in "Linux x86_64") valgrind --version >/dev/null 2>&1 ;; esac
}

# Its libFuzzer makes inputs for the readers.
have_clang() {
    printf 'int LLVMFuzzerTestOneInput(const char *s, unsigned long n) { return n && *s == -1; }\n' >"$scratch/probe.c"
    clang -fsanitize=fuzzer,address,undefined "$scratch/probe.c" -o "$scratch/probe" >/dev/null 2>&1
}

have_browser() {
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1
}

# ---- packages

# package <manager> <need>
package() {
    case $1:$2 in
    apt:cc) echo gcc libc6-dev ;;
    dnf:cc) echo gcc glibc-devel ;;
    zypper:cc) echo gcc glibc-devel ;;
    brew:cc | brew:cxx | brew:sanitizers) ;; # of the system's own tools
    *:cc) echo gcc ;;
    apt:ninja | dnf:ninja) echo ninja-build ;;
    dnf:pkgconfig | zypper:pkgconfig) echo pkgconf-pkg-config ;;
    *:pkgconfig) echo pkgconf ;;
    apt:blas) echo libopenblas-dev ;;
    dnf:blas | zypper:blas) echo openblas-devel ;;
    *:blas) echo openblas ;;
    apt:lapack) echo liblapacke-dev ;;
    dnf:lapack) echo lapack-devel ;;
    zypper:lapack) echo lapacke-devel ;;
    pacman:lapack) echo lapacke ;;
    brew:lapack) ;; # inside openblas
    apt:csv) echo libcsv-dev ;;
    dnf:csv | zypper:csv) echo libcsv-devel ;;
    *:csv) echo libcsv ;;
    apt:archive) echo libarchive-dev zlib1g-dev ;;
    dnf:archive | zypper:archive) echo libarchive-devel zlib-devel ;;
    *:archive) echo libarchive zlib ;;
    apt:hdf5) echo libhdf5-dev ;;
    dnf:hdf5 | zypper:hdf5) echo hdf5-devel ;;
    apt:packers) echo gzip xz-utils zstd ;;
    *:packers) echo gzip xz zstd ;;
    apt:h5py | dnf:h5py | zypper:h5py) echo python3-h5py ;;
    pacman:h5py) echo python-h5py ;;
    brew:h5py) echo h5py ;;
    apt:json) echo libjansson-dev ;;
    dnf:json) echo jansson-devel ;;
    zypper:json) echo libjansson-devel ;;
    *:json) echo jansson ;;
    dnf:check | zypper:check) echo check-devel ;;
    apt:cxx) echo g++ ;;
    dnf:cxx | zypper:cxx) echo gcc-c++ ;;
    *:cxx) echo gcc ;;
    dnf:sanitizers) echo libasan libubsan ;;
    *:sanitizers) echo gcc ;;
    apt:both_openblas) echo libopenblas0-pthread libopenblas0-openmp ;;
    *:both_openblas) ;;
    apt:locale) echo locales ;;
    dnf:locale) echo glibc-langpack-de ;;
    zypper:locale) echo glibc-locale ;;
    *:locale) ;;
    apt:gnuplot) echo gnuplot-nox ;;
    dnf:gnuplot) echo gnuplot-minimal ;;
    apt:fortran | brew:fortran) echo gfortran ;;
    dnf:fortran) echo gcc-gfortran ;;
    pacman:fortran | zypper:fortran) echo gcc-fortran ;;
    apt:numpy | dnf:numpy | zypper:numpy) echo python3-numpy ;;
    pacman:numpy) echo python-numpy ;;
    apt:peers_python) echo python3-numpy python3-scipy python3-sklearn python3-torch ;;
    dnf:peers_python | zypper:peers_python) echo python3-numpy python3-scipy python3-scikit-learn python3-torch ;;
    pacman:peers_python) echo python-numpy python-scipy python-scikit-learn python-pytorch ;;
    brew:peers_python) echo numpy scipy scikit-learn pytorch ;;
    apt:liblbfgs) echo liblbfgs-dev ;;
    dnf:liblbfgs | zypper:liblbfgs) echo liblbfgs-devel ;;
    apt:nlopt) echo libnlopt-dev ;;
    dnf:nlopt) echo NLopt-devel ;;
    zypper:nlopt) echo nlopt-devel ;;
    apt:gsl) echo libgsl-dev ;;
    dnf:gsl | zypper:gsl) echo gsl-devel ;;
    apt:liblinear) echo liblinear-dev ;;
    dnf:liblinear | zypper:liblinear) echo liblinear-devel ;;
    apt:graphics) echo libgd-dev ;;
    dnf:graphics | zypper:graphics) echo gd-devel ;;
    *:graphics) echo gd ;;
    apt:doxygen) echo doxygen doxygen-awesome-css ;;
    *:man) echo man-db ;;
    apt:abidiff) echo abigail-tools ;;
    *:abidiff) echo libabigail ;;
    apt:clang) echo clang libclang-rt-dev ;;
    dnf:clang) echo clang compiler-rt ;;
    pacman:clang) echo clang compiler-rt ;;
    brew:clang) echo llvm ;;
    *:browser) echo chromium ;;
    *) echo "$2" ;; # meson, ninja, check: their own names
    esac
}

# packages <manager>: those of $missing, on one line
packages() {
    for need in $missing; do
        package "$1" "$need"
    done | tr ' ' '\n' | awk 'NF && !seen[$0]++ { printf "%s%s", gap, $0; gap = " " }'
}

look() {
    missing=
    for need in "$@"; do
        "have_$need" || missing="$missing $need"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@" # nobody is there to type a password
    fi
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@"
}

known_to_apt() {
    for name in "$@"; do
        LC_ALL=C apt-cache policy "$name" 2>/dev/null | grep -q '^  Candidate: [^(]' || return
    done
}

give_up() {
    say "$*"
    exit 3
}

# require <need>...: all of them are there when it returns
require() {
    look "$@"
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        say "missing:$missing"
        for manager in dnf pacman zypper brew; do
            command -v $manager >/dev/null 2>&1 || continue
            case $manager in
            pacman) line="pacman -S --needed" ;;
            *) line="$manager install" ;;
            esac
            give_up "install with: $line $(packages $manager)"
        done
        give_up "no package manager that is known here; the Debian names are: $(packages apt)"
    fi
    names=$(packages apt)
    line="apt-get install --no-install-recommends $names"
    [ "$install" = yes ] || give_up "missing:$missing; install with: $line"
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null 2>&1 || give_up "missing:$missing; as root: $line"
    say "installing $names"
    # shellcheck disable=SC2086
    {
        known_to_apt $names || quietly apt update || say "apt-get update failed; going on with the lists that are there"
        quietly apt install --no-install-recommends $names ||
            { quietly apt update && quietly apt install --no-install-recommends $names; } ||
            give_up "could not install; try: $line"
    }
    look "$@"
    [ -z "$missing" ] || give_up "installed, but still missing:$missing (meson must be 1.0 or later); see: $line"
}

# ---- build

# build <directory> <meson option>...: sets it up unless the same tools already have, then compiles.
build() {
    dir=$root/$1
    shift
    made="$root $(meson --version) $(cc --version | head -n 1) ${CFLAGS:-} $*"
    if [ "$(cat "$dir/.made" 2>/dev/null)" != "$made" ]; then
        say "setting up ${dir#"$root"/}"
        rm -rf "$dir"
        quietly meson setup "$dir" "$root" "$@" || return
        printf '%s\n' "$made" >"$dir/.made"
    fi
    say "compiling ${dir#"$root"/}"
    # shellcheck disable=SC2086 # targets, or nothing: everything
    quietly meson compile -C "$dir" ${targets:-}
}

# The harnesses of tests/fuzz and what they stand on. Of undefined behaviour NULL + 0 is left alone: loops over nothing are written so,
# and every compiler takes it as it is meant.
build_fuzz() {
    (
        CC=clang targets=fuzz
        export CC
        build build/fuzz -Dfuzz=enabled -Dio=enabled -Dcli=enabled -Dbench=disabled -Dtests=disabled -Dexamples=disabled -Ddocs=disabled \
            -Dlibdir=lib -Davx2=disabled -Dbuildtype=debug -Doptimization=1 -Db_sanitize=address,undefined -Db_lundef=false \
            "-Dc_args=-g1 -DLGD_IO_BUFFER=256 -fsanitize=fuzzer-no-link -fno-sanitize-recover=all -fno-sanitize=pointer-overflow -Wno-pass-failed"
    )
}

# A Homebrew OpenBLAS is not on the default path.
if command -v brew >/dev/null 2>&1; then
    PKG_CONFIG_PATH=$(brew --prefix openblas 2>/dev/null)/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
    export PKG_CONFIG_PATH
fi
