"""lgd-bench as a user meets it: TAP, one line for each case."""
import csv
import json
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests"))
import tap

PROGRAM, BREAST_CANCER = sys.argv[1:3]
RUN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run")


ON_DISK = ("csv", "csv_digits", "stream")
RACES = {"epochs": ["momentum", "sgd", "saga", "svrg", "sarah"], "lasso": ["sgd", "proximal_gradient", "fista", "saga"],
         "factorization": ["loop", "entries", "loop_in_order", "entries_in_order"],
         **{f"orders_{batch}": ["gemv", "sequential", "blocks", "interleaved", "window", "permutation", "permutation_copy"]
            for batch in (1, 8, 32, 64, 256, 1024, 4096)}, "adam_8": ["sgd", "adam"], "adam_32": ["sgd", "adam"],
         "logistic": ["lbfgs", "cg", "newton_cg", "newton"],
         **{name: ["strtod", "read", "convert", "convert_single"] for name in ("csv", "csv_digits")},
         "callers": ["one", "eight", "region", "eight_of_two", "region_of_two"],
         "callers_full": ["one", "eight", "region", "eight_of_two", "region_of_two"],
         "same_bits_tall": ["per_thread", "chunks"],
         "same_bits_wide": ["per_thread", "chunks"],
         "sparse_sgd": ["sequential", "blocks", "permutation"],
         "sparse": ["adam_all", "lazy_adam", "adagrad_all", "adagrad", "ftrl_all", "ftrl", "sgd_all", "sgd"],
         "step_threads": ["one", "two", "four"],
         "stream": ["read", "batches_64", "batches_1024", "full"],
         **{f"losses_{batch}": ["half_squared", "logistic"] for batch in (8, 32, 64, 1024)},
         "rates_tall": ["one", "sixteen"], "rates_wide": ["one", "sixteen"],
         "reduction": ["stream", "reduce_alone", "reduce", "reduce_refine", "steps_alone", "refine_alone", "direct"]}


def run(*words):
    environment = dict(os.environ, LC_ALL="C")
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, errors="replace", timeout=250,
                          env=environment)


def last_line(text):
    return text.rstrip("\n").split("\n")[-1]


def read_tsv(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    assert len(rows) > 1, path
    assert all(len(row) == len(rows[0]) for row in rows), path
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def listed(asking):
    """Names of the methods of --list optimizers: asking, or not, for values elsewhere than at w, which a step alone has not."""
    text = run("--list", "optimizers").stdout
    return [block.split(":")[0] for block in text.split("\n\n") if ("asks for values elsewhere" in block) == asking]


# features: 63, 68
def bench_quick_run_every_file_parses(folder):
    out = os.path.join(folder, "not", "there", "yet")
    result = run("--quick", "--rounds", "3", "--epochs", "3", "--batch", "64,full", "--threads", "1,2",
                 "--full-gradient=2000x50", "--out", out)
    assert result.returncode == 0, result.stdout + result.stderr
    passed = re.fullmatch(r"(\d+) passed, 0 failed", last_line(result.stdout))
    assert passed, last_line(result.stdout)
    assert "\r" not in result.stderr and "\033" not in result.stdout + result.stderr
    grid, compare = read_tsv(f"{out}/grid.tsv"), read_tsv(f"{out}/compare.tsv")
    curves, gradient = read_tsv(f"{out}/curves.tsv"), read_tsv(f"{out}/gradient.tsv")
    with open(f"{out}/run.json") as file:
        tree = json.load(file)
    assert {row["batch"] for row in grid} == {"64", "full"}
    usual = {"scalar", "blas1", "gemv", "libgd/sgd", "libgd/momentum", "libgd/adam"}
    assert {row["variant"] for row in grid} == usual and "libgd's other optimizers (--only" in result.stdout
    assert {row["data"] for row in compare} == {"housing", "breast_cancer"}
    assert len(curves) == sum(int(row["epochs"]) + 1 for row in compare)
    without = {row["method"] for row in compare if row["rate"] == "nan"}
    assert {"lbfgs", "newton"} <= without and {row["batch"] for row in compare if row["method"] in without} == {"full"}
    assert all(int(row["epochs"]) == 3 for row in compare if row["method"] not in without)
    checked = [row for row in grid if row["variant"] != "scalar"] + compare
    checked += [row for row in gradient if not row["what"].startswith("read")]
    steps = read_tsv(f"{out}/steps.tsv")
    assert [row["method"] for row in steps] == [cell["method"] for cell in tree["steps"]["cells"]] == listed(asking=False)
    checked += steps
    for name, methods in RACES.items():
        race = read_tsv(f"{out}/{name}.tsv")
        assert [row["method"] for row in race] == [cell["method"] for cell in tree[name]["methods"]] == methods, race
        checked += race
    assert all(row["check"] == "ok" for row in checked)
    pictures = [name for name in os.listdir(out) if name.endswith(".svg")]
    assert len(pictures) >= 4 and int(passed.group(1)) == len(checked) + len(pictures)
    assert result.stdout.splitlines()[-2] == f"report  {out}/report.html"
    assert len(tree["grid"]["cells"]) == len(grid) and len(tree["gradient"]["cells"]) == len(gradient)
    for cell in tree["grid"]["cells"]:
        seconds = cell["seconds"]
        assert 0 < seconds["min"] <= seconds["q1"] <= seconds["median"] <= seconds["q3"]
        assert cell["ratio"]["low"] <= cell["ratio"]["median"] <= cell["ratio"]["high"]
        assert len(cell["samples"]) == 3
    assert tree["seed"] == "7" and tree["build"].startswith("libgd") and tree["machine"]


def bench_comparison_nothing_below_the_optimum(folder):
    result = run("--quick", "--epochs", "10", "--only", "compare@*", "--out", folder)
    assert result.returncode == 0, result.stderr
    with open(f"{folder}/run.json") as file:
        tree = json.load(file)
    assert tree["grid"] is tree["gradient"] is tree["steps"] is tree["epochs"] is tree["factorization"] is tree["lasso"] is tree["logistic"] is tree["rates_tall"] is tree["rates_wide"] is tree["reduction"] is None and not os.path.exists(f"{folder}/grid.tsv")
    for comparison in tree["comparisons"]:
        for method in comparison["methods"]:
            assert method["above_optimum"] >= -1e-12, method["method"]
            assert method["loss"] < comparison["start"], method["method"]
            assert method["clock"] == sorted(method["clock"])
            assert len(method["curve"]) == len(method["clock"]) == method["epochs"] + 1
            assert method["epochs"] == 10 or method["rate"] is None and 0 < method["epochs"] < 10


def bench_steps_chosen_methods_checked_and_compared(folder):
    result = run("--quick", "--rounds", "3", "--only", "steps/adam@memory,steps/adagrad@*", "--out", folder)
    assert result.returncode == 0 and last_line(result.stdout) == "2 passed, 0 failed", result.stdout + result.stderr
    adagrad, adam = read_tsv(f"{folder}/steps.tsv")
    assert (adagrad["method"], adagrad["state_bytes"], adagrad["passes"]) == ("adagrad", "8", "1"), adagrad
    assert (adam["method"], adam["state_bytes"], adam["dim"]) == ("adam", "16", "1000000"), adam
    assert adagrad["to_plain"] == "nan" and adam["to_passes"] == "nan"
    for ratio in (adagrad["to_loop"], adam["to_loop"], adam["to_plain"]):
        assert float(ratio) > 0, ratio
    with open(f"{folder}/run.json") as file:
        cells = json.load(file)["steps"]["cells"]
    assert [len(samples) for samples in cells[1]["samples_step_loop_passes_plain"]] == [3, 3, 0, 3]


def bench_races_chosen_methods_beside_the_first(folder):
    result = run("--quick", "--rounds", "3", "--only", "epochs/saga@memory,lasso/saga@*,logistic/newton@*,"
                 "reduction/reduce@*,reduction/steps_alone@*,reduction/refine_alone@*,factorization/entries*@*", "--out", folder)
    assert result.returncode == 0 and last_line(result.stdout) == "14 passed, 0 failed", result.stdout + result.stderr
    momentum, saga = read_tsv(f"{folder}/epochs.tsv")
    assert (momentum["method"], momentum["passes"], momentum["ratio"]) == ("momentum", "1", "nan"), momentum
    assert (saga["method"], saga["batch"], saga["passes"], saga["steps"]) == ("saga", "64", "1", "313"), saga
    assert 0 < float(saga["ratio_low"]) <= float(saga["ratio"]) <= float(saga["ratio_high"])
    for row in read_tsv(f"{folder}/factorization.tsv"):
        assert (row["batch"], row["rows"], row["steps"], row["check"]) == ("1", "200000", "200000", "ok"), row
    assert re.search(r"entries_in_order: [0-9.]+ million ratings a second", result.stdout), result.stdout
    first, saga = read_tsv(f"{folder}/lasso.tsv")
    for row in (first, saga):
        assert -1e-12 <= float(row["error"]) <= 1e-6 and float(row["passes"]) > 10, row
    lbfgs, newton = read_tsv(f"{folder}/logistic.tsv")
    for row in (lbfgs, newton):
        assert -1e-12 <= float(row["error"]) <= 1e-9, row
    stream, reduce, steps, refine = read_tsv(f"{folder}/reduction.tsv")
    assert (stream["steps"], stream["passes"], reduce["steps"], reduce["passes"]) == ("1000", "1000", "1000", "1"), reduce
    assert (steps["steps"], steps["passes"], refine["steps"]) == ("1000", "0", "0") and float(refine["passes"]) >= 1, refine
    assert float(steps["min_s"]) > 0 and float(refine["min_s"]) > 0, (steps, refine)
    assert re.search("The plan for 1000 steps: .*reduc", result.stdout), result.stdout
    assert 2 * int(newton["steps"]) < float(newton["passes"]) < float(lbfgs["passes"]) / 2, (lbfgs, newton)
    names = run("--list").stdout
    for name, methods in RACES.items():
        where = "disk" if name in ON_DISK else "memory"
        assert f"{name}@{where}, or {name}/METHOD@{where}, METHOD one of {' '.join(methods)}\n" in names, names


def bench_grid_asked_for_all_optimizers_full_batch_ones_in_full_alone(folder):
    result = run("--quick", "--rounds", "3", "--batch", "1024,full", "--only", "libgd/*", "--out", folder)
    assert result.returncode == 0, result.stdout + result.stderr
    batches = {name: [row["batch"] for row in read_tsv(f"{folder}/grid.tsv") if row["variant"] == f"libgd/{name}"]
               for name in listed(asking=False)}
    assert all(rows in (["1024", "full"], ["full"]) for rows in batches.values()), batches
    left_out = ", ".join(f"libgd/{name}" for name in listed(asking=True))
    assert f"{left_out}; these ask for values elsewhere than at w" in " ".join(result.stdout.split())
    assert batches["adam"] == ["1024", "full"]


def bench_own_file_signed_labels_logistic(folder):
    data = os.path.join(folder, "signed.csv")
    with open(BREAST_CANCER) as source, open(data, "w") as file:
        file.write(",".join(f"x{j}" for j in range(30)) + ",benign\n")
        for line in source.read().splitlines()[1:]:
            cells, label = line.rsplit(",", 1)
            file.write(f"{cells},{2 * int(label) - 1}\n")
    words = ["--data", data, "--target", "benign", "--quick", "--rounds", "3", "--epochs", "3", "--batch", "1024,full",
             "--out", os.path.join(folder, "out")]
    result = run(*words)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "{-1, 1}, taken as {0, 1}: logistic loss" in result.stdout
    assert "left out: batch 1024 (more than there are rows)" in result.stdout
    again = run(*words, "--target", "x3")
    assert again.returncode == 0 and "is taken as a quantity" in again.stdout, again.stdout + again.stderr


def bench_name_not_utf8_results_whole(folder):
    table = b"a\tb,y\n" + b"".join(b"%d,%d\n" % (i, i * i % 7) for i in range(20))
    long = "\u00e9" * 40
    for file_name, shown in ((b"donn\xe9es.csv", "donn?es"), (f"x{long}.csv".encode(), "x" + long[:23]),
                             (f"{long}.csv".encode(), long[:23]),
                             ("\u20ac\t\U0001d11e.csv".encode(), "\u20ac?\U0001d11e"),
                             (b"\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80.csv", "?" * 9)):
        data = os.path.join(os.fsencode(folder), file_name)
        with open(data, "wb") as file:
            file.write(table)
        result = run("--data", data, "--quick", "--rounds", "3", "--epochs", "2", "--only", "compare@*,scalar@full",
                     "--out", folder)
        assert result.returncode == 0, result.stdout + result.stderr
        with open(f"{folder}/run.json", encoding="utf-8") as file:
            tree = json.load(file)
        compare = read_tsv(f"{folder}/compare.tsv")
        assert {row["data"] for row in compare} == {shown}, compare
        assert tree["grid"]["data"] == tree["comparisons"][0]["data"] == shown
        assert len(tree["comparisons"][0]["methods"]) == len(compare) and len(tree["grid"]["cells"]) == 1


def bench_file_without_names_read_as_told(folder):
    refused(["--data", BREAST_CANCER], "hint: say whether line 1 holds names (header yes or no)", status=1)
    words = ["--data", BREAST_CANCER, "--quick", "--epochs", "2", "--only", "compare@*", "--out", folder]
    result = run(*words, "--skip-lines", "1", "--header", "no")
    assert result.returncode == 0 and "569 rows, 31 columns" in result.stdout, result.stdout + result.stderr
    assert "no header" in result.stdout
    years = os.path.join(folder, "years.csv")
    with open(years, "w") as file:
        file.write("2019,2020\n" + "".join(f"{i},{i * i % 7}\n" for i in range(20)))
    words[1] = years
    for header, rows in (("yes", 20), ("auto", 21), ("no", 21)):
        result = run(*words, "--header", header)
        assert result.returncode == 0 and f": {rows} rows, 2 columns" in result.stdout, result.stdout + result.stderr


def bench_run_from_elsewhere_words_unchanged_results_in_the_tree(folder):
    """bench/run in a tree of its own, with a program that tells its words in place of lgd-bench."""
    tree, here = os.path.join(os.path.realpath(folder), "tree"), os.path.join(os.path.realpath(folder), "here")
    for part in ("bench", "tests", "build/release/bench"):
        os.makedirs(os.path.join(tree, part))
    os.mkdir(here)
    shutil.copy(RUN, f"{tree}/bench/run")
    with open(f"{tree}/tests/setup.sh", "w") as file:
        file.write("require() { :; }\nbuild() { :; }\nsay() { echo \"$@\"; }\n")
    program = f"{tree}/build/release/bench/lgd-bench"
    with open(program, "w") as file:
        file.write("#!/bin/sh\nprintf '%s\\n' \"$PWD\" \"$@\"\n")
    os.chmod(program, 0o755)
    words = ["--data=a b.csv", "--out", "o", "--quick", "--json=/j/k", "--data", "-", "--only", "o"]
    for place, out in ((here, f"{tree}/bench/out"), (tree, "bench/out")):
        result = subprocess.run(["sh", f"{tree}/bench/run", *words, "--no-install"], cwd=place, capture_output=True, text=True, timeout=60)
        assert result.stdout.splitlines() == [place, "--out", out, *words], result.stdout + result.stderr


def refused(words, *texts, status=2):
    result = run(*words)
    assert result.returncode == status, (words, result.returncode, result.stderr)
    for text in texts:
        assert text in result.stderr, (words, result.stderr)


def bench_misspelt_option_nearest_offered(_):
    refused(["--bacth", "64"], "unknown option --bacth; did you mean --batch?")
    refused(["--full-grdient=3x3"], "did you mean --full-gradient?")
    refused(["--nothing-like-it"], "unknown option --nothing-like-it")
    refused(["-q"], "two dashes")
    refused(["--quick=yes"], "--quick takes no value")
    refused(["64"], "is not an option")


def bench_bad_value_refused(_):
    refused(["--batch", "64,none"], '--batch is "none"')
    refused(["--batch", "0"], '--batch is "0"')
    refused(["--batch", ""], "empty")
    refused(["--rounds", "2"], "from 3")
    refused(["--rounds", "-3"], '"-3"')
    refused(["--rounds"], "needs a value")
    refused(["--threads", "1,,2"], '--threads is ""')
    refused(["--seed", "99999999999999999999"], "--seed")
    refused(["--full-gradient", "--full-gradient=12"], "--full-gradient")
    refused(["--target", "y"], "--data")
    refused(["--header", "no"], "--data")
    refused(["--skip-lines", "1"], "--data")
    refused(["--data", "x.csv", "--header", "maybe"], '--header is "maybe", auto, yes or no is accepted')
    refused(["--data", "x.csv", "--skip-lines", "-1"], '--skip-lines is "-1"')
    refused(["--only", "nothing@64"], "matches nothing")
    refused(["--list", "everything"], "variants and optimizers")


def bench_bad_file_named(folder):
    refused(["--data", f"{folder}/absent.csv"], "absent.csv", status=1)
    blocked = os.path.join(folder, "file")
    open(blocked, "w").close()
    result = run("--quick", "--rounds", "3", "--only", "scalar@full", "--out", f"{blocked}/out")
    assert result.returncode == 1 and blocked in result.stderr, result.stderr
    assert last_line(result.stdout) == "0 passed, 1 failed" and "wrote" not in result.stdout, result.stdout
    refused(["--quick", "--rounds", "3", "--only", "scalar@full", "--out", "d/" * 3000], "too long", status=1)
    constant = os.path.join(folder, "constant.csv")
    with open(constant, "w") as file:
        file.write("a,b\n1,5\n2,5\n3,5\n")
    refused(["--data", constant], "the same in every row", status=1)


def bench_help_every_option_named(_):
    text = run("--help")
    assert text.returncode == 0
    for name in ("data", "target", "header", "skip-lines", "quick", "rounds", "batch", "threads", "only", "list", "out",
                 "json", "redraw", "seed", "help"):
        assert f"--{name}" in text.stdout, name
    assert "libgd/adam" in run("--list", "variants").stdout
    optimizers = run("--list", "optimizers").stdout.split("\n\n")
    adam, = (text for text in optimizers if text.startswith("adam: "))
    assert "Kingma and Ba (2015)\n  16 bytes of state per coordinate\n" in adam, adam
    assert re.search(r"^  beta2 +0\.999 +how much .*; a number at least 0 and below 1$", adam, re.M), adam
    momentum, = (text for text in optimizers if text.startswith("momentum: "))
    assert re.search(r"^  form +classical +.*; one of classical, pytorch$", momentum, re.M), momentum
    assert "VARIANT@BATCH" in run("--list").stdout


tap.run(globals(), "bench_")
