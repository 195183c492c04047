/* What check_arrays.py asks of the library: tables and streams as bits, and files written.
 *
 *     read FILE [member=.. target=.. target_path=.. target_member=.. only=1 ..]   rows, cols, kind, X and y as hexadecimal numbers
 *     stream FILE [target=.. mapped=1 ..]                                         the rows of the matrix, one by one, in the same form
 *     write FILE ROWS COLS [single=1]                                             numbers that the script knows
 *
 * A file of HDF5 is one that ends in .h5.
 *
 * Each line of the input is such words with tabs between; the answer is a line "status bytes", then so many bytes: what was asked
 * for, or the sentence of a failure. One process answers all: starting one with a sanitizer takes longer than any answer. */
#include <lgd/io.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char **words;
static FILE *said;

static const char *word(const char *name)
{
    const size_t n = strlen(name);
    for (char **w = words; *w; w++)
        if (!strncmp(*w, name, n) && (*w)[n] == '=')
            return *w + n + 1;
    return NULL;
}

static size_t count(const char *name)
{
    return word(name) ? strtoull(word(name), NULL, 10) : 0;
}

static bool is_hdf5(const char *path)
{
    const size_t n = strlen(path);
    return n > 3 && !strcmp(path + n - 3, ".h5");
}

static void print(const char *name, size_t rows, size_t cols, const double *x, const float *single)
{
    fprintf(said, "%s %zu %zu\n", name, rows, cols);
    setlocale(LC_NUMERIC, "C");
    for (size_t i = 0; i < rows * cols; i++)
        fprintf(said, "%a\n", single ? (double)single[i] : x[i]);
}

static lgd_status read_table(const char *path)
{
    const lgd_npy_options npy = {.member = word("member"),
                                 .target = count("target"),
                                 .target_path = word("target_path"),
                                 .target_member = word("target_member"),
                                 .target_only = count("only") != 0,
                                 .classes = count("classes") != 0,
                                 .binary = count("binary") != 0};
    const lgd_hdf5_options hdf5 = {.dataset = npy.member,
                                   .target = npy.target,
                                   .target_dataset = npy.target_member,
                                   .target_only = npy.target_only,
                                   .classes = npy.classes,
                                   .binary = npy.binary};
    lgd_table *t = NULL;
    const lgd_status st = is_hdf5(path) ? lgd_hdf5_read(&t, path, &hdf5) : lgd_npy_read(&t, path, &npy);
    if (st)
        return st;
    print(t->X_f32 ? "X_f32" : "X", t->rows, t->cols, t->X, t->X_f32);
    if (t->y)
        print("y", t->rows, 1, t->y, NULL);
    lgd_table_free(t);
    return st;
}

/* Row by row by the products with unit vectors, which are exact. */
static lgd_status read_stream(const char *path)
{
    const lgd_npy_stream_options npy = {.target = count("target"),
                                        .mapped = count("mapped") != 0,
                                        .block_rows = count("block_rows"),
                                        .raw_cols = count("raw_cols"),
                                        .raw_offset = count("raw_offset"),
                                        .raw_single = count("raw_single") != 0,
                                        .raw_big = count("raw_big") != 0};
    const lgd_hdf5_stream_options hdf5 = {
        .dataset = word("member"), .target = npy.target, .block_rows = npy.block_rows};
    lgd_matrix *A = NULL;
    lgd_status st = is_hdf5(path) ? lgd_hdf5_stream(&A, path, &hdf5) : lgd_npy_stream(&A, path, &npy);
    if (st)
        return st;
    const size_t rows = lgd_matrix_rows(A), cols = lgd_matrix_cols(A);
    double *X = calloc(rows * cols, sizeof *X), *W = calloc(cols * cols, sizeof *W);
    for (size_t j = 0; j < cols; j++)
        W[j * cols + j] = 1;
    st = lgd_matrix_forward(A, NULL, cols, W, cols, X, cols);
    if (!st)
        print("X", rows, cols, X, NULL);
    free(X);
    free(W);
    lgd_matrix_free(A);
    return st;
}

static bool is_npz(const char *path)
{
    const size_t n = strlen(path);
    return n > 4 && !strcmp(path + n - 4, ".npz");
}

static double number(size_t i)
{
    return sin((double)i) * 1e3;
}

static lgd_status write_file(const char *path, size_t rows, size_t cols)
{
    const size_t all = rows * (cols ? cols : 1);
    double *X = calloc(all, sizeof *X);
    float *single = calloc(all, sizeof *single);
    for (size_t i = 0; i < all; i++)
        X[i] = number(i), single[i] = (float)i / 8;
    lgd_status st;
    if (is_hdf5(path))
        st = count("single") ? lgd_hdf5_write_f32(path, rows, cols, single, cols, NULL)
                             : lgd_hdf5_write(path, rows, cols, X, cols, X);
    else if (is_npz(path))
        st = count("single") ? lgd_npz_write_f32(path, rows, cols, single, cols, NULL)
                             : lgd_npz_write(path, rows, cols, X, cols, X);
    else
        st = count("single") ? lgd_npy_write_f32(path, rows, cols, single, cols ? cols : 1)
                             : lgd_npy_write(path, rows, cols, X, cols ? cols : 1);
    if (!st)
        print("X", rows, cols ? cols : 1, X, count("single") ? single : NULL);
    free(X);
    free(single);
    return st;
}

static lgd_status answer(char **asked, size_t count_asked)
{
    words = asked + (count_asked < 2 ? count_asked : 2);
    setlocale(LC_ALL, ""); /* numbers are read under whatever the script says */
    return count_asked < 2               ? LGD_EINVAL
           : !strcmp(asked[0], "read")   ? read_table(asked[1])
           : !strcmp(asked[0], "stream") ? read_stream(asked[1])
           : count_asked > 3 ? write_file(asked[1], strtoull(asked[2], NULL, 10), strtoull(asked[3], NULL, 10))
                             : LGD_EINVAL;
}

int main(void)
{
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin)) {
        char *asked[32] = {NULL}, *text;
        size_t n = 0, length;
        for (char *w = strtok(line, "\t\n"); w && n < 31; w = strtok(NULL, "\t\n"))
            asked[n++] = w;
        said = open_memstream(&text, &length);
        const lgd_status st = answer(asked, n);
        if (st)
            fprintf(said, "%s: %s\n", lgd_strerror(st), lgd_last_error());
        fclose(said);
        printf("%d %zu\n", st != LGD_OK, length);
        fwrite(text, 1, length, stdout);
        fflush(stdout);
        free(text);
    }
    return 0;
}
