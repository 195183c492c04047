#!/bin/sh
# target.sh TARGET PROGRAM CORPUS BUILD: runs a harness on the inputs that are kept, then on others made of them for as many seconds as
# LGD_FUZZ_SECONDS says (20). What it finds lies in BUILD/findings, new inputs that reach more in BUILD/corpus.
set -eu
target=$1 program=$2 corpus=$3 build=$4
seconds=${LGD_FUZZ_SECONDS:-20}
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
unset LOCPATH # with it libc leaks a path, see tests/leaks.supp, which a clang without its symbolizer cannot name
export ASAN_OPTIONS="detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:${ASAN_OPTIONS:-}"
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export OPENBLAS_NUM_THREADS=1
mkdir -p "$build/findings" "$build/corpus/$target"

# An input that takes seconds or half a gigabyte is a finding too. Seeds stay whatever they reach: what unpacks files is not instrumented.
fuzz() {
    "$program" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=512 -max_len=65536 -keep_seed=1 -print_final_stats=1 \
        -artifact_prefix="$build/findings/$target-" "$@" >"$scratch/log" 2>&1 && return
    # from the verdict on; the frames of libFuzzer itself say nothing
    sed -n '/ERROR: \|runtime error: \|does not hold: /,$p' "$scratch/log" | grep -v ' fuzzer::' | head -n 30
    return 1
}

check "${target}_inputs_kept_nothing_found" fuzz -runs=0 "$corpus"
check "${target}_inputs_made_for_${seconds}_seconds_nothing_found" fuzz -max_total_time="$seconds" "$build/corpus/$target" "$corpus"
sed -n 's/^stat::number_of_executed_units: */# runs: /p' "$scratch/log"
finish
