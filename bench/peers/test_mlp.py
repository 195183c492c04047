"""mlp.py beside it, with torch and without: TAP, one line for each case."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests"))
import tap
from peer_tests import PYTHONS, found, has, run

SMALL = ("--rows", "600", "--cols", "12", "--hidden", "8", "--outputs", "3", "--batch", "64,600", "--rounds", "3")


def mlp_torch_there_same_losses_then_times_else_how_to_get_it(folder):
    for python in PYTHONS:
        result = run("mlp.py", python, *SMALL, "--tsv", f"{folder}/found")
        if not has(python, "torch"):
            assert result.returncode == 3 and "apt-get install python3-torch" in result.stderr, result.stderr
            continue
        assert result.returncode == 0, result.stderr
        assert len(found(f"{folder}/found")) == 4
        for precision in ("double", "single"):
            for batch in (64, 600):
                assert re.search(rf"^libgd, {precision}, batches of {batch}: mean losses [0-9.]+ and [0-9.]+, off", result.stdout, re.M)
            for name in ("libgd", "PyTorch", "bare gemm"):
                assert re.search(rf"^  {name}, {precision} +[0-9.]+ ms$", result.stdout, re.M), result.stdout
            assert len(re.findall(rf"^  {precision}: PyTorch, .*of the floor$", result.stdout, re.M)) == 2, result.stdout


def mlp_torch_absent_how_to_get_it(folder):
    with open(f"{folder}/torch.py", "w") as file:
        file.write("raise ImportError('there is none')\n")
    with open(f"{folder}/numpy.py", "w") as file:
        file.write("")
    result = run("mlp.py", PYTHONS[-1], path=folder)
    assert result.returncode == 3 and not result.stdout, result.stdout
    assert "torch is needed, and there is none" in result.stderr and "pip install torch" in result.stderr, result.stderr


def mlp_words_out_of_range_said(_):
    for words, accepted in ((("--rows", "0"), "numbers from 2"), (("--batch", "0"), "from 1 to --rows")):
        result = run("mlp.py", PYTHONS[-1], *words)
        assert result.returncode == 2 and accepted in result.stderr, result.stderr


tap.run(globals(), "mlp_")
