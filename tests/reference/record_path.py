"""Writes path.h: paths of the lasso, the elastic net and the lasso that is not negative over bench/data/diabetes_data.csv.

    /usr/bin/python3 record_path.py > path.h         (Debian: apt-get install python3-sklearn python3-mpmath)

The strengths and the signs of the weights are those of scikit-learn's lasso_path and enet_path at tol 1e-14 over centred
columns and targets; the weights, and an intercept, are then the solution of the linear equations that hold with these
signs, in 40 digits, as in record_lasso.py. Nothing is written unless the conditions of optimality hold there to 1e-30 and
scikit-learn agrees to 1e-9 of the largest weight. The first strength is the one at which all weights have just become 0.
"""
import sys

import numpy
import sklearn
import sklearn.linear_model
from mpmath import mp, mpf

import decimals
import record_lasso

COUNT, EPS = 15, 1e-3
PATHS = [("1", False), ("0.5", False), ("1", True)]  # l1_ratio, positive


def not_negative(w, g, l1, g_intercept):
    """g_j = -l1 where w_j > 0, above it with room where w_j = 0, and no slope of the intercept."""
    for v, s in zip(w, g):
        if v == 0 and not s > -l1 * (1 - mpf(10) ** -6):
            sys.exit("nothing written: a weight of 0 is hardly one")
        if v != 0 and not (v > 0 and abs(s + l1) < mpf(10) ** -30):
            sys.exit("nothing written: a weight is not at rest")
    if not abs(g_intercept) < mpf(10) ** -30:
        sys.exit("nothing written: the intercept is not at rest")


def path(ratio, positive):
    X, y = record_lasso.diabetes(442)
    A, t = numpy.array(X, float), numpy.array(y, float)
    data = [[mpf(v) for v in row] for row in A.tolist()], [mpf(v) for v in t.tolist()]
    A, t = A - A.mean(axis=0), t - t.mean()
    alphas, found, _ = sklearn.linear_model.enet_path(
        A, t, l1_ratio=float(ratio), n_alphas=COUNT, eps=EPS, positive=positive, tol=1e-14, max_iter=10**7)
    record_lasso.optimal = not_negative if positive else OPTIMAL
    points = []
    for k, (alpha, w) in enumerate(zip(alphas, found.T)):
        if k == 0:
            points.append((alpha, None, [mpf(0)] * 11))
            continue
        l1 = mpf(float(alpha)) * mpf(ratio)
        exact, f = record_lasso.linear_exact(*data, l1, mpf(float(alpha)) - l1, True, w)
        off = max(abs(mpf(float(a)) - b) for a, b in zip(w, exact)) / max(abs(v) for v in exact[:-1])
        if not off < 1e-9:
            sys.exit(f"nothing written: scikit-learn is off by {float(off):.1e}")
        points.append((alpha, f, exact))
    return points


OPTIMAL = record_lasso.optimal


def main():
    mp.dps = 40
    print(f"""\
/* Written by record_path.py, scikit-learn {sklearn.__version__}: minima of
 * 1/(2m) |X w + b - y|^2 + alpha l1_ratio |w|_1 + alpha (1 - l1_ratio)/2 |w|^2, with w >= 0 where positive, over
 * bench/data/diabetes_data.csv. The intercept b is last; at the first strength all weights are 0, and f and b are not told. */
#ifndef LGD_TESTS_REFERENCE_PATH_H
#define LGD_TESTS_REFERENCE_PATH_H
#include <stdbool.h>
/* clang-format off */

enum {{ PATH_COUNT = {COUNT} }};

static const struct {{
    double l1_ratio;
    bool positive;
    struct {{
        double alpha, f, w[11];
    }} at[PATH_COUNT];
}} paths[] = {{""")
    for ratio, positive in PATHS:
        print(f"    {{{ratio}, {str(positive).lower()}, {{")
        for alpha, f, w in path(ratio, positive):
            print(f"        {{{float(alpha)!r}, {mp.nstr(f, 19) if f else 0},\n         {{")
            print(decimals.row(w, "          ") + "}},")
        print("    }},")
    print("""\
};

/* clang-format on */
#endif""")


if __name__ == "__main__":
    main()
