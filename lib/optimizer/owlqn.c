/* OWL-QN, L-BFGS for F = f + sum_j l1_j |w_j|: G. Andrew, J. Gao, "Scalable training of L1-regularized log-linear models", ICML
 * 2007. The pairs are those of f alone. In an orthant F is smooth: its gradient at w there, where w_j = 0 that of the steepest way
 * down, is the pseudo-gradient. The direction keeps only components that go down by it; a trial point is moved back into the orthant,
 * to the exact zeros that it is about. */
#include "pairs.h"
#include "search.h"
#include <float.h>

enum { DIRECTION, PSEUDO, VECTORS }; /* and the pairs */

/* Steps that only the slope allows, without a lower value, after which nothing but rounding is left. */
enum { IDLE_STEPS = 20 };

typedef struct progress {
    uint64_t idle; /* such steps, one after the other */
} progress;

static void layout(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    const lgd_owlqn_options *o = options;
    (void)dim;
    *vectors = VECTORS;
    *state_size = sizeof(progress);
    lgd_pairs_layout(o->memory, o->history == LGD_PAIRS_FLOAT, vectors, state_size);
}

static double sign(double x)
{
    return (double)((x > 0) - (x < 0));
}

static double strength(const lgd_step *s, size_t j)
{
    return s->oracle->l1 ? s->oracle->l1[j] : 0;
}

/* The derivative of F along the steepest way down, (4) of the paper. */
static double pseudo(double w, double g, double l1)
{
    if (w != 0)
        return g + sign(w) * l1;
    return g + l1 < 0 ? g + l1 : g - l1 > 0 ? g - l1 : 0;
}

/* Where the step stays: the sign of w_j, at 0 that of the way down. */
static double orthant(double w, double pseudo_gradient)
{
    return w != 0 ? sign(w) : -sign(pseudo_gradient);
}

/* d, its slope and the first alpha; without pairs down the pseudo-gradient. */
static lgd_status direction(lgd_step *s, lgd_pairs *p, bool anew, lgd_line *line)
{
    const lgd_owlqn_options *o = s->options;
    const lgd_search_rules rules = {.first_step = o->first_step};
    double *d = s->vec[DIRECTION], *v = s->vec[PSEUDO];
    for (size_t j = 0; j < s->dim; j++)
        v[j] = pseudo(s->w[j], s->g[j], strength(s, j));
    if (!anew && (s->oracle->l1 || !s->known))
        lgd_pairs_products(p, v);
    if (!anew)
        lgd_pairs_direction(p, v, d);
    for (size_t j = 0; j < s->dim; j++) {
        if (anew)
            d[j] = -v[j];
        else if ((strength(s, j) > 0 && sign(d[j]) != -sign(v[j])) || lgd_step_holds(s, j))
            d[j] = 0;
    }
    line->slope = lgd_dot(s->dim, v, d);
    line->alpha = 1;
    lgd_status status = LGD_OK;
    if (anew && line->slope < 0)
        status = lgd_search_first(s, &rules, d, line->slope, p->w_new, &line->alpha);
    line->alpha *= s->lr_factor;
    return status;
}

/* ---- the search */

typedef struct trial {
    double rise;     /* of F */
    double promised; /* by the pseudo-gradient */
    double slope;    /* at the point that is tried, along the way to it */
    double rounding; /* what a difference of values may be off by */
    bool sound, moved;
} trial;

/* The point of alpha, in the orthant, and what F makes of it. */
static lgd_status look(lgd_step *s, const lgd_pairs *p, lgd_line *line, trial *t)
{
    const double *d = s->vec[DIRECTION], *v = s->vec[PSEUDO];
    double h = 0;
    *t = (trial){.rise = NAN};
    for (size_t j = 0; j < s->dim; j++) {
        double x = s->w[j] + line->alpha * d[j];
        if (strength(s, j) > 0 && sign(x) != orthant(s->w[j], v[j]))
            x = 0;
        p->w_new[j] = x;
        t->moved = t->moved || x != s->w[j];
    }
    if (!t->moved)
        return LGD_OK;
    const lgd_status status = s->oracle->eval(s->oracle_ctx, p->w_new, &line->f_new, p->g_new);
    if (status)
        return status;
    t->rise = line->f_new - s->f;
    for (size_t j = 0; j < s->dim; j++) {
        const double step = p->w_new[j] - s->w[j], l1 = strength(s, j), side = orthant(s->w[j], v[j]);
        const double of_h = l1 > 0 && step != 0 ? l1 * side : 0;
        t->rise += of_h * step;
        t->promised += v[j] * step;
        t->slope += (p->g_new[j] + of_h) * step;
        h += p->w_new[j] != 0 ? l1 * fabs(p->w_new[j]) : 0;
    }
    t->rounding = 64 * DBL_EPSILON * (fmax(fabs(s->f), fabs(line->f_new)) + h);
    t->sound = isfinite(t->rise) && isfinite(t->slope);
    return LGD_OK;
}

/* Sufficient decrease. Where that is lost in the rounding of F, the slope must not have turned too far instead. */
static bool suffices(const trial *t, double c1)
{
    if (!t->sound || !(t->promised < 0))
        return false;
    if (-c1 * t->promised <= t->rounding && fabs(t->rise) <= t->rounding)
        return t->slope <= (2 * c1 - 1) * t->promised;
    return t->rise <= c1 * t->promised;
}

/* Halves alpha until it suffices; else s->stop. */
static lgd_status search(lgd_step *s, const lgd_pairs *p, lgd_line *line, double *rise)
{
    const lgd_owlqn_options *o = s->options;
    bool any = false, flat = false;
    for (size_t k = 0; k < o->max_trials; k++, line->alpha *= 0.5) {
        trial t;
        const lgd_status status = look(s, p, line, &t);
        line->found = !status && suffices(&t, o->c1);
        *rise = t.rise;
        if (status || line->found)
            return status;
        if (line->f_new == -INFINITY && t.moved) {
            s->stop = LGD_STOP_UNBOUNDED;
            return LGD_OK;
        }
        any = any || t.sound;
        flat = !t.moved || (t.sound && -t.promised <= t.rounding);
        if (!t.moved)
            break;
    }
    s->stop = flat ? LGD_STOP_ROUNDING : any ? LGD_STOP_SEARCH : LGD_STOP_DIVERGED;
    return LGD_OK;
}

static lgd_status step(lgd_step *s)
{
    const lgd_owlqn_options *o = s->options;
    progress *kept = s->state;
    lgd_pairs p = lgd_pairs_of(s->dim, o->memory, o->history == LGD_PAIRS_FLOAT, s->vec + VECTORS, kept + 1);
    lgd_line line = {.found = false};
    double rise = 0;
    if (!(s->lr_factor > 0)) {
        s->fresh = true;
        return LGD_OK;
    }
    for (bool anew = !p.at->count; !line.found; anew = true) {
        lgd_status status = direction(s, &p, anew, &line);
        s->stop = LGD_STOP_ROUNDING;
        if (!status && line.slope < 0 && isfinite(line.slope)) {
            s->stop = 0;
            status = search(s, &p, &line, &rise);
        }
        if (status || (anew && !line.found))
            return status;
        if (anew)
            lgd_pairs_forget(&p);
    }
    s->stop = 0;
    kept->idle = rise < 0 ? 0 : kept->idle + 1;
    if (kept->idle >= IDLE_STEPS)
        s->stop = LGD_STOP_ROUNDING;
    lgd_pairs_add(&p, o->curvature, s->w, s->g, &s->finite);
    s->f = line.f_new;
    s->eta = line.alpha;
    s->fresh = true;
    return LGD_OK;
}

const lgd_optimizer_ops *lgd_owlqn_ops(void)
{
    static const lgd_option options[] = {
        LGD_PAIRS_OPTIONS(lgd_owlqn_options),
        LGD_OPTION(lgd_owlqn_options, c1, 1e-4, LGD_WITHIN_ONE, "sufficient decrease"),
        LGD_TRIAL_OPTIONS(lgd_owlqn_options),
        {0},
    };
    static const lgd_optimizer_ops ops = {
        .name = "owlqn",
        .about = "L-BFGS for an L1 norm beside f, in one orthant at a time",
        .source = "Andrew and Gao (2007)",
        .options = options,
        .options_size = sizeof(lgd_owlqn_options),
        .flags = LGD_NEEDS_EVAL | LGD_FULL_BATCH | LGD_OWN_POINTS | LGD_CHECKED | LGD_FINDS_STEP | LGD_TAKES_L1,
        .layout = layout,
        .step = step,
    };
    return &ops;
}
