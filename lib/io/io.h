/* Reading a table of text, in three passes over the file, each through the same scanner:
 *   look    the first row, and on until every column has met a cell: header, names, target, which columns are text
 *   count   all rows: their number, which of them are dropped, the levels of the text columns; rows of another length
 *   fill    all rows again, each to who takes it: the reader into memory of just that size; cells that are no numbers
 * So the file is never held in memory, nor is the table twice. The converter needs no memory for rows, so it counts them only where
 * there are levels, and fills twice where all rows tell what becomes of each: by means, or by labels. */
#ifndef LGD_IO_INSIDE_H
#define LGD_IO_INSIDE_H
#include "base/base.h"
#include "file.h"
#include "lgd/io.h"

/* ---- bytes that grow (text.c) */

typedef struct lgd_text {
    char *bytes; /* NULL while empty; always with a 0 behind the last */
    size_t length, room;
} lgd_text;

lgd_status lgd_text_append(lgd_text *text, const char *bytes, size_t length);
lgd_status lgd_text_print(lgd_text *text, const char *format, ...) LGD_PRINTF(2, 3);
void lgd_text_free(lgd_text *text);

/* A piece of the caller's text for a message: on one line, at most 48 bytes, cut between UTF-8 characters. Returns
 * out. */
enum { LGD_SHOWN = 56 };
const char *lgd_shown(char out[LGD_SHOWN], const char *text, size_t length);

/* ---- numbers (number.c, decimal.c): correctly rounded, whatever the locale */

/* The longest number at begin, `sign? digits? (point digits?)? (e sign? digits)?` with a digit before the e, of which *value is the nearest
 * double, infinite beyond the largest. What follows it, or `begin` where there is none. Reads no byte at or behind `end`; `point` is '.' or
 * ','. */
const char *lgd_number(const char *begin, const char *end, char point, double *value);

typedef enum lgd_cell_kind { LGD_CELL_EMPTY, LGD_CELL_NUMBER, LGD_CELL_NOT_FINITE, LGD_CELL_WORD } lgd_cell_kind;

/* What text[length] as a whole is, without the blanks around it, and for a number *value. */
lgd_cell_kind lgd_cell_number(const char *text, size_t length, char point, double *value);

/* A number without its sign: digits 10^power and, with `more`, something less than 10^power beside. All of its digits are those
 * from first to last, between which may be a point; last_power is the power of ten of the last of them. */
typedef struct lgd_decimal {
    uint64_t digits; /* at most 19 */
    int64_t power;
    bool more;
    const char *first, *last;
    int64_t last_power;
} lgd_decimal;

double lgd_nearest_double(const lgd_decimal *d);

/* x, which is finite, in as many digits as read back as it is (at some powers of 2 one more than would do), as a double or, with `single`, as a float; a 0 behind them. How many
 * letters that are. The calling thread is in the C locale. (digits.c) */
enum { LGD_DIGITS = 32 };
size_t lgd_digits(char to[LGD_DIGITS], double x, bool single);

/* ---- levels of a text column, in byte order (levels.c) */

typedef struct lgd_level {
    size_t uses, length;
    char text[];
} lgd_level;

typedef struct lgd_levels {
    lgd_level **item; /* [count] ascending */
    size_t count, room;
    lgd_level *last; /* the one met in the current row, NULL if none */
} lgd_levels;

/* The index of text, or count where there is none. */
size_t lgd_levels_find(const lgd_levels *levels, const char *text, size_t length);
/* One more use of text, which becomes `last`. */
lgd_status lgd_levels_add(lgd_levels *levels, const char *text, size_t length);
/* Removes the levels without a use. */
void lgd_levels_prune(lgd_levels *levels);
void lgd_levels_free(lgd_levels *levels);

/* ---- labels (labels.c) */

/* A target that is a label: what was met of it, and where it is to be changed. */
typedef struct lgd_labels {
    const char *path; /* for messages */
    lgd_table *table;
    lgd_text *notes;
    const lgd_levels *levels; /* words; NULL: numbers */
    double value[2];          /* the values of a binary target so far */
    size_t count;
} lgd_labels;

/* One more value of a binary target; false if it is the third. */
bool lgd_labels_see(lgd_labels *labels, double y);

/* y becomes 0 and 1, or with `classes` 0, 1, 2 ...; what they were is told in the table's class_names and in the notes. */
lgd_status lgd_labels_map(const lgd_labels *labels, bool classes);

/* ---- limits (table.c) */

/* Four fifths of the memory that this machine has, or that this process may have. */
size_t lgd_default_max_bytes(void);

/* ---- the scanner (scan.c) */

/* A cell: its text with a 0 behind it, the line it begins in, from 1, and its place in the row, from 0. */
typedef struct lgd_cell {
    char *text;
    size_t length, line, column;
} lgd_cell;

/* A row that stands in one line without quotes, and what may be read behind it. */
typedef struct lgd_line {
    const char *text, *end, *readable; /* readable: at least end */
    char delimiter;
    size_t line;
} lgd_line;

/* What a pass does with the cells of a row, and at its end; a status other than LGD_OK ends it, and so does *stop. `line` may be NULL; with
 * *taken it has done what cell and row do, else they are called. */
typedef struct lgd_visitor {
    lgd_status (*line)(void *ctx, const lgd_line *line, bool *taken, bool *stop);
    lgd_status (*cell)(void *ctx, const lgd_cell *cell);
    lgd_status (*row)(void *ctx, size_t line, size_t cells, bool *stop);
} lgd_visitor;

typedef struct lgd_scan {
    const char *path;         /* as messages show it: its end, if it is long */
    const char *delimiter_by; /* how the delimiter was found */
    char delimiter;
    lgd_input *input;
    size_t start; /* behind a byte order mark */
    size_t skip_lines, max_row_bytes;
    char *buffer;
    size_t room; /* of the buffer */
} lgd_scan;

/* Does the name end in .tsv or .tab, or did it before it was packed: t.tsv, t.tsv.gz? */
bool lgd_csv_has_tabs(const char *path, bool packed);

/* Opens the file, looks at its first bytes and settles the delimiter. close may follow a failed open. */
lgd_status lgd_scan_open(lgd_scan *scan, const char *path, const lgd_csv_options *options);
lgd_status lgd_scan_pass(lgd_scan *scan, const lgd_visitor *visitor, void *ctx);
void lgd_scan_close(lgd_scan *scan);

/* ---- the reader (look.c, fill.c, table.c) */

enum { LGD_MOST_LEVELS = 1000 };

typedef enum lgd_column_kind {
    LGD_COLUMN_UNKNOWN,
    LGD_COLUMN_NUMBERS,
    LGD_COLUMN_WORDS,
    LGD_COLUMN_IGNORED
} lgd_column_kind;

/* A column of the file. */
typedef struct lgd_column {
    const char *name;
    size_t first;       /* its first column in the table */
    lgd_levels *levels; /* of a column of words */
    unsigned char kind; /* lgd_column_kind: there may be millions of columns */
    bool asked;         /* the kind is the caller's word */
    bool kept;          /* named in `only` */
} lgd_column;

/* Of a column of the table, while rows come: their sum, what its rounding lost, one of numbers 2^64 times smaller; cells that are missing.
 * Then the mean. */
typedef struct lgd_mean {
    double sum, rest, small, value;
    size_t missing;
} lgd_mean;

typedef struct lgd_reader lgd_reader;
struct lgd_reader {
    const char *file;
    lgd_csv_options options;
    lgd_scan scan;
    lgd_text first, names; /* the cells of the first row and the names of the columns, each with a 0 behind it */
    lgd_text notes;
    size_t column_notes;
    size_t first_numbers, first_words; /* among the cells of the first row */
    lgd_column *columns;               /* [count]; NULL until the first row has ended */
    const lgd_column **by_name;        /* [count] in the order of their names, while columns are asked for; else NULL */
    size_t count, target, unknown;     /* target: count if there is none; unknown: columns of that kind */
    size_t first_line;                 /* of the first row */
    bool header, has_words;            /* has_words: a column of them, that is not ignored */
    size_t cols;                       /* of the table */
    size_t rows, dropped;              /* once `counted` */
    bool counted;

    /* while a pass runs */
    bool in_header;                                 /* the row is the header */
    bool incomplete;                                /* a cell of the row is missing */
    bool stray;                                     /* a word of the row is none of the levels */
    size_t row;                                     /* in the table */
    size_t left_out;                                /* rows that are dropped */
    double *x;                                      /* [cols + 1] the row, and its target; what is missing is NaN */
    lgd_mean *mean;                                 /* [cols] with LGD_MISSING_MEAN, else NULL */
    lgd_status (*take)(lgd_reader *r, size_t line); /* what becomes of x */
    lgd_labels labels;
    lgd_table *table;
};

/* The passes: see above. fill gives `take` every row that is kept. */
lgd_status lgd_csv_look(lgd_reader *r);
lgd_status lgd_csv_count(lgd_reader *r);
lgd_status lgd_csv_fill(lgd_reader *r, lgd_status (*take)(lgd_reader *r, size_t line));

/* Where the columns go, once all levels are known; cols, x and mean. */
lgd_status lgd_csv_place(lgd_reader *r);

/* What both passes over all rows do first and last, and how they refuse a row of `cells`; is the row that has ended kept? */
void lgd_csv_begin(lgd_reader *r);
lgd_status lgd_csv_end(lgd_reader *r);
lgd_status lgd_csv_wrong_length(const lgd_reader *r, size_t line, size_t cells);
bool lgd_csv_keeps(const lgd_reader *r);

/* Adds x to the means and to the values of a binary target; and the means, when all rows have come (means.c). */
lgd_status lgd_csv_measure(lgd_reader *r, size_t line);
lgd_status lgd_csv_take_means(lgd_reader *r);

/* The reader as a whole (csv.c): options are checked, the file is opened, and `work` runs in the C locale; what it leaves as the reader's
 * table becomes *out, unless it fails. Then everything is freed. */
lgd_status lgd_csv_run(lgd_reader *r, lgd_table **out, const lgd_csv_options *options, size_t options_size,
                       lgd_status (*work)(lgd_reader *r));
/* Is it a mark that no number has in it, or 0? */
lgd_status lgd_csv_check_delimiter(char delimiter, bool decimal_comma);
/* A table of names and counts, without numbers; the first notes, once rows are counted; the last (table.c). */
lgd_status lgd_csv_make_table(lgd_reader *r);
size_t lgd_csv_name_bytes(const lgd_reader *r); /* of the names in it; SIZE_MAX if they do not fit */
lgd_status lgd_csv_note_table(lgd_reader *r);
lgd_status lgd_csv_finish_notes(lgd_reader *r);

bool lgd_cell_missing(const lgd_reader *r, const char *text, size_t length);

/* Words of a target that are not two of `binary`; and, once it is read, its numbers
 * (labels.c). */
lgd_status lgd_csv_check_words(const lgd_reader *r);
lgd_status lgd_csv_map_labels(lgd_reader *r);

/* A note about a column; beyond the twentieth they are only counted. */
lgd_status lgd_csv_note(lgd_reader *r, const char *format, ...) LGD_PRINTF(2, 3);

#endif
