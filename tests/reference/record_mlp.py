"""Writes mlp.h: the loss of each of 100 Adam steps of small networks in PyTorch, in double.

    python3 record_mlp.py > mlp.h         (Debian: apt-get install python3-torch)

Weights, data and targets are numbers that C computes without rounding: those of a hash, of 24 bits. Batches are taken in order of
storage. A trace is worth comparing only where rounding stays small: each run is repeated with every gradient moved by one unit in the
last place, and nothing is written unless all losses stay within a tenth of what the test allows.
"""
import math
import sys

import torch

STEPS = 100
ACTIVATIONS = {"relu": torch.relu, "identity": lambda z: z, "sigmoid": torch.sigmoid, "tanh": torch.tanh,
               "leaky_relu": lambda z: torch.nn.functional.leaky_relu(z, 0.01), "gelu": torch.nn.functional.gelu,
               "softplus": torch.nn.functional.softplus}

# name, sizes of the layers from the columns to the outputs, activation, loss, L2, rows, batch, tolerance
RUNS = (
    ("tanh_softmax", (6, 5, 4, 3), "tanh", "softmax", 0.0, 48, 16, 1e-11),
    ("relu_softmax", (6, 5, 4, 3), "relu", "softmax", 0.0, 48, 16, 1e-8),
    ("sigmoid_half_squared", (5, 7, 4), "sigmoid", "half_squared", 0.01, 40, 10, 1e-11),
    ("sigmoid_logistic", (4, 6, 1), "sigmoid", "logistic", 0.0, 50, 20, 1e-11),
    ("gelu_softmax", (6, 8, 3), "gelu", "softmax", 0.001, 48, 48, 1e-11),
    ("softplus_logistic", (4, 6, 5, 2), "softplus", "logistic", 0.0, 48, 12, 1e-11),
    ("leaky_relu_half_squared", (5, 6, 6, 2), "leaky_relu", "half_squared", 0.0, 48, 16, 1e-8),
)

HEAD = f"""\
/* Written by record_mlp.py with PyTorch {torch.__version__}, in double: the loss of each batch before its step of Adam. */
#ifndef LGD_TESTS_REFERENCE_MLP_H
#define LGD_TESTS_REFERENCE_MLP_H
/* clang-format off */

enum {{ MLP_STEPS = {STEPS}, MLP_LAYERS = {max(len(run[1]) for run in RUNS) - 1} }};

/* size [layers + 1] from the columns to the outputs; weights, data and targets are mlp_number of the seeds 1, 2 and 3 + 4 times the
 * place in this table. */
typedef struct mlp_trace {{
    const char *name;
    size_t layers, size[MLP_LAYERS + 1];
    const char *activation, *loss;
    double l2;
    size_t rows, batch;
    double tolerance;
    double f[MLP_STEPS];
}} mlp_trace;

static const mlp_trace mlp_traces[] = {{
"""


def number(seed, k):
    """In [0, 1), a multiple of 2^-24."""
    x = ((k + 1) * 2654435761 + seed * 2246822519) % 2**32
    x ^= x >> 15
    x = x * 2246822519 % 2**32
    x ^= x >> 13
    x = x * 3266489917 % 2**32
    return ((x ^ x >> 16) >> 8) / 2**24


def numbers(seed, *shape):
    return torch.tensor([number(seed, k) for k in range(math.prod(shape))]).reshape(shape)


def weights_of(size, seed):
    """[in x out] and [out] of each layer, one after another: 2 u - 1, the biases half of that."""
    count = sum((n + 1) * k for n, k in zip(size, size[1:]))
    all, layers, at = 2 * numbers(seed, count) - 1, [], 0
    for n, k in zip(size, size[1:]):
        layers += [all[at:at + n * k].reshape(n, k).clone(), all[at + n * k:at + (n + 1) * k] / 2]
        at += (n + 1) * k
    return [w.requires_grad_() for w in layers]


def targets_of(loss, rows, outputs, seed):
    """Classes, labels, or numbers in [-2, 2)."""
    if loss == "softmax":
        return torch.floor(outputs * numbers(seed, rows)).long()
    u = numbers(seed, rows, outputs)
    return torch.floor(2 * u) if loss == "logistic" else 4 * u - 2


def value(weights, X, y, activation, loss, l2):
    """The mean over rows of the sum over outputs, and l2/2 |W|^2 of the weights that are no biases."""
    for W, b in zip(weights[:-2:2], weights[1:-2:2]):
        X = ACTIVATIONS[activation](X @ W + b)
    Z = X @ weights[-2] + weights[-1]
    if loss == "softmax":
        f = torch.nn.functional.cross_entropy(Z, y)
    elif loss == "logistic":
        f = torch.nn.functional.binary_cross_entropy_with_logits(Z, y, reduction="sum") / len(y)
    else:
        f = ((Z - y)**2).sum() / 2 / len(y)
    return f + l2 / 2 * sum((W**2).sum() for W in weights[::2])


def run(place, size, activation, loss, l2, rows, batch, side):
    weights = weights_of(size, 4 * place + 1)
    X = 4 * numbers(4 * place + 2, rows, size[0]) - 2
    y = targets_of(loss, rows, size[-1], 4 * place + 3)
    optimizer = torch.optim.Adam(weights, lr=0.01)
    draw = torch.Generator().manual_seed(abs(side))
    losses = []
    for step in range(STEPS):
        first = step * batch % (rows // batch * batch)
        optimizer.zero_grad()
        f = value(weights, X[first:first + batch], y[first:first + batch], activation, loss, l2)
        f.backward()
        losses.append(f.item())
        if side:
            for w in weights:
                up = torch.rand(w.shape, generator=draw) < 0.5
                w.grad = torch.where(up, torch.nextafter(w.grad, torch.tensor(math.inf)), torch.nextafter(w.grad, torch.tensor(-math.inf)))
        optimizer.step()
    return losses


def main():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    text = HEAD
    for place, (name, size, activation, loss, l2, rows, batch, tolerance) in enumerate(RUNS):
        words = (place, size, activation, loss, l2, rows, batch)
        losses = run(*words, 0)
        moved = max(abs(a / b - 1) for seed in range(1, 6) for a, b in zip(run(*words, seed), losses))
        print(f"{name}: {losses[0]:.3f} to {losses[-1]:.3f}; one unit in the last place moves it by {moved:.1e}", file=sys.stderr)
        if not moved < tolerance / 10:
            sys.exit(f"nothing written: {name} moves by more than a tenth of {tolerance}")
        text += f'    {{"{name}", {len(size) - 1}, {{{", ".join(map(str, size))}}}, "{activation}", "{loss}", {l2}, {rows}, {batch}, {tolerance}, {{\n'
        for k in range(0, STEPS, 5):
            text += "        " + ", ".join(f"{f:.17g}" for f in losses[k:k + 5]) + ",\n"
        text += "    }},\n"
    print(text + "};\n\n/* clang-format on */\n#endif")


if __name__ == "__main__":
    main()
