"""lasso.py beside it, with scikit-learn and without: TAP, one line for each case."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests"))
import tap
from peer_tests import PYTHONS, found, has, library_absent_or_rows_0, run, sklearn_absent


def lasso_sklearn_there_same_value_then_times_else_how_to_get_it(folder):
    for python in PYTHONS:
        result = run("lasso.py", python, "--rows", "200", "--cols", "20", "--rounds", "3", "--tsv", f"{folder}/found")
        if not has(python, "sklearn.linear_model"):
            assert result.returncode == 3 and "apt-get install python3-sklearn" in result.stderr, result.stderr
            continue
        assert result.returncode == 0, result.stderr
        assert len(found(f"{folder}/found")) == 5
        for name in ("libgd, sgd", "libgd, proximal_gradient", "libgd, fista", "libgd, saga", "libgd, cd of a reduction", "sklearn.linear_model.Lasso"):
            assert re.search(rf"^{name}: -?[0-9.e-]+ above the lowest value$", result.stdout, re.M), result.stdout
            assert re.search(rf"^  {name} +[0-9]+ +[0-9.]+ +[0-9.]+$", result.stdout, re.M), result.stdout


def lasso_sklearn_absent_how_to_get_it(folder):
    sklearn_absent("lasso.py", folder)


def lasso_library_absent_or_rows_0_said(folder):
    library_absent_or_rows_0("lasso.py", "numbers from 1", folder)


tap.run(globals(), "lasso_")
