"""Doxygen's input filter: python3 comments.py FILE writes FILE as Doxygen reads it, about line for line.

A header keeps its comments plain. What they look like says what they are:

- A comment documents every declaration from there to the next empty line; one behind a member documents the members of its
  line.
- Lines indented by 4 are kept as they are: formulas.
- A word, two spaces or more and a text, with further lines under the text, are an item of a list. An item that has the name
  of a member or an enumerator documents it; a single list whose items all do stands with the members alone.
- A name of the library in a text becomes a link.

In a Markdown page links to other pages, headings and pictures become Doxygen's, and those to other files of the tree become
plain text.
"""
import glob
import html
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BLANK = "\0\n"  # a line that says nothing and ends no paragraph


def names_of(headers):
    """Every name with the library's prefix that a header declares or defines."""
    names = set()
    for header in headers:
        with open(header, encoding="utf-8") as file:
            code = re.sub(r'"[^"\n]*"', "", re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S))
        names |= set(re.findall(r"\b(?:lgd|LGD)_\w+", re.sub(r"#\s*(?:ifndef|define) LGD_\w*H$", "", code, flags=re.M)))
    return names - {"LGD_API", "LGD_X"}


class Text:
    """The lines of a comment, as Doxygen's markup in as many lines, and the items of its lists."""

    def __init__(self, lines, names):
        self.lines, self.names, self.items, self.lists, self.blocks = lines, names, {}, 0, []
        i = 0
        while i < len(lines):
            j = self.item_list(i) or self.kept(i) or self.paragraph(i)
            i = max(j, i + 1)

    def paragraph(self, i):
        j = i
        while j < len(self.lines) and self.lines[j].strip() and not (j > i and (self.is_item(j) or self.lines[j][:2] == "  ")):
            j += 1
        self.blocks.append(("paragraph", i, j, None))
        return j

    def kept(self, i):
        j = i
        while j < len(self.lines) and self.lines[j][:2] == "  ":
            j += 1
        if j == i:
            return 0
        self.blocks.append(("kept", i, j, None))
        return j

    def is_item(self, i):
        """The column of the text, if a list begins here."""
        line = self.lines[i]
        m = re.match(r"( {2,3})(\S+(?: \S+)*)  +(?=\S)", line) or re.match(r"()(\w+(?:, \w+)*)  +(?=\S)", line)
        if not m:
            return 0
        column = m.end()
        if m[1]:
            return column
        below = self.lines[i + 1] if i + 1 < len(self.lines) else ""
        return column if self.indent(below) == column or self.word_at(below, column) else 0

    @staticmethod
    def indent(line):
        return len(line) - len(line.lstrip()) if line.strip() else -1

    @staticmethod
    def word_at(line, column):
        """The name before a text that begins at the column."""
        head = line[:column]
        inside = len(line) > column and head[-1:] == " " and line[column] != " "
        return head.strip() if inside and re.fullmatch(r' {0,3}[\w"-]+(?:, [\w"-]+)* +', head) else None

    def item_list(self, i):
        column = self.is_item(i)
        if not column:
            return 0
        j, items = i, []
        while j < len(self.lines):
            line = self.lines[j]
            if items and self.indent(line) == column:
                items[-1][1].append(j)
            elif self.word_at(line, column) or (j == i):
                items.append((line[:column].strip(), [j]))
            else:
                break
            j += 1
        self.blocks.append(("list", i, j, items))
        self.lists += 1
        for name, where in items:
            text = " ".join([self.lines[where[0]][column:]] + [self.lines[k].strip() for k in where[1:]])
            for one in name.split(", "):
                self.items[one] = text
        return j

    def escape(self, text):
        """Plain text as Doxygen's; names of the library become links, what is in backquotes becomes code."""

        def plain(part):
            def word(m):
                if m[1]:
                    return '\\ref %s "%s"' % (m[1], m[1]) if m[1] in self.names else m[1]
                return "\\" + m[0]

            return re.sub(r"\b((?:lgd|LGD)_\w+)|[\\@<>&#%*|]|::", word, part)

        parts = re.split(r"(`[^`]*`)", text)
        return "".join(code_span(part[1:-1]) if i % 2 else plain(part) for i, part in enumerate(parts))

    def markup(self, listed=True):
        """As many lines as the comment has. listed: with a list whose items are told elsewhere."""
        out = [""] * len(self.lines)
        for kind, i, j, items in self.blocks:
            if kind == "paragraph":
                for k in range(i, j):
                    out[k] = self.escape(self.lines[k].strip())
                if i == 0 and j > 0:
                    self.brief(out, j)
            elif kind == "kept":
                depth = min(self.indent(line) for line in self.lines[i:j])
                for k in range(i, j):
                    out[k] = self.lines[k][depth:]
                out[i - 1] += " \\verbatim"
                out[j - 1] += "\n\\endverbatim"
            elif listed:
                for name, where in items:
                    name_as = "<b>%s</b>" if name[:1].isupper() and not name.isupper() and "_" not in name else "<code>%s</code>"
                    column = len(self.lines[where[0]]) - len(self.lines[where[0]].lstrip())
                    text = self.lines[where[0]][column + len(name):].strip()
                    out[where[0]] = "<dt>" + name_as % name + "</dt><dd>" + self.escape(text)
                    for k in where[1:]:
                        out[k] = self.escape(self.lines[k].strip())
                    out[where[-1]] += "</dd>"
                out[i] = "<dl>" + out[i]
                out[j - 1] += "</dl>"
        return out

    @staticmethod
    def brief(out, end):
        """Marks the first sentence."""
        text = "\n".join(out[:end])
        m = re.search(r"(?<!\.)(?<!al)(?<!e\.g)[.?](?=\s)", text)
        cut = m.end() if m else len(text)
        text = "\\brief " + text[:cut] + (" \\details" if text[cut:].strip() else "") + text[cut:]
        out[:end] = text.split("\n")


def unwrap(comment):
    """The lines of a comment without its frame."""
    lines = comment[2:-2].rstrip().split("\n")
    lines = [lines[0][1:] if lines[0][:1] == " " else lines[0]] + [re.sub(r"^\s*\* ?", "", line) for line in lines[1:]]
    return [line.rstrip() for line in lines]


def split_members(body):
    """The members of a struct: (comment before, declaration, comment behind)."""
    pattern = r"\s*(?:(/\*.*?\*/)\s*)?((?:[^;/]|/(?!\*))+;)(?:[ \t]*(/\*.*?\*/))?"
    return re.findall(pattern, body, flags=re.S)


def declarators(declaration):
    """Each member of a declaration by itself: (declaration, name)."""
    text = " ".join(declaration.rstrip(";").split())
    m = re.match(r".*?\(\*(\w+)\)\(", text)
    if m:
        return [(text + ";", m[1])]
    base, rest = re.match(r"((?:const |struct |unsigned )*\w*(?: const(?= ))? ?)(.*)", text).groups()
    if not rest:
        base, rest = text.rsplit(" ", 1)
    return [(base.strip() + " " + one.strip() + ";", re.search(r"(\w+)(?:\[\w*\])?$", one.strip())[1]) for one in rest.split(",")]


class Header:
    def __init__(self, path, names):
        self.path, self.names = path, names
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        self.x_lists = {}
        for m in re.finditer(r"#define (LGD_\w+_LIST)\(X\)((?:.*\\\n)+.*\n)", self.text):
            self.x_lists[m[1]] = re.findall(r'X\((\w+), (-?\d+), "([^"]*)"\)', m[2])

    def emit(self):
        text = self.strip_machinery(self.text)
        end = text.index("*/") + 2
        head = Text(unwrap(text[:end]), self.names)
        name = os.path.relpath(self.path, os.path.join(tree_of(self.path), "include"))
        out = ["/** \\file " + name + " " + "\n".join(head.markup()) + " */"]
        # paragraphs: what stands between empty lines, a comment first
        for part in re.split(r"(\n(?:[ \t]*\n)+)", text[end:]):
            out.append(part if not part.strip() else self.paragraph(part))
        return "".join(out).replace("\0", "")

    @staticmethod
    def strip_machinery(text):
        """Without guards, extern "C", LGD_API and the macro that expands a list; the lines stay."""

        def blank(m):
            return BLANK * m[0].count("\n")

        for pattern in (r"^#if defined\(__GNUC__\).*?^#endif\n", r'^#ifdef __cplusplus\n(?:extern "C" \{|\})\n#endif\n',
                        r"^#ifndef LGD_\w*H\n#define LGD_\w*H\n", r"^#endif\n\Z", r"^#undef LGD_X\n", r"^#define LGD_X\(.*\n"):
            text = re.sub(pattern, blank, text, flags=re.S | re.M if "__GNUC__" in pattern else re.M)
        text = re.sub(r"^LGD_API ", "", text, flags=re.M)
        # an inline function is declared like any other; its body is no concern of the reader
        return re.sub(r"^static inline ([^{;]*?)\n\{\n.*?^\}$", lambda m: m[1] + ";" + "\n" + BLANK * (m[0].count("\n") - m[1].count("\n") - 1),
                      text, flags=re.S | re.M)

    def paragraph(self, part):
        lead = re.match(r"[\s\0]*", part)[0]
        part = part[len(lead):]
        comment, code = None, part
        if part.startswith("/*"):
            end = part.index("*/") + 2
            comment, code = Text(unwrap(part[:end]), self.names), part[end:]
        pieces, first = [], None
        for declaration in self.declarations(code):
            rendered, name = self.declaration(declaration, comment)
            if name:
                if first is None:
                    first = name
                elif comment and not re.match(r"[\s\0]*#", rendered):
                    gap = re.match(r"[\s\0]*", rendered)[0]
                    rendered = gap + "/** \\copydoc " + first + " */ " + rendered[len(gap):]
            pieces.append(rendered)
        if comment is None:
            return lead + "".join(pieces)
        told = {name for declaration in self.declarations(code) for name in self.parts(declaration)}
        listed = comment.lists != 1 or not set(comment.items) <= told
        return lead + "/** " + "\n".join(comment.markup(listed)) + " */" + "".join(pieces)

    @staticmethod
    def declarations(code):
        """The code of a paragraph in pieces of one declaration each, nothing lost."""
        pieces, i = [], 0
        pattern = re.compile(r"[\s\0]*(?:#(?:.*\\\n)*.*|(?:typedef )?(?:struct|enum)(?: \w+)? \{.*?\}[^;]*;|[^;]*;|\S[^\n]*)")
        struct = re.compile(r"[\s\0]*(?:typedef )?(?:struct|enum)(?: \w+)? \{.*?\n?\}[^;]*;", flags=re.S)
        while i < len(code):
            m = struct.match(code, i) or pattern.match(code, i)
            if not m or m.end() == i:
                pieces.append(code[i:])
                break
            pieces.append(m[0])
            i = m.end()
        return pieces

    @staticmethod
    def members_of(declaration):
        m = re.match(r"[\s\0]*(?:typedef )?struct \w+ \{(.*)\}", declaration, flags=re.S)
        return split_members(m[1]) if m else []

    def enumerators(self, declaration):
        """(name, value or None, comment behind or text of the list)"""
        m = re.match(r"[\s\0]*(?:typedef )?enum(?: \w+)? \{(.*)\}", declaration, flags=re.S)
        if not m:
            return []
        body, result = m[1], []
        for name in self.x_lists:
            if re.search(r"\b%s\(LGD_X\)" % name, body):
                body = re.sub(r"\b%s\(LGD_X\)" % name, "", body)
                result = [(n, v, "/* " + t + " */") for n, v, t in self.x_lists[name]]
        own = re.findall(r"(\w+)(?: = (-?\w+))?\s*,?[ \t]*(/\*.*?\*/)?", body, flags=re.S)
        return own + result

    def parts(self, declaration):
        """Names of the members or enumerators of a declaration."""
        names = [name for _, text, _ in self.members_of(declaration) for _, name in declarators(text)]
        return names + [name for name, _, _ in self.enumerators(declaration)]

    def declaration(self, text, comment):
        """(as Doxygen reads it, its name)"""
        items = comment.items if comment else {}
        gap = re.match(r"[\s\0]*", text)[0]
        tail = "\n" * (text.count("\n") - gap.count("\n"))
        speak = Text([], self.names)

        def brief(*texts):
            said = ". ".join(t for t in texts if t)
            return "/** \\brief " + speak.escape(" ".join(said.split())) + " */ " if said else ""

        def plain(c):
            return " ".join(line.strip() for line in unwrap(c)) if c else ""

        define = re.match(r"[\s\0]*#define (\w+)", text)
        if define:
            return re.sub(r"/\*(?=[^*])", "/**< ", text), define[1]
        if re.match(r"[\s\0]*(#|$)", text):
            return text, None
        members = self.members_of(text)
        if members:
            name = re.match(r"[\s\0]*typedef struct (\w+)", text)[1]
            body = "".join(brief(plain(before), plain(behind), items.get(one)) + code + " "
                           for before, declared, behind in members for code, one in declarators(declared))
            return gap + "typedef struct " + name + " { " + body + "} " + name + ";" + tail, name
        enumerators = self.enumerators(text)
        if enumerators:
            alone = " ".join(comment.lines) if comment and len(enumerators) == 1 else None
            body = ", ".join(brief(plain(behind), items.get(name), None if behind or name in items else alone) + name +
                             (" = " + value if value else "") for name, value, behind in enumerators)
            m = re.match(r"[\s\0]*(typedef )?enum( \w+)? \{", text)
            return gap + (m[1] or "") + "enum" + (m[2] or "") + " { " + body + " }" + (m[2] or "") + ";" + tail, \
                (m[2] or "").strip() or enumerators[0][0]
        m = re.match(r"[\s\0]*typedef struct (\w+) \w+;", text) or re.search(r"\(\*(lgd_\w+)\)", text) if "typedef" in text else \
            re.search(r"\b(lgd_\w+)\(", text)
        return text, m[1] if m else None


def tree_of(path):
    """The directory above the include directory that a header lies in."""
    return path[: path.rindex("include")] if "include" in path else ROOT


def public_names(tree):
    return names_of(glob.glob(os.path.join(tree, "include", "lgd.h")) + glob.glob(os.path.join(tree, "include", "lgd", "*.h")))


def code_span(text):
    return "<code>" + re.sub(r"::|[\\@*]", r"\\\g<0>", html.escape(text, quote=False)) + "</code>"


def header(path):
    return Header(path, public_names(tree_of(path))).emit()


def label(path):
    """The name of a page, or of a directory of pages."""
    return "index" if path == "README.md" else re.sub(r"\W", "_", re.sub(r"(/README)?\.md$", "", path))


def slug(heading):
    """The anchor of a heading as forges make it."""
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", re.sub(r"[`*]", "", heading).lower()).strip())


def page(path):
    path = os.path.abspath(path)
    here = os.path.relpath(path, ROOT)
    linked, anchors, names = set(), {}, public_names(ROOT)

    def link(m):
        text, target = m[2], m[3]
        if m[1]:
            return "![" + text + "](" + os.path.basename(target) + ")"
        if re.match(r"[a-z]+:|@", target):
            return m[0]
        file, _, anchor = target.partition("#")
        to = os.path.normpath(os.path.join(os.path.dirname(here), file)) if file else here
        if to.endswith(".md") and os.path.isfile(os.path.join(ROOT, to)) or glob.glob(os.path.join(ROOT, to, "*.md")):
            name = label(to) + ("_" + slug(anchor).replace("-", "_") if anchor else "")
            below = os.path.basename(here) == "README.md" and here != "README.md" and name not in linked
            if below and not anchor and os.path.dirname(re.sub(r"/README\.md$", "", to)) == os.path.dirname(here):
                linked.add(name)
                return '\\subpage %s "%s"' % (name, text.replace("`", ""))
            return "[" + text.replace("`", "") + "](@ref " + name + ")"
        if to.startswith("include/") and to.endswith(".h"):
            return "[" + text.replace("`", "") + "](@ref " + to.split("/", 1)[1] + ")"
        return text

    out = []
    with open(path, encoding="utf-8") as file:
        parts = re.split(r"(^```.*?^```$)", file.read(), flags=re.S | re.M)
    titled = False
    for i, part in enumerate(parts):
        if i % 2:  # code
            out.append(part)
            continue
        part = re.sub(r"(?<!\[)`((?:lgd|LGD)_\w+)(\(\))?`(?!\])",
                      lambda m: '<code>\\ref %s "%s"</code>' % (m[1], m[1] + (m[2] or "")) if m[1] in names else m[0], part)
        part = re.sub(r"`([^`\n]*)`", lambda m: code_span(m[1]) if re.search(r"::|'", m[1]) else m[0], part)
        part = re.sub(r"(!?)\[([^][]*)\]\(([^()\s]+)\)", link, part)
        lines = part.split("\n")
        for k, line in enumerate(lines):
            m = re.match(r"(#+) (.*)", line)
            if m and not titled:
                titled = True
                lines[k] = line + " {#" + ("mainpage" if here == "README.md" else label(here)) + "}"
            elif m:
                anchor = slug(m[2])
                anchors[anchor] = anchors.get(anchor, -1) + 1
                anchor += "-%d" % anchors[anchor] if anchors[anchor] else ""
                lines[k] = line + " {#" + label(here) + "_" + anchor.replace("-", "_") + "}"
        out.append("\n".join(lines))
    return "".join(out)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(header(sys.argv[1]) if sys.argv[1].endswith(".h") else page(sys.argv[1]))
