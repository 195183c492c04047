# Counts the cases of a meson testlog.json and shows those that did not pass.
# usage: awk -v totals=FILE -f count.awk tests/optional - <testlog.json      FILE receives: passed failed skipped
# A case that skips itself counts as failed unless tests/optional allows it. A test without TAP is one case.

FILENAME ~ /optional$/ {
    if ($1 != "" && $1 !~ /^#/)
        optional[$1 " " $2] = 1
    next
}

# The JSON string that follows `"key": "` in $0, unescaped.
function member(key, text) {
    if (!match($0, "\"" key "\": \""))
        return ""
    text = substr($0, RSTART + RLENGTH)
    match(text, /^([^"\\]|\\.)*/)
    text = substr(text, 1, RLENGTH)
    gsub(/\\n/, "\n", text)
    gsub(/\\t/, "\t", text)
    gsub(/\\"/, "\"", text)
    gsub(/\\\\/, "\\", text)
    return text
}

# "not ok 3 - ../../tests/test_x.c:case:case: Passed" to "tests/test_x.c:case: Passed"
function readable(line) {
    sub(/^(not )?ok [0-9]* *(- )?/, "", line)
    sub(/^(\.\.\/)*/, "", line)
    return line
}

{
    test = member("name")
    sub(/.* \/ /, "", test)
    result = member("result")
    count = split(member("stdout"), line, "\n")
    tap = bad = 0
    for (i = 1; i <= count; i++) {
        if (line[i] !~ /^(not )?ok( |$)/)
            continue
        tap++
        if (line[i] ~ /^not/) {
            bad++
            print "  FAILED " test ": " readable(line[i])
            while (i < count && line[i + 1] ~ /^#/)
                print "         " line[++i]
        } else if (toupper(line[i]) ~ /# SKIP/) {
            name = readable(line[i])
            sub(/ .*/, "", name)
            if ((test " " name) in optional) {
                skipped++
                print "  skipped " test ": " readable(line[i])
            } else {
                bad++
                print "  FAILED " test ": " readable(line[i]) " (not listed in tests/optional)"
            }
        } else
            passed++
    }
    failed += bad
    if (!tap && result == "OK")
        passed++
    else if (result != "OK" && !bad) {
        failed++
        print "  FAILED " test ": " result (tap ? " after " tap " cases" : "")
    }
    if (result != "OK") {
        # From a sanitizer's verdict on, else the end.
        count = split(member("stderr"), line, "\n")
        for (first = 1; first <= count && line[first] !~ /ERROR: |WARNING: |runtime error: /; first++)
            ;
        if (first > count)
            first = count > 25 ? count - 25 : 1
        for (i = first; i <= count && i < first + 25; i++)
            if (line[i] != "" && line[i] !~ /^.test program exited with status/)
                print "         " line[i]
    }
}

END {
    print passed + 0, failed + 0, skipped + 0 >totals
}
