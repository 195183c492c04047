/* Sparse tables from files of LIBSVM's format, in libgd-io: a line is a row, of its label and of the numbers that are not 0,
 *     +1 3:0.5 7:-2 126:1   # a comment
 *
 *     lgd_table *t = NULL;
 *     lgd_matrix *X = NULL;
 *     lgd_status st = lgd_libsvm_read(&t, "train.svm", &(lgd_libsvm_options){.binary = true});
 *     if (!st) st = lgd_table_matrix(&X, t);
 *
 * The format: C.-C. Chang, C.-J. Lin, LIBSVM: a library for support vector machines, ACM TIST 2 (2011).
 */
#ifndef LGD_LIBSVM_H
#define LGD_LIBSVM_H
#include "io.h"
#ifdef __cplusplus
extern "C" {
#endif

/* What the file calls the first column.
 *   LGD_INDEX_AUTO  0 if an index 0 stands anywhere in it, else 1. The notes tell which; a file that counts from 0 and never uses its first
 *                   column is read one column off, so say it where you know it
 *   LGD_INDEX_0     indices are 0 and above
 *   LGD_INDEX_1     indices are 1 and above: an index 0 is refused */
typedef enum lgd_index_base { LGD_INDEX_AUTO, LGD_INDEX_0, LGD_INDEX_1 } lgd_index_base;

/* How a file is read. A zeroed struct, or NULL: numbers in double, labels as they are, as many columns as the largest index says.
 *
 * base       what the first column is called
 * cols       how many columns there are; an index beyond them is refused, so that the rows of a test have the columns of those that were
 *            trained on. 0: by the largest index
 * single     values in single precision, as value_f32
 * binary     labels have two values, which become 0 and 1, as in lgd_csv_options
 * classes    labels are classes, and become 0, 1, 2 ..., likewise. Beside binary LGD_EINVAL
 * no_target  a line needs no label: one that is there is passed over, whatever it is, y is NULL. With binary or classes LGD_EINVAL
 * max_bytes  memory the table may take; 0: four fifths of what this machine or process may have */
typedef struct lgd_libsvm_options {
    lgd_index_base base;
    size_t cols;
    bool single;
    bool binary;
    bool classes;
    bool no_target;
    size_t max_bytes;
} lgd_libsvm_options;

/* Reads a file, packed (.gz, .zst, .xz) or not. Of the table, sparse has the numbers, with column, or with column_i64 where an index beyond
 * 2147483647 stands in the file; names is NULL, first_index says what column 0 is called, target is "label".
 *
 * Words stand between blanks or tabs, lines end in LF or CRLF, a # begins a comment that ends with the line, empty lines are skipped, a UTF-8
 * byte order mark is passed over. A line of a label alone is a row of zeros. The first word is the label, a finite number; the others are
 * index:value, of an index in digits, which ascend in a line, at most 2^48, and of a finite value. Numbers are decimal with a point,
 * whatever the locale, correctly rounded. A value of 0 is left out, though its index counts for the columns; the notes tell how many.
 *
 * Errors: LGD_EFORMAT as path:line:pair, pairs from 1, for a label that is missing (the line begins with a pair), is several (1,2) or no
 * finite number, a word that is no pair, a value that is missing, hexadecimal, nan, inf or beyond the largest number, an index that is twice
 * in its line, below the one before, 0 from LGD_INDEX_1 on or beyond cols, groups of a ranking (qid:), a word of more than 262144 bytes, a
 * NUL byte; for a file without a row or an index; LGD_EIO if it cannot be read, or changes meanwhile (it is passed over twice, so it must be
 * a regular file); LGD_EUNSUPPORTED for a packed one where the library was built without libarchive; LGD_EINVAL for options; LGD_ERANGE for
 * an index beyond 2^48 and for max_bytes. Memory: that of the table, with room for values of 0, and 1 MiB;
 * 4 bytes a number more while an index beyond 2^31 makes all columns 64-bit ones, and a copy of y while classes are numbered. */
LGD_API lgd_status lgd_libsvm_read_sized(lgd_table **out, const char *path, const lgd_libsvm_options *options,
                                         size_t options_size);
static inline lgd_status lgd_libsvm_read(lgd_table **out, const char *path, const lgd_libsvm_options *options)
{
    return lgd_libsvm_read_sized(out, path, options, sizeof *options);
}

/* Writes rows and their labels, y [rows], each number in as many digits as read back as it is; numbers that are 0 are written too. y
 * NULL: each label is 0. base: LGD_INDEX_AUTO is LGD_INDEX_1. The file is packed if its name ends in .gz, .zst or .xz, and is there whole or
 * not at all. Errors: those of lgd_matrix_csr, LGD_EINVAL for a label that is not finite, by its row; LGD_EIO, LGD_EUNSUPPORTED. */
LGD_API lgd_status lgd_libsvm_write_sized(const char *path, const lgd_csr *data, size_t data_size, const double *y,
                                          lgd_index_base base);
static inline lgd_status lgd_libsvm_write(const char *path, const lgd_csr *data, const double *y, lgd_index_base base)
{
    return lgd_libsvm_write_sized(path, data, sizeof *data, y, base);
}

#ifdef __cplusplus
}
#endif
#endif
