#!/usr/bin/env python3
"""Paths of the lasso: lgd_lasso_path beside sklearn.linear_model.lasso_path, on one thread, in double precision, in one run.

    bench/peers/path.py [--rows M] [--cols N] [--strengths K] [--rounds N] [--seed N] [--tsv FILE]

K strengths from the largest down to a thousandth of it, of centred data: from the data, the Gram matrix included, which scikit-learn
makes with precompute=True; and from a Gram matrix that is there. Both go on until a duality gap proves every F to be within 1e-6
of the least F of the path, and the values are compared with those at a gap of 1e-12 before anything is timed. Rounds of one run of
each, in random order, all that is checked and allocated included; shown are medians, and the median of the ratios within rounds
with its quartiles. The library is the one that LGD_LIBRARY names, else that of build/release, which bench/run makes;
examples/lgd.py calls it. Exit: 0 all is well, 1 a number is wrong, 2 usage, 3 something is missing.
"""
import argparse
import random
import statistics
import sys

import peers

NEAR, LOWEST, RATIO = 1e-6, 1e-12, 1e-3


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10000, help="rows of the data (10000)")
    parser.add_argument("--cols", type=int, default=100, help="columns (100)")
    parser.add_argument("--strengths", type=int, default=100, help="of the path (100)")
    parser.add_argument("--rounds", type=int, default=11, help="timings of each (11)")
    parser.add_argument("--seed", type=int, default=7, help="of the data and of the order within rounds (7)")
    peers.add_tsv(parser)
    words = parser.parse_args()
    if min(words.rows, words.cols, words.strengths, words.rounds) < 2 or words.seed < 0:
        parser.error("--rows, --cols, --strengths and --rounds are numbers from 2, --seed from 0")
    return words


class Lgd:
    def __init__(self, problem, count, reduced):
        self.name = "libgd, lgd_lasso_path" + (" of a reduction" if reduced else "")
        self.problem, self.count, self.near = problem, count, LOWEST
        self.quadratic = self.model().quadratic() if reduced else None

    def model(self):
        return lgd.Glm(lgd.Matrix(self.problem.X), self.problem.y, "half_squared")

    def run(self):
        path = (self.quadratic or self.model()).lasso_path(count=self.count, ratio=RATIO, gap_tol=self.near, threads=1)
        self.strengths = list(path.strength)
        return path.W


class Peer:
    def __init__(self, problem, strengths, tol, reduced):
        self.name = "sklearn, lasso_path" + (" of a Gram matrix" if reduced else "")
        self.problem, self.strengths, self.tol = problem, strengths, tol
        self.more = {"precompute": problem.X.T @ problem.X, "Xy": problem.X.T @ problem.y} if reduced else {"precompute": True}

    def run(self):
        return sklearn.linear_model.lasso_path(self.problem.X, self.problem.y, alphas=self.strengths, tol=self.tol, max_iter=10**6,
                                               **self.more)[1].T


class Problem:
    """Centred columns that correlate, a tenth of which have a part in y."""

    def __init__(self, rows, cols, seed):
        draw = np.random.default_rng(seed)
        self.X = draw.standard_normal((rows, cols))
        for j in range(1, cols):
            self.X[:, j] = 0.5 * self.X[:, j - 1] + self.X[:, j]
        self.y = self.X[:, ::10].sum(axis=1) + 3 * draw.standard_normal(rows)
        self.X -= self.X.mean(axis=0)
        self.y -= self.y.mean()

    def values(self, W, strengths):
        return np.array([((self.X @ w - self.y)**2).mean() / 2 + s * abs(w).sum() for w, s in zip(W, strengths)])


def show(title, ours, peer, words, results):
    times = peers.times_of([ours, peer], words.rounds, lambda one: one.run())
    ratios = results.add(f"lasso, {title}", f"time to gaps of {NEAR:.0e}", ours.name.removeprefix("libgd, "), times[ours.name],
                         "scikit-learn lasso_path", times[peer.name], f"scikit-learn {sklearn.__version__}",
                         f"values within {NEAR:.0e} of the lowest")
    print(f"\n{title}, {words.rounds} rounds")
    for one in (ours, peer):
        print(f"  {one.name:<40} {1e3 * statistics.median(times[one.name]):9.2f} ms")
    print(f"  scikit-learn takes {ratios[1]:.2f} times as long ({ratios[0]:.2f} .. {ratios[2]:.2f})")


def main(words):
    random.seed(words.seed)
    problem = Problem(words.rows, words.cols, words.seed)
    print(f"{lgd.build_info()}\nscikit-learn {sklearn.__version__}, 1 thread")
    ours = [Lgd(problem, words.strengths, reduced) for reduced in (False, True)]
    lowest = problem.values(ours[0].run(), ours[0].strengths)
    near, strengths = NEAR * lowest.min(), ours[0].strengths
    for one in ours:
        one.near = near / lowest.max()
    tol = near * len(problem.y) / (problem.y @ problem.y)  # that of the sum
    theirs = [Peer(problem, strengths, tol, reduced) for reduced in (False, True)]
    for one in ours + theirs:
        above = (problem.values(one.run(), strengths) - lowest).max()
        print(f"{one.name}: at most {above / lowest.min():.1e} above the lowest values")
        if not -1e-10 * lowest.max() <= above <= near:
            sys.exit(f"path.py: that is not within {NEAR:.0e}, nothing is timed")
    results = peers.Results(words.tsv)
    show(f"{words.strengths} strengths of {words.rows} x {words.cols}", ours[0], theirs[0], words, results)
    show(f"{words.strengths} strengths of a {words.cols} x {words.cols} Gram matrix", ours[1], theirs[1], words, results)


words = parse()
np, sklearn, lgd = peers.load_sklearn()
main(words)
