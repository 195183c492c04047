"""What tests/test_libsvm.c expects of the data, by scikit-learn: python3 libsvm.py bench/data."""
import sys

import numpy
from sklearn.datasets import load_svmlight_file

PRIME = 1000003
for name in ("heart_scale", "agaricus.txt.train", "agaricus.txt.test"):
    X, y = load_svmlight_file(f"{sys.argv[1]}/{name}", zero_based=False)
    X.eliminate_zeros()
    k = numpy.arange(1, X.nnz + 1)
    micro = numpy.round(1e6 * X.data).astype(numpy.int64)
    print(name, X.shape, y.sum(), f"sums: {X.nnz}, {X.indices.sum()}, {(k * X.indices % PRIME).sum() % PRIME}, {(k * (micro % PRIME) % PRIME).sum() % PRIME}")
