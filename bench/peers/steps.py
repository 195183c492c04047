#!/usr/bin/env python3
"""A step of Adam: libgd's beside torch.optim.Adam's, on one thread, in double precision, in the same run.

    bench/peers/steps.py [--dim N] [--rounds N] [--seed N] [--tsv FILE]

Both are given the same gradients first and must reach the same point. Then rounds of one step of each, in random order;
shown are medians, and the median of the ratios within rounds. The library is the one that LGD_LIBRARY names, else that of
build/release, which bench/run makes. Exit: 0 all is well, 1 the points differ, 2 usage, 3 something is missing.
"""
import argparse
import ctypes
import os
import random
import statistics
import sys

import peers

SAME_POINT, CHECK_STEPS = 1e-12, 5


def load():
    name = os.environ.get("LGD_LIBRARY") or os.path.join(peers.ROOT, "build", "release", "lib", "libgd.so.0")
    try:
        library = ctypes.CDLL(name)
    except OSError as error:
        peers.missing(str(error), peers.BUILD_IT)
    library.lgd_optimizer_step.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p,
                                           ctypes.c_double, ctypes.c_double]
    library.lgd_last_error.restype = library.lgd_build_info.restype = ctypes.c_char_p
    return library


class Lgd:
    name = "libgd, adam"

    def __init__(self, library, w):
        self.library, self.w, self.handle = library, w.clone(), ctypes.c_void_p()
        self.check(library.lgd_optimizer_parse(ctypes.byref(self.handle), b"adam"))

    def check(self, status):
        if status:
            sys.exit(f"steps.py: {self.library.lgd_last_error().decode()}")

    def step(self, g):
        self.check(self.library.lgd_optimizer_step(self.handle, self.w.numel(), self.w.data_ptr(), g.data_ptr(), 0.0, 1.0))


class Torch:
    def __init__(self, name, w, **options):
        self.name, self.w = name, torch.nn.Parameter(w.clone())
        self.optimizer = torch.optim.Adam([self.w], **options)

    def step(self, g):
        self.w.grad = g
        self.optimizer.step()


def runners(library, w):
    return [Lgd(library, w), Torch("torch.optim.Adam", w), Torch("torch.optim.Adam, foreach", w, foreach=True)]


def check(library, dim):
    """How far each is from the first after the same gradients."""
    torch.manual_seed(7)
    w = torch.randn(dim, dtype=torch.float64)
    all = runners(library, w)
    for _ in range(CHECK_STEPS):
        g = torch.randn(dim, dtype=torch.float64)
        for one in all:
            one.step(g.clone())
    size = all[0].w.abs().max().item()
    return [(one.name, (one.w.detach() - all[0].w).abs().max().item() / size) for one in all[1:]]


def measure(library, dim, rounds):
    w, g = torch.randn(dim, dtype=torch.float64), torch.randn(dim, dtype=torch.float64)
    all = runners(library, w)
    peers.times_of(all, 1, lambda one: one.step(g))  # makes the state and warms up
    return peers.times_of(all, rounds, lambda one: one.step(g))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dim", type=int, default=10**7, help="coordinates (10000000)")
    parser.add_argument("--rounds", type=int, default=11, help="timings of each (11)")
    parser.add_argument("--seed", type=int, default=7, help="of the order within rounds (7)")
    peers.add_tsv(parser)
    words = parser.parse_args()
    if words.dim < 1 or words.rounds < 2:
        parser.error("--dim is a number from 1, --rounds from 2")
    library = load()
    random.seed(words.seed)
    torch.set_num_threads(1)
    print(f"{library.lgd_build_info().decode()}\ntorch {torch.__version__}, 1 thread")
    for name, error in check(library, min(words.dim, 100003)):
        print(f"{name}: the same point as libgd's after {CHECK_STEPS} steps to {error:.1e}")
        if not error <= SAME_POINT:
            sys.exit(f"steps.py: that is more than {SAME_POINT:.0e}, nothing is timed")
    results = peers.Results(words.tsv)
    times = measure(library, words.dim, words.rounds)
    ours = times[Lgd.name]
    print(f"\nOne step of Adam, {words.dim} doubles, {words.rounds} rounds\n\n  {'':<26} {'ms':>9}   time / libgd's")
    for name, theirs in times.items():
        ratio = statistics.median(a / b for a, b in zip(theirs, ours))
        print(f"  {name:<26} {1e3 * statistics.median(theirs):9.2f}   {ratio:.2f}")
        if name != Lgd.name:
            results.add(f"step of Adam, {words.dim} coordinates", "time per step", "adam", ours, name.replace("torch.optim.Adam", "PyTorch"),
                        theirs, f"PyTorch {torch.__version__}", f"the same point after {CHECK_STEPS} steps to {SAME_POINT:.0e}")


try:
    import torch
except ImportError as problem:
    peers.missing_package("torch", "torch", problem)
main()
