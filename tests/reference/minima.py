"""Minima of many digits: what the scripts that record the classic functions share."""
import sys
import textwrap

from mpmath import mp, mpf

STEP = mpf(10)**-25  # of differences, in 100 digits


def polished(value, x):
    """The minimum near x by Newton's method, with derivatives by differences; ends the program unless it is one."""
    x, n = [mpf(v) for v in x], len(x)
    for _ in range(40):
        scale = [max(abs(v), mpf(10)**-3) for v in x]

        def at(*by):
            y = list(x)
            for j, sign in by:
                y[j] += sign * STEP * scale[j]
            return value(y)
        f, up, down = at(), [at((j, 1)) for j in range(n)], [at((j, -1)) for j in range(n)]
        g = mp.matrix([(u - d) / (2 * STEP) for u, d in zip(up, down)])
        H = mp.matrix(n, n)
        for i in range(n):
            H[i, i] = (up[i] - 2 * f + down[i]) / STEP**2
            for j in range(i):
                corners = at((i, 1), (j, 1)) - at((i, 1), (j, -1)) - at((i, -1), (j, 1)) + at((i, -1), (j, -1))
                H[i, j] = H[j, i] = corners / (4 * STEP**2)
        step = mp.lu_solve(H, -g)
        x = [v + s * d for v, s, d in zip(x, scale, step)]
        if max(abs(d) for d in step) < mpf(10)**-20:
            if min(mp.eigsy(H, eigvals_only=True)) <= 0:
                sys.exit("nothing written: a saddle")
            return [v if abs(v) > mpf(10)**-18 else mpf(0) for v in x]
    sys.exit(f"nothing written: no minimum near {[float(v) for v in x]}")


def write(script, about, prefix, starts, minima):
    """The header: rows of values at the starts, rows of problem (from 1), value, whether far out, point."""
    guard = f"LGD_TESTS_REFERENCE_{script.upper()}_H"
    print(f"""\
/* Written by record_{script}.py: {about}. */
#ifndef {guard}
#define {guard}
#include "../classic.h"
/* clang-format off */

/* Values at the standard start and at 10 times it; 0: not used. */
static const long double {prefix}_starts[{len(starts)}][2] = {{""")
    for pair in starts:
        print("    {" + ", ".join(mp.nstr(v, 21) + "L" for v in pair) + "},")
    print(f"""}};

/* Problem (from 1), value, whether the minimum is at infinity, and where it is; in the latter case a point far out. */
static const classic_minimum {prefix}_minima[] = {{""")
    for problem, f, far, x in minima:
        line = f"{{{problem}, {mp.nstr(f, 19)}L, {str(far).lower()}, {{" + ", ".join(repr(float(v)) for v in x) + "}},"
        print(textwrap.fill(line, 118, initial_indent="    ", subsequent_indent="     ", break_on_hyphens=False))
    print("};\n\n#endif")
