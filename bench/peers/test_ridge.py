"""ridge.py beside it, with scikit-learn and without: TAP, one line for each case."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests"))
import tap
from peer_tests import PYTHONS, found, has, library_absent_or_rows_0, run, sklearn_absent

ONE = ["libgd, reduction", "libgd, reduction and corrections", "libgd, path of one strength", r"sklearn, Ridge\(auto\)",
       r"sklearn, Ridge\(cholesky\)"]
PATH = ["libgd, path with rows left out", "sklearn, RidgeCV"]


def ridge_sklearn_there_same_numbers_then_times_else_how_to_get_it(folder):
    for python in PYTHONS:
        result = run("ridge.py", python, "--rows", "2000", "--cols", "10", "--strengths", "5", "--rounds", "3", "--tsv", f"{folder}/found")
        if not has(python, "sklearn.linear_model"):
            assert result.returncode == 3 and "apt-get install python3-sklearn" in result.stderr, result.stderr
            continue
        assert result.returncode == 0, result.stderr
        assert len(found(f"{folder}/found")) == 7
        for name in ONE + [f"{name}, {what}" for name in PATH for what in ("weights", "errors")]:
            assert re.search(rf"^{name}: off by [0-9.]+e-[0-9]+$", result.stdout, re.M), result.stdout
        for name, ratios in [(name, 2) for name in ONE] + [(name, 1) for name in PATH]:
            assert re.search(rf"^  {name} +[0-9.]+" + r" +[0-9.]+ \([0-9.]+ \.\. [0-9.]+\)" * ratios + "$", result.stdout, re.M), result.stdout


def ridge_sklearn_absent_how_to_get_it(folder):
    sklearn_absent("ridge.py", folder)


def ridge_library_absent_or_rows_0_said(folder):
    library_absent_or_rows_0("ridge.py", "a number from 64", folder)


tap.run(globals(), "ridge_")
