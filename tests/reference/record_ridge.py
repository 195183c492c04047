"""Writes ridge.h: leave-one-out errors and weights of ridge regressions on the diabetes data, by scikit-learn.

    /usr/bin/python3 record_ridge.py > ridge.h         (Debian: apt-get install python3-sklearn)

RidgeCV leaves each row out in turn by the kernel of the rows, whose inverse it has from an eigendecomposition; the weights are those of
a singular value decomposition. An alpha is 442 times a strength, for scikit-learn's is that of a sum.
"""
import pathlib

import numpy as np
import sklearn
from sklearn.linear_model import Ridge, RidgeCV

DATA = pathlib.Path(__file__).parents[2] / "bench" / "data"
STRENGTHS = [10.0**k for k in np.arange(-7, 0.5, 0.5)]


def numbers(values):
    text = ", ".join(f"{value:.15g}" for value in values)
    lines, line = [], "   "
    for word in text.split(" "):
        if len(line) + len(word) >= 119:
            lines.append(line)
            line = "   "
        line += " " + word
    return "\n".join([*lines, line])


X = np.loadtxt(DATA / "diabetes_data.csv")
y = np.loadtxt(DATA / "diabetes_target.csv")
fits = RidgeCV(alphas=[len(y) * s for s in STRENGTHS], store_cv_values=True, gcv_mode="eigen").fit(X, y)
weights = [Ridge(alpha=len(y) * s, solver="svd", tol=0).fit(X, y) for s in STRENGTHS]
print(f"/* Written by record_ridge.py, scikit-learn {sklearn.__version__}: ridge regressions with an intercept on the diabetes data. */")
print("#ifndef LGD_TESTS_REFERENCE_RIDGE_H\n#define LGD_TESTS_REFERENCE_RIDGE_H\n#include \"../datasets.h\"\n/* clang-format off */\n")
print(f"enum {{ RIDGE_STRENGTHS = {len(STRENGTHS)}, RIDGE_BEST = {[len(y) * s for s in STRENGTHS].index(fits.alpha_)} }};\n")
for name, values in (("strengths[RIDGE_STRENGTHS]", STRENGTHS), ("errors[RIDGE_STRENGTHS]", fits.cv_values_.mean(axis=0))):
    print(f"static const double ridge_{name} = {{\n{numbers(values)}}};\n")
print("/* The intercept comes last. */\nstatic const double ridge_weights[RIDGE_STRENGTHS][DIABETES_COLS + 1] = {")
print(",\n".join("    {" + numbers([*fit.coef_, fit.intercept_]).strip() + "}" for fit in weights) + "};\n\n/* clang-format on */\n#endif")
