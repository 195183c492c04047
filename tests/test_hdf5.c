/* Datasets of HDF5: what the library writes is read back, streamed to the bit, and the host's own use of libhdf5 is left alone. What h5py
 * writes is read in check_arrays.py. */
#include "suite.h"
#include "folder.h"
#include <lgd.h>
#include <lgd/io.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void says(const char *part)
{
    ck_assert_msg(strstr(lgd_last_error(), part) != NULL, "\"%s\" is not in: %s", part, lgd_last_error());
    ck_assert_ptr_null(strchr(lgd_last_error(), '\n'));
}

#ifdef LGD_HDF5
#include <hdf5.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { ROWS = 500, COLS = 6 };
static double sample[ROWS * COLS], labels[ROWS];

static const char *written(const char *name)
{
    const char *path = path_of(name);
    ck_assert_msg(!lgd_hdf5_write(path, ROWS, COLS, sample, COLS, labels), "%s", lgd_last_error());
    return path;
}

static void refused(const char *path, const lgd_hdf5_options *options, lgd_status status, const char *part)
{
    lgd_table *t = (lgd_table *)&t;
    const lgd_status st = lgd_hdf5_read(&t, path, options);
    ck_assert_ptr_null(t);
    ck_assert_msg(st == status, "%d in place of %d (%s): %s", (int)st, (int)status, part, lgd_last_error());
    says(part);
}

static void no_stream(const char *path, const lgd_hdf5_stream_options *options, lgd_status status, const char *part)
{
    lgd_matrix *A = (lgd_matrix *)&A;
    const lgd_status st = lgd_hdf5_stream(&A, path, options);
    ck_assert_ptr_null(A);
    ck_assert_msg(st == status, "%d in place of %d (%s): %s", (int)st, (int)status, part, lgd_last_error());
    says(part);
}

START_TEST(hdf5_written_numbers_read_back_to_the_bit)
{
    const char *path = written("w.h5");
    lgd_table *t = NULL;
    ck_assert_msg(!lgd_hdf5_read(&t, path, &(lgd_hdf5_options){.dataset = "X", .target_dataset = "y", .binary = true}),
                  "%s", lgd_last_error());
    ck_assert(t->rows == ROWS && t->cols == COLS && !t->X_f32 && !t->names);
    ck_assert_int_eq(memcmp(t->X, sample, sizeof sample), 0);
    for (size_t i = 0; i < ROWS; i++)
        ck_assert(t->y[i] == (double)(i % 2));
    ck_assert_ptr_nonnull(strstr(t->notes, "w.h5:X: 500 rows, 6 columns, doubles\n"));
    ck_assert_ptr_nonnull(
        strstr(t->notes, "w.h5:y: 500 rows, 1 columns, doubles\nlabels: 4 became 0 and 7 became 1\n"));
    lgd_table_free(t);
    /* Rows with gaps; floats; a row of more numbers than are read at a time. */
    ck_assert_int_eq(lgd_hdf5_write(path, ROWS / 2, COLS - 2, sample, COLS, NULL), LGD_OK);
    ck_assert_int_eq(lgd_hdf5_read(&t, path, NULL), LGD_OK);
    for (size_t i = 0; i < ROWS / 2; i++)
        ck_assert_int_eq(memcmp(t->X + i * (COLS - 2), sample + i * COLS, (COLS - 2) * sizeof *sample), 0);
    lgd_table_free(t);
    const size_t wide = 300001;
    float *single = malloc(2 * wide * sizeof *single);
    for (size_t i = 0; i < 2 * wide; i++)
        single[i] = (float)i;
    ck_assert_int_eq(lgd_hdf5_write_f32(path, 2, wide, single, wide, NULL), LGD_OK);
    ck_assert_int_eq(lgd_hdf5_read(&t, path, &(lgd_hdf5_options){.target = 200000}), LGD_OK);
    ck_assert(t->cols == wide - 1 && t->X_f32[199999] == 200000 && t->X_f32[wide - 1] == (float)wide);
    ck_assert(t->y[0] == 199999 && t->y[1] == (double)(float)(wide + 199999));
    lgd_table_free(t);
    free(single);
    ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

START_TEST(hdf5_what_is_no_dataset_or_option_refused)
{
    const char *path = written("w.h5");
    lgd_table *t;
    ck_assert_int_eq(lgd_hdf5_read(NULL, path, NULL), LGD_EINVAL);
    says("hdf5: out is NULL");
    ck_assert_int_eq(lgd_hdf5_read_sized(&t, path, NULL, 0), LGD_EINVAL);
    refused(NULL, NULL, LGD_EINVAL, "hdf5: path is NULL");
    refused(path_of("nowhere"), NULL, LGD_EIO, "/nowhere: No such file or directory");
    refused(folder, NULL, LGD_EIO, "directory");
    refused("/dev/zero", NULL, LGD_EIO, "no regular file");
    refused(path, NULL, LGD_EINVAL, "w.h5: there are 2 datasets, the name of one as dataset is accepted: \"X\", \"y\"");
    refused(path, &(lgd_hdf5_options){.dataset = "x"}, LGD_EINVAL,
            "dataset is \"x\", one of its datasets is accepted: \"X\", \"y\"");
    refused(path, &(lgd_hdf5_options){.dataset = "/"}, LGD_EINVAL, "dataset is \"/\"");
    refused(path, &(lgd_hdf5_options){.dataset = ""}, LGD_EINVAL, "dataset is \"\"");
    refused(path, &(lgd_hdf5_options){.dataset = "X", .target_dataset = "X"}, LGD_EINVAL,
            "the target is 500 x 6 numbers, one column");
    refused(path, &(lgd_hdf5_options){.dataset = "X", .target = 7}, LGD_EINVAL, "hdf5: target is 7, a column of ");
    refused(path, &(lgd_hdf5_options){.dataset = "y", .target = 1}, LGD_EFORMAT,
            "w.h5:y: there is no column beside the target");
    refused(path, &(lgd_hdf5_options){.dataset = "X", .target = 1, .target_dataset = "y"}, LGD_EINVAL,
            "beside it no target_dataset");
    refused(path, &(lgd_hdf5_options){.dataset = "X", .classes = true}, LGD_EINVAL, "classes is true, a target");
    refused(path, &(lgd_hdf5_options){.dataset = "X", .target = 1, .classes = true, .binary = true}, LGD_EINVAL,
            "both true");
    refused(path, &(lgd_hdf5_options){.dataset = "X", .target_only = true}, LGD_EINVAL, "target_only is true");
    refused(path, &(lgd_hdf5_options){.dataset = "X", .target_dataset = "y", .target_only = true}, LGD_EINVAL,
            "target_only is true, a column as target is accepted beside it; read the dataset of the target itself");
    ck_assert_int_eq(
        lgd_hdf5_read(&t, path, &(lgd_hdf5_options){.dataset = "y", .target = 1, .target_only = true, .binary = true}),
        LGD_OK);
    ck_assert(t->rows == ROWS && !t->cols && !t->X && t->y[0] == 0 && t->y[1] == 1);
    lgd_table_free(t);
    refused(path, &(lgd_hdf5_options){.dataset = "X", .max_bytes = 23999}, LGD_ERANGE,
            "takes 24000 bytes, max_bytes allows 23999");
    no_stream(path, NULL, LGD_EINVAL, "there are 2 datasets");
    no_stream(path, &(lgd_hdf5_stream_options){.dataset = "X", .target = 7}, LGD_EINVAL, "target is 7");
    no_stream(path, &(lgd_hdf5_stream_options){.dataset = "y", .target = 1}, LGD_EINVAL, "and another beside it");
    no_stream(path, &(lgd_hdf5_stream_options){.dataset = "X", .memory = 1}, LGD_EINVAL, "memory");
    ck_assert_int_eq(lgd_hdf5_stream(NULL, path, NULL), LGD_EINVAL);
    ck_assert_int_eq(lgd_hdf5_stream_sized(NULL, path, NULL, 0), LGD_EINVAL);
}
END_TEST

START_TEST(hdf5_what_cannot_be_written_refused_and_the_old_file_stays)
{
    const char *path = written("w.h5");
    ck_assert_int_eq(lgd_hdf5_write(NULL, 1, 1, sample, 1, NULL), LGD_EINVAL);
    ck_assert_int_eq(lgd_hdf5_write(path, 1, 1, NULL, 1, NULL), LGD_EINVAL);
    says("hdf5: X is NULL");
    ck_assert_int_eq(lgd_hdf5_write(path, 1, 0, sample, 1, NULL), LGD_EINVAL);
    ck_assert_int_eq(lgd_hdf5_write(path, 1, 2, sample, 1, NULL), LGD_EINVAL);
    says("ld is 1, at least cols = 2");
    ck_assert_int_eq(lgd_hdf5_write(path, SIZE_MAX / 8, 1, sample, 1, NULL), LGD_ERANGE);
    ck_assert_int_eq(lgd_hdf5_write(path_of("no/where"), 1, 1, sample, 1, NULL), LGD_EIO);
    ck_assert_int_eq(lgd_hdf5_write("/dev/full", 1, 1, sample, 1, NULL), LGD_EIO);
    says("/dev/full: No space left on device");
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 10000;
    setrlimit(RLIMIT_FSIZE, &limit);
    const lgd_status st = lgd_hdf5_write(path, ROWS, COLS, sample, COLS, NULL);
    limit.rlim_cur = before;
    setrlimit(RLIMIT_FSIZE, &limit);
    ck_assert_int_eq(st, LGD_EIO);
    says("w.h5: File too large");
    lgd_table *t;
    ck_assert_int_eq(lgd_hdf5_read(&t, path, &(lgd_hdf5_options){.dataset = "y"}), LGD_OK);
    lgd_table_free(t);
}
END_TEST

START_TEST(hdf5_stream_the_bits_of_the_array_in_memory)
{
    const char *path = written("w.h5");
    static size_t index[ROWS];
    lgd_permutation(1, 1, ROWS, index);
    for (size_t target = 0; target <= COLS; target += target ? 2 : 1) {
        lgd_table *t = NULL;
        lgd_matrix *A = NULL, *B = NULL;
        const lgd_hdf5_options options = {.dataset = "X", .target = target};
        const lgd_hdf5_stream_options how[] = {
            {.dataset = "X", .target = target},
            {.dataset = "X", .target = target, .block_rows = 32, .memory = 8192},
            {.dataset = "X", .target = target, .block_rows = 16, .synchronous = true}};
        ck_assert_int_eq(lgd_hdf5_read(&t, path, &options), LGD_OK);
        ck_assert_int_eq(lgd_table_matrix(&A, t), LGD_OK);
        for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
            ck_assert_msg(!lgd_hdf5_stream(&B, path, how + i), "%s", lgd_last_error());
            double w[2][COLS], f[2];
            lgd_matrix *const both[] = {A, B};
            for (int b = 0; b < 2; b++) {
                lgd_objective *model = NULL;
                lgd_optimizer *sgd = NULL;
                lgd_report report;
                memset(w[b], 0, sizeof w[b]);
                ck_assert_int_eq(lgd_matrix_set_kernel(both[b], LGD_KERNEL_ROWS), LGD_OK);
                ck_assert_int_eq(lgd_glm_create(&model, both[b], labels, lgd_loss_half_squared(), NULL), LGD_OK);
                ck_assert_int_eq(lgd_sgd_create(&sgd, &(lgd_sgd_options){.lr = 0.01}), LGD_OK);
                const lgd_minimize_options run = {.batch_size = 16, .max_epochs = 3, .seed = 1};
                const lgd_status st = lgd_minimize(model, sgd, w[b], &run, &report);
                ck_assert_msg(!st, "%s", lgd_last_error());
                f[b] = report.f;
                lgd_optimizer_free(sgd);
                lgd_objective_free(model);
            }
            ck_assert(f[0] == f[1]);
            ck_assert_int_eq(memcmp(w[0], w[1], lgd_matrix_cols(A) * sizeof(double)), 0);
            double error;
            ck_assert_msg(!lgd_matrix_check(B, 1, &error), "%s", lgd_last_error());
            lgd_matrix_free(B);
        }
        lgd_matrix_free(A);
        lgd_table_free(t);
    }
}
END_TEST

/* A file of the dataset X [rows x COLS] in compressed chunks, which may reach beyond it; filter: another one before, 0: none. */
static void write_chunks(const char *path, size_t rows, const double *X, hid_t type, const hsize_t chunk[2],
                         H5Z_filter_t filter)
{
    const hsize_t size[] = {rows, COLS}, most[] = {H5S_UNLIMITED, H5S_UNLIMITED};
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
                space = H5Screate_simple(2, size, most), how = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(how, 2, chunk);
    if (filter)
        ck_assert_int_ge(H5Pset_filter(how, filter, 0, 0, NULL), 0);
    H5Pset_deflate(how, 6);
    const hid_t set = H5Dcreate2(file, "X", type, space, H5P_DEFAULT, how, H5P_DEFAULT);
    ck_assert_int_ge(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, X), 0);
    H5Dclose(set);
    H5Pclose(how);
    H5Sclose(space);
    ck_assert_int_ge(H5Fclose(file), 0);
}

/* A dataset in chunks is read by whole ones. */
START_TEST(hdf5_stream_of_chunks_blocks_of_their_rows)
{
    const char *path = path_of("c.h5");
    write_chunks(path, ROWS, sample, H5T_IEEE_F64BE, (const hsize_t[]){48, COLS}, 0);
    lgd_matrix *A;
    ck_assert_msg(!lgd_hdf5_stream(&A, path, NULL), "%s", lgd_last_error());
    ck_assert_uint_eq(lgd_matrix_block_rows(A), 48);
    double z[ROWS];
    const double w[COLS] = {1};
    ck_assert_int_eq(lgd_matrix_forward(A, NULL, 1, w, 1, z, 1), LGD_OK);
    for (size_t i = 0; i < ROWS; i++)
        ck_assert(z[i] == sample[i * COLS]);
    lgd_matrix_free(A);
}
END_TEST

/* A filter that counts how often a chunk is unpacked. */
static atomic_size_t unpacked;

static size_t count_unpacked(unsigned flags, size_t count, const unsigned *values, size_t bytes, size_t *room,
                             void **buffer)
{
    (void)count, (void)values, (void)room, (void)buffer;
    atomic_fetch_add(&unpacked, (flags & H5Z_FLAG_REVERSE) != 0);
    return bytes;
}

/* Chunks may be larger than the dataset, which may grow, and than what is kept of others. */
START_TEST(hdf5_chunk_however_large_unpacked_once)
{
    enum { FILTER = 300 };
    static const H5Z_class2_t filter = {H5Z_CLASS_T_VERS, FILTER, 1, 1, "count", NULL, NULL, count_unpacked};
    static const hsize_t chunks[][2] = {{1000, 1000}, {9000, 1000}}; /* 8 and 72 MB */
    ck_assert_int_ge(H5Zregister(&filter), 0);
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        const char *path = path_of("l.h5");
        write_chunks(path, ROWS, sample, H5T_NATIVE_DOUBLE, chunks[i], FILTER);
        lgd_matrix *A;
        double z[ROWS];
        const double w[COLS] = {1};
        const lgd_hdf5_stream_options few = {.block_rows = 10, .memory = 2 * 10 * COLS * sizeof(double)};
        atomic_store(&unpacked, 0);
        ck_assert_msg(!lgd_hdf5_stream(&A, path, &few), "%s", lgd_last_error());
        ck_assert_int_eq(lgd_matrix_forward(A, NULL, 1, w, 1, z, 1), LGD_OK);
        for (size_t r = 0; r < ROWS; r++)
            ck_assert(z[r] == sample[r * COLS]);
        lgd_matrix_free(A);
        ck_assert_uint_eq(atomic_load(&unpacked), 1);
    }
    H5Zunregister(FILTER);
}
END_TEST

START_TEST(hdf5_stream_file_that_shrinks_eio)
{
    const char *path = written("w.h5");
    lgd_matrix *A;
    double z[1];
    const double w[COLS] = {1};
    ck_assert_int_eq(
        lgd_hdf5_stream(&A, path, &(lgd_hdf5_stream_options){.dataset = "X", .block_rows = 10, .synchronous = true}),
        LGD_OK);
    ck_assert_int_eq(lgd_matrix_forward(A, &(lgd_rows){0, 1, NULL}, 1, w, 1, z, 1), LGD_OK);
    ck_assert_int_eq(truncate(path, 4096), 0);
    ck_assert_int_eq(lgd_matrix_forward(A, &(lgd_rows){490, 1, NULL}, 1, w, 1, z, 1), LGD_EIO);
    says("w.h5:X: the file has become shorter since it was opened");
    lgd_matrix_free(A);
}
END_TEST

typedef struct endless {
    lgd_matrix *A;
    atomic_bool ends;
} endless;

/* Somebody is in libhdf5 nearly all the time, and the child has rows read all the same. */
static void *compute(void *ctx)
{
    endless *e = ctx;
    const double w[COLS] = {1};
    double z[ROWS];
    lgd_status st = LGD_OK;
    while (!st && !atomic_load(&e->ends))
        st = lgd_matrix_forward(e->A, NULL, 1, w, 1, z, 1);
    return st ? ctx : NULL;
}

START_TEST(hdf5_stream_after_a_fork_the_child_reads)
{
    enum { FORKS = 20, SECONDS = 20 };
    endless e = {0};
    pthread_t other;
    void *failed;
    const double w[COLS] = {1};
    const lgd_hdf5_stream_options options = {.dataset = "X", .block_rows = 2, .memory = 4 * COLS * sizeof(double)};
    ck_assert_int_eq(lgd_hdf5_stream(&e.A, written("f.h5"), &options), LGD_OK);
    ck_assert_int_eq(pthread_create(&other, NULL, compute, &e), 0);
    for (int i = 0; i < FORKS; i++) {
        int how;
        const pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            double z[1];
            alarm(SECONDS); /* ends one that waits for ever */
            const lgd_status st = lgd_matrix_forward(e.A, &(lgd_rows){400, 1, NULL}, 1, w, 1, z, 1);
            _exit(st || z[0] != sample[400 * COLS]);
        }
        ck_assert_int_eq(waitpid(child, &how, 0), child);
        ck_assert_msg(WIFEXITED(how) && WEXITSTATUS(how) == 0, "fork %d: %d", i, how);
    }
    atomic_store(&e.ends, true);
    ck_assert_int_eq(pthread_join(other, &failed), 0);
    ck_assert_ptr_null(failed);
    lgd_matrix_free(e.A);
}
END_TEST

/* Nobody has freed the stream when the process ends, and its thread is within libhdf5, which ends too. */
START_TEST(hdf5_stream_at_the_end_of_the_process_nothing_printed)
{
    enum { ENDINGS = 20, LONG = 40000, CHUNK = 4000 }; /* a chunk takes a millisecond */
    static double numbers[LONG * COLS];
    static lgd_matrix *A;
    const char *path = path_of("c.h5");
    char said[256];
    snprintf(said, sizeof said, "%s", path_of("said"));
    lgd_uniform(1, 0, LONG * COLS, numbers);
    write_chunks(path, LONG, numbers, H5T_NATIVE_DOUBLE, (const hsize_t[]){CHUNK, COLS}, 0);
    for (int i = 0; i < ENDINGS; i++) {
        int how;
        const pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            const double w[COLS] = {1};
            double z[4];
            const int words = open(said, O_CREAT | O_WRONLY | O_APPEND, 0600);
            alarm(20);
            if (words < 0 || dup2(words, STDERR_FILENO) < 0 || lgd_hdf5_stream(&A, path, NULL) ||
                lgd_matrix_forward(A, &(lgd_rows){0, 4, NULL}, 1, w, 1, z, 1))
                _exit(1);
            usleep((useconds_t)(100 * i));
            exit(0);
        }
        ck_assert_int_eq(waitpid(child, &how, 0), child);
        ck_assert_msg(WIFEXITED(how) && WEXITSTATUS(how) == 0, "ending %d: %d", i, how);
    }
    struct stat about;
    ck_assert_int_eq(stat(said, &about), 0);
    ck_assert_int_eq((int)about.st_size, 0);
}
END_TEST

/* What the host has of libhdf5: its stack of errors, what prints it, and its own files. */
static herr_t own_print(hid_t stack, void *ctx)
{
    (void)stack;
    ++*(int *)ctx;
    return 0;
}

static herr_t count_errors(unsigned n, const H5E_error2_t *error, void *ctx)
{
    (void)n;
    (void)error;
    ++*(int *)ctx;
    return 0;
}

START_TEST(hdf5_errors_of_the_host_as_they_were)
{
    int printed = 0, before = 0, after = 0;
    H5Eset_auto2(H5E_DEFAULT, own_print, &printed);
    ck_assert_int_lt(H5Fopen(path_of("nowhere"), H5F_ACC_RDONLY, H5P_DEFAULT), 0);
    ck_assert_int_eq(printed, 1);
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, count_errors, &before);
    ck_assert_int_gt(before, 0);
    const char *path = written("w.h5");
    refused(path, &(lgd_hdf5_options){.dataset = "none"}, LGD_EINVAL, "dataset is \"none\"");
    FILE *file = fopen(path_of("text.h5"), "w");
    fputs("this is a text", file);
    fclose(file);
    refused(path_of("text.h5"), NULL, LGD_EFORMAT, "text.h5: libhdf5 cannot open it as a file of HDF5 (");
    ck_assert_int_eq(printed, 1);
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, count_errors, &after);
    ck_assert_int_eq(after, before);
    H5E_auto2_t print;
    void *ctx;
    H5Eget_auto2(H5E_DEFAULT, &print, &ctx);
    ck_assert(print == own_print && ctx == &printed);
    ck_assert_int_eq((int)H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL), 0); /* nothing is left open */
}
END_TEST

#else

START_TEST(hdf5_without_libhdf5_reading_refused_by_name_and_files_written)
{
    lgd_table *t;
    lgd_matrix *A;
    const double x[1] = {1};
    const char *path = path_of("a.h5");
    ck_assert_int_eq(lgd_hdf5_write(path, 1, 1, x, 1, x), LGD_OK);
    FILE *file = fopen(path, "r");
    char start[9] = "";
    ck_assert_uint_eq(fread(start, 1, 8, file), 8);
    fclose(file);
    ck_assert_str_eq(start, "\x89HDF\r\n\x1A\n");
    ck_assert_int_eq(lgd_hdf5_read(&t, path, NULL), LGD_EUNSUPPORTED);
    says("a.h5: this library was built without libhdf5");
    ck_assert_int_eq(lgd_hdf5_stream(&A, path, NULL), LGD_EUNSUPPORTED);
}
END_TEST

#endif

static void begin(void)
{
    ck_assert(folder_make("/tmp"));
#ifdef LGD_HDF5
    lgd_uniform(1, 0, ROWS * COLS, sample);
    for (size_t i = 0; i < ROWS; i++)
        labels[i] = i % 2 ? 7 : 4;
#endif
}

static void end(void)
{
    ck_assert(folder_remove());
}

int main(void)
{
    Suite *s = suite_create("hdf5");
#define ONE(test)                                                                                                      \
    do {                                                                                                               \
        TCase *t = tcase_create(#test);                                                                                \
        tcase_set_timeout(t, 120);                                                                                     \
        tcase_add_checked_fixture(t, begin, end);                                                                      \
        tcase_add_test(t, test);                                                                                       \
        suite_add_tcase(s, t);                                                                                         \
    } while (0)
#ifdef LGD_HDF5
    ONE(hdf5_written_numbers_read_back_to_the_bit);
    ONE(hdf5_what_is_no_dataset_or_option_refused);
    ONE(hdf5_what_cannot_be_written_refused_and_the_old_file_stays);
    ONE(hdf5_stream_the_bits_of_the_array_in_memory);
    ONE(hdf5_stream_of_chunks_blocks_of_their_rows);
    ONE(hdf5_chunk_however_large_unpacked_once);
    ONE(hdf5_stream_file_that_shrinks_eio);
    ONE(hdf5_stream_after_a_fork_the_child_reads);
    ONE(hdf5_stream_at_the_end_of_the_process_nothing_printed);
    ONE(hdf5_errors_of_the_host_as_they_were);
#else
    ONE(hdf5_without_libhdf5_reading_refused_by_name_and_files_written);
#endif
    return suite_run(s);
}
