/* SAGA: the optimizer remembers of each row the slopes r_i at which it was last seen, and the mean gradient of them all. With
 * s_i the slopes at w, m rows of mean weight omega, and the smooth part s:
 *     g    = 1/(B omega) sum over the batch A_i^T (s_i - r_i) + mean + grad s(w),     mean = 1/(m omega) sum A_i^T r_i
 *     then r_i = s_i, mean += 1/(m omega) sum over the batch A_i^T (s_i - r_i)
 * Whatever r is, as long as mean is that of it, the mean of g over all batches is the gradient of F. A row not seen has r_i = 0,
 * with which both begin. Drawn with replacement a row may be in a batch twice: g takes it as often as it was drawn, the
 * memory once. Values here have the sign of the user's function. Defazio, Bach and Lacoste-Julien (2014). */
#include "run.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { CHECKED_AT_ONCE = 256 }; /* rows, where batches are smaller */

static size_t term(const lgd_rows *rows, size_t i)
{
    return rows->index ? rows->index[rows->first + i] : rows->first + i;
}

static lgd_status prepare(lgd_run *run)
{
    lgd_estimate *e = &run->estimate;
    const bool replacement = run->o.order == LGD_REPLACEMENT;
    const size_t each = run->f->slopes, batch = run->o.batch_size;
    e->room = batch > CHECKED_AT_ONCE ? batch : CHECKED_AT_ONCE;
    lgd_status status = lgd_estimate_allocate(run, lgd_mul(lgd_mul(e->room, each), replacement ? 2 : 1));
    if (!status && replacement) {
        e->places = lgd_alloc("minimize", lgd_add(run->terms, batch), sizeof *e->places);
        status = e->places ? LGD_OK : LGD_ENOMEM;
    }
    return status ? status : lgd_optimizer_remember(run->opt, run->terms, each);
}

static void recall(const lgd_seen *seen, const lgd_rows *rows, double *slopes)
{
    const size_t each = seen->each;
    for (size_t i = 0; i < rows->count; i++)
        for (size_t c = 0; c < each; c++)
            slopes[i * each + c] = seen->slope[term(rows, i) * each + c];
}

static void keep(lgd_seen *seen, const lgd_rows *rows, const double *slopes)
{
    const size_t each = seen->each;
    for (size_t i = 0; i < rows->count; i++)
        for (size_t c = 0; c < each; c++)
            seen->slope[term(rows, i) * each + c] = slopes[i * each + c];
}

/* *f and g are sums over the rows at w, without the smooth part; with slopes as `difference` of the objective. */
static lgd_status sum(lgd_run *run, const lgd_rows *rows, double *f, double *g, double *slopes)
{
    run->evaluations++;
    run->rows_seen += (double)rows->count;
    const double begun = lgd_profile_evaluation(run, (double)rows->count);
    const lgd_status status = lgd_objective_sum(run->f, rows, run->threads, run->w, f, g, slopes);
    lgd_profile_evaluated(run, (double)rows->count, begun);
    return status;
}

/* Is the mean that of the slopes, with the data of this objective? A^T r = A^T s - A^T (s - r) for the slopes s at w. Each
 * visit may have moved the mean by a rounding of what it was, and so may each row of the sum here. */
static lgd_status looks_right(lgd_run *run, bool *right)
{
    const lgd_seen *seen = &run->opt->seen;
    lgd_estimate *e = &run->estimate;
    const double all = (double)run->terms * run->f->mean_weight;
    double f, *g = run->g, *rest = e->vec[0], *total = run->w_old, size = 0;
    memset(total, 0, run->dim * sizeof *total);
    for (size_t first = 0; first < run->terms; first += e->room) {
        const lgd_rows rows = {first, run->terms - first < e->room ? run->terms - first : e->room, NULL};
        double largest = 0;
        recall(seen, &rows, e->slopes);
        lgd_status status = sum(run, &rows, &f, g, NULL);
        if (!status)
            status = sum(run, &rows, &f, rest, e->slopes);
        if (status)
            return status;
        for (size_t j = 0; j < run->dim; j++) {
            total[j] += g[j] - rest[j];
            largest = fmax(largest, fabs(g[j]) + fabs(rest[j]));
        }
        size += largest / all;
    }
    const double rounding = DBL_EPSILON * ((double)seen->visits + (double)run->terms) * (seen->largest + size);
    *right = isfinite(rounding);
    for (size_t j = 0; j < run->dim; j++)
        *right = *right && fabs(total[j] / all - seen->mean[j]) <= rounding;
    return LGD_OK;
}

/* A memory of other data would be wrong for ever: it is begun anew. */
static lgd_status begin(lgd_run *run)
{
    lgd_seen *seen = &run->opt->seen;
    bool right = true;
    const lgd_status status = seen->visits ? looks_right(run, &right) : LGD_OK;
    if (right)
        return status;
    memset(seen->mean, 0, run->dim * sizeof *seen->mean);
    memset(seen->slope, 0, seen->terms * seen->each * sizeof *seen->slope);
    seen->visits = 0;
    seen->largest = 0;
    return LGD_OK;
}

/* What the rows that are in the batch before come to add to the sum, into vec[0]; *any: there are some. */
static lgd_status sum_again(lgd_run *run, const lgd_rows *rows, bool *any)
{
    const lgd_estimate *e = &run->estimate;
    size_t *last = e->places, *again = e->places + run->terms;
    lgd_rows twice = {0, 0, again};
    double f, *slopes = e->slopes + e->room * run->f->slopes;
    for (size_t i = 0; i < rows->count; i++)
        last[term(rows, i)] = i;
    for (size_t i = 0; i < rows->count; i++)
        if (last[term(rows, i)] != i)
            again[twice.count++] = term(rows, i);
    *any = twice.count > 0;
    if (!*any)
        return LGD_OK;
    recall(&run->opt->seen, &twice, slopes);
    return sum(run, &twice, &f, e->vec[0], slopes);
}

static lgd_status gradient(lgd_run *run, const lgd_rows *rows, size_t divide_by, double *f)
{
    lgd_seen *seen = &run->opt->seen;
    const size_t dim = run->dim;
    const double batch = (double)divide_by * run->f->mean_weight, all = (double)run->terms * run->f->mean_weight;
    double *g = run->g, *slopes = run->estimate.slopes, *mean = seen->mean, *again = run->estimate.vec[0];
    bool any = false;
    recall(seen, rows, slopes);
    lgd_status status = sum(run, rows, f, g, slopes);
    if (!status && run->estimate.places)
        status = sum_again(run, rows, &any);
    if (status)
        return status;
    /* What is no number is not for the memory; it ends the run. */
    const size_t numbers = rows->count * seen->each;
    const bool sound =
        isfinite(*f) && lgd_first_not_finite(dim, g) == dim && lgd_first_not_finite(numbers, slopes) == numbers;
    if (sound) {
        keep(seen, rows, slopes);
        seen->visits += rows->count;
    }
    *f /= batch;
    for (size_t j = 0; j < dim; j++) {
        const double moved = sound ? (any ? g[j] - again[j] : g[j]) / all : 0;
        g[j] = g[j] / batch + mean[j];
        mean[j] += moved;
        seen->largest = fmax(seen->largest, fabs(mean[j]));
    }
    status = lgd_objective_smooth(run->f, run->w, f, g);
    lgd_run_orient(run, f, g);
    return status;
}

const lgd_estimator_ops lgd_saga_estimator = {
    .name = "saga", .vectors = 1, .lr = 1.0 / 3, .prepare = prepare, .begin = begin, .gradient = gradient};
