# The fenced blocks of a document: the lines of each go to <prefix><line of its fence>, and a line of the index says
#     <line> <language> <mark>
# The mark is the word of <!-- snippet: word --> before the fence, or "-". A fence without a language says "none", one that
# is never closed "unclosed". A block of text is what the code before it prints if at most one line of prose is between
# them; it then goes to <prefix><line of that code>.shown as well.
/^ *```/ && !inside {
    inside = FNR
    language = $0
    sub(/^ *```/, "", language)
    if (language == "")
        language = "none"
    else if ($0 ~ /^ /)
        language = "indented"
    gsub(/[^A-Za-z0-9+#-]/, "?", language)
    mark = "-"
    if (before ~ /<!-- snippet: [a-z]+ -->/) {
        mark = before
        sub(/.*<!-- snippet: /, "", mark)
        sub(/ -->.*/, "", mark)
    }
    file = prefix FNR
    printf "" >file
    shown = language == "text" && code && prose < 2 ? prefix code ".shown" : ""
    if (shown)
        printf "" >shown
    next
}
/^ *```/ {
    close(file)
    if (shown)
        close(shown)
    print inside, language, mark
    code = language ~ /^(c|fortran|python)$/ ? inside : 0
    inside = prose = 0
    before = ""
    next
}
inside {
    print >file
    if (shown)
        print >shown
}
!inside && $0 != "" {
    before = $0
    prose++
}
END {
    if (inside)
        print inside, "unclosed", "-"
}
