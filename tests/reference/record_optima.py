"""Writes optima.h: minima of generalised linear models over the sets of bench/data, and standard errors there.

    /usr/bin/python3 record_optima.py > optima.h     (Debian: apt-get install python3-sklearn python3-mpmath)

Each minimum comes from Newton's method of this script's own: values, gradients and second derivatives in extended precision
by their formulas, directions from equations in double precision, steps halved until the value falls. Nothing is written
unless the gradient is below 1e-16 of its terms there. Where scikit-learn (LIBLINEAR among its solvers) has the same costs,
it must agree: its value may lie above by 1e-8 of it, and not below. C is theirs, l2 = 1/(C rows). The shift that intercepts of
a softmax model leave open is taken so that they add up to 0.

Standard errors are those of the formulas in lgd/standard_errors.h, from inverses in 40 digits.
"""
import os
import sys
import warnings

import numpy
import sklearn
import sklearn.linear_model
import sklearn.svm
from mpmath import mp, matrix

L = numpy.longdouble
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench/data")
mp.dps = 40


def cells(name, skip=0, delimiter=","):
    return numpy.loadtxt(os.path.join(DATA, name), delimiter=delimiter, skiprows=skip)


def standardised(X):
    X = X.astype(L)
    X = X - X.mean(axis=0)
    return (X / numpy.sqrt((X * X).mean(axis=0))).astype(float)


def sets():
    cancer, iris, wine = cells("breast_cancer.csv", 1), cells("iris.csv", 1), cells("wine_data.csv", 1)
    digits, heart = cells("digits.csv"), cells("heart_scale.csv")
    X, y = cells("diabetes_data.csv", 0, None), cells("diabetes_target.csv", 0, None)
    return {
        "CANCER": (standardised(cancer[:, :-1]), cancer[:, -1]),
        "CANCER_SOME": (numpy.ascontiguousarray(standardised(cancer[:, :-1])[:, [1, 4, 8, 9]]), cancer[:, -1]),
        "HEART": (heart[:, :-1], heart[:, -1]),
        "IRIS": (iris[:, :-1], iris[:, -1]),
        "WINE": (standardised(wine[:, :-1]), wine[:, -1]),
        "DIGITS": (digits[:, :-1] / 16, digits[:, -1]),
        "DIABETES": (X, y),
    }


# ---- losses: value, slopes [m, k] and second derivatives [m, k, k] of scores Z [m, k]

def one(value, slope, second):
    return value, slope[:, None], second[:, None, None]


def logistic(Z, y):
    z, sign = Z[:, 0], 1 - 2 * y
    s = sign * z
    e = numpy.exp(-abs(s))
    p = numpy.where(s > 0, 1, e) / (1 + e)
    return one(numpy.maximum(s, 0) + numpy.log1p(e), sign * p, e / (1 + e) ** 2)


def softmax(Z, y):
    label = y.astype(int)
    rows = numpy.arange(len(y))
    top = Z.max(axis=1)
    e = numpy.exp(Z - top[:, None])
    P = e / e.sum(axis=1)[:, None]
    slope = P.copy()
    slope[rows, label] = 0  # and then without the cancellation of 1 - P
    slope[rows, label] = -slope.sum(axis=1)
    second = -P[:, :, None] * P[:, None, :]
    for c in range(Z.shape[1]):
        second[:, c, c] = P[:, c] * (1 - P[:, c])
    return numpy.log(e.sum(axis=1)) + top - Z[rows, label], slope, second


def squared_hinge(Z, y):
    sign = 2 * y - 1
    t = numpy.maximum(1 - sign * Z[:, 0], 0)
    return one(t * t, -2 * sign * t, 2 * (t > 0).astype(L))


def huber(delta):
    def loss(Z, y):
        e = Z[:, 0] - y
        near = abs(e) <= delta
        return one(numpy.where(near, e * e / 2, delta * (abs(e) - L(delta) / 2)), numpy.clip(e, -delta, delta), near.astype(L))
    return loss


def poisson(Z, y):
    mu = numpy.exp(Z[:, 0])
    return one(mu - y * Z[:, 0], mu - y, mu)


def gamma(Z, y):
    q = y * numpy.exp(-Z[:, 0])
    return one(q + Z[:, 0], 1 - q, q)


# ---- the minimum

class Model:
    def __init__(self, data, loss, l2, intercept, k=1):
        X, self.y = data
        self.X = numpy.hstack([X, numpy.ones((len(X), 1))]).astype(L) if intercept else X.astype(L)
        self.X64 = self.X.astype(float)
        self.y = self.y.astype(L)
        self.loss, self.l2, self.k, self.intercept = loss, L(l2), k, intercept
        self.m, self.n = self.X.shape
        self.penalised = numpy.ones((self.n, k), L)
        if intercept:
            self.penalised[-1] = 0

    def value(self, W):
        loss, _, _ = self.loss(self.X @ W, self.y)
        return loss.mean() + self.l2 / 2 * (self.penalised * W * W).sum()

    def all(self, W, exact=False):
        loss, slope, second = self.loss(self.X @ W, self.y)
        g = self.X.T @ slope / self.m + self.l2 * self.penalised * W
        size = abs(self.X).T @ abs(slope) / self.m
        X = self.X if exact else self.X64
        second = second if exact else second.astype(float)
        H = numpy.zeros((self.n * self.k, self.n * self.k), L if exact else float)
        for c in range(self.k):
            for e in range(self.k):
                H[c::self.k, e::self.k] = (X.T * second[:, c, e]) @ X / self.m
        D = H.copy()
        H[numpy.diag_indices(len(H))] += (self.l2 * self.penalised.ravel()).astype(H.dtype)
        return loss.mean() + self.l2 / 2 * (self.penalised * W * W).sum(), g, size, H, D

    def minimum(self):
        W = numpy.zeros((self.n, self.k), L)
        if self.intercept and self.loss in (poisson, gamma):
            W[-1] = numpy.log(self.y.mean())
        best = None
        for step in range(200):
            f, g, size, H, _ = self.all(W)
            off = float((abs(g) / size.max()).max())
            if best is None or off < best[0]:
                best = off, W.copy(), f
            elif off < 1e-16:
                break
            if self.k > 1 and self.intercept:  # the shift of all intercepts
                H[-self.k:, -self.k:] += 1.0 / self.k
            d = numpy.linalg.solve(H, g.ravel().astype(float)).reshape(W.shape)
            t = L(1)
            while self.value(W - t * d) > f + abs(f) * L(1e-18) and t > 1e-10 and off > 1e-12:
                t /= 2
            W = W - t * d
        off, W, f = best
        if not off < 1e-16:
            sys.exit(f"nothing written: a gradient is {off:.1e} of its terms")
        if self.k > 1 and self.intercept:
            W[-1] -= W[-1].mean()
        return W, self.value(W)


# ---- standard errors, in 40 digits

def inverse(H):
    size = numpy.vectorize(mp.sqrt)(numpy.diag(H))
    A = matrix((H / size / size[:, None]).tolist()) ** -1
    return numpy.array([[A[i, j] for j in range(len(H))] for i in range(len(H))]) / size / size[:, None]


def errors(model, W, dispersion):
    _, _, _, H, D = model.all(W, exact=True)
    _, slope, _ = model.loss(model.X @ W, model.y)
    G = (model.X[:, :, None] * slope[:, None, :]).reshape(model.m, -1)
    to_mp = lambda A: numpy.array([[mp.mpf(str(v)) for v in row] for row in A])
    P = inverse(to_mp(H * model.m))
    root = numpy.vectorize(mp.sqrt)
    out = []
    for M, factor in ((to_mp(D * model.m), dispersion), (to_mp(G.T @ G), 1),
                      (to_mp(G.T @ G), mp.mpf(model.m) / (model.m - len(H)))):
        out.append([float(v) for v in root(factor * numpy.diag(P.dot(M).dot(P)))])
    return out


# ---- what is written

def numbers(values):
    text, line = [], "     "
    for v in values:
        word = f" {float(v):.17g},"
        if len(line) + len(word) > 118:
            text.append(line)
            line = "     "
        line += word
    return "\n".join(text + [line])


def agrees(model, f, coef, intercept, what):
    W = numpy.zeros((model.n, model.k), L)
    coef = numpy.asarray(coef).reshape(model.k, -1)
    W[:coef.shape[1]] = coef.T
    if model.intercept:
        W[-1] = intercept
    theirs = model.value(W)
    if not -1e-14 * abs(f) <= theirs - f <= 1e-8 * abs(f):
        sys.exit(f"nothing written: {what} has {theirs - f:.1e} more")


def main():
    data = sets()
    cases, deviations = [], []
    warnings.simplefilter("ignore")

    def add(name, text, loss, l2, intercept, k, check=None):
        model = Model(data[name], loss, l2, intercept, k)
        W, f = model.minimum()
        if check:
            check.fit(*data[name])
            agrees(model, f, check.coef_, check.intercept_, f"{name} {text}")
        cases.append((name, text, l2, intercept, k, f, W.ravel()))
        return model, W

    for name in ("CANCER", "HEART"):
        m = len(data[name][1])
        for C in (0.01, 1, 100):
            add(name, "logistic", logistic, 1 / (C * m), True, 1,
                sklearn.linear_model.LogisticRegression(C=C, solver="newton-cg", tol=1e-8, max_iter=1000))
            add(name, "squared_hinge", squared_hinge, 1 / (C * m), False, 1,
                sklearn.svm.LinearSVC(C=C, dual=False, fit_intercept=False, tol=1e-8, max_iter=10000))
    for name, strengths in (("IRIS", (0.01, 1, 100)), ("WINE", (0.01, 1, 100)), ("DIGITS", (0.1,))):
        X, y = data[name]
        for C in strengths:
            add(name, "softmax", softmax, 1 / (C * len(y)), True, int(y.max()) + 1,
                sklearn.linear_model.LogisticRegression(C=C, solver="newton-cg", tol=1e-8, max_iter=1000))
    add("DIABETES", "huber:delta=30", huber(30), 1e-4, True, 1)
    add("DIABETES", "huber:delta=75", huber(75), 1e-3, True, 1)
    add("DIABETES", "poisson", poisson, 1e-3, True, 1,
        sklearn.linear_model.PoissonRegressor(alpha=1e-3, tol=1e-10, max_iter=10000))
    add("DIABETES", "gamma", gamma, 1e-3, True, 1,
        sklearn.linear_model.GammaRegressor(alpha=1e-3, tol=1e-10, max_iter=10000))

    for name, text, loss, l2, intercept, k in (
            ("CANCER_SOME", "logistic", logistic, 0, True, 1), ("DIABETES", "poisson", poisson, 0, True, 1),
            ("DIABETES", "gamma", gamma, 0, True, 1), ("HEART", "logistic", logistic, 0.01, True, 1),
            ("IRIS", "softmax", softmax, 0.01, False, 3)):
        model, W = add(name, text, loss, l2, intercept, k)
        dispersion = 1
        if text == "gamma":  # by Pearson's statistic
            residual = model.y / numpy.exp(model.X @ W)[:, 0] - 1
            dispersion = float((residual * residual).sum() / (model.m - model.n))
        deviations.append((len(cases) - 1, dispersion, errors(model, W, dispersion)))

    print(f"""/* Written by record_optima.py, scikit-learn {sklearn.__version__}: minima f of
 * 1/m sum_i loss(x_i W + b, y_i) + l2/2 |W|^2 at w, and standard errors of the last of them, by the model, HC0 and HC1. */
#ifndef LGD_TESTS_REFERENCE_OPTIMA_H
#define LGD_TESTS_REFERENCE_OPTIMA_H
#include <stdbool.h>
#include <stddef.h>
/* clang-format off */

typedef enum optimum_set {{ {", ".join("SET_" + name for name in data)} }} optimum_set;
""")
    for i, (name, text, l2, intercept, k, f, w) in enumerate(cases):
        print(f"static const double optimum_{i}[] = {{ /* {name}, {text} */\n{numbers(w)}\n}};")
    print("""
static const struct {
    optimum_set set;
    const char *loss;
    double l2;
    bool intercept;
    size_t outputs, dim;
    double f;
    const double *w;
} optima[] = {""")
    for i, (name, text, l2, intercept, k, f, w) in enumerate(cases):
        print(f'    {{SET_{name}, "{text}", {l2:.17g}, {str(intercept).lower()}, {k}, {len(w)}, {float(f):.17g}, optimum_{i}}},')
    print("};\n")
    for i, _, (a, b, c) in deviations:
        for kind, values in enumerate((a, b, c)):
            print(f"static const double errors_{i}_{kind}[] = {{\n{numbers(values)}\n}};")
    print("""
static const struct {
    size_t optimum;
    double dispersion;
    const double *errors[3];
} optimum_errors[] = {""")
    for i, dispersion, _ in deviations:
        print(f"    {{{i}, {dispersion:.17g}, {{errors_{i}_0, errors_{i}_1, errors_{i}_2}}}},")
    print("};\n\n#endif")


if __name__ == "__main__":
    main()
