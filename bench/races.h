/* lgd-bench: races, ways to do one thing that are timed in the same rounds. Each is checked before it is timed. */
#ifndef LGD_BENCH_RACES_H
#define LGD_BENCH_RACES_H
#include "measure.h"
#include <lgd.h>

enum { MAX_RUNNERS = 8 };
typedef enum race_id {
    RACE_ADAM_8,
    RACE_ADAM_32,
    RACE_CALLERS,
    RACE_CALLERS_FULL,
    RACE_CSV,
    RACE_CSV_DIGITS,
    RACE_EPOCHS,
    RACE_FACTORIZATION,
    RACE_LASSO,
    RACE_LOGISTIC,
    RACE_LOSSES_8,
    RACE_LOSSES_32,
    RACE_LOSSES_64,
    RACE_LOSSES_1024,
    RACE_ORDERS_1,
    RACE_ORDERS_8,
    RACE_ORDERS_32,
    RACE_ORDERS_64,
    RACE_ORDERS_256,
    RACE_ORDERS_1024,
    RACE_ORDERS_4096,
    RACE_RATES_TALL,
    RACE_RATES_WIDE,
    RACE_REDUCTION,
    RACE_SAME_BITS_TALL,
    RACE_SAME_BITS_WIDE,
    RACE_SPARSE,
    RACE_SPARSE_SGD,
    RACE_STEP_THREADS,
    RACE_STREAM,
    RACES
} race_id;

/* One way: an optimizer (for lgd_optimizer_parse), a batch size (0: full) and an estimator of the gradient. */
typedef struct runner {
    const char *name, *optimizer;
    size_t batch;
    lgd_estimator estimator;
    const struct race *race;
    verdict verdict;
    double error; /* of what was checked, as the race says */
    char why[256];
    lgd_optimizer *opt;
    double *w, *sample; /* [cols], [rounds] seconds */
    size_t repeats;
    uint64_t steps; /* of what is timed, and its rows evaluated over rows there are */
    double passes;
    double bytes, flops; /* of it, by the report of its run; NAN where the race has none */
    quartiles seconds;
    interval ratio; /* time of this one / time of the first, NAN for the first */
} runner;

/* A model without intercept on made data, X [rows x cols] by rows: linear least squares, unless the race makes A and f itself. */
typedef struct race {
    const char *name, *where;         /* for --only: name@where, name/runner@where; NULL: it did not run */
    const char *title, *timed, *must; /* what it is, what is timed of it, what a check asks */
    double tolerance;                 /* the largest error that is none */
    size_t rows, cols, rounds, runners, quick_rows; /* quick_rows: with --quick */
    runner runner[MAX_RUNNERS];
    uint64_t seed;
    double *X, *y;
    lgd_matrix *A;
    lgd_objective *f;
    lgd_matrix *copy; /* the same on rows of its own, where a runner takes them */
    lgd_objective *copy_f;
    lgd_penalty *penalty; /* of the lasso and its strength; lowest: the value at the minimum, where the race has one */
    double strength, lowest;
    double *expected;    /* weights, where the race has them */
    const char *counted; /* what rows are, where it is said how many go through in a second */
    char remark[512];    /* what else there is to say of it */
    char note[256];      /* why there is nothing here */
} race;

struct settings;

/* What there is: its names, and of its runners. */
void race_describe(race *r, race_id id);

/* Does --only choose the race, or any of its runners? */
bool race_choose(const struct settings *s, const race *r);

/* False after a sentence on stderr. */
bool race_run(race *r, race_id id, const struct settings *s);
void race_free(race *r);

/* ---- each race (csv.c, epochs.c, factorization.c, lasso.c, logistic.c, losses.c, orders.c, rates.c, reduction.c,
 * sparse.c, stream.c, threads.c) */

/* Fills in what it is, makes its data, checks a runner, and does once or so many times what is timed; see `timed`. */
typedef struct race_ops {
    void (*describe)(race *r);
    bool (*make)(race *r);
    void (*check)(race *r, runner *k);
    double (*run)(void *k, size_t repeats);
} race_ops;
extern const race_ops race_of_callers, race_of_callers_full, race_of_same_bits_tall, race_of_same_bits_wide,
    race_of_step_threads;
extern const race_ops race_of_epochs, race_of_factorization, race_of_lasso, race_of_logistic, race_of_losses_8,
    race_of_losses_32, race_of_losses_64, race_of_losses_1024, race_of_rates_tall, race_of_rates_wide,
    race_of_reduction, race_of_sparse, race_of_stream;

extern const race_ops race_of_sparse_sgd;
extern const race_ops race_of_csv, race_of_csv_digits;
extern const race_ops race_of_adam_8, race_of_adam_32, race_of_orders_1, race_of_orders_8, race_of_orders_32,
    race_of_orders_64, race_of_orders_256, race_of_orders_1024, race_of_orders_4096;

/* Bytes and flops of what is timed, `share` of what the report says. */
void race_costs(runner *k, const lgd_report *report, double share);

/* Of races over sparse rows: four points of all columns, of which the last three are free once data are made, where rows begin in X, and
 * the columns of what is there. */
double *sparse_point(const race *r, size_t i);
size_t *sparse_start(const race *r);
int32_t *sparse_column(const race *r);

/* y = X w + noise, for a w with zeros. */
void race_targets(race *r);

#endif
