/* A CSV file into memory and into an array of NumPy, beside a loop of strtod over its lines. */
#define _POSIX_C_SOURCE 200809L
#include "bench.h"
#include <lgd/io.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD = 128, WIDTH = 32 }; /* bytes before the numbers of an array, and of a cell at most */

static char folder[64], text_path[80], X_path[80], y_path[80];

static void describe(race *r)
{
    static const char *const way[] = {"strtod", "read", "convert", "convert_single"};
    r->name = "csv";
    r->where = "disk";
    r->title = "A table of text, a label and 28 columns of 3 decimals";
    r->timed = "one pass from the file to memory (strtod, read) or to arrays of NumPy on the disk (convert)";
    r->must = "the numbers have the bits of what was written, as doubles or as floats";
    r->rows = 500000;
    r->quick_rows = 5000;
    r->cols = 28;
    r->runners = sizeof way / sizeof *way;
    for (size_t i = 0; i < r->runners; i++)
        r->runner[i] = (runner){.name = way[i], .optimizer = "sgd"};
}

static void describe_digits(race *r)
{
    describe(r);
    r->name = "csv_digits";
    r->title = "A table of text, 100 columns of 17 digits";
    r->rows = 50000;
    r->quick_rows = 1000;
    r->cols = 99; /* and the target */
}

static bool has_all_digits(const race *r)
{
    return r->cols == 99;
}

static void remove_files(void)
{
    unlink(text_path);
    unlink(X_path);
    unlink(y_path);
    rmdir(folder);
}

static bool make_folder(void)
{
    if (!*folder) {
        const char *place = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/lgd-bench-XXXXXX", place && strlen(place) < 40 ? place : "/tmp");
        if (!mkdtemp(folder) || atexit(remove_files))
            return false;
        snprintf(text_path, sizeof text_path, "%s/t.csv", folder);
        snprintf(X_path, sizeof X_path, "%s/X.npy", folder);
        snprintf(y_path, sizeof y_path, "%s/y.npy", folder);
    }
    return true;
}

static bool make(race *r)
{
    lgd_uniform(r->seed, 0, r->rows * r->cols, r->X);
    FILE *file = make_folder() ? fopen(text_path, "w") : NULL;
    if (!file)
        return false;
    for (size_t i = 0; i < r->rows; i++) {
        double *x = r->X + i * r->cols;
        for (size_t j = 0; j < r->cols; j++) {
            x[j] = 4 * x[j] - 2;
            if (!has_all_digits(r))
                x[j] = nearbyint(1000 * x[j]) / 1000; /* the double nearest to what is printed */
            fprintf(file, has_all_digits(r) ? "%.17g," : "%.3f,", x[j]);
        }
        r->y[i] = x[0] > 0;
        fprintf(file, "%g\n", r->y[i]);
    }
    return fclose(file) == 0;
}

/* ---- the ways */

/* Each number to `each`, as X and then y of a row. */
static bool by_strtod(const race *r, double *X, double *y)
{
    FILE *file = fopen(text_path, "r");
    char *line = malloc((r->cols + 1) * WIDTH);
    bool ok = file && line;
    for (size_t i = 0; i < r->rows && ok; i++) {
        ok = fgets(line, (int)((r->cols + 1) * WIDTH), file) != NULL;
        char *s = line;
        for (size_t j = 0; j <= r->cols && ok; j++, s++)
            *(j < r->cols ? X + i * r->cols + j : y + i) = strtod(s, &s);
    }
    if (file)
        fclose(file);
    free(line);
    return ok;
}

static lgd_status go(const race *r, const runner *k, lgd_table **t, double *X)
{
    const lgd_csv_options options = {.single = !strcmp(k->name, "convert_single")};
    if (!strcmp(k->name, "strtod"))
        return by_strtod(r, X, X + r->rows * r->cols) ? LGD_OK : LGD_EIO;
    return !strcmp(k->name, "read") ? lgd_csv_read(t, text_path, &options)
                                    : lgd_csv_convert(t, text_path, X_path, y_path, &options);
}

static double run(void *ctx, size_t repeats)
{
    runner *k = ctx;
    const race *r = k->race;
    double *X = !strcmp(k->name, "strtod") ? malloc(r->rows * (r->cols + 1) * sizeof *X) : NULL;
    const double begun = now();
    lgd_status st = LGD_OK;
    for (size_t i = 0; i < repeats && !st; i++) {
        lgd_table *t = NULL;
        st = go(r, k, &t, X);
        lgd_table_free(t);
    }
    const double seconds = (now() - begun) / (double)repeats;
    free(X);
    return st ? -1 : seconds;
}

/* ---- checks */

/* The numbers of an array in its file are these, or the floats nearest to them. */
static bool holds(const char *path, bool single, size_t count, const double *x)
{
    char number[sizeof(double)];
    FILE *file = fopen(path, "r");
    bool same = file && !fseek(file, HEAD, SEEK_SET);
    for (size_t i = 0; i < count && same; i++) {
        const float f = (float)x[i];
        const size_t width = single ? sizeof f : sizeof *x;
        same = fread(number, width, 1, file) == 1 && !memcmp(number, single ? (const void *)&f : x + i, width);
    }
    if (file)
        fclose(file);
    return same;
}

/* A number in kB behind a word of /proc/self/status; 0 where there is none. The peak begins again at `reset`. */
static double status_of(const char *word, bool reset)
{
    char line[256];
    double value = 0;
    FILE *file = reset ? fopen("/proc/self/clear_refs", "w") : NULL;
    if (file) {
        fputs("5\n", file);
        fclose(file);
    }
    file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, word, strlen(word)))
            value = strtod(line + strlen(word) + 1, NULL);
    if (file)
        fclose(file);
    return value;
}

static void check(race *r, runner *k)
{
    struct stat about;
    lgd_table *t = NULL;
    const size_t count = r->rows * r->cols;
    const bool single = !strcmp(k->name, "convert_single"), loop = !strcmp(k->name, "strtod");
    double *X = loop ? malloc((count + r->rows) * sizeof *X) : NULL;
    const double before = status_of("VmRSS", true);
    if (stat(text_path, &about) || (loop && !X) || go(r, k, &t, X)) {
        utf8_text(k->why, sizeof k->why, lgd_last_error());
        free(X);
        return;
    }
    const double more = 1.024e-3 * (status_of("VmHWM", false) - before);
    k->bytes = (double)about.st_size;
    const double *read = loop ? X : t->X, *y = loop ? X + count : t->y;
    const bool same = read ? !memcmp(read, r->X, count * sizeof *read) && !memcmp(y, r->y, r->rows * sizeof *y)
                           : holds(X_path, single, count, r->X) && holds(y_path, false, r->rows, r->y);
    k->error = same ? 0 : 1;
    k->verdict = OK;
    if (!strcmp(k->name, "convert"))
        snprintf(r->remark, sizeof r->remark,
                 "Bytes are those of the text, %.0f MB; while it is converted %.1f MB of memory come to what there was",
                 1e-6 * k->bytes, more);
    lgd_table_free(t);
    free(X);
}

const race_ops race_of_csv = {describe, make, check, run};
const race_ops race_of_csv_digits = {describe_digits, make, check, run};
