"""all.py beside it with some of its programs, of a library and an lgd-bench: TAP, one line for each case."""
import importlib
import os
import re
import subprocess
import sys
import types

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../tests"))
import peers
import tap
from peer_tests import PYTHONS, has

LIBRARY, BENCH = (os.path.abspath(word) for word in sys.argv[1:3])


def laid_out(folder):
    """A build as bench/run makes it."""
    os.makedirs(f"{folder}/build/lib")
    os.makedirs(f"{folder}/build/bench")
    os.symlink(LIBRARY, f"{folder}/build/lib/libgd.so.0")
    os.symlink(BENCH, f"{folder}/build/bench/lgd-bench")


def run(folder, *words, python=PYTHONS[-1]):
    return subprocess.run([python, f"{HERE}/all.py", "--build", f"{folder}/build", "--out", f"{folder}/out", *words], capture_output=True,
                          text=True, timeout=250)


def all_one_table_and_pictures_of_what_was_found(folder):
    laid_out(folder)
    result = run(folder, "--quick", "--only", "path.py")
    if not has(PYTHONS[-1], "sklearn.linear_model"):
        assert result.returncode == 1 and "failed: path.py:" in result.stdout, result.stdout
        return
    assert result.returncode == 0, result.stderr + result.stdout
    assert "peers: 1 of 1, path.py" in result.stderr, result.stderr
    assert len(re.findall(r"^lasso, 100 strengths of .*  [0-9.]+ \([0-9.]+ \.\. [0-9.]+\)$", result.stdout, re.M)) == 2, result.stdout
    assert result.stdout.endswith("\n3 passed, 0 failed\n"), result.stdout
    assert os.path.getsize(f"{folder}/out/peers_ratios.svg") > 1000 and not os.path.exists(f"{folder}/out/peers_epochs.svg")
    with open(f"{folder}/out/peers.tsv") as file:
        above = [line for line in file if line.startswith("# ")]
    assert len(above) == 3 and "libgd" in above[1] and "scikit-learn" in above[2], above


def all_program_that_is_not_there_failed(folder):
    laid_out(folder)
    result = run(folder, "--only", "peers-classic")
    assert result.returncode == 1 and re.search(r"^failed: peers-classic: No such file", result.stdout, re.M), result.stdout
    assert result.stdout.endswith("\n0 passed, 1 failed\n"), result.stdout


def all_program_that_finds_something_wrong_failed_by_its_sentence(folder):
    laid_out(folder)
    with open(f"{folder}/build/bench/peers-classic", "w") as file:
        file.write("#!/bin/sh\necho 'peers-classic: f ends at 3' >&2\nexit 1\n")
    os.chmod(f"{folder}/build/bench/peers-classic", 0o755)
    result = run(folder, "--only", "peers-classic")
    assert result.returncode == 1 and "failed: peers-classic: peers-classic: f ends at 3\n" in result.stdout, result.stdout


def all_page_made_again_keeps_what_is_around_the_table(folder):
    program, words = importlib.import_module("all"), types.SimpleNamespace(out=folder)
    line = dict.fromkeys(peers.COLUMNS, "3") | {"work": "digits", "batch": "-", "ours": "sgd", "peer": "other", "ratio": "1.5"}
    program.write(f"{folder}/peers.tsv", peers.COLUMNS, [line, dict(line, ours="adam")], ["a machine"])
    with open(f"{folder}/page.md", "w") as file:
        file.write("before\n<!-- tables -->\nold\n<!-- end of tables -->\nafter\n")
    program.put_page(words, f"{folder}/page.md", folder)
    with open(f"{folder}/page.md") as file:
        lines = file.read().splitlines()
    assert lines[:3] == ["before", "<!-- tables -->", "a machine."] and lines[-2:] == ["<!-- end of tables -->", "after"], lines
    assert lines[-3] == "| digits | 3 | other | 3 3 | sgd: 3, **1.5** (3-3); adam: 3, **1.5** (3-3) |" and "old" not in lines, lines
    with open(f"{folder}/peers_ratios.tsv") as file:
        assert file.read() == "work\tratio\tlow\thigh\ndigits: other\t1.5\t3\t3\n"
    with open(f"{folder}/none.md", "w") as file:
        file.write("no lines\n")
    try:
        program.put_page(words, f"{folder}/none.md", folder)
    except SystemExit as refused:
        assert "<!-- end of tables --> are accepted" in str(refused), refused
    else:
        raise AssertionError("a page without the lines was taken")


def all_unknown_program_refused(folder):
    result = run(folder, "--only", "none.py")
    assert result.returncode == 2 and "--only none.py: epochs.py, " in result.stderr, result.stderr


tap.run(globals(), "all_")
