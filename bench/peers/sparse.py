#!/usr/bin/env python3
"""Descent on sparse rows, one at a time: libgd beside scikit-learn's SGDClassifier, on one thread, in one run.

    bench/peers/sparse.py [--rows M] [--cols N] [--rate LR] [--rounds N] [--seed N] [--tsv FILE]

Logistic regression, 100,000 x 50,000 with some 72 numbers a row, as in logistic.py; mean log-loss + 1e-6/2 |w|^2, without an intercept,
from 0 at a constant rate. libgd visits the rows in blocks of 50 and in a full permutation, SGDClassifier in its own shuffle, each
epoch anew. Before anything is timed both make an epoch in order of storage and must come to the same weights within 1e-10, and 20
epochs in their own orders to the same objective, as NumPy computes it, within 0.1 %. Then rounds of 4 epochs of each, in random order;
shown are medians of the time of an epoch, and the ratios within rounds with their quartiles. SGDClassifier's times are of fit(), which
looks at all data once before the first epoch; libgd's end with the last epoch, before it evaluates all rows. The library is the one
that LGD_LIBRARY names, else that of build/release; examples/lgd.py calls it. Exit: 0 all is well, 1 a value is wrong, 2 usage, 3
something is missing.
"""
import argparse
import random
import statistics
import sys
import time

import peers

ORDERS = {"blocks": "blocks of 50 rows", "shuffle": "permutation"}
L2, SAME, NEAR, LONG, TIMED = 1e-6, 1e-10, 1e-3, 20, 4
PEER = "scikit-learn SGDClassifier"


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100000, help="rows of the data (100000)")
    parser.add_argument("--cols", type=int, default=50000, help="columns (50000)")
    parser.add_argument("--rate", type=float, default=0.1, help="LR (0.1)")
    parser.add_argument("--rounds", type=int, default=11, help="timings of each (11)")
    parser.add_argument("--seed", type=int, default=7, help="of the data and of the order within rounds (7)")
    peers.add_tsv(parser)
    words = parser.parse_args()
    if words.rows < 64 or words.cols < 64 or words.rounds < 2 or words.seed < 0 or not words.rate > 0:
        parser.error("--rows and --cols are numbers from 64, --rounds from 2, --seed from 0, --rate is above 0")
    return words


class Lgd:
    def __init__(self, problem, order):
        self.name, self.order, self.rate = f"libgd, {ORDERS.get(order, order)}", order, problem.rate
        self.f = lgd.Glm(lgd.Matrix.csr(problem.X), problem.y, "logistic", l2=L2)

    def run(self, epochs):
        """Weights, and seconds of an epoch."""
        w, ends, begun = np.zeros(self.f.dim), [], time.perf_counter()
        lgd.minimize(self.f, lgd.Optimizer(f"sgd:lr={self.rate}"), w, batch_size=1, order=self.order, block_rows=50 * (self.order == "blocks"),
                     max_epochs=epochs, grad_tol=0.0, threads=1, callback=lambda _: ends.append(time.perf_counter()))
        return w, (ends[-1] - begun) / epochs


class Classifier:
    def __init__(self, problem, shuffle=True):
        self.name, self.problem, self.shuffle = PEER, problem, shuffle

    def run(self, epochs):
        fit = sklearn.linear_model.SGDClassifier(loss="log_loss", penalty="l2", alpha=L2, fit_intercept=False, max_iter=epochs, tol=None,
                                                 learning_rate="constant", eta0=self.problem.rate, shuffle=self.shuffle, random_state=1)
        begun = time.perf_counter()
        w = fit.fit(self.problem.X, self.problem.y).coef_[0]
        return w, (time.perf_counter() - begun) / epochs


class Problem:
    def __init__(self, words):
        draw = np.random.default_rng(words.seed)
        self.X = peers.sparse_rows(draw, words.rows, words.cols)
        self.y = peers.labels(draw, self.X)
        self.rate = words.rate

    def value(self, w):
        z = self.X @ w
        return (np.logaddexp(0, z) - self.y * z).mean() + L2 / 2 * w @ w


def compare(problem, ours, theirs):
    (mine, _), (other, _) = Lgd(problem, "sequential").run(1), Classifier(problem, shuffle=False).run(1)
    off = abs(mine - other).max() / abs(other).max()
    print(f"an epoch in order of storage: weights off by {off:.1e}")
    if not off <= SAME:
        sys.exit(f"sparse.py: that is not within {SAME:.0e}, nothing is timed")
    expected = problem.value(theirs.run(LONG)[0])
    for one in ours:
        off = abs(problem.value(one.run(LONG)[0]) / expected - 1)
        print(f"{one.name}, {LONG} epochs: objective off by {off:.1e} of {expected:.6g}")
        if not off <= NEAR:
            sys.exit(f"sparse.py: that is not within {NEAR:.0e}, nothing is timed")


def main(words):
    random.seed(words.seed)
    print(f"{lgd.build_info()}\nscikit-learn {sklearn.__version__}, 1 thread\n")
    results, problem = peers.Results(words.tsv), Problem(words)
    ours, theirs = [Lgd(problem, order) for order in ORDERS], Classifier(problem)
    compare(problem, ours, theirs)
    seconds = {one.name: [] for one in [*ours, theirs]}
    for _ in range(words.rounds):
        for one in random.sample([*ours, theirs], len(seconds)):
            seconds[one.name].append(one.run(TIMED)[1])
    print(f"\nAn epoch of {words.rows} x {words.cols}, {problem.X.nnz} numbers, {words.rounds} rounds")
    for name, times in seconds.items():
        middle = statistics.median(times)
        print(f"  {name:<34} {1e3 * middle:9.2f} ms {1e9 * middle / problem.X.nnz:6.2f} ns a number")
    for one in ours:
        low, middle, high = results.add(
            f"sparse logistic, {words.rows} x {words.cols}", "time of an epoch", ORDERS[one.order], seconds[one.name], PEER, seconds[PEER],
            f"scikit-learn {sklearn.__version__}", f"weights in the same order within {SAME:.0e}, objectives after {LONG} epochs within {NEAR:.1%}", 1)
        print(f"  {PEER} takes {middle:.2f} ({low:.2f} .. {high:.2f}) times as long as {one.name}")


words = parse()
np, sklearn, lgd = peers.load_sklearn()
main(words)
