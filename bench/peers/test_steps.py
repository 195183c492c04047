"""steps.py beside it, with torch and without: TAP, one line for each case."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests"))
import tap
from peer_tests import PYTHONS, found, has, run


def steps_torch_there_same_point_then_times_else_how_to_get_it(folder):
    for python in PYTHONS:
        result = run("steps.py", python, "--dim", "2000", "--rounds", "3", "--tsv", f"{folder}/found")
        if not has(python, "torch"):
            assert result.returncode == 3 and "apt-get install python3-torch" in result.stderr, result.stderr
            continue
        assert result.returncode == 0, result.stderr
        assert len(found(f"{folder}/found")) == 2
        assert "torch.optim.Adam: the same point as libgd's after 5 steps" in result.stdout, result.stdout
        for name in ("libgd, adam", "torch.optim.Adam", "torch.optim.Adam, foreach"):
            assert re.search(rf"^  {name} +[0-9.]+ +[0-9.]+$", result.stdout, re.M), result.stdout


def steps_torch_absent_how_to_get_it(folder):
    with open(f"{folder}/torch.py", "w") as file:
        file.write("raise ImportError('there is none')\n")
    result = run("steps.py", PYTHONS[-1], path=folder)
    assert result.returncode == 3 and not result.stdout, result.stdout
    assert "torch is needed, and there is none" in result.stderr and "pip install torch" in result.stderr, result.stderr


def steps_library_absent_or_dim_0_said(folder):
    with open(f"{folder}/torch.py", "w") as file:
        file.write("")
    result = run("steps.py", PYTHONS[-1], library=f"{folder}/none.so", path=folder)
    assert result.returncode == 3 and "none.so" in result.stderr and "LGD_LIBRARY" in result.stderr, result.stderr
    result = run("steps.py", PYTHONS[-1], "--dim", "0", path=folder)
    assert result.returncode == 2 and "a number from 1" in result.stderr, result.stderr


tap.run(globals(), "steps_")
