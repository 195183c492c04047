"""Writes constrained.h: least squares on the diabetes data within a box, the non-negative weights, a simplex and two balls.

    /usr/bin/python3 record_constrained.py > constrained.h         (Debian: apt-get install python3-numpy python3-mpmath)

Minimise 1/(2m) |X w + b - y|^2 over bench/data/diabetes_data.csv, b absent or free. Which constraints are active is found by
trying all there are: each choice makes the rest a system of linear equations, which is solved in double; the only choice whose
solution is feasible and has multipliers of the right sign is solved again in 40 digits. For the ball of the Euclidean norm the
multiplier is the root of an equation in one unknown. Nothing is written unless exactly one choice fits, with room, and the
optimality conditions hold to 1e-30.
"""
import itertools
import pathlib
import sys

import mpmath
import numpy
from mpmath import mp, mpf

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import decimals  # noqa: E402

DATA = pathlib.Path(__file__).resolve().parents[2] / "bench" / "data"
N = 10
LOW = ["-100", "-200", "0", "100", "-150", "-500", "-300", "-50", "0", "-100"]
HIGH = ["50", "100", "400", "250", "500", "0", "-100", "100", "450", "60"]


class Problem:
    def __init__(self, intercept):
        X = [line.split() for line in (DATA / "diabetes_data.csv").read_text().splitlines()]
        y = (DATA / "diabetes_target.csv").read_text().split()
        self.X = numpy.array(X, float)
        self.y = numpy.array(y, float)
        m = len(y)
        A, t = self.X, self.y
        exact = [[mpf(v) for v in row] for row in A.tolist()]
        target = [mpf(v) for v in t.tolist()]
        columns = [list(c) for c in zip(*exact)]
        if intercept:  # centred, b falls out
            means = [mpmath.fsum(c) / m for c in columns]
            self.means, self.mean = means, mpmath.fsum(target) / m
            columns = [[v - u for v in c] for c, u in zip(columns, means)]
            target = [v - self.mean for v in target]
        self.H = mp.matrix(N, N)
        for i in range(N):
            for j in range(i + 1):
                self.H[i, j] = self.H[j, i] = mpmath.fdot(columns[i], columns[j]) / m
        self.r = mp.matrix([mpmath.fdot(c, target) / m for c in columns])
        self.c = mpmath.fdot(target, target) / (2 * m)
        self.h = numpy.array([[float(self.H[i, j]) for j in range(N)] for i in range(N)])
        self.b = numpy.array([float(v) for v in self.r])
        self.intercept = intercept

    def result(self, w):
        f = (w.T * self.H * w)[0] / 2 - (self.r.T * w)[0] + self.c
        b = self.mean - mpmath.fdot(self.means, w) if self.intercept else mpf(0)
        return [*w, b], f

    def slope(self, w):
        return self.H * w - self.r


def fits_one(choices):
    if len(choices) != 1:
        sys.exit(f"nothing written: {len(choices)} choices fit")
    return choices[0]


def close(what, value):
    if not abs(value) < mpf(10) ** -30:
        sys.exit(f"nothing written: {what} is {mp.nstr(value, 5)}")


ROOM = 1e-6


def box(p, low, high):
    lo, hi = [numpy.array([float(v) if v else None for v in b], float) for b in (low, high)]  # None: NaN, no bound
    found = []
    options = [[0] + ([-1] if low[j] else []) + ([1] if high[j] else []) for j in range(N)]
    for choice in itertools.product(*options):
        at = numpy.array(choice)
        w = numpy.where(at < 0, lo, numpy.where(at > 0, hi, 0.0))
        free = at == 0
        if free.any():
            w[free] = numpy.linalg.solve(p.h[numpy.ix_(free, free)], p.b[free] - p.h[numpy.ix_(free, ~free)] @ w[~free])
        g = p.h @ w - p.b
        inside = ~free | ((numpy.isnan(lo) | (w > lo + ROOM)) & (numpy.isnan(hi) | (w < hi - ROOM)))
        if inside.all() and (g[at < 0] > ROOM).all() and (g[at > 0] < -ROOM).all():
            found.append(choice)
    choice = fits_one(found)
    free = [j for j in range(N) if choice[j] == 0]
    w = mp.matrix([mpf(float(low[j])) if choice[j] < 0 else mpf(float(high[j])) if choice[j] > 0 else mpf(0)
                   for j in range(N)])
    solution = mp.lu_solve(mp.matrix([[p.H[i, j] for j in free] for i in free]),
                           mp.matrix([p.r[i] - (p.H[i, :] * w)[0] for i in free]))
    for k, j in enumerate(free):
        w[j] = solution[k]
    g = p.slope(w)
    for j in free:
        close("a slope", g[j])
    return w, N - len(free)


def one_norm(p, total, signs):
    """sign.w = total on the support, the slope there -mu sign, mu > 0 (of any sign on a simplex), no larger elsewhere."""
    found = []
    ball = signs != (0, 1)
    for sign in itertools.product(signs, repeat=N):
        s = numpy.array(sign, float)
        on = s != 0
        k = on.sum()
        if not k:
            continue
        K = numpy.zeros((k + 1, k + 1))
        K[:k, :k], K[:k, k], K[k, :k] = p.h[numpy.ix_(on, on)], s[on], s[on]
        solution = numpy.linalg.solve(K, numpy.append(p.b[on], total))
        w, mu = numpy.zeros(N), solution[k]
        w[on] = solution[:k]
        g = p.h @ w - p.b
        rest = numpy.abs(g[~on]) < mu - ROOM if ball else g[~on] > -mu + ROOM
        if (w[on] * s[on] > ROOM).all() and rest.all() and (mu > ROOM or not ball):
            found.append(sign)
    sign = fits_one(found)
    on = [j for j in range(N) if sign[j]]
    k = len(on)
    K, r = mp.matrix(k + 1, k + 1), mp.matrix(k + 1, 1)
    for a, i in enumerate(on):
        for b, j in enumerate(on):
            K[a, b] = p.H[i, j]
        K[a, k] = K[k, a] = sign[i]
        r[a] = p.r[i]
    r[k] = mpf(float(total))
    solution = mp.lu_solve(K, r)
    w = mp.matrix(N, 1)
    for a, j in enumerate(on):
        w[j] = solution[a]
    g = p.slope(w)
    for j in on:
        close("a slope", g[j] + solution[k] * sign[j])
    return w, N - k


def ball(p, radius):
    """(H + mu) w = r with |w| = radius."""
    R = mpf(float(radius))

    def at(mu):
        return mp.lu_solve(p.H + mu * mp.eye(N), p.r)

    mu = mpmath.findroot(lambda mu: mp.norm(at(mu)) - R, (mpf(0), mpf(1)), solver="anderson", tol=mpf(10) ** -70)
    w = at(mu)
    if not mu > ROOM:
        sys.exit("nothing written: the ball is not active")
    close("the norm", (mp.norm(w) - R) / R)
    return w, 1


def main():
    mp.dps = 40
    print(f"""\
/* Written by record_constrained.py: the minimum of 1/(2m) |X w + b - y|^2 on bench/data/diabetes_data.csv within a set, the
 * intercept b (last, 0 where there is none) not in it; `active` weights lie at a bound. */
#ifndef LGD_TESTS_REFERENCE_CONSTRAINED_H
#define LGD_TESTS_REFERENCE_CONSTRAINED_H
#include <stdbool.h>
#include <stddef.h>
/* clang-format off */

static const double constrained_low[{N}] = {{{", ".join(LOW)}}};
static const double constrained_high[{N}] = {{{", ".join(HIGH)}}};

static const struct {{
    enum {{ IN_BOX, NOT_NEGATIVE, ON_SIMPLEX, IN_L1_BALL, IN_L2_BALL }} set;
    double size; /* total or radius */
    bool intercept;
    size_t active;
    double f, w[11];
}} constrained[] = {{""")
    for intercept in (False, True):
        p = Problem(intercept)
        for name, size, solve in [
            ("IN_BOX", 0, lambda: box(p, LOW, HIGH)),
            ("NOT_NEGATIVE", 0, lambda: box(p, ["0"] * N, [None] * N)),
            ("ON_SIMPLEX", 600, lambda: one_norm(p, 600, (0, 1))),
            ("IN_L1_BALL", 1000, lambda: one_norm(p, 1000, (-1, 0, 1))),
            ("IN_L2_BALL", 500, lambda: ball(p, 500)),
        ]:
            w, active = solve()
            print(f"{name} {intercept}: {active} active of {N}", file=sys.stderr)
            if not 0 < active < N:
                sys.exit("nothing written: none or all are active")
            full, f = p.result(w)
            print(f"    {{{name}, {size}, {str(intercept).lower()}, {active}, {mp.nstr(f, 19)},\n     {{")
            print(decimals.row(full, "      ") + "}},")
    print("""\
};

/* clang-format on */
#endif""")


if __name__ == "__main__":
    main()
