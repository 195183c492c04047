"""path.py beside it, with scikit-learn and without: TAP, one line for each case."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests"))
import tap
from peer_tests import PYTHONS, found, has, library_absent_or_rows_0, run, sklearn_absent

NAMES = ["libgd, lgd_lasso_path", "libgd, lgd_lasso_path of a reduction", "sklearn, lasso_path", "sklearn, lasso_path of a Gram matrix"]


def path_sklearn_there_same_values_then_times_else_how_to_get_it(folder):
    for python in PYTHONS:
        result = run("path.py", python, "--rows", "300", "--cols", "10", "--strengths", "8", "--rounds", "3", "--tsv", f"{folder}/found")
        if not has(python, "sklearn.linear_model"):
            assert result.returncode == 3 and "apt-get install python3-sklearn" in result.stderr, result.stderr
            continue
        assert result.returncode == 0, result.stderr
        assert len(found(f"{folder}/found")) == 2
        for name in NAMES:
            assert re.search(rf"^{name}: at most -?[0-9.]+e[-+][0-9]+ above the lowest values$", result.stdout, re.M), result.stdout
            assert re.search(rf"^  {name} +[0-9.]+ ms$", result.stdout, re.M), result.stdout
        ratio = r"^  scikit-learn takes [0-9.]+ times as long \([0-9.]+ \.\. [0-9.]+\)$"
        assert len(re.findall(ratio, result.stdout, re.M)) == 2, result.stdout


def path_sklearn_absent_how_to_get_it(folder):
    sklearn_absent("path.py", folder)


def path_library_absent_or_rows_0_said(folder):
    library_absent_or_rows_0("path.py", "numbers from 2", folder)


tap.run(globals(), "path_")
