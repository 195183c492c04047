"""What the tests of the programs beside this file share."""
import functools
import os
import subprocess
import sys

import peers

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARY = os.path.abspath(sys.argv[1])
# The python3 of the system may have packages that another does not.
PYTHONS = [sys.executable] + [python for python in ["/usr/bin/python3"] if os.path.exists(python)]


def run(script, python, *words, library=LIBRARY, path=""):
    environment = dict(os.environ, LGD_LIBRARY=library, PYTHONPATH=path)
    command = [python, os.path.join(HERE, script), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, env=environment)


def found(file):
    """What a program wrote by --tsv: a dictionary for each line, whose numbers are numbers."""
    with open(file) as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    assert rows[0] == list(peers.COLUMNS) and len(rows) > 1 and all(len(row) == len(rows[0]) for row in rows), rows
    rows = [dict(zip(rows[0], row)) for row in rows[1:]]
    for row in rows:
        assert all(row.values()) and 0 < float(row["low"]) <= float(row["ratio"]) <= float(row["high"]), row
        assert float(row["ours_median"]) > 0 and float(row["peer_median"]) > 0 and int(row["rounds"]) > 1, row
    return rows


@functools.lru_cache
def has(python, module):
    return not subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode


def sklearn_absent(script, folder):
    """That it says how to get scikit-learn where there is none."""
    with open(f"{folder}/sklearn.py", "w") as file:
        file.write("raise ImportError('there is none')\n")
    with open(f"{folder}/numpy.py", "w") as file:
        file.write("")
    result = run(script, PYTHONS[-1], path=folder)
    assert result.returncode == 3 and not result.stdout, result.stdout
    assert "scikit-learn is needed, and there is none" in result.stderr and "pip install" in result.stderr, result.stderr


def library_absent_or_rows_0(script, accepted, folder):
    """That it names the library that is not there, and what --rows accepts."""
    for python in PYTHONS:
        result = run(script, python, library=f"{folder}/none.so")
        told = ["none.so", "LGD_LIBRARY"] if has(python, "sklearn.linear_model") else ["apt-get install python3-sklearn"]
        assert result.returncode == 3 and all(word in result.stderr for word in told), result.stderr
        result = run(script, python, "--rows", "0")
        assert result.returncode == 2 and accepted in result.stderr, result.stderr
