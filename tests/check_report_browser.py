"""The report of lgd-bench as a browser shows it, without a network: TAP, one line for each case."""
import html.parser
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

PROGRAM = os.path.abspath(sys.argv[1])
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
SCRATCH = tempfile.TemporaryDirectory()
OUT = os.path.join(SCRATCH.name, "out")
WHITE = (255, 255, 255)


def browse(page, *words):
    result = subprocess.run([BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb",
                             "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr",
                             f"--user-data-dir={SCRATCH.name}/profile", *words, f"file://{page}"],
                            capture_output=True, text=True, errors="replace", timeout=120)
    assert result.returncode == 0, result.stderr
    complaints = [line for line in result.stderr.splitlines() if "CONSOLE" in line]
    assert not complaints, complaints
    return result.stdout


def pixels(path):
    """Width, height and the colours of each line of a PNG of 8 bits without interlacing (ISO/IEC 15948)."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", data[at + 8:at + 8 + size])
        elif kind == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += size + 12
    assert depth == 8 and colour in (2, 6) and interlace == 0
    step, raw, above, lines = {2: 3, 6: 4}[colour], zlib.decompress(packed), None, []
    for y in range(height):
        begin = y * (width * step + 1)
        filtered, line = raw[begin], bytearray(raw[begin + 1:begin + 1 + width * step])
        above = above or bytearray(width * step)
        if filtered == 2:
            line = bytearray(map(lambda x, up: (x + up) & 255, line, above))
        elif filtered:
            for i, x in enumerate(line):
                left, up, corner = (line[i - step], above[i], above[i - step]) if i >= step else (0, above[i], 0)
                if filtered == 1:
                    guess = left
                elif filtered == 3:
                    guess = (left + up) >> 1
                else:
                    guess = min((abs(up - corner), 0, left), (abs(left - corner), 1, up), (abs(left + up - 2 * corner), 2, corner))[2]
                line[i] = (x + guess) & 255
        lines.append(list(zip(line[0::step], line[1::step], line[2::step])))
        above = line
    return width, height, lines


def shot(name, size, *words):
    path = f"{SCRATCH.name}/{name}.png"
    browse(f"{OUT}/report.html", f"--screenshot={path}", f"--window-size={size[0]},{size[1]}", *words)
    width, height, lines = pixels(path)
    assert (width, height) == size, (width, height)
    return lines


def measured(width):
    """The page with a script of the test's own, which writes down what the browser made of it."""
    with open(f"{OUT}/report.html", encoding="utf-8") as file:
        page = file.read()
    page, policies = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    assert policies == 1
    script = """<script>
        document.documentElement.dataset.across = document.documentElement.scrollWidth + '/' + window.innerWidth;
        document.documentElement.dataset.down = document.documentElement.scrollHeight;
        for (const svg of document.querySelectorAll('figure svg')) {
            const box = svg.getBoundingClientRect();
            let ink = 0;
            for (const mark of svg.querySelectorAll('path, text')) {
                const size = mark.getBoundingClientRect();
                ink += size.width > 0 || size.height > 0;
            }
            svg.dataset.shown = [box.width, box.height, ink].join(' ');
        }
        </script></body>"""
    path = f"{SCRATCH.name}/measured.html"
    with open(path, "w", encoding="utf-8") as file:
        file.write(page.replace("</body>", script))

    class Found(html.parser.HTMLParser):
        across, down, figures = None, None, {}
        figure = None

        def handle_starttag(self, tag, attributes):
            attributes = dict(attributes)
            if tag == "html":
                self.across = [int(n) for n in attributes["data-across"].split("/")]
                self.down = int(attributes["data-down"])
            elif tag == "figure":
                self.figure = attributes["id"]
            elif "data-shown" in attributes:
                self.figures[self.figure] = [float(n) for n in attributes["data-shown"].split()]

    found = Found()
    found.figures = {}
    found.feed(browse(path, "--dump-dom", f"--window-size={width},1000"))
    return found


def browser_wide_window_every_figure_drawn():
    found = measured(1000)
    drawn = [f"picture-{name[:-4]}" for name in os.listdir(OUT) if name.endswith(".svg")]
    assert len(drawn) >= 8 and sorted(found.figures) == sorted(drawn), found.figures
    for name, (width, height, ink) in found.figures.items():
        assert width > 500 and height > 250 and ink > 10, (name, width, height, ink)
    assert found.across[0] <= found.across[1], found.across


def browser_narrow_window_only_tables_scroll():
    found = measured(500)
    assert found.across[0] <= found.across[1] == 500, found.across
    assert all(400 < width <= 500 for width, _, _ in found.figures.values()), found.figures


def browser_light_page_not_blank():
    lines = shot("light", (1000, 3000))
    colours = {colour for line in lines for colour in line}
    assert len(colours) > 100, len(colours)
    paper = sum(line.count(WHITE) for line in lines) / 3e6
    assert 0.6 < paper < 0.98, paper
    for y in range(0, 3000, 500):
        assert any(min(colour) < 100 for line in lines[y:y + 500] for colour in line), f"nothing between {y} and {y + 500}"


def browser_dark_page_dark_but_pictures_white():
    lines = shot("dark", (1000, 6000), "--blink-settings=preferredColorScheme=0")
    dark = sum(max(colour) < 64 for line in lines for colour in line) / 6e6
    white = sum(line.count(WHITE) for line in lines) / 6e6
    assert dark > 0.4 and white > 0.02, (dark, white)
    assert all(max(line[x]) < 64 for line in lines for x in (0, 999))


def browser_printed_pages():
    path = f"{SCRATCH.name}/report.pdf"
    browse(f"{OUT}/report.html", f"--print-to-pdf={path}", "--no-pdf-header-footer")
    with open(path, "rb") as file:
        data = file.read()
    pages = len(re.findall(rb"/Type\s*/Page\b", data))
    assert data.startswith(b"%PDF-") and 4 <= pages <= 40, pages


CASES = [case for name, case in sorted(globals().items()) if name.startswith("browser_")]
print(f"1..{len(CASES)}")
bad = 0
run = BROWSER and subprocess.run([PROGRAM, "--quick", "--rounds", "3", "--epochs", "10", "--batch", "1,64,full", "--full-gradient=2000x50",
                                  "--out", OUT], capture_output=True, text=True, timeout=250)
for number, case in enumerate(CASES, 1):
    if not BROWSER:
        print(f"ok {number} {case.__name__} # SKIP no browser; package chromium")
        continue
    try:
        assert run.returncode == 0, run.stdout + run.stderr
        case()
        print(f"ok {number} {case.__name__}", flush=True)
    except (AssertionError, OSError, ValueError, KeyError, subprocess.TimeoutExpired) as problem:
        bad += 1
        print(f"not ok {number} {case.__name__}", *(f"# {line}" for line in str(problem).splitlines()), sep="\n", flush=True)
sys.exit(bad > 0)
