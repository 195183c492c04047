"""What tests/test_weights.c expects of weighted rows, by Newton's method in NumPy: python3 weights.py bench/data."""
import sys

import numpy

L2 = 0.01


def rows(name):
    table = numpy.loadtxt(f"{sys.argv[1]}/{name}")
    return numpy.hstack([table[:, 1:], numpy.ones((len(table), 1))]), table[:, 0], numpy.loadtxt(f"{sys.argv[1]}/{name}.weight")


def loss(X, y, omega, w):
    z = X @ w
    return (omega * (numpy.logaddexp(0, z) - y * z)).sum() / omega.sum()


X, y, omega = rows("binary.train")
spared = numpy.append(numpy.full(X.shape[1] - 1, L2), 0)  # the intercept is
w = numpy.zeros(X.shape[1])
for _ in range(30):
    p = 1 / (1 + numpy.exp(-X @ w))
    g = X.T @ (omega * (p - y)) / omega.sum() + spared * w
    H = (X.T * (omega * p * (1 - p))) @ X / omega.sum() + numpy.diag(spared)
    w -= numpy.linalg.solve(H, g)
A, b, nu = rows("binary.test")
right = ((A @ w > 0) == (b == 1))
print(f"|g| {abs(g).max():.1e}\nobjective {loss(X, y, omega, w) + (spared * w * w).sum() / 2!r}\ntest loss {loss(A, b, nu, w)!r}")
print(f"right {int(right.sum())} of {len(b)}, by weight {(nu * right).sum() / nu.sum()!r}\nw[0], w[27], w[28] {w[0]!r} {w[27]!r} {w[28]!r}")
