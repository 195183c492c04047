#!/usr/bin/env python3
"""Counts the instructions of small fixed runs (runs.c) and compares them with those that are kept in this folder, a file for each compiler.

usage: baselines.py [--write] PROGRAM COMPILER BUILD COMMAND

PROGRAM is made of runs.c, COMPILER the first line that the compiler says of its version, BUILD how the library was built, and COMMAND
what records the counts anew. Without --write it prints TAP: a case for each run, which fails where the count is more than 2 % away from
the one that is kept, to either side. Counts of another compiler, BLAS, C library or build are not compared: then one case skips itself
and says what differs. With --write the counts are kept, each counted twice.

A count does not depend on the clock, on other processes, or on the machine: valgrind is a processor of its own kind wherever there is
AVX2, BLAS is told to take its kernels for Haswell, and the environment is the same few words.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOLERANCE = 0.02  # of a count that is kept
REPEATED = 0.001  # of a count, where the same is counted again
HERE = os.path.dirname(os.path.abspath(__file__))
COUNTED = "lgd_baseline_counted"
SERIAL = {name: "1" for name in ("LGD_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}


class Apart(Exception):
    """Counts of this machine and build are not to be compared with those that are kept."""


def environment(more):
    known = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "LD_BIND_NOW": "1", "OPENBLAS_CORETYPE": "Haswell", "MORE": more, **SERIAL}
    if "LD_LIBRARY_PATH" in os.environ:
        known["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return known


def output_of(command, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                          **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with status {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def blas_of(said):
    """The file and the configuration in the line of lgd_build_info."""
    found = re.search(r"BLAS \S+ (?:\S*/)?(\S+ \(.*?\));", said)
    return found[1] if found else said.strip()


def conditions(program, compiler, build):
    """What a count depends on, by name, of which all must be as they were; Apart where nothing can be counted."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            flags = re.search(r"^flags\s*:(.*)$", file.read(), re.MULTILINE)
    except OSError:
        flags = None
    if not flags or not {"avx2", "fma"} <= set(flags[1].split()):
        raise Apart("this processor has no AVX2")
    if not shutil.which("valgrind"):
        raise Apart("valgrind is not there; on Debian: apt-get install valgrind")
    return {
        "compiler": compiler,
        "build": build,
        "blas": blas_of(output_of([program, "--build"], env=environment(""))),
        "libc": os.confstr("CS_GNU_LIBC_VERSION"),
        "valgrind": output_of(["valgrind", "--version"]).strip(),
    }


def count(program, more=""):
    """Name and instructions of every run."""
    with tempfile.TemporaryDirectory() as scratch:
        said = output_of(["valgrind", "--quiet", "--tool=callgrind", f"--toggle-collect={COUNTED}", "--callgrind-out-file=out.%p",
                          program], env=environment(more), cwd=scratch)
        counts = {}
        for line in said.splitlines():
            name, number = line.split("\t")
            with open(os.path.join(scratch, f"out.{number}"), encoding="utf-8", errors="replace") as file:
                counts[name] = int(re.search(r"^totals: (\d+)$", file.read(), re.MULTILINE)[1])
            if counts[name] < 1000:
                raise RuntimeError(f"{name}: {counts[name]} instructions were counted, which cannot be all of them")
        return counts


def record_of(compiler):
    """The file of a compiler: gcc-12.2.0.tsv"""
    words = compiler.split()
    version = re.findall(r"\d+\.\d+\.\d+", compiler)
    return os.path.join(HERE, f"{words[0]}-{version[-1] if version else 'unknown'}.tsv")


def read(path):
    known, counts = {}, {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            name, value = line.rstrip("\n").split("\t")
            if name.startswith("# "):
                known[name[2:]] = value
            elif name != "run":
                counts[name] = int(value)
    return known, counts


def write(path, known, counts):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"# {name}\t{value}\n" for name, value in known.items())
        file.write("run\tinstructions\n")
        file.writelines(f"{name}\t{value}\n" for name, value in counts.items())


def kept(path, known):
    """The counts to compare with; Apart if they are of other conditions."""
    if not os.path.exists(path):
        raise Apart(f"no counts are kept for {known['compiler']}")
    recorded, counts = read(path)
    for name, value in known.items():
        if recorded.get(name) != value:
            raise Apart(f"{name} is {value}, the counts are of {recorded.get(name, 'none')}")
    return counts


def complaint(name, counts, before):
    """What is wrong with the count of a run; None where nothing is."""
    if name not in before:
        return f"{name}: {counts[name]} instructions, and no count is kept"
    if name not in counts:
        return f"{name}: {before[name]} instructions are kept of a run that is not there"
    change = counts[name] / before[name] - 1
    if abs(change) <= TOLERANCE:
        return None
    return (f"{name}: {counts[name]} instructions, {before[name]} are kept: {100 * change:+.1f} %, "
            f"at most {100 * TOLERANCE:.0f} % to either side is accepted")


def guards():
    """Would a change be seen? One of 1 % is none, one of 3 % is, and so is a run that comes or goes."""
    before = {"run": 100000}
    accepted = [complaint("run", {"run": value}, before) is None for value in (97000, 99000, 100000, 101000, 103000)]
    return accepted == [False, True, True, True, False] and complaint("run", {}, before) and complaint("new", {"new": 1}, before)


def compare(program, compiler, build, command):
    print("TAP version 13")
    failed = int(not guards())
    print(f"{'not ok' if failed else 'ok'} 1 - counts_beyond_two_percent_refused")
    case = "counts_on_the_machine_recorded_compared"
    try:
        known = conditions(program, compiler, build)
        before = kept(record_of(compiler), known)
    except Apart as reason:
        print(f"ok 2 - {case} # SKIP {reason}\n1..2")
        return failed
    counts = count(program)
    names = list(dict.fromkeys([*counts, *before]))
    print(f"ok 2 - {case}")
    for number, name in enumerate(names, 3):
        wrong = complaint(name, counts, before)
        print(f"{'not ok' if wrong else 'ok'} {number} - {name}_instructions_as_recorded")
        if wrong:
            failed = 1
            print(f"# {wrong}\n# what is meant to change is recorded by: {command}")
    print(f"1..{len(names) + 2}")
    return failed


def record(program, compiler, build):
    try:
        known = conditions(program, compiler, build)
    except Apart as reason:
        sys.exit(f"baselines.py: nothing is recorded: {reason}")
    counts, again = count(program), count(program, "another place of the stack " * 9)
    for name, value in counts.items():
        if abs(again[name] - value) > REPEATED * value:
            sys.exit(f"baselines.py: nothing is recorded: {name} took {value} instructions, and {again[name]} in another environment")
    path = record_of(compiler)
    before = read(path)[1] if os.path.exists(path) else {}
    for name, value in counts.items():
        was = before.get(name)
        print(f"{name:28}{value:12}" + (f"{100 * (value / was - 1):+8.1f} %" if was else "     new"))
    write(path, known, counts)
    print(os.path.relpath(path))


def main():
    words = sys.argv[1:]
    writes = words[:1] == ["--write"]
    words = words[writes:]
    if len(words) != 4:
        sys.exit(__doc__)
    program, compiler, build, command = words
    program = os.path.abspath(program)
    if writes:
        record(program, compiler, build)
    else:
        sys.exit(compare(program, compiler, build, command))


if __name__ == "__main__":
    main()
