"""Writes worked_example.h: three points, two equal columns, a bias, mean squared error; 30 digits by exact arithmetic.

    python3 worked_example.py > worked_example.h         (Debian: apt-get install python3-mpmath)

Descent runs in fractions, with the rate 1/100 itself (a double 0.01 moves the 17th digit). The curvature is the closed
form of this matrix and, independently, mpmath's eigenvalue.
"""
from fractions import Fraction

import mpmath
from mpmath import mp, mpf

X = ((1, 1), (2, 2), (3, 3))
Y = (2, 4, 5)


def descend(steps, rate):
    """w1, w2, b and the mean squared error there, from zeros, along (2/m) sum (yhat - y) x."""
    m, p = len(X), [Fraction(0)] * 3
    for _ in range(steps):
        errors = [p[0] * x[0] + p[1] * x[1] + p[2] - y for x, y in zip(X, Y)]
        slope = [Fraction(2, m) * sum(e * v for e, v in zip(errors, column)) for column in (*zip(*X), (1,) * m)]
        p = [v - rate * s for v, s in zip(p, slope)]
    errors = [p[0] * x[0] + p[1] * x[1] + p[2] - y for x, y in zip(X, Y)]
    return p, sum(e * e for e in errors) / m


def real(fraction):
    return mpf(fraction.numerator) / fraction.denominator


def main():
    mp.dps = 50
    rows = [(*x, 1) for x in X]
    hessian = mp.matrix([[mpf(2) / 3 * sum(r[i] * r[j] for r in rows) for j in range(3)] for i in range(3)])
    values, vectors = mp.eigsy(hessian)
    curvature = (31 + mp.sqrt(913)) / 3
    assert abs(values[2] - curvature) < mpf(10) ** -45, "closed form and eigenvalue differ"
    top = vectors[:, 2] * mp.sign(vectors[0, 2])

    (w1, w2, b), mse = descend(100, Fraction(1, 100))
    assert w1 == w2 and abs(values[0]) < mpf(10) ** -45, "equal columns, singular Hessian"

    def text(x):
        return mp.nstr(x, 30, strip_zeros=False)

    print(f"""\
/* Written by worked_example.py: exact descent on three points, to 30 digits. The two columns are equal, so the
 * Hessian (2/m) [X 1]^T [X 1] is singular: descent from zeros keeps w1 = w2; every w1 + w2 = 3/2 with b = 2/3 is
 * optimal. */
#ifndef LGD_TESTS_REFERENCE_WORKED_EXAMPLE_H
#define LGD_TESTS_REFERENCE_WORKED_EXAMPLE_H

enum {{ WORKED_ROWS = 3, WORKED_COLS = 2, WORKED_STEPS = 100 }};

static const double worked_X[WORKED_ROWS * WORKED_COLS] = {{{", ".join(str(v) for x in X for v in x)}}};
static const double worked_y[WORKED_ROWS] = {{{", ".join(map(str, Y))}}};

/* The largest eigenvalue C of the Hessian, (31 + sqrt(913))/3, and its unit eigenvector (w1, w2, b). */
#define WORKED_CURVATURE {text(curvature)}
#define WORKED_INVERSE_CURVATURE {text(1 / curvature)} /* 1/C */
#define WORKED_RATE_LIMIT {text(2 / curvature)}        /* 2/C: descent diverges beyond */
static const double worked_mode[3] = {{{text(top[0])}, {text(top[1])},
                                      {text(top[2])}}};

/* After WORKED_STEPS steps of rate WORKED_RATE from zeros. */
#define WORKED_RATE 0.01
#define WORKED_W {text(real(w1))} /* w1 and w2 */
#define WORKED_B {text(real(b))}
#define WORKED_MSE {text(real(mse))}

/* At the optimum. */
#define WORKED_W_SUM 1.5
#define WORKED_BEST_B (2.0 / 3)
#define WORKED_BEST_MSE (1.0 / 18)

#endif""")


if __name__ == "__main__":
    main()
