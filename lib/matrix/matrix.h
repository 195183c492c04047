/* Inside of a matrix. */
#ifndef LGD_MATRIX_INSIDE_H
#define LGD_MATRIX_INSIDE_H
#include "base/base.h"
#include "lgd/matrix.h"

struct lgd_matrix {
    size_t rows, cols;
    lgd_matrix_ops ops;
    void *ctx;
};

/* Are the rows within 0..count-1, count and first sane? LGD_EINVAL names object, position and row. O(count) if there is an
 * index. Also used for the terms of an objective. */
lgd_status lgd_rows_check(const char *object, const lgd_rows *rows, size_t count);

/* Rows to take at a time for k outputs: what the ops say, else about 256 KB of the matrix; at least 1. */
size_t lgd_matrix_panel(const lgd_matrix *A, size_t k);

#endif
