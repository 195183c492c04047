/* lgd_npy_read of .npy and .npz, what lgd_npy_write makes of the numbers, and lgd_npy_stream of the same file. Two bytes choose the
 * options, then comes the file. */
#include "fuzz.h"
#include <lgd.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 24, COLS = 1 << 16 };

static void write_and_read(const lgd_table *t)
{
    const char *path = fuzz_output("");
    FUZZ_CHECK(!(t->X ? lgd_npy_write(path, t->rows, t->cols, t->X, t->cols)
                      : lgd_npy_write_f32(path, t->rows, t->cols, t->X_f32, t->cols)));
    lgd_table *again = NULL;
    lgd_status st = lgd_npy_read(&again, path, NULL);
    FUZZ_CHECK(!st && again->rows == t->rows && again->cols == t->cols);
    const size_t each = t->X ? sizeof *t->X : sizeof *t->X_f32;
    FUZZ_CHECK(!memcmp(t->X ? (const void *)t->X : t->X_f32, again->X ? (const void *)again->X : again->X_f32,
                       t->rows * t->cols * each));
    lgd_table_free(again);
}

/* Products of a matrix that can be had; NULL for one whose rows fail, with a sentence. */
static double *scores(lgd_matrix *A)
{
    const size_t rows = lgd_matrix_rows(A), cols = lgd_matrix_cols(A);
    double *w = calloc(cols + 1, sizeof *w), *z = calloc(rows + 1, sizeof *z);
    FUZZ_CHECK(w && z && !lgd_matrix_set_kernel(A, LGD_KERNEL_ROWS));
    for (size_t j = 0; j < cols; j++)
        w[j] = 1 + (double)(j % 7);
    lgd_status st = lgd_matrix_forward(A, NULL, 1, w, 1, z, 1);
    free(w);
    if (!st)
        return z;
    fuzz_failed(st);
    free(z);
    return NULL;
}

/* The table, if there is one, has the numbers of the stream. */
static void stream(const char *path, const lgd_npy_stream_options *options, const lgd_table *t)
{
    lgd_matrix *A = NULL, *B = NULL;
    lgd_status st = lgd_npy_stream(&A, path, options);
    if (st) {
        fuzz_failed(st);
        return;
    }
    const size_t rows = lgd_matrix_rows(A), cols = lgd_matrix_cols(A);
    double *z = rows < MOST && cols < COLS ? scores(A) : NULL;
    if (z && t && (t->X || t->X_f32)) {
        FUZZ_CHECK(rows == t->rows && cols == t->cols && !lgd_table_matrix(&B, t));
        double *expected = scores(B);
        for (size_t i = 0; i < rows; i++)
            FUZZ_CHECK(!memcmp(z + i, expected + i, sizeof *z) || (isnan(z[i]) && isnan(expected[i])));
        free(expected);
    }
    free(z);
    lgd_matrix_free(B);
    lgd_matrix_free(A);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const members[] = {NULL, NULL, "X", "y", "X.npy", "arr_0", "a", ""};
    const uint8_t how = fuzz_byte(&bytes, &size), which = fuzz_byte(&bytes, &size);
    const lgd_npy_options options = {
        .target = which & 3,
        .member = members[which >> 2 & 7],
        .target_member = members[which >> 5],
        .binary = (how & 3) == 1,
        .classes = (how & 3) == 2,
        .target_only = how & 4,
        .max_bytes = MOST,
    };
    lgd_npy_stream_options rows = {
        .target = which & 3,
        .mapped = how & 8,
        .block_rows = how & 16 ? 2 : 0,
        .memory = 1 << 20,
        .synchronous = !(how & 32),
    };
    const char *path = fuzz_file(bytes, size);
    lgd_table *t = NULL;
    lgd_status st = lgd_npy_read(&t, path, &options);
    if (st) {
        fuzz_failed(st);
    } else if (t->X || t->X_f32) {
        fuzz_table(t);
        if (how & 64)
            write_and_read(t);
    }
    if (how & 128) {
        stream(path, &rows, t);
        rows.raw_cols = 1 + (which >> 2 & 7);
        rows.raw_rows = which >> 5;
        rows.raw_offset = how & 2 ? 128 : 3;
        rows.raw_single = how & 1;
        rows.raw_big = how & 4;
        stream(path, &rows, NULL);
    }
    lgd_table_free(t);
    return 0;
}
