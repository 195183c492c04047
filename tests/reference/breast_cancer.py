"""Writes breast_cancer.h: the optimum of L2-regularised logistic regression on bench/data/breast_cancer.csv.

    python3 breast_cancer.py > breast_cancer.h         (Debian: apt-get install python3-mpmath python3-numpy)

F(w, b) = mean log(1 + exp(z)) - y z + l2/2 |w|^2, z = X w + b, the columns of X standardised by their mean and
population standard deviation. Newton's method in 40 digits; then, in double and by two other routes, iteratively
reweighted least squares (one least-squares problem per step) and accelerated gradient descent: nothing is written
unless all three agree.
"""
import pathlib
import sys

import mpmath
import numpy
from mpmath import mp, mpf

L2 = "0.01"
DATA = pathlib.Path(__file__).parents[2] / "bench" / "data" / "breast_cancer.csv"


def read(path):
    lines = path.read_text().split()[1:]  # the first holds counts and class names
    cells = [[mpf(cell) for cell in line.split(",")] for line in lines]
    return [row[:-1] for row in cells], [row[-1] for row in cells]


def standardised(rows):
    columns = []
    for column in zip(*rows):
        mean = mpmath.fsum(column) / len(column)
        deviation = mpmath.sqrt(mpmath.fsum((v - mean) ** 2 for v in column) / len(column))
        columns.append([(v - mean) / deviation for v in column])
    return columns


def newton(columns, y, l2):
    """w with the intercept last, F, and the norm of the gradient there."""
    m, design = len(y), columns + [[mpf(1)] * len(y)]
    n = len(design)
    w = mp.zeros(n, 1)
    while True:
        z = [mpmath.fdot((design[j][i], w[j]) for j in range(n)) for i in range(m)]
        p = [1 / (1 + mpmath.exp(-v)) for v in z]
        g = mp.matrix([mpmath.fdot(design[j], [a - b for a, b in zip(p, y)]) / m + (l2 * w[j] if j < n - 1 else 0)
                       for j in range(n)])
        norm = mp.norm(g)
        if norm < mpf(10) ** -30:
            f = mpmath.fsum(mpmath.log1p(mpmath.exp(v)) - t * v for v, t in zip(z, y)) / m
            return w, f + l2 / 2 * mpmath.fsum(w[j] ** 2 for j in range(n - 1)), norm
        h = mp.matrix(n, n)
        for j in range(n):
            weighted = [c * q * (1 - q) for c, q in zip(design[j], p)]
            for k in range(j + 1):
                h[j, k] = h[k, j] = mpmath.fdot(weighted, design[k]) / m + (l2 if j == k < n - 1 else 0)
        w -= mp.lu_solve(h, g)


def reweighted(A, y, ridge):
    """Each step is a least-squares problem for the linearised response, its ridge as extra rows."""
    w = numpy.zeros(A.shape[1])
    for _ in range(30):
        z = A @ w
        p = 1 / (1 + numpy.exp(-z))
        q = p * (1 - p)
        root = numpy.sqrt(q / len(y))
        top, bottom = A * root[:, None], numpy.diag(numpy.sqrt(ridge))
        target = numpy.concatenate([root * (z + (y - p) / q), numpy.zeros(len(w))])
        w = numpy.linalg.lstsq(numpy.vstack([top, bottom]), target, rcond=None)[0]
    return w


def accelerated(A, y, ridge):
    """Nesterov's method with restarts, first order only."""
    rate = 1 / (numpy.linalg.norm(A, 2) ** 2 / 4 / len(y) + ridge.max())
    w, v, k = numpy.zeros(A.shape[1]), numpy.zeros(A.shape[1]), 0
    for _ in range(20000):
        g = A.T @ (1 / (1 + numpy.exp(-A @ v)) - y) / len(y) + ridge * v
        new = v - rate * g
        k = 0 if g @ (new - w) > 0 else k + 1
        w, v = new, new + k / (k + 3) * (new - w)
    return w


def main():
    mp.dps = 40
    rows, y = read(DATA)
    columns = standardised(rows)
    w, f, norm = newton(columns, y, mpf(L2))

    A = numpy.array([[float(v) for v in column] for column in columns] + [[1.0] * len(y)]).T
    ridge = numpy.array([float(L2)] * len(columns) + [0.0])
    label, exact = numpy.array(y, dtype=float), numpy.array([float(v) for v in w])
    for method in (reweighted, accelerated):
        other = numpy.abs(method(A, label, ridge) - exact).max()
        print(f"{method.__name__} differs from Newton by {other:.1e}", file=sys.stderr)
        if not other < 1e-12:
            sys.exit("nothing written: the methods do not agree")

    z = A @ exact
    if not abs(numpy.mean(numpy.logaddexp(0, z) - label * z) + ridge @ exact ** 2 / 2 - float(f)) < 1e-15:
        sys.exit("nothing written: F in double differs")

    numbers = ",\n    ".join(mp.nstr(v, 25, strip_zeros=False) for v in w)
    print(f"""\
/* Written by breast_cancer.py: the optimum of F = mean log(1 + exp(z)) - y z + l2/2 |w|^2, z = X w + b, b unpenalised,
 * on bench/data/breast_cancer.csv, columns standardised by their population deviation. |gradient| there: {mp.nstr(norm, 2)}. */
#ifndef LGD_TESTS_REFERENCE_BREAST_CANCER_H
#define LGD_TESTS_REFERENCE_BREAST_CANCER_H
/* clang-format off */

enum {{ BREAST_CANCER_ROWS = {len(y)}, BREAST_CANCER_COLS = {len(columns)} }};

#define BREAST_CANCER_L2 {L2}
#define BREAST_CANCER_F {mp.nstr(f, 25, strip_zeros=False)}

/* The intercept last. */
static const double breast_cancer_w[BREAST_CANCER_COLS + 1] = {{
    {numbers},
}};

/* clang-format on */
#endif""")


if __name__ == "__main__":
    main()
