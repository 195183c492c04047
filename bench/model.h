/* lgd-bench: is the time of an epoch that of reading its rows? Shapes from 10^4 to 10^7 rows and 10 to 10^4 columns, each beside a read of
 * the same memory. */
#ifndef LGD_BENCH_MODEL_H
#define LGD_BENCH_MODEL_H
#include "measure.h"
#include <lgd.h>
#include <stdio.h>

enum { MAX_MODEL_CELLS = 49 * 4 };

/* An epoch over all rows of X [rows x cols] by plain descent, and a read of X by 8 streams. */
typedef struct model_cell {
    size_t rows, cols, threads;
    const struct model *model;
    lgd_matrix *A;
    lgd_objective *f;
    lgd_optimizer *opt;
    verdict verdict;
    double error; /* of the weights after a step */
    char why[256];
    double *sample, *read; /* [rounds] seconds */
    size_t repeats, reads;
    quartiles seconds, reading;
    interval ratio; /* time of the epoch / bytes over the rate, that of the read of the same round */
    double bytes, flops,
        rate;          /* bytes and flops of an epoch as the library's report has them; bytes a second of the read */
    bool beyond_cache; /* X is at least twice the last-level cache */
} model_cell;

typedef struct model {
    size_t cells, rounds, most, cache; /* most: numbers in X; cache: bytes of the last level, 0: not known */
    model_cell cell[MAX_MODEL_CELLS];
    double *X, *y, *w, *expected;
    uint64_t seed;
    char note[256]; /* why there is nothing here */
} model;

struct settings;
struct results;

/* By name alone: it takes minutes, and most of the memory. */
bool model_choose(const struct settings *s);
bool model_run(model *out, const struct settings *s);
void model_free(model *out);

/* Out of cache, and further from bytes over the rate than 20 %? */
bool model_is_off(const model_cell *c);

/* ---- model_shown.c */

void table_model(const model *m);
void report_model(FILE *to, const model *m);
void write_model(FILE *to, const struct results *r);
struct json_t *model_json(const model *m);

#endif
