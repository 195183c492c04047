"""logistic.py beside it, with its peers and without: TAP, one line for each case."""
import ctypes.util
import re
import sys
import os

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests"))
import tap
from peer_tests import PYTHONS, found, has, library_absent_or_rows_0, run, sklearn_absent


def logistic_peers_there_same_value_then_times_else_how_to_get_them(folder):
    for python in PYTHONS:
        for problem, cols in (("dense", 64), ("sparse", 400), ("wide", 400)):
            result = run("logistic.py", python, "--problem", problem, "--rows", "300", "--cols", str(cols), "--rounds", "2", "--tsv", f"{folder}/found")
            if not has(python, "sklearn.linear_model"):
                assert result.returncode == 3 and "apt-get install python3-sklearn" in result.stderr, result.stderr
                break
            if not ctypes.util.find_library("linear"):
                assert result.returncode == 3 and "apt-get install liblinear4" in result.stderr, result.stderr
                break
            assert result.returncode == 0, result.stderr
            above = [float(number) for number in re.findall(r"^.*: (-?[0-9.e-]+) above the lowest value$", result.stdout, re.M)]
            assert len(above) >= 3 and all(-1e-10 <= number <= 1e-6 for number in above), result.stdout
            for row in found(f"{folder}/found"):
                assert row["work"] == f"{problem} logistic, 300 x {cols}" and row["quantity"] == "time to 1e-6", row
            assert ("LIBLINEAR, -s 7" in result.stdout) == (problem != "dense"), result.stdout


def logistic_sklearn_absent_how_to_get_it(folder):
    sklearn_absent("logistic.py", folder)


def logistic_library_absent_or_rows_0_said(folder):
    library_absent_or_rows_0("logistic.py", "numbers from 64", folder)


tap.run(globals(), "logistic_")
