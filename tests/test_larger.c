/* Data larger than memory: a file is trained on by a process that may not have as many addresses as the file has bytes, and ends with the
 * weights of rows in memory, to the last bit. 300 MB under a limit of 200; with --whole 6 GB under 512 MB. */
#include "suite.h"
#include <fcntl.h>
#include <lgd.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COLS = 100, DRAWN = 1000, EPOCHS = 2 };
static char program[4096];

typedef struct size {
    size_t file, limit; /* bytes */
} size;

static const size in_ci = {300000000, 200000000}, whole = {6000000000, 512000000};

static size_t rows_of(size s)
{
    return s.file / (COLS * sizeof(double));
}

static void must(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s: %s\n", what, lgd_last_error());
    exit(3);
}

/* Rows first .. first + DRAWN - 1, and which side of a plane they are on. */
static void draw(size_t first, double *X, double *y)
{
    lgd_uniform(7, first * COLS, DRAWN * COLS, X);
    for (size_t i = 0; i < DRAWN; i++) {
        double side = 0;
        for (size_t j = 0; j < COLS; j++) {
            X[i * COLS + j] -= 0.5;
            side += X[i * COLS + j] * ((double)(j % 7) - 3);
        }
        y[i] = side > 0;
    }
}

static double *draw_all(size_t rows, int file, double *X)
{
    double *y = malloc(rows * sizeof *y), *some = malloc(DRAWN * COLS * sizeof *some);
    must(y && some, "memory");
    for (size_t first = 0; first < rows; first += DRAWN) {
        draw(first, some, y + first);
        if (file >= 0)
            must(write(file, some, DRAWN * COLS * sizeof *some) == (ssize_t)(DRAWN * COLS * sizeof *some), "write");
        if (X)
            memcpy(X + first * COLS, some, DRAWN * COLS * sizeof *some);
    }
    free(some);
    return y;
}

static lgd_status read_file(void *ctx, size_t first, size_t count, void *to)
{
    char *at = to;
    size_t left = count * COLS * sizeof(double), from = first * COLS * sizeof(double);
    while (left) {
        const ssize_t got = pread(*(int *)ctx, at, left, (off_t)from);
        if (got <= 0)
            return lgd_set_error(LGD_EIO, "file: it ends too early");
        at += got;
        from += (size_t)got;
        left -= (size_t)got;
    }
    return LGD_OK;
}

static void train(const lgd_matrix *X, const double *y, double w[COLS + 1])
{
    lgd_objective *f;
    lgd_optimizer *opt;
    const lgd_minimize_options o = {.batch_size = 64, .order = LGD_BLOCKS, .block_rows = 512, .max_epochs = EPOCHS};
    memset(w, 0, (COLS + 1) * sizeof *w);
    must(!lgd_glm_create(&f, X, y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true, .l2 = 1e-6}), "model");
    must(!lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.5}), "method");
    must(!lgd_minimize(f, opt, w, &o, NULL), "run");
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}

/* The process under the limit: its weights go to a file beside the rows. */
static int train_from_file(const char *path, const char *weights, size_t rows)
{
    int file = open(path, O_RDONLY);
    double w[COLS + 1];
    lgd_matrix *X;
    must(file >= 0, "open");
#ifndef __SANITIZE_ADDRESS__ /* without a limit they do */
    must(!malloc(rows * COLS * sizeof *w), "the rows do not fit");
#endif
    must(!lgd_matrix_stream(&X, &(lgd_stream){.rows = rows, .cols = COLS, .read = read_file, .ctx = &file}), "stream");
    must(lgd_matrix_block_rows(X) == 512, "blocks");
    double *y = draw_all(rows, -1, NULL);
    train(X, y, w);
    lgd_matrix_free(X);
    free(y);
    FILE *to = fopen(weights, "wb");
    must(to && fwrite(w, sizeof w, 1, to) == 1 && !fclose(to), "weights");
    return 0;
}

/* A BLAS with threads of its own reserves addresses for each of them. */
static int run_limited(size s, const char *path, const char *weights)
{
    int status = -1;
    char rows[32];
    snprintf(rows, sizeof rows, "%zu", rows_of(s));
    const pid_t child = fork();
    if (!child) {
        const struct rlimit limit = {s.limit, s.limit};
        setenv("OPENBLAS_NUM_THREADS", "1", 1);
#ifdef __SANITIZE_ADDRESS__ /* which takes terabytes of addresses */
        (void)limit;
#else
        if (setrlimit(RLIMIT_AS, &limit))
            _exit(127);
#endif
        execl(program, program, "--limited", path, weights, rows, (char *)NULL);
        _exit(127);
    }
    return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
}

static bool same_weights(size s)
{
    char path[4200], weights[4200];
    double streamed[COLS + 1], in_memory[COLS + 1];
    lgd_matrix *A;
    snprintf(path, sizeof path, "%s.%ld.rows", program, (long)getpid());
    snprintf(weights, sizeof weights, "%s.%ld.weights", program, (long)getpid());
    int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    must(file >= 0, "open");
    free(draw_all(rows_of(s), file, NULL));
    must(!close(file), "close");
    const int status = run_limited(s, path, weights);
    FILE *from = fopen(weights, "rb");
    const bool ended = status == 0 && from && fread(streamed, sizeof streamed, 1, from) == 1;
    if (from)
        fclose(from);
    unlink(path);
    unlink(weights);
    if (!ended)
        return false;
    double *X = malloc(rows_of(s) * COLS * sizeof *X);
    must(X != NULL, "memory");
    double *y = draw_all(rows_of(s), -1, X);
    must(!lgd_matrix_dense(&A, rows_of(s), COLS, X, COLS), "dense");
    train(A, y, in_memory);
    lgd_matrix_free(A);
    free(X);
    free(y);
    return !memcmp(streamed, in_memory, sizeof streamed);
}

/* features: 29 */
START_TEST(larger_file_than_the_limit_of_memory_has_the_weights_of_rows_in_memory)
{
    ck_assert(same_weights(in_ci));
}
END_TEST

/* Room for the file, and for its rows in memory. */
static bool has_room(size_t bytes)
{
    struct statvfs disk;
    const double pages = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    char folder[sizeof program];
    strcpy(folder, program);
    *strrchr(folder, '/') = 0;
    return pages > 2.5 * (double)bytes && !statvfs(folder, &disk) &&
           (double)disk.f_bavail * (double)disk.f_frsize > 1.2 * (double)bytes;
}

int main(int count, char **word)
{
    if (count == 5 && !strcmp(word[1], "--limited"))
        return train_from_file(word[2], word[3], (size_t)strtoull(word[4], NULL, 10));
    if (!realpath(word[0], program))
        return 2;
    if (count > 1 && !strcmp(word[1], "--whole")) {
        const char *name = "larger_file_of_6_gb_under_512_mb_has_the_weights_of_rows_in_memory";
        if (!has_room(whole.file))
            printf("1..1\nok 1 - %s # SKIP no room for 6 GB on the disk, or for 15 GB in memory\n", name);
        else
            printf("1..1\n%s 1 - %s\n", same_weights(whole) ? "ok" : "not ok", name);
        return 0;
    }
    Suite *suite = suite_create("larger");
    CASE(suite, larger_file_than_the_limit_of_memory_has_the_weights_of_rows_in_memory);
    return suite_run(suite);
}
