"""What check_docs.sh asks of the reference, by itself: it knows nothing of docs/comments.py nor of Doxygen's settings.

python3 check_docs.py undocumented INCLUDE XML   public names without a description in Doxygen's XML
python3 check_docs.py functions INCLUDE          names of the public functions
python3 check_docs.py links HTML                 links within the pages that lead nowhere, and what is loaded from elsewhere
"""
import glob
import os
import re
import sys
import urllib.parse
import xml.etree.ElementTree as ET
from html.parser import HTMLParser


def headers(include):
    return sorted(glob.glob(os.path.join(include, "lgd.h")) + glob.glob(os.path.join(include, "lgd", "*.h")))


def code_of(path):
    """A header without comments and strings."""
    with open(path, encoding="utf-8") as file:
        return re.sub(r'"[^"\n]*"', '""', re.sub(r"/\*.*?\*/", " ", file.read(), flags=re.S))


def functions(code):
    return re.findall(r"^(?:LGD_API|static inline)\b[^;{]*?\b(lgd_\w+)\(", code, flags=re.M)


def members(body):
    for declaration in filter(str.strip, body.split(";")):
        pointer = re.search(r"\(\*(\w+)\)\(", declaration)
        for part in [pointer[1]] if pointer else declaration.split(","):
            yield re.search(r"(\w+)\s*(?:\[\w*\])?\s*$", part)[1]


def public_names(code):
    """Functions, types, members as struct::member, enumerators, macros."""
    names = functions(code)
    names += re.findall(r"^typedef struct \w+ (\w+);", code, flags=re.M) + re.findall(r"^typedef [^;{]*\(\*(\w+)\)\(", code, flags=re.M)
    for name, body in re.findall(r"^typedef struct (\w+) \{(.*?)\} \1;", code, flags=re.S | re.M):
        names += [name] + [name + "::" + member for member in members(body)]
    lists = dict(re.findall(r"^#define (LGD_\w+_LIST)\(X\)((?:.*\\\n)+.*)", code, flags=re.M))
    for name, body in re.findall(r"^(?:typedef )?enum(?: (\w+))? \{(.*?)\}", code, flags=re.S | re.M):
        for macro, entries in lists.items():
            body = body.replace(macro + "(LGD_X)", "".join(", " + one for one in re.findall(r"X\((\w+)", entries)))
        names += [name] if name else []
        names += [re.match(r"\s*(\w+)", one)[1] for one in body.split(",") if one.strip()]
    macros = set(re.findall(r"^#define (LGD_\w+)", code, flags=re.M)) - set(re.findall(r"^#ifndef (LGD_\w+)", code, flags=re.M))
    return set(names) | macros - {"LGD_API", "LGD_X"}


def documented(xml):
    names = set()

    def see(node, name):
        said = [text for tag in ("briefdescription", "detaileddescription") for text in node.find(tag).itertext()]
        if "".join(said).strip():
            names.add(name)

    for path in glob.glob(os.path.join(xml, "*_8h.xml")) + glob.glob(os.path.join(xml, "struct*.xml")):
        compound = ET.parse(path).getroot().find("compounddef")
        struct = compound.findtext("compoundname") if compound.get("kind") == "struct" else None
        if struct:
            see(compound, struct)
        for member in compound.iter("memberdef"):
            see(member, (struct + "::" if struct else "") + member.findtext("name"))
            for value in member.iter("enumvalue"):
                see(value, value.findtext("name"))
    return names


def undocumented(include, xml):
    wanted = set().union(*(public_names(code_of(path)) for path in headers(include)))
    return sorted(wanted - documented(xml))


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.loaded, self.anchors = [], [], set()
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attributes):
        for key, value in attributes:
            if key in ("id", "name"):
                self.anchors.add(value)
            elif value and key in ("href", "src", "data"):
                (self.links if tag == "a" else self.loaded).append(value)


def links(html):
    pages = {os.path.basename(path): Page(path) for path in glob.glob(os.path.join(html, "*.html"))}
    for name, page in sorted(pages.items()):
        for link in page.links + page.loaded:
            if link.startswith(("javascript:", "mailto:")):
                continue
            outside = re.match(r"(?:\w+:)?//", link)
            if outside and link in page.loaded or not outside and not leads(pages, html, name, link):
                yield name + ": " + link
    for path in glob.glob(os.path.join(html, "*.css")):
        with open(path, encoding="utf-8") as file:
            for link in re.findall(r"(?:url\(|@import )[\"']?(https?:[^\"')]*)", file.read()):
                yield os.path.basename(path) + ": " + link


def leads(pages, html, name, link):
    file, _, anchor = urllib.parse.unquote(link).partition("#")
    file = file or name
    if file in pages:
        return not anchor or anchor in pages[file].anchors
    return os.path.exists(os.path.join(html, file))


if __name__ == "__main__":
    what, arguments = sys.argv[1], sys.argv[2:]
    if what == "functions":
        found = [name for path in headers(arguments[0]) for name in functions(code_of(path))]
    else:
        found = list({"undocumented": undocumented, "links": links}[what](*arguments))
    print("\n".join(found), end="\n" if found else "")
