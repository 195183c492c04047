"""The program of least_squares.c beside it: TAP, one line for each case."""
import functools
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../tests"))
import tap
from peer_tests import found

PROGRAM, ROOT = os.path.abspath(sys.argv[1]), os.path.join(HERE, "../..")


@functools.lru_cache
def run(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=200)


def page():
    with open(f"{ROOT}/docs/least-squares-peers.md") as file:
        return file.read().split("<!-- tables -->\n")[1].split("<!-- end of tables -->")[0]


def sections(text):
    """What was run, and which of libgd's runs solved nothing."""
    runs, _, rest = text.partition("### Why libgd's runs ended that solved nothing\n")
    ended, _, gradients = rest.partition("\n###")
    return runs + gradients, ended


def labels(text):
    """Titles, heads, and of rows what was run."""
    return re.findall(r"^#.*|^\| (?:set|problem) .*|^\| [^|]* \| (?:[12]|x0|10 x0) \|", sections(text)[0], re.M)


def unsolved(text):
    return re.findall(r"^\| (\d+ [^|]*) \| (x0|10 x0) \| ([^|]*) \|", sections(text)[1], re.M)


def solved(text):
    return [int(number) for number in re.search(r"^\| solved \| of 68 \|(.*)\|$", text, re.M)[1].split("|")]


def least_squares_page_of_the_same_runs(_):
    """How the compiler and BLAS's kernels round may change what is barely solved, or barely not, and counts by a few."""
    result = run()
    assert result.returncode == 0 and not result.stderr, result.stderr
    assert len(labels(result.stdout)) > 130 and labels(result.stdout) == labels(page()), result.stdout
    counts = solved(result.stdout)
    assert all(abs(now - then) <= 2 for now, then in zip(counts, solved(page()), strict=True)), counts
    for method, count in zip(("lm", "lm, accelerated", "dogleg"), counts):
        now, then = ({run[:2] for run in unsolved(text) if run[2] == method} for text in (result.stdout, page()))
        assert len(now) == 68 - count and len(now ^ then) <= 4, (method, now ^ then)


def least_squares_gsl_as_recorded_up_to_rounding(_):
    result = run("--header")
    with open(f"{ROOT}/tests/reference/gsl.h") as file:
        recorded = file.read()
    for kind in ("LM", "LMACCEL", "DOGLEG"):
        now, then = (int(re.search(rf" MGH_GSL_{kind} = (\d+)", text)[1]) for text in (result.stdout, recorded))
        assert abs(now - then) <= 2, (kind, now, then)
    assert len(re.findall(r"^    {\d+, \d+},$", result.stdout, re.M)) == 5 + 35, result.stdout


def least_squares_lines_for_each_pair(folder):
    with open(f"{folder}/found", "w") as file:
        file.write(run("--tsv").stdout)
    pairs = [(row["ours"], row["peer"]) for row in found(f"{folder}/found")]
    assert pairs == [("lm", "GSL lm"), ("lm, accelerated", "GSL lmaccel"), ("dogleg", "GSL dogleg")], pairs


def least_squares_word_it_does_not_know_refused(_):
    result = run("--tables")
    assert result.returncode == 2 and "usage: least_squares [--header | --tsv]" in result.stderr, result.stderr


tap.run(globals(), "least_squares_")
