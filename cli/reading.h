/* The options that say how a table is read; fit, predict and convert have them in common. */
#ifndef LGD_CLI_READING_H
#define LGD_CLI_READING_H
#include "arguments.h"
#include "cli.h"

enum {
    READ_IGNORE = 100,
    READ_HEADER,
    READ_SKIP_LINES,
    READ_DELIMITER,
    READ_MISSING_TEXT,
    READ_DECIMAL_COMMA,
    READ_FORMAT,
    READ_DATASET,
    READ_TARGET_FILE,
    READ_TARGET_DATASET,
    READ_INDEX_BASE
};

#define READING_LINES                                                                                                   \
    {READ_IGNORE, 0, "ignore", required_argument, " COL,...", "columns to leave out, by name or number from 1"},        \
        {READ_HEADER, 0, "header", required_argument, " WORD", "line 1 holds names: auto, yes or no (auto)"},           \
        {READ_SKIP_LINES, 0, "skip-lines", required_argument, " N", "lines before the table (0)"},                      \
        {READ_DELIMITER,    0,       "delimiter",                                                                       \
         required_argument, " MARK", "between cells: one character, tab or blank (by line 1)"},                         \
        {READ_MISSING_TEXT, 0, "missing-text", required_argument, " MARK", "cells of this text are missing (NA, ?)"},   \
        {READ_DECIMAL_COMMA, 0, "decimal-comma", no_argument, "", "numbers are written 12,5; cells end in ; or a tab"}, \
        {READ_FORMAT, 0, "format", required_argument, " WORD", "csv, libsvm, npy or hdf5 (by the name of the file)"},   \
        {READ_DATASET,      0,       "dataset",                                                                         \
         required_argument, " NAME", "which array of an HDF5 file or an .npz (the only one)"},                          \
        {READ_TARGET_FILE, 0, "target-file", required_argument, " FILE", "a .npy, beside one, that is the target"},     \
        {READ_TARGET_DATASET, 0, "target-dataset", required_argument, " NAME", "an array that is the target"},          \
    {                                                                                                                   \
        READ_INDEX_BASE, 0, "index-base", required_argument, " N",                                                      \
            "of LIBSVM's format, the first index: 0 or 1 (0 if one is 0)"                                               \
    }

/* A format by its word. (formats.c) */
bool format_take(const arguments *a, const char *option, const char *value, file_format *is);

/* The value of --missing, where rows may be left out or filled. */
bool reading_missing(reading *how, const arguments *a, const char *value);

/* Takes one of these options; false after a sentence. */
bool reading_take(reading *how, const arguments *a, int id, const char *value);

#endif
