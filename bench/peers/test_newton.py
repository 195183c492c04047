"""newton.py beside it, with scikit-learn and without: TAP, one line for each case."""
import functools
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests"))
import tap

LIBRARY = os.path.abspath(sys.argv[1])
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "newton.py")
# The python3 of the system may have scikit-learn where another does not.
PYTHONS = [sys.executable] + [python for python in ["/usr/bin/python3"] if os.path.exists(python)]


def run(python, *words, library=LIBRARY, path=""):
    environment = dict(os.environ, LGD_LIBRARY=library, PYTHONPATH=path)
    return subprocess.run([python, SCRIPT, *words], capture_output=True, text=True, timeout=200, env=environment)


@functools.lru_cache
def has_sklearn(python):
    return not subprocess.run([python, "-c", "import sklearn.linear_model"], capture_output=True).returncode


def newton_sklearn_there_same_value_then_times_else_how_to_get_it(_):
    for python in PYTHONS:
        result = run(python, "--rows", "2000", "--cols", "10", "--rounds", "3")
        if not has_sklearn(python):
            assert result.returncode == 3 and "apt-get install python3-sklearn" in result.stderr, result.stderr
            continue
        assert result.returncode == 0, result.stderr
        for name in ("libgd, newton", "libgd, newton from 1/32 of the rows", "libgd, the same with reuse=3", "sklearn, newton-cholesky"):
            assert re.search(rf"^{name}: -?[0-9.e-]+ above the lowest value$", result.stdout, re.M), result.stdout
            assert re.search(rf"^  {name} +[0-9]+ +[0-9.]+ +[0-9.]+ \([0-9.]+ .. [0-9.]+\)$", result.stdout, re.M), result.stdout


def newton_sklearn_absent_how_to_get_it(folder):
    with open(f"{folder}/sklearn.py", "w") as file:
        file.write("raise ImportError('there is none')\n")
    with open(f"{folder}/numpy.py", "w") as file:
        file.write("")
    result = run(PYTHONS[-1], path=folder)
    assert result.returncode == 3 and not result.stdout, result.stdout
    assert "scikit-learn is needed, and there is none" in result.stderr and "pip install" in result.stderr, result.stderr


def newton_library_absent_or_rows_0_said(folder):
    for python in PYTHONS:
        result = run(python, library=f"{folder}/none.so")
        told = ["none.so", "LGD_LIBRARY"] if has_sklearn(python) else ["apt-get install python3-sklearn"]
        assert result.returncode == 3 and all(word in result.stderr for word in told), result.stderr
        result = run(python, "--rows", "0")
        assert result.returncode == 2 and "a number from 64" in result.stderr, result.stderr


tap.run(globals(), "newton_")
