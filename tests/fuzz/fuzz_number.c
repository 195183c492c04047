/* lgd_cell_number beside strtod: what it calls a number has the bits that strtod finds, and what it calls a word or none that is finite
 * is no number to strtod either, but for what is written in the hexadecimal way or infinite. */
#include "fuzz.h"
#include "io/io.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 4096 };

/* Just the letters of decimal numbers: so strtod's "0x1p3", "inf" and "nan(1)" are none. */
static bool is_decimal(const char *text)
{
    return strspn(text, "0123456789+-.eE") == strlen(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char ours[ROOM], theirs[ROOM];
    const char point = fuzz_byte(&bytes, &size) & 1 ? ',' : '.';
    if (size >= ROOM || memchr(bytes, 0, size))
        return 0;
    memcpy(ours, bytes, size);
    ours[size] = 0;

    /* what strtod is to see: no blanks, and a point */
    const char *first = ours + strspn(ours, " \t");
    size_t length = strlen(first);
    while (length && strchr(" \t", first[length - 1]))
        length--;
    bool foreign = false;
    for (size_t i = 0; i < length; i++) {
        foreign |= first[i] == '.' && point != '.';
        theirs[i] = first[i] == point ? '.' : first[i];
    }
    theirs[length] = 0;
    char *end;
    const double expected = strtod(theirs, &end);
    const bool number = length && !*end && is_decimal(theirs) && !foreign;

    double value = 0.5;
    switch (lgd_cell_number(ours, size, point, &value)) {
    case LGD_CELL_EMPTY:
        FUZZ_CHECK(!length);
        break;
    case LGD_CELL_NUMBER:
        FUZZ_CHECK(number && isfinite(expected));
        FUZZ_CHECK(!memcmp(&value, &expected, sizeof value));
        break;
    case LGD_CELL_NOT_FINITE:
        FUZZ_CHECK(!isfinite(expected));
        break;
    case LGD_CELL_WORD:
        FUZZ_CHECK(length && !number);
        break;
    }
    FUZZ_CHECK(!memcmp(ours, bytes, size)); /* the text is as it was */
    return 0;
}
