"""What the programs beside this file share, and the form in which each says what it found.

Every program takes --tsv FILE and writes a line there for each pair of a way of libgd's and a peer that did the same work: text
in COLUMNS, one tab between two, the names of the columns first. bench/run --peers (all.py) gathers them in one table. In Python:

    peers.add_tsv(parser)                    # the option
    results = peers.Results(words.tsv)       # once, words being what parser.parse_args() gave
    results.add("sparse logistic, 100000 x 50000", "time to 1e-6", ours="lbfgs", mine=seconds_of_each_round,
                peer="LIBLINEAR -s 7", theirs=seconds_of_each_round, version="liblinear 2.45",
                checked="values within 1e-6 of the lowest")

add() comes after what was done has been compared, for a line says that it was: `checked` is how. It gives the quartiles of the
ratios within rounds, the peer's time over libgd's: above 1 libgd is the faster. A program whose peer did other work ends with 1 and
a sentence on stderr, with no line for it; one that lacks a peer, with 3. What is not time has its own `unit`.
"""
import importlib
import os
import random
import statistics
import sys
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
COLUMNS = ("work", "batch", "quantity", "unit", "ours", "peer", "version", "ours_median", "peer_median", "ratio", "low", "high", "rounds",
           "checked")
BUILD_IT = "bench/run --quick builds it; LGD_LIBRARY may name another file of libgd"


def missing(what, how):
    sys.exit(print(f"{os.path.basename(sys.argv[0])}: {what}\n  {how}", file=sys.stderr) or 3)


def missing_package(name, module, problem):
    missing(f"{name} is needed, and {problem}",
            f"apt-get install python3-{module}, or pip install {name}; then run this with the python3 that has it")


def load(name, module, distribution):
    """NumPy, this module and libgd, with one thread of every BLAS, which is said before any is loaded."""
    os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")})
    os.environ.setdefault("LGD_LIBRARY", os.path.join(ROOT, "build", "release", "lib", "libgd.so.0"))
    sys.path.insert(0, os.path.join(ROOT, "examples"))
    try:
        import numpy
        importlib.import_module(module)
    except ImportError as problem:
        missing_package(name, distribution, problem)
    try:
        import lgd
    except ImportError as problem:
        missing(str(problem), BUILD_IT)
    return numpy, sys.modules[module.partition(".")[0]], lgd


def load_sklearn():
    return load("scikit-learn", "sklearn.linear_model", "sklearn")


def load_torch():
    return load("torch", "torch", "torch")


def sparse_rows(draw, rows, cols):
    """Some 72 positive numbers a row in columns of falling frequency, rows of length 1."""
    import numpy as np
    import scipy.sparse
    share = np.cumsum(np.arange(1, cols + 1) ** -0.8)
    column = np.searchsorted(share / share[-1], draw.random(rows * 75))
    X = scipy.sparse.csr_matrix((np.abs(draw.standard_normal(rows * 75)), (np.repeat(np.arange(rows), 75), column)), shape=(rows, cols))
    X.sum_duplicates()
    length = np.sqrt(np.add.reduceat(X.data ** 2, X.indptr[:-1]))
    X.data /= np.repeat(length, np.diff(X.indptr))
    return X


def labels(draw, X):
    """Of each row 1 with the probability of a logistic model whose weights are drawn."""
    import numpy as np
    z = X @ (3 * draw.standard_normal(X.shape[1]))
    return (draw.random(X.shape[0]) < 1 / (1 + np.exp(-z))).astype(float)


def near_the_lowest(all, above, least, most):
    """The steps of one run of each, whose value must be so much above the lowest one before anything is timed."""
    steps = {}
    for one in all:
        w, steps[one.name] = one.run()
        print(f"{one.name}: {above(w):.1e} above the lowest value")
        if not least <= above(w) <= most:
            sys.exit(f"{os.path.basename(sys.argv[0])}: that is not within {most:.0e}, nothing is timed")
    return steps


def times_of(all, rounds, run):
    """Seconds of each, a list by name: in every round one run of each, in random order."""
    times = {one.name: [] for one in all}
    for _ in range(rounds):
        for one in random.sample(all, len(all)):
            begun = time.perf_counter()
            run(one)
            times[one.name].append(time.perf_counter() - begun)
    return times


def quartiles_of_ratios(above, below):
    """Of those within rounds: first quartile, median, third."""
    return statistics.quantiles([a / b for a, b in zip(above, below)], n=4, method="inclusive")


def add_tsv(parser):
    parser.add_argument("--tsv", metavar="FILE", help="write what was found there, a line for each pair of ways")


class Results:
    def __init__(self, path):
        self.path = path
        if path:
            with open(path, "w") as file:
                file.write("\t".join(COLUMNS) + "\n")

    def add(self, work, quantity, ours, mine, peer, theirs, version, checked, batch="-", unit="ms"):
        """mine and theirs: a number for each round, seconds where the unit is ms."""
        scale = 1e3 if unit == "ms" else 1
        ratios = low, middle, high = quartiles_of_ratios(theirs, mine)
        numbers = [f"{x:.6g}" for x in (scale * statistics.median(mine), scale * statistics.median(theirs), middle, low, high)]
        if self.path:
            with open(self.path, "a") as file:
                file.write("\t".join([work, str(batch), quantity, unit, ours, peer, version, *numbers, str(len(mine)), checked]) + "\n")
        return ratios
