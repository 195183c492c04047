#include "fuzz.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

uint8_t fuzz_byte(const uint8_t **bytes, size_t *size)
{
    if (!*size)
        return 0;
    --*size;
    return *(*bytes)++;
}

void fuzz_broken(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s; the last error: %s\n", file, line, what, lgd_last_error());
    abort();
}

typedef struct memory_file {
    int file;
    char path[32];
} memory_file;

static memory_file made(void)
{
    memory_file made = {.file = memfd_create("fuzz", 0)};
    FUZZ_CHECK(made.file >= 0);
    snprintf(made.path, sizeof made.path, "/proc/self/fd/%d", made.file);
    return made;
}

const char *fuzz_file(const uint8_t *bytes, size_t size)
{
    static memory_file in;
    if (!*in.path)
        in = made();
    FUZZ_CHECK(!ftruncate(in.file, (off_t)size) && pwrite(in.file, bytes, size, 0) == (ssize_t)size);
    return in.path;
}

/* What is written replaces the file of a name, so these have names: their folder goes when the program ends. */
enum { ENDINGS = 7 };
static const char *const endings[ENDINGS] = {"", ".gz", ".zst", ".xz", ".csv", ".X.npy", ".y.npy"};
static char folder[] = "/dev/shm/lgd-fuzz-XXXXXX", output[ENDINGS][64];

static void remove_outputs(void)
{
    for (size_t i = 0; i < ENDINGS; i++)
        unlink(output[i]);
    rmdir(folder);
}

const char *fuzz_output(const char *ending)
{
    if (!**output) {
        FUZZ_CHECK(mkdtemp(folder));
        atexit(remove_outputs);
        for (size_t i = 0; i < ENDINGS; i++)
            snprintf(output[i], sizeof output[i], "%s/out%s", folder, endings[i]);
    }
    size_t i = 0;
    while (i + 1 < ENDINGS && strcmp(ending, endings[i]))
        i++;
    return output[i];
}

void fuzz_failed(lgd_status status)
{
    const char *said = lgd_last_error();
    FUZZ_CHECK(status != LGD_OK);
    FUZZ_CHECK(*said && !strpbrk(said, "\n\r"));
}

/* That text is there, whole. */
static size_t length_of(const char *text)
{
    FUZZ_CHECK(text);
    return strlen(text);
}

static void check_sparse(const lgd_table *t)
{
    const lgd_csr *s = t->sparse;
    FUZZ_CHECK(s->rows == t->rows && s->cols == t->cols);
    lgd_matrix *m = NULL;
    lgd_status st = lgd_matrix_csr(&m, s); /* looks at every index */
    FUZZ_CHECK(!st);
    lgd_matrix_free(m);
}

void fuzz_table(const lgd_table *t)
{
    size_t sum = length_of(t->notes);
    FUZZ_CHECK(t->rows && t->cols);
    FUZZ_CHECK((t->X != NULL) + (t->X_f32 != NULL) + (t->sparse != NULL) == 1);
    for (size_t i = 0; i < t->rows * t->cols && !t->sparse; i++)
        FUZZ_CHECK(t->X ? isfinite(t->X[i]) : isfinite(t->X_f32[i]));
    if (t->sparse)
        check_sparse(t);
    for (size_t i = 0; i < t->rows && t->y; i++)
        FUZZ_CHECK(isfinite(t->y[i]) && (!t->class_count || (t->y[i] >= 0 && t->y[i] < (double)t->class_count)));
    for (size_t j = 0; j < t->cols && t->names; j++)
        sum += length_of(t->names[j]);
    sum += t->target ? length_of(t->target) : 0;
    for (size_t c = 0; c < t->class_count; c++)
        sum += length_of(t->class_names[c]);
    FUZZ_CHECK(sum < SIZE_MAX / 2);
    lgd_matrix *m = NULL;
    lgd_status st = lgd_table_matrix(&m, t);
    FUZZ_CHECK(!st);
    lgd_matrix_free(m);
}

static bool same_bits(const void *a, const void *b, size_t bytes)
{
    return !a == !b && (!a || !memcmp(a, b, bytes));
}

void fuzz_same(const lgd_table *a, const lgd_table *b)
{
    FUZZ_CHECK(a->rows == b->rows && a->cols == b->cols);
    FUZZ_CHECK(same_bits(a->X, b->X, a->rows * a->cols * sizeof *a->X));
    FUZZ_CHECK(same_bits(a->X_f32, b->X_f32, a->rows * a->cols * sizeof *a->X_f32));
    FUZZ_CHECK(same_bits(a->y, b->y, a->rows * sizeof *a->y));
    FUZZ_CHECK(!a->sparse == !b->sparse);
    if (a->sparse) {
        const lgd_csr *s = a->sparse, *o = b->sparse;
        FUZZ_CHECK(same_bits(s->row_start, o->row_start, (s->rows + 1) * sizeof *s->row_start));
        const size_t count = s->row_start[s->rows];
        FUZZ_CHECK(same_bits(s->column, o->column, count * sizeof *s->column));
        FUZZ_CHECK(same_bits(s->column_i64, o->column_i64, count * sizeof *s->column_i64));
        FUZZ_CHECK(same_bits(s->value, o->value, count * sizeof *s->value));
        FUZZ_CHECK(same_bits(s->value_f32, o->value_f32, count * sizeof *s->value_f32));
    }
}
