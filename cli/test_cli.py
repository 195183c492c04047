"""lgd as a user meets it: TAP, one line for each case."""
import json
import math
import os
import pty
import re
import struct
import subprocess
import sys
import zipfile

sys.dont_write_bytecode = True
PROGRAM, REFERENCE, ROOT = (os.path.abspath(path) for path in sys.argv[1:4])
sys.path.insert(0, os.path.join(ROOT, "tests"))
import tap

DATA = os.path.join(ROOT, "bench/data")
GOLDEN = """diabetes.csv: 442 rows, 10 columns and an intercept, target "progression", loss half_squared
plan: PLAN

  column           coefficient  standard error          t
  age               -10.012198         59.7492     -0.168
  sex               -239.81909         61.2223     -3.917
  bmi                519.83979         66.5336      7.813
  bp                 324.39043         65.4219      4.958
  s1                -792.18416         416.684     -1.901
  s2                 476.74584         339.035      1.406
  s3                 101.04457         212.533      0.475
  s4                 177.06418         161.476      1.097
  s5                 751.27932         171.902      4.370
  s6                 67.625386         65.9842      1.025
  (intercept)        152.13348         2.57585     59.061

residual deviation 54.1542, 431 degrees of freedom, R^2 0.517749, rank 11 of 11, condition 27.5, about D digits
"""


def run(*words, folder, environment=None, **others):
    return subprocess.run([PROGRAM, *words], cwd=folder, capture_output=True, text=True, errors="replace", timeout=60,
                          env=dict(os.environ, LC_ALL="C", **(environment or {})), **others)


def fits(*words, folder, status=0):
    result = run("fit", *words, folder=folder)
    assert result.returncode == status, (words, result.returncode, result.stdout, result.stderr)
    return result


def refused(words, text, folder, status):
    """Nothing but one sentence, which begins with the program and has the text in it."""
    result = run(*words, folder=folder)
    assert result.returncode == status, (words, result.returncode, result.stderr)
    assert result.stdout == "", (words, result.stdout)
    last = result.stderr.rstrip("\n").split("\n")[-1]
    assert last.startswith("lgd: ") and text in last, (words, result.stderr)


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    return name


def diabetes(folder):
    names = "age,sex,bmi,bp,s1,s2,s3,s4,s5,s6,progression\n"
    with open(f"{DATA}/diabetes_data.csv") as X, open(f"{DATA}/diabetes_target.csv") as y:
        rows = [",".join(x.split() + [t.strip()]) for x, t in zip(X, y)]
    return write(folder, "diabetes.csv", names + "\n".join(rows) + "\n")


def breast_cancer(folder):
    with open(f"{DATA}/breast_cancer.csv") as file:
        return write(folder, "cancer.csv", ",".join([f"x{j}" for j in range(30)] + ["benign"]) + "\n" + file.read().split("\n", 1)[1])


def named(folder, name, *labels):
    """A set of bench/data with words for its classes and names for its columns."""
    with open(f"{DATA}/{name}.csv") as file:
        rows = [line.split(",") for line in file.read().split("\n")[1:] if line]
    columns = [f"x{j}" for j in range(len(rows[0]) - 1)] + ["kind"]
    return write(folder, f"{name}.csv", "\n".join(",".join(row) for row in [columns] + [row[:-1] + [labels[int(row[-1])]] for row in rows]) + "\n")


def figures(text, pattern):
    """The numbers of a line of what was printed."""
    return [float(x) for x in re.search(pattern, text, re.M).groups()]


def model(folder, name="m.json"):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)


def coefficients(tree):
    return [column["coefficient"] for column in tree["columns"]] + [tree["intercept"]]


def shown(text):
    """What is printed, without the plan and the figure of digits, which another machine may have otherwise."""
    return re.sub(r"about [0-9.]+ digits", "about D digits", re.sub(r"plan: .*", "plan: PLAN", text))


def nist(name):
    """A linear set of NIST: its columns and targets as they are written, certified parameters and their errors."""
    with open(f"{DATA}/nist/{name}.dat") as file:
        lines = file.read().splitlines()
    certified = [line.split()[1:] for line in lines[:60] if re.match(r"\s+B\d+\s", line)]
    rows = [line.split() for line in lines[60:] if line.strip()]
    return rows, [[float(x) for x in pair] for pair in certified]


def digits(found, exact):
    return min(15 if a == b else -math.log10(abs(a - b) / abs(b)) for a, b in zip(found, exact))


# ---- what is found


def cli_fit_of_diabetes_prints_the_golden_table(folder):
    data = diabetes(folder)
    result = fits(data, folder=folder)
    assert shown(result.stdout) == GOLDEN, result.stdout
    assert "442 rows, 11 columns, delimiter ','" in result.stderr and 'target: "progression", column 11, the last' in result.stderr
    quiet = fits(data, "-q", folder=folder)
    assert quiet.stderr == "" and quiet.stdout == result.stdout
    for solver in ("qr", "svd", "reduction"):
        forced = fits(data, "-q", "--solver", solver, folder=folder)
        assert shown(forced.stdout).split(", condition")[0] == GOLDEN.split(", condition")[0], forced.stdout
        assert f"(forced): " in forced.stdout and f"solved by {solver}, as --solver says\n" in forced.stdout, forced.stdout


def cli_fit_every_kind_digits_of_the_library(folder):
    numbers, labels = diabetes(folder), breast_cancer(folder)
    for kind, data, *words in (("squares", numbers), ("ridge", numbers, "--l2", "0.25", "--standardize", "--solver", "reduction"),
                               ("logistic", labels, "--loss=logistic", "--standardize", "--l2=0.01"),
                               ("batches", numbers, "--optimizer=adam:lr=0.5", "--batch-size=16", "--epochs=7", "--seed=5")):
        fits(data, "-q", "-o", f"{kind}.json", "--threads", "2", *words, folder=folder)
        expected = subprocess.run([REFERENCE, kind, os.path.join(folder, data)], capture_output=True, text=True, check=True).stdout
        found = coefficients(model(folder, f"{kind}.json"))
        assert len(found) > 10 and found == [float(x) for x in expected.split()], (kind, found, expected)


def cli_fit_nist_sets_certified_digits(folder):
    for name, least, errors in (("Norris", 12, 11), ("Longley", 12, 11)):
        rows, certified = nist(name)
        columns = ",".join(f"x{j}" for j in range(1, len(rows[0])))
        write(folder, f"{name}.csv", f"y,{columns}\n" + "".join(",".join(row) + "\n" for row in rows))
        fits(f"{name}.csv", "-q", "--target", "y", "-o", f"{name}.json", folder=folder)
        tree = model(folder, f"{name}.json")
        found = coefficients(tree)
        found = found[-1:] + found[:-1]
        assert digits(found, [value for value, _ in certified]) >= least, (name, found, certified)
        found = [tree["intercept_standard_error"]] + [column["standard_error"] for column in tree["columns"]]
        assert digits(found, [error for _, error in certified]) >= errors, (name, found, certified)


def cli_fit_standardized_errors_those_of_the_columns_as_they_are(folder):
    data = diabetes(folder)
    fits(data, "-q", "-o", "raw.json", folder=folder)
    fits(data, "-q", "-o", "scaled.json", "--standardize", folder=folder)
    raw, scaled = model(folder, "raw.json"), model(folder, "scaled.json")
    for key in ("coefficient", "standard_error"):
        assert digits([c[key] for c in scaled["columns"]], [c[key] for c in raw["columns"]]) >= 11, key
    assert digits([scaled["intercept_standard_error"]], [raw["intercept_standard_error"]]) >= 11
    assert digits([scaled["residual_deviation"]], [raw["residual_deviation"]]) >= 12


def cli_fit_units_without_a_square_errors_all_the_same(folder):
    for power in (-200, 0, 200):
        write(folder, "x.csv", "x,y\n" + "".join(f"{x}e{power},{y}\n" for x, y in ((1, 1), (2, 4), (3, 5), (5, 7))))
        fits("x.csv", "-q", "-o", "m.json", "--force", folder=folder)
        error = model(folder)["columns"][0]["standard_error"]
        first = error if power == -200 else first
        assert error > 0 and abs(error / 10.0 ** -power - first / 1e200) <= 1e-12 * first / 1e200, (power, error, first)


def cli_fit_weights_two_and_none_as_rows_twice_and_left_out(folder):
    write(folder, "twice.csv", "x,y\n1,2\n1,2\n2,3\n4,7\n5,7\n")
    write(folder, "weights.csv", "x,w,y\n1,2,2\n2,1,3\n4,1,7\n5,1,7\n9,0,1\n")
    fits("twice.csv", "-q", "-o", "twice.json", folder=folder)
    result = fits("weights.csv", "-q", "--weights", "w", "-o", "weights.json", folder=folder)
    assert 'weights "w"' in result.stdout and "1 column and an intercept" in result.stdout
    assert digits(coefficients(model(folder, "weights.json")), coefficients(model(folder, "twice.json"))) >= 13
    assert "-  " not in result.stdout


def cli_fit_lasso_zeros_and_method_said(folder):
    result = fits(diabetes(folder), "-q", "--l1=0.5", "--standardize", "-o", "m.json", folder=folder)
    found = coefficients(model(folder))
    assert found[0] == 0 and found[5] == 0 and found[2] > 500, found
    assert "l1 0.5, columns standardized" in result.stdout and "standard error" not in result.stdout
    assert re.search(r"^cd on the reduction: \d+ steps?, ", result.stdout, re.M), result.stdout


def cli_fit_in_batches_reaches_the_minimum(folder):
    data = diabetes(folder)
    fits(data, "-q", "-o", "exact.json", "--standardize", "--l2=0.1", folder=folder)
    result = fits(data, "-q", "-o", "steps.json", "--standardize", "--l2=0.1", "--batch-size=32", "--epochs=1000", "--tol=1e-11", "--strict",
                  folder=folder)
    assert "sgd:lr=auto in batches of 32, SAGA" in result.stdout and "converged" in result.stdout, result.stdout
    assert digits(coefficients(model(folder, "steps.json")), coefficients(model(folder, "exact.json"))) >= 6
    assert "standard error" in result.stdout and "plan: 442 x 11, stream (forced): " in result.stdout


def cli_fit_columns_that_depend_least_norm_and_rank_said(folder):
    write(folder, "depends.csv", "a,b,y\n1,2,1\n2,4,3\n3,6,2\n5,10,4\n")
    result = fits("depends.csv", "-q", "-o", "m.json", folder=folder)
    a, b, _ = coefficients(model(folder))
    assert abs(b - 2 * a) < 1e-12 and "rank 2 of 3" in result.stdout and "solved by svd\n" in result.stdout, result.stdout
    assert model(folder)["columns"][0]["standard_error"] is None
    refused(["fit", "depends.csv", "-q", "--solver=qr"], '"b"', folder, 1)
    refused(["fit", "depends.csv", "-q", "--solver=reduction"], "depends.csv: reduction: ", folder, 1)


def cli_fit_more_columns_than_a_matrix_of_them_takes_by_steps(folder):
    columns = 6000
    names = ",".join(f"x{j}" for j in range(columns)) + ",y\n"
    write(folder, "wide.csv", names + "".join(",".join(str(i * (j + 3) % 1013 % 7) for j in range(columns + 1)) + "\n" for i in range(1, 6)))
    for words, method in (([], "lbfgs"), (["--l1=2"], "fista"), (["--optimizer=cg", "--l2=1"], "cg")):
        result = fits("wide.csv", "-q", "--strict", *words, "-o", "m.json", "--force", folder=folder)
        assert "plan: 5 x 6001, stream: too many columns" in result.stdout, result.stdout[:300]
        assert f"\n{method} over all rows: " in result.stdout and "standard error" not in result.stdout
    again = run("predict", "m.json", "wide.csv", "-q", folder=folder)
    assert again.returncode == 0 and len(again.stdout.split()) == 5, again.stderr


def cli_fit_steps_on_the_reduction_as_over_all_rows(folder):
    data = diabetes(folder)
    words = [data, "-q", "--optimizer=momentum:lr=0.1", "--steps=300"]
    for name, also in (("planned", []), ("forced", ["--solver=reduction"]), ("stream", ["--solver=stream"])):
        result = fits(*words, *also, "-o", name + ".json", folder=folder)
        where = "over all rows" if name == "stream" else "on the reduction"
        assert f"\nmomentum:lr=0.1 {where}: 300 steps, step limit reached\n" in result.stdout, result.stdout
        assert ("(forced)" in result.stdout) == (name != "planned")
    planned, stream = coefficients(model(folder, "planned.json")), coefficients(model(folder, "stream.json"))
    assert planned == coefficients(model(folder, "forced.json")) and digits(planned, stream) >= 9
    assert "lm over all rows" in fits(data, "-q", "--optimizer=lm", folder=folder).stdout
    refused(["fit", data, "--solver=reduction", "--batch-size=8"], "--solver=reduction has no batches", folder, 2)


def cli_fit_many_columns_direct_a_reduction_where_it_is_asked_for(folder):
    def row(i, difference):
        x = [i * (2 * j + 3) * (i + j) % 1009 / 8 for j in range(80)]
        return ",".join(map(repr, [*x, x[0] + difference * (i * i % 7), i * 7 % 31])) + "\n"

    names = ",".join(f"x{j}" for j in range(82)) + "\n"
    for name, difference in (("well", 1), ("ill", 1e-9)):
        write(folder, name + ".csv", names + "".join(row(i, difference) for i in range(1, 900)))
    for name in ("well", "ill"):
        result = fits(name + ".csv", "-q", folder=folder)
        assert re.search("^plan: 899 x 82, direct, which error bars need: [0-9.e+]+ flops and [0-9.]+ MB; solved by qr$", result.stdout, re.M), \
            result.stdout
        assert "rank 82 of 82" in result.stdout
    result = fits("well.csv", "-q", "--solver=reduction", folder=folder)
    assert "plan: 899 x 82, reduce (forced): " in result.stdout and "; solved by reduction, as --solver says\n" in result.stdout
    refused(["fit", "ill.csv", "-q", "--solver=reduction"], "ill.csv: reduction: the rank is 81 of 82", folder, 1)


# ---- losses


def loss_by_hand(name, parameter, z, y):
    e = z - y
    return {"huber": lambda: e * e / 2 if abs(e) <= parameter else parameter * (abs(e) - parameter / 2),
            "epsilon_insensitive": lambda: max(0, abs(e) - parameter), "squared_epsilon_insensitive": lambda: max(0, abs(e) - parameter) ** 2,
            "quantile": lambda: -parameter * e if e < 0 else (1 - parameter) * e,
            "expectile": lambda: (parameter if e < 0 else 1 - parameter) * e * e, "poisson": lambda: z - y * math.log(z),
            "gamma": lambda: y / z + math.log(z), "log_cosh": lambda: abs(e) + math.log1p(math.exp(-2 * abs(e))) - math.log(2),
            "squared": lambda: e * e}[name]()


def cli_fit_every_loss_of_numbers_value_of_its_formula(folder):
    data = diabetes(folder)
    with open(f"{folder}/{data}") as file:
        y = [float(line.split(",")[-1]) for line in file.read().split()[1:]]
    for loss in ("huber:delta=20", "epsilon_insensitive:epsilon=10", "squared_epsilon_insensitive:epsilon=10", "quantile:tau=0.9",
                 "expectile:tau=0.8", "poisson", "gamma", "log_cosh"):
        result = fits(data, "-q", "--strict", "--loss", loss, "-o", "m.json", "--force", folder=folder)
        assert f'loss {loss}\n' in result.stdout and result.stderr == "" and model(folder)["loss"] == loss, result.stdout
        z = [float(x) for x in run("predict", "m.json", data, "-q", folder=folder).stdout.split()]
        name, _, parameter = loss.partition(":")
        expected = math.fsum(loss_by_hand(name, float(parameter.partition("=")[2] or 0), *pair) for pair in zip(z, y)) / len(y)
        value, = figures(result.stdout, "^loss ([-0-9.]+),")
        assert abs(value - expected) <= 1e-7 * abs(expected), (loss, value, expected)
        if loss.startswith("quantile"):
            assert abs(sum(a > b for a, b in zip(z, y)) / len(y) - 0.9) <= 11 / 442 # as far as the rows at the kink


def cli_fit_losses_with_kinks_gap_told_and_lower_than_steps(folder):
    cancer, numbers = breast_cancer(folder), diabetes(folder)
    for data, loss, rate in ((cancer, "hinge", "0.05"), (numbers, "quantile:tau=0.3", "5"), (numbers, "epsilon_insensitive:epsilon=5", "5")):
        words = [data, "-q", "--loss", loss, "--standardize", "--l2=0.05"]
        exact = fits(*words, "--strict", folder=folder).stdout
        value, gap = figures(exact, "^loss ([0-9.]+) with penalties, at most ([-0-9.e]+) above the minimum")
        assert re.search("^piecewise .*: [0-9]+ steps, converged: duality gap", exact, re.M) and 0 <= gap <= 1e-10 * value, exact
        steps = fits(*words, f"--optimizer=adagrad:lr={rate}", "--epochs=300", "--tol=0", folder=folder).stdout
        near, = figures(steps, "^loss ([0-9.]+) with penalties, ")
        assert value < near <= 1.05 * value, (loss, value, near)
    refused(["fit", cancer, "--loss=hinge", "--steps=3"], "a method is needed, as --optimizer=adagrad", folder, 2)
    refused(["fit", cancer, "--loss=hinge", "--l1=3"], "a method is needed, as --optimizer=adagrad", folder, 2)


def cli_fit_constant_column_changes_nothing(folder):
    write(folder, "two.csv", "a,b,y\n1,5.1,2\n2,5.1,3\n3,5.1,5\n4,5.1,5\n")
    for loss in ("quantile", "huber", "half_squared", "poisson"):
        for also in ([], ["--standardize"]):
            value = figures(fits("two.csv", "-q", "-v", "--loss", loss, "--folds=2", *also, "--strict", folder=folder).stdout, "^2 folds: loss ([-0-9.]+),")
            without = figures(fits("two.csv", "-q", "--ignore=b", "--loss", loss, "--folds=2", *also, folder=folder).stdout, "^2 folds: loss ([-0-9.]+),")
            assert abs(value[0] - without[0]) <= 1e-5 * abs(without[0]), (loss, also, value, without)


def cli_fit_several_classes_names_kept_and_predicted(folder):
    labels = ["virginica", "setosa", "versicolor"] # in another order than that of bytes
    data = named(folder, "iris", *labels)
    result = fits(data, "--loss=softmax", "--l2=0.01", "--standardize", "-o", "m.json", folder=folder)
    assert 'labels: "setosa" became 0, "versicolor" became 1 and "virginica" became 2\n' in result.stderr
    assert re.search("^  column +setosa +versicolor +virginica$", result.stdout, re.M), result.stdout
    value, right = figures(result.stdout, "^loss ([0-9.]+) with penalties, .*, ([0-9.]+) % of the labels right$")
    tree = model(folder)
    assert tree["classes"] == sorted(labels) and [len(c["coefficients"]) for c in tree["columns"]] == [3] * 4 and len(tree["intercept"]) == 3
    for numbers in zip(*[c["coefficients"] for c in tree["columns"]]):
        assert any(numbers)
    told = run("predict", "m.json", data, folder=folder)
    assert told.stderr == f"150 rows: {right:.2f} % of the labels right\n" and right == 96, told.stderr
    with open(f"{folder}/{data}") as file:
        kinds = [line.split(",")[-1] for line in file.read().split()[1:]]
    assert 100 * sum(a == b for a, b in zip(kinds, told.stdout.split())) == 150 * right
    chances = [[float(p) for p in line.split(",")] for line in run("predict", "m.json", data, "--probabilities", folder=folder).stdout.split()]
    loss = -math.fsum(math.log(p[tree["classes"].index(kind)]) for p, kind in zip(chances, kinds)) / 150
    assert all(abs(sum(p) - 1) < 1e-14 for p in chances) and loss < value # which has the penalty in it
    setosa = write(folder, "one.csv", "\n".join(line for line in open(f"{folder}/{data}").read().split() if "kind" in line or "setosa" in line))
    assert "50 rows: " in run("predict", "m.json", setosa, folder=folder).stderr


def cli_fit_classes_that_are_numbers_any_and_balanced(folder):
    with open(f"{DATA}/wine_data.csv") as file:
        rows = [line.split(",") for line in file.read().split("\n")[1:] if line]
    kept = [row for i, row in enumerate(rows) if row[-1] != "2" or i % 4 == 0]
    write(folder, "wine.csv", "".join(",".join(row[:-1] + [("-3", "0.5", "1e3")[int(row[-1])]]) + "\n" for row in kept))
    words = ["wine.csv", "-q", "--loss=softmax", "--standardize", "--l2=0.1", "--force", "-o", "m.json"]
    plain, balanced = fits(*words, folder=folder).stdout, fits(*words, "--class-weight=balanced", folder=folder).stdout
    assert model(folder)["classes"] == ["-3", "0.5", "1000"] and ", classes balanced\n" in balanced and "balanced" not in plain
    assert figures(plain, "^loss ([0-9.]+)") != figures(balanced, "^loss ([0-9.]+)")
    assert set(run("predict", "m.json", "wine.csv", folder=folder).stdout.split()) == {"-3", "0.5", "1000"}
    write(folder, "weights.csv", "x,w,y\n" + "".join(f"{x},{1 if y else 3},{y}\n" for x, y in ((1, 0), (2, 1), (3, 0), (4, 1), (5, 1), (6, 1), (7, 1), (2, 1))))
    write(folder, "bare.csv", "x,y\n1,0\n2,1\n3,0\n4,1\n5,1\n6,1\n7,1\n2,1\n") # 2 rows and 6: 3 times the weight balances them
    for name, *also in (("weights", "--weights=w"), ("bare", "--class-weight=balanced")):
        fits(f"{name}.csv", "-q", "--loss=logistic", "--l2=0.1", *also, "-o", f"{name}.json", folder=folder)
    assert digits(coefficients(model(folder, "bare.json")), coefficients(model(folder, "weights.json"))) >= 9


def cli_fit_separable_classes_said_with_a_remedy(folder):
    data = breast_cancer(folder)
    said = "lgd: no minimum: the classes are separable: "
    for words in ([data, "--loss=logistic"], ["wine.csv", "--loss=softmax", "--header=no"]):
        with open(f"{DATA}/wine_data.csv") as file:
            write(folder, "wine.csv", file.read().split("\n", 1)[1])
        result = fits(*words, "-q", "--standardize", folder=folder)
        assert result.stderr.startswith(said) and "hint: --l2=0.01" in result.stderr and "100.00 % of the labels" in result.stdout
        fits(*words, "-q", "--standardize", "--strict", folder=folder, status=4)
        assert fits(*words, "-q", "--standardize", "--strict", "--l2=0.01", folder=folder).stderr == ""


def cli_predict_two_labels_by_name_too(folder):
    data = named(folder, "breast_cancer", "malignant", "benign")
    fits(data, "-q", "--loss=hinge", "--standardize", "--l2=0.01", "-o", "m.json", folder=folder)
    scores, names = (run("predict", "m.json", data, *also, folder=folder) for also in ([], ["--classes"]))
    assert [name == "malignant" for name in names.stdout.split()] == [float(z) > 0 for z in scores.stdout.split()]
    share, = figures(names.stderr, "^569 rows: ([0-9.]+) % of the labels right$")
    assert share > 98 and scores.stderr == names.stderr
    refused(["predict", "m.json", data, "--probabilities"], "--probabilities goes with logistic or softmax", folder, 1)
    refused(["predict", "m.json", data, "--probabilities", "--classes"], "one of them is accepted", folder, 2)
    fits(diabetes(folder), "-q", "-o", "n.json", folder=folder)
    refused(["predict", "n.json", "diabetes.csv", "--classes"], "--classes is about classes, the loss of the model is half_squared", folder, 1)


# ---- rows set aside


def cli_validate_scaled_by_the_rows_of_the_fit(folder):
    data = diabetes(folder)
    result = fits(data, "-q", "--validate=0.25", "--l2=0.1", "--standardize", "-o", "m.json", folder=folder)
    assert "diabetes.csv: 332 rows, " in result.stdout, result.stdout
    value, = figures(result.stdout, "^validation: 110 rows, loss ([0-9.]+)$")
    z = [float(x) for x in run("predict", "m.json", data, "-q", folder=folder).stdout.split()]
    with open(f"{folder}/{data}") as file:
        y = [float(line.split(",")[-1]) for line in file.read().split()[1:]]
    sigma, freedom = figures(result.stdout, "^residual deviation ([0-9.]+), ([0-9.]+) degrees")
    everywhere = math.fsum((a - b) ** 2 for a, b in zip(z, y))
    inside = sigma * sigma * (332 - 11) if freedom == 321 else sigma * sigma * freedom
    assert abs(everywhere - inside - 110 * 2 * value) <= 1e-4 * everywhere, (everywhere, inside, value) # both parts are all rows
    assert model(folder)["validation_loss"] > 0
    again = fits(data, "-q", "--validate=0.25", "--l2=0.1", "--standardize", "--seed=2", folder=folder)
    assert figures(again.stdout, "^validation: 110 rows, loss ([0-9.]+)$") != [value]


def cli_patience_ends_at_the_best_point_of_validation(folder):
    data = named(folder, "breast_cancer", "malignant", "benign")
    words = [data, "-q", "--loss=logistic", "--standardize", "--validate=0.3", "--optimizer=momentum:lr=auto", "--epochs=3000", "--tol=0"]
    early, late = (fits(*words, *also, folder=folder) for also in (["--patience=10", "--strict"], []))
    assert "validation value no longer falls" in early.stdout and early.stderr == "", early.stdout + early.stderr
    pattern = "^validation: 171 rows, loss ([0-9.]+), [0-9.]+ % of the labels right$"
    assert figures(early.stdout, pattern) < figures(late.stdout, pattern)


def cli_folds_mean_and_standard_error_of_the_parts(folder):
    data = named(folder, "iris", "a", "b", "c")
    result = fits(data, "-q", "--loss=softmax", "--l2=0.01", "--standardize", "--folds=5", "-o", "m.json", folder=folder)
    mean, error, share, spread = figures(result.stdout, "^5 folds: loss ([0-9.]+), standard error ([0-9.]+); ([0-9.]+) % .* error ([0-9.]+) %$")
    assert 0.1 < mean < 0.3 and 0 < error < 0.1 and 90 <= share <= 100 and 0 < spread < 5
    assert abs(model(folder)["cross_validated_loss"] - mean) < 1e-5
    write(folder, "line.csv", "x,y\n0,1\n1,2\n3,2\n4,9\n")
    y, x, squares = [1, 2, 2, 9], [0, 1, 3, 4], []
    for out in range(4): # each row by the line through the others
        rest = [i for i in range(4) if i != out]
        mx, my = sum(x[i] for i in rest) / 3, sum(y[i] for i in rest) / 3
        slope = sum((x[i] - mx) * (y[i] - my) for i in rest) / sum((x[i] - mx) ** 2 for i in rest)
        squares.append((my + slope * (x[out] - mx) - y[out]) ** 2)
    deviation = math.sqrt(sum((s - sum(squares) / 4) ** 2 for s in squares) / 3 / 4)
    found = figures(fits("line.csv", "-q", "--loss=squared", "--folds=4", folder=folder).stdout, "^4 folds: loss ([0-9.]+), standard error ([0-9.]+)$")
    assert abs(found[0] - sum(squares) / 4) < 1e-4 and abs(found[1] - deviation) < 0.05 * deviation, (found, squares, deviation)
    kinks = fits(diabetes(folder), "-q", "--loss=quantile:tau=0.5", "--folds=3", folder=folder).stdout
    assert figures(kinks, "^3 folds: loss ([0-9.]+),")[0] > figures(kinks, "^loss ([0-9.]+),")[0]


def cli_diagnosis_where_steps_do_not_converge_or_it_is_asked_for(folder):
    data = diabetes(folder)
    words = [data, "-q", "--standardize", "--steps=60"]
    slow = fits(*words, "--optimizer=sgd:lr=0.001", folder=folder)
    assert re.search("^lgd: diagnosis: slow: .*raise the rate from 0.001", slow.stderr, re.M) and "hint: more --steps" in slow.stderr, slow.stderr
    result = run("fit", *words, "--optimizer=sgd:lr=3", folder=folder)
    assert result.returncode == 3 and re.search("^lgd: diagnosis: diverging: ", result.stderr, re.M), result.stderr
    assert fits(data, "-q", "--optimizer=newton", folder=folder).stderr == ""
    assert fits(data, "-q", "--optimizer=newton", "--diagnose", folder=folder).stderr.startswith("lgd: diagnosis: ")
    assert fits(data, "-q", "--diagnose", folder=folder).stderr == "lgd: diagnosis: none, there was no run: the minimum was found at once\n"


def cli_verbose_what_is_minimised_with_every_constant(folder):
    data = diabetes(folder)
    steps = fits(data, "-q", "-v", "--loss=huber:delta=2.5", "--l2=0.125", "--l1=0.5", folder=folder).stdout
    for text in ("1/442 sum_i huber:delta=2.5(x_i.w + b, y_i) + 0.125/2 |w|^2", "10 columns", "0.5", "\nby fista:", "\ncost: ", " in the optimizer\n  by "):
        assert text in steps, (text, steps)
    for words in (["--loss=half_squared"], ["--loss=quantile:tau=0.75"]):
        assert f"sum_i {words[0][7:]}(x_i.w + b, y_i)" in fits(data, "-q", "-v", *words, folder=folder).stdout, words


# ---- predictions


def cli_predict_columns_by_name_numbers_of_the_fit(folder):
    data = diabetes(folder)
    fits(data, "-q", "-o", "m.json", folder=folder)
    result = run("predict", "m.json", data, folder=folder)
    assert result.returncode == 0 and result.stderr == "442 rows: root of the mean squared error 53.4761, R^2 0.517749\n", result.stderr
    tree = model(folder)
    with open(f"{folder}/{data}") as file:
        table = [line.strip().split(",") for line in file]
    for line, row in zip(result.stdout.split(), table[1:]):
        z = math.fsum([tree["intercept"]] + [c["coefficient"] * float(x) for c, x in zip(tree["columns"], row)])
        assert abs(float(line) - z) <= 1e-11 * abs(z), (line, z)
    others = [",".join(["id" if i == 0 else "", *row[-2::-1]]) for i, row in enumerate(table)] # no target, a column that is empty
    write(folder, "others.csv", "\n".join(others) + "\n")
    again = run("predict", "m.json", "others.csv", "-o", "z.txt", folder=folder)
    assert again.returncode == 0 and again.stdout == again.stderr == "", again.stderr
    with open(f"{folder}/z.txt") as file:
        assert file.read() == result.stdout


def cli_predict_one_column_alone_enough(folder):
    write(folder, "line.csv", "x,y\n1,1\n2,3\n3,5\n")
    write(folder, "x.csv", "x\n4\n10\n")
    fits("line.csv", "-q", "-o", "m.json", folder=folder)
    result = run("predict", "m.json", "x.csv", folder=folder)
    assert [round(float(z), 12) for z in result.stdout.split()] == [7, 19], result.stdout + result.stderr


def cli_predict_labels_probabilities_and_share_right(folder):
    data = breast_cancer(folder)
    result = fits(data, "-q", "--loss=logistic", "--standardize", "--l2=0.01", "-o", "m.json", folder=folder)
    assert "98.59 % of the labels right" in result.stdout, result.stdout
    result = run("predict", "m.json", data, folder=folder)
    assert result.stderr == "569 rows: 98.59 % of the labels right\n"
    assert all(0 <= float(z) <= 1 for z in result.stdout.split()) and len(result.stdout.split()) == 569
    fits(data, "-q", "--loss=squared_hinge", "--standardize", "--l2=0.01", "-o", "m.json", "--force", folder=folder)
    result = run("predict", "m.json", data, folder=folder)
    assert "% of the labels right" in result.stderr and min(float(z) for z in result.stdout.split()) < -1


def cli_predict_models_that_are_none_refused(folder):
    data = diabetes(folder)
    fits(data, "-q", "-o", "m.json", folder=folder)
    write(folder, "other.csv", "age,sexe,bmi,bp,s1,s2,s3,s4,s5,s6\n1,2,3,4,5,6,7,8,9,1\n")
    refused(["predict", "m.json", "other.csv"], 'other.csv: the model needs "sex", there is no such column; did you mean "sexe"?',
            folder, 1)
    write(folder, "holes.csv", "age,sex,bmi,bp,s1,s2,s3,s4,s5,s6\n1,2,3,4,5,6,7,8,9,1\n1,2,3,4,,6,7,8,9,1\n")
    refused(["predict", "m.json", "holes.csv"], 'holes.csv:3:5: the cell is missing (column "s1"); hint: --ignore=COLUMN', folder, 1)
    write(folder, "word.csv", "age,sex,bmi,bp,s1,s2,s3,s4,s5,s6\n1,m,3,4,5,6,7,8,9,1\n")
    refused(["predict", "m.json", "word.csv"], 'word.csv:2:2: "m" is not a number (column "sex")', folder, 1)
    refused(["predict", data, "m.json"], "diabetes.csv:1:", folder, 1)
    refused(["predict", data, "m.json"], "lgd predict MODEL DATA", folder, 1)
    tree = model(folder)
    for key, value, text in (("format", "lgd model 9", 'm.json: "format" is "lgd model 9", "lgd model 1" is accepted'),
                             ("format", None, '"format" is missing'), ("loss", "hingee", '"loss" is "hingee", one of'),
                             ("loss", "huber:delta=0", '"loss" is "huber:delta=0"'),
                             ("target", 3, '"target" is missing'), ("columns", [], '"columns" is missing or empty'),
                             ("columns", [{"name": "a"}], "column 1 lacks its name or its coefficient"),
                             ("columns", [{"name": "a", "coefficient": 1}] * 2, 'm.json: two columns of the model are "a"'),
                             ("intercept", "x", '"intercept" is neither a number nor null')):
        write(folder, "m.json", json.dumps({**tree, key: value}))
        refused(["predict", "m.json", data], text, folder, 1)
    write(folder, "m.json", json.dumps(tree)[:-20])
    refused(["predict", "m.json", data], "m.json:1:", folder, 1)
    write(folder, "m.json", "")
    refused(["predict", "m.json", data], "m.json:", folder, 1)
    refused(["predict", "m.json"], "a model and a file are needed", folder, 2)


# ---- other formats than CSV


def npy(path):
    """Shape and numbers of an array of doubles or floats, by rows."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x93NUMPY\x01\x00", data[:8]
    length, = struct.unpack("<H", data[8:10])
    header = data[10:10 + length].decode()
    shape = [int(n) for n in re.search(r"'shape': \(([0-9, ]+)\)", header)[1].split(",") if n.strip()]
    kind = "d" if "<f8" in header else "f"
    assert "'fortran_order': False" in header and ("<f8" in header or "<f4" in header), header
    return shape, list(struct.unpack(f"<{math.prod(shape)}{kind}", data[10 + length:]))


def converts(*words, folder):
    result = run("convert", *words, folder=folder)
    assert result.returncode == 0 and result.stdout == "", (words, result.stdout, result.stderr)
    return result


def cli_libsvm_fit_that_of_the_same_table_in_csv(folder):
    words = ["--loss=logistic", "--l2=0.01", "--folds=5", "--force", "-o"]
    table = fits(f"{DATA}/heart_scale.csv", *words, "table.json", folder=folder)
    expected = coefficients(model(folder, "table.json"))
    for name in ("heart_scale", "heart_scale.gz", "heart_scale.zst"):
        lines = fits(f"{DATA}/{name}", "--format=libsvm", *words, f"{name}.json", folder=folder)
        found = coefficients(model(folder, f"{name}.json"))
        assert digits(found, expected) >= 10 and found == coefficients(model(folder, "heart_scale.json")), (found, expected)
        assert re.search("5 folds:.*", lines.stdout)[0] == re.search("5 folds:.*", table.stdout)[0], lines.stdout
        assert '270 rows, 13 columns and an intercept, 3378 numbers, target "label"' in lines.stdout and "indices from 1" in lines.stderr
        assert "labels: -1 became 0 and 1 became 1" in lines.stderr
    z = [run("predict", f"{name}.json", *data, folder=folder).stdout.split() for name, data in
         (("table", [f"{DATA}/heart_scale.csv"]), ("heart_scale", [f"{DATA}/heart_scale.gz", "--format=libsvm"]))]
    assert len(z[0]) == 270 and all(abs(float(a) - float(b)) < 1e-9 for a, b in zip(*z))
    told = [re.search("^validation: 6[78] rows, .*", fits(data, "--format", form, "-q", "--loss=logistic", "--l2=0.1", "--validate=0.25", "--standardize",
                                                          folder=folder).stdout, re.M)[0]
            for data, form in ((f"{DATA}/heart_scale.csv", "csv"), (f"{DATA}/heart_scale", "libsvm"))]
    assert told[0] == told[1], told


def cli_libsvm_more_columns_than_rows_by_products_of_the_hessian(folder):
    lines = [f"{i % 3} " + " ".join(f"{j}:{1 + i * j % 7}" for j in range(1 + i % 5, 1600, 40 + i % 3)) for i in range(60)]
    write(folder, "wide.svm", "\n".join(lines) + "\n")
    for loss in ("softmax", "squared_epsilon_insensitive:epsilon=0.1", "huber:delta=0.1"):
        found = []
        for method in ([], ["--optimizer=lbfgs"]):
            result = fits("wide.svm", "-q", "--loss", loss, "--l2=0.1", "--strict", *method, "-o", "m.json", "--force", folder=folder)
            found += [run("predict", "m.json", "wide.svm", "-q", *(["--probabilities"] if loss == "softmax" else []), folder=folder).stdout]
            usual = "lbfgs" if method or loss.startswith("huber") else "newton_cg"
            assert f"\n{usual} over all rows: " in result.stdout and "  and 1" in result.stdout, result.stdout
        pairs = list(zip(*(re.split("[,\n]", text.strip()) for text in found)))
        assert len(pairs) >= 60 and all(abs(float(a) - float(b)) < 1e-5 for a, b in pairs), loss


def cli_libsvm_rows_of_a_test_have_the_columns_of_the_fit(folder):
    result = fits(f"{DATA}/agaricus.txt.train", "--format=libsvm", "--loss=logistic", "--l2=1e-4", "--strict", "-o", "a.json", folder=folder)
    assert "6513 rows, 126 columns" in result.stdout and "\n  and 106 smaller ones\n" in result.stdout and "100.00 % of the labels" in result.stdout
    test = run("predict", "a.json", f"{DATA}/agaricus.txt.test", "--format=libsvm", "--classes", folder=folder)
    assert test.stderr == "1611 rows: 100.00 % of the labels right\n", test.stderr
    with open(f"{DATA}/agaricus.txt.test") as file:
        rows = file.read().splitlines()
    assert test.stdout.split() == [row.split()[0] for row in rows]
    write(folder, "bare.svm", "\n".join(row.split(" ", 1)[1] for row in rows) + "\n") # without labels
    bare = run("predict", "a.json", "bare.svm", "--classes", folder=folder)
    assert bare.stdout == test.stdout and bare.stderr == "", bare.stderr
    write(folder, "few.svm", "1 3:1\n0 127:1\n")
    refused(["predict", "a.json", "few.svm"], "few.svm:2:1: the index is 127, at most 126 is accepted, as the model has columns", folder, 1)
    write(folder, "zero.svm", "1 0:1\n")
    refused(["predict", "a.json", "zero.svm"], "zero.svm:1:1: the index is 0, at least 1 is accepted", folder, 1)
    separable = fits(f"{DATA}/agaricus.txt.train", "--format=libsvm", "--loss=logistic", "-q", folder=folder)
    assert separable.stderr.startswith("lgd: no minimum: the classes are separable: "), separable.stderr
    write(folder, "named.csv", "a,b,y\n1,2,0\n2,1,1\n3,5,0\n1,1,1\n")
    fits("named.csv", "-q", "-o", "named.json", folder=folder)
    refused(["predict", "named.json", "few.svm"], 'few.svm: columns of LIBSVM\'s format have numbers, column 1 of the model is "a"', folder, 1)
    write(folder, "from0.svm", "1 0:1 2:3\n2 1:1\n4 2:1\n3 0:2\n")
    fits("from0.svm", "-q", "-o", "from0.json", folder=folder)
    assert [c["name"] for c in model(folder, "from0.json")["columns"]] == ["0", "1", "2"]
    refused(["predict", "from0.json", "s.svm", "--index-base=1"], 's.svm: --index-base is 1, the first column of the model is "0"', folder, 1)
    z = [run("predict", "from0.json", name, folder=folder).stdout for name in ("from0.svm", write(folder, "s.svm", "0 1:0 2:3\n"))]
    assert len(z[0].split()) == 4 and len(z[1].split()) == 1


def cli_convert_numbers_are_those_of_the_table_there_and_back(folder):
    source = f"{DATA}/heart_scale.csv"
    with open(source) as file:
        table = [[float(x) for x in line.split(",")] for line in file]
    told = converts(source, "h.npy", folder=folder)
    assert "h.npy: 270 rows, 14 columns, " in told.stderr and "no header" in told.stderr, told.stderr
    assert npy(f"{folder}/h.npy") == ([270, 14], [x for row in table for x in row])
    assert converts(source, "quiet.npy", "-q", folder=folder).stderr == ""
    for words in (["h.npy", "h2.csv"], ["h.npy", "h.svm", "--target=14"], ["h.svm", "h3.npy"], ["h.svm", "h3.csv"], [source, "h4.svm", "--target=14"],
                  [source, "apart.npy", "--target=14", "--target-out=y.npy"], ["h.npy", "single.npy", "--single"],
                  ["h.npy", "apart2.npy", "--target=14", "--target-out=y2.npy"], [source, "last.npy", "--target=1"]):
        converts(*words, "--force", folder=folder)
    for name in ("h2.csv", "h3.csv"):
        with open(f"{folder}/{name}") as file:
            assert [[float(x) for x in line.split(",")] for line in file] == table, name
    with open(f"{folder}/h.svm") as a, open(f"{folder}/h4.svm") as b:
        text = a.read()
        assert text == b.read() and text.startswith("1 1:0.708333 2:1 3:1 4:-0.320755 "), text[:100]
    assert npy(f"{folder}/h3.npy") == npy(f"{folder}/h.npy")
    for name, target in (("apart", "y"), ("apart2", "y2")):
        assert npy(f"{folder}/{name}.npy") == ([270, 13], [x for row in table for x in row[:-1]])
        assert npy(f"{folder}/{target}.npy") == ([270], [row[-1] for row in table])
    shape, numbers = npy(f"{folder}/single.npy")
    assert shape == [270, 14] and all(abs(a - b) < 1e-7 for a, b in zip(numbers, npy(f"{folder}/h.npy")[1]))
    assert npy(f"{folder}/last.npy")[1][13] == table[0][0]
    refused(["convert", source, "h.npy"], "h.npy: is there already; --force replaces it", folder, 1)
    refused(["convert", source, "none/h.npy"], "none/h.npy: No such file", folder, 1)


def cli_arrays_of_numpy_fit_and_predict(folder):
    source = f"{DATA}/heart_scale.csv"
    converts(source, "h.npy", folder=folder)
    converts(source, "X.npy", "--target=14", "--target-out=y.npy", folder=folder)
    words = ["-q", "--loss=logistic", "--l2=0.01", "-o"]
    fits(source, *words, "csv.json", folder=folder)
    fits("h.npy", "--target=14", *words, "column.json", folder=folder)
    fits("X.npy", "--target-file=y.npy", *words, "file.json", folder=folder)
    found = [model(folder, f"{name}.json") for name in ("csv", "column", "file")]
    assert coefficients(found[0]) == coefficients(found[1]) == coefficients(found[2]) and found[1]["target"] == "14"
    expected = run("predict", "csv.json", source, folder=folder)
    for words in (["column.json", "h.npy"], ["column.json", "X.npy"], ["file.json", "X.npy", "--target-file=y.npy"], ["csv.json", "h.npy"]):
        result = run("predict", *words, folder=folder)
        assert result.returncode == 0 and result.stdout == expected.stdout, (words, result.stderr)
        assert result.stderr == ("" if words == ["column.json", "X.npy"] else expected.stderr), (words, result.stderr)
    converts("X.npy", "f.npy", "--single", folder=folder)
    for also in ([], ["--standardize"], ["--validate=0.2"], ["--folds=3"]):
        fits("f.npy", "--target-file=y.npy", "-q", "--loss=logistic", "--l2=0.01", *also, folder=folder)


def cli_convert_archives_of_numpy_there_and_back(folder):
    source = f"{DATA}/heart_scale.csv"
    result = run("convert", source, "h.npz", "--target=14", folder=folder)
    if "libarchive" in result.stderr and result.returncode:
        return # built without
    assert result.returncode == 0 and "h.npz: 270 rows, 13 columns, " in result.stderr, result.stderr
    converts(source, "apart.npy", "--target=14", "--target-out=y.npy", folder=folder)
    with zipfile.ZipFile(f"{folder}/h.npz") as archive:
        assert archive.namelist() == ["X.npy", "y.npy"] and archive.testzip() is None
        archive.extractall(f"{folder}/members")
    for member, alone in ("X.npy", "apart.npy"), ("y.npy", "y.npy"):
        assert npy(f"{folder}/members/{member}") == npy(f"{folder}/{alone}")
    words = ["-q", "--loss=logistic", "--l2=0.01", "--force", "-o"]
    fits(source, *words, "csv.json", folder=folder)
    fits("h.npz", "--dataset=X", "--target-dataset=y", *words, "npz.json", folder=folder)
    assert coefficients(model(folder, "csv.json")) == coefficients(model(folder, "npz.json"))
    converts(source, "all.npz", "--single", folder=folder)
    with zipfile.ZipFile(f"{folder}/all.npz") as archive:
        assert archive.namelist() == ["X.npy"]
    converts("all.npz", "all.npy", folder=folder)
    assert npy(f"{folder}/all.npy")[0] == [270, 14]
    refused(["convert", source, "t.npz", "--target=14", "--target-out=t.npy"], "--target-out goes with a .npy as FILE", folder, 2)


def cli_convert_sparse_columns_without_end_in_little_memory(folder):
    write(folder, "t.svm", "1 3:1\n0 2000000000:2\n")
    with open(PROGRAM, "rb") as program:
        limit = "" if b"__asan_init" in program.read() else "ulimit -v 8000000; "  # a sanitizer takes terabytes of addresses
    result = subprocess.run(["sh", "-c", limit + 'exec "$0" convert t.svm u.svm', PROGRAM], cwd=folder, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    with open(os.path.join(folder, "u.svm")) as file:
        assert file.read() == "1 3:1\n0 2000000000:2\n"


def cli_convert_text_without_names_no_row_more(folder):
    write(folder, "t.csv", "5,6,1\n7,8,0\n")
    for words, expected in (([], "5,6,1\n7,8,0\n"), (["--target=1"], "6,1,5\n8,0,7\n"), (["--ignore=2"], "5,1\n7,0\n"),
                            (["--header=yes"], '5,6,1\n7,8,0\n'), (["--header=yes", "--ignore=2"], "5,1\n7,0\n")):
        converts("t.csv", "u.csv", "--force", *words, folder=folder)
        with open(os.path.join(folder, "u.csv")) as file:
            assert file.read() == expected, (words, expected)
    write(folder, "n.csv", "a,2\n7,8\n")
    converts("n.csv", "u.csv", "--force", "--header=yes", folder=folder)
    with open(os.path.join(folder, "u.csv")) as file:
        assert file.read() == "a,2\n7,8\n"


def cli_weights_of_a_file_as_those_of_a_column(folder):
    with open(f"{DATA}/binary.train") as file, open(f"{DATA}/binary.train.weight") as weights:
        rows, omega = file.read().splitlines()[:800], weights.read().split()[:800]
    omega[3], omega[700] = "2.5", "0"
    write(folder, "t.tsv", "\n".join(rows) + "\n")
    write(folder, "w.txt", "\n".join(omega) + "\n")
    write(folder, "column.tsv", "\n".join(f"{row}\t{w}" for row, w in zip(rows, omega)) + "\n")
    write(folder, "t.svm", "".join(f"{row.split()[0]} " + " ".join(f"{j}:{x}" for j, x in enumerate(row.split()[1:], 1)) + "\n" for row in rows))
    converts("w.txt", "w.npy", "--format=csv", "--header=no", folder=folder)
    words = ["-q", "--loss=logistic", "--l2=0.01", "--folds=3", "--force", "-o"]
    column = fits("column.tsv", "--target=1", "--header=no", "--weights=30", *words, "column.json", folder=folder)
    for data in (["t.tsv", "--target=1", "--header=no", "--weights-file=w.txt"], ["t.tsv", "--target=1", "--header=no", "--weights-file=w.npy"],
                 ["t.svm", "--weights-file=w.txt"]):
        result = fits(*data, *words, "file.json", folder=folder)
        assert f", weights of {data[-1].split('=')[1]}\n" in result.stdout, result.stdout
        assert digits(coefficients(model(folder, "file.json")), coefficients(model(folder, "column.json"))) >= 10
        assert re.search("3 folds.*", result.stdout)[0] == re.search("3 folds.*", column.stdout)[0]
    write(folder, "less.txt", "1\n2\n")
    refused(["fit", "t.svm", "-q", "--weights-file=less.txt"], "less.txt: there are 2 x 1 weights, one for each of the 800 rows of t.svm is accepted", folder, 1)
    write(folder, "below.txt", "1\n" * 799 + "-1\n")
    refused(["fit", "t.svm", "-q", "--weights-file=below.txt"], "below.txt: weight 800 is -1, a number at least 0 is accepted", folder, 1)
    refused(["fit", "t.svm", "-q", "--weights-file=none.txt"], "none.txt: No such file", folder, 1)
    refused(["fit", "t.tsv", "--weights=3", "--weights-file=w.txt"], "one of them is accepted", folder, 2)


def cli_stream_rows_that_stay_in_their_file_same_numbers(folder):
    source = f"{DATA}/binary.train"
    told = ["-q", "--header=no", "--format=csv"]
    converts(source, "all.npy", *told, folder=folder)
    converts(source, "X.npy", "--target=1", "--target-out=y.npy", *told, folder=folder)
    for data in (["all.npy", "--target=1"], ["X.npy", "--target-file=y.npy"]):
        for words in (["--loss=logistic", "--l2=0.01"], ["--loss=logistic", "--batch-size=64", "--epochs=2", "--optimizer=adam:lr=0.01", "--order=blocks"],
                      ["--loss=half_squared"], ["--loss=logistic", "--l2=0.01", "--standardize"]):
            found = []
            for also in ([], ["--stream"]):
                result = fits(*data, "-q", *words, *also, "-o", "m.json", "--force", folder=folder)
                found.append((coefficients(model(folder)), result.stdout))
            assert digits(found[0][0], found[1][0]) >= 10, (data, words)
            assert "--order=blocks" not in words or found[0] == found[1], (data, words)
    refused(["fit", "t.csv", "--stream"], "t.csv: --stream is about .npy and HDF5, the file is CSV; hint: lgd convert", folder, 2)
    for also in ("--folds=3", "--validate=0.5", "--weights=2"):
        refused(["fit", "all.npy", "--target=1", "--stream", also], "--stream leaves the rows in their file", folder, 2)


def cli_hdf5_fit_predict_and_convert(folder):
    result = run("convert", f"{DATA}/heart_scale", "h.h5", "--format=libsvm", folder=folder)
    if "HDF5" in result.stderr and result.returncode:
        return # built without
    assert result.returncode == 0, result.stderr
    for data, also in ((f"{DATA}/heart_scale.csv", []), ("h.h5", ["--dataset=X", "--target-dataset=y"])):
        fits(data, *also, "-q", "--loss=logistic", "--l2=0.01", "-o", "m.json", "--force", folder=folder)
        found = coefficients(model(folder))
        first = found if data != "h.h5" else first
    assert digits(found, first) >= 10
    told = run("predict", "m.json", "h.h5", "--dataset=X", "--target-dataset=y", folder=folder)
    assert told.returncode == 0 and "270 rows: 84.81 % of the labels right" in told.stderr, told.stderr
    converts("h.h5", "h.svm", "--dataset=X", "--target-dataset=y", folder=folder)
    with open(f"{folder}/h.svm") as file:
        assert file.read().startswith("1 1:0.708333 2:1 ")


def cli_info_of_a_file_what_stands_in_it(folder):
    result = run("info", f"{DATA}/heart_scale", "--format=libsvm", folder=folder)
    assert "LIBSVM's format, 270 rows, 13 columns, sparse, 3378 numbers, 96.2 % of them all\n" in result.stdout, result.stdout
    result = run("info", f"{DATA}/housing.csv", folder=folder)
    assert "CSV, 20640 rows, 9 columns, double precision\n" in result.stdout and "207 missing cells" in result.stdout, result.stdout
    write(folder, "wide.svm", "1 281474976710656:1\n2 1:1\n")
    assert "2 rows, 281474976710656 columns, sparse, 2 numbers" in run("info", "wide.svm", folder=folder).stdout
    converts(f"{DATA}/heart_scale.csv", "h.npy", "--single", folder=folder)
    assert "h.npy: NumPy's format, 270 rows, 14 columns, single precision\n" in run("info", "h.npy", folder=folder).stdout


def cli_formats_that_do_not_fit_refused(folder):
    data = diabetes(folder)
    write(folder, "t.svm", "1 1:2\n1:3\n")
    write(folder, "none.npy", "1,2\n")
    write(folder, "w.csv", "a,y\n1,x\n2,z\n")
    converts(data, "d.npy", folder=folder)
    for words, text in ((["fit", "t.svm", "--target=3"], "t.svm: a line of LIBSVM's format begins with its label"),
                        (["fit", "t.svm", "--weights=3"], "t.svm: --weights is a column by name, which LIBSVM's format has not"),
                        (["fit", "t.svm", "--header=no"], "are about CSV, the file is LIBSVM's format"),
                        (["fit", data, "--index-base=1"], "--index-base is about LIBSVM's format, the file is read as CSV"),
                        (["fit", data, "--dataset=X"], "are about NumPy's format and HDF5, the file is read as CSV"),
                        (["fit", "d.npy"], "d.npy: which numbers are the target? --target=COLUMN, by its number from 1, or --target-file=FILE"),
                        (["fit", "d.npy", "--target=age"], 'd.npy: --target is "age", the number of a column from 1 is accepted'),
                        (["fit", "x.h5"], "or --target-dataset=NAME says it"), (["fit", "x.h5", "--target-file=y.npy"], "--target-dataset=NAME is accepted"),
                        (["fit", data, "--format=xls"], '--format is "xls", auto, csv, libsvm, npy or hdf5 is accepted'),
                        (["convert", data], "two files are needed"), (["convert", "-", "x.npy"], "-: files are needed"),
                        (["convert", data, "x.svm"], "x.svm: a line of LIBSVM's format begins with its label: --target=COLUMN"),
                        (["convert", data, "x.npy", "--target-out=y.npy"], "none is named: --target=COLUMN is accepted"),
                        (["convert", data, "x.npy", "--target=1", "--target-out=x.npy"], "x.npy: --target-out is FILE itself, another file is accepted"),
                        (["convert", data, "x.npy", "--target=1", "--target-out=./x.npy"], "x.npy: --target-out is FILE itself, another file is accepted"),
                        (["convert", f"{DATA}/heart_scale", "x.npy", "--format=libsvm", "--target-out=./x.npy"], "x.npy: --target-out is FILE itself"),
                        (["convert", f"{DATA}/heart_scale", "d.npy", "--format=libsvm", "--target-out=./d.npy", "--force"], "d.npy: --target-out is FILE itself"),
                        (["convert", data, "x.csv", "--target=1", "--target-out=y.npy"], "--target-out goes with a .npy as FILE"),
                        (["convert", data, "x.csv", "--single"], "--single is about .npy and HDF5, the file is CSV")):
        refused(words, text, folder, 2)
    for words, text in ((["fit", "t.svm"], 't.svm:2: the label is missing, the line begins with "1:3"'), (["fit", "none.npy", "--target=1"], "none.npy: "),
                        (["fit", "d.npy", "--target=12"], "d.npy"), (["convert", "t.svm", "x.npy"], "t.svm:2: the label is missing"),
                        (["convert", "w.csv", "w.npy", "--target=y", "--target-out=v.npy"], "hint: another target? --target=COLUMN; words are numbered by lgd fit alone"),
                        (["convert", "w.csv", "w.svm", "--target=y"], "hint: another target? --target=COLUMN; words are numbered by lgd fit alone"),
                        (["fit", f"{DATA}/heart_scale"], "a target and one more are needed; hint: no CSV? --format"),
                        (["info", f"{DATA}/heart_scale"], "hint: no CSV? --format"),
                        (["convert", data, "d.npy"], "--force replaces it"), (["fit", "absent.npy", "--target=1"], "absent.npy: No such file")):
        refused(words, text, folder, 1)
    assert sorted(os.listdir(folder)) == ["d.npy", "diabetes.csv", "none.npy", "t.svm", "w.csv"]


# ---- what is refused


def cli_words_that_are_wrong_refused_with_the_nearest(folder):
    data = diabetes(folder)
    for words, text in ((["fit", data, "--bacth-size=3"], "unknown option --bacth-size; did you mean --batch-size?   (lgd fit --help)"),
                        (["fit", data, "--loss=logstic"], "unknown loss logstic; did you mean logistic?"),
                        (["fit", data, "--loss=x"], "unknown loss x   (lgd fit --help)"),
                        (["ft", data], "unknown command ft; did you mean fit?   (lgd --help)"),
                        (["--verson"], "unknown option --verson"), (["fit"], "a file is needed"),
                        (["fit", data, "more"], '"more" is one file too many'), (["fit", data, "-z"], "unknown option -z"),
                        (["fit", data, "-o"], "-o needs a value"), (["fit", data, "--force=1"], "--force takes no value"),
                        (["fit", data, "--l2=-1"], '--l2 is "-1", a number at least 0 is accepted'),
                        (["fit", data, "--l2=0x1"], '--l2 is "0x1"'), (["fit", data, "--l2=1e999"], '--l2 is "1e999"'),
                        (["fit", data, "--tol=nan"], '--tol is "nan"'), (["fit", data, "--steps=0"], '--steps is "0"'),
                        (["fit", data, "--batch-size=few"], '--batch-size is "few"'),
                        (["fit", data, "--solver=best"], '--solver is "best", auto, qr, svd, reduction or stream is accepted'),
                        (["fit", data, "--missing=no"], '--missing is "no", refuse, drop or mean is accepted'),
                        (["fit", data, "--header=maybe"], '--header is "maybe", auto, yes or no is accepted'),
                        (["fit", data, "--solver=qr", "--steps=3"], "--solver=qr takes no steps"),
                        (["fit", data, "--solver=qr", "--l1=1"], "--l1 has no direct solution"),
                        (["fit", data, "--solver=qr", "--loss=logistic"], "--solver is for least squares"),
                        (["fit", data, "--standardize", "--no-intercept"], "--no-intercept forbids"),
                        (["fit", data, "--estimator=saga"], "--batch-size is needed"),
                        (["fit", data, "--order=blocks"], "--order is of rows in batches: --batch-size is needed"),
                        (["fit", data, "--batch-size=2", "--order=sorted"], '--order is "sorted"'),
                        (["fit", data, "--schedule=cosine", "--steps=3"], "--epochs is needed"),
                        (["fit", data, "--loss=hubert:delta=1"], "unknown loss hubert; did you mean huber?"),
                        (["fit", data, "--loss=huber:delta=-1"], "huber: delta is -1, a finite number > 0 is accepted"),
                        (["fit", data, "--loss=huber:tau=1"], "the parameter of huber is delta"),
                        (["fit", data, "--loss=quantile:tau=x"], 'quantile: tau is "x", a number is accepted'),
                        (["fit", data, "--loss=poisson:mean=3"], "poisson has no parameter"),
                        (["fit", data, "--class-weight=balanced"], "--class-weight is about classes, the loss is half_squared"),
                        (["fit", data, "--class-weight=even"], '--class-weight is "even", balanced is accepted'),
                        (["fit", data, "--validate=1"], '--validate is "1", a share of the rows below 1 is accepted'),
                        (["fit", data, "--validate=0"], '--validate is "0", a number above 0 is accepted'),
                        (["fit", data, "--patience=3"], "--patience is about the rows that --validate=X sets aside"),
                        (["fit", data, "--folds=1"], '--folds is "1", a number from 2'),
                        (["fit", data, "--folds=3", "--validate=0.5"], "one of them is accepted"),
                        (["fit", data, "--optimizer=sgdd"], 'method is "sgdd", did you mean "sgd"?'),
                        (["fit", data, "--optimizer=lbfgsb", "--l1=1"], "lbfgsb: penalty is l1"),
                        (["fit", data, "--batch-size=1000"], "batch_size is 1000, at most the 442 rows"),
                        (["info", "x"], '"x" is no list, losses or optimizers is accepted, nor a file')):
        refused(words, text, folder, 2)


def cli_tables_that_are_wrong_refused_by_line_and_cell(folder):
    for name, text, words, said in (
            ("word.csv", "a,b,y\n1,2,3\n4,x,6\n", [], 'word.csv:3:2: "x" is not a number (column "b"); hint: a text column? --ignore=COLUMN'),
            ("hole.csv", "a,b,y\n1,2,3\n4,,6\n5,6,1\n", [], 'hole.csv:3:2: the cell is missing (column "b"); hint: --missing=drop'),
            ("comma.csv", "a;y\n1,5;2\n2,5;3\n3;5\n", [], 'comma.csv:2:1: "1,5" is not a number (column "a"); hint: decimal commas? --decimal-comma'),
            ("label.csv", "x,y\n1,a\n2,b\n", [], "hint: two labels? --loss=logistic"),
            ("three.csv", "x,y\n1,a\n2,b\n3,c\n", ["--loss=logistic"], 'the target "y" has 3 labels'),
            ("many.csv", "x,y\n1,a\n2,b\n3,c\n", [], "several? --loss=softmax"),
            ("three.csv", "x,y\n1,a\n2,b\n3,c\n", ["--loss=hinge"], "hint: several? --loss=softmax"),
            ("numbers.csv", "x,y\n1,0\n2,1\n3,2\n", ["--loss=logistic"], "numbers.csv:4:2: the target is 2 beside 0 and 1, two labels are accepted"),
            ("alone.csv", "x,y\n1,a\n2,a\n3,a\n", ["--loss=softmax"], 'alone.csv: the target "y" is "a" in each row, two classes at least are needed'),
            ("count.csv", "x,y\n1,2\n2,-1\n3,2\n", ["--loss=poisson"], 'count.csv: the target "y" of row 2 is -1, '),
            ("time.csv", "x,y\n1,2\n2,0\n3,2\n", ["--loss=gamma"], 'time.csv: the target "y" of row 2 is 0, a number > 0 is accepted'),
            ("fold.csv", "x,y\n1,2\n2,1\n3,2\n", ["--folds=4"], "fold.csv: --folds is 4, at most the 3 rows there are is accepted"),
            ("few.csv", "x,y\n1,a\n2,a\n3,a\n4,b\n", ["--folds=2", "--loss=softmax"], 'class "b" has 1 row, at least 2 are needed for --folds'),
            ("few.csv", "x,y\n1,a\n2,a\n3,a\n4,b\n", ["--validate=0.5", "--loss=logistic"], 'class "b" has 1 row, at least 2 are needed for --validate'),
            ("fold.csv", "x,y\n1,2\n2,1\n3,2\n", ["--validate=0.1"], "--validate is 0.1, which leaves a part of the 3 rows without one"),
            ("none.csv", "x,w,y\n1,0,2\n2,0,3\n3,0,5\n", ["--weights=w"], "weight of all 3 rows is 0, at least one positive is accepted"),
            ("mixed.csv", "1,b\n2,3\n", [], "--header=yes or --header=no"),
            ("first.csv", "made by hand\na,y\n1,2\n", [], "first.csv:1"),
            ("empty.csv", "", [], "empty.csv: the file is empty"), ("head.csv", "a,y\n", [], "head.csv: there is no row beside the header"),
            ("one.csv", "a,y\n1,2\n", [], "one.csv: there is one row, at least 2 are needed"),
            ("short.csv", "a,b,y\n1,2,3\n4,5\n", [], "short.csv:3: 2 cells are found, 3 are expected"),
            ("t.csv", "price,y\n1,2\n2,3\n4,5\n", ["--target=prize"], 'target is "prize", there is no such column; did you mean "price"?'),
            ("t.csv", "price,y\n1,2\n2,3\n4,5\n", ["--ignore=prize"], 'ignore is "prize", there is no such column; did you mean "price"?'),
            ("t.csv", "price,y\n1,2\n2,3\n4,5\n", ["--weights=prize"], 'the weights are "prize", there is no such column; did you mean "price"?'),
            ("t.csv", "price,y\n1,2\n2,3\n4,5\n", ["--weights=y"], 'the weights are "y", which is the target'),
            ("t.csv", "price,y\n1,2\n2,3\n4,5\n", ["--weights=price"], "no column beside the target and the weights"),
            ("w.csv", "a,w,y\n1,1,2\n2,-1,3\n3,1,5\n", ["--weights=w"], "w.csv: the weight in row 2 is -1"),
            ("same.csv", "a,b,a,y\n1,2,3,1\n4,2,6,2\n1,1,2,3\n2,3,5,4\n", ["-o", "m.json"], 'two columns of the model are "a"'),
            ("latin.csv", b"\xe9,y\n1,2\n2,5\n3,1\n", ["-o", "m.json"], "is not UTF-8")):
        write(folder, name, text)
        refused(["fit", name, *words], said, folder, 1)
    refused(["fit", "absent.csv"], "absent.csv: No such file or directory", folder, 1)
    refused(["fit", folder], "this is a directory", folder, 1)
    refused(["fit", "-"], "a file is needed", folder, 1)
    result = fits("hole.csv", "-q", "--missing=drop", folder=folder)
    assert "2 rows" in result.stdout
    assert "3 rows" in fits("comma.csv", "-q", "--decimal-comma", folder=folder).stdout


def cli_ends_by_status(folder):
    data = diabetes(folder)
    refused(["fit", data, "-q", "--optimizer=sgd:lr=1e9"], "a rate of", folder, 3)
    few = ["-q", "--optimizer=sgd:lr=0.1", "--steps=3"]
    result = fits(data, *few, folder=folder)
    assert result.stderr == "lgd: not converged: step limit reached, |g| is 111; hint: more --steps\n", result.stderr
    assert "sgd:lr=0.1 on the reduction: 3 steps, step limit reached" in result.stdout
    assert "standard error" not in result.stdout
    assert fits(data, *few, "--strict", folder=folder, status=4).stdout == result.stdout
    assert fits(data, "-q", "--strict", "--solver=stream", folder=folder).stderr == ""


# ---- files


def cli_model_there_already_kept_unless_forced(folder):
    data = diabetes(folder)
    write(folder, "m.json", "mine")
    refused(["fit", data, "-o", "m.json"], "m.json: is there already; --force replaces it", folder, 1)
    with open(f"{folder}/m.json") as file:
        assert file.read() == "mine"
    fits(data, "-q", "-o", "m.json", "--force", folder=folder)
    assert model(folder)["target"] == "progression"
    refused(["predict", "m.json", data, "-o", "m.json"], "--force replaces it", folder, 1)
    refused(["fit", data, "-o", folder], "is a folder", folder, 1)
    assert sorted(os.listdir(folder)) == ["diabetes.csv", "m.json"]


def cli_stdout_the_model_alone_or_a_line_for_each_name(folder):
    write(folder, "two.csv", '"a\nb","y\nz"\n1,2\n2,4\n3,5\n')
    result = fits("two.csv", "-q", "-o", "-", folder=folder)
    assert [column["name"] for column in json.loads(result.stdout)["columns"]] == ["a\nb"], result.stdout
    assert result.stderr == fits("two.csv", "-q", folder=folder).stdout
    assert 'target "y?z", loss' in result.stderr and re.search(r"^  a\?b +1.5 ", result.stderr, re.M), result.stderr
    assert ", 1 degree of freedom, " in result.stderr


def cli_disk_full_said_and_ended(folder):
    data = diabetes(folder)
    result = run("fit", data, "-q", "-o", "/dev/full", folder=folder)
    assert result.returncode == 1 and result.stderr == "lgd: /dev/full: No space left on device\n", result.stderr
    for path, said in (("none/m.json", "none/m.json: No such file"), ("", '"": No such file'), (f"{data}/m.json", "Not a directory")):
        refused(["fit", data, "-q", "-o", path], said, folder, 1)
    fits(data, "-q", "-o", "m.json", folder=folder)
    for words in (["fit", data, "-q"], ["predict", "m.json", data], ["info"], ["--help"], ["--version"], ["fit", "--help"]):
        with open("/dev/full", "w") as full:
            result = subprocess.run([PROGRAM, *words], cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        assert result.returncode == 1 and result.stderr == "lgd: standard output: No space left on device\n", (words, result.stderr)


def cli_order_of_batches_said_and_taken(folder):
    data, seen = diabetes(folder), set()
    for word, said in (("shuffle", "shuffled"), ("sequential", "sequential"), ("replacement", "with replacement"),
                       ("blocks", "in blocks of 64 rows, seed"), ("interleaved", "in blocks of 64 rows, eight in step"),
                       ("window", "in blocks of 64 rows, shuffled within ")):
        result = fits(data, "-v", "--batch-size=8", f"--order={word}", "--optimizer=sgd:lr=1e-9", "--epochs=2", folder=folder)
        assert f"batches of 8 of 442 rows, {said}" in " ".join((result.stdout + result.stderr).split()), (word, result.stdout, result.stderr)
        seen.add(result.stdout)
    assert len(seen) == 6


def cli_progress_on_a_terminal_alone(folder):
    data = diabetes(folder)
    words = ["fit", data, "--batch-size=8", "--epochs=20", "--optimizer=adam"]
    ours, theirs = pty.openpty()
    process = subprocess.run([PROGRAM, *words], cwd=folder, stdout=subprocess.PIPE, stderr=theirs, timeout=60,
                             env=dict(os.environ, TERM="xterm"))
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 4096):
            seen += piece
    except OSError: # the end, as Linux tells it
        pass
    os.close(ours)
    assert process.returncode == 0 and b"adam" in seen and b"\r" in seen and b"[" in seen, seen
    assert b"\r" not in process.stdout and b"\033" not in process.stdout
    piped = fits(*words[1:], folder=folder)
    assert "\r" not in piped.stderr and "\033" not in piped.stderr and "%" not in piped.stderr
    assert piped.stdout == process.stdout.decode()


def cli_delimiter_of_any_kind(folder):
    rows = [(i % 7, i * i % 11, 2 * (i % 7) - i * i % 11 + 1) for i in range(30)]
    for name, mark, between in ("blank.txt", "blank", " "), ("bar.txt", "|", "|"), ("tab.txt", "tab", "\t"):
        write(folder, name, "".join(between.join(f"{x:.18e}" for x in row) + "\n" for row in rows)) # as numpy.savetxt does
        result = fits(name, "--delimiter", mark, "-q", "-o", "m.json", "--force", folder=folder)
        assert result.stdout and [round(x, 9) for x in coefficients(model(folder))] == [2, -1, 1], coefficients(model(folder))
        found = run("predict", "m.json", name, "--delimiter", mark, "-q", folder=folder)
        assert [round(float(z)) for z in found.stdout.split()] == [row[2] for row in rows], found.stderr
    refused(["fit", "bar.txt", "--delimiter=||"], '--delimiter is "||", one character, tab or blank is accepted', folder, 2)
    refused(["fit", "bar.txt", "--delimiter=1"], "--delimiter is the character 49, a tab, a blank or a mark", folder, 1)
    refused(["fit", f"{DATA}/heart_scale", "--format=libsvm", "--delimiter=tab"], "--delimiter, --missing, --missing-text and", folder, 2)


# ---- help


def cli_info_names_the_library_and_what_it_knows(folder):
    result = run("info", folder=folder, environment={"LGD_NUM_THREADS": "3"})
    assert result.returncode == 0 and "BLAS" in result.stdout and "LAPACK" in result.stdout, result.stdout
    assert "LGD_NUM_THREADS is 3" in result.stdout
    losses = run("info", "losses", folder=folder).stdout
    assert losses in result.stdout and run("info", "optimizers", folder=folder).stdout in result.stdout
    lines = re.findall(r"^  ([a-z_]+)(:[a-z]+=[0-9.]+)? {2,}\S.*$", losses, re.M) # each with a word about it
    assert len(lines) == len(losses.splitlines()) == 15 and ("huber", ":delta=1.35") in lines and ("quantile", ":tau=0.5") in lines, losses
    for name in ("half_squared", "squared_hinge", "logistic", "sgd", "adam", "lbfgs", "newton"):
        assert re.search(rf"^  {name}[ :]", result.stdout, re.M), name
    assert re.fullmatch(r"lgd \d+\.\d+\.\d+\n", run("--version", folder=folder).stdout)


def cli_help_every_option_named(folder):
    text = run("fit", "--help", folder=folder).stdout
    for name in ("target", "loss", "l1", "l2", "intercept", "no-intercept", "standardize", "solver", "optimizer", "steps", "epochs",
                 "batch-size", "order", "tol", "seed", "threads", "weights", "weights-file", "stream", "format", "ignore", "delimiter", "class-weight", "validate", "patience", "folds",
                 "diagnose", "verbose", "out", "force", "quiet", "strict"):
        assert f"--{name}" in text, name
    assert max(len(line) for line in (text + run("predict", "--help", folder=folder).stdout + run("convert", "--help", folder=folder).stdout).split("\n")) <= 120
    assert "lgd predict MODEL DATA" in run("--help", folder=folder).stdout
    result = run(folder=folder)
    assert result.returncode == 2 and result.stdout == "" and "usage: lgd COMMAND" in result.stderr


def cli_manual_page_has_every_option(folder):
    page = os.path.join(folder, "lgd.1")
    subprocess.run([sys.executable, f"{ROOT}/docs/man/command.py", PROGRAM, page, "0"], check=True)
    with open(page) as file:
        text = file.read()
    for command in ("fit", "predict", "convert", "info"):
        for option in re.findall(r"--[a-z0-9-]+", run(command, "--help", folder=folder).stdout):
            assert option.replace("-", "\\-") in text, option
    assert ".SH EXIT STATUS" in text and "squared_hinge" in text


def cli_readme_commands_print_what_it_shows(folder):
    with open(f"{ROOT}/README.md", encoding="utf-8") as file:
        blocks = re.findall(r"^```(\w+)\n(.*?)^```$", file.read(), re.M | re.S)
    place, = [i for i, (language, text) in enumerate(blocks) if language == "sh" and text.startswith("lgd fit ")]
    language, expected = blocks[place + 1]
    assert language == "console"
    os.symlink(f"{ROOT}/bench", f"{folder}/bench")
    result = subprocess.run(["sh", "-e", "-c", blocks[place][1]], cwd=folder, capture_output=True, text=True, timeout=60,
                            env=dict(os.environ, PATH=f"{os.path.dirname(PROGRAM)}:{os.environ['PATH']}"))
    assert result.returncode == 0, result.stderr
    assert shown(result.stdout) == shown(expected), result.stdout


tap.run(globals(), "cli_")
