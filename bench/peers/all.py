#!/usr/bin/env python3
"""All programs beside this file in turn, and one table of what they found: bench/run --peers.

    bench/peers/all.py [--quick] [--only NAME,NAME...] [--build DIR] [--out DIR]
    bench/peers/all.py --page [--build DIR] [--out DIR]

Each program checks that its peers did the same work before it takes times. What they found goes to DIR/peers.tsv with the machine
above it, what they said to DIR/peers, and of both tables of pictures, which lgd-bench draws. A ratio is the peer's time over libgd's,
the median of those within rounds with their quartiles. The last line is "N passed, N failed": passed are the pairs that did the same
work, and the pictures; failed are programs that found something wrong or lacked a peer, and pictures that could not be drawn.

--page puts what lies in DIR into docs/peers.md and docs/pictures and draws those anew. Exit: 0 all is well, 1 something failed, 2
usage.
"""
import argparse
import csv
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time

import peers

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", ".."))
# Name, words of a whole run, words of a quick one; what has no .py is a program of the build that prints its lines.
PROGRAMS = [
    ("epochs.py", "--to-rounds 3", "--rows 20000 --batch 32,256,0 --rounds 3 --to-rounds 2"),
    ("sparse.py", "", "--rows 20000 --cols 10000 --rounds 5"),
    ("logistic.py", "--rounds 5", "--rows 1000 --cols 300 --rounds 3"),
    ("newton.py", "--rounds 9", "--rows 20000 --rounds 3"),
    ("lasso.py", "", "--rounds 3"),
    ("path.py", "", "--rounds 3"),
    ("ridge.py", "--rounds 11", "--rows 20000 --rounds 3"),
    ("mlp.py", "--rounds 5", "--rows 4000 --batch 64,1024 --rounds 3"),
    ("steps.py", "", "--dim 1000000 --rounds 5"),
    ("peers-rosenbrock", "1000000 3", "100000 3"),
    ("peers-classic", "", ""),
    ("peers-least-squares", "", ""),
]
PICTURES = {"peers_ratios": ("work", "ratio", "low", "high"), "peers_epochs": ("way", "batch", "rows", "ms")}


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="less data and fewer rounds, under 3 minutes")
    parser.add_argument("--only", metavar="NAME", help="these programs, several by commas")
    parser.add_argument("--build", metavar="DIR", default=os.path.join(ROOT, "build", "release"), help="of libgd (build/release)")
    parser.add_argument("--out", metavar="DIR", default=os.path.join(ROOT, "bench", "out"), help="where tables and pictures go (bench/out)")
    parser.add_argument("--page", action="store_true", help="make docs/peers.md of what lies in --out, measure nothing")
    words = parser.parse_args()
    names = [name for name, _, _ in PROGRAMS]
    words.chosen = words.only.split(",") if words.only else names
    unknown = [name for name in words.chosen if name not in names]
    if unknown:
        parser.error(f"--only {unknown[0]}: {', '.join(names)} are accepted")
    return words


def say(text):
    print(f"peers: {text}", file=sys.stderr, flush=True)


def read(path):
    """What is said above the lines, and the lines."""
    with open(path) as file:
        text = file.read().splitlines()
    above = [line[2:] for line in text if line.startswith("# ")]
    return above, list(csv.DictReader((line for line in text if not line.startswith("# ")), delimiter="\t", quoting=csv.QUOTE_NONE))


def write(path, columns, rows, above=()):
    with open(path, "w") as file:
        file.writelines(f"# {line}\n" for line in above)
        file.write("\t".join(columns) + "\n")
        file.writelines("\t".join(str(row[column]) for column in columns) + "\n" for row in rows)

# ---- running


def run(name, options, words):
    """Its lines and the first one it said, or why there are none."""
    here = name.endswith(".py")
    stem = os.path.join(words.out, "peers", name.removesuffix(".py"))
    command = [sys.executable, os.path.join(HERE, name), *options, "--tsv", stem + ".tsv"] if here else \
        [os.path.join(words.build, "bench", name), "--tsv", *options]
    for old in (stem + ".tsv", stem + ".txt"):  # of a run before, which a program that fails early would leave there
        if os.path.exists(old):
            os.remove(old)
    library = os.path.join(words.build, "lib", "libgd.0.dylib" if sys.platform == "darwin" else "libgd.so.0")
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                              env=dict(os.environ, LGD_LIBRARY=library, PYTHONDONTWRITEBYTECODE="1"))
    except OSError as problem:
        return [], "", f"{problem.strerror}: {command[0]}"
    with open(stem + ".txt" if here else stem + ".tsv", "w") as file:
        file.write(done.stdout)
    rows = read(stem + ".tsv")[1] if os.path.exists(stem + ".tsv") else []
    sound = rows and all(None not in row.values() and list(row) == list(peers.COLUMNS) for row in rows)
    said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    why = "" if sound and not done.returncode else said[-1] if said else f"it ended with {done.returncode} and found nothing"
    return rows if sound else [], done.stdout.partition("\n")[0] if here else "", why


def machine(build_info, rows):
    processor = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            processor = re.search(r"^model name\s*: (.*)$", file.read(), re.M)[1]
    except (OSError, TypeError):
        pass
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        system = platform.system()
    parts = [part for part in build_info.split("; ") if not part.startswith(("LAPACK", "BLAS held"))]
    return [f"{processor}, {os.cpu_count()} processors, {system}", re.sub(r": /\S+", "", "; ".join(parts)),
            ", ".join(sorted({row["version"] for row in rows}, key=str.lower))]


def measure(words):
    os.makedirs(os.path.join(words.out, "peers"), exist_ok=True)
    rows, info, failures, begun = [], "", [], time.monotonic()
    chosen = [program for program in PROGRAMS if program[0] in words.chosen]
    for number, (name, full, quick) in enumerate(chosen, 1):
        say(f"{number} of {len(chosen)}, {name} ({time.monotonic() - begun:.0f} s)")
        found, told, why = run(name, (quick if words.quick else full).split(), words)
        rows, info = rows + found, info or told
        if why:
            failures.append(f"{name}: {why}")
    above = machine(info, rows)
    write(os.path.join(words.out, "peers.tsv"), peers.COLUMNS, rows, above)
    return rows, above, failures

# ---- the table


def number(text):
    return f"{float(text):.3g}" if float(text) < 100 else f"{float(text):.0f}"


def groups(rows):
    """Of each work and peer: ways of libgd."""
    together = {}
    for row in rows:
        key = row["work"], row["batch"], row["quantity"], row["unit"], row["peer"]
        together.setdefault(key, []).append(row)
    return together


def ratio(row):
    return f"{number(row['ratio'])} ({number(row['low'])} .. {number(row['high'])})"


def what(work, batch, quantity):
    return work + ("" if batch == "-" else f", batch {batch}"), quantity


def print_table(rows):
    lines = [("work", "quantity", "peer", "its", "libgd", "its", "unit", "ratio (quartiles)")]
    for (work, batch, quantity, unit, peer), ways in groups(rows).items():
        left = (*what(work, batch, quantity), peer)
        for row in ways:
            lines.append((*left, number(row["peer_median"]), row["ours"], number(row["ours_median"]), unit, ratio(row)))
            left = ("", "", "")
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        cells = [cell.rjust(width) if i in (3, 5) else cell.ljust(width) for i, (cell, width) in enumerate(zip(line, widths))]
        print("  ".join(cells).rstrip())


def markdown(rows):
    yield "| work | quantity | peer | its | libgd's way: its, peer / libgd (quartiles) |"
    yield "|---|---|---|---:|---|"
    for (work, batch, quantity, unit, peer), ways in groups(rows).items():
        cells = [f"{row['ours']}: {number(row['ours_median'])}, **{number(row['ratio'])}** ({number(row['low'])}-{number(row['high'])})"
                 for row in ways]
        yield f"| {' | '.join(what(work, batch, quantity))} | {peer} | {number(ways[0]['peer_median'])} {unit} | {'; '.join(cells)} |"

# ---- pictures


def of_ratios(rows):
    """Of each work that is no epoch of a linear model, by libgd's best way."""
    for (work, batch, quantity, unit, peer), ways in groups(rows).items():
        if not work.startswith("epoch of "):
            best = max(ways, key=lambda row: float(row["ratio"]))
            yield {"work": f"{what(work, batch, quantity)[0]}: {peer}", **{name: best[name] for name in ("ratio", "low", "high")}}


def of_epochs(rows):
    """Each way of plain descent once for each size."""
    seen = {}
    for row in rows:
        size = re.match(r"epoch of SGD, (\d+) x ", row["work"])
        for way, ms in ((f"libgd, {row['ours']}", row["ours_median"]), (row["peer"].replace(", SGD", ""), row["peer_median"])) if size else ():
            entire = row["batch"] == "all"
            seen[way, row["batch"]] = {"way": way, "batch": row["batch"], "rows": size[1] if entire else row["batch"], "ms": ms}
    return sorted(seen.values(), key=lambda row: (not row["way"].startswith("libgd"), row["way"]))


def draw(words, folder):
    """What was drawn, and why what has a table was not. lgd-bench draws all that a folder has tables of: it has one of its own."""
    names = [name for name in PICTURES if os.path.exists(f"{folder}/{name}.tsv")]
    drawn = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in names:
            shutil.copy(f"{folder}/{name}.tsv", scratch)
        try:
            done = subprocess.run([os.path.join(words.build, "bench", "lgd-bench"), "--redraw", "--out", scratch], capture_output=True, text=True)
            said = [line for line in done.stderr.splitlines() if "picture peers_" in line or "gnuplot" in line]
        except OSError as problem:
            said = [f"lgd-bench: {problem.strerror}"]
        for name in PICTURES:
            if os.path.exists(f"{folder}/{name}.svg"):
                os.remove(f"{folder}/{name}.svg")
            if os.path.exists(f"{scratch}/{name}.svg"):
                drawn.append(name)
                for file in (f"{name}.svg", f"{name}.gp", "style.gp"):
                    shutil.copy(f"{scratch}/{file}", folder)
    return drawn, [f"picture {name}: {said[-1] if said else 'it was not drawn'}" for name in names if name not in drawn]


def tables_of_pictures(rows, folder):
    """A table without lines is none."""
    for (name, columns), make in zip(PICTURES.items(), (of_ratios, of_epochs)):
        lines, path = list(make(rows)), f"{folder}/{name}.tsv"
        if lines:
            write(path, columns, lines)
        elif os.path.exists(path):
            os.remove(path)


def put_page(words, page, folder):
    """The lines between <!-- tables --> and <!-- end of tables --> anew."""
    above, rows = read(os.path.join(words.out, "peers.tsv"))
    with open(page) as file:
        before, begin, rest = file.read().partition("<!-- tables -->\n")
    after = rest.partition("<!-- end of tables -->\n")[1:]
    if not begin or not after[0]:
        sys.exit(f"all.py: {page}: the lines <!-- tables --> and <!-- end of tables --> are accepted, in this order")
    with open(page, "w") as file:
        file.write(before + begin + "\n".join([*(f"{line}." if i == 0 else f"\n{line}." for i, line in enumerate(above)), "", *markdown(rows)])
                   + "\n" + "".join(after))
    tables_of_pictures(rows, folder)


def main(words):
    if words.page:
        put_page(words, os.path.join(ROOT, "docs", "peers.md"), os.path.join(ROOT, "docs", "pictures"))
        undrawn = draw(words, os.path.join(ROOT, "docs", "pictures"))[1]
        print("\n".join(undrawn), file=sys.stderr, end="")
        return undrawn
    rows, above, failures = measure(words)
    tables_of_pictures(rows, words.out)
    drawn, undrawn = draw(words, words.out)
    failures += undrawn
    print("\n".join(above) + "\n\nTime of the peer over that of libgd, medians of ratios within rounds\n")
    print_table(rows)
    print(f"\ntables, pictures  {os.path.relpath(words.out)}")
    for failure in failures:
        print(f"failed: {failure}")
    print(f"{len(rows) + len(drawn)} passed, {len(failures)} failed")
    return failures


if __name__ == "__main__":
    sys.exit(1 if main(parse()) else 0)
