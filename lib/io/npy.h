/* The format .npy: \x93NUMPY, two bytes of version, the length of the header, the header, a literal of Python that says type, order and
 * shape of the array, and its numbers. */
#ifndef LGD_IO_NPY_H
#define LGD_IO_NPY_H
#include "io/file.h"
#include "lgd/npy.h"

/* How the numbers of a file lie. */
typedef struct lgd_npy {
    size_t rows, cols;
    size_t data;  /* bytes before the first number */
    size_t width; /* bytes of a number: 1, 2, 4 or 8 */
    char kind;    /* 'f' of floating point, 'i' and 'u' integers, 'b' booleans */
    bool swapped; /* not in this machine's order of bytes */
    bool by_columns;
} lgd_npy;

/* The literal, text[length], into all but `data`; messages begin with name. (npy_header.c) */
lgd_status lgd_npy_parse(const char *name, const char *text, size_t length, lgd_npy *to);

/* From the beginning of the file: header, and whether its length is that of the array, if that can be known. */
lgd_status lgd_npy_head(lgd_input *in, lgd_npy *to);

/* A header of LGD_NPY_HEAD bytes for an array by rows in this machine's order of bytes; cols 0: of one dimension. */
enum { LGD_NPY_HEAD = 128 };
void lgd_npy_make_head(char head[LGD_NPY_HEAD], size_t rows, size_t cols, bool single);

/* Bytes of all numbers; SIZE_MAX if they do not fit. */
static inline size_t lgd_npy_bytes(const lgd_npy *a)
{
    return lgd_mul(lgd_mul(a->rows, a->cols), a->width);
}

/* Are the numbers floats? (They are doubles else, or become such.) */
static inline bool lgd_npy_is_single(const lgd_npy *a)
{
    return a->kind == 'f' && a->width == sizeof(float);
}

/* count numbers as doubles; integers beyond 2^53 become NaN. Their bytes are in the machine's order afterwards. (npy_decode.c) */
void lgd_npy_decode(const lgd_npy *a, unsigned char *from, size_t count, double *to);

/* `count` rows of a->cols numbers without the column `target` (from 1; 0: all of it) become rows at, at + 1 .. of `to`: of floats if the
 * file's are, else of doubles. */
void lgd_npy_leave_out(const lgd_npy *a, size_t target, size_t count, const double *numbers, void *to, size_t at);

/* The bytes of count numbers the other way round, in place. */
void lgd_npy_swap(size_t width, unsigned char *bytes, size_t count);

#endif
