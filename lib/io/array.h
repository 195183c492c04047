/* A table from an array of numbers, whichever file it lies in: what .npy and HDF5 share. */
#ifndef LGD_IO_ARRAY_H
#define LGD_IO_ARRAY_H
#include "io/io.h"

/* The array, and the table that it becomes. */
typedef struct lgd_array {
    const char *name;  /* for messages: the file, and what in it */
    size_t rows, cols; /* of the array, its target among the columns */
    size_t target;     /* the column that is y, from 1; 0: none is */
    bool target_only;  /* y alone is wanted */
    bool with_y;       /* there is one, of these columns or from elsewhere */
    bool single;       /* X is of floats */
    const char *unfit; /* what a NaN stands for; NULL: for itself */
    size_t max_bytes;  /* 0: the default */
    lgd_table *table;
} lgd_array;

/* Is the target one of the columns, and another beside it? `who` is the object of messages. */
lgd_status lgd_array_check_target(const lgd_array *a, const char *who);

/* Makes the table, of memory for all numbers, or LGD_ERANGE. lgd_table_free when all is done, also after a failure. */
lgd_status lgd_array_make(lgd_array *a);

/* A part of the array: element (r, c) is row `row + r`, column `col + c`, and stands at r row_step + c col_step. There are no gaps. */
typedef struct lgd_block {
    size_t row, rows, row_step;
    size_t col, cols, col_step;
} lgd_block;

/* Its numbers come to their places in the table; LGD_EFORMAT by row and column for one that is not finite. */
lgd_status lgd_array_put(lgd_array *a, const lgd_block *block, const double *numbers);

/* y of the table is that of another array, read as target_only: one column of as many rows. */
lgd_status lgd_array_take_target(lgd_array *a, lgd_array *from, const char *who);

/* y becomes labels, as in lgd_csv_options; then the table's notes begin with `note`, and the table is done. */
lgd_status lgd_array_finish(lgd_array *a, bool binary, bool classes, const char *note);

#endif
