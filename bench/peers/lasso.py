#!/usr/bin/env python3
"""A lasso: libgd's methods beside sklearn.linear_model.Lasso, on one thread, in double precision, in the same run.

    bench/peers/lasso.py [--rows M] [--cols N] [--rounds N] [--seed N] [--tsv FILE]

Each runs from 0 until a duality gap proves its value to be within 1e-6 of the lowest, and the values are compared with that of
scikit-learn at a gap of 1e-13 before anything is timed. Then rounds of one run of each, in random order; shown are medians, and
the median of the ratios within rounds. The library is the one that LGD_LIBRARY names, else that of build/release, which
bench/run makes; examples/lgd.py calls it. Exit: 0 all is well, 1 a value is wrong, 2 usage, 3 something is missing.
"""
import argparse
import random
import statistics

import peers

NEAR, LOWEST = 1e-6, 1e-13
METHODS = [("sgd", "sgd:lr=auto", {}), ("proximal_gradient",) * 2 + ({},), ("fista",) * 2 + ({},),
           ("saga", "sgd:lr=auto", {"batch_size": 64, "estimator": "saga", "check_every": 5})]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1000, help="rows of the data (1000)")
    parser.add_argument("--cols", type=int, default=200, help="columns (200)")
    parser.add_argument("--rounds", type=int, default=11, help="timings of each (11)")
    parser.add_argument("--seed", type=int, default=7, help="of the data and of the order within rounds (7)")
    peers.add_tsv(parser)
    words = parser.parse_args()
    if words.rows < 1 or words.cols < 1 or words.rounds < 2 or words.seed < 0:
        parser.error("--rows and --cols are numbers from 1, --rounds from 2, --seed from 0")
    return words


class Lgd:
    def __init__(self, name, recipe, options, problem):
        self.name, self.recipe, self.options, self.problem = f"libgd, {name}", recipe, options, problem
        self.f = lgd.Glm(lgd.Matrix(problem.X), problem.y, "half_squared")
        self.penalty = lgd.Penalty.l1(problem.strength)

    def run(self):
        w = np.zeros(self.f.dim)
        report = lgd.minimize(self.f, lgd.Optimizer(self.recipe), w, penalty=self.penalty, gap_tol=NEAR, grad_tol=0.0, max_epochs=20000,
                              threads=1, **self.options)
        return w, report.steps


class Cd:
    """Of a reduction, which it makes anew; its own gap is that of the data."""
    name = "libgd, cd of a reduction"

    def __init__(self, problem):
        self.problem, self.penalty = problem, lgd.Penalty.l1(problem.strength)

    def run(self):
        f = lgd.Glm(lgd.Matrix(self.problem.X), self.problem.y, "half_squared").quadratic()
        w = np.zeros(f.dim)
        return w, lgd.minimize(f, lgd.Optimizer("cd"), w, penalty=self.penalty, gap_tol=NEAR, grad_tol=0.0, threads=1).steps


class Peer:
    """scikit-learn's gap is that of m times the function, its tolerance one for y.y."""
    name = "sklearn.linear_model.Lasso"

    def __init__(self, problem, near):
        self.problem, value = problem, problem.value(np.zeros(problem.X.shape[1]))
        for _ in range(2):  # the gap allowed follows from the value
            tol = near * value * 2 * len(problem.y) / (2 * problem.y @ problem.y)
            self.lasso = sklearn.linear_model.Lasso(alpha=problem.strength, fit_intercept=False, tol=tol, max_iter=100000)
            value = problem.value(self.run()[0])

    def run(self):
        self.lasso.fit(self.problem.X, self.problem.y)
        return self.lasso.coef_, self.lasso.n_iter_


class Problem:
    """Columns of unit variance, each like the one before it; one in ten has a part in y."""

    def __init__(self, rows, cols, seed):
        normal = np.random.default_rng(seed).standard_normal
        self.X = normal((rows, cols))
        for j in range(1, cols):
            self.X[:, j] = 0.8 * self.X[:, j - 1] + 0.6 * self.X[:, j]
        self.y = self.X[:, ::10] @ np.resize([1.0, -0.5], len(range(0, cols, 10))) + 0.5 * normal(rows)
        self.strength = 0.02 * abs(self.X.T @ self.y).max() / rows

    def value(self, w):
        residual = self.X @ w - self.y
        return residual @ residual / (2 * len(self.y)) + self.strength * abs(w).sum()


def main(words):
    random.seed(words.seed)
    problem = Problem(words.rows, words.cols, words.seed)
    print(f"{lgd.build_info()}\nscikit-learn {sklearn.__version__}, 1 thread")
    lowest = problem.value(Peer(problem, LOWEST).run()[0])
    all = [Lgd(*method, problem) for method in METHODS] + [Cd(problem), Peer(problem, NEAR)]
    steps = peers.near_the_lowest(all, lambda w: problem.value(w) / lowest - 1, -LOWEST * 10, NEAR)
    times = peers.times_of(all, words.rounds, lambda one: one.run())
    theirs, results = times[Peer.name], peers.Results(words.tsv)
    print(f"\nA lasso of {words.rows} x {words.cols} to a duality gap of {NEAR:.0e}, {words.rounds} rounds\n\n"
          f"  {'':<26} {'steps':>7} {'ms':>9}   time / scikit-learn's")
    for name, ours in times.items():
        ratio = statistics.median(a / b for a, b in zip(ours, theirs))
        print(f"  {name:<26} {steps[name]:7d} {1e3 * statistics.median(ours):9.2f}   {ratio:.2f}")
        if name != Peer.name:
            results.add(f"lasso, {words.rows} x {words.cols}", f"time to a gap of {NEAR:.0e}", name.removeprefix("libgd, "), ours,
                        "scikit-learn Lasso", theirs, f"scikit-learn {sklearn.__version__}", f"values within {NEAR:.0e} of the lowest")


words = parse()
np, sklearn, lgd = peers.load_sklearn()
main(words)
