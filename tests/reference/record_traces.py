"""Writes traces.h: 50 steps of PyTorch's optimizers, in double, on a small fixed problem.

    python3 record_traces.py > traces.h         (Debian: apt-get install python3-torch)

A trace is worth comparing only where rounding stays small: each run is repeated with every gradient moved by one unit
in the last place, and nothing is written unless all of them stay within 1e-12. Where the sign of a gradient decides, it
must be clear of rounding, by 1e-13 of what the gradient is the sum of.
"""
import math
import random
import sys

import torch
from torch.optim import ASGD, SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, RAdam, RMSprop, Rprop

STEPS = (1, 2, 5, 10, 20, 50)
SCALE = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
CENTRE = (5.0, -4.0, 3.0, -6.0, 4.0, -3.0)
START = (0.0, 1.0, -1.0, 0.5, 0.0, -0.5)

class Averaged(ASGD):
    """What is recorded is the average, not w."""


# name, optimizer, its arguments, the factor by which the rate shrinks after each step
RUNS = (
    ("sgd", SGD, dict(lr=0.01), 1.0),
    ("momentum", SGD, dict(lr=0.01, momentum=0.9), 1.0),
    ("momentum_schedule", SGD, dict(lr=0.02, momentum=0.9), 0.9),
    ("momentum_dampening", SGD, dict(lr=0.01, momentum=0.9, dampening=0.3), 1.0),
    ("nesterov", SGD, dict(lr=0.01, momentum=0.9, nesterov=True), 1.0),
    ("adagrad", Adagrad, dict(), 1.0),
    ("adagrad_decay", Adagrad, dict(lr=0.5, lr_decay=0.1), 1.0),
    ("adagrad_initial", Adagrad, dict(lr=0.5, initial_accumulator_value=0.1, eps=1e-4), 1.0),
    ("rmsprop", RMSprop, dict(), 1.0),
    ("rmsprop_momentum", RMSprop, dict(lr=0.002, momentum=0.9), 1.0),
    ("rmsprop_centered", RMSprop, dict(centered=True), 1.0),
    ("rmsprop_both", RMSprop, dict(lr=0.002, alpha=0.9, momentum=0.9, centered=True), 1.0),
    ("adadelta", Adadelta, dict(rho=0.95), 1.0),
    ("adadelta_pytorch", Adadelta, dict(), 1.0),
    ("rprop", Rprop, dict(), 1.0),
    ("rprop_bounds", Rprop, dict(lr=0.5, etas=(0.25, 1.1), step_sizes=(0.1, 0.7)), 1.0),
    ("adam", Adam, dict(), 1.0),
    ("adam_betas", Adam, dict(lr=0.05, betas=(0.8, 0.99), eps=1e-3), 1.0),
    ("adamw", AdamW, dict(), 1.0),
    ("adamw_decay", AdamW, dict(lr=0.05, weight_decay=0.1), 1.0),
    ("adam_decay", Adam, dict(lr=0.05, weight_decay=0.1), 1.0),
    ("amsgrad", Adam, dict(amsgrad=True), 1.0),
    ("amsgrad_betas", Adam, dict(lr=0.2, betas=(0.8, 0.9), eps=1e-3, amsgrad=True), 1.0),
    ("adamax", Adamax, dict(), 1.0),
    ("adamax_betas", Adamax, dict(lr=0.2, betas=(0.8, 0.9), eps=1e-3), 1.0),
    ("radam", RAdam, dict(), 1.0),
    ("radam_betas", RAdam, dict(lr=0.05, betas=(0.8, 0.9), eps=1e-3), 1.0),
    ("asgd", ASGD, dict(), 1.0),
    ("asgd_early", ASGD, dict(lr=0.02, lambd=0.05, alpha=0.6, t0=8), 1.0),
    ("asgd_early_average", Averaged, dict(lr=0.02, lambd=0.05, alpha=0.6, t0=8), 1.0),
)


HEAD = f"""\
/* Written by record_traces.py with PyTorch {torch.__version__}, in double: the point after some steps of each run. */
#ifndef LGD_TESTS_REFERENCE_TRACES_H
#define LGD_TESTS_REFERENCE_TRACES_H
/* clang-format off */

enum {{ TRACE_DIM = {len(START)}, TRACE_POINTS = {len(STEPS)} }};

typedef struct trace {{
    const char *name;
    double factor; /* the rate of step t is factor^(t-1) times that of the optimizer */
    double w[TRACE_POINTS][TRACE_DIM];
}} trace;

static const unsigned trace_step[TRACE_POINTS] = {{{", ".join(map(str, STEPS))}}};
static const double trace_scale[TRACE_DIM] = {{{", ".join(map(str, SCALE))}}};
static const double trace_centre[TRACE_DIM] = {{{", ".join(map(str, CENTRE))}}};
static const double trace_start[TRACE_DIM] = {{{", ".join(map(str, START))}}};

static const trace traces[] = {{
"""


def gradient(w):
    """Of 1/2 sum_ij z_i z_j / (1 + |i - j|) + 1/2 sum_j log cosh w_j with z_i = scale_i (w_i - centre_i)."""
    n = len(w)
    z = [SCALE[i] * (w[i] - CENTRE[i]) for i in range(n)]
    g = []
    for j in range(n):
        total = 0.0
        for i in range(n):
            total += z[i] / (1 + abs(i - j))
        g.append(SCALE[j] * total + math.tanh(w[j]) / 2)
    return g


def terms(w):
    """The sum of what gradient adds up, each without its sign."""
    n = len(w)
    z = [abs(SCALE[i] * (w[i] - CENTRE[i])) for i in range(n)]
    return [SCALE[j] * sum(z[i] / (1 + abs(i - j)) for i in range(n)) + abs(math.tanh(w[j])) / 2 for j in range(n)]


def run(method, arguments, factor, perturb):
    """The points at STEPS and, for each, what its coordinates' errors are relative to: |w| or the way travelled."""
    w = torch.tensor(START)
    optimizer = method([w], **arguments)
    rate = optimizer.param_groups[0]["lr"]
    way = [0.0] * len(START)
    points, sizes = [], []
    for step in range(STEPS[-1]):
        before = w.tolist()
        if method is Rprop and any(abs(g) < 1e-13 * size for g, size in zip(gradient(before), terms(before))):
            sys.exit(f"nothing written: rounding decides a sign in step {step + 1} of Rprop")
        w.grad = torch.tensor([perturb(g) for g in gradient(before)])
        optimizer.param_groups[0]["lr"] = rate * factor ** step
        optimizer.step()
        after = w.tolist()
        way = [v + abs(b - a) for v, a, b in zip(way, before, after)]
        if step + 1 in STEPS:
            points.append(optimizer.state[w]["ax"].tolist() if isinstance(optimizer, Averaged) else after)
            sizes.append([max(abs(b), v) for b, v in zip(after, way)])
    return points, sizes


def sensitivity(method, arguments, factor, points, sizes):
    """How far w moves, at most, if every gradient is off by one unit in the last place."""
    moved = 0.0
    for seed in range(5):
        side = random.Random(seed)
        others, _ = run(method, arguments, factor, lambda g: math.nextafter(g, side.choice((-math.inf, math.inf))))
        for point, other, size in zip(points, others, sizes):
            moved = max([moved] + [abs(a - b) / s for a, b, s in zip(point, other, size)])
    return moved


def main():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    text, chaotic = HEAD, []
    for name, method, arguments, factor in RUNS:
        points, sizes = run(method, arguments, factor, lambda g: g)
        moved = sensitivity(method, arguments, factor, points, sizes)
        print(f"{name}: one unit in the last place of each gradient moves w by {moved:.1e}", file=sys.stderr)
        if not moved < 1e-12:
            chaotic.append(name)
        given = ", ".join(f"{key}={value}" for key, value in arguments.items())
        text += f"    /* {method.__name__}({given}) */\n    {{\"{name}\", {factor}, {{\n"
        for point in points:
            numbers = [value.hex() for value in point]
            text += f"        {{{', '.join(numbers[:3])},\n         {', '.join(numbers[3:])}}},\n"
        text += "    }},\n"
    if chaotic:
        sys.exit(f"nothing written: w moves by 1e-12 or more with {', '.join(chaotic)}")
    print(text + "};\n\n/* clang-format on */\n#endif")


if __name__ == "__main__":
    main()
