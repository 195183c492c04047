/* lgd_csv_read, and beside it lgd_csv_convert and lgd_csv_write, whose numbers are the same. Three bytes choose the options, then comes the
 * table, whose length says what is done beside reading. */
#include "fuzz.h"
#include <string.h>

enum { MOST = 1 << 24 };

#define ONE_OF(list, byte) ((list)[(byte) % (sizeof(list) / sizeof *(list))])

/* What is read is converted, with the same numbers, and what is not is not, unless it is for want of memory. */
static void convert(const char *path, const lgd_csv_options *options, lgd_status expected, const lgd_table *t)
{
    const char *X_path = fuzz_output(".X.npy"), *y_path = options->no_target ? NULL : fuzz_output(".y.npy");
    lgd_table *about = NULL, *X = NULL;
    lgd_status st = lgd_csv_convert(&about, path, X_path, y_path, options);
    FUZZ_CHECK(expected == LGD_ERANGE || !st == !expected);
    if (!st && !expected) {
        st = lgd_npy_read(&X, X_path, &(lgd_npy_options){.target_path = y_path});
        FUZZ_CHECK(!st);
        fuzz_same(t, X);
        FUZZ_CHECK(about->rows == t->rows && about->cols == t->cols && about->labels_mapped == t->labels_mapped);
        FUZZ_CHECK(about->cells_filled == t->cells_filled && about->rows_dropped == t->rows_dropped);
        for (size_t j = 0; j < t->cols; j++)
            FUZZ_CHECK(!strcmp(about->names[j], t->names[j]));
    }
    lgd_table_free(X);
    lgd_table_free(about);
}

/* Written and read again, numbers and names are as they were. */
static void write_and_read(const lgd_table *t, bool decimal_comma)
{
    const char *path = fuzz_output(".csv");
    const lgd_csv_write_options how = {.decimal_comma = decimal_comma, .y = t->y, .target = t->target};
    const lgd_csv_options options = {.delimiter = decimal_comma ? ';' : ',',
                                     .decimal_comma = decimal_comma,
                                     .header = LGD_HEADER_YES,
                                     .no_target = !t->y,
                                     .max_bytes = 4 * MOST};
    lgd_table *again = NULL;
    FUZZ_CHECK(!lgd_csv_write(path, t->rows, t->cols, t->X, t->cols, t->names, &how));
    lgd_status st = lgd_csv_read(&again, path, &options);
    FUZZ_CHECK(!st);
    fuzz_same(t, again);
    for (size_t j = 0; j < t->cols; j++)
        FUZZ_CHECK(!strcmp(again->names[j], t->names[j]));
    lgd_table_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char delimiters[] = {0, 0, ',', ';', '\t', ' ', '|', ':'};
    static const char *const targets[] = {NULL, NULL, NULL, "1", "2", "y", "a", ""};
    static const char *const missing[] = {NULL, "NA", "?", "1"};
    static const char *const a[] = {"a", NULL}, *const first[] = {"1", NULL}, *const some[] = {"b", "2", NULL};
    static const char *const *const lists[] = {NULL, NULL, NULL, NULL, a, first, some, NULL};

    const uint8_t how = fuzz_byte(&bytes, &size), which = fuzz_byte(&bytes, &size), columns = fuzz_byte(&bytes, &size);
    const lgd_csv_options options = {
        .delimiter = ONE_OF(delimiters, how),
        .decimal_comma = how & 8,
        .binary = how >> 6 == 1,
        .classes = how >> 6 == 2,
        .no_target = how >> 6 == 3,
        .skip_lines = how >> 4 & 3,
        .header = (lgd_csv_header)((which & 3) % 3),
        .missing = (lgd_csv_missing)((which >> 2 & 3) % 3),
        .text = (lgd_csv_text)((which >> 4 & 3) % 3),
        .missing_text = ONE_OF(missing, which >> 6),
        .target = ONE_OF(targets, columns),
        .one_hot = ONE_OF(lists, columns >> 3),
        .ignore = columns & 64 ? ONE_OF(lists, size) : NULL,
        .only = columns & 128 ? ONE_OF(lists, size >> 3) : NULL,
        .max_bytes = MOST,
        .max_row_bytes = columns & 64 ? 100 : 0,
        .single = (which & 3) == 3,
    };
    const char *path = fuzz_file(bytes, size);
    lgd_table *t = NULL;
    lgd_status st = lgd_csv_read(&t, path, &options);
    if (st)
        fuzz_failed(st);
    else
        fuzz_table(t);
    if (size % 4 == 0)
        convert(path, &options, st, t);
    if (size % 4 == 1 && !st && t->X)
        write_and_read(t, options.decimal_comma);
    lgd_table_free(t);
    return 0;
}
