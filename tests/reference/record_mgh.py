"""Writes mgh.h: values at the starts and minima of the problems of More, Garbow and Hillstrom, of many digits.

    /usr/bin/python3 record_mgh.py > mgh.h         (Debian: apt-get install python3-scipy python3-mpmath)

The residuals are written here a second time, after the paper (ACM TOMS 7, 1981, 17-41). A minimum that has no closed form is
approached by SciPy and then found by Newton's method, with derivatives by differences in 100 digits; nothing is written unless
Newton's last step was below 1e-20, the curvatures there are positive, and the value has the digits that the paper has.
"""
import math
import pathlib
import sys

import mpmath
import numpy
import scipy.optimize
from mpmath import mp, mpf

mp.dps = 100
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import minima  # noqa: E402

ONCE = 10, 19  # Watson begins in 0; ten times Gulf's start has no gradient


def numbers(text):
    return [float(v) for v in text.split()]


BARD = numbers(".14 .18 .22 .25 .29 .32 .35 .39 .37 .58 .73 .96 1.34 2.1 4.39")
GAUSS = numbers(".0009 .0044 .0175 .054 .1295 .242 .3521 .3989 .3521 .242 .1295 .054 .0175 .0044 .0009")
MEYER = numbers("34780 28610 23650 19630 16370 13720 11540 9744 8261 7030 6005 5147 4427 3820 3307 2872")
KO_Y = numbers(".1957 .1947 .1735 .16 .0844 .0627 .0456 .0342 .0323 .0235 .0246")
KO_U = numbers("4 2 1 .5 .25 .167 .125 .1 .0833 .0714 .0625")
OSBORNE_1 = numbers(""".844 .908 .932 .936 .925 .908 .881 .85 .818 .784 .751 .718 .685 .658 .628 .603 .58 .558 .538 .522 .506
    .49 .478 .467 .457 .448 .438 .431 .424 .42 .414 .411 .406""")
OSBORNE_2 = numbers("""1.366 1.191 1.112 1.013 .991 .885 .831 .847 .786 .725 .746 .679 .608 .655 .616 .606 .602 .626 .651 .724
    .649 .649 .694 .644 .624 .661 .612 .558 .533 .495 .5 .423 .395 .375 .372 .391 .396 .405 .428 .429 .523 .562 .607 .653 .672
    .708 .633 .668 .645 .632 .591 .559 .597 .625 .739 .71 .729 .72 .636 .581 .428 .292 .162 .098 .054""")


def helical(f, x):
    theta = f.atan(x[1] / x[0]) / (2 * f.pi) + (f.mpf(1) / 2 if x[0] < 0 else 0)
    return [10 * (x[2] - 10 * theta), 10 * (f.sqrt(x[0]**2 + x[1]**2) - 1), x[2]]


def powell(f, x):
    return [v for a, b, c, d in zip(x[::4], x[1::4], x[2::4], x[3::4])
            for v in (a + 10 * b, f.sqrt(5) * (c - d), (b - 2 * c)**2, f.sqrt(10) * (a - d)**2)]


def pairs(f, x):
    return [v for a, b in zip(x[::2], x[1::2]) for v in (10 * (b - a**2), 1 - a)]


def gulf(f, x):
    t = [f.mpf(i) / 100 for i in range(1, 100)]
    return [f.exp(-abs(25 + (-50 * f.log(u))**(f.mpf(2) / 3) - x[1])**x[2] / x[0]) - u for u in t]


def biggs(f, x):
    t = [f.mpf(i) / 10 for i in range(1, 14)]
    return [x[2] * f.exp(-u * x[0]) - x[3] * f.exp(-u * x[1]) + x[5] * f.exp(-u * x[4])
            - (f.exp(-u) - 5 * f.exp(-10 * u) + 3 * f.exp(-4 * u)) for u in t]


def osborne_2(f, x):
    t = [f.mpf(i) / 10 for i in range(65)]
    return [v - x[0] * f.exp(-u * x[4]) - sum(x[1 + k] * f.exp(-(u - x[8 + k])**2 * x[5 + k]) for k in range(3))
            for u, v in zip(t, OSBORNE_2)]


def watson(f, x):
    r = [x[0], x[1] - x[0]**2 - 1]
    for i in range(1, 30):
        t = f.mpf(i) / 29
        r.append(sum(j * v * t**(j - 1) for j, v in enumerate(x) if j) - sum(v * t**j for j, v in enumerate(x))**2 - 1)
    return r


def penalty_2(f, x):
    a, n = f.sqrt(f.mpf(1e-5)), len(x)
    e = [f.exp(v / 10) for v in x]
    y = [f.exp(f.mpf(i) / 10) for i in range(1, n + 1)]
    return ([x[0] - f.mpf(.2)] + [a * (e[i] + e[i - 1] - y[i] - y[i - 1]) for i in range(1, n)]
            + [a * (e[i] - f.exp(f.mpf(-.1))) for i in range(1, n)] + [sum((n - j) * v**2 for j, v in enumerate(x)) - 1])


def variably(f, x):
    s = sum((j + 1) * (v - 1) for j, v in enumerate(x))
    return [v - 1 for v in x] + [s, s**2]


def trigonometric(f, x):
    n = len(x)
    return [n - sum(f.cos(v) for v in x) + (i + 1) * (1 - f.cos(u)) - f.sin(u) for i, u in enumerate(x)]


def almost_linear(f, x):
    n, product = len(x), 1
    for v in x:
        product = product * v
    return [v + sum(x) - (n + 1) for v in x[:-1]] + [product - 1]


def boundary(f, x):
    n = len(x)
    h, z = f.mpf(1) / (n + 1), [0, *x, 0]
    return [2 * z[i] - z[i - 1] - z[i + 1] + h**2 * (z[i] + i * h + 1)**3 / 2 for i in range(1, n + 1)]


def integral(f, x):
    n = len(x)
    h, z = f.mpf(1) / (n + 1), [0, *x]
    c = [(z[j] + j * h + 1)**3 for j in range(n + 1)]
    return [z[i] + h * ((1 - i * h) * sum(j * h * c[j] for j in range(1, i + 1))
                        + i * h * sum((1 - j * h) * c[j] for j in range(i + 1, n + 1))) / 2 for i in range(1, n + 1)]


def tridiagonal(f, x):
    z = [0, *x, 0]
    return [(3 - 2 * z[i]) * z[i] - z[i - 1] - 2 * z[i + 1] + 1 for i in range(1, len(x) + 1)]


def banded(f, x):
    n = len(x)
    return [x[i] * (2 + 5 * x[i]**2) + 1 - sum(x[j] * (1 + x[j]) for j in range(max(0, i - 5), min(n, i + 2)) if j != i)
            for i in range(n)]


def chebyquad(f, x):
    n, r = len(x), []
    for i in range(1, n + 1):
        mean = sum(mpmath.chebyt(i, 2 * v - 1) if f is mp else math.cos(i * math.acos(min(1, max(-1, 2 * v - 1)))) for v in x) / n
        r.append(mean + (f.mpf(1) / (i * i - 1) if i % 2 == 0 else 0))
    return r


def bard(f, x):
    return [y - x[0] - i / ((16 - i) * x[1] + min(i, 16 - i) * x[2]) for i, y in enumerate(BARD, 1)]


def kowalik(f, x):
    return [y - x[0] * (u**2 + u * x[1]) / (u**2 + u * x[2] + x[3]) for y, u in zip(KO_Y, map(f.mpf, KO_U))]


def far_kowalik(f, x):
    """What is left of it where x1, x3, x4 grow in the ratios b : 1 : c."""
    return [y - x[0] * (u**2 + u * x[1]) / (u + x[2]) for y, u in zip(KO_Y, map(f.mpf, KO_U))]


def folded_biggs(f, x):
    """Where x5 = x1 and x6 = x3; there a line of minima crosses, along which x3 + x6 stays."""
    return biggs(f, [x[0], x[1], x[2], x[3], x[0], x[2]])


N, M = 10, 20
RESIDUALS = [
    lambda f, x: pairs(f, x),
    lambda f, x: [-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1], -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]],
    lambda f, x: [10000 * x[0] * x[1] - 1, f.exp(-x[0]) + f.exp(-x[1]) - f.mpf(1.0001)],
    lambda f, x: [x[0] - 1000000, x[1] - f.mpf(2e-6), x[0] * x[1] - 2],
    lambda f, x: [y - x[0] * (1 - x[1]**i) for i, y in enumerate([1.5, 2.25, 2.625], 1)],
    lambda f, x: [2 + 2 * i - f.exp(i * x[0]) - f.exp(i * x[1]) for i in range(1, 11)],
    helical,
    bard,
    lambda f, x: [x[0] * f.exp(-x[1] * (f.mpf(8 - i) / 2 - x[2])**2 / 2) - y for i, y in enumerate(GAUSS, 1)],
    lambda f, x: [x[0] * f.exp(x[1] / (45 + 5 * i + x[2])) - y for i, y in enumerate(MEYER, 1)],
    gulf,
    lambda f, x: [f.exp(-t * x[0]) - f.exp(-t * x[1]) - x[2] * (f.exp(-t) - f.exp(-10 * t))
                  for t in (f.mpf(i) / 10 for i in range(1, 11))],
    powell,
    lambda f, x: [10 * (x[1] - x[0]**2), 1 - x[0], f.sqrt(90) * (x[3] - x[2]**2), 1 - x[2], f.sqrt(10) * (x[1] + x[3] - 2),
                  (x[1] - x[3]) / f.sqrt(10)],
    kowalik,
    lambda f, x: [(x[0] + t * x[1] - f.exp(t))**2 + (x[2] + x[3] * f.sin(t) - f.cos(t))**2
                  for t in (f.mpf(i) / 5 for i in range(1, 21))],
    lambda f, x: [y - x[0] - x[1] * f.exp(-10 * i * x[3]) - x[2] * f.exp(-10 * i * x[4]) for i, y in enumerate(OSBORNE_1)],
    biggs,
    osborne_2,
    watson,
    pairs,
    powell,
    lambda f, x: [f.sqrt(f.mpf(1e-5)) * (v - 1) for v in x] + [sum(v**2 for v in x) - f.mpf(1) / 4],
    penalty_2,
    variably,
    trigonometric,
    almost_linear,
    boundary,
    integral,
    tridiagonal,
    banded,
    lambda f, x: [v - 2 * sum(x) / M - 1 for v in x] + [-2 * sum(x) / M - 1] * (M - N),
    lambda f, x: [i * sum(j * v for j, v in enumerate(x, 1)) - 1 for i in range(1, M + 1)],
    lambda f, x: [-1] + [i * sum(j * v for j, v in enumerate(x[1:-1], 2)) - 1 for i in range(1, M - 1)] + [-1],
    chebyquad,
]
T = [i / (N + 1) for i in range(1, N + 1)]
STARTS = [[-1.2, 1], [.5, -2], [0, 1], [1, 1], [1, 1], [.3, .4], [-1, 0, 0], [1, 1, 1], [.4, 1, 0], [.02, 4000, 250],
          [5, 2.5, .15], [0, 10, 20], [3, -1, 0, 1], [-3, -1, -3, -1], [.25, .39, .415, .39], [25, 5, -5, -1],
          [.5, 1.5, -1, .01, .02], [1, 2, 1, 1, 1, 1], [1.3, .65, .65, .7, .6, 3, 5, 7, 2, 4.5, 5.5], [0] * 9, [-1.2, 1] * 5,
          [3, -1, 0, 1] * 3, list(range(1, N + 1)), [.5] * N, [1 - j / N for j in range(1, N + 1)], [.1] * N,
          [.5] * N, [t * (t - 1) for t in T], [t * (t - 1) for t in T], [-1] * N,
          [-1] * N, [1] * N, [1] * N, [1] * N, [j / 9 for j in range(1, 9)]]
# Problem (from 0), value as the paper has it, where it is or the search for it begins; EXACT: it is there.
EXACT, SEARCH, FAR, FOLDED = "exact", "search", "far", "folded"
MINIMA = [
    (0, 0, EXACT, [1, 1]), (1, 0, EXACT, [5, 4]), (1, 48.9842, SEARCH, [11.41, -.8968]), (2, 0, SEARCH, [1.098e-5, 9.106]),
    (3, 0, EXACT, [1000000, 2e-6]), (4, 0, EXACT, [3, .5]), (5, 124.362, SEARCH, [.2578, .2578]), (6, 0, EXACT, [1, 0, 0]),
    (7, 8.21487e-3, SEARCH, [.08, 1.13, 2.34]), (7, 17.4286, FAR, [.8406, -1e12, -1e12]), (8, 1.12793e-8, SEARCH, [.4, 1, 0]),
    (9, 87.9458, SEARCH, [5.61e-3, 6181, 345]), (10, 0, EXACT, [50, 25, 1.5]), (11, 0, EXACT, [1, 10, 1]),
    (11, 0, EXACT, [10, 1, -1]), (11, 0, EXACT, [3, 3, 0]), (12, 0, EXACT, [0] * 4), (13, 0, EXACT, [1] * 4),
    (14, 3.07505e-4, SEARCH, [.1928, .1913, .1231, .1361]), (14, 1.02734e-3, FAR, None),
    (15, 85822.2, SEARCH, [-11.59, 13.2, -.4034, .2367]), (16, 5.46489e-5, SEARCH, [.3754, 1.9358, -1.4647, .01287, .02212]),
    (17, 0, EXACT, [1, 10, 1, 5, 4, 3]), (17, 5.65565e-3, FOLDED, [1.711, 17.68, 1.163, 5.187]), (18, 4.01377e-2, SEARCH, None),
    (19, 1.39976e-6, SEARCH, None), (20, 0, EXACT, [1] * 10), (21, 0, EXACT, [0] * 12), (22, 7.08765e-5, SEARCH, None),
    (23, 2.93660e-4, SEARCH, None), (24, 0, EXACT, [1] * N), (25, 0, EXACT, [0] * N), (25, 2.79506e-5, SEARCH, [.0551, .0568, .0588, .0611, .0637, .0669, .2082, .1643, .085, .0914]),
    (26, 0, EXACT, [1] * N), (26, 1, EXACT, [0] * (N - 1) + [N + 1]), (27, 0, SEARCH, None), (28, 0, SEARCH, None),
    (29, 0, SEARCH, None), (30, 0, SEARCH, None), (31, M - N, EXACT, [-1] * N),
    (32, mpf(M * (M - 1)) / (2 * (2 * M + 1)), EXACT, [mpf(3) / (2 * M + 1)] + [0] * (N - 1)),
    (33, mpf(M * M + 3 * M - 6) / (2 * (2 * M - 3)), EXACT, [0, mpf(3) / (2 * (2 * M - 3))] + [0] * (N - 2)),
    (34, 3.51687e-3, SEARCH, None),
]


class Double:
    """The names of mpmath for floats."""
    exp, sin, cos, sqrt, log, atan, pi, mpf = math.exp, math.sin, math.cos, math.sqrt, math.log, math.atan, math.pi, float


def value(residuals, x):
    return mpmath.fsum(mpf(r)**2 for r in residuals(mp, x))


def approached(residuals, x):
    x = scipy.optimize.least_squares(lambda u: numpy.array(residuals(Double, [float(v) for v in u]), float), [float(v) for v in x],
                                     x_scale="jac", method="lm", xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=20000).x
    return minima.polished(lambda y: value(residuals, y), [float(v) for v in x])


def minimum(problem, paper, how, x):
    residuals = RESIDUALS[problem]
    if how == SEARCH:
        x = approached(residuals, x or STARTS[problem])
    elif problem == 14:
        b, c, d = approached(far_kowalik, [-.02, -14.07, .3])
        x = [-b * mpf(10)**12, c, -mpf(10)**12, -d * mpf(10)**12]
    elif how == FOLDED:
        x = approached(folded_biggs, x)
        x = [*x, x[0], x[2]]
    x = [mpf(float(v)) for v in x]
    f = value(residuals, x)
    if paper == 0 and f > mpf(10)**-18 or paper and abs(f - paper) > 6e-6 * abs(paper):
        sys.exit(f"nothing written: the value of problem {problem + 1} is {mp.nstr(f, 10)}, not {paper}")
    return problem + 1, f if paper else mpf(0), how == FAR, x


starts = [[value(r, [mpf(float(v) * k) for v in x]) if k == 1 or i not in ONCE else mpf(0) for k in (1, 10)]
          for i, (r, x) in enumerate(zip(RESIDUALS, STARTS))]
minima.write("mgh", "the problems of More, Garbow and Hillstrom", "mgh", starts, [minimum(*row) for row in MINIMA])
