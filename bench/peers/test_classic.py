"""The program of classic.c beside it and tables.sh: TAP, one line for each case."""
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
    return subprocess.run(words, capture_output=True, text=True, timeout=200)


def rows(text):
    """Problem and start of each row."""
    return re.findall(r"^\| (\d+ [^|]*) \| ((?:10 )?x0) \|", text, re.M)


def classic_tables_and_page_of_the_same_runs(_):
    result = run(PROGRAM)
    assert result.returncode == 0 and not result.stderr, result.stderr
    for title in ("The problems of More, Garbow and Hillstrom", "Other functions"):
        assert f"\n## {title}\n" in result.stdout, result.stdout
    assert "nan" not in re.findall(r"^\| median .*", result.stdout, re.M)[0], result.stdout
    with open(f"{ROOT}/docs/classic-functions.md") as file:
        page = file.read()
    runs = [row for row in rows(result.stdout) if ", n = " in row[0]]
    assert len(runs) > 200 and runs == [row for row in rows(page) if ", n = " in row[0]]


def classic_others_as_recorded_up_to_rounding(_):
    """How the compiler rounds the functions may change what is barely solved, or barely not."""
    result = run(PROGRAM, "--header")
    with open(f"{ROOT}/tests/reference/mgh_peers.h") as file:
        recorded = file.read()
    for kind in ("LBFGS", "BFGS", "CG"):
        now, then = (int(re.search(rf" PEERS_{kind} = (\d+)", text)[1]) for text in (result.stdout, recorded))
        assert abs(now - then) <= 2, (kind, now, then)
    assert len(re.findall(r"^    {\d+, \d+},$", result.stdout, re.M)) == 35, result.stdout


def classic_lines_for_each_pair_of_a_kind(folder):
    result = run(PROGRAM, "--tsv")
    assert result.returncode == 0, result.stderr
    with open(f"{folder}/found", "w") as file:
        file.write(result.stdout)
    pairs = [(row["ours"], row["peer"]) for row in found(f"{folder}/found")]
    assert pairs == [("lbfgs", "libLBFGS"), ("lbfgs", "NLopt LD_LBFGS"), ("bfgs", "GSL vector_bfgs2"), ("cg", "GSL conjugate_pr")], pairs


def classic_word_it_does_not_know_refused(_):
    result = run(PROGRAM, "--tables")
    assert result.returncode == 2 and "usage: classic [--header | --tsv]" in result.stderr, result.stderr


def classic_page_made_again_keeps_what_is_around_the_tables(folder):
    page, header = f"{folder}/page.md", f"{folder}/header.h"
    with open(page, "w") as file:
        file.write("before\n<!-- tables -->\nold\n<!-- end of tables -->\nafter\n")
    result = run("sh", f"{HERE}/tables.sh", PROGRAM, page, header)
    assert result.returncode == 0, result.stderr
    with open(page) as file:
        text = file.read()
    assert text.startswith("before\n<!-- tables -->\nlibgd ") and text.endswith("|\n<!-- end of tables -->\nafter\n"), text
    assert "old" not in text.splitlines() and os.path.exists(header)
    with open(page, "w") as file:
        file.write("no lines\n")
    result = run("sh", f"{HERE}/tables.sh", "false", page, header)
    assert result.returncode == 1 and "<!-- tables -->" in result.stderr, result.stderr


tap.run(globals(), "classic_")
