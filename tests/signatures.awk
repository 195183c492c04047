# C prototypes in, a line for each function out: its name, and a letter for what it returns and for each argument:
#   p pointer or function, d double, l size_t or another integer of 64 bits, i int or enum, b bool, v nothing
# usage: awk -f signatures.awk FILE...         Prototypes are what follows LGD_API, and lines that a compiler wrote.
function letter(what) {
    if (what ~ /[*(]/ || what ~ /^ *lgd_(function|residual|callback|fold|candidate) /)
        return "p"
    if (what ~ /(^|[ \n])(size_t|u?int64_t|long) /)
        return "l"
    if (what ~ /(^|[ \n])_?[Bb]ool /)
        return "b"
    if (what ~ /(^|[ \n])double /)
        return "d"
    return what ~ /^[ \n]*(void)?[ \n]*$/ ? "" : "i"
}

/^[a-z].* \**lgd_[a-z0-9_]+ \(.*\);$/ { text = text "LGD_API " } # by gfortran -fc-prototypes
{ text = text $0 "\n" }

END {
    # Comments end at the first mark of their end, which the longest match of a pattern would pass.
    while ((start = index(text, "/*")) > 0) {
        rest = substr(text, start + 2)
        text = substr(text, 1, start - 1) " " substr(rest, index(rest, "*/") + 2)
    }
    count = split(text, part, "LGD_API")
    for (i = 2; i <= count; i++) {
        prototype = substr(part[i], 1, index(part[i], ";") - 1)
        open = index(prototype, "(")
        head = substr(prototype, 1, open - 1)
        arguments = substr(prototype, open + 1)
        sub(/\)[ \n]*$/, "", arguments)
        sub(/ +$/, "", head)
        name = head
        sub(/.*[ *\n]/, "", name)
        if (name !~ /^lgd_/ || arguments ~ /^\*/)
            continue
        sub(/[a-z_0-9]+$/, "", head)
        signature = letter(head)
        signature = signature ? signature : "v"
        many = split(arguments, argument, ",")
        for (j = 1; j <= many; j++)
            signature = signature letter(argument[j])
        print name, signature
    }
}
