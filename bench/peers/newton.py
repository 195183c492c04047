#!/usr/bin/env python3
"""Dense logistic regression: libgd's newton beside scikit-learn's newton-cholesky, on one thread, in double precision, in one run.

    bench/peers/newton.py [--rows M] [--cols N] [--rounds N] [--seed N] [--tsv FILE]

Columns are scaled by 10^0 to 10^-1.5, and the objective is the sum of the log-losses + |w|^2/2. Each runs from 0 to the first point
whose value is within 1e-9 of the lowest, which Newton's method in NumPy finds: libgd by f_target, scikit-learn by the least max_iter
that comes there. The values are compared before anything is timed. Then rounds of one run of each, in random order, all that is
checked and allocated included; shown are medians, and the median of the ratios within rounds with its quartiles. The library is
the one that LGD_LIBRARY names, else that of build/release, which bench/run makes; examples/lgd.py calls it. Exit: 0 all is well, 1 a
value is wrong, 2 usage, 3 something is missing.
"""
import argparse
import random
import statistics
import warnings

import peers

NEAR = 1e-9


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100000, help="rows of the data (100000)")
    parser.add_argument("--cols", type=int, default=100, help="columns (100)")
    parser.add_argument("--rounds", type=int, default=11, help="timings of each (11)")
    parser.add_argument("--seed", type=int, default=7, help="of the data and of the order within rounds (7)")
    peers.add_tsv(parser)
    words = parser.parse_args()
    if words.rows < 64 or words.cols < 2 or words.rounds < 2 or words.seed < 0:
        parser.error("--rows is a number from 64, --cols and --rounds from 2, --seed from 0")
    return words


class Lgd:
    def __init__(self, name, recipe, problem, **options):
        self.name, self.recipe, self.problem, self.options = f"libgd, {name}", recipe, problem, options

    def run(self):
        problem, rows = self.problem, len(self.problem.y)
        f = lgd.Glm(lgd.Matrix(problem.X), problem.y, "logistic", l2=1 / rows)
        w = np.zeros(f.dim)
        report = lgd.minimize(f, lgd.Optimizer(self.recipe), w, f_target=problem.lowest * (1 + NEAR) / rows, grad_tol=0.0,
                              max_epochs=1000, threads=1, **self.options)
        return w, report.steps


class Peer:
    name = "sklearn, newton-cholesky"

    def __init__(self, problem):
        self.problem = problem
        for self.steps in range(1, 100):
            if problem.above(self.run()[0]) <= NEAR:
                break

    def run(self):
        fit = sklearn.linear_model.LogisticRegression(solver="newton-cholesky", C=1.0, fit_intercept=False, tol=1e-14,
                                                      max_iter=self.steps)
        fit.fit(self.problem.X, self.problem.y)
        return fit.coef_[0], self.steps


class Problem:
    def __init__(self, rows, cols, seed):
        draw = np.random.default_rng(seed)
        self.X = draw.standard_normal((rows, cols)) * 10 ** (-1.5 * np.arange(cols) / (cols - 1))
        z = self.X @ (3 * draw.standard_normal(cols))
        self.y = (draw.random(rows) < 1 / (1 + np.exp(-z))).astype(float)
        self.lowest = self.value(self.minimum())

    def value(self, w):
        z = self.X @ w
        return (np.logaddexp(0, z) - self.y * z).sum() + w @ w / 2

    def above(self, w):
        return self.value(w) / self.lowest - 1

    def minimum(self):
        w = np.zeros(self.X.shape[1])
        for _ in range(50):
            p = 1 / (1 + np.exp(-self.X @ w))
            H = self.X.T @ (self.X * (p * (1 - p))[:, None]) + np.eye(len(w))
            step = np.linalg.solve(H, self.X.T @ (p - self.y) + w)
            while self.value(w - step) > self.value(w) * (1 + 1e-15):
                step /= 2
            w -= step
            if abs(step).max() <= 1e-12 * abs(w).max():
                break
        return w


def main(words):
    random.seed(words.seed)
    warnings.simplefilter("ignore")  # that max_iter was reached
    problem = Problem(words.rows, words.cols, words.seed)
    sample = words.rows // 32
    print(f"{lgd.build_info()}\nscikit-learn {sklearn.__version__}, 1 thread")
    all = [Lgd("newton", "newton", problem), Lgd("newton from 1/32 of the rows", "newton", problem, start_rows=sample),
           Lgd("newton:reuse=3 from 1/32 of the rows", "newton:reuse=3", problem, start_rows=sample), Peer(problem)]
    steps = peers.near_the_lowest(all, problem.above, -1e-13, NEAR)
    times = peers.times_of(all, words.rounds, lambda one: one.run())
    theirs, results = times[Peer.name], peers.Results(words.tsv)
    print(f"\nLogistic regression of {words.rows} x {words.cols} to {NEAR:.0e} above the lowest value, {words.rounds} rounds\n\n"
          f"  {'':<40} {'steps':>5} {'ms':>9}   scikit-learn's time / its own")
    for name, ours in times.items():
        low, middle, high = statistics.quantiles([b / a for a, b in zip(ours, theirs)], n=4)
        print(f"  {name:<40} {steps[name]:5d} {1e3 * statistics.median(ours):9.2f}   {middle:.2f} ({low:.2f} .. {high:.2f})")
        if name != Peer.name:
            results.add(f"logistic regression, {words.rows} x {words.cols}", f"time to {NEAR:.0e}", name.removeprefix("libgd, "), ours,
                        "scikit-learn newton-cholesky", theirs, f"scikit-learn {sklearn.__version__}",
                        f"values within {NEAR:.0e} of the lowest")


words = parse()
np, sklearn, lgd = peers.load_sklearn()
main(words)
