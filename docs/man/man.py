"""Manual pages of section 3 from Doxygen's XML: python3 man.py XML OUT VERSION.

One page for each set of names that a comment documents together, such as lgd_minimize and lgd_minimize_sized, with the structs
that those functions alone receive; one for each header, and lgd(3) for all. Every other name is a link (.so) to its page.
"""
import glob
import os
import re
import shutil
import sys
import textwrap
import xml.etree.ElementTree as ET

WIDTH = 71  # of what is not filled, in an indentation of 7


def roff(text):
    """Plain text for troff; a minus stays one that can be copied."""
    text = text.replace("\\", "\\e").replace("^", "\\(ha").replace("~", "\\(ti").replace("`", "\\(ga")
    return re.sub(r"-(?![a-z])|(?<![A-Za-z])-", r"\\-", text)


def literal(text):
    return roff(text).replace("-", "\\-").replace("\\\\-", "\\-").replace("'", "\\(aq")


def protect(line):
    return "\\&" + line if line[:1] in (".", "'") else line


def inline(node):
    """The text of an element and of those in it, in one line."""
    out = roff(node.text or "")
    for child in node:
        if child.tag in ("computeroutput", "bold", "ref"):
            inner = "".join(child.itertext())
            out += "\\fB" + literal(inner) + "\\fP"
        elif child.tag in ("variablelist", "itemizedlist", "verbatim", "programlisting"):
            pass
        else:
            out += inline(child)
        out += roff(child.tail or "")
    return " ".join(out.split())


def kept(text):
    """Lines as they are, 2 further in; what is too wide goes on below."""
    out = [".PP", ".RS 2", ".nf"]
    for line in textwrap.dedent(text.strip("\n")).split("\n"):
        depth = len(line) - len(line.lstrip())
        out += [protect(literal(part)) for part in textwrap.wrap(
            line, WIDTH - 2, subsequent_indent=" " * (depth + 4), break_long_words=False, break_on_hyphens=False) or [""]]
    return out + [".fi", ".RE"]


def items(pairs):
    """A list of names and texts in two columns."""
    width = min(max([len(name) for name, _ in pairs], default=0) + 2, 20)
    out = []
    for i, (name, text) in enumerate(pairs):
        out += [".PD 0"] if i == 1 else []
        out += [".TP %d" % width, "\\fB" + literal(name) + "\\fP", protect(text)]
    return out + [".PD"] if out else []


def blocks(parent):
    """The paragraphs, lists and formulas of a description: (kind, content)."""
    out = []
    for para in parent.findall("para"):
        run = ET.Element("para")
        run.text = para.text

        def flush():
            if inline(run):
                out.append(("text", inline(run)))

        for child in para:
            if child.tag == "verbatim":
                flush()
                out.append(("kept", child.text))
            elif child.tag == "variablelist":
                flush()
                terms = ["".join(t.itertext()) for t in child.findall("varlistentry/term")]
                texts = [" ".join(inline(p) for p in i.findall("para")) for i in child.findall("listitem")]
                out.append(("items", list(zip(terms, texts))))
            else:
                run.append(child)
                continue
            run = ET.Element("para")
            run.text = child.tail
        flush()
    return out


def render(description):
    out = []
    for kind, content in description:
        out += kept(content) if kind == "kept" else items(content) if kind == "items" else [".PP", protect(content)]
    return out


def title_of(description):
    """The first sentence, or as many of its first clauses as fit a line, for NAME."""
    text = re.sub(r"\\f[BP]", "", [content for kind, content in description if kind == "text"][0]).rstrip(".:")
    text = re.sub(r"(?<=\w): .*[-+*><]?= .*", "", text)  # a formula is no title
    for separator in (r": ", r"; ", r", | \("):
        cuts = [m.start() for m in re.finditer(separator, text) if m.start() > 10 and not inside(text[: m.start()])]
        if len(text) > 72 and cuts:
            text = text[: max([cut for cut in cuts if cut <= 72] or cuts[:1])]
    return text


def inside(text):
    """Does the text end within brackets? An interval may close with another one than it opened."""
    return len(re.findall(r"[\[({]|<(?=\w)", text)) != len(re.findall(r"[\])}]|(?<=\w)>", text))


class Entry:
    """A public name."""

    def __init__(self, node, header, kind, name):
        self.header, self.kind, self.name = header, kind, name
        brief, detailed = node.find("briefdescription"), node.find("detaileddescription")
        self.brief = blocks(brief)
        self.detailed = blocks(detailed)
        self.said = " ".join("".join(list(brief.itertext()) + list(detailed.itertext())).split())
        self.refs = {"".join(ref.itertext()) for ref in node.iter("ref")}
        location = node.find("location")
        self.line = int(location.get("line", 0)) if location is not None else 0
        self.parts, self.uses, self.synopsis = [], set(), []  # parts: (name, brief) of members or enumerators
        getattr(self, kind)(node)

    def text(self, node, tag):
        found = node.find(tag)
        said = "" if found is None else "".join(found.itertext())
        return re.sub(r"\* (?=[(*])", "*", " ".join(said.split())) if tag == "type" else said

    @staticmethod
    def said_of(part):
        return " ".join(text for _, text in blocks(part.find("briefdescription"))).rstrip(".")

    @staticmethod
    def declare(head, params):
        """A prototype, wrapped after commas."""
        lines, line, indent = [], head, len(head) if len(head) < 42 else 8
        for i, param in enumerate(params):
            word = param + ("," if i < len(params) - 1 else ");")
            if len(line) + len(word) + 1 > WIDTH and line != head:
                lines.append(line)
                line = " " * indent + word
            else:
                line += ("" if line == head else " ") + word
        return lines + [line]

    def function(self, node):
        params = []
        for param in node.findall("param"):
            kind, name = self.text(param, "type"), self.text(param, "declname")
            params.append((kind + ("" if kind.endswith("*") or not name else " ") + name).strip())
            self.uses |= set(re.findall(r"lgd_\w+", kind))
        kind = self.text(node, "type")
        self.fails = kind == "lgd_status"
        self.makes = bool(params) and "**" in params[0]
        self.synopsis = self.declare(kind + ("" if kind.endswith("*") else " ") + self.name + "(", params or ["void"])

    def typedef(self, node):
        kind, args = self.text(node, "type"), self.text(node, "argsstring")
        if args:
            self.synopsis = self.declare("typedef " + re.sub(r" ?\(\*$", " (*", kind) + self.name + ")(", args[2:-1].split(", "))
        else:
            self.synopsis = ["typedef " + kind + " " + self.name + ";"]

    def define(self, node):
        params = ", ".join(self.text(p, "defname") for p in node.findall("param"))
        value = " ".join(self.text(node, "initializer").split())
        text = "#define " + self.name + ("(" + params + ")" if params else "") + (" " + value if len(value) < 40 else "")
        self.synopsis = [text]

    def enum(self, node):
        self.synopsis = [("" if self.name.startswith("LGD") else "typedef ") + "enum " + ("" if self.name.startswith("LGD") else self.name + " ") + "{"]
        previous = -1
        for value in node.findall("enumvalue"):
            number = self.text(value, "initializer").lstrip("= ") or str(previous + 1)
            previous = int(number)
            name = self.text(value, "name")
            self.synopsis.append("    %s = %s," % (name, number))
            self.parts.append((name, self.said_of(value)))
        self.synopsis[-1] = self.synopsis[-1].rstrip(",")
        self.synopsis.append("};" if self.name.startswith("LGD") else "} " + self.name + ";")

    def struct(self, node):
        self.synopsis = ["typedef struct " + self.name + " {"]
        for member in node.iter("memberdef"):
            kind, name, args = (self.text(member, tag) for tag in ("type", "name", "argsstring"))
            if args.startswith(")"):
                kind = re.sub(r"(\*?) ?\(\*$", lambda m: " " + m[1] + "(*", kind).replace("  ", " ")
                self.synopsis += self.declare("    " + kind + name + ")(", args[2:-1].split(", "))
            else:
                self.synopsis.append("    " + kind + ("" if kind.endswith("*") else " ") + name + args + ";")
            self.parts.append((name, self.said_of(member)))
        self.synopsis.append("} " + self.name + ";")

    def title(self):
        return title_of(self.brief + self.detailed)

    def description(self):
        """The first sentence and what follows it are one paragraph."""
        both = self.brief + self.detailed
        if len(self.brief) == 1 and [kind for kind, _ in both[:2]] == ["text", "text"]:
            both[:2] = [("text", both[0][1] + " " + both[1][1])]
        return both

    def parts_left(self):
        """Members that no list of the description has."""
        listed = {one for kind, c in self.detailed + self.brief if kind == "items" for name, _ in c for one in name.split(", ")}
        return [(name, text) for name, text in self.parts if name not in listed]


class Page:
    def __init__(self, entries):
        self.entries = entries  # what the comment documents
        self.with_them = []  # structs that these functions alone receive, in their header
        self.main = min(entries, key=lambda e: (e.kind != "function", e.name.endswith(("_sized", "_ops")), entries.index(e)))

    def names(self):
        rest = [e.name for e in self.entries + self.with_them if e is not self.main]
        return [self.main.name] + rest


def read(xml):
    """(headers: name -> (file description), entries)"""
    headers, entries = {}, []
    for path in sorted(glob.glob(os.path.join(xml, "*_8h.xml"))):
        compound = ET.parse(path).getroot().find("compounddef")
        header = compound.find("location").get("file")
        headers[header] = compound
        own = []
        for node in compound.iter("memberdef"):
            name = node.findtext("name")
            if node.get("kind") == "enum" and not name.startswith("lgd_"):
                name = node.find("enumvalue").findtext("name")
            own.append(Entry(node, header, node.get("kind"), name))
        for inner in compound.findall("innerclass"):
            node = ET.parse(os.path.join(xml, inner.get("refid") + ".xml")).getroot().find("compounddef")
            own.append(Entry(node, header, "struct", inner.text))
        entries += sorted(own, key=lambda e: e.line)
    return headers, entries


def group(entries):
    by_said = {}
    for entry in entries:
        by_said.setdefault((entry.header, entry.said), []).append(entry)
    pages = [Page(page) for page in by_said.values()]
    # a struct that one page of its header alone receives, or the one of several that it is called after, goes to that page
    for page in list(pages):
        if page.main.kind == "struct" and len(page.entries) == 1:
            users = [p for p in pages if any(e.kind == "function" and page.main.name in e.uses for e in p.entries)]
            users = [p for p in users if p.main.header == page.main.header] or users
            users = [p for p in users if page.main.name.startswith(p.main.name + "_")] or users  # the one it is called after
            if len(users) == 1:
                users[0].with_them.append(page.main)
                pages.remove(page)
    return pages


def sentences(text):
    return re.split(r"(?<=[^.][.;])\s+(?=[A-Z(\\])", text)


def split_errors(description):
    """What is left of a description, and what it says of errors as list items and texts."""
    left, errors = [], []
    for kind, content in description:
        if kind != "text":
            left.append((kind, content))
            continue
        stay = []
        for sentence in sentences(content):
            plain = re.sub(r"\\f[BP]", "", sentence)
            if re.match(r"Errors: |LGD_E|On LGD_E|On errors", plain):
                errors.append(re.sub(r"^Errors: ", "", sentence).rstrip(";"))
            else:
                stay.append(sentence)
        if stay:
            left.append((kind, " ".join(stay)))
    return left, errors


def error_items(errors):
    out = []
    for error in errors:
        m = re.match(r"\\fB(LGD_E\w+)\\fP:? (.*)", error)
        out += items([(m[1], m[2])]) if m else [".PP", protect(error)]
    return [line if not line.startswith(".TP") else ".TP 18" for line in out]


IO = ("io.h", "libsvm.h", "npy.h", "hdf5.h") # headers of libgd-io, of which the first has the others


def start(name, version, names, title, include, synopsis):
    out = ['.TH %s 3 "" "libgd\\-descent %s" "libgd"' % (name, version), ".nh", ".ad l",
           ".SH NAME", ", ".join(names) + " \\- " + title, ".SH LIBRARY",
           "%s (%s, pkg\\-config %s)" % (("Tables from files", "libgd\\-io", "libgd\\-descent\\-io") if "io.h" in include else
                                       ("Gradient descent", "libgd", "libgd\\-descent")),
           ".SH SYNOPSIS", ".nf", "\\fB#include <" + include + ">\\fP"]
    for lines in synopsis:
        out += [".PP"] + [decorate(line) for line in lines]
    return out + [".fi"]


def decorate(line):
    return protect(re.sub(r"\b(lgd_\w+)(?=\()", r"\\fB\1\\fP", literal(line)))


def write_page(page, pages, out, version):
    main = page.main
    include = "lgd/io.h" if main.header.split("/")[-1] in IO else "lgd.h"
    order = [main] + [e for e in page.entries if e is not main] + page.with_them
    order.sort(key=lambda e: (e.kind != "function", e.name.endswith("_sized"), e.line))
    lines = start(main.name, version, page.names(), main.title(), include, [e.synopsis for e in order])
    functions = [e for e in page.entries if e.kind == "function"]
    description, errors = split_errors(main.description()) if functions else (main.description(), [])
    lines += [".SH DESCRIPTION"] + render(description)[description[0][0] == "text":] if description else []
    for entry in page.entries:
        lines += items(entry.parts_left())
    sized = [e.name for e in functions if e.name.endswith("_sized")]
    if sized:
        lines += [".PP", "\\fB%s\\fP is an inline call of \\fB%s\\fP with the sizes of the structs as this header has them, so that "
                  "structs may grow." % (sized[0][: -len("_sized")], sized[0])]
    for entry in page.with_them:
        body = render(entry.description())
        lines += [".SS struct " + literal(entry.name)] + body[body[:1] == [".PP"]:] + items(entry.parts_left())
    if any(e.fails for e in functions):
        lines += [".SH RETURN VALUE", "\\fBLGD_OK\\fP, or another status; " +
                  ("*out is then NULL, and " if any(e.makes for e in functions) else "") +
                  "\\fBlgd_last_error\\fP(3) says why in a sentence."]
    if errors:
        lines += [".SH ERRORS"] + error_items(errors)
    opaque = {e.name for e in page.entries if e.kind == "typedef"}
    by_name = {name: p for p in pages for name in p.names() + [n for e in p.entries for n, _ in e.parts if e.kind == "enum"]}
    wanted = set().union(*(e.refs | e.uses for e in page.entries + page.with_them))
    wanted |= {"lgd_last_error"} if any(e.fails for e in functions) else set()
    also = {by_name[name].main.name for name in wanted if name in by_name and by_name[name] is not page}
    also |= {header_page(main.header)}
    also |= {p.main.name for p in pages if p.main.header == main.header and p is not page and any(e.uses & opaque for e in p.entries)}
    lines += see_also(also)
    write(out, main.name, lines)
    for name in page.names()[1:]:
        write(out, name, [".so man3/%s.3" % main.name])


def see_also(names):
    return [".SH SEE ALSO", ",\n".join("\\fB" + literal(name) + "\\fP(3)" for name in sorted(names) + ["lgd"])]


def header_page(header):
    return header.replace("/", "_")


def write_header(header, compound, pages, out, version):
    own = [p for p in pages if p.main.header == header]
    name = header_page(header)
    description = blocks(compound.find("briefdescription")) + blocks(compound.find("detaileddescription"))
    lines = start(name, version, [name], title_of(description), header, []) + [".SH DESCRIPTION"] + render(description)[1:]
    lines += [".SH FUNCTIONS, TYPES AND MACROS"] + contents(own)
    write(out, name, lines + see_also([]))


def contents(pages):
    out = [".PD 0"]
    for page in pages:
        names = [n for n in page.names() if not n.endswith("_sized")]
        out += [".TP", ", ".join("\\fB%s\\fP(3)" % literal(n) for n in names), protect(page.main.title())]
    return out + [".PD"]


def write(out, name, lines):
    with open(os.path.join(out, name + ".3"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def main(xml, out, version):
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    headers, entries = read(xml)
    pages = group(entries)
    for page in pages:
        write_page(page, pages, out, version)
    overview = headers.pop("lgd.h")
    order = re.findall(r"lgd/\w+\.h", " ".join("lgd/" + i.text.split("/")[-1] for i in overview.findall("includes")))
    for header, compound in headers.items():
        write_header(header, compound, pages, out, version)
    description = blocks(overview.find("briefdescription")) + blocks(overview.find("detaileddescription"))
    lines = start("lgd", version, ["lgd"], "gradient descent for scientific C", "lgd.h", [])
    lines += [".SH DESCRIPTION"] + render(description)[1:]
    for header in order + ["lgd/" + name for name in IO]:
        lines += [".SH <" + header + ">"] + contents([p for p in pages if p.main.header == header])
    lines += [".SH SEE ALSO", ",\n".join("\\fB%s\\fP(3)" % header_page(h) for h in order + ["lgd/" + name for name in IO])]
    write(out, "lgd", lines)
    write(out, "lgd.h", [".so man3/lgd.3"])


if __name__ == "__main__":
    main(*sys.argv[1:])
