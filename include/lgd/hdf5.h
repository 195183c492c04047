/* Tables from datasets of HDF5, and matrices whose rows stay in such a file, in libgd-io. Reading needs libhdf5: where libgd-io was
 * built without it that is LGD_EUNSUPPORTED. Writing does not.
 *
 *     lgd_table *t = NULL;
 *     const lgd_hdf5_options options = {.dataset = "train/X", .target_dataset = "train/y"};
 *     lgd_status st = lgd_hdf5_read(&t, "data.h5", &options);
 *
 * A file is taken apart by libhdf5, which is made for files of people who know each other: read those only whose origin you know.
 *
 * Threads: calls of libhdf5 are made under one lock of libgd-io. A host that calls libhdf5 itself from another thread meanwhile, that of a
 * stream which reads ahead included, needs one that was built thread-safe, as Debian's is. The stack of errors of the host, and what it
 * prints, are as before after each call. A process may end while a stream reads ahead.
 */
#ifndef LGD_HDF5_H
#define LGD_HDF5_H
#include "io.h"
#ifdef __cplusplus
extern "C" {
#endif

/* How a dataset is read. A zeroed struct, or NULL: the only dataset of the file, all of its columns being X.
 *
 * dataset         its path within the file, "X" or "train/X"; NULL: the only one there is
 * target          the column that is y, from 1; 0: none
 * target_dataset  the dataset that is y, of one column and as many rows
 * target_only     y alone is wanted: no X. For a matrix that stays in its file. y is then `target` of `dataset`: 1 of a dataset of its own
 * binary          the target has two values, which become 0 and 1, as in lgd_csv_options
 * classes         the target is a class: its values become 0, 1, 2 ..., likewise. Beside binary LGD_EINVAL
 * max_bytes       memory the table may take; 0: four fifths of what this machine or process may have */
typedef struct lgd_hdf5_options {
    const char *dataset;
    size_t target;
    const char *target_dataset;
    bool target_only;
    bool binary;
    bool classes;
    size_t max_bytes;
} lgd_hdf5_options;

/* Reads a table from a dataset of one or two dimensions, of floating point up to 64 bits, integers or booleans (as h5py writes them), in
 * either order of bytes, contiguous or in chunks, with every filter that libhdf5 has. Numbers of 32 bits and fewer in floating point stay
 * floats, as X_f32; y is of doubles always. names is NULL, target is "target" where there is one.
 *
 * Errors: LGD_EFORMAT for what is no HDF5, or cannot be read as such (with the words of libhdf5), a dataset of no or of three and more
 * dimensions, without a row or a column, a number that is NaN or Inf, an integer beyond 2^53, by row and column from 0; LGD_EUNSUPPORTED
 * for elements of another type (words, compounds, long doubles ..), by name, and for a packed file; LGD_EINVAL for options, a dataset that
 * is not there or not named where there are several (the names are told), a y of other rows; LGD_EIO if the file cannot be opened;
 * LGD_ERANGE for max_bytes. Memory: that of the table, 2 MiB, and what libhdf5 takes for a row of chunks, up to 64 MiB or
 * one chunk. Where a row of chunks takes more, each is unpacked again for every block of rows that lies in it. */
LGD_API lgd_status lgd_hdf5_read_sized(lgd_table **out, const char *path, const lgd_hdf5_options *options,
                                       size_t options_size);
static inline lgd_status lgd_hdf5_read(lgd_table **out, const char *path, const lgd_hdf5_options *options)
{
    return lgd_hdf5_read_sized(out, path, options, sizeof *options);
}

/* Writes a file of the dataset "X" [rows x cols], element (i, j) being X[i*ld + j], and, unless y is NULL, of "y" [rows]: contiguous, in
 * the machine's own order of bytes, as every version of HDF5 reads it. Whatever the numbers are is written, also NaN. The file is packed if its
 * name ends in .gz, .zst, .xz or .bz2 (and then must be unpacked before HDF5 reads it), and is there whole or not at all. Errors:
 * LGD_EINVAL for NULL, cols 0 and ld below cols; LGD_EIO with what the system says; LGD_EUNSUPPORTED for a packed one where the library was
 * built without libarchive. */
LGD_API lgd_status lgd_hdf5_write(const char *path, size_t rows, size_t cols, const double *X, size_t ld,
                                  const double *y);
LGD_API lgd_status lgd_hdf5_write_f32(const char *path, size_t rows, size_t cols, const float *X, size_t ld,
                                      const double *y);

/* A matrix whose numbers stay in their dataset. A zeroed struct, or NULL: the only dataset, all of its columns.
 *
 * dataset      as above
 * target       the column that is left out, from 1; 0: none
 * block_rows   as in lgd_stream; 0: of a dataset in chunks the rows of a chunk, if a block of them takes 4 MB at most
 * memory       as in lgd_stream
 * synchronous  likewise */
typedef struct lgd_hdf5_stream_options {
    const char *dataset;
    size_t target;
    size_t block_rows, memory;
    bool synchronous;
} lgd_hdf5_stream_options;

/* The matrix of a dataset through lgd_matrix_stream, whose bits, memory and errors it has; the file stays open, and must not be written
 * to, as long as the matrix lives. If it is shortened meanwhile the call that needed the rows is LGD_EIO.
 * Otherwise as lgd_hdf5_read. */
LGD_API lgd_status lgd_hdf5_stream_sized(lgd_matrix **out, const char *path, const lgd_hdf5_stream_options *options,
                                         size_t options_size);
static inline lgd_status lgd_hdf5_stream(lgd_matrix **out, const char *path, const lgd_hdf5_stream_options *options)
{
    return lgd_hdf5_stream_sized(out, path, options, sizeof *options);
}

#ifdef __cplusplus
}
#endif
#endif
