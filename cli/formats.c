/* Which format a file has, and tables of those that are no text in columns. */
#include "reading.h"
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"auto", "csv", "libsvm", "npy", "hdf5", NULL}; /* as in file_format */
static const char *const titles[] = {"", "CSV", "LIBSVM's format", "NumPy's format", "HDF5"};

static bool ends_in(const char *text, size_t length, const char *end)
{
    const size_t n = strlen(end);
    return length >= n && !strncmp(text + length - n, end, n);
}

/* Of the name without what packs the file. */
static size_t length_of(const char *path)
{
    static const char *const packings[] = {".gz", ".zst", ".xz", ".bz2", ".lz4"};
    const size_t length = strlen(path);
    for (size_t i = 0; i < sizeof packings / sizeof *packings; i++)
        if (ends_in(path, length, packings[i]))
            return length - strlen(packings[i]);
    return length;
}

bool format_is_archive(const char *path)
{
    return ends_in(path, length_of(path), ".npz");
}

file_format format_of(const char *path)
{
    static const struct {
        const char *end;
        file_format is;
    } ends[] = {{".svm", FORMAT_LIBSVM}, {".libsvm", FORMAT_LIBSVM}, {".svmlight", FORMAT_LIBSVM}, {".npy", FORMAT_NPY},
                {".npz", FORMAT_NPY},    {".h5", FORMAT_HDF5},       {".hdf5", FORMAT_HDF5}};
    const size_t length = length_of(path);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_in(path, length, ends[i].end))
            return ends[i].is;
    return FORMAT_CSV;
}

const char *format_title(file_format is)
{
    return titles[is];
}

bool format_take(const arguments *a, const char *option, const char *value, file_format *is)
{
    int choice;
    if (!argument_word(a, option, value, names, &choice))
        return false;
    *is = (file_format)choice;
    return true;
}

/* ---- do the options suit the format? */

static bool is_number(const char *text, size_t *number)
{
    char *end = NULL;
    const unsigned long long value = strtoull(text, &end, 10);
    *number = (size_t)value;
    return *text >= '0' && *text <= '9' && !*end && value > 0 && value <= SIZE_MAX / 2;
}

static bool suits_text(const reading *how, const char *path)
{
    if (how->dataset || how->target_file || how->target_dataset)
        return refuse("%s: --dataset, --target-file and --target-dataset are about NumPy's format and HDF5, the file "
                      "is read as CSV",
                      path);
    return how->base == LGD_INDEX_AUTO ||
           refuse("%s: --index-base is about LIBSVM's format, the file is read as CSV", path);
}

static bool suits_libsvm(const reading *how, const char *path)
{
    if (how->csv.target || how->dataset || how->target_file || how->target_dataset)
        return refuse(
            "%s: a line of LIBSVM's format begins with its label: no --target, --target-file or --dataset is accepted",
            path);
    return !how->weights || refuse("%s: --weights is a column by name, which LIBSVM's format has not", path);
}

static bool suits_array(reading *how, const char *path, file_format is, bool needs_target)
{
    if (how->csv.target && !is_number(how->csv.target, &how->column))
        return refuse("%s: --target is \"%s\", the number of a column from 1 is accepted", path, how->csv.target);
    if (how->base != LGD_INDEX_AUTO)
        return refuse("%s: --index-base is about LIBSVM's format, the file is %s", path, titles[is]);
    if (is == FORMAT_HDF5 && how->target_file)
        return refuse("%s: --target-file goes with NumPy's format; --target-dataset=NAME is accepted", path);
    return !needs_target || how->csv.target || how->target_file || how->target_dataset ||
           refuse("%s: which numbers are the target? --target=COLUMN, by its number from 1, or %s says it", path,
                  is == FORMAT_HDF5 ? "--target-dataset=NAME" : "--target-file=FILE");
}

bool reading_suits(reading *how, const char *path, bool needs_target)
{
    const file_format is = how->format ? how->format : format_of(path);
    const lgd_csv_options *csv = &how->csv;
    how->format = is;
    if (how->stream && is != FORMAT_NPY && is != FORMAT_HDF5)
        return refuse("%s: --stream is about .npy and HDF5, the file is %s; hint: lgd convert", path, titles[is]);
    if (is == FORMAT_CSV)
        return suits_text(how, path);
    if (how->ignored || csv->header || csv->skip_lines || csv->delimiter || csv->missing || csv->missing_text ||
        csv->decimal_comma)
        return refuse("%s: --ignore, --header, --skip-lines, --delimiter, --missing, --missing-text and "
                      "--decimal-comma are about CSV, the file is %s",
                      path, titles[is]);
    return is == FORMAT_LIBSVM ? suits_libsvm(how, path) : suits_array(how, path, is, needs_target);
}

/* ---- reading */

static lgd_status read_libsvm(lgd_table **t, const char *path, const reading *how)
{
    const lgd_libsvm_options options = {.base = how->base,
                                        .cols = how->cols,
                                        .binary = how->csv.binary,
                                        .classes = how->csv.classes,
                                        .no_target = how->csv.no_target};
    return lgd_libsvm_read(t, path, &options);
}

static lgd_status read_npy(lgd_table **t, const char *path, const reading *how)
{
    lgd_npy_options options = {.member = how->dataset};
    if (!how->csv.no_target) {
        options.target = how->target_file || how->target_dataset ? 0 : how->column;
        options.target_path = how->target_file;
        options.target_member = how->target_dataset;
        options.binary = how->csv.binary;
        options.classes = how->csv.classes;
    }
    return lgd_npy_read(t, path, &options);
}

static lgd_status read_hdf5(lgd_table **t, const char *path, const reading *how)
{
    lgd_hdf5_options options = {.dataset = how->dataset};
    if (!how->csv.no_target) {
        options.target = how->target_dataset ? 0 : how->column;
        options.target_dataset = how->target_dataset;
        options.binary = how->csv.binary;
        options.classes = how->csv.classes;
    }
    return lgd_hdf5_read(t, path, &options);
}

lgd_status format_read(lgd_table **t, const char *path, const reading *how)
{
    static lgd_status (*const readers[])(lgd_table **, const char *, const reading *) = {
        [FORMAT_LIBSVM] = read_libsvm, [FORMAT_NPY] = read_npy, [FORMAT_HDF5] = read_hdf5};
    const lgd_status st = readers[how->format](t, path, how);
    if (!st && how->column && (*t)->target)
        (*t)->target = how->csv.target; /* columns are called by their numbers */
    return st;
}

/* The target is read, the other columns stay where they are. */
bool data_stream(data *d, const reading *how)
{
    const bool apart = how->target_file || how->target_dataset, binary = how->csv.binary, classes = how->csv.classes;
    const char *y = apart ? how->target_dataset : how->dataset;
    const size_t column = apart ? 1 : how->column, rest = apart ? 0 : column;
    lgd_status st;
    if (how->format == FORMAT_NPY) {
        const lgd_npy_options options = {
            .member = y, .target = column, .target_only = true, .binary = binary, .classes = classes};
        st = lgd_npy_read(&d->table, how->target_file ? how->target_file : d->path, &options);
        st = st ? st : lgd_npy_stream(&d->A, d->path, &(lgd_npy_stream_options){.target = rest});
    } else {
        const lgd_hdf5_options options = {
            .dataset = y, .target = column, .target_only = true, .binary = binary, .classes = classes};
        const lgd_hdf5_stream_options stay = {.dataset = how->dataset, .target = rest};
        st = lgd_hdf5_read(&d->table, d->path, &options);
        st = st ? st : lgd_hdf5_stream(&d->A, d->path, &stay);
    }
    if (!st && lgd_matrix_rows(d->A) != d->table->rows)
        st = lgd_set_error(LGD_EINVAL, "the target has other rows than the table");
    if (!st && how->column)
        d->table->target = how->csv.target; /* columns are called by their numbers */
    return !st;
}

/* ---- columns without names are called by their numbers in the file */

bool data_number(data *d, const reading *how)
{
    enum { DIGITS = 21 };
    const lgd_table *t = d->table;
    const size_t cols = d->cols, first = how->format == FORMAT_LIBSVM ? t->first_index : 1,
                 column = t->y ? how->column : 0;
    if (cols > SIZE_MAX / DIGITS)
        return refuse("%s: %zu columns are more than memory can name", d->path, cols);
    d->numbers = memory_of(cols * DIGITS, 1);
    for (size_t j = 0; d->numbers && j < cols; j++) {
        const size_t number = first + j;
        d->names[j] = d->numbers + j * DIGITS;
        sprintf(d->numbers + j * DIGITS, "%zu", number + (column && number >= column));
    }
    return d->numbers;
}

/* Numbers in double, where they are needed one by one. */
bool data_widen(data *d)
{
    const float *X = d->table->X_f32;
    if (d->X || !X)
        return true;
    const size_t count = d->rows * d->cols;
    if (!(d->wide = memory_of(count, sizeof *d->wide)))
        return false;
    for (size_t i = 0; i < count; i++)
        d->wide[i] = (double)X[i];
    d->X = d->wide;
    return true;
}
