"""sparse.py beside it, with its peer and without: TAP, one line for each case."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests"))
import tap
from peer_tests import PYTHONS, found, has, library_absent_or_rows_0, run, sklearn_absent


def sparse_peer_there_same_weights_and_objective_then_times_else_how_to_get_it(folder):
    for python in PYTHONS:
        result = run("sparse.py", python, "--rows", "2000", "--cols", "300", "--rate", "0.01", "--rounds", "2", "--tsv", f"{folder}/found")
        if not has(python, "sklearn.linear_model"):
            assert result.returncode == 3 and "apt-get install python3-sklearn" in result.stderr, result.stderr
            continue
        assert result.returncode == 0, result.stderr + result.stdout
        assert re.search(r"^an epoch in order of storage: weights off by [0-9.e+-]+$", result.stdout, re.M), result.stdout
        assert len(re.findall(r"^libgd, .*, 20 epochs: objective off by [0-9.e+-]+ of [0-9.]+$", result.stdout, re.M)) == 2, result.stdout
        rows = found(f"{folder}/found")
        assert [row["ours"] for row in rows] == ["blocks of 50 rows", "permutation"], rows
        assert all(row["work"] == "sparse logistic, 2000 x 300" and row["batch"] == "1" for row in rows), rows


def sparse_rate_at_which_orders_matter_nothing_timed(folder):
    python = PYTHONS[-1]
    if has(python, "sklearn.linear_model"):
        result = run("sparse.py", python, "--rows", "200", "--cols", "64", "--rate", "20", "--tsv", f"{folder}/found")
        assert result.returncode == 1 and re.search("that is not within 1e-[01][03], nothing is timed", result.stderr), result.stderr + result.stdout


def sparse_sklearn_absent_how_to_get_it(folder):
    sklearn_absent("sparse.py", folder)


def sparse_library_absent_or_rows_0_said(folder):
    library_absent_or_rows_0("sparse.py", "numbers from 64", folder)


tap.run(globals(), "sparse_")
