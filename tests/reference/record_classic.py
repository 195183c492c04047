"""Writes classic.h: values at the starts and minima of functions that tests of optimizers often use, of many digits.

    /usr/bin/python3 record_classic.py > classic.h         (Debian: apt-get install python3-mpmath)

The functions are written here a second time; from the points given Newton's method goes to minima, see minima.py.
"""
import itertools
import pathlib
import sys

from mpmath import cos, exp, mp, mpf, pi, sin, sqrt

mp.dps = 100
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import minima  # noqa: E402


def goldstein(x, y):
    return ((1 + (x + y + 1)**2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2))
            * (30 + (2 * x - 3 * y)**2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)))


def branin(x, y):
    return (y - mpf(5.1) / (4 * pi**2) * x**2 + 5 / pi * x - 6)**2 + 10 * (1 - 1 / (8 * pi)) * cos(x) + 10


def zakharov(*x):
    s = sum(j * v for j, v in enumerate(x, 1)) / 2
    return sum(v**2 for v in x) + s**2 + s**4


# name, function, start, whether 10 times it is none, near minima
FUNCTIONS = [
    (lambda x, y: (x + 2 * y - 7)**2 + (2 * x + y - 5)**2, [-5, 5], False, [(1, 3)]),
    (lambda x, y: mpf(26) / 100 * (x**2 + y**2) - mpf(48) / 100 * x * y, [5, -3], False, [(0, 0)]),
    (lambda x, y: sin(x + y) + (x - y)**2 - 3 * x / 2 + 5 * y / 2 + 1, [0, 0], True, [(-.547, -1.547)]),
    (lambda x, y: (x**2 + y - 11)**2 + (x + y**2 - 7)**2, [1, 1], False,
     [(3, 2), (-2.805, 3.131), (-3.779, -3.283), (3.584, -1.848)]),
    (goldstein, [1, 1], False, [(0, -1), (-.6, -.4), (1.8, .2), (1.2, .8)]),
    (lambda *x: sum(v**4 - 16 * v**2 + 5 * v for v in x) / 2, [1, -1, .5, -2], False,
     [[2.7468] * k + [-2.9035] * (4 - k) for k in range(5)]),
    (lambda x, y: 2 * x**2 - mpf(105) / 100 * x**4 + x**6 / 6 + x * y + y**2, [2, -1], False, [(0, 0), (1.7475, -.8737)]),
    (lambda x, y: (4 - mpf(21) / 10 * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2, [.5, 1], False,
     [(.0898, -.7127), (1.7036, -.7961), (1.6071, .5687)]),
    (lambda *x: sum(v**2 for v in x), list(range(1, 11)), False, [[0] * 10]),
    (lambda *x: sum(10 + v**2 - 10 * cos(2 * pi * v) for v in x), [.2, -1.1], True,
     [(a * .99496, b * .99496) for a, b in itertools.combinations_with_replacement(range(4), 2)]),
    (lambda x, y: -cos(x) * cos(y) * exp(-(x - pi)**2 - (y - pi)**2), [2.5, 4], True, [(pi, pi)]),
    (lambda *x: sum(100 * (b - a**2)**2 + (1 - a)**2 for a, b in zip(x, x[1:])), [1.3, .7, .8, 1.9, 1.2], False,
     [[1] * 5, (-.962, .936, .881, .778, .605)]),
    (branin, [2.5, 7.5], True, [(-pi, 12.275), (pi, 2.275), (3 * pi, 2.475)]),
    (zakharov, list(range(1, 6)), False, [[0] * 5]),
    (lambda *x: (x[0] - 1)**2 + sum(j * (2 * b**2 - a)**2 for j, (a, b) in enumerate(zip(x, x[1:]), 2)), [1] * 4, False,
     [[mpf(2)**(mpf(2)**-j - 1) for j in range(4)]]),
    (lambda *x: sum((v - 1)**2 for v in x) - sum(a * b for a, b in zip(x, x[1:])), [0] * 6, True, [(6, 10, 12, 12, 10, 6)]),
    (lambda x, y: (x**2 + y**2) / 4000 - cos(x) * cos(y / sqrt(2)) + 1, [1, 1], True, [(0, 0)]),
    (lambda x, y: 100 * (y - x**3)**2 + (1 - x)**2, [-1.2, -1], False, [(1, 1)]),
    (lambda x, y: ((x - 3) / 100)**2 - (x - y) + exp(20 * (x - y)), [0, -1], False, [(3, 3.1498)]),
    (lambda *x: sum(a * b / (i + j + 1) for i, a in enumerate(x) for j, b in enumerate(x)) / 2, [1] * 10, False, [[0] * 10]),
    (lambda x, y: abs(x - 1) + abs(y - 2), [3, -1], False, None),
]


def found(number, f, near):
    for x in near or []:
        x = [mpf(float(v)) for v in minima.polished(lambda y: f(*y), x)]
        at = f(*x)
        yield number, at if abs(at) > mpf(10)**-25 else mpf(0), False, x
    if near is None:  # a kink
        yield number, mpf(0), False, [1, 2]


starts = [[f(*[mpf(k * v) for v in x]) if k == 1 or not once else mpf(0) for k in (1, 10)] for f, x, once, _ in FUNCTIONS]
minima.write("classic", "functions that tests of optimizers often use", "other", starts,
             [row for i, (f, _, _, near) in enumerate(FUNCTIONS, 1) for row in found(i, f, near)])
