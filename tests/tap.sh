# shellcheck shell=sh
# Sourced by the check_*.sh: Test Anything Protocol for the shell.
unset CDPATH
cases=0 failures=0
case ${TMPDIR:-} in *[[:space:]]*) unset TMPDIR ;; esac # flags that name folders are words
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# check <case> <command>...: the case passes when the command, in a shell of its own, succeeds; else what it said is shown.
check() {
    case_name=$1
    shift
    cases=$((cases + 1))
    if ("$@") >"$scratch/said" 2>&1; then
        echo "ok $cases - $case_name"
    else
        failures=$((failures + 1))
        echo "not ok $cases - $case_name"
        sed 's/^/# /' "$scratch/said" | head -n 40
    fi
}

# skip <case> <reason>
skip() {
    cases=$((cases + 1))
    echo "ok $cases - $1 # SKIP $2"
}

# nothing <command>...: succeeds when the command says nothing, which is how a search for what must not be there ends.
nothing() {
    found=$("$@") || true
    [ -z "$found" ] || {
        echo "$found"
        return 1
    }
}

finish() {
    echo "1..$cases"
    [ $failures = 0 ]
    exit
}
