"""The report of lgd-bench, its pictures, and what happens where they cannot be made: TAP, one line for each case."""
import csv
import html.parser
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import tap

PROGRAM = os.path.abspath(sys.argv[1])
SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs", "pictures")
GNUPLOT = shutil.which("gnuplot")
VOID = {"meta", "br", "link", "img", "input", "hr"}


def run(*words, path=None, cwd=None):
    environment = dict(os.environ, LC_ALL="C")
    if path is not None:
        environment["PATH"] = path
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, errors="replace", timeout=250,
                          env=environment, cwd=cwd)


def last_line(text):
    return text.rstrip("\n").split("\n")[-1]


def read(path, mode="r"):
    with open(path, mode, **({} if "b" in mode else {"encoding": "utf-8"})) as file:
        return file.read()


def read_tsv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def svgs(folder):
    return sorted(name for name in os.listdir(folder) if name.endswith(".svg"))


class Node:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent, self.children = tag, dict(attributes), parent, []

    def all(self, tag):
        for child in self.children:
            if isinstance(child, Node):
                if child.tag == tag:
                    yield child
                yield from child.all(tag)

    def nodes(self):
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child.nodes()

    def text(self):
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


class Page(html.parser.HTMLParser):
    """A page as a tree; each tag that opens must be closed, in order."""

    def __init__(self, path):
        super().__init__()
        self.root = self.at = Node("", {}, None)
        self.source = read(path)
        self.feed(self.source)
        self.close()
        assert self.at is self.root, f"<{self.at.tag}> is never closed"

    def handle_starttag(self, tag, attributes):
        assert len(dict(attributes)) == len(attributes), f"<{tag}> has an attribute twice: {attributes}"
        node = Node(tag, attributes, self.at)
        self.at.children.append(node)
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag, attributes):
        self.at.children.append(Node(tag, attributes, self.at))

    def handle_endtag(self, tag):
        assert tag == self.at.tag, f"</{tag}> closes <{self.at.tag}>, line {self.getpos()[0]}"
        self.at = self.at.parent

    def handle_data(self, data):
        self.at.children.append(data)

    def table(self, caption):
        for table in self.root.all("table"):
            if next(table.all("caption")).text() == caption:
                return [[cell.text() for cell in row.children if isinstance(cell, Node)] for row in table.all("tr")]
        raise AssertionError(f"no table has the caption {caption}")


def check_page(page):
    root = page.root
    assert page.source.startswith("<!DOCTYPE html>")
    assert next(root.all("html")).attributes["lang"] == "en"
    metas = [meta.attributes for meta in root.all("meta")]
    assert {"charset": "utf-8"} in metas and any(meta.get("name") == "viewport" for meta in metas)
    for tag, count in (("h1", 1), ("title", None), ("main", 1), ("nav", 1), ("script", 0), ("link", 0), ("img", 0), ("iframe", 0)):
        assert count is None or len(list(root.all(tag))) == count, tag
    ids = [node.attributes["id"] for node in root.nodes() if "id" in node.attributes]
    assert len(set(ids)) == len(ids), sorted(name for name in ids if ids.count(name) > 1)
    for node in root.nodes():
        for name, value in node.attributes.items():
            if name in ("href", "xlink:href", "src"):
                assert value.startswith("#") and value[1:] in ids, (node.tag, name, value)
            elif name in ("aria-labelledby", "aria-describedby"):
                assert all(word in ids for word in value.split()), (node.tag, value)
            elif not name.startswith("xmlns"):
                assert "://" not in (value or "") and not name.startswith("on"), (node.tag, name, value)
            for reference in re.findall(r"url\(([^)]*)\)", value or ""):
                assert reference[:1] == "#" and reference[1:] in ids, reference
    assert "url(" not in next(root.all("style")).text() and "@import" not in page.source
    links = [link.attributes["href"] for link in next(root.all("nav")).all("a")]
    assert links == ["#" + heading.attributes["id"] for heading in root.all("h2")]
    for table in root.all("table"):
        assert len(list(table.all("caption"))) == 1
        assert all(head.attributes.get("scope") in ("row", "col") for head in table.all("th"))
        width = {sum(int(cell.attributes.get("colspan", 1)) for cell in row.children if isinstance(cell, Node))
                 for row in table.all("tr")}
        assert len(width) == 1, (next(table.all("caption")).text(), width)


class digits:
    """A figure of a table as the report shows it. The table has been rounded to six digits before, so a figure halfway
    between two may be shown as either."""

    def __init__(self, text, significant):
        x = float(text)
        self.shown = {self.written(x * factor, significant) for factor in (1 - 5e-6, 1, 1 + 5e-6)}

    @staticmethod
    def written(x, significant):
        if math.isnan(x):
            return "-"
        if x != 0 and (abs(x) < 1e-3 or abs(x) >= 1e6):
            return f"{x:.{significant - 1}e}"
        before = math.floor(math.log10(abs(x))) + 1 if x else 1
        return f"{x:.{max(significant - before, 0)}f}"

    def __eq__(self, cell):
        return cell in self.shown

    def __repr__(self):
        return " or ".join(sorted(self.shown))


# ---- a whole run, made once

FULL = tempfile.TemporaryDirectory()
WHOLE = os.path.join(FULL.name, "out")
RESULT = run("--quick", "--rounds", "3", "--epochs", "5", "--batch", "1,64,full", "--full-gradient=2000x50", "--out", WHOLE)


def report_whole_run_named_before_the_last_line(_):
    assert RESULT.returncode == 0, RESULT.stdout + RESULT.stderr
    lines = RESULT.stdout.splitlines()
    assert lines[-2] == f"report  {WHOLE}/report.html" and re.fullmatch(r"\d+ passed, 0 failed", lines[-1])
    assert re.search(r"^pictures +\d+/\d+ ", RESULT.stderr, re.M), RESULT.stderr


def report_whole_run_one_sound_page(_):
    page = Page(f"{WHOLE}/report.html")
    check_page(page)
    text = page.root.text()
    assert last_line(RESULT.stdout) in next(page.root.all("header")).text()
    for word in ("--full-gradient=2000x50", "housing", "breast_cancer", "OpenBLAS" if "OpenBLAS" in RESULT.stdout else "BLAS",
                 "compare.tsv", "run.json", "--redraw"):
        assert word in text, word
    for line in RESULT.stdout.splitlines():
        if line.startswith("  machine: "):
            assert line[11:] in text, line


def report_pictures_each_titled_and_described(_):
    page = Page(f"{WHOLE}/report.html")
    figures = list(page.root.all("figure"))
    asked_for = "style", "model_time", "peers_ratios", "peers_epochs"  # of tables that other runs write
    scripts = [name[:-3] + ".svg" for name in os.listdir(SCRIPTS) if name.endswith(".gp") and name[:-3] not in asked_for]
    assert len(figures) >= 8 and sorted(scripts) == svgs(WHOLE), (len(figures), scripts)
    assert sorted(f"{figure.attributes['id'][len('picture-'):]}.svg" for figure in figures) == svgs(WHOLE)
    for figure in figures:
        name = figure.attributes["id"]
        svg, = figure.all("svg")
        assert svg.attributes["role"] == "img", name
        title, desc = (child for child in svg.children if isinstance(child, Node) and child.tag in ("title", "desc"))
        assert svg.attributes["aria-labelledby"] == title.attributes["id"]
        assert svg.attributes["aria-describedby"] == desc.attributes["id"]
        assert title.text() and len(desc.text()) > 40 and "GNUPLOT" not in desc.text(), (name, desc.text())
        caption = next(figure.all("figcaption")).text()
        assert title.text() in caption and desc.text() in caption, name
        assert len(list(svg.all("path"))) > 3 and len(list(svg.all("text"))) > 3, name


def report_tables_figures_of_the_tsv(_):
    page = Page(f"{WHOLE}/report.html")
    for data in ("housing", "breast_cancer"):
        rows = [row for row in read_tsv(f"{WHOLE}/compare.tsv") if row["data"] == data]
        shown = page.table(f"Descent compared on {data}")[1:]
        assert len(shown) == len(rows) > 5
        assert any(row["seconds_to_1_percent"] == "nan" for row in rows), "a method that never arrives is part of this test"
        for row, cells in zip(rows, shown):
            reached = row["seconds_to_1_percent"] != "nan"
            assert cells == [row["method"], row["batch"], digits(row["rate"], 3), row["epochs"], digits(row["loss"], 5),
                             digits(row["above_optimum"], 2), digits(row["score"], 4), digits(row["seconds"], 3),
                             digits(row["seconds_to_1_percent"], 3), row["epochs_to_1_percent"] if reached else "-",
                             row["check"]], cells
    grid = read_tsv(f"{WHOLE}/grid.tsv")
    for batch, caption in (("1", "Batches of 1 row"), ("64", "Batches of 64 rows"), ("full", "All rows in one batch (full)")):
        rows = [row for row in grid if row["batch"] == batch]
        shown = page.table(caption)[1:]
        assert [cells[0] for cells in shown] == [row["variant"] for row in rows] and rows
        for row, cells in zip(rows, shown):
            assert cells[1] == digits(float(row["median_s"]) * 1e3, 4), (row, cells)
            assert cells[3:7] == [digits(row["gflops"], 3), digits(row["gbytes"], 3), digits(row["streaming"], 2),
                                  digits(row["ratio"], 3)], (row, cells)
            assert ("noisy" in cells[8]) == (row["noisy"] == "1")
    rows, shown = read_tsv(f"{WHOLE}/gradient.tsv"), page.table("One gradient over all of X")[1:]
    assert [(row["what"], digits(row["gbytes"], 3)) for row in rows] == [(cells[0], cells[4]) for cells in shown]
    rows, shown = read_tsv(f"{WHOLE}/steps.tsv"), page.table("One step of every optimizer")[1:]
    assert [(row["method"], row["state_bytes"], digits(row["to_loop"], 3), digits(row["to_plain"], 3), row["check"])
            for row in rows] == [(cells[0], cells[1], cells[6], cells[10], cells[12]) for cells in shown]
    for name, caption in (("epochs", "An epoch with each estimator of the gradient"), ("lasso", "A lasso, to a duality gap of 1e-6"),
                          ("logistic", "A logistic regression, to 1e-9 of the lowest value")):
        rows, shown = read_tsv(f"{WHOLE}/{name}.tsv"), page.table(caption)[1:]
        assert [(row["method"], row["batch"], row["steps"], digits(row["passes"], 3), digits(float(row["median_s"]) * 1e3, 4),
                 digits(row["ratio"], 3), row["check"]) for row in rows] == [(*cells[:4], cells[6], cells[8], cells[10]) for cells in shown]


# ---- names as bad as they come

def report_hostile_names_shown_as_they_are(folder):
    data = os.path.join(folder, "<b>&\"x\"'.csv")
    column = "<script>alert(1)</script>&amp;"
    with open(data, "w") as file:
        file.write(f"a,'{column}',<i>\n" + "".join(f"{i},{i * i % 11},{i * i % 7}\n" for i in range(40)))
    result = run("--data", data, "--target", "<i>", "--quick", "--rounds", "3", "--epochs", "2", "--batch", "8,full",
                 "--out", os.path.join(folder, "o'&"))
    assert result.returncode == 0, result.stdout + result.stderr
    page = Page(os.path.join(folder, "o'&", "report.html"))
    check_page(page)
    tags = {node.tag for node in page.root.nodes()}
    assert not tags & {"b", "i", "script"}, tags
    assert "Descent compared on <b>&\"x\"'" in [heading.text() for heading in page.root.all("h2")]
    assert '"<i>" is taken as a quantity' in page.root.text() and len(list(page.root.all("svg"))) >= 8
    command = next(page.root.all("code")).text()
    assert f"--data '{folder}/<b>&\"x\"'\\''.csv'" in command, command


# ---- what cannot be written

SHORT = ("--quick", "--rounds", "3", "--only", "scalar@full")


def report_unwritable_named(folder):
    for name in ("report.html", "epoch_time.gp", "style.gp", "grid.tsv", "schedules.tsv"):
        for what in ("full", "folder"):
            out = os.path.join(folder, f"{name}-{what}")
            os.mkdir(out)
            if what == "folder":
                os.mkdir(f"{out}/{name}")
            else:
                os.symlink("/dev/full", f"{out}/{name}")
            result = run(*(("--redraw",) if name == "schedules.tsv" else SHORT), "--out", out)
            why = "Is a directory" if what == "folder" else "No space left on device"
            assert f"lgd-bench: {out}/{name}: {why}\n" in result.stderr, result.stderr
            assert result.returncode == 1 and last_line(result.stdout).endswith(", 1 failed"), result.stdout
            assert "\nreport " not in result.stdout
    os.mkdir(f"{folder}/svg")
    os.mkdir(f"{folder}/svg/schedules.svg")
    result = run("--redraw", "--out", f"{folder}/svg")
    assert result.returncode == 1 and f"{folder}/svg/schedules.svg: Is a directory" in result.stderr, result.stderr


# ---- gnuplot

def report_gnuplot_missing_said_and_the_rest_done(folder):
    os.mkdir(f"{folder}/bin")
    result = run(*SHORT, "--out", f"{folder}/out", path=f"{folder}/bin")
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"lgd-bench: gnuplot not found: no pictures; their data and scripts are in {folder}/out\n" in result.stderr
    assert last_line(result.stdout) == "0 passed, 0 failed"
    page = Page(f"{folder}/out/report.html")
    check_page(page)
    assert not list(page.root.all("svg")) and "gnuplot was not found" in page.root.text()
    for name in ("epoch_time.gp", "grid.tsv", "style.gp"):
        assert os.path.exists(f"{folder}/out/{name}"), name
    redrawn = run("--redraw", "--out", f"{folder}/out", path=f"{folder}/bin")
    assert redrawn.returncode == 1 and last_line(redrawn.stdout) == "0 passed, 1 failed", redrawn.stdout


def report_script_that_fails_named(folder):
    """A gnuplot that fails on one script in each of the ways there are, and is the real one for all others."""
    for way, action, said in (
            ("broken", "printf 'plot nothing_of_the_kind\\n' >bad.gp; set -- -d bad.gp", "undefined variable: nothing_of_the_kind"),
            ("silent", "exit 0", "gnuplot ended with status 0 and wrote no loss_epochs.svg"),
            ("cut", "echo '<svg>' >loss_epochs.svg; exit 0", "what gnuplot wrote is not a whole SVG"),
            ("dead", "kill -9 $$", "gnuplot ended with status 128")):
        tools, out = f"{folder}/{way}-bin", f"{folder}/{way}"
        os.mkdir(tools)
        with open(f"{tools}/gnuplot", "w") as file:
            file.write(f"#!/bin/sh\ncase $2 in loss_epochs.gp) {action} ;; esac\nexec '{GNUPLOT}' \"$@\"\n")
        os.chmod(f"{tools}/gnuplot", 0o755)
        result = run("--quick", "--epochs", "2", "--only", "compare@breast_cancer", "--out", out, path=f"{tools}:{os.environ['PATH']}")
        assert result.returncode == 1, result.stdout + result.stderr
        line, = (line for line in result.stderr.splitlines() if line.startswith("lgd-bench: "))
        assert line.startswith("lgd-bench: picture loss_epochs: ") and said in line, line
        passed = re.fullmatch(r"(\d+) passed, 1 failed", last_line(result.stdout))
        assert passed and int(passed.group(1)) > 0, last_line(result.stdout)
        page = Page(f"{out}/report.html")
        check_page(page)
        header = next(page.root.all("header")).text()
        assert "1 failed" in header and "picture loss_epochs: FAILED: " in header and said in header, header
        drawn = {figure.attributes["id"] for figure in page.root.all("figure")}
        assert drawn == {"picture-loss_seconds"} and svgs(out) == ["loss_seconds.svg"], (drawn, svgs(out))


def report_folder_plain_gnuplot_draws_again(folder):
    out = os.path.join(folder, "else where")
    shutil.copytree(WHOLE, out)
    names = svgs(out)
    for name in names:
        os.remove(f"{out}/{name}")
        result = subprocess.run([GNUPLOT, name[:-4] + ".gp"], cwd=out, capture_output=True, text=True, timeout=60)
        assert result.returncode == 0 and read(f"{out}/{name}").rstrip().endswith("</svg>"), result.stderr
    assert svgs(out) == names


def report_redraw_same_bytes_nothing_else_touched(folder):
    out = os.path.join(folder, "out")
    shutil.copytree(WHOLE, out)
    kept = {name: read(f"{out}/{name}", "rb") for name in os.listdir(out)}
    for name in svgs(out):
        os.remove(f"{out}/{name}")
    result = run("--redraw", "--out", "out", cwd=folder)
    assert result.returncode == 0, result.stdout + result.stderr
    *left_out, last = result.stdout.splitlines()
    assert last == f"{len(svgs(out))} passed, 0 failed" and all(line.startswith("left out: ") for line in left_out), result.stdout
    assert [line.split()[2] for line in left_out] == ["model_time,", "peers_ratios,", "peers_epochs,"], left_out
    assert {name: read(f"{out}/{name}", "rb") for name in os.listdir(out)} == kept


def report_two_at_once_in_one_folder_each_whole(folder):
    both = [subprocess.Popen([PROGRAM, "--redraw", "--out", folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(2)]
    for one in both:
        said, wrong = one.communicate(timeout=250)
        assert one.returncode == 0 and last_line(said).endswith(" passed, 0 failed"), said + wrong


def report_redraw_without_tables_left_out(folder):
    result = run("--redraw", "--out", f"{folder}/new")
    names = svgs(f"{folder}/new")
    assert result.returncode == 0 and last_line(result.stdout) == f"{len(names)} passed, 0 failed", result.stdout + result.stderr
    assert "left out: epoch_time, there is no grid.tsv\n" in result.stdout
    assert "schedules.svg" in names and "epoch_time.svg" not in names
    refused = run("--redraw", "--quick")
    assert refused.returncode == 2 and "--redraw measures nothing: it goes with --out alone" in refused.stderr, refused.stderr


def report_part_of_a_run_older_tables_not_drawn(folder):
    out = os.path.join(folder, "out")
    shutil.copytree(WHOLE, out)
    result = run("--quick", "--epochs", "3", "--only", "compare@housing", "--out", out)
    assert result.returncode == 0, result.stdout + result.stderr
    page = Page(f"{out}/report.html")
    check_page(page)
    drawn = {figure.attributes["id"] for figure in page.root.all("figure")}
    assert drawn == {"picture-loss_epochs", "picture-loss_seconds"}, drawn
    assert "gnuplot loss_epochs.gp" in page.root.text() and "schedules: this run wrote no schedules.tsv" in page.root.text()
    assert "epoch_time: this run wrote no grid.tsv" in page.root.text()
    assert "breast_cancer" not in {heading.text().split()[-1] for heading in page.root.all("h2")}
    rows = page.table("What was checked")[1:]
    assert [int(rows[-1][1]), int(rows[-1][2])] == [int(n) for n in re.findall(r"\d+", last_line(result.stdout))]


tap.run(globals(), "report_")
