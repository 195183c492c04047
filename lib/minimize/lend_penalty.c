/* A penalty as numbers for each coordinate, for methods that take it so. */
#include "run.h"
#include <math.h>
#include <string.h>

/* What the penalty says of its own coordinates, one after the other, for all of w: it moves up behind the spared range, where
 * `spared` holds. */
static void spread(const lgd_run *run, double spared, double *each)
{
    const lgd_penalised *p = &run->opt->penalised;
    const size_t before = p->spare_first < p->n ? p->spare_first : p->n;
    memmove(each + before + p->spare_count, each + before, (p->n - before) * sizeof *each);
    for (size_t j = 0; j < p->spare_count; j++)
        each[before + j] = spared;
}

/* The strengths of an L1 norm for all of w: 0 for what the objective leaves unpenalised, and for what is frozen. */
static lgd_status lend_l1(lgd_run *run)
{
    const lgd_penalised *p = &run->opt->penalised;
    double *l1 = run->lending.each = lgd_alloc("minimize", run->dim, sizeof *l1);
    if (!l1)
        return LGD_ENOMEM;
    if (p->n)
        p->penalty->ops.l1(p->penalty->ctx, p->n, l1);
    spread(run, 0, l1);
    for (size_t j = 0; j < run->dim; j++)
        if (lgd_run_is_frozen(run, j))
            l1[j] = 0;
    run->lending.oracle.l1 = l1;
    return LGD_OK;
}

/* The bounds of a box for all of w: none for what the objective leaves unpenalised, and w itself for what is frozen. */
static lgd_status lend_box(lgd_run *run)
{
    const lgd_penalised *p = &run->opt->penalised;
    const size_t stride = lgd_padded(run->dim);
    double *side[2];
    run->lending.each = lgd_alloc("minimize", lgd_mul(stride, 2), sizeof(double));
    if (!run->lending.each)
        return LGD_ENOMEM;
    side[0] = run->lending.each;
    side[1] = side[0] + stride;
    if (p->n)
        p->penalty->ops.bounds(p->penalty->ctx, p->n, side[0], side[1]);
    for (size_t i = 0; i < 2; i++) {
        spread(run, i ? INFINITY : -INFINITY, side[i]);
        for (size_t j = 0; j < run->dim; j++)
            if (lgd_run_is_frozen(run, j))
                side[i][j] = run->w[j];
    }
    run->lending.oracle.lower = side[0];
    run->lending.oracle.upper = side[1];
    return LGD_OK;
}

/* All that coordinates are penalised by: nothing for what the objective leaves unpenalised, and w itself for what is frozen. */
static lgd_status lend_coordinates(lgd_run *run)
{
    enum { L1, L2, LOWER, UPPER, PARTS };
    const lgd_penalised *p = &run->opt->penalised;
    const size_t stride = lgd_padded(run->dim);
    double *part[PARTS];
    run->lending.each = lgd_alloc("minimize", lgd_mul(stride, PARTS), sizeof(double));
    if (!run->lending.each)
        return LGD_ENOMEM;
    for (size_t i = 0; i < PARTS; i++)
        part[i] = run->lending.each + i * stride;
    if (p->n)
        lgd_penalty_coordinates(p->penalty, p->n, part[L1], part[L2], part[LOWER], part[UPPER]);
    for (size_t i = 0; i < PARTS; i++) {
        spread(run, i == LOWER ? -INFINITY : i == UPPER ? INFINITY : 0, part[i]);
        for (size_t j = 0; j < run->dim; j++)
            if (lgd_run_is_frozen(run, j))
                part[i][j] = i == LOWER || i == UPPER ? run->w[j] : 0;
    }
    run->lending.oracle.l1 = part[L1];
    run->lending.oracle.l2 = part[L2];
    run->lending.oracle.lower = part[LOWER];
    run->lending.oracle.upper = part[UPPER];
    return LGD_OK;
}

lgd_status lgd_lend_penalty(lgd_run *run)
{
    const lgd_penalty *h = run->opt->penalty;
    const unsigned flags = run->opt->ops.flags;
    if (h && flags & LGD_TAKES_COORDINATES)
        return lend_coordinates(run);
    if (h && h->ops.bounds && flags & LGD_TAKES_BOX)
        return lend_box(run);
    if (h && h->ops.l1 && flags & LGD_TAKES_L1)
        return lend_l1(run);
    return LGD_OK;
}
