"""Writes least_squares.h: polynomials fitted to integers in exact arithmetic, with weights, offsets, l2 and several outputs.

    python3 record_least_squares.py > least_squares.h

Columns are x, x^2, .. for x = 0, 1, 2, .., then a column of 1; targets, weights and offsets are the integers of `target`, `weight` and
`offset`, which test_least_squares.c makes again. Every sum and the solution of the normal equations is a fraction.
"""
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 60


def target(i, c, degree):
    return (c + 1) * sum(i**j for j in range(degree + 1)) + 1000 * ((37 * i * i + 11 * (c + 3) * i + 5) % 41 - 20)


def weight(i):
    return 1 + 5 * i % 7


def offset(i, c):
    return (3 * i + c) % 5 - 2


def inverse(A):
    n = len(A)
    A = [row[:] + [Fraction(int(i == j)) for j in range(n)] for i, row in enumerate(A)]
    for i in range(n):
        p = next(r for r in range(i, n) if A[r][i] != 0)
        A[i], A[p] = A[p], A[i]
        A[i] = [a / A[i][i] for a in A[i]]
        for r in range(n):
            if r != i and A[r][i] != 0:
                A[r] = [a - A[r][i] * b for a, b in zip(A[r], A[i])]
    return [row[n:] for row in A]


def product(A, B):
    return [[sum(a * b for a, b in zip(row, column)) for column in zip(*B)] for row in A]


def decimal(f):
    return Decimal(f.numerator) / Decimal(f.denominator)


def numbers(values):
    return "{" + ", ".join(f"{v:.17g}" if isinstance(v, float) else f"{v:.19e}" for v in values) + "}"


def case(name, degree, rows, outputs=1, weighted=False, with_offset=False, intercept=False, squared=False, l2=0.0):
    X = [[Fraction(i**j) for j in range(1, degree + 1)] + [Fraction(1)] for i in range(rows)]
    n = degree + 1
    omega = [Fraction(weight(i) if weighted else 1) for i in range(rows)]
    Y = [[Fraction(target(i, c, degree) - (offset(i, c) if with_offset else 0)) for c in range(outputs)] for i in range(rows)]
    strength = Fraction(l2) * sum(omega) / (2 if squared else 1)
    G = [[sum(omega[i] * X[i][a] * X[i][b] for i in range(rows)) for b in range(n)] for a in range(n)]
    M = [[G[a][b] + (strength if a == b and not (intercept and a == n - 1) else 0) for b in range(n)] for a in range(n)]
    R = [[sum(omega[i] * X[i][a] * Y[i][c] for i in range(rows)) for c in range(outputs)] for a in range(n)]
    I = inverse(M)
    W = product(I, R)
    Z = product(X, W)
    rss = sum(omega[i] * (Z[i][c] - Y[i][c]) ** 2 for i in range(rows) for c in range(outputs))
    hat = product(I, G)
    freedom = Fraction(rows * outputs) - outputs * sum(hat[a][a] for a in range(n))
    spread = product(hat, I)
    w = [decimal(W[a][c]) for a in range(n) for c in range(outputs)]
    errors = [(decimal(spread[a][a] * rss / freedom)).sqrt() for a in range(n) for _ in range(outputs)]
    print(f'    {{"{name}", {degree}, {rows}, {outputs}, {str(weighted).lower()}, {str(with_offset).lower()}, '
          f"{str(intercept).lower()}, {str(squared).lower()}, {l2!r}, {decimal(rss):.19e}, {decimal(freedom):.19e},")
    print(f"     {numbers(w)},\n     {numbers(errors)}}},")


print("""/* Written by record_least_squares.py: polynomials fitted to integers in exact arithmetic. */
#ifndef LGD_TESTS_REFERENCE_LEAST_SQUARES_H
#define LGD_TESTS_REFERENCE_LEAST_SQUARES_H
#include <stdbool.h>
#include <stddef.h>
/* clang-format off */

enum { POLYNOMIAL_MOST = 12 };

/* w and its standard errors as lgd_least_squares_solve orders them, the constant last. */
typedef struct polynomial {
    const char *name;
    size_t degree, rows, outputs;
    bool weighted, offset, intercept, squared;
    double l2, rss, freedom, w[POLYNOMIAL_MOST], errors[POLYNOMIAL_MOST];
} polynomial;

static const polynomial polynomials[] = {""")
case("plain", 5, 21)
case("weights, two outputs", 5, 21, 2, True)
case("weights, offset, intercept, l2", 5, 21, 2, True, True, True, False, 0.375)
case("the same, squared", 5, 21, 2, True, True, True, True, 0.375)
case("l2 alone", 4, 15, 1, l2=48.0)
case("degree 9", 9, 31)
print("""};

/* clang-format on */
#endif""")
