#include "reading.h"

bool reading_take(reading *how, const arguments *a, int id, const char *value)
{
    static const char *const headers[] = {"auto", "yes", "no", NULL}; /* as in lgd_csv_header */
    int choice = 0;
    switch (id) {
    case READ_IGNORE:
        return reading_ignore(how, value);
    case READ_HEADER:
        if (!argument_word(a, "header", value, headers, &choice))
            return false;
        how->csv.header = (lgd_csv_header)choice;
        return true;
    case READ_SKIP_LINES:
        return argument_size(a, "skip-lines", value, 0, INT32_MAX, &how->csv.skip_lines);
    case READ_MISSING_TEXT:
        how->csv.missing_text = value;
        return true;
    default:
        how->csv.decimal_comma = true;
        return true;
    }
}
