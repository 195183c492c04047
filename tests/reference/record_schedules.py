"""Writes schedules.h: what PyTorch's schedulers make of a rate of 1, and of the momentum, over the first steps.

    python3 record_schedules.py > schedules.h         (Debian: apt-get install python3-torch)
"""
import warnings

import torch
from torch.optim.lr_scheduler import (CosineAnnealingLR, CosineAnnealingWarmRestarts, CyclicLR, ExponentialLR, LinearLR,
                                      MultiStepLR, OneCycleLR, PolynomialLR, ReduceLROnPlateau, SequentialLR, StepLR)

STEPS = 41
CYCLE = dict(base_lr=0.1, max_lr=1.0, step_size_up=4, step_size_down=6, base_momentum=0.8, max_momentum=0.9)
# Falls, rests, falls by less than the tolerance, rises.
VALUES = (5, 4, 4.5, 4.2, 4.1, 3, 2.9985, 2.9972, 2.9968, 3.1, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1.5, 1.5, 0.9995, 1.5, 0.5, 0.6, 0.7,
          0.4, 0.41, 0.42, 0.43, 0.44, 0.45, 0.46, 0.47, 0.48, 0.1, 0.2, 0.3, 0.0999, 0.0998, 0.5)
assert len(VALUES) == STEPS

# name, scheduler of the optimizer
RUNS = (
    ("step", lambda o: StepLR(o, 7, gamma=0.3)),
    ("multi_step", lambda o: MultiStepLR(o, [5, 12, 30], gamma=0.5)),
    ("exponential", lambda o: ExponentialLR(o, 0.9)),
    ("cosine", lambda o: CosineAnnealingLR(o, 40, eta_min=0.05)),
    ("polynomial", lambda o: PolynomialLR(o, total_iters=30, power=2.0)),
    ("restarts", lambda o: CosineAnnealingWarmRestarts(o, 9, eta_min=0.05)),
    ("restarts_twice_as_long", lambda o: CosineAnnealingWarmRestarts(o, 5, T_mult=2)),
    ("one_cycle", lambda o: OneCycleLR(o, 1.0, total_steps=STEPS)),
    ("one_cycle_everything", lambda o: OneCycleLR(o, 1.0, total_steps=STEPS, pct_start=0.4, div_factor=10,
                                                  final_div_factor=50, base_momentum=0.7, max_momentum=0.9)),
    ("triangular", lambda o: CyclicLR(o, mode="triangular", **CYCLE)),
    ("triangular2", lambda o: CyclicLR(o, mode="triangular2", **CYCLE)),
    ("exp_range", lambda o: CyclicLR(o, mode="exp_range", gamma=0.97, **CYCLE)),
    ("plateau", lambda o: ReduceLROnPlateau(o, factor=0.5, patience=2, threshold=1e-3, cooldown=3, min_lr=0.1)),
    ("chain", lambda o: SequentialLR(o, [CosineAnnealingWarmRestarts(o, 8), ExponentialLR(o, 0.9), LinearLR(o, 0.25, 1, 4)],
                                     [12, 30])),
)


def record(make):
    """Factor and momentum before each step; a momentum that the scheduler leaves alone is told as 0."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0, momentum=0.5)
    scheduler = make(optimizer)
    rows = []
    for value in VALUES:
        group = optimizer.param_groups[0]
        rows.append((group["lr"], group["momentum"] if group["momentum"] != 0.5 else 0))
        optimizer.step()
        if len(rows) < STEPS:
            scheduler.step(*([value] if isinstance(scheduler, ReduceLROnPlateau) else []))
    return rows


def numbers(values):
    return "{" + ", ".join(repr(float(v)) for v in values) + "}" if any(values) else "{0}"


warnings.simplefilter("ignore")
torch.set_default_dtype(torch.float64)
print(f"""\
/* Written by record_schedules.py with PyTorch {torch.__version__}: the rate and the momentum that each step had. */
#ifndef LGD_TESTS_REFERENCE_SCHEDULES_H
#define LGD_TESTS_REFERENCE_SCHEDULES_H
/* clang-format off */

enum {{ SCHEDULE_STEPS = {STEPS} }};

/* The rate of a plateau at step t has seen the first t of them. */
static const double schedule_values[SCHEDULE_STEPS] = {numbers(VALUES)};

/* momentum 0: left alone */
static const struct {{
    const char *name;
    double factor[SCHEDULE_STEPS], momentum[SCHEDULE_STEPS];
}} schedule_traces[] = {{""")
for name, make in RUNS:
    rates, momenta = zip(*record(make))
    print(f'    {{"{name}",\n     {numbers(rates)},\n     {numbers(momenta)}}},')
print("};\n\n#endif")
