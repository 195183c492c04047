/* A generalised linear model with one output and one target, over a matrix that has its products with a vector in one sweep: scores
 * become slopes, and slopes the gradient, while their rows are in the first-level cache. */
#include "glm.h"
#include "base/phases.h"
#include "matrix/rows.h"

/* A sweep over rows, the first of which is the `done`-th of all. */
typedef struct sweep {
    const lgd_glm_wanted *to;
    const lgd_rows *rows;
    size_t done, known; /* known: numbers of the index that can be read, from the first of the set on */
    double b, *gb;
    lgd_watch watch;
} sweep;

static size_t row_of(const lgd_rows *rows, size_t position)
{
    return rows->index ? rows->index[rows->first + position] : rows->first + position;
}

/* Targets and weights of scattered rows are scattered too: those of the next panel are asked for. Where rows are visited by eighths of
 * a block, each eighth goes on by an eighth of the panel. */
static void ask(const lgd_glm *m, const lgd_rows *rows, size_t known, size_t position)
{
    if (!rows->index || position >= known)
        return;
    const size_t row = row_of(rows, position);
    lgd_prefetch(m->y + row);
    if (m->o.weights)
        lgd_prefetch(m->o.weights + row);
}

static size_t known_of(const lgd_rows *rows)
{
    return rows->count + (rows->index ? lgd_rows_ahead(rows) : 0);
}

static lgd_status slopes_of(const sweep *s, size_t count, const size_t *position, double *Z)
{
    const lgd_glm *m = s->to->m;
    const lgd_loss_ops *ops = &m->loss->ops;
    double y[LGD_ROWS_MOST], weight[LGD_ROWS_MOST], U[LGD_ROWS_MOST];
    if (count > LGD_ROWS_MOST)
        return lgd_fail(LGD_EINVAL, "%s: rows that fused asks slopes for are %zu, at most %d are accepted",
                        m->X->ops.name, count, LGD_ROWS_MOST);
    const size_t on = count >= 8 && position[1] > position[0] + 1 ? count / 8 : count;
    for (size_t i = 0; i < count; i++) {
        const size_t row = row_of(s->rows, position[i]);
        ask(m, s->rows, s->known, position[i] + on);
        y[i] = m->y[row];
        if (m->o.weights)
            weight[i] = m->o.weights[row];
        if (s->to->U)
            U[i] = s->to->U[s->done + position[i]];
        if (m->o.intercept || m->o.offset)
            Z[i] += s->b + (m->o.offset ? m->o.offset[row] : 0);
    }
    if (s->to->U) {
        *s->to->f += ops->fenchel(m->loss->ctx, count, 1, Z, 1, y, m->o.weights ? weight : NULL, U, 1);
        return LGD_OK;
    }
    *s->to->f += ops->eval(m->loss->ctx, count, 1, Z, 1, y, m->o.weights ? weight : NULL);
    for (size_t i = 0; s->to->R && i < count; i++) {
        double *before = s->to->R + s->done + position[i];
        const double slope = Z[i];
        Z[i] -= *before;
        *before = slope;
    }
    for (size_t i = 0; s->gb && i < count; i++)
        *s->gb += Z[i];
    return LGD_OK;
}

static lgd_status slopes(void *ctx, size_t count, const size_t *position, double *Z)
{
    sweep *s = ctx;
    const double begun = lgd_watch_loss_begin(&s->watch);
    const lgd_status status = slopes_of(s, count, position, Z);
    lgd_watch_loss_end(&s->watch, begun);
    return status;
}

static lgd_status sweep_rows(const lgd_glm_wanted *to, const lgd_rows *rows, size_t done)
{
    const lgd_glm *m = to->m;
    double *g = to->U ? NULL : to->g;
    sweep s = {.to = to, .rows = rows, .done = done, .known = known_of(rows), .watch = lgd_watch_begin()};
    if (m->o.intercept) {
        s.b = to->w[m->X->cols];
        s.gb = g ? g + m->X->cols : NULL;
    }
    const lgd_status status = lgd_matrix_call_fused(m->X, rows, to->w, slopes, &s, g);
    lgd_watch_end(&s.watch);
    return status;
}

static lgd_status sweep_panel(void *ctx, const lgd_rows *rows, const lgd_panel *p, size_t done)
{
    (void)p;
    return sweep_rows(ctx, rows, done);
}

lgd_status lgd_glm_sweep(const lgd_rows *rows, lgd_glm_wanted *to)
{
    return to->m->kept ? lgd_glm_walk_targets(to->m, rows, sweep_panel, to) : sweep_rows(to, rows, 0);
}

/* ---- steps of plain descent, a row at a time */

typedef struct descent {
    const lgd_glm *m;
    const lgd_rows *rows;
    size_t known; /* as in a sweep */
    double lr, by, *w, *f;
    double smooth; /* where the storage leaves the smooth part; below 0 it does not */
} descent;

/* The slope at w; the intercept, which is no column, makes its step here. */
static lgd_status slope_of(void *ctx, size_t count, const size_t *position, double *Z)
{
    enum { AHEAD = 4 };
    const descent *d = ctx;
    const lgd_glm *m = d->m;
    if (count != 1)
        return lgd_fail(LGD_EINVAL, "%s: rows that descend asks slopes for are %zu, 1 is accepted", m->X->ops.name,
                        count);
    const size_t row = row_of(d->rows, *position);
    double *b = m->o.intercept ? d->w + m->X->cols : NULL;
    ask(m, d->rows, d->known, *position + AHEAD);
    if (b || m->o.offset)
        *Z += (b ? *b : 0) + (m->o.offset ? m->o.offset[row] : 0);
    double value = m->loss->ops.eval(m->loss->ctx, 1, 1, Z, 1, m->y + row, m->o.weights ? m->o.weights + row : NULL);
    value /= d->by;
    if (m->o.l2 > 0)
        value += d->smooth < 0 ? 0.5 * m->o.l2 * lgd_dot(m->X->cols, d->w, d->w) : d->smooth;
    *d->f += value;
    if (b)
        *b -= d->lr * (*Z / d->by);
    return LGD_OK;
}

static lgd_status descend_rows(descent *d, const lgd_rows *rows)
{
    const lgd_matrix *X = d->m->X;
    const lgd_row_step step = {.lr = d->lr, .by = d->by, .l2 = d->m->o.l2, .smooth = &d->smooth};
    const unsigned errors = lgd_error_count();
    d->rows = rows;
    d->known = known_of(rows);
    d->smooth = -1;
    const int code = (int)X->ops.descend(X->ctx, rows, &step, slope_of, d, d->w);
    return code ? lgd_failed_in(X->ops.name, "descend", code, errors) : LGD_OK;
}

/* From terms to rows, all at once: a storage that takes the smooth part of many steps together looks at all of w before and after. */
static lgd_status descend_kept(descent *d, const lgd_rows *terms)
{
    const lgd_glm *m = d->m;
    size_t *row = lgd_pool_take(m->pool, lgd_mul(terms->count, sizeof *row));
    if (!row)
        return LGD_ENOMEM;
    for (size_t i = 0; i < terms->count; i++)
        row[i] = lgd_glm_row(m, row_of(terms, i));
    const lgd_status status = descend_rows(d, &(lgd_rows){0, terms->count, row});
    lgd_pool_give(m->pool, row);
    return status;
}

lgd_status lgd_glm_descend(void *ctx, const lgd_rows *rows, double lr, double mean_weight, double *w, double *f)
{
    const lgd_glm *m = ctx;
    descent d = {.m = m, .lr = lr, .by = mean_weight, .w = w, .f = f};
    return m->kept ? descend_kept(&d, rows) : descend_rows(&d, rows);
}
