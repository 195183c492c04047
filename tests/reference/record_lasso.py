"""Writes lasso.h: the minima of the lasso, the elastic net and logistic regression with an L1 penalty.

    /usr/bin/python3 record_lasso.py > lasso.h         (Debian: apt-get install python3-sklearn python3-mpmath)

Linear models on bench/data/diabetes_data.csv and diabetes_target.csv: 1/(2m) |X w + b - y|^2 + alpha l1_ratio |w|_1 +
alpha (1 - l1_ratio)/2 |w|^2 over the first rows, by scikit-learn at tol 1e-14, then exactly: with the signs of its weights
the optimum is a system of linear equations, solved in 40 digits. Nothing is written unless the optimality conditions hold
there to 1e-30, weights that are 0 do so with room, and scikit-learn agrees to 1e-10 of the largest weight.

Logistic regression on bench/data/breast_cancer.csv, standardised columns and a free intercept: coordinate descent in
double finds the weights that are not 0, Newton's method in 40 digits their values, and the same conditions are held.
"""
import pathlib
import sys

import mpmath
import numpy
import sklearn
import sklearn.linear_model
from mpmath import mp, mpf

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
import breast_cancer  # noqa: E402
import decimals  # noqa: E402

DATA = HERE.parents[1] / "bench" / "data"
LINEAR = [  # rows, alpha, l1_ratio, intercept. All 442 columns are centred; the first 300 rows of them are not
    (442, "0.01", "1", False),
    (442, "0.5", "1", False),
    (442, "1.5", "1", True),
    (300, "0.1", "1", True),
    (300, "1", "1", True),
    (442, "0.01", "0.5", False),
    (300, "0.1", "0.75", True),
    (442, "1", "0.9", True),
]
LOGISTIC = ["0.003", "0.03"]


def diabetes(rows):
    X = [line.split() for line in (DATA / "diabetes_data.csv").read_text().splitlines()[:rows]]
    y = (DATA / "diabetes_target.csv").read_text().split()[:rows]
    return X, y


def linear_exact(X, y, l1, l2, intercept, w):
    """The optimum with the signs of w: (A^T A/m + l2) u = A^T y/m - l1 sign(u) on the weights that are not 0."""
    m, n = len(y), len(X[0])
    active = [j for j in range(n) if w[j] != 0]
    columns = [[row[j] for row in X] for j in active] + ([[mpf(1)] * m] if intercept else [])
    k = len(active)
    H = mp.matrix(len(columns), len(columns))
    r = mp.matrix(len(columns), 1)
    for a, column in enumerate(columns):
        for b, other in enumerate(columns):
            H[a, b] = mpmath.fdot(column, other) / m + (l2 if a == b < k else 0)
        r[a] = mpmath.fdot(column, y) / m - (l1 * (1 if w[active[a]] > 0 else -1) if a < k else 0)
    u = mp.lu_solve(H, r)
    exact = [mpf(0)] * (n + 1)
    for a, j in enumerate(active):
        exact[j] = u[a]
    if intercept:
        exact[n] = u[k]
    residual = [mpmath.fdot(row, exact[:n]) + exact[n] - v for row, v in zip(X, y)]
    g = [mpmath.fdot([row[j] for row in X], residual) / m + l2 * exact[j] for j in range(n)]
    optimal(exact, g, l1, mpmath.fsum(residual) / m if intercept else 0)
    f = mpmath.fsum(v**2 for v in residual) / (2 * m) + l2 / 2 * mpmath.fsum(v**2 for v in exact[:n])
    return exact, f + l1 * mpmath.fsum(abs(v) for v in exact[:n])


def optimal(w, g, l1, g_intercept):
    """g_j = -l1 sign(w_j), |g_j| < l1 with room where w_j = 0, and no slope of the intercept."""
    for v, s in zip(w, g):
        if v == 0:
            if not abs(s) < l1 * (1 - mpf(10) ** -6):
                sys.exit("nothing written: a weight of 0 is hardly one")
        elif not abs(s + l1 * mpmath.sign(v)) < mpf(10) ** -30:
            sys.exit(f"nothing written: |g_j| is {mp.nstr(abs(s), 20)} at {mp.nstr(v, 20)}")
    if not abs(g_intercept) < mpf(10) ** -30:
        sys.exit("nothing written: the intercept is not at rest")


def linear(rows, alpha, ratio, intercept):
    X, y = diabetes(rows)
    A, t = numpy.array(X, float), numpy.array(y, float)
    names = {"alpha": float(alpha), "fit_intercept": intercept, "tol": 1e-14, "max_iter": 10**7}
    if ratio == "1":
        model = sklearn.linear_model.Lasso(**names).fit(A, t)
    else:
        model = sklearn.linear_model.ElasticNet(l1_ratio=float(ratio), **names).fit(A, t)
    l1, l2 = mpf(float(alpha)) * mpf(float(ratio)), mpf(float(alpha)) * (1 - mpf(float(ratio)))
    data = [[mpf(v) for v in row] for row in A.tolist()], [mpf(v) for v in t.tolist()]
    exact, f = linear_exact(*data, l1, l2, intercept, model.coef_)
    off = max(abs(mpf(float(a)) - b) for a, b in zip(model.coef_, exact)) / max(abs(v) for v in exact[:-1])
    print(f"{rows} {alpha} {ratio} {intercept}: {sum(v != 0 for v in exact[:-1])} weights, scikit-learn off by "
          f"{float(off):.1e}", file=sys.stderr)
    if not off < 1e-10:
        sys.exit("nothing written: scikit-learn differs")
    return exact, f


def logistic_signs(A, y, l1):
    """Proximal descent with momentum, until the weights that are 0 stay so."""
    m, n = A.shape
    rate = 4 * m / numpy.linalg.norm(A, 2) ** 2
    w, v, k = numpy.zeros(n), numpy.zeros(n), 0
    for _ in range(200000):
        g = A.T @ (1 / (1 + numpy.exp(-A @ v)) - y) / m
        new = v - rate * g
        new[:-1] = numpy.sign(new[:-1]) * numpy.maximum(abs(new[:-1]) - rate * l1, 0)
        k = 0 if (v - new) @ (new - w) > 0 else k + 1
        if numpy.abs(new - w).max() < 1e-15 * numpy.abs(w).max():
            break
        w, v = new, new + k / (k + 3) * (new - w)
    return w


def logistic(strength):
    rows, y = breast_cancer.read(DATA / "breast_cancer.csv")
    columns = breast_cancer.standardised(rows)
    m, l1 = len(y), mpf(float(strength))
    A = numpy.array([[float(v) for v in column] for column in columns] + [[1.0] * m]).T
    start = logistic_signs(A, numpy.array(y, float), float(l1))
    active = [j for j in range(len(columns)) if start[j] != 0]
    design = [columns[j] for j in active] + [[mpf(1)] * m]
    u = mp.matrix([mpf(float(start[j])) for j in active] + [mpf(float(start[-1]))])
    sign = [1 if start[j] > 0 else -1 for j in active] + [0]
    while True:
        z = [mpmath.fdot((design[a][i], u[a]) for a in range(len(design))) for i in range(m)]
        p = [1 / (1 + mpmath.exp(-v)) for v in z]
        slope = [a - b for a, b in zip(p, y)]
        g = mp.matrix([mpmath.fdot(column, slope) / m + l1 * s for column, s in zip(design, sign)])
        if mp.norm(g) < mpf(10) ** -33:
            break
        H = mp.matrix(len(design), len(design))
        for a, column in enumerate(design):
            weighted = [c * q * (1 - q) / m for c, q in zip(column, p)]
            for b in range(a + 1):
                H[a, b] = H[b, a] = mpmath.fdot(weighted, design[b])
        u -= mp.lu_solve(H, g)
    exact = [mpf(0)] * (len(columns) + 1)
    for a, j in enumerate(active + [len(columns)]):
        exact[j] = u[a]
    g = [mpmath.fdot(column, slope) / m for column in columns]
    optimal(exact, g, l1, mpmath.fsum(slope) / m)
    f = mpmath.fsum(mpmath.log1p(mpmath.exp(v)) - t * v for v, t in zip(z, y)) / m
    off = max(abs(mpf(float(a)) - b) for a, b in zip(start, exact)) / max(abs(v) for v in exact)
    print(f"logistic {strength}: {len(active)} weights, descent off by {float(off):.1e}", file=sys.stderr)
    return exact, f + l1 * mpmath.fsum(abs(v) for v in exact[:-1])


def main():
    mp.dps = 40
    print(f"""\
/* Written by record_lasso.py, scikit-learn {sklearn.__version__}: minima of
 * 1/(2m) |X w + b - y|^2 + alpha l1_ratio |w|_1 + alpha (1 - l1_ratio)/2 |w|^2 over the first rows of
 * bench/data/diabetes_data.csv, and of mean log(1 + exp(z)) - y z + l1 |w|_1, z = X w + b, over the standardised
 * columns of bench/data/breast_cancer.csv. The intercept b is last, 0 where there is none. */
#ifndef LGD_TESTS_REFERENCE_LASSO_H
#define LGD_TESTS_REFERENCE_LASSO_H
#include <stdbool.h>
#include <stddef.h>
/* clang-format off */

static const struct {{
    size_t rows;
    double alpha, l1_ratio;
    bool intercept;
    double f, w[11];
}} lasso[] = {{""")
    for rows, alpha, ratio, intercept in LINEAR:
        w, f = linear(rows, alpha, ratio, intercept)
        print(f"    {{{rows}, {alpha}, {ratio}, {str(intercept).lower()}, {mp.nstr(f, 19)},\n     {{")
        print(decimals.row(w, "      ") + "}},")
    print("""\
};

static const struct {
    double l1, f, w[31];
} l1_logistic[] = {""")
    for strength in LOGISTIC:
        w, f = logistic(strength)
        print(f"    {{{strength}, {mp.nstr(f, 19)},\n     {{")
        print(decimals.row(w, "      ") + "}},")
    print("""\
};

/* clang-format on */
#endif""")


if __name__ == "__main__":
    main()
