"""Which test proves what the library is to do: tests/features.txt has the rows, tests tag themselves.

coverage.py ROOT --write   makes docs/coverage.md
coverage.py ROOT           prints TAP: every row that is due has a test, and the page is as it would be made

A tag is a comment of its own right above a case, `features: 7, 25`: in C above START_TEST, in Python above def, in a shell file above
the line with check. Above everything else in an example it is the example's, which a test runs and compares.
"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tap  # noqa: E402

ROOT = os.path.abspath(sys.argv[1])
PAGE = "docs/coverage.md"
TAG = re.compile(r"^\s*(?:/\*|#|//)\s*features: ([\d, ]+?)\s*(?:\*/)?$")
CASE = re.compile(r"^START_TEST\((\w+)\)|^def (\w+)\(|^check (\w+)")


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def rows(text):
    """[(number, group, feature, what it waits for)] of a table of features."""
    lines = (line.split("|") for line in text.splitlines() if line and not line.startswith("#"))
    return [(int(number), group, feature, waits) for number, group, feature, waits in lines]


def suite_of(name):
    """What meson calls the test of a file, None for a file without one."""
    match = re.match(r"tests/(?:test|check)_(\w+)\.(?:c|py|sh)$|(?:cli|bench|bench/peers)/test_(\w+)\.py$", name)
    example = re.match(r"examples/(\w+)\.c$", name)
    return f"example_{example[1]}" if example else match and (match[1] or match[2])


def tags(name, text):
    """[(row, suite, case)] of a file, and its tags that stand above nothing."""
    found, astray, lines = [], [], text.splitlines()
    for i, line in enumerate(lines):
        match = TAG.match(line)
        if not match:
            continue
        case = CASE.match(lines[i + 1]) if i + 1 < len(lines) else None
        title = next(filter(None, case.groups())) if case else ""
        if not suite_of(name) or not (case or name.startswith("examples/")):
            astray.append(f"{name}:{i + 1}")
            continue
        found += [(int(number), suite_of(name), title, name) for number in match[1].replace(",", " ").split()]
    return found, astray


def all_tags():
    found, astray = [], []
    for folder in ("tests", "cli", "bench", "bench/peers", "examples"):
        for file in sorted(os.listdir(os.path.join(ROOT, folder))):
            if file.endswith((".c", ".py", ".sh")):
                some, wrong = tags(f"{folder}/{file}", read(folder, file))
                found += some
                astray += wrong
    return found, astray


def page(features, found):
    text = ["# What is covered", "", "Made by `meson compile -C build coverage-page` from `tests/features.txt` and the tags of the tests; the",
            "suite `coverage` fails where a row that is due has no test."]
    group = None
    for number, its_group, feature, waits in features:
        if its_group != group:
            group = its_group
            text += ["", f"## {group}", "", "| row | what | test |", "|---|---|---|"]
        mine = [f"[{suite}](../{name})" + (f" `{case}`" if case else "") for row, suite, case, name in found if row == number]
        text.append(f"| {number} | {feature} | {'<br>'.join(mine) or ('waits for ' + waits if waits else '')} |")
    return "\n".join(text) + "\n"


def missing(features, found):
    """Rows that are due and have no test."""
    return [number for number, _, _, waits in features if not waits and number not in {tag[0] for tag in found}]


def case_every_row_that_is_due_has_a_test(_):
    lacking = missing(rows(read("tests/features.txt")), all_tags()[0])
    assert not lacking, f"rows without a test: {lacking}"


def case_every_tag_names_a_row_and_stands_above_a_case(_):
    found, astray = all_tags()
    numbers = {row[0] for row in rows(read("tests/features.txt"))}
    assert not astray, f"tags above no case: {astray}"
    assert {tag[0] for tag in found} <= numbers, f"rows that are not there: {sorted({tag[0] for tag in found} - numbers)}"


def case_every_tagged_file_is_run(_):
    build = "".join(read(folder, "meson.build") for folder in ("tests", "cli", "bench", "examples"))
    lost = {suite for _, suite, _, _ in all_tags()[0] if not re.search(rf"'{re.sub('^example_', '', suite)}'", build)}
    assert not lost, f"suites that no meson.build names: {sorted(lost)}"
    idle = [case for _, _, case, name in all_tags()[0] if name.endswith(".c") and case and len(re.findall(rf"\b{case}\b", read(name))) < 2]
    assert not idle, f"cases that their suite does not run: {idle}"


def case_numbers_go_from_one_without_a_hole(_):
    numbers = [row[0] for row in rows(read("tests/features.txt"))]
    assert numbers == list(range(1, len(numbers) + 1)), numbers


def case_page_is_as_it_would_be_made(_):
    assert read(PAGE) == page(rows(read("tests/features.txt")), all_tags()[0]), f"{PAGE} is stale: meson compile coverage-page"


def case_row_without_a_test_is_found(_):
    features = rows("1|a|b|\n2|a|c|\n3|a|d|sparse storage")
    found, astray = tags("tests/test_x.c", "/* features: 1 */\nSTART_TEST(x_y_z)\n/* features: 2 */\nint x;\n")
    assert found == [(1, "x", "x_y_z", "tests/test_x.c")] and astray == ["tests/test_x.c:3"], (found, astray)
    assert missing(features, found) == [2]
    assert "waits for sparse storage" in page(features, found)


if sys.argv[2:] == ["--write"]:
    with open(os.path.join(ROOT, PAGE), "w", encoding="utf-8") as out:
        out.write(page(rows(read("tests/features.txt")), all_tags()[0]))
else:
    tap.run(globals(), "case_")
