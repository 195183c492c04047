"""Writes piecewise.h: minima of linear models with piecewise linear losses.

    /usr/bin/python3 record_piecewise.py > piecewise.h         (Debian: apt-get install python3-scipy python3-mpmath)

    f(w) = 1/m sum_i loss(x_i W + b, y_i) + l2/2 |W|^2

on bench/data: hinge on breast_cancer.csv, standardised, with b, and on heart_scale.csv without one, l2 = 1/(C m); the
epsilon-insensitive loss (20) and quantile losses on diabetes_data.csv and diabetes_target.csv, with b.

Without l2 it is a linear program, solved by the simplex method of HiGHS (scipy.optimize.linprog). With l2 its dual is a
quadratic program in a box, u_i = sum of parts for each kink, solved here by a primal-dual interior-point method. Either only
tells which rows lie at a kink: then the minimum is a system of linear equations, solved in 40 digits. Nothing is written unless
all optimality conditions hold there, strictly: each multiplier is within the slopes of its kink, no other row is at one.
That, and independent rows, makes the minimum unique, so that its w is written too.
"""
import pathlib
import sys

import mpmath
import numpy
import scipy
import scipy.optimize
from mpmath import mp, mpf

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
import breast_cancer  # noqa: E402
import decimals  # noqa: E402

DATA = HERE.parents[1] / "bench" / "data"
mp.dps = 40


def cells(name, lines=0):
    return [line.replace(",", " ").split() for line in (DATA / name).read_text().splitlines()[lines:]]


def diabetes():
    X = [[mpf(float(x)) for x in row] for row in cells("diabetes_data.csv")]
    return X, [mpf(float(row[0])) for row in cells("diabetes_target.csv")]


def heart():
    rows = [[mpf(float(x)) for x in row] for row in cells("heart_scale.csv")]
    return [row[:-1] for row in rows], [row[-1] for row in rows]


def cancer():
    rows, y = breast_cancer.read(DATA / "breast_cancer.csv")
    return [list(row) for row in zip(*breast_cancer.standardised(rows))], y


def hinge(_, y):
    return ([mpf(1)], [mpf(-1), mpf(0)]) if y == 1 else ([mpf(-1)], [mpf(0), mpf(1)])


def insensitive(epsilon, y):
    return [y - epsilon, y + epsilon], [mpf(-1), mpf(0), mpf(1)]


def quantile(tau, y):
    return [y], [-tau, 1 - tau]


LOSSES = {"hinge": hinge, "epsilon_insensitive": insensitive, "quantile": quantile}


def value(kinks, slopes, z):
    """The loss is 0 at its first kink."""
    if z <= kinks[0]:
        return slopes[0] * (z - kinks[0])
    if len(kinks) == 1 or z <= kinks[1]:
        return slopes[1] * (z - kinks[0])
    return slopes[1] * (kinks[1] - kinks[0]) + slopes[2] * (z - kinks[1])


def by_simplex(A, pieces):
    """Scores at the minimum without l2: t_i >= each line of the loss."""
    m, n = A.shape
    rows, right = [], []
    for i, (kinks, slopes) in enumerate(pieces):
        for j, slope in enumerate(slopes):
            at = kinks[min(j, len(kinks) - 1)]
            row = numpy.zeros(n + m)
            row[:n] = float(slope) * A[i]
            row[n + i] = -1
            rows.append(row)
            right.append(float(slope * at - value(kinks, slopes, at)))
    cost = numpy.concatenate([numpy.zeros(n), numpy.full(m, 1 / m)])
    result = scipy.optimize.linprog(cost, numpy.array(rows), right, bounds=(None, None), method="highs-ds")
    assert result.status == 0, result.message
    return A @ result.x[:n]


def by_interior_point(A, intercept, pieces, l2):
    """Scores at the minimum with l2, from min |X^T u|^2/(2 l2 m^2) + kinks a/m, u = slopes[0] + sum a, 0 <= a <= change of slope."""
    m = len(pieces)
    X = A[:, :-1] if intercept else A
    owner = numpy.array([i for i, (kinks, _) in enumerate(pieces) for _ in kinks])
    kink = numpy.array([float(k) for kinks, _ in pieces for k in kinks])
    top = numpy.array([float(s - r) for _, slopes in pieces for r, s in zip(slopes, slopes[1:])])
    least = numpy.array([float(slopes[0]) for _, slopes in pieces])
    K = X @ X.T / (l2 * m)
    Q, q = K[numpy.ix_(owner, owner)], kink + (K @ least)[owner]
    E = numpy.ones((1 if intercept else 0, len(owner)))
    e = numpy.array([-least.sum()] if intercept else [])
    a, b = top / 2, numpy.zeros(len(E))
    low = numpy.full(len(top), numpy.abs(Q @ a + q).max())
    high = low.copy()
    for _ in range(200):
        gradient = Q @ a + q - low + high + E.T @ b
        gap = (low @ a + high @ (top - a)) / (2 * len(a))
        if gap < 1e-13 * numpy.abs(q).max():
            break
        target, D = 0.1 * gap, low / a + high / (top - a)
        right = -gradient + target / a - low - target / (top - a) + high
        M = numpy.block([[Q + numpy.diag(D), E.T], [E, numpy.zeros((len(E), len(E)))]])
        step = numpy.linalg.solve(M, numpy.concatenate([right, e - E @ a]))
        da, db = step[: len(a)], step[len(a):]
        dlow, dhigh = (target - low * da) / a - low, (target + high * da) / (top - a) - high
        length = 1.0
        for x, dx in ((a, da), (top - a, -da), (low, dlow), (high, dhigh)):
            if (dx < 0).any():
                length = min(length, 0.99 * (-x[dx < 0] / dx[dx < 0]).min())
        a, low, high, b = a + length * da, low + length * dlow, high + length * dhigh, b + length * db
    else:
        raise SystemExit("the interior-point method does not converge")
    u = least.copy()
    numpy.add.at(u, owner, a)
    return -(K @ u) - (b[0] if intercept else 0)


def exact(X, intercept, pieces, l2, at):
    """The minimum with the rows i at kink j for (i, j) in at; the others are where their scores are: (f, w), or who moves."""
    m, n = len(X), len(X[0])
    rows = [list(row) + ([mpf(1)] if intercept else []) for row in X]
    dim = n + intercept
    fixed = {i: pieces[i][1][side] for i, side in at["sides"].items()}
    active = sorted(at["active"].items())
    M, right = mp.matrix(dim + len(active), dim + len(active)), mp.matrix(dim + len(active), 1)
    for j in range(dim):
        M[j, j] = l2 * m if j < n else 0
        right[j] = -mpmath.fsum(s * rows[i][j] for i, s in fixed.items())
        for a, (i, _) in enumerate(active):
            M[j, dim + a] = M[dim + a, j] = rows[i][j]
    for a, (i, j) in enumerate(active):
        right[dim + a] = pieces[i][0][j]
    x = mp.lu_solve(M, right)
    w, u = list(x[:dim]), list(x[dim:])
    scores = [mpmath.fdot(row, w) for row in rows]
    moved = {}
    for a, (i, j) in enumerate(active):
        slopes = pieces[i][1]
        if u[a] <= slopes[j]:
            moved[i] = ("side", j)
        elif u[a] >= slopes[j + 1]:
            moved[i] = ("side", j + 1)
    for i, side in at["sides"].items():
        kinks = pieces[i][0]
        if side > 0 and scores[i] <= kinks[side - 1]:
            moved[i] = ("active", side - 1)
        elif side < len(kinks) and scores[i] >= kinks[side]:
            moved[i] = ("active", side)
    f = mpmath.fsum(value(*pieces[i], scores[i]) for i in range(m)) / m + l2 / 2 * mpmath.fsum(v * v for v in w[:n])
    return f, w, moved, len(active)


def minimum(X, y, loss, number, l2, intercept):
    pieces = [LOSSES[loss](number, t) for t in y]
    A = numpy.array([[float(x) for x in row] + ([1.0] if intercept else []) for row in X])
    z = by_simplex(A, pieces) if l2 == 0 else by_interior_point(A, intercept, pieces, float(l2))
    for tolerance in (1e-5, 1e-6, 1e-7, 1e-4, 1e-8):
        at = {"active": {}, "sides": {}}
        for i, (kinks, _) in enumerate(pieces):
            near = [j for j, k in enumerate(kinks) if abs(z[i] - float(k)) <= tolerance * max(1, abs(float(k)))]
            if near:
                at["active"][i] = near[0]
            else:
                at["sides"][i] = sum(z[i] > float(k) for k in kinks)
        try:
            f, w, moved, count = exact(X, intercept, pieces, l2, at)
        except ZeroDivisionError:
            continue
        if not moved:
            return f, w, count
    raise SystemExit(f"{loss} {number} {l2}: no set of rows fulfils the conditions: {moved}")


def main():
    cases = []
    for name, (X, y), intercept in (("breast_cancer", cancer(), True), ("heart_scale", heart(), False)):
        for C in ("0.01", "1", "100"):
            cases.append((name, "hinge", "0", X, y, float(1 / (mpf(float(C)) * len(X))), intercept))
    X, y = diabetes()
    for l2 in (0.0, 1e-5):
        cases.append(("diabetes", "epsilon_insensitive", "20", X, y, l2, True))
        for tau in ("0.1", "0.5", "0.9"):
            cases.append(("diabetes", "quantile", tau, X, y, l2, True))
    print(f"""/* Written by record_piecewise.py, SciPy {scipy.__version__}, mpmath {mpmath.__version__}: minima of
 * 1/m sum_i loss(x_i W + b, y_i) + l2/2 |W|^2 on the sets of bench/data, which are unique. `number` is epsilon or tau;
 * `kinks` rows lie at a kink. The intercept b is last, where there is one. */
#ifndef LGD_TESTS_REFERENCE_PIECEWISE_H
#define LGD_TESTS_REFERENCE_PIECEWISE_H
#include <stdbool.h>
#include <stddef.h>
/* clang-format off */

static const struct {{
    const char *data, *loss;
    double number, l2;
    bool intercept;
    size_t kinks;
    double f, w[31];
}} piecewise[] = {{""")
    for name, loss, number, X, y, l2, intercept in cases:
        f, w, count = minimum(X, y, loss, mpf(float(number)), mpf(l2), intercept)
        print(f'    {{"{name}", "{loss}", {number}, {l2!r}, {str(intercept).lower()}, {count}, {mp.nstr(f, 19)},')
        print("     {")
        print(decimals.row(w, "      ") + "}},")
        print(name, loss, number, l2, mp.nstr(f, 17), count, file=sys.stderr)
    print("""};

#endif""")


main()
