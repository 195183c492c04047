#include "reading.h"
#include <string.h>

bool reading_missing(reading *how, const arguments *a, const char *value)
{
    static const char *const missing[] = {"refuse", "drop", "mean", NULL}; /* as in lgd_csv_missing */
    int choice = 0;
    if (!argument_word(a, "missing", value, missing, &choice))
        return false;
    how->csv.missing = (lgd_csv_missing)choice;
    return true;
}

static bool take_delimiter(const char *value, char *to)
{
    *to = !strcmp(value, "tab") ? '\t' : !strcmp(value, "blank") ? ' ' : value[0];
    return (*to && (*to != value[0] || !value[1])) ||
           refuse("--delimiter is \"%s\", one character, tab or blank is accepted", value);
}

bool reading_take(reading *how, const arguments *a, int id, const char *value)
{
    static const char *const headers[] = {"auto", "yes", "no", NULL}; /* as in lgd_csv_header */
    static const char *const bases[] = {"0", "1", NULL};
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
    case READ_DELIMITER:
        return take_delimiter(value, &how->csv.delimiter);
    case READ_MISSING_TEXT:
        how->csv.missing_text = value;
        return true;
    case READ_FORMAT:
        return format_take(a, "format", value, &how->format);
    case READ_DATASET:
        how->dataset = value;
        return true;
    case READ_TARGET_FILE:
        how->target_file = value;
        return true;
    case READ_TARGET_DATASET:
        how->target_dataset = value;
        return true;
    case READ_INDEX_BASE:
        if (!argument_word(a, "index-base", value, bases, &choice))
            return false;
        how->base = choice ? LGD_INDEX_1 : LGD_INDEX_0;
        return true;
    default:
        how->csv.decimal_comma = true;
        return true;
    }
}
