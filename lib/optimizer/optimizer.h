/* Inside of an optimizer, and what lgd_minimize needs of it beyond the public face. */
#ifndef LGD_OPTIMIZER_INSIDE_H
#define LGD_OPTIMIZER_INSIDE_H
#include "base/base.h"
#include "lgd/optimizer.h"
#include "lgd/optimizers.h"

/* A run of coordinates that share a decay. */
typedef struct lgd_slice {
    size_t first, count;
    double decay; /* NaN: the optimizer's own; 0: unpenalised */
} lgd_slice;

enum { LGD_MAX_SLICES = 3 }; /* before, within and after the unpenalised range */

struct lgd_optimizer {
    lgd_optimizer_ops ops;
    void *options;         /* presets filled in; ops.options_size bytes */
    size_t dim;            /* 0 until the first step */
    uint64_t t;            /* steps taken */
    size_t vectors, state_size;
    double **vec;          /* [vectors] arrays of dim, inside block */
    unsigned char *state;  /* LGD_MAX_SLICES * state_size bytes, inside block */
    void *block;
    lgd_slice slice[LGD_MAX_SLICES];
    size_t slices;
    /* What tolerances and divergence refer to; part of the saved state, so that a continued run judges as one would that
     * was not interrupted. */
    double largest_g;      /* largest |g|_2 judged since reset */
    double f_scale;        /* largest |f| among the first ten values */
    double f_best;         /* lowest f (sign of minimisation) */
    uint64_t f_seen;       /* how many values f_scale has seen, at most 10 */
};

/* Makes opt ready for dim coordinates of which [first, first + count) are unpenalised; allocates all state at the first
 * call. LGD_EINVAL if it was used with another dim. */
lgd_status lgd_optimizer_prepare(lgd_optimizer *opt, size_t dim, size_t first, size_t count);

/* One step of a prepared optimizer. `s` brings w, g (of length dim, finite), f, lr_factor, momentum, key, oracle and
 * oracle_ctx; fresh and stop come back in it. t advances when the step succeeded. */
lgd_status lgd_optimizer_advance(lgd_optimizer *opt, lgd_step *s);

/* The point to report for the last point w: ops.result, or a copy. out may not be w. */
void lgd_optimizer_result(const lgd_optimizer *opt, double *w, double *out);

/* The value of the option `name` as a double, or `otherwise` if the method has no such option. */
double lgd_optimizer_value(const lgd_optimizer *opt, const char *name, double otherwise);

#endif
