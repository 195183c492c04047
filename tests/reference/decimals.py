"""Numbers of many digits as C has them: what the scripts that record references share."""
import textwrap

from mpmath import mp


def row(w, indent):
    """The weights of one row, exact zeros as 0, in indented lines."""
    words = ", ".join("0" if v == 0 else mp.nstr(v, 19, strip_zeros=False) for v in w)
    return textwrap.fill(words, 118, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
