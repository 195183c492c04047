#!/usr/bin/env python3
"""Ridge regression: libgd beside scikit-learn's Ridge and RidgeCV, on one thread, in double precision, in one run.

    bench/peers/ridge.py [--rows M] [--cols N] [--strengths K] [--rounds N] [--seed N] [--tsv FILE]

One strength, with an intercept: lgd_least_squares_solve by the reduction, as it comes out and with its corrections, which are passes more;
lgd_ridge_path; and Ridge with the solvers auto and cholesky. Then K strengths with the leave-one-out error of each: lgd_ridge_path
and RidgeCV, over a fifth of the rounds. Weights, errors and the best strength are compared before anything is timed, with those of a
singular value decomposition by NumPy, to 1e-10. Rounds of one run of each, in random order, all that is checked and allocated
included; shown are medians, and the median of the ratios within rounds with its quartiles. The library is the one that LGD_LIBRARY
names, else that of build/release, which bench/run makes; examples/lgd.py calls it. Exit: 0 all is well, 1 a number is wrong, 2 usage,
3 something is missing.
"""
import argparse
import ctypes
import random
import statistics
import sys

import peers

NEAR, STRENGTH = 1e-10, 1e-3
REDUCTION = 3  # LGD_SOLVER_REDUCTION


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100000, help="rows of the data (100000)")
    parser.add_argument("--cols", type=int, default=100, help="columns (100)")
    parser.add_argument("--strengths", type=int, default=25, help="of the path, from 1e-6 to 1 (25)")
    parser.add_argument("--rounds", type=int, default=21, help="timings of each (21)")
    parser.add_argument("--seed", type=int, default=7, help="of the data and of the order within rounds (7)")
    peers.add_tsv(parser)
    words = parser.parse_args()
    if words.rows < 64 or min(words.cols, words.strengths, words.rounds) < 2 or words.seed < 0:
        parser.error("--rows is a number from 64, --cols, --strengths and --rounds from 2, --seed from 0")
    return words


def model(problem, l2=0.0):
    return lgd.Glm(lgd.Matrix(problem.X), problem.y, "half_squared", intercept=True, l2=l2)


class BySolve:
    """Without a report, which the Python interface asks for, and for which residuals are summed."""

    def __init__(self, name, problem, plain):
        self.name, self.problem = name, problem
        self.options = lgd.lgd_least_squares_options(solver=REDUCTION, plain=plain)

    def run(self):
        f = model(self.problem, STRENGTH)
        w = np.empty(f.dim)
        lgd._check(lgd._C.lgd_least_squares_solve_sized(f.handle, w.ctypes.data, ctypes.byref(self.options),
                                                        ctypes.sizeof(self.options), None, 0))
        return w


class ByPath:
    def __init__(self, name, problem, strengths, errors):
        self.name, self.problem, self.strengths, self.errors = name, problem, np.array(strengths), errors

    def run(self):
        path = model(self.problem).ridge_path(self.strengths, self.errors)
        return (path.W[path.best], path.error, path.best) if self.errors else path.W[0]


class ByRidge:
    def __init__(self, problem, solver):
        self.name, self.problem, self.solver = f"sklearn, Ridge({solver})", problem, solver

    def run(self):
        alpha = STRENGTH * len(self.problem.y)  # that of a sum
        fit = sklearn.linear_model.Ridge(alpha=alpha, solver=self.solver).fit(self.problem.X, self.problem.y)
        return np.append(fit.coef_, fit.intercept_)


class ByRidgeCV:
    name = "sklearn, RidgeCV"

    def __init__(self, problem, strengths):
        self.problem, self.alphas = problem, [s * len(problem.y) for s in strengths]

    def run(self):
        fit = sklearn.linear_model.RidgeCV(alphas=self.alphas, store_cv_values=True).fit(self.problem.X, self.problem.y)
        return np.append(fit.coef_, fit.intercept_), fit.cv_values_.mean(axis=0), self.alphas.index(fit.alpha_)


class Problem:
    """Columns of unlike means that correlate, some of which have a part in y."""

    def __init__(self, rows, cols, seed):
        draw = np.random.default_rng(seed)
        self.X = draw.standard_normal((rows, cols))
        for j in range(1, cols):
            self.X[:, j] = 0.5 * self.X[:, j - 1] + self.X[:, j]
        self.X += draw.standard_normal(cols)
        self.y = self.X[:, ::3].sum(axis=1) + 5 * draw.standard_normal(rows) + 3
        self.mean = self.X.mean(axis=0)
        self.U, self.s, self.Vt = np.linalg.svd(self.X - self.mean, full_matrices=False)

    def fit(self, strength):
        """Weights and the leave-one-out error."""
        rows = len(self.y)
        share = self.s**2 / (self.s**2 + rows * strength)
        along = self.U.T @ (self.y - self.y.mean())
        w = self.Vt.T @ (share / self.s * along)
        residual = self.y - self.y.mean() - self.U @ (share * along)
        leverage = 1 / rows + self.U**2 @ share
        return np.append(w, self.y.mean() - self.mean @ w), ((residual / (1 - leverage))**2).mean()


def compare(name, found, expected):
    off = abs(found - expected).max() / abs(expected).max()
    print(f"{name}: off by {off:.1e}")
    if not off <= NEAR:
        sys.exit(f"ridge.py: that is not within {NEAR:.0e}, nothing is timed")


def show(title, quantity, all, ours, rounds, results):
    times = peers.times_of(all, rounds, lambda one: one.run())
    print(f"\n{title}, {rounds} rounds\n\n  {'':<36} {'ms':>9}   " + "   ".join(f"{peer.name} / it" for peer in all[ours:]))
    for one in all:
        ratios = [peers.quartiles_of_ratios(times[peer.name], times[one.name]) for peer in all[ours:]]
        for peer in all[ours:] if one in all[:ours] else []:
            results.add(title, quantity, one.name.removeprefix("libgd, "), times[one.name], peer.name.replace("sklearn,", "scikit-learn"),
                        times[peer.name], f"scikit-learn {sklearn.__version__}", f"weights and errors within {NEAR:.0e}")
        print(f"  {one.name:<36} {1e3 * statistics.median(times[one.name]):9.2f}   "
              + "   ".join(f"{middle:.2f} ({low:.2f} .. {high:.2f})" for low, middle, high in ratios))


def main(words):
    random.seed(words.seed)
    problem = Problem(words.rows, words.cols, words.seed)
    strengths = list(np.geomspace(1e-6, 1, words.strengths))
    print(f"{lgd.build_info()}\nscikit-learn {sklearn.__version__}, 1 thread")
    one = [BySolve("libgd, reduction", problem, True), BySolve("libgd, reduction and corrections", problem, False),
           ByPath("libgd, path of one strength", problem, [STRENGTH], False), ByRidge(problem, "auto"), ByRidge(problem, "cholesky")]
    path = [ByPath("libgd, path with rows left out", problem, strengths, True), ByRidgeCV(problem, strengths)]
    for way in one:
        compare(way.name, way.run(), problem.fit(STRENGTH)[0])
    errors = np.array([problem.fit(strength)[1] for strength in strengths])
    for way in path:
        w, found, best = way.run()
        compare(f"{way.name}, weights", w, problem.fit(strengths[errors.argmin()])[0])
        compare(f"{way.name}, errors", found, errors)
        if best != errors.argmin():
            sys.exit(f"ridge.py: its best strength is the {best}th, not the {errors.argmin()}th, nothing is timed")
    del problem.U
    results = peers.Results(words.tsv)
    size = f"ridge regression, {words.rows} x {words.cols}"
    show(size, "time of a fit", one, 3, words.rounds, results)
    show(f"{size}, {words.strengths} strengths", "time with leave-one-out errors", path, 1, max(words.rounds // 5, 3), results)


words = parse()
np, sklearn, lgd = peers.load_sklearn()
main(words)
