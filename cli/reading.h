/* The options that say how a table is read; fit and predict have them in common. */
#ifndef LGD_CLI_READING_H
#define LGD_CLI_READING_H
#include "arguments.h"
#include "cli.h"

enum { READ_IGNORE = 100, READ_HEADER, READ_SKIP_LINES, READ_MISSING_TEXT, READ_DECIMAL_COMMA };

#define READING_LINES                                                                                                  \
    {READ_IGNORE, 0, "ignore", required_argument, " COL,...", "columns to leave out, by name or number from 1"},       \
        {READ_HEADER, 0, "header", required_argument, " WORD", "line 1 holds names: auto, yes or no (auto)"},          \
        {READ_SKIP_LINES, 0, "skip-lines", required_argument, " N", "lines before the table (0)"},                     \
        {READ_MISSING_TEXT, 0, "missing-text", required_argument, " MARK", "cells of this text are missing (NA, ?)"},  \
    {                                                                                                                  \
        READ_DECIMAL_COMMA, 0, "decimal-comma", no_argument, "", "numbers are written 12,5; cells end in ; or a tab"   \
    }

/* Takes one of these options; false after a sentence. */
bool reading_take(reading *how, const arguments *a, int id, const char *value);

#endif
