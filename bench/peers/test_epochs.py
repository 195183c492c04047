"""epochs.py beside it, with its peers and without: TAP, one line for each case."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests"))
import tap
from peer_tests import PYTHONS, found, has, run

SMALL = ("--rows", "640", "--cols", "5", "--batch", "1,64,0", "--rounds", "2", "--to-rounds", "2", "--decades", "0")
SGD = ["PyTorch, SGD, float64", "PyTorch, SGD, float32", "NumPy, SGD"]
ADAM = ["PyTorch, Adam, float64", "PyTorch, Adam, float32"]


def epochs_peers_there_same_weights_then_times_else_how_to_get_them(folder):
    for python in PYTHONS:
        result = run("epochs.py", python, *SMALL, "--tsv", f"{folder}/found")
        if not (has(python, "torch") and has(python, "sklearn.linear_model")):
            assert result.returncode == 3 and "apt-get install python3-" in result.stderr, result.stderr
            continue
        assert result.returncode == 0, result.stderr + result.stdout
        pairs = {(row["work"], row["batch"], row["peer"]) for row in found(f"{folder}/found")}
        for batch in ("1", "64", "all"):
            for method, names in (("SGD", SGD + ["scikit-learn SGDRegressor"] * (batch == "1")), ("Adam", ADAM)):
                assert pairs >= {(f"epoch of {method}, 640 x 5", batch, name) for name in names}, pairs
        assert pairs >= {("descent, 640 x 5, scaled columns", "64", name) for name in SGD + ["scikit-learn SGDRegressor"]}, pairs
        for name in SGD + ADAM:
            assert len(re.findall(rf"^  {name}, permutation: off by [0-9.e+-]+$", result.stdout, re.M)) == 3, result.stdout
        assert re.search(r"^  scikit-learn SGDRegressor, sequential: off by [0-9.e+-]+$", result.stdout, re.M), result.stdout


def epochs_torch_absent_how_to_get_it(folder):
    for module in ("torch", "numpy"):
        with open(f"{folder}/{module}.py", "w") as file:
            file.write("raise ImportError('there is none')\n" if module == "torch" else "")
    result = run("epochs.py", PYTHONS[-1], path=folder)
    assert result.returncode == 3 and not result.stdout, result.stdout
    assert "torch is needed, and there is none" in result.stderr and "pip install torch" in result.stderr, result.stderr


def epochs_words_out_of_range_said(_):
    for words, accepted in ((("--rows", "0"), "a number from 64"), (("--batch", "-1"), "from 0 to --rows"),
                            (("--to-rounds", "1"), "0 or from 2")):
        result = run("epochs.py", PYTHONS[-1], *words)
        assert result.returncode == 2 and accepted in result.stderr, result.stderr


tap.run(globals(), "epochs_")
