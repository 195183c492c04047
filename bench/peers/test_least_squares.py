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


def labels(text):
    """Titles, heads, and of rows what was run."""
    return re.findall(r"^#.*|^\| (?:set|problem) .*|^\| [^|]* \| (?:[12]|x0|10 x0) \|", text, re.M)


def solved(text):
    return [int(number) for number in re.search(r"^\| solved \| of 68 \|(.*)\|$", text, re.M)[1].split("|")]


def least_squares_page_of_the_same_runs(_):
    """How the compiler rounds the functions may change what is barely solved, or barely not, and counts by a few."""
    result = run()
    assert result.returncode == 0 and not result.stderr, result.stderr
    assert len(labels(result.stdout)) > 150 and labels(result.stdout) == labels(page())
    assert all(abs(now - then) <= 2 for now, then in zip(solved(result.stdout), solved(page()), strict=True))


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
