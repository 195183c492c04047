# The anchors that the headings of a document have: small letters, blanks become hyphens, other marks vanish, and what comes
# again is numbered.
/^```/ { inside = !inside }
!inside && /^#+ / {
    anchor = tolower($0)
    sub(/^#+ +/, "", anchor)
    gsub(/\]\([^)]*\)/, "", anchor)
    gsub(/[^a-z0-9 _\200-\377-]/, "", anchor)
    gsub(/ /, "-", anchor)
    print seen[anchor]++ ? anchor "-" seen[anchor] - 1 : anchor
}
