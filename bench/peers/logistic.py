#!/usr/bin/env python3
"""Logistic regression to 1e-6 above its lowest value: libgd beside LIBLINEAR and scikit-learn, on one thread, in one run.

    bench/peers/logistic.py [--problem dense|sparse|wide|all] [--rows M] [--cols N] [--rounds N] [--seed N] [--tsv FILE]

dense   100,000 x 100, columns scaled by 10^0 to 10^-1.5
sparse  100,000 x 50,000, some 72 numbers a row in columns of falling frequency, rows of length 1
wide    2,000 x 20,000, dense, scaled likewise

The objective is the sum of the log-losses + |w|^2/2, without an intercept, in double precision. NumPy and SciPy find the lowest value,
and every point that is timed has the value that they compute for it. libgd runs from 0 to its f_target. LIBLINEAR, called in this
process by train(), ends by its own rule: -s 7 at eps 1 and -s 0 at eps 1e-3, or at the first tenth, hundredth .. of that which comes
there. scikit-learn runs with the least max_iter that comes there. Its times, and libgd's, are of everything from the arrays on;
LIBLINEAR's leave out the conversion to its own. Peers that take more than three times as long as the fastest when they are tried
are not timed again, nor those that take as long and are not there. Then rounds of one run of each, in random order; shown are medians, and the ratios within rounds. The library is the one
that LGD_LIBRARY names, else that of build/release; examples/lgd.py calls it. Exit: 0 all is well, 1 a value is wrong, 2 usage, 3
something is missing.
"""
import argparse
import ctypes
import ctypes.util
import random
import statistics
import time
import warnings

import peers

NEAR = 1e-6
SLOW = 3
SHAPES = {"dense": (100000, 100), "sparse": (100000, 50000), "wide": (2000, 20000)}


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problem", choices=[*SHAPES, "all"], default="all", help="which (all)")
    parser.add_argument("--rows", type=int, help="rows of the data")
    parser.add_argument("--cols", type=int, help="columns")
    parser.add_argument("--rounds", type=int, default=11, help="timings of each (11)")
    parser.add_argument("--seed", type=int, default=7, help="of the data and of the order within rounds (7)")
    peers.add_tsv(parser)
    words = parser.parse_args()
    if any(size is not None and size < 64 for size in (words.rows, words.cols)) or words.rounds < 2 or words.seed < 0:
        parser.error("--rows and --cols are numbers from 64, --rounds from 2, --seed from 0")
    return words


# ---- the problems


class Problem:
    """X, y, and what NumPy and SciPy say of them."""

    def __init__(self, name, words):
        rows, cols = (given or preset for given, preset in zip((words.rows, words.cols), SHAPES[name]))
        draw = np.random.default_rng(words.seed)
        self.name, self.sparse, self.work = name, name == "sparse", f"{name} logistic, {rows} x {cols}"
        self.X = peers.sparse_rows(draw, rows, cols) if self.sparse else self.dense_rows(draw, rows, cols)
        self.y = peers.labels(draw, self.X)
        self.lowest = self.value(self.minimum())

    @staticmethod
    def dense_rows(draw, rows, cols):
        return draw.standard_normal((rows, cols)) * 10 ** (-1.5 * np.arange(cols) / (cols - 1))

    def value(self, w):
        z = self.X @ w
        return (np.logaddexp(0, z) - self.y * z).sum() + w @ w / 2

    def above(self, w):
        return self.value(w) / self.lowest - 1

    def step(self, C, g):
        """(I + X^T C X)^-1 g: as it stands, by the matrix of rows where there are fewer of them, or by conjugate gradients."""
        X = self.X
        if self.sparse:
            product = scipy.sparse.linalg.LinearOperator((len(g), len(g)), lambda v: v + X.T @ (C * (X @ v)))
            return scipy.sparse.linalg.cg(product, g, tol=1e-4)[0]
        if len(C) < len(g):
            return g - X.T @ np.linalg.solve(self.gram() + np.diag(1 / np.maximum(C, 1e-300)), X @ g)
        return np.linalg.solve(X.T @ (X * C[:, None]) + np.eye(len(g)), g)

    def gram(self):
        if not hasattr(self, "products"):
            self.products = self.X @ self.X.T
        return self.products

    def minimum(self):
        """Newton's method, until a step changes the value by rounding alone."""
        w = np.zeros(self.X.shape[1])
        for _ in range(50):
            p = 1 / (1 + np.exp(-(self.X @ w)))
            step, now = self.step(p * (1 - p), self.X.T @ (p - self.y) + w), self.value(w)
            while self.value(w - step) > now * (1 + 1e-15):
                step /= 2
            w -= step
            if now - self.value(w) <= 1e-11 * now:
                return w
        raise SystemExit("logistic.py: no lowest value was found in 50 steps, nothing is timed")


# ---- the ways


class Lgd:
    def __init__(self, recipe, problem, **options):
        self.name, self.recipe, self.problem, self.options = f"libgd, {recipe}", recipe, problem, options
        if options:
            self.name += ", " + ", ".join(f"{key}={value}" for key, value in options.items())

    def run(self):
        problem, rows = self.problem, len(self.problem.y)
        X = lgd.Matrix.csr(problem.X) if problem.sparse else lgd.Matrix(problem.X)
        f = lgd.Glm(X, problem.y, "logistic", l2=1 / rows)
        w = np.zeros(f.dim)
        report = lgd.minimize(f, lgd.Optimizer(self.recipe), w, f_target=problem.lowest * (1 + 0.999 * NEAR) / rows, grad_tol=0.0,
                              max_epochs=10000, threads=1, **self.options)
        return w, report.steps


class Sklearn:
    def __init__(self, solver, problem, most):
        self.name, self.solver, self.problem = f"sklearn, {solver}", solver, problem
        self.version = f"scikit-learn {sklearn.__version__}"
        self.steps, self.seconds = 1, 0
        while self.seconds <= most and problem.above(self.run()[0]) > NEAR:
            self.steps *= 2
        if self.seconds > most:  # in vain, or at last
            return
        low = self.steps // 2 + 1
        while low < self.steps:  # the least that comes there
            middle, most = (low + self.steps) // 2, self.steps
            self.steps = middle
            if problem.above(self.run()[0]) > NEAR:
                low, self.steps = middle + 1, most

    def run(self):
        fit = sklearn.linear_model.LogisticRegression(solver=self.solver, C=1.0, fit_intercept=False, tol=1e-14, max_iter=self.steps,
                                                      random_state=0)
        begun = time.perf_counter()
        fit.fit(self.problem.X, self.problem.y)
        self.seconds = time.perf_counter() - begun
        return fit.coef_[0], self.steps


class Parameter(ctypes.Structure):
    _fields_ = [("solver_type", ctypes.c_int), ("eps", ctypes.c_double), ("C", ctypes.c_double), ("nr_weight", ctypes.c_int),
                ("weight_label", ctypes.c_void_p), ("weight", ctypes.c_void_p), ("p", ctypes.c_double), ("init_sol", ctypes.c_void_p)]


class Model(ctypes.Structure):
    _fields_ = [("param", Parameter), ("nr_class", ctypes.c_int), ("nr_feature", ctypes.c_int), ("w", ctypes.POINTER(ctypes.c_double)),
                ("label", ctypes.POINTER(ctypes.c_int)), ("bias", ctypes.c_double)]


class Rows(ctypes.Structure):
    _fields_ = [("l", ctypes.c_int), ("n", ctypes.c_int), ("y", ctypes.c_void_p), ("x", ctypes.c_void_p), ("bias", ctypes.c_double)]


LIBC = ctypes.CDLL(None)
QUIET = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(lambda text: None)


def load_liblinear():
    name = ctypes.util.find_library("linear")
    if not name:
        peers.missing("LIBLINEAR is needed, and there is none", "apt-get install liblinear4")
    library = ctypes.CDLL(name)
    library.train.restype = ctypes.POINTER(Model)
    library.set_print_string_function(QUIET)
    if ctypes.c_int.in_dll(library, "liblinear_version").value < 220:
        peers.missing("LIBLINEAR is older than 2.20, whose parameters are others", "apt-get install liblinear4")
    return library


class Liblinear:
    """nodes: what LIBLINEAR takes for rows, made once for both."""

    def __init__(self, solver, eps, problem, nodes):
        version = ctypes.c_int.in_dll(liblinear, "liblinear_version").value
        self.problem, self.solver, self.eps, self.nodes = problem, solver, eps, nodes
        self.version = f"LIBLINEAR {version // 100}.{version % 100}"
        while problem.above(self.run()[0]) > NEAR:
            self.eps /= 10
        self.name = f"LIBLINEAR, -s {solver} -e {self.eps:g}"

    def run(self):
        (rows, cols), (_, start) = self.problem.X.shape, self.nodes
        LIBC.srand(1)  # its order of rows is by rand()
        data = Rows(rows, cols, self.problem.y.ctypes.data, start.ctypes.data, -1.0)
        model = liblinear.train(ctypes.byref(data), ctypes.byref(Parameter(self.solver, self.eps, 1.0, 0, None, None, 0.1, None)))
        w = np.ctypeslib.as_array(model.contents.w, (cols,)).copy() * (1 if model.contents.label[0] == 1 else -1)
        liblinear.free_and_destroy_model(ctypes.byref(model))
        return w, self.eps


def nodes_of(problem):
    """Pairs of a column from 1 and a number, -1 behind each row, and where rows begin."""
    X = problem.X if problem.sparse else scipy.sparse.csr_matrix(problem.X)
    rows = X.shape[0]
    nodes = np.zeros(X.nnz + rows, dtype=[("index", "i4"), ("gap", "i4"), ("value", "f8")])
    place = np.arange(X.nnz) + np.repeat(np.arange(rows), np.diff(X.indptr))
    nodes["index"][place], nodes["value"][place] = X.indices + 1, X.data
    nodes["index"][X.indptr[1:] + np.arange(rows)] = -1
    start = nodes.ctypes.data + nodes.itemsize * (X.indptr[:-1].astype(np.uintp) + np.arange(rows, dtype=np.uintp))
    return nodes, start


def ways(problem):
    """The quickest first: beside it ratios are shown."""
    if problem.name == "wide":  # a few pairs of steps tell more than products do
        return [Lgd("lbfgs", problem)]
    newton_cg = Lgd("newton_cg:jacobi=true,forcing=0.3", problem)
    return [newton_cg] if problem.sparse else [Lgd("newton", problem, start_rows=len(problem.y) // 32), newton_cg]


def others(problem):
    """Peers that come there and seconds of a run of each, the fastest kinds first, and what there is to say of those that do not."""
    found, seconds = [], {}
    if problem.name != "dense":
        nodes = nodes_of(problem)
        found += [Liblinear(7, 1.0, problem, nodes), Liblinear(0, 1e-3, problem, nodes)]
        seconds = try_once(found, problem)
    solvers = [] if problem.sparse else ["lbfgs", "newton-cg", "liblinear", "saga"]
    for solver in ["newton-cholesky"] * (problem.name == "dense") + solvers:
        most = SLOW * min(seconds.values(), default=float("inf"))
        one = Sklearn(solver, problem, most)
        if one.seconds > most:
            print(f"{one.name}: more than {SLOW} times as long as the fastest, max_iter {one.steps}")
        else:
            found.append(one)
            seconds |= try_once([one], problem)
    return found, seconds


def try_once(all, problem):
    """Seconds of a run of each, whose value must be near enough."""
    seconds = {}
    for one in all:
        begun = time.perf_counter()
        w, steps = one.run()
        seconds[one.name] = time.perf_counter() - begun
        above = problem.above(w)
        print(f"{one.name}: {above:.1e} above the lowest value")
        if not -1e-10 <= above <= NEAR:
            raise SystemExit(f"logistic.py: that is not within {NEAR:.0e}, nothing is timed")
    return seconds


def compare(problem, words, results):
    ours = ways(problem)
    try_once(ours, problem)
    found, seconds = others(problem)
    timed = [one for one in found if seconds[one.name] <= SLOW * min(seconds.values())]
    times = peers.times_of(ours + timed, words.rounds, lambda one: one.run())
    print(f"\n{problem.work}, to {NEAR:.0e} above the lowest value, {words.rounds} rounds\n\n"
          f"  {'':<44} {'ms':>9}   its time / that of {ours[0].name}")
    for one in ours + found:
        if one.name not in times:
            print(f"  {one.name:<44} {1e3 * seconds[one.name]:9.1f}   tried once")
            continue
        low, middle, high = peers.quartiles_of_ratios(times[one.name], times[ours[0].name])
        print(f"  {one.name:<44} {1e3 * statistics.median(times[one.name]):9.1f}   {middle:.2f} ({low:.2f} .. {high:.2f})")
    for mine in ours:
        for one in timed:
            results.add(problem.work, "time to 1e-6", mine.name.removeprefix("libgd, "), times[mine.name], one.name, times[one.name],
                        one.version, f"values within {NEAR:.0e} of the lowest")
    print(flush=True)


def main(words):
    random.seed(words.seed)
    warnings.simplefilter("ignore")  # that max_iter was reached
    results = peers.Results(words.tsv)
    print(f"{lgd.build_info()}\nscikit-learn {sklearn.__version__}, 1 thread\n")
    for name in SHAPES if words.problem == "all" else [words.problem]:
        compare(Problem(name, words), words, results)


words = parse()
np, sklearn, lgd = peers.load_sklearn()
import scipy.sparse.linalg  # noqa: E402  (once threads are set)
liblinear = load_liblinear()
main(words)
