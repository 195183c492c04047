/* Nonlinear conjugate gradients: d_new = -z_new + beta d with z = P g, y = g_new - g, and beta of
 *
 *     fletcher_reeves   g_new.z_new/g.z        R. Fletcher, C. M. Reeves, Comput. J. 7 (1964)
 *     polak_ribiere     max(0, y.z_new/g.z)    E. Polak, G. Ribiere, Rev. Fr. Inform. Rech. Oper. 3 (1969); M. J. D. Powell (1984)
 *     hestenes_stiefel  max(0, y.z_new/d.y)    M. R. Hestenes, E. Stiefel, J. Res. Nat. Bur. Standards 49 (1952)
 *     dai_yuan          g_new.z_new/d.y        Y. H. Dai, Y. Yuan, SIAM J. Optim. 10 (1999)
 *     hager_zhang       W. W. Hager, H. Zhang, SIAM J. Optim. 16 (2005), with the factor and the bound of their "The limited memory
 *                       conjugate gradient method", SIAM J. Optim. 23 (2013):
 *                       max((y.z_new - y.Py d.g_new/d.y)/d.y, 0.4 d.g/d.Qd),  Q the inverse of P
 *
 * The bound is one relative to d and g; that of 2005, -1/(|d| min(0.01, |g|)), has a unit. Without the bound and with the factor 1
 * every direction has d.g <= -3/4 g.Pg ("A survey of nonlinear conjugate gradient methods", Pacific J. Optim. 2 (2006)). */
#include "search.h"
#include <float.h>

enum { DIRECTION, POINT, GRADIENT, SCRATCH, VECTORS };

typedef struct progress {
    double square; /* |g|^2 at the point that the last step left */
    double gz;     /* g.Pg there, */
    double slope;  /* g.d, */
    double dqd;    /* and d.Qd of the direction for it */
    double alpha;  /* of the last step, */
    double length; /* alpha times the root of d.Qd, */
    double led;    /* and the slope that it began with */
    uint64_t row;  /* directions since the last restart */
    uint64_t idle; /* it restarted because steps were idle, and they are still */
    lgd_search_memory memory;
} progress;

static lgd_search_rules rules_of(const lgd_cg_options *o)
{
    const bool hz = o->formula == LGD_CG_HAGER_ZHANG;
    return (lgd_search_rules){.search = o->search ? o->search
                                        : hz      ? LGD_HAGER_ZHANG
                                                  : LGD_MORE_THUENTE,
                              .c1 = o->c1 > 0 ? o->c1
                                    : hz      ? 0.1
                                              : 1e-4,
                              .c2 = o->c2 > 0 ? o->c2
                                    : hz      ? 0.9
                                              : 0.1,
                              .first_step = o->first_step,
                              .max_trials = o->max_trials};
}

/* ---- sums over coordinates, with 8 lanes in an order that no compiler changes */

typedef struct sums {
    double gg, gz, yz, yy, dy, dg, dd; /* g and z are those of the new point */
} sums;

LGD_WIDE static sums sum_up(size_t dim, const double *restrict d, const double *restrict g, const double *restrict old,
                            const double *restrict z)
{
    double gg[LGD_LANES] = {0}, gz[LGD_LANES] = {0}, yz[LGD_LANES] = {0}, yy[LGD_LANES] = {0};
    double dy[LGD_LANES] = {0}, dg[LGD_LANES] = {0}, dd[LGD_LANES] = {0};
    for (size_t i = 0; i < dim; i += LGD_LANES)
        for (size_t l = 0; l < LGD_LANES && i + l < dim; l++) {
            const size_t j = i + l;
            const double y = g[j] - old[j];
            gg[l] += g[j] * g[j];
            gz[l] += g[j] * z[j];
            yz[l] += y * z[j];
            yy[l] += y * y;
            dy[l] += d[j] * y;
            dg[l] += d[j] * g[j];
            dd[l] += d[j] * d[j];
        }
    return (sums){lgd_lanes(gg), lgd_lanes(gz), lgd_lanes(yz), lgd_lanes(yy),
                  lgd_lanes(dy), lgd_lanes(dg), lgd_lanes(dd)};
}

/* ---- the direction */

/* P r, which is r itself where there is no P. */
static lgd_status precondition(lgd_step *s, const double *w, const double *r, const double **pr)
{
    *pr = s->oracle->precondition ? s->vec[SCRATCH] : r;
    return s->oracle->precondition ? s->oracle->precondition(s->oracle_ctx, w, r, s->vec[SCRATCH]) : LGD_OK;
}

static double beta_of(lgd_cg_formula formula, const sums *t, const progress *last)
{
    switch (formula) {
    case LGD_CG_HAGER_ZHANG:
        return fmax((t->yz - t->yy * (t->dg / t->dy)) / t->dy, 0.4 * last->slope / last->dqd);
    case LGD_CG_POLAK_RIBIERE:
        return fmax(t->yz / last->gz, 0);
    case LGD_CG_FLETCHER_REEVES:
        return t->gz / last->gz;
    case LGD_CG_HESTENES_STIEFEL:
        return fmax(t->yz / t->dy, 0);
    case LGD_CG_DAI_YUAN:
        return t->gz / t->dy;
    }
    return 0;
}

/* d = -z + beta d; returns g.d. */
static double turn(lgd_step *s, const double *g, const double *z, double beta)
{
    double *d = s->vec[DIRECTION];
    for (size_t j = 0; j < s->dim; j++)
        d[j] = beta == 0 ? -z[j] : beta * d[j] - z[j];
    return lgd_dot(s->dim, g, d);
}

/* From w and g alone: d = -z. */
static lgd_status begin(lgd_step *s, progress *next)
{
    const double *z;
    const lgd_status status = precondition(s, s->w, s->g, &z);
    if (status)
        return status;
    next->slope = turn(s, s->g, z, 0);
    next->gz = -next->slope;
    next->dqd = next->gz;
    next->row = 0;
    return LGD_OK;
}

/* From the step that the search found to the next direction. */
static lgd_status go_on(lgd_step *s, const lgd_cg_options *o, const lgd_line *line, progress *next)
{
    const bool metric = s->oracle->precondition != NULL;
    const size_t six = o->formula == LGD_CG_HAGER_ZHANG ? 6 : 1,
                 period = o->restart ? o->restart : lgd_mul(six, s->dim);
    const double *z;
    const lgd_status status = precondition(s, line->w_new, line->g_new, &z);
    if (status)
        return status;
    sums t = sum_up(s->dim, line->d, line->g_new, s->g, z);
    if (metric) /* y.Py by symmetry, which rounding must not make less than (d.y)^2/d.Qd */
        t.yy = fmax(2 * t.yz - t.gz + next->gz, t.dy / next->dqd * t.dy);
    else
        next->dqd = t.dd;
    next->length = line->alpha * sqrt(next->dqd);
    double beta = next->row + 1 < period && t.dy > 0 ? beta_of(o->formula, &t, next) : 0;
    double slope = turn(s, line->g_new, z, beta);
    if (!(slope < 0)) {
        beta = 0;
        slope = turn(s, line->g_new, z, 0);
    }
    next->row = beta == 0 ? 0 : next->row + 1;
    next->dqd = fmax(t.gz + beta * (beta * next->dqd - 2 * t.dg), slope / t.gz * slope);
    next->alpha = line->alpha;
    next->led = line->slope;
    next->square = t.gg;
    next->gz = t.gz;
    next->slope = slope;
    return LGD_OK;
}

/* ---- the step */

/* Along d the slope falls at first as much as it did by the last step; where it has all but vanished that may be anywhere, and the
 * first trial is no more than so many times as long as that step. */
static const double FARTHER = 100;

static lgd_status search(lgd_step *s, const lgd_search_rules *rules, progress *next, lgd_line *line)
{
    lgd_status status = LGD_OK;
    line->slope = next->slope;
    line->guessed = !(next->alpha > 0);
    line->found = false;
    s->stop = LGD_STOP_ROUNDING; /* g.Pg is too small for a number */
    if (!(line->slope < 0))
        return LGD_OK;
    if (line->guessed)
        status = lgd_search_first(s, rules, line->d, line->slope, line->w_new, &line->alpha);
    else
        line->alpha = fmin(next->alpha * (next->led / next->slope), FARTHER * next->length / sqrt(next->dqd));
    line->alpha *= s->lr_factor;
    return status ? status : lgd_search_along(s, rules, &next->memory, line);
}

static lgd_status step(lgd_step *s)
{
    const lgd_cg_options *o = s->options;
    const lgd_search_rules rules = rules_of(o);
    progress *kept = s->state, next = *kept;
    lgd_line line = {.d = s->vec[DIRECTION], .alpha_max = INFINITY, .scores = true};
    lgd_status status = LGD_OK;
    if (!(s->lr_factor > 0))
        return LGD_OK;
    line.w_new = s->vec[POINT];
    line.g_new = s->vec[GRADIENT];
    /* Not the point that the last step left, or another f? */
    const bool anew = s->t == 1 || !(s->known || lgd_dot(s->dim, s->g, s->g) == kept->square);
    if (anew) {
        next = (progress){.square = 0};
        status = begin(s, &next);
    }
    if (!status)
        status = search(s, &rules, &next, &line);
    /* Down z instead, and then as if nothing were known of how far. */
    while (!status && !line.found && s->stop != LGD_STOP_UNBOUNDED && (next.row > 0 || next.alpha > 0)) {
        kept->square = NAN; /* d is another from here on */
        next.alpha = next.row > 0 ? next.alpha : 0;
        /* Fletcher and Reeves' directions can stay all but orthogonal to g for many steps, which is no reason to give up. */
        if (next.memory.idle > 0 && !next.idle) {
            next.memory.idle = 0;
            next.idle = 1;
        }
        status = begin(s, &next);
        if (!status)
            status = search(s, &rules, &next, &line);
    }
    if (!status && line.found)
        status = go_on(s, o, &line, &next);
    if (status || !line.found)
        return status;
    lgd_search_take(s, &line);
    next.idle = next.idle && next.memory.idle > 0;
    *kept = next;
    return LGD_OK;
}

static void layout(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)options, (void)dim;
    *vectors = VECTORS;
    *state_size = sizeof(progress);
}

static lgd_status check(const void *options)
{
    const lgd_search_rules rules = rules_of(options);
    return lgd_search_check("cg", rules.search, rules.c1, rules.c2);
}

#define BELOW_HALF .low = 0, .high = 0.5, .open = 2

const lgd_optimizer_ops *lgd_cg_ops(void)
{
    static const lgd_option options[] = {
        LGD_OPTION_CHOICE(lgd_cg_options, formula,
                          "hager_zhang|polak_ribiere|fletcher_reeves|hestenes_stiefel|dai_yuan", "beta"),
        {.name = "restart",
         .offset = offsetof(lgd_cg_options, restart),
         .type = LGD_SIZE,
         .high = 1e9,
         .help = "steps from one -g to the next, at most; 0: dim, with hager_zhang 6 dim"},
        LGD_OPTION_CHOICE(lgd_cg_options, search, "usual|more_thuente|hager_zhang", "which line search"),
        LGD_OPTION(lgd_cg_options, c1, 0, BELOW_HALF, "sufficient decrease; 0: 1e-4, with hager_zhang 0.1"),
        LGD_OPTION(lgd_cg_options, c2, 0, LGD_BELOW_ONE, "of the slope, above c1; 0: 0.1, with hager_zhang 0.9"),
        LGD_TRIAL_OPTIONS(lgd_cg_options),
        {0},
    };
    static const lgd_optimizer_ops ops = {
        .name = "cg",
        .about = "nonlinear conjugate gradients",
        .source = "Fletcher and Reeves (1964) to Hager and Zhang (2005)",
        .options = options,
        .options_size = sizeof(lgd_cg_options),
        .flags = LGD_NEEDS_EVAL | LGD_FULL_BATCH | LGD_OWN_POINTS | LGD_CHECKED | LGD_PRECONDITIONED | LGD_FINDS_STEP,
        .layout = layout,
        .step = step,
        .check = check,
    };
    return &ops;
}
