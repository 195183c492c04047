/* Tables from arrays of NumPy, .npy and .npz, and matrices whose rows stay in such a file, in libgd-io:
 *
 *     lgd_table *t = NULL;
 *     lgd_matrix *X = NULL;
 *     lgd_status st = lgd_npy_read(&t, "train.npz", &(lgd_npy_options){.member = "X", .target_member = "y"});
 *     if (!st) st = lgd_table_matrix(&X, t);
 *
 * The format: R. Kern, NEP 1 (2007), "A simple file format for NumPy arrays", versions 1.0 to 3.0. Its numbers may be doubles or floats,
 * integers of up to 64 bits or booleans, of either order of bytes; an array of one dimension is a column.
 */
#ifndef LGD_NPY_H
#define LGD_NPY_H
#include "io.h"
#ifdef __cplusplus
extern "C" {
#endif

/* How an array is read. A zeroed struct, or NULL: all of its columns are X, and y is NULL.
 *
 * member         of an .npz the array, with or without its .npy; NULL: the only one there is
 * target         the column that is y, from 1; 0: none
 * target_path    a file whose array is y, of one column and as many rows; NULL: none, or
 * target_member  with target_path NULL an array of the same .npz; else one of target_path
 * target_only    y alone is wanted: no X. For a matrix that stays in its file. y is then `target` of the array: 1 of an array of its own
 * binary         the target has two values, which become 0 and 1, as in lgd_csv_options
 * classes        the target is a class: its values become 0, 1, 2 ..., likewise. Beside binary LGD_EINVAL
 * max_bytes      memory the table may take; 0: four fifths of what this machine or process may have */
typedef struct lgd_npy_options {
    const char *member;
    size_t target;
    const char *target_path;
    const char *target_member;
    bool target_only;
    bool binary;
    bool classes;
    size_t max_bytes;
} lgd_npy_options;

/* Reads a table from an array. Floats stay floats, as X_f32; y is of doubles always. names is NULL, target is "target" where there is one.
 * A file may be packed (.gz, .zst, .xz); an .npz is known by what is in it, and neither name says anything.
 *
 * Errors: LGD_EFORMAT for what is no .npy, a header that is none, an array of no or of three and more dimensions, without a row or a
 * column, fewer or more bytes than its shape says, a number that is NaN or Inf, an integer beyond 2^53, by row and column from 0, as NumPy
 * counts; LGD_EUNSUPPORTED for numbers of another type (complex, half precision, words, objects, structures), by name, and for what is
 * packed where the library was built without libarchive; LGD_EINVAL for options, a member that is not there or not named where there are
 * several (the names are told), a y of other rows; LGD_EIO if the file cannot be read, or is no regular file; LGD_ERANGE for max_bytes and
 * for a shape beyond what an address can reach. Memory: that of the table and 16 MiB; nothing is taken on the word of a header that the
 * length of the file does not bear out. Cost: one pass over the file; two of a packed one that says it holds more than 64 times its size. */
LGD_API lgd_status lgd_npy_read_sized(lgd_table **out, const char *path, const lgd_npy_options *options,
                                      size_t options_size);
static inline lgd_status lgd_npy_read(lgd_table **out, const char *path, const lgd_npy_options *options)
{
    return lgd_npy_read_sized(out, path, options, sizeof *options);
}

/* Writes an array [rows x cols], element (i, j) being data[i*ld + j]; cols 0: one of one dimension, [rows], element i being data[i*ld]. In
 * the machine's own order of bytes, format 1.0. Whatever the numbers are is written, also NaN. The file is packed if its name ends in .gz,
 * .zst or .xz, and is there whole or not at all. Errors: LGD_EINVAL for NULL and for ld below cols; LGD_EIO with what the system says;
 * LGD_EUNSUPPORTED for a packed one where the library was built without libarchive. */
LGD_API lgd_status lgd_npy_write(const char *path, size_t rows, size_t cols, const double *data, size_t ld);
LGD_API lgd_status lgd_npy_write_f32(const char *path, size_t rows, size_t cols, const float *data, size_t ld);

/* Writes an .npz of the array "X" [rows x cols], element (i, j) being X[i*ld + j], and, unless y is NULL, of "y" [rows], as numpy.savez does:
 * numpy.load(path)["X"]. Its members are not compressed. For the rest as lgd_npy_write; errors besides: LGD_EINVAL for cols 0,
 * LGD_EUNSUPPORTED where the library was built without libarchive, and for a name ending in .gz and its like, since an archive is not
 * packed as a whole. */
LGD_API lgd_status lgd_npz_write(const char *path, size_t rows, size_t cols, const double *X, size_t ld,
                                 const double *y);
LGD_API lgd_status lgd_npz_write_f32(const char *path, size_t rows, size_t cols, const float *X, size_t ld,
                                     const double *y);

/* A matrix whose numbers stay in their file. A zeroed struct, or NULL: a .npy, all of its columns.
 *
 * target       the column that is left out, from 1, for lgd_npy_read with target_only reads it as y; 0: none
 * mapped       the file is mapped into memory and the matrix is lgd_matrix_dense of it, or lgd_matrix_dense_f32; else rows are read in
 *              bounded memory, see lgd_stream
 * block_rows   without `mapped`: as in lgd_stream
 * memory       likewise
 * synchronous  likewise
 * raw_cols     the file has numbers alone, so many to a row, and no header; 0: it is a .npy
 * raw_rows     with raw_cols: rows; 0: as many as the file has
 * raw_offset   with raw_cols: bytes before the first number
 * raw_single   with raw_cols: they are floats, else doubles
 * raw_big      with raw_cols: their first byte is the most significant one; else the last is */
typedef struct lgd_npy_stream_options {
    size_t target;
    bool mapped;
    size_t block_rows, memory;
    bool synchronous;
    size_t raw_cols, raw_rows, raw_offset;
    bool raw_single;
    bool raw_big;
} lgd_npy_stream_options;

/* The matrix of an array that stays in its file, which must not be written to as long as the matrix lives. Floats stay floats, all others
 * become doubles as their rows are read.
 *
 * Without `mapped` rows come by pread through lgd_matrix_stream, whose bits, memory and errors they have: if the file is shortened meanwhile
 * the call that needed the rows is LGD_EIO with the row at which it ends now.
 *
 * With `mapped` pages come as they are touched and go as the system likes: fastest for a file that fits in memory, and every order of
 * rows costs the same as in memory. If the file is shortened while the matrix lives, what is touched behind its end is SIGBUS, which ends
 * the process: the library installs no handler. So it is for files that are yours. Numbers must lie as the machine has them: floats or
 * doubles in its order of bytes, at a multiple of their size in the file; a target is the first or the last column.
 *
 * Errors: those of lgd_npy_read for the header, the length and the target; LGD_EUNSUPPORTED for a file that is packed, an .npz, numbers that
 * lie by columns (fortran_order; numpy.ascontiguousarray turns them) and for what `mapped` does not take; LGD_EINVAL for options, and with
 * `mapped`, which reads all numbers once, for a NaN or Inf by row and column; those of lgd_matrix_stream. */
LGD_API lgd_status lgd_npy_stream_sized(lgd_matrix **out, const char *path, const lgd_npy_stream_options *options,
                                        size_t options_size);
static inline lgd_status lgd_npy_stream(lgd_matrix **out, const char *path, const lgd_npy_stream_options *options)
{
    return lgd_npy_stream_sized(out, path, options, sizeof *options);
}

#ifdef __cplusplus
}
#endif
#endif
