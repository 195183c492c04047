"""Manual page of section 1 from what the command lgd says itself: python3 command.py LGD OUT VERSION."""
import re
import subprocess
import sys


def roff(text):
    """Plain text for troff; a minus stays one that can be copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("^", "\\(ha").replace("~", "\\(ti").replace("`", "\\(ga")
    return "\\&" + text if text[:1] in (".", "'") else text


def said(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.rstrip("\n").split("\n\n")


def pairs(block):
    """Two columns, at least two blanks between them."""
    return [re.match(r" +(\S.*?)  +(\S.*)$", line).groups() for line in block.split("\n")]


def listed(block):
    out = []
    for left, right in pairs(block):
        shown = re.sub(r"(-?-[a-z0-9-]+)", lambda m: "\\fB" + roff(m[1]) + "\\fP", left) if left.startswith("-") else roff(left)
        out += [".TP 24", shown, roff(right)]
    return out


def command(lgd, name):
    """One command: its usage, its sentences, its options, and what follows them."""
    usage, *blocks = said(lgd, name, "--help")
    first, *sentences = usage.split("\n")
    out = [".SS " + roff(first.replace("usage: ", "")), roff(" ".join(sentences))]
    for block in blocks:
        head, _, rest = block.partition("\n")
        if head.startswith(" "):
            out += listed(block)
        elif rest.startswith(" "):
            out += [".PP", roff(head)] + listed(rest)
    return out


def main(lgd, path, version):
    usage, commands, _ = said(lgd, "--help")
    names = [left.split()[1] for left, _ in pairs(commands)]
    lines = ['.TH LGD 1 "" "libgd\\-descent %s" "libgd"' % version, ".nh", ".ad l", ".SH NAME", "lgd \\- linear models from tables",
             ".SH SYNOPSIS", ".nf"]
    lines += ["\\fBlgd\\fP " + roff(left.split(" ", 1)[1]) for left, _ in pairs(commands)]
    lines += ["\\fBlgd\\fP \\-\\-version", ".fi", ".SH DESCRIPTION", roff(usage.split("\n")[1])] + listed(commands) + [".SH COMMANDS"]
    for name in names:
        lines += command(lgd, name)
    lines += [".SH EXIT STATUS"]
    for status, meaning in (("0", "done"), ("1", "data, a file or memory"), ("2", "usage"), ("3", "the steps diverged"),
                            ("4", "the steps did not converge, with --strict")):
        lines += [".TP 4", status, roff(meaning)]
    lines += [".SH ENVIRONMENT", ".TP 24", "LGD_NUM_THREADS", "threads where no option says how many; else OMP_NUM_THREADS"]
    lines += [".SH EXAMPLES", ".nf", roff("lgd fit houses.csv --target price --ignore address -o houses.json"),
              roff("lgd predict houses.json new.csv"),
              roff("lgd fit flowers.csv --loss softmax --l2 0.01 --standardize --folds 5 -o flowers.json"),
              roff("lgd fit claims.csv --loss quantile:tau=0.9 --validate 0.2"),
              roff("lgd fit train.svm.gz --loss logistic --l2 0.0001 -o words.json"), roff("lgd predict words.json test.svm --classes"),
              roff("lgd convert big.csv big.npy --target price --target-out prices.npy"), ".fi", ".SH SEE ALSO", "\\fBlgd\\fP(3)"]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
