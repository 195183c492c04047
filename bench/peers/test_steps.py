"""steps.py beside it, with torch and without: TAP, one line for each case."""
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests"))
import tap

LIBRARY = os.path.abspath(sys.argv[1])
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "steps.py")
# The python3 of the system may have torch where another does not.
PYTHONS = [sys.executable] + [python for python in ["/usr/bin/python3"] if os.path.exists(python)]


def run(python, *words, library=LIBRARY, path=""):
    environment = dict(os.environ, LGD_LIBRARY=library, PYTHONPATH=path)
    return subprocess.run([python, SCRIPT, *words], capture_output=True, text=True, timeout=200, env=environment)


def has_torch(python):
    return not subprocess.run([python, "-c", "import torch"], capture_output=True).returncode


def steps_torch_there_same_point_then_times_else_how_to_get_it(_):
    for python in PYTHONS:
        result = run(python, "--dim", "2000", "--rounds", "3")
        if not has_torch(python):
            assert result.returncode == 3 and "apt-get install python3-torch" in result.stderr, result.stderr
            continue
        assert result.returncode == 0, result.stderr
        assert "torch.optim.Adam: the same point as libgd's after 5 steps" in result.stdout, result.stdout
        for name in ("libgd, adam", "torch.optim.Adam", "torch.optim.Adam, foreach"):
            assert re.search(rf"^  {name} +[0-9.]+ +[0-9.]+$", result.stdout, re.M), result.stdout


def steps_torch_absent_how_to_get_it(folder):
    with open(f"{folder}/torch.py", "w") as file:
        file.write("raise ImportError('there is none')\n")
    result = run(PYTHONS[-1], path=folder)
    assert result.returncode == 3 and not result.stdout, result.stdout
    assert "torch is needed, and there is none" in result.stderr and "pip install torch" in result.stderr, result.stderr


def steps_library_absent_or_dim_0_said(folder):
    with open(f"{folder}/torch.py", "w") as file:
        file.write("")
    result = run(PYTHONS[-1], library=f"{folder}/none.so", path=folder)
    assert result.returncode == 3 and "none.so" in result.stderr and "LGD_LIBRARY" in result.stderr, result.stderr
    result = run(PYTHONS[-1], "--dim", "0", path=folder)
    assert result.returncode == 2 and "numbers from 1" in result.stderr, result.stderr


tap.run(globals(), "steps_")
