# Public headers in, a C program out that prints what another language must agree with, one line each:
#   struct <name> <size>, member <struct> <member> <offset>
#   constant <enumerator> <value>, bits <double constant> <its bytes as an integer>
# usage: awk -f layout.awk HEADER...
{
    text = text " " $0 "\n"
}

# The names of the members of a struct's body: the last word before a comma, semicolon, array or parameter list.
function members(name, body,    part, count, i, many, j, word, pieces) {
    count = split(body, part, ";")
    for (i = 1; i < count; i++) {
        if (match(part[i], /\(\*[a-z_0-9]+\)/)) {
            many = 1
            pieces[1] = substr(part[i], RSTART + 2, RLENGTH - 3)
        } else {
            many = split(part[i], pieces, ",")
        }
        for (j = 1; j <= many; j++) {
            word = pieces[j]
            sub(/\[.*/, "", word)
            sub(/[ \n]+$/, "", word)
            sub(/.*[ *\n]/, "", word)
            printf "    printf(\"member %s %s %%zu\\n\", offsetof(%s, %s));\n", name, word, name, word
        }
    }
}

function constant(name) {
    printf "    printf(\"constant %s %%d\\n\", (int)%s);\n", name, name
}

# Enumerators stand at the beginning of an enum's body or behind a comma, or are the first word of an entry X(...) of a list.
function enumerators(body,    part, count, i) {
    gsub(/\([^)]*\)/, "()", body)
    count = split(body, part, ",")
    for (i = 1; i <= count; i++)
        if (match(part[i], /LGD_[A-Z0-9_]+/))
            constant(substr(part[i], RSTART, RLENGTH))
}

END {
    print "#include <lgd.h>\n#include <stdio.h>\n#include <string.h>\n\nint main(void)\n{"
    print "    double number;\n    long long bits;"
    for (i = split("LGD_ZERO LGD_AUTO", names, " "); i > 0; i--) {
        print "    number = " names[i] ";\n    memcpy(&bits, &number, sizeof bits);"
        print "    printf(\"bits " names[i] " %lld\\n\", bits);"
    }
    # Comments end at the first mark of their end, which the longest match of a pattern would pass.
    while ((start = index(text, "/*")) > 0) {
        rest = substr(text, start + 2)
        text = substr(text, 1, start - 1) " " substr(rest, index(rest, "*/") + 2)
    }
    rest = text
    while (match(rest, /[ \n]X\(LGD_[A-Z0-9_]+/)) {
        constant(substr(rest, RSTART + 3, RLENGTH - 3))
        rest = substr(rest, RSTART + RLENGTH)
    }
    while (match(text, /(struct|enum) ?[a-z_0-9]* *\{[^}]*\} *[a-z_0-9]*;/)) {
        found = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
        name = found
        sub(/.*\} */, "", name)
        sub(/;$/, "", name)
        body = found
        sub(/^[^{]*\{/, "", body)
        sub(/\}[^}]*$/, "", body)
        if (found ~ /^enum/) {
            enumerators(body)
        } else {
            printf "    printf(\"struct %s %%zu\\n\", sizeof(%s));\n", name, name
            members(name, body)
        }
    }
    print "    return 0;\n}"
}
