/* A run over all rows that begins on a sample of them (start_rows). The minimum over a sample is away from that over all rows by what
 * the rows that are not in it would change; to come closer to it than that is lost work. The gradients g_S over S of m rows and g over
 * all differ, with sigma^2 the variance of the gradient of one row summed over coordinates, by
 *
 *     E |g_S - g|^2 = sigma^2/S (m - S)/(m - 1),
 *
 * and where |g_S|^2 is below a quarter of that the sample grows. It is the prefix of one permutation, so that each holds the one
 * before it, in storage order. sigma^2 is estimated as in noise.c, from the mean gradients g_p of P parts of q rows, at the point in
 * question: sigma^2 = q (m - 1)/m sum |g_p - mean|^2/(P - 1). These rows are the next ones of the permutation, as many as are in the
 * sample: a model that fits the sample's rows too well, as where they can be separated, would find no noise in those. That is one
 * evaluation of the sample more for each step on it, and no memory: what a run does next follows from w and the size of the sample,
 * which the optimizer saves. */
#include "run.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GROWTH = 4, PARTS = 32 };
static const double SHARE = 0.5; /* of the noise */

static int ascending(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

lgd_status lgd_sample_check(const lgd_run *run)
{
    const size_t rows = run->o.start_rows;
    const lgd_status status = lgd_check_size("minimize", "start_rows", rows, true);
    if (status || !rows)
        return status;
    if (run->o.batch_size)
        return lgd_fail(LGD_EINVAL, "minimize: start_rows is %zu with batches, it is accepted in full batch", rows);
    if (run->terms == 1)
        return lgd_fail(LGD_EINVAL, "minimize: start_rows is %zu, 0 is accepted by the %s: it has one term", rows,
                        run->f->ops.name);
    if (rows > run->terms)
        return lgd_fail(
            LGD_EINVAL,
            "minimize: start_rows is %zu, at most the %zu rows there are is accepted (0: all from the start)", rows,
            run->terms);
    return LGD_OK;
}

static void end_part(lgd_run *run)
{
    lgd_sample *s = &run->sample;
    if (!s->all)
        return;
    lgd_objective_free(run->f);
    run->f = s->all;
    run->terms = s->terms;
    s->all = NULL;
    lgd_release(run->lending.Z); /* as long as the sample */
    lgd_release(run->lending.curves);
    run->lending.Z = run->lending.T = run->lending.curves = NULL;
    run->lending.curves_known = false;
    run->all_is_current = false;
    run->f_all = run->f_before = run->g_all = NAN;
}

/* From here on the run is over `rows` rows, or where that is half of them or more, over all. */
static lgd_status begin_part(lgd_run *run, size_t rows)
{
    lgd_sample *s = &run->sample;
    end_part(run);
    run->opt->judged.batch_size = rows;
    if (rows >= run->terms - rows)
        return LGD_OK;
    memcpy(s->rows, s->order, rows * sizeof *s->rows);
    qsort(s->rows, rows, sizeof *s->rows, ascending);
    lgd_objective *part;
    const lgd_status status = lgd_objective_subset(&part, run->f, &(lgd_rows){0, rows, s->rows});
    if (status)
        return status;
    s->all = run->f;
    s->terms = run->terms;
    run->f = part;
    run->terms = rows;
    return lgd_objective_reserve(part, rows);
}

lgd_status lgd_sample_begin(lgd_run *run)
{
    lgd_sample *s = &run->sample;
    size_t rows = run->o.start_rows;
    if (!rows)
        return LGD_OK;
    if (run->opt->t && run->opt->judged.batch_size > rows)
        rows = run->opt->judged.batch_size < run->terms ? (size_t)run->opt->judged.batch_size : run->terms;
    const size_t stride = lgd_padded(run->dim);
    s->order = lgd_alloc("minimize", lgd_mul(run->terms, 2), sizeof *s->order);
    s->mean = s->order ? lgd_alloc("minimize", lgd_mul(stride, 2), sizeof *s->mean) : NULL;
    if (!s->mean)
        return LGD_ENOMEM;
    s->rows = s->order + run->terms;
    s->part = s->mean + stride;
    lgd_permutation(run->o.seed, 0, run->terms, s->order);
    return begin_part(run, rows);
}

void lgd_sample_end(lgd_run *run)
{
    end_part(run);
    lgd_release(run->sample.order);
    lgd_release(run->sample.mean);
    run->sample = (lgd_sample){0};
}

/* E |g_S - g|^2 at w. One row tells nothing of it: it may be anything. */
static lgd_status noise(lgd_run *run, double *square)
{
    lgd_sample *s = &run->sample;
    const size_t rows = run->terms, each = rows < PARTS ? 1 : rows / PARTS, parts = rows < PARTS ? rows : PARTS;
    double spread = 0, f = 0;
    memset(s->mean, 0, run->dim * sizeof *s->mean);
    for (size_t p = 0; p < parts; p++) {
        const lgd_rows part = {rows + p * each, each, s->order};
        const lgd_status status = lgd_objective_mean(s->all, &part, each, run->threads, run->w, &f, s->part);
        if (status)
            return status;
        run->evaluations++;
        run->rows_seen += (double)each;
        lgd_run_orient(run, &f, s->part);
        for (size_t j = 0; j < run->dim; j++) {
            const double off = s->part[j] - s->mean[j];
            s->mean[j] += off / (double)(p + 1);
            spread += off * (s->part[j] - s->mean[j]);
        }
    }
    const double m = (double)s->terms;
    *square =
        parts > 1 ? (double)each / (double)rows * (m - (double)rows) / m * spread / (double)(parts - 1) : INFINITY;
    return LGD_OK;
}

lgd_status lgd_sample_grow(lgd_run *run)
{
    const size_t rows = run->terms, all = run->sample.terms;
    return begin_part(run, rows > all / GROWTH ? all : GROWTH * rows);
}

lgd_status lgd_sample_judge(lgd_run *run, bool *lost)
{
    double square;
    run->opt->judged.largest_g = fmax(run->opt->judged.largest_g, run->g_all);
    const lgd_status status = noise(run, &square);
    *lost = !status && run->g_all * run->g_all <= SHARE * SHARE * square;
    return status;
}

bool lgd_sample_is_done(lgd_run *run)
{
    const lgd_stop stop = run->stop;
    if (!run->sample.all || !(stop == LGD_STOP_ROUNDING || stop == LGD_STOP_SEARCH || stop == LGD_STOP_UNBOUNDED ||
                              stop == LGD_STOP_STEP_TOL))
        return false;
    run->stop = LGD_STOP_NONE;
    return true;
}
