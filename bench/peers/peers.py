"""What the programs beside this file share."""
import importlib
import os
import random
import sys
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
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
