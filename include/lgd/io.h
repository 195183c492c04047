/* Tables of numbers from files, in libgd-io: `pkg-config libgd-descent-io`. Here from CSV and TSV; at the end of this header are those for
 * HDF5, LIBSVM's format and arrays of NumPy.
 *
 *     lgd_table *t = NULL;
 *     lgd_matrix *X = NULL;
 *     const lgd_csv_options options = {.target = "price", .text = LGD_TEXT_ONE_HOT};
 *     lgd_status st = lgd_csv_read(&t, "houses.csv", &options);
 *     if (!st) st = lgd_table_matrix(&X, t);
 *
 * Nothing is guessed in silence: a cell that is not a finite number is refused by file, line and cell,
 *     houses.csv:17:3: "12,5" is not a number (column "area"); hint: ...
 * unless the options say what shall become of it, and the table's notes tell everything that was decided.
 */
#ifndef LGD_IO_H
#define LGD_IO_H
#include "matrix.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Whether the first line holds names.
 *   LGD_HEADER_AUTO   names if none of its cells is a number, data if each is one or is empty; a mixture is
 *                     refused
 *   LGD_HEADER_YES    it holds names
 *   LGD_HEADER_NO     it is data */
typedef enum lgd_csv_header { LGD_HEADER_AUTO, LGD_HEADER_YES, LGD_HEADER_NO } lgd_csv_header;

/* What becomes of missing cells.
 *   LGD_MISSING_REFUSE   an error that names the first of them
 *   LGD_MISSING_DROP     their rows are left out
 *   LGD_MISSING_MEAN     the mean of the column's other cells over all rows; in a one-hot column they are a level of their
 *                        own, "". A missing target is refused all the same */
typedef enum lgd_csv_missing { LGD_MISSING_REFUSE, LGD_MISSING_DROP, LGD_MISSING_MEAN } lgd_csv_missing;

/* What becomes of text columns: those whose first cell that is not missing is not a number. A word further down in a
 * column of numbers is refused whatever is chosen here.
 *   LGD_TEXT_REFUSE    an error that names the cell
 *   LGD_TEXT_ONE_HOT   a column of 0 and 1 for each level, called "name=level", levels in byte order, all of them (with
 *                      an intercept they are collinear, which does not trouble descent); at most 1000
 *   LGD_TEXT_IGNORE    they are left out */
typedef enum lgd_csv_text { LGD_TEXT_REFUSE, LGD_TEXT_ONE_HOT, LGD_TEXT_IGNORE } lgd_csv_text;

/* How a table is read. A zeroed struct, or NULL: numbers only, the last column is the target.
 *
 * delimiter      between cells; 0: a tab if the path ends in .tsv or .tab, else by what the first line holds outside
 *                quotes: a tab or a semicolon if there is one and no comma, else a comma
 * decimal_comma  numbers are written 12,5 (and 12.5 is refused); the delimiter is then a tab or a semicolon by the first
 *                line, whatever commas are in it, or another that is named, but not the comma
 * binary         the target has two values, which become 0 and 1: {0, 1} stays, -1 and 1 become 0 and 1, any other two
 *                numbers in their order, two words in byte order
 * classes        the target is a class: its values, numbers or words, become 0, 1, 2 ... in their order, that of bytes for words;
 *                at most 1000. Beside binary LGD_EINVAL
 * header         whether the first line holds names
 * missing, text  what becomes of missing cells and of text columns
 * target         name of the target's column, or its number from 1; NULL: the last. A name goes before a number
 * no_target      there is none: each column is one of X, and y and the target's name are NULL. With target, binary or classes LGD_EINVAL
 * missing_text   cells of just this text are missing too ("NA", "?"); NULL: only empty ones are
 * one_hot        names or numbers of columns to take as text whatever they hold, ended by NULL; NULL: none
 * ignore         likewise, of columns to leave out
 * only           likewise, of columns to take: all others but the target are left out, whatever they hold; NULL: all
 * skip_lines     lines before the table, not looked at
 * max_bytes      memory the table may take; 0: four fifths of what this machine or process may have
 * max_row_bytes  length of a row in the file; 0: 256 MiB. (And a row has at most 16777216 cells.)
 * single         X in single precision, as X_f32: each number is the float nearest to the double that the cell is nearest to; one beyond
 *                the largest float is refused. y stays double */
typedef struct lgd_csv_options {
    char delimiter;
    bool decimal_comma;
    bool binary;
    lgd_csv_header header;
    lgd_csv_missing missing;
    lgd_csv_text text;
    const char *target;
    const char *missing_text;
    const char *const *one_hot;
    const char *const *ignore;
    size_t skip_lines;
    size_t max_bytes;
    size_t max_row_bytes;
    bool no_target;
    const char *const *only;
    bool classes;
    bool single;
} lgd_csv_options;

/* What was read. Made and freed by the library only, so that members can be appended; the numbers may be changed.
 *   rows, cols       size of X, the target not among the columns
 *   X                [rows x cols] by rows with ld = cols; all finite, aligned to 64 bytes
 *   y                [rows], the target, likewise; NULL with no_target
 *   names            [cols], as in the header ("1", "2", ... where there is none); NULL where they have numbers alone
 *   target           name of the target's column; NULL with no_target
 *   notes            what was decided, one line each: delimiter, header, target, columns, cells and rows not taken as
 *                    they are
 *   rows_dropped     rows left out for a missing cell
 *   cells_filled     missing cells that became the mean of their column
 *   columns_one_hot  text columns that became columns of 0 and 1
 *   columns_ignored  columns left out
 *   labels_mapped    how many y were changed by `binary` or `classes`
 *   class_count      with either of them how many classes there are; else 0
 *   class_names      [class_count] what each was in the file, numbers in as many digits as they need
 *   X_f32            [rows x cols] in the place of X, which is NULL, where the file holds numbers in single precision
 *   sparse           the numbers that are not 0, in the place of X, which is NULL, where the file holds no others; NULL: X or X_f32 has all
 *   first_index      what a file of LIBSVM's format calls column 0: 0 or 1; else 0 */
typedef struct lgd_table {
    size_t rows, cols;
    double *X, *y;
    const char *const *names;
    const char *target;
    const char *notes;
    size_t rows_dropped, cells_filled, columns_one_hot, columns_ignored, labels_mapped;
    size_t class_count;
    const char *const *class_names;
    float *X_f32;
    const lgd_csr *sparse;
    size_t first_index;
} lgd_table;

/* Reads a table from a CSV or TSV file: cells between delimiters, in quotes where they hold a delimiter, a line's end or
 * a quote (doubled). Blanks around a cell do not belong to it, empty lines are skipped, lines end in LF, CRLF or CR, a
 * UTF-8 byte order mark is passed over. Numbers are decimal with a point, whatever the locale, correctly rounded; signs
 * and exponents as in C, no hexadecimal, nothing before or after. What is packed (.gz, .zst, .xz, .bz2, .lz4, known by its first bytes) is
 * unpacked as it is read, in memory of its own besides what is said here and of other readers: as much as it was packed with, which is
 * some 64 MiB for xz -9 and 128 MiB for zstd --long.
 *
 * Errors: LGD_EIO if the file cannot be read or changes meanwhile (it is passed over three times, so it must be a
 * regular file); LGD_EUNSUPPORTED for a packed one where the library was built without libarchive; LGD_EFORMAT for what stands in it, as
 * path:line:cell, a row of too many or too few cells, a quote never closed (by the line it was opened in), a NUL byte, no row, no column
 * beside the target; LGD_EINVAL for options, columns that are not there (the nearest name is offered) or there twice; LGD_ERANGE for a limit.
 * Memory: at most four times the size of the file as text, or eight where empty cells are filled or numbers are classes, 128 bytes for each
 * column, and 4 MiB, apart from one-hot columns. */
LGD_API lgd_status lgd_csv_read_sized(lgd_table **out, const char *path, const lgd_csv_options *options,
                                      size_t options_size);
static inline lgd_status lgd_csv_read(lgd_table **out, const char *path, const lgd_csv_options *options)
{
    return lgd_csv_read_sized(out, path, options, sizeof *options);
}

/* The same table into files of NumPy, for one that memory does not hold: X_path becomes a .npy of [rows x cols] doubles by rows, with
 * `single` of floats, and y_path one of [rows] doubles; y_path NULL: the target is left out. The numbers, to the bit, the checks and the
 * sentences are those of lgd_csv_read; of two mistakes in a file another may be found first. Files are written whole or not at all, and
 * packed by what their names end in (.npy.gz, .npy.zst, .npy.xz). *out, if out is not NULL, is the table without numbers, X and y being
 * NULL, for lgd_table_free.
 *
 * The file is passed over once, after a look at its first rows; twice where words are levels, and once more where means fill cells, numbers
 * are labels, or X_path is packed. Errors: as lgd_csv_read, apart from max_bytes, which does not count; LGD_EIO where a file cannot be
 * written; LGD_EINVAL for y_path beside no_target, or that is X_path; LGD_ERANGE for more than 1000 classes at the line of the first too many.
 * Memory: 2 MiB, 128 bytes for each column, and a row as text; nothing that grows with the rows. */
LGD_API lgd_status lgd_csv_convert_sized(lgd_table **out, const char *path, const char *X_path, const char *y_path,
                                         const lgd_csv_options *options, size_t options_size);
static inline lgd_status lgd_csv_convert(lgd_table **out, const char *path, const char *X_path, const char *y_path,
                                         const lgd_csv_options *options)
{
    return lgd_csv_convert_sized(out, path, X_path, y_path, options, sizeof *options);
}

/* How a table is written. A zeroed struct, or NULL: commas, points, no target, digits for doubles.
 *
 * delimiter      between cells; 0: a tab if the path names a .tsv or .tab, else a comma, or with decimal_comma a semicolon
 * decimal_comma  numbers are written 12,5
 * single         each number of X in as many digits as read back as the float nearest to it
 * y              [rows], written as the last column; borrowed; NULL: none
 * target         the name of that column; NULL: "y" */
typedef struct lgd_csv_write_options {
    char delimiter;
    bool decimal_comma;
    bool single;
    const double *y;
    const char *target;
} lgd_csv_write_options;

/* Writes X [rows x cols], element (i, j) at X[i*ld + j], as text: a line for each row, each number in as many digits as read back as
 * it is, to the bit, whatever the locale. names [cols] are a first line, in quotes where they need them; NULL: there is none. A NaN is
 * an empty cell, which is read as a missing one. (A name that is a number is read as one unless header is LGD_HEADER_YES.) The file is
 * written whole or not at all, and packed by what its name ends in (.csv.gz, .csv.zst, .csv.xz). Errors: LGD_EINVAL for NULL, ld < cols,
 * cols 0, a delimiter that may stand in a number, an infinite number by its row and column; LGD_EIO if the file cannot be written,
 * LGD_EUNSUPPORTED for a packed one without libarchive. Memory: a row as text. */
LGD_API lgd_status lgd_csv_write_sized(const char *path, size_t rows, size_t cols, const double *X, size_t ld,
                                       const char *const *names, const lgd_csv_write_options *options,
                                       size_t options_size);
static inline lgd_status lgd_csv_write(const char *path, size_t rows, size_t cols, const double *X, size_t ld,
                                       const char *const *names, const lgd_csv_write_options *options)
{
    return lgd_csv_write_sized(path, rows, cols, X, ld, names, options, sizeof *options);
}

/* The matrix of a table's X, of whichever kind: dense, of floats, or sparse. It borrows the table's numbers. Errors: LGD_EINVAL for NULL, and
 * those of lgd_matrix_dense, lgd_matrix_dense_f32 and lgd_matrix_csr, where numbers were changed. */
LGD_API lgd_status lgd_table_matrix(lgd_matrix **out, const lgd_table *table);

/* Frees a table and all that lies in it; NULL is accepted. */
LGD_API void lgd_table_free(lgd_table *table);

#ifdef __cplusplus
}
#endif
#include "hdf5.h"
#include "libsvm.h"
#include "npy.h"
#endif
