#!/usr/bin/env python3
"""An epoch of a network by Adam: libgd beside PyTorch, on one thread, in double and in single precision, in one run.

    bench/peers/mlp.py [--rows M] [--cols N] [--hidden H] [--outputs K] [--batch B,B...] [--rounds N] [--cpu] [--seed N] [--tsv FILE]

Rows of N(0, 1) and labels that mean nothing; one hidden layer, ReLU, cross-entropy, Adam at its defaults, batches shuffled anew each
epoch. PyTorch draws them by randperm and index_select, and is shown with Adam as it is and with foreach, of which the better counts.
The floor is what nobody goes without: the bare products of an epoch's batches, five calls of gemm a step, on rows in order, by the
BLAS that libgd runs on. Before anything is timed both go through two epochs in order of storage from the same weights, and the mean
losses of each must be the same. Then rounds of one epoch of each, in random order; shown are medians, and the medians of the ratios
within rounds with their quartiles. The library is the one that LGD_LIBRARY names, else that of build/release, which bench/run makes;
examples/lgd.py calls it. Exit: 0 all is well, 1 a number is wrong, 2 usage, 3 something is missing.
"""
import argparse
import ctypes
import random
import statistics
import sys
import time

import peers

SAME = {"double": 1e-11, "single": 1e-5}


def sizes(text):
    return [int(word) for word in text.split(",")]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20000, help="rows of the data (20000)")
    parser.add_argument("--cols", type=int, default=784, help="columns (784)")
    parser.add_argument("--hidden", type=int, default=256, help="units of the hidden layer (256)")
    parser.add_argument("--outputs", type=int, default=10, help="classes (10)")
    parser.add_argument("--batch", type=sizes, default=[64, 256, 1024], help="rows of a batch, several by commas (64,256,1024)")
    parser.add_argument("--rounds", type=int, default=7, help="timings of each (7)")
    parser.add_argument("--cpu", action="store_true", help="time of the processor, where others use it too, in place of a clock")
    parser.add_argument("--seed", type=int, default=7, help="of the data and of the order within rounds (7)")
    peers.add_tsv(parser)
    words = parser.parse_args()
    if min(words.rows, words.cols, words.hidden, words.outputs, words.rounds) < 2 or words.seed < 0:
        parser.error("--rows, --cols, --hidden, --outputs and --rounds are numbers from 2, --seed from 0")
    if not all(1 <= batch <= words.rows for batch in words.batch):
        parser.error("--batch is from 1 to --rows")
    return words


class Problem:
    def __init__(self, words):
        draw = np.random.default_rng(words.seed)
        self.size = (words.cols, words.hidden, words.outputs)
        self.X = draw.standard_normal((words.rows, words.cols))
        self.y = draw.integers(words.outputs, size=words.rows)
        pairs = list(zip(self.size, self.size[1:]))
        self.layers = [(draw.standard_normal(pair) * (2 / pair[0])**0.5, 0.1 * draw.standard_normal(pair[1])) for pair in pairs]


class Lgd:
    def __init__(self, problem, batch, precision):
        self.name, self.precision, self.batch = f"libgd, {precision}", precision, batch
        self.f = lgd.Mlp(lgd.Matrix(problem.X), problem.y.astype(float), "softmax", hidden=problem.size[1:-1], outputs=problem.size[-1],
                         single=precision == "single")
        self.w = np.concatenate([W.T.ravel() for W, b in problem.layers] + [b for W, b in problem.layers])
        self.adam = lgd.Optimizer("adam")

    def epochs(self, count, order, **options):
        lgd.minimize(self.f, self.adam, self.w, batch_size=self.batch, order=order, max_epochs=count, threads=1, **options)

    def losses(self):
        history = lgd.History()
        self.epochs(2, "sequential", history=history)
        return list(history["running"])

    def run(self):
        """Until the epoch ends: a run ends by the value over all rows, which PyTorch does not compute."""
        ends, begun = [], clock()
        self.epochs(1, "shuffle", callback=lambda _: ends.append(clock()))
        return ends[0] - begun


class Torch:
    def __init__(self, problem, batch, precision, **options):
        self.name, self.precision, self.batch = f"PyTorch, {precision}{', foreach' if options else ''}", precision, batch
        kind = torch.float64 if precision == "double" else torch.float32
        self.X, self.y = torch.tensor(problem.X, dtype=kind), torch.tensor(problem.y)
        layers = []
        for W, b in problem.layers:
            layers += [torch.nn.Linear(*W.shape, dtype=kind), torch.nn.ReLU()]
            with torch.no_grad():
                layers[-2].weight.copy_(torch.tensor(W.T))
                layers[-2].bias.copy_(torch.tensor(b))
        self.net = torch.nn.Sequential(*layers[:-1])
        self.adam = torch.optim.Adam(self.net.parameters(), **options)

    def step(self, X, y):
        self.adam.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(self.net(X), y)
        loss.backward()
        self.adam.step()
        return loss

    def losses(self):
        means = []
        for _ in range(2):
            parts = [(self.step(X, y).item(), len(y)) for X, y in zip(self.X.split(self.batch), self.y.split(self.batch))]
            means.append(sum(loss * count for loss, count in parts) / len(self.y))
        return means

    def run(self):
        begun = clock()
        for index in torch.randperm(len(self.y)).split(self.batch):
            self.step(self.X.index_select(0, index), self.y.index_select(0, index))
        return clock() - begun


class Floor:
    """forward: H = X V and Z = H W; back: the gradients H'Z and X'H of W and V, and Z W' of H."""

    def __init__(self, problem, batch, precision):
        self.name, self.precision = f"bare gemm, {precision}", precision
        kind, number = (np.float64, ctypes.c_double) if precision == "double" else (np.float32, ctypes.c_float)
        self.gemm = lgd._C.cblas_dgemm if precision == "double" else lgd._C.cblas_sgemm
        self.gemm.restype, whole, at = None, ctypes.c_int, ctypes.c_void_p
        self.gemm.argtypes = [whole] * 6 + [number, at, whole, at, whole, number, at, whole]
        n, h, k = problem.size
        self.X, (V, W) = problem.X.astype(kind), (layer[0].astype(kind) for layer in problem.layers)
        H, Z, G = np.ones((batch, h), kind), np.ones((batch, k), kind), np.empty((n + k, h), kind)
        self.kept = V, W, H, Z, G
        v, w, hidden, z, g = (array.ctypes.data for array in self.kept)
        rows, plain, turned, self.calls = 101, 111, 112, []
        for first in range(0, len(self.X), batch):
            x, m = self.X[first:].ctypes.data, min(batch, len(self.X) - first)
            self.calls += [(rows, plain, plain, m, h, n, 1, x, n, v, h, 0, hidden, h),
                           (rows, plain, plain, m, k, h, 1, hidden, h, w, k, 0, z, k),
                           (rows, turned, plain, h, k, m, 1, hidden, h, z, k, 0, g, k),
                           (rows, plain, turned, m, h, k, 1e-9, z, k, w, k, 0, hidden, h),
                           (rows, turned, plain, n, h, m, 1, x, n, hidden, h, 0, g, h)]

    def run(self):
        begun = clock()
        for call in self.calls:
            self.gemm(*call)
        return clock() - begun


def same_losses(ours, theirs):
    mine, others = ours.losses(), theirs.losses()
    off = max(abs(a / b - 1) for a, b in zip(mine, others))
    print(f"{ours.name}, batches of {ours.batch}: mean losses {mine[0]:.6f} and {mine[1]:.6f}, off PyTorch's by {off:.1e}")
    if not off <= SAME[ours.precision]:
        sys.exit(f"mlp.py: that is not within {SAME[ours.precision]:.0e}, nothing is timed")


def ratio(above, below):
    low, middle, high = peers.quartiles_of_ratios(above, below)
    return f"{middle:.2f} ({low:.2f} .. {high:.2f})"


def race(problem, batch, rounds, results):
    all, seconds = [], {}
    for precision in ("double", "single"):
        ours, *theirs = (Lgd(problem, batch, precision), Torch(problem, batch, precision), Torch(problem, batch, precision, foreach=True))
        same_losses(ours, theirs[0])
        all += [ours, *theirs, Floor(problem, batch, precision)]
    for _ in range(rounds):
        for one in random.sample(all, len(all)):
            seconds.setdefault(one.name, []).append(one.run())
    print(f"\nAn epoch of {len(problem.y)} rows, {'-'.join(map(str, problem.size))}, batches of {batch}, {rounds} rounds\n")
    for ours in (one for one in all if isinstance(one, Lgd)):
        peer = min((one.name for one in all if one.name.startswith(f"PyTorch, {ours.precision}")), key=lambda name: statistics.median(seconds[name]))
        for name in (one.name for one in all if one.precision == ours.precision):
            print(f"  {name:<28} {1e3 * statistics.median(seconds[name]):9.1f} ms")
        mine = seconds[ours.name]
        results.add(f"network {'-'.join(map(str, problem.size))}, {len(problem.y)} rows, Adam", "time of an epoch", ours.precision, mine,
                    peer, seconds[peer], f"PyTorch {torch.__version__}", f"mean losses of two epochs within {SAME[ours.precision]:.0e}", batch)
        print(f"  {ours.precision}: {peer} takes {ratio(seconds[peer], mine)} times as long as libgd, "
              f"libgd {ratio(mine, seconds[f'bare gemm, {ours.precision}'])} of the floor\n")


def main(words):
    random.seed(words.seed)
    torch.manual_seed(words.seed)
    torch.set_num_threads(1)
    problem = Problem(words)
    print(f"{lgd.build_info()}\nPyTorch {torch.__version__}, 1 thread\n")
    results = peers.Results(words.tsv)
    for batch in words.batch:
        race(problem, batch, words.rounds, results)


words = parse()
clock = time.process_time if words.cpu else time.perf_counter
np, torch, lgd = peers.load_torch()
main(words)
