#!/usr/bin/env python3
"""Mini-batch descent: libgd beside PyTorch, NumPy and scikit-learn's SGDRegressor, on one thread, in one run.

    bench/peers/epochs.py [--rows M] [--cols N] [--batch B,B...] [--rounds N] [--to-rounds N] [--decades D] [--seed N]
                          [--tsv FILE]

Least squares on rows of N(0, 1), y = X w + 0.1 N(0, 1), every epoch in an order of its own. First the time of an epoch at each size of
a batch, 0 being all rows: libgd by a permutation of the rows and by its orders in blocks, with plain descent and Adam; PyTorch in
double and single precision with both, batches drawn by randperm and index_select; NumPy with plain descent, by take and two
products; SGDRegressor, which steps at each row, where batches are of one row. Before a batch is timed each peer makes up
to 1000 steps in libgd's own permutation, SGDRegressor an epoch in order of storage, and must come to libgd's weights; so must NumPy in
each of libgd's other orders. Where an epoch has more than 2000 steps PyTorch and NumPy make 2000, which count for all.

Then the time to a value 1 % above the lowest, on columns scaled by 10^0 to 10^-D: from 0 at the rate 0.01 in batches of 64, and
0.00015 at single rows for SGDRegressor, by as many epochs as each needs, which is found before it is timed.

Rounds of each, in random order; shown are medians, and the medians of the ratios within rounds with their quartiles. The library is
the one that LGD_LIBRARY names, else that of build/release, which bench/run makes; examples/lgd.py calls it. Exit: 0 all is well, 1 a
number is wrong, 2 usage, 3 something is missing.
"""
import argparse
import ctypes
import random
import statistics
import sys
import time

import peers

ORDERS = {"shuffle": "permutation", "blocks": "blocks", "interleaved": "interleaved blocks"}
RATE, ADAM_RATE, TO, TO_BATCH, TO_RATE, ROW_RATE = 0.005, 0.001, 0.01, 64, 0.01, 0.00015
SAME, SAME_SINGLE = 1e-10, 1e-4
MOST_STEPS, CHECK_STEPS, MOST_EPOCHS = 2000, 1000, 400


def sizes(text):
    return [int(word) for word in text.split(",")]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100000, help="rows of the data (100000)")
    parser.add_argument("--cols", type=int, default=100, help="columns (100)")
    parser.add_argument("--batch", type=sizes, default=[1, 8, 32, 64, 256, 1024, 4096, 0],
                        help="rows of a batch, several by commas, 0 all rows (1,8,32,64,256,1024,4096,0)")
    parser.add_argument("--rounds", type=int, default=7, help="timings of each epoch (7)")
    parser.add_argument("--to-rounds", type=int, default=5, help="of each time to a value; 0 leaves them out (5)")
    parser.add_argument("--decades", type=float, default=0.75, help="D (0.75)")
    parser.add_argument("--seed", type=int, default=7, help="of the data and of all orders (7)")
    peers.add_tsv(parser)
    words = parser.parse_args()
    if words.rows < TO_BATCH or words.cols < 2 or words.rounds < 2 or words.to_rounds == 1 or words.to_rounds < 0 or words.seed < 0:
        parser.error(f"--rows is a number from {TO_BATCH}, --cols and --rounds from 2, --to-rounds 0 or from 2, --seed from 0")
    if not all(0 <= batch <= words.rows for batch in words.batch):
        parser.error("--batch is from 0 to --rows")
    return words


class Problem:
    def __init__(self, words, decades=0.0):
        draw = np.random.default_rng(words.seed)
        self.X = draw.standard_normal((words.rows, words.cols)) * 10 ** (-decades * np.arange(words.cols) / (words.cols - 1))
        self.y = self.X @ draw.standard_normal(words.cols) + 0.1 * draw.standard_normal(words.rows)
        self.lowest = self.value(np.linalg.solve(self.X.T @ self.X, self.X.T @ self.y))

    def value(self, w):
        e = self.X @ w - self.y
        return e @ e / (2 * len(e))

    def above(self, w):
        return self.value(w) / self.lowest - 1


class Way:
    """What it does begins at 0 with begin(); run() takes epochs in orders of its own, by the seconds of one."""

    def __init__(self, problem, batch, method, rate):
        self.problem, self.batch, self.method, self.rate = problem, batch, method, rate
        self.rows = len(problem.y)
        self.begin()

    def weights(self):
        return np.array(self.w, dtype=float)


class Lgd(Way):
    def __init__(self, problem, batch, method, rate, order):
        self.name = f"libgd, {method}" + (f", {ORDERS.get(order, order)}" if batch else "")
        self.order = order
        self.f = lgd.Glm(lgd.Matrix(problem.X), problem.y, "half_squared")
        super().__init__(problem, batch, method, rate)

    def begin(self):
        self.w, self.seed = np.zeros(self.f.dim), 0
        self.optimizer = lgd.Optimizer(f"{self.method.lower()}:lr={self.rate}")

    def run(self, epochs=4, **options):
        """Until the last epoch ends: a run ends by the value over all rows, which no other computes."""
        ends, begun = [], time.perf_counter()
        lgd.minimize(self.f, self.optimizer, self.w, batch_size=self.batch, order=self.order, max_epochs=epochs, grad_tol=0.0,
                     seed=self.seed, threads=1, callback=lambda _: ends.append(time.perf_counter()), **options)
        self.seed += 1
        return (ends[-1] - begun) / epochs if ends else None


class Stepping(Way):
    """A loop of Python over batches."""

    def go(self, index):
        if not self.batch:
            return self.step(None)
        for first in range(0, len(index), self.batch):
            self.step(index[first:first + self.batch])

    def run(self, epochs=None):
        """Without a number one epoch, of which no more than MOST_STEPS are made and count for all."""
        seconds = 0
        for _ in range(epochs or 1):
            begun = time.perf_counter()
            index = self.permutation() if self.batch else [0]
            ordered = time.perf_counter()
            part = index if epochs or not self.batch else index[:MOST_STEPS * self.batch]
            self.go(part)
            seconds += ordered - begun + (time.perf_counter() - ordered) * len(index) / len(part)
        return seconds / (epochs or 1)


class Numpy(Stepping):
    name = "NumPy, SGD"

    def begin(self):
        self.w, self.draw = np.zeros(self.problem.X.shape[1]), np.random.default_rng(1)

    def permutation(self):
        return self.draw.permutation(self.rows)

    def step(self, index):
        X, y = (self.problem.X, self.problem.y) if index is None else (self.problem.X.take(index, axis=0), self.problem.y.take(index))
        self.w -= self.rate / len(y) * (X.T @ (X @ self.w - y))


class Torch(Stepping):
    def __init__(self, problem, batch, method, rate, kind):
        self.name, self.kind = f"PyTorch, {method}, {str(kind).rpartition('.')[2]}", kind
        self.X, self.y = torch.tensor(problem.X, dtype=kind), torch.tensor(problem.y, dtype=kind)
        super().__init__(problem, batch, method, rate)

    def begin(self):
        self.w = torch.zeros(self.X.shape[1], dtype=self.kind, requires_grad=True)
        self.draw = torch.Generator().manual_seed(1)
        self.optimizer = getattr(torch.optim, self.method)([self.w], lr=self.rate)

    def permutation(self):
        return torch.randperm(self.rows, generator=self.draw)

    def step(self, index):
        X, y = (self.X, self.y) if index is None else (self.X.index_select(0, index), self.y.index_select(0, index))
        self.optimizer.zero_grad(set_to_none=True)
        e = X @ self.w - y
        loss = e.dot(e) / (2 * len(e))
        loss.backward()
        self.optimizer.step()

    def weights(self):
        return self.w.detach().double().numpy()


class Regressor(Way):
    """One fit of several epochs, as libgd's is one call: it looks at all data once before the first."""
    name = "scikit-learn SGDRegressor"

    def begin(self):
        self.w = None

    def run(self, epochs=4, shuffle=True):
        fit = sklearn.linear_model.SGDRegressor(penalty=None, fit_intercept=False, learning_rate="constant", eta0=self.rate,
                                                max_iter=epochs, tol=None, shuffle=shuffle, random_state=1)
        begun = time.perf_counter()
        self.w = fit.fit(self.problem.X, self.problem.y).coef_
        return (time.perf_counter() - begun) / epochs


def visited(order, rows, batch):
    """The rows as libgd visits them in its first epoch with seed 0, told by a matrix that notes what it is asked for."""
    seen = []

    def note(_, asked, k, W, ldw, Z, ldz):
        r = asked.contents
        if r.index is None:
            seen.extend(range(r.first, r.first + r.count))
        else:
            seen.extend((ctypes.c_size_t * r.count).from_address(r.index + ctypes.sizeof(ctypes.c_size_t) * r.first))
        np.frombuffer((ctypes.c_double * r.count).from_address(Z))[:] = 0
        return 0
    ops = lgd.lgd_matrix_ops(name=b"noted", forward=lgd._FORWARD(note), adjoint=lgd._FORWARD(lambda *_: 0))
    matrix = lgd.Matrix(np.zeros((rows, 1)))
    matrix._handle = lgd._Handle(lambda out: lgd._C.lgd_matrix_create_sized(out, rows, 1, ctypes.byref(ops), ctypes.sizeof(ops), None),
                                 lgd._C.lgd_matrix_free, ops)
    lgd.minimize(lgd.Glm(matrix, np.zeros(rows), "half_squared"), lgd.Optimizer("sgd"), np.zeros(1), batch_size=batch, order=order,
                 max_epochs=1, grad_tol=0.0, seed=0, threads=1)
    index = np.array(seen[:rows])
    if not (np.sort(index) == np.arange(rows)).all():
        sys.exit(f"epochs.py: order {order} does not visit every row once, nothing is timed")
    return index


def compare(one, order, expected, most):
    off = abs(one.weights() - expected).max() / abs(expected).max()
    print(f"  {one.name}, {ORDERS.get(order, order)}: off by {off:.1e}")
    if not off <= most:
        sys.exit(f"epochs.py: {one.name} in batches of {one.batch}: that is not within {most:.0e}, nothing more is timed")


def same_weights(problem, batch, theirs):
    """Each peer in libgd's permutation, NumPy in each of its orders. A run that ends within an epoch ends by steps."""
    rows, numpy = len(problem.y), next(one for one in theirs if isinstance(one, Numpy))
    print(f"\nWeights in the same order, {name_of(batch)}")
    pairs = [(one, "sequential" if isinstance(one, Regressor) else "shuffle") for one in theirs]
    for one, order in pairs + [(numpy, order) for order in list(ORDERS)[1:] if batch]:
        mine = Lgd(problem, batch, one.method, one.rate, order)
        mine.run(1, max_steps=None if isinstance(one, Regressor) else CHECK_STEPS)
        one.begin()
        if isinstance(one, Regressor):
            one.run(1, shuffle=False)
        else:
            index = visited(order, rows, batch) if order != "shuffle" else lgd.permutation(0, 0, rows).astype(np.intp)
            index = index[:CHECK_STEPS * batch] if batch else index
            one.go(index if isinstance(one, Numpy) else torch.tensor(index))
        compare(one, order, mine.weights(), SAME_SINGLE if one.name.endswith("float32") else SAME)
        one.begin()


def name_of(batch):
    return f"batches of {batch}" if batch else "all rows"


def show(all, seconds, count, record):
    """Times, and of each peer's method the ratios to libgd's ways."""
    for one in all:
        print(f"  {one.name:<34} {1e3 * statistics.median(seconds[one.name]):9.2f} ms{count(one)}")
    for peer in (one for one in all if not isinstance(one, Lgd)):
        for ours in (one for one in all if isinstance(one, Lgd) and one.method == peer.method):
            low, middle, high = record(ours, peer)
            print(f"  {peer.name} takes {middle:.2f} ({low:.2f} .. {high:.2f}) times as long as {ours.name}")


def version(one):
    return f"PyTorch {torch.__version__}" if isinstance(one, Torch) else \
        f"NumPy {np.__version__}" if isinstance(one, Numpy) else f"scikit-learn {sklearn.__version__}"


def race_of_epochs(problem, batch, words, results):
    methods = {"SGD": RATE, "Adam": ADAM_RATE}
    ours = [Lgd(problem, batch, method, rate, order) for method, rate in methods.items() for order in (ORDERS if batch else ["shuffle"])]
    theirs = [Torch(problem, batch, method, rate, kind) for method, rate in methods.items() for kind in (torch.float64, torch.float32)]
    theirs += [Numpy(problem, batch, "SGD", RATE)] + ([Regressor(problem, 1, "SGD", RATE)] if batch == 1 else [])
    same_weights(problem, batch, theirs)
    seconds = {one.name: [] for one in ours + theirs}
    for round in range(words.rounds + 1):  # the first warms up
        for one in random.sample(ours + theirs, len(seconds)):
            took = one.run()
            seconds[one.name] += [took] if round else []
    print(f"\nAn epoch of {words.rows} x {words.cols}, {name_of(batch)}, {words.rounds} rounds")
    show(ours + theirs, seconds, lambda one: "", lambda mine, peer: results.add(
        f"epoch of {mine.method}, {words.rows} x {words.cols}", "time of an epoch", ORDERS[mine.order] if batch else "all rows",
        seconds[mine.name], peer.name, seconds[peer.name], version(peer),
        f"weights in the same order within {SAME_SINGLE if peer.name.endswith('float32') else SAME:.0e}", batch or "all"))


def race_to_value(problem, words, results):
    ours = [Lgd(problem, TO_BATCH, "SGD", TO_RATE, order) for order in ORDERS]
    theirs = [Torch(problem, TO_BATCH, "SGD", TO_RATE, kind) for kind in (torch.float64, torch.float32)]
    theirs += [Numpy(problem, TO_BATCH, "SGD", TO_RATE), Regressor(problem, 1, "SGD", ROW_RATE)]
    print(f"\nEpochs until {TO:.0%} above the lowest value, columns scaled")
    epochs = {}
    for one in ours + theirs:
        epochs[one.name] = needed(one)
        print(f"  {one.name}: {epochs[one.name]}")

    def run(one):
        one.begin()
        one.run(epochs[one.name])
        if not problem.above(one.weights()) <= TO:
            sys.exit(f"epochs.py: {one.name} ends {problem.above(one.weights()):.2%} above the lowest value in a timed run")
    seconds = peers.times_of(ours + theirs, words.to_rounds, run)
    print(f"\nTo {TO:.0%} above the lowest value of {words.rows} x {words.cols}, {words.to_rounds} rounds")
    show(ours + theirs, seconds, lambda one: f" {epochs[one.name]:4d} epochs", lambda mine, peer: results.add(
        f"descent, {words.rows} x {words.cols}, scaled columns", f"time to {TO:.0%}", ORDERS[mine.order], seconds[mine.name], peer.name,
        seconds[peer.name], version(peer), f"values within {TO:.0%}, after {epochs[mine.name]} epochs of libgd and {epochs[peer.name]} of it",
        TO_BATCH))


def needed(one):
    """Epochs until it is there; a run from the beginning takes the same way again."""
    one.begin()
    for epochs in range(1, MOST_EPOCHS):
        if isinstance(one, Stepping):
            one.run(1)
        else:
            one.begin()
            one.run(epochs)
        if one.problem.above(one.weights()) <= TO:
            return epochs
    sys.exit(f"epochs.py: {one.name} is not within {TO:.0%} after {MOST_EPOCHS} epochs, nothing more is timed")


def main(words):
    random.seed(words.seed)
    torch.set_num_threads(1)
    print(f"{lgd.build_info()}\nPyTorch {torch.__version__}, NumPy {np.__version__}, scikit-learn {sklearn.__version__}, 1 thread")
    results, problem = peers.Results(words.tsv), Problem(words)
    for batch in words.batch:
        race_of_epochs(problem, batch, words, results)
    if words.to_rounds:
        race_to_value(Problem(words, words.decades), words, results)


words = parse()
np, torch, lgd = peers.load_torch()
try:
    import sklearn.linear_model
except ImportError as problem:
    peers.missing_package("scikit-learn", "sklearn", problem)
main(words)
