/* What stands for the gradient of all rows in a step on a batch: a table of ways (lgd_estimator). */
#ifndef LGD_ESTIMATOR_H
#define LGD_ESTIMATOR_H
#include <stdbool.h>
#include "lgd/minimize.h"

typedef struct lgd_run lgd_run;

/* One way.
 *   name           as users know it
 *   all_at_epoch   all rows are evaluated before each epoch: the run goes as with check_every = 1
 *   vectors        of dim that it works with, run->estimate.vec
 *   lr             times 1/L(B), L(B) the expected smoothness of a batch (rate.c): a rate that holds
 *   prepare        optional: finds memory beyond the vectors; before the first step
 *   begin          optional: once before the first epoch
 *   begin_epoch    optional: before the first step of an epoch from w, of which w_epoch is a copy; with all_at_epoch run->g is
 *                  the gradient over all rows there
 *   gradient       the estimate at w from a batch, into run->g, and the value *f of the batch, both without the penalty: what
 *                  lgd_run_eval gives for the batch alone. Not called where a batch holds all rows */
typedef struct lgd_estimator_ops {
    const char *name;
    bool all_at_epoch;
    size_t vectors;
    double lr;
    lgd_status (*prepare)(lgd_run *run);
    lgd_status (*begin)(lgd_run *run);
    lgd_status (*begin_epoch)(lgd_run *run);
    lgd_status (*gradient)(lgd_run *run, const lgd_rows *rows, size_t divide_by, double *f);
} lgd_estimator_ops;

extern const lgd_estimator_ops lgd_svrg_estimator, lgd_saga_estimator, lgd_sarah_estimator;

/* What an estimator works with in a run. */
typedef struct lgd_estimate {
    const lgd_estimator_ops *ops;
    double *block, *vec[3]; /* vec: [dim] each; saga has its numbers behind them */
    size_t *places;
    double *slopes; /* [room x slopes] saga: those of a batch; and with replacement again of what came twice */
    size_t room;
    bool begun; /* sarah: the epoch has had a step */
} lgd_estimate;

/* The way of an option; NULL if there is none of that number. */
const lgd_estimator_ops *lgd_estimator_of(lgd_estimator estimator);

/* LGD_EINVAL for an option that is none, LGD_EUNSUPPORTED if the objective has not what it needs. */
lgd_status lgd_estimator_check(const lgd_run *run);

/* Chooses the way, the mean itself where a batch holds all rows, and finds all memory, once the optimizer is prepared; and frees
 * what is the run's. */
lgd_status lgd_estimate_create(lgd_run *run);
void lgd_estimate_free(lgd_run *run);

/* Room for so many doubles behind the vectors is at run->estimate.slopes. */
lgd_status lgd_estimate_allocate(lgd_run *run, size_t doubles);

#endif
