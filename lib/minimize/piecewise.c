/* Piecewise linear losses to their exact minimum, by rounds: the loss is smoothed about the multipliers of the round before
 * (lib/loss/smoothed.c), Newton's method finds the minimum, the slopes there are the new multipliers. Smoothing about multipliers is what
 * makes the widths harmless: the smooth minimum is the exact one as soon as multipliers are, at any width, so that it need not become so
 * small that scores lose their digits beside it, as it would have to about 0.
 *
 *     R      [terms x k] slopes at the smooth minimum, weights in them: the multipliers
 *     g      the gradient of the smooth problem there, which is l2 w - v for v = -A^T R/(m omega)
 *     gap  = 1/(m omega) sum_i [F_i + F_i* - R_i A_i w] + |g|^2/(2 l2), the last where w is penalised */
#include "piecewise.h"
#include "lgd/newton.h"
#include <float.h>
#include <math.h>

/* A width to the one before; the last one to the first, where l2 is so small that it is lost beside the curvature of a narrower loss
 * (STIFFEST of it, at a width of 1), and where it is not. */
static const double NARROWER = 0.1, NARROW = 1e-7, NARROWEST = 1e-10, STIFFEST = 1e-11;

/* Of shares of f at which Newton's method ends, one to the one before; below this there is no further one. */
static const double TIGHTER = 1e-3, LAST_SHARE = 1e-17;

/* Of the size of a sum, what no rounding is. */
static const double SURE = 1e-9;

/* Rounds at the last width in which the gap does not fall; steps of a round; of f, what is rounding in units of eps */
enum { IN_VAIN = 5, NEWTON_STEPS = 200, LAST_PLACES = 4 };

/* ---- making */

static lgd_status check(const lgd_objective *f, const double *w)
{
    if (!f || !w)
        return lgd_fail(LGD_EINVAL, "piecewise: %s is NULL, %s is accepted", f ? "w" : "f",
                        f ? "a point of dim numbers" : "an objective");
    const lgd_objective *whole = lgd_objective_whole(f);
    if (whole->ops.eval != lgd_glm_ops.eval)
        return lgd_fail(LGD_EUNSUPPORTED, "piecewise: f is a %s, one made by lgd_glm_create or a subset is accepted",
                        whole->ops.name);
    const lgd_glm *m = whole->ctx;
    if (!m->loss->ops.kinks || m->t != m->k)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "piecewise: loss is %s, one with ops.kinks, as hinge, epsilon_insensitive and quantile, is "
                        "accepted",
                        m->loss->ops.name);
    if (f->terms == 0)
        return lgd_fail(LGD_EINVAL, "piecewise: number of rows is 0, at least 1 is accepted");
    const size_t bad = lgd_first_not_finite(f->dim, w);
    if (bad < f->dim)
        return lgd_fail(LGD_EINVAL, "piecewise: w[%zu] is %g, a finite number is accepted", bad, w[bad]);
    return LGD_OK;
}

static lgd_status take_options(piecewise *p, const lgd_piecewise_options *options, size_t size)
{
    const lgd_status status = lgd_take_struct("piecewise options", &p->o, sizeof p->o, options, size);
    if (status)
        return status;
    if (p->o.gap_tol == 0)
        p->o.gap_tol = 1e-10;
    if (p->o.max_rounds == 0)
        p->o.max_rounds = 100;
    if (!(p->o.gap_tol > 0) || !isfinite(p->o.gap_tol))
        return lgd_fail(LGD_EINVAL, "piecewise: gap_tol is %g, a finite number > 0 is accepted", p->o.gap_tol);
    return LGD_OK;
}

static lgd_status allocate(piecewise *p)
{
    const lgd_glm *m = p->m;
    const size_t dim = lgd_padded(p->dim), scores = lgd_mul(p->terms, p->k);
    const size_t targets = lgd_mul(m->X->rows, lgd_mul(2, p->k)), matrix = lgd_mul(p->dim, dim);
    const size_t all = lgd_add(lgd_add(lgd_mul(7, dim), matrix), lgd_add(lgd_mul(4, scores), targets));
    p->ld = dim;
    p->w = lgd_alloc("piecewise", all, sizeof *p->w);
    if (!p->w)
        return LGD_ENOMEM;
    p->best_w = p->w + dim;
    p->g = p->best_w + dim;
    p->scale = p->g + dim;
    p->d = p->scale + dim;
    p->values = p->d + dim;
    p->root = p->values + dim;
    p->H = p->root + dim;
    p->R = p->H + matrix;
    p->best_R = p->R + scores;
    p->U = p->best_R + scores;
    p->T = p->U + scores;
    p->y = p->T + scores;
    for (size_t i = 0; i < m->X->rows; i++)
        memcpy(p->y + 2 * i * p->k, m->y + i * p->k, p->k * sizeof *p->y);
    if (lgd_objective_whole(p->f) != p->f) {
        p->index = lgd_alloc("piecewise", p->terms, sizeof *p->index);
        for (size_t i = 0; i < p->terms && p->index; i++)
            p->index[i] = lgd_objective_whole_term(p->f, i);
        if (!p->index)
            return LGD_ENOMEM;
    }
    return LGD_OK;
}

static lgd_status make(piecewise *p)
{
    const lgd_glm *m = p->m;
    const lgd_glm_options o = {
        .l2 = m->o.l2, .intercept = m->o.intercept, .outputs = m->k, .weights = m->o.weights, .offset = m->o.offset};
    lgd_status status = allocate(p);
    if (!status)
        status = lgd_loss_smoothed_create(&p->loss, m->loss);
    if (!status)
        status = lgd_glm_create(&p->model, m->X, p->y, p->loss, &o);
    if (!status)
        status = lgd_objective_subset(&p->smooth, p->model, &(lgd_rows){0, p->terms, p->index});
    if (!status)
        status = lgd_newton_create(&p->newton, &(lgd_newton_options){.search = LGD_MORE_THUENTE, .c2 = 0.1});
    return status;
}

static void unmake(piecewise *p)
{
    lgd_optimizer_free(p->newton);
    lgd_objective_free(p->smooth);
    lgd_objective_free(p->model);
    lgd_loss_free(p->loss);
    lgd_release(p->index);
    lgd_release(p->w);
}

/* ---- units */

typedef struct sizes {
    const lgd_glm *m;
    double *sum, *X;
} sizes;

/* sum_i omega_i |x_ij| over a panel, to the first output of each column. */
static lgd_status add_sizes(void *ctx, const lgd_rows *rows, const lgd_panel *panel, size_t done)
{
    const sizes *to = ctx;
    const size_t n = to->m->X->cols, k = to->m->k;
    double *X = panel->more + lgd_glm_rows_room(to->m);
    const lgd_status status = lgd_glm_rows(to->m, rows, panel, panel->more, X);
    (void)done;
    for (size_t i = 0; i < rows->count && !status; i++)
        for (size_t j = 0; j < n; j++)
            to->sum[j * k] += (panel->weight ? panel->weight[i] : 1) * fabs(X[i * n + j]);
    return status;
}

/* The steepest and the gentlest slope there are, and the scale of what is not penalised. */
static lgd_status measure(piecewise *p)
{
    const lgd_glm *m = p->m;
    const size_t n = m->X->cols;
    const double total = (double)p->terms * p->f->mean_weight;
    p->gentlest = INFINITY;
    for (size_t i = 0; i < p->terms; i++)
        for (size_t c = 0; c < p->k; c++) {
            const lgd_kinks b = lgd_loss_kinks(m->loss, m->y[lgd_piecewise_row(p, i) * p->k + c]);
            for (size_t j = 0; j <= b.count; j++) {
                p->steepest = fmax(p->steepest, fabs(b.slope[j]));
                if (b.slope[j] != 0)
                    p->gentlest = fmin(p->gentlest, fabs(b.slope[j]));
            }
        }
    for (size_t c = 0; c < p->k && m->o.intercept; c++)
        p->scale[n * p->k + c] = p->steepest;
    sizes to = {m, p->scale, NULL};
    const size_t more = lgd_add(lgd_glm_rows_room(m), lgd_mul(m->panel, n));
    const lgd_status status = lgd_glm_walk(m, &(lgd_rows){0, p->terms, p->index}, more, add_sizes, &to);
    for (size_t j = 0; j < n; j++) {
        const double size = p->scale[j * p->k] / total;
        p->columns = fmax(p->columns, size * size);
        for (size_t c = 0; c < p->k; c++)
            p->scale[j * p->k + c] = p->steepest * size;
    }
    return status;
}

/* A width in which scores, on the average, lie within the band of a kink. */
static lgd_status first_width(piecewise *p, double *width)
{
    const lgd_status status = lgd_objective_scores(p->smooth, p->threads, p->w, p->d, p->R, p->T);
    double sum = 0, largest = 0;
    for (size_t i = 0; i < p->terms && !status; i++)
        for (size_t c = 0; c < p->k; c++) {
            const lgd_kinks b = lgd_loss_kinks(p->m->loss, p->m->y[lgd_piecewise_row(p, i) * p->k + c]);
            const double z = p->R[i * p->k + c], last = b.kink[b.count - 1];
            sum += fmin(fabs(z - b.kink[0]), fabs(z - last));
            largest = fmax(largest, fmax(fabs(b.kink[0]), fabs(last)));
        }
    p->size = sum > 0 ? sum / (double)p->terms / (double)p->k : largest > 0 ? largest : 1;
    *width = p->steepest > 0 ? p->size / p->gentlest : p->size;
    const double stiff = p->m->o.l2 > 0 ? STIFFEST * p->columns / p->m->o.l2 : INFINITY;
    p->least = fmin(fmax(*width * NARROWEST, stiff), *width * NARROW);
    return status;
}

/* ---- rounds */

/* What is not penalised, and what is. On a w_j whose column is 0 in all rows nothing depends, and its g_j is rounding. */
static double of_gradient(const piecewise *p, double f)
{
    double free = 0, squares = 0;
    for (size_t j = 0; j < p->dim; j++) {
        const double g = fabs(p->g[j]);
        if (p->m->o.l2 > 0 && !lgd_is_spared(p->f, j))
            squares += g * g;
        else if (g > 0 && p->scale[j] > 0)
            free += g * (fabs(p->w[j]) + f / p->scale[j]);
    }
    return free + (squares > 0 ? squares / (2 * p->m->o.l2) : 0);
}

lgd_status lgd_piecewise_certify(piecewise *p, double width, lgd_piecewise_report *now)
{
    const lgd_rows all = {0, p->terms, NULL};
    double value, from_equality = 0;
    lgd_loss_smoothed_width(p->loss, width);
    memset(p->R, 0, p->terms * p->k * sizeof *p->R);
    lgd_status status = lgd_objective_sum(p->smooth, &all, p->threads, p->w, &value, p->g, p->R);
    if (status)
        return status;
    lgd_objective_divide(p->smooth, p->terms, &value, p->g);
    status = lgd_objective_smooth(p->smooth, p->w, &value, p->g);
    if (!status)
        status = lgd_objective_mean(p->f, &all, p->terms, p->threads, p->w, &now->f, NULL);
    lgd_loss_smoothed_width(p->loss, 0);
    if (!status)
        status = lgd_objective_fenchel(p->smooth, p->threads, p->w, p->R, &from_equality);
    p->left = of_gradient(p, fabs(now->f));
    now->gap = from_equality / ((double)p->terms * p->f->mean_weight) + p->left;
    return status;
}

/* R becomes what the loss is smoothed about. */
static void take_multipliers(piecewise *p)
{
    for (size_t i = 0; i < p->terms; i++)
        for (size_t c = 0; c < p->k; c++)
            p->y[2 * lgd_piecewise_row(p, i) * p->k + p->k + c] = p->R[i * p->k + c] / lgd_piecewise_weight(p, i);
}

static lgd_status solve_smooth(piecewise *p, double share)
{
    const lgd_minimize_options o = {
        .max_steps = NEWTON_STEPS, .grad_tol = LGD_ZERO, .f_tol = share, .threads = p->threads};
    lgd_report r;
    lgd_optimizer_reset(p->newton);
    const lgd_status status = lgd_minimize(p->smooth, p->newton, p->w, &o, &r);
    p->best.steps += r.steps;
    return status;
}

void lgd_piecewise_keep(piecewise *p, const lgd_piecewise_report *now)
{
    if (!(now->gap < p->best.gap))
        return;
    p->best.f = now->f;
    p->best.gap = now->gap;
    memcpy(p->best_w, p->w, p->dim * sizeof *p->w);
    memcpy(p->best_R, p->R, p->terms * p->k * sizeof *p->R);
}

/* Does f fall without bound down its gradient, where nothing is penalised? Far out only the outermost slopes count. */
static lgd_status look_down(piecewise *p)
{
    double sum = 0, size = 0;
    for (size_t j = 0; j < p->dim; j++)
        p->d[j] = p->m->o.l2 > 0 && !lgd_is_spared(p->f, j) ? 0 : -p->g[j];
    const lgd_status status = lgd_objective_scores(p->smooth, p->threads, p->w, p->d, p->U, p->T);
    for (size_t i = 0; i < p->terms && !status; i++)
        for (size_t c = 0; c < p->k; c++) {
            const lgd_kinks b = lgd_loss_kinks(p->m->loss, p->m->y[lgd_piecewise_row(p, i) * p->k + c]);
            const double t = p->T[i * p->k + c] * lgd_piecewise_weight(p, i);
            sum += t * b.slope[t > 0 ? b.count : 0];
            size += fabs(t) * p->steepest;
        }
    if (!status && sum < -SURE * size)
        return lgd_fail(LGD_EDIVERGED,
                        "piecewise: f falls without bound, a loss and an l2 with a minimum are accepted");
    return status;
}

/* One width: from w and multipliers to the next ones. Newton's method ends where f changes by a share of itself; where that was not
 * the minimum, a smaller one. */
static lgd_status round_of(piecewise *p, double width, double share)
{
    lgd_piecewise_report now = {0};
    lgd_status status;
    for (;; share *= TIGHTER) {
        lgd_loss_smoothed_width(p->loss, width);
        status = solve_smooth(p, share);
        if (!status)
            status = lgd_piecewise_certify(p, width, &now);
        if (!status)
            status = look_down(p);
        if (status || p->left <= LGD_PIECEWISE_WORTH * now.gap || share < LAST_SHARE)
            break;
    }
    if (status)
        return status;
    p->best.rounds++;
    p->best.width = width;
    lgd_piecewise_keep(p, &now);
    take_multipliers(p);
    return lgd_piecewise_refine(p, width, now.gap);
}

/* Why there is no further round, if there is none. `before` is the gap before this one. */
static bool is_done(piecewise *p, double before, double width, size_t *in_vain)
{
    const double gap = p->best.gap, exact = LAST_PLACES * DBL_EPSILON;
    const bool reached = gap <= 0.9 * p->o.gap_tol * fabs(p->best.f),
               falls = gap < 0.5 * before; /* multipliers told are rounded */
    const bool rounding = gap <= exact * fmax(fabs(p->best.f), p->size * p->steepest);
    *in_vain = gap < 0.9 * before || width > p->least ? 0 : *in_vain + 1;
    if (!(reached ? rounding || !falls : rounding || *in_vain == IN_VAIN))
        return false;
    p->best.stop = reached ? LGD_STOP_GAP_TOL : LGD_STOP_ROUNDING;
    return true;
}

static lgd_status rounds(piecewise *p)
{
    double width, before = INFINITY;
    size_t in_vain = 0;
    lgd_status status = first_width(p, &width);
    p->best.f = NAN;
    p->best.gap = INFINITY;
    p->best.stop = LGD_STOP_STEPS;
    while (!status && p->best.rounds < p->o.max_rounds) {
        const double relative = p->best.gap / fabs(p->best.f);
        status = round_of(p, width, fmin(fmax(1e-6 * relative, 1e-14), 1e-9));
        if (status || is_done(p, before, width, &in_vain))
            break;
        before = p->best.gap;
        width = fmax(width * NARROWER, p->least);
    }
    return status;
}

/* Slopes without weights, those within a kink counted. */
static void tell_multipliers(piecewise *p, double *out)
{
    for (size_t i = 0; i < p->terms; i++)
        for (size_t c = 0; c < p->k; c++) {
            const lgd_kinks b = lgd_loss_kinks(p->m->loss, p->m->y[lgd_piecewise_row(p, i) * p->k + c]);
            const double u = p->best_R[i * p->k + c] / lgd_piecewise_weight(p, i),
                         v = fmin(fmax(u, b.slope[0]), b.slope[b.count]);
            for (size_t j = 0; j < b.count; j++)
                p->best.kinks += v > b.slope[j] && v < b.slope[j + 1];
            if (out)
                out[i * p->k + c] = v;
        }
}

lgd_status lgd_minimize_piecewise_sized(lgd_objective *f, double *w, const lgd_piecewise_options *options,
                                        size_t options_size, lgd_piecewise_report *report, size_t report_size)
{
    piecewise p = {.f = f};
    lgd_give_struct(report, report_size, &p.best, sizeof p.best);
    lgd_status status = check(f, w);
    if (!status)
        status = take_options(&p, options, options_size);
    if (status)
        return status;
    p.m = lgd_objective_whole(f)->ctx;
    p.dim = f->dim;
    p.terms = f->terms;
    p.k = p.m->k;
    status = make(&p);
    if (!status) {
        memcpy(p.w, w, p.dim * sizeof *w);
        memcpy(p.best_w, w, p.dim * sizeof *w);
        p.threads = lgd_objective_begin(f, p.o.threads);
        status = measure(&p);
        if (!status)
            status = rounds(&p);
        lgd_objective_end(f);
    }
    if (!status) {
        tell_multipliers(&p, p.o.multipliers);
        memcpy(w, p.best_w, p.dim * sizeof *w);
        lgd_give_struct(report, report_size, &p.best, sizeof p.best);
    }
    unmake(&p);
    return status;
}
