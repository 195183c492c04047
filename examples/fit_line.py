"""Fits a line to eight measurements, in Python: the length of a spring against the load that hangs on it.

The column of loads is standardised first, without a copy, so that a rate of 0.5 suits it whatever the unit; then the weights
are turned back into the unit of the data. Prints why the run ended, the line, and what it predicts for a new load.
"""
import numpy as np

import lgd

load = np.array([0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4])  # kg
length = np.array([11.6, 13.0, 14.7, 16.2, 17.8, 19.1, 20.9, 22.3])  # cm

X = lgd.Matrix(load[:, None]).standardized()
f = lgd.Glm(X, length, "half_squared", intercept=True)
w = np.zeros(f.dim)  # the intercept is last
report = lgd.minimize(f, lgd.Optimizer("sgd:lr=0.5"), w)
slope, intercept = X.unscale(w)

print(f"{report.reason}, {report.steps} steps")
print(f"length = {intercept:.4f} + {slope:.4f} load")
print(f"a load of 5 kg: {intercept + 5 * slope:.2f} cm")
