/* L-BFGS-B: R. H. Byrd, P. Lu, J. Nocedal, C. Zhu, "A limited memory algorithm for bound constrained optimization", SIAM J. Sci.
 * Comput. 16 (1995), with the projected step of J. L. Morales, J. Nocedal, "Remark on Algorithm 778: L-BFGS-B", ACM Trans. Math.
 * Softw. 38 (2011).
 *
 * A step goes from w to the Cauchy point of the model, from there to the model's minimum over what is not at a bound, and to the
 * nearest point of the box, or where that does not lead down only as far as the first bound on the way. The search is along the
 * straight line from w to there, and never leaves the box. Points are differences from w here, so that short steps keep their
 * digits. */
#include "lbfgsb.h"
#include <float.h>

static void layout(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    const lgd_lbfgsb_options *o = options;
    (void)dim;
    lgd_box_layout(o->memory, vectors, state_size);
}

/* ---- the direction */

/* The numbers z with w + z = bound, or beyond it by rounding: a search is kept within bounds, and shall reach them. */
static double gap(double w, double bound)
{
    double z = bound - w;
    for (int i = 0; i < 4 && (z > 0 ? w + z < bound : w + z > bound); i++)
        z = nextafter(z, z > 0 ? INFINITY : -INFINITY);
    return z;
}

/* As far along r from z as the box allows, at most all of it. */
static void truncate(const lgd_step *s, const double *lower, const double *upper, double *z, const double *r)
{
    double length = 1;
    for (size_t j = 0; j < s->dim; j++) {
        const double room = (r[j] > 0 ? upper[j] : lower[j]) - s->w[j] - z[j];
        if (r[j] != 0 && fabs(room) < length * fabs(r[j]))
            length = room / r[j];
    }
    for (size_t j = 0; j < s->dim; j++)
        z[j] = fmin(fmax(z[j] + length * r[j], lower[j] - s->w[j]), upper[j] - s->w[j]);
}

/* z += r, within the box: to the nearest point of it, unless that leads down much less than z does; then the search along it would
 * end nearly where it began. p[dim] is scratch. */
static void project(const lgd_step *s, const double *lower, const double *upper, double *z, const double *r, double *p)
{
    static const double MUCH_LESS = 0.1;
    bool inside = true;
    for (size_t j = 0; j < s->dim; j++) {
        const double full = z[j] + r[j];
        p[j] = fmin(fmax(full, lower[j] - s->w[j]), upper[j] - s->w[j]);
        inside = inside && p[j] == full;
    }
    if (inside || lgd_dot(s->dim, s->g, p) <= MUCH_LESS * lgd_dot(s->dim, s->g, z))
        memcpy(z, p, s->dim * sizeof *z);
    else
        truncate(s, lower, upper, z, r);
}

/* Coordinates that end at a bound do so to the bit; how long the step along d may be. */
static double reach(const lgd_step *s, const double *lower, const double *upper, double *d)
{
    double longest = INFINITY;
    size_t first = s->dim;
    for (size_t j = 0; j < s->dim; j++) {
        const double bound = d[j] > 0 ? upper[j] : lower[j], room = bound - s->w[j];
        if (d[j] == 0 || isinf(bound))
            continue;
        if (d[j] == room)
            d[j] = gap(s->w[j], bound);
        if (room / d[j] < longest) {
            longest = room / d[j];
            first = j;
        }
    }
    if (!(longest > 1))
        return 1;
    for (int i = 0; i < 4 && first < s->dim; i++) {
        const double at = s->w[first] + longest * d[first];
        if (d[first] > 0 ? at >= upper[first] : at <= lower[first])
            break;
        longest = nextafter(longest, INFINITY);
    }
    return longest;
}

/* d towards the minimum of the model, and its slope; false where that does not lead down. */
static bool direction(lgd_step *s, lgd_box_model *b, lgd_line *line)
{
    const double *lower = s->oracle->lower, *upper = s->oracle->upper;
    double *d = b->d, *scratch = b->scratch;
    const bool learnt = b->pairs.at->count > 0;
    line->alpha_max = INFINITY;
    if (!lower) {
        if (!s->known || b->state->complete) /* else the products of the newest pair brought those with g */
            lgd_pairs_products(&b->pairs, s->g);
        line->slope = lgd_pairs_direction(&b->pairs, s->g, d);
        for (size_t j = 0; j < s->dim && !learnt; j++)
            d[j] = -s->g[j] / b->state->theta;
        for (size_t j = 0; s->oracle->frozen && j < s->dim; j++)
            d[j] = lgd_step_holds(s, j) ? 0 : d[j]; /* where g is 0: the slope is what it was */
        if (!learnt)
            line->slope = lgd_dot(s->dim, s->g, d);
        return line->slope < 0 && isfinite(line->slope);
    }
    if (!lgd_box_factor(b))
        return false;
    lgd_box_cauchy(b, s->w, s->g, lower, upper, d, scratch);
    lgd_box_fix(b, s->w, lower, upper, d);
    if (learnt && b->state->fixed < s->dim) {
        if (!lgd_box_subspace(b, s->g, d, scratch))
            return false;
        project(s, lower, upper, d, scratch, b->work);
    }
    line->alpha_max = reach(s, lower, upper, d);
    line->slope = lgd_dot(s->dim, s->g, d);
    return line->slope < 0 && isfinite(line->slope);
}

/* theta before anything is known of the curvature: 1 over the first alpha along -g, but for what a bound holds. */
static lgd_status find_theta(lgd_step *s, const lgd_search_rules *rules, lgd_box_model *b)
{
    const double *lower = s->oracle->lower, *upper = s->oracle->upper;
    double *d = b->d;
    for (size_t j = 0; j < s->dim; j++) {
        const bool held = lower && (s->g[j] > 0 ? s->w[j] <= lower[j] : s->w[j] >= upper[j]);
        d[j] = held ? 0 : -s->g[j];
    }
    double alpha = 0;
    const double slope = lgd_dot(s->dim, s->g, d);
    const lgd_status status = slope < 0 ? lgd_search_first(s, rules, d, slope, b->scratch, &alpha) : LGD_OK;
    if (!status && alpha > 0)
        b->state->theta = 1 / alpha;
    return status;
}

/* ---- the step */

static lgd_status step(lgd_step *s)
{
    const lgd_lbfgsb_options *o = s->options;
    const lgd_search_rules rules = LGD_SEARCH_RULES(o, LGD_MORE_THUENTE);
    lgd_box_model b = lgd_box_model_of(s->dim, o->memory, s->vec, s->state);
    lgd_line line = {
        .d = b.d, .lower = s->oracle->lower, .upper = s->oracle->upper, .w_new = b.pairs.w_new, .g_new = b.pairs.g_new};
    if (!(s->lr_factor > 0)) {
        s->fresh = true;
        return LGD_OK;
    }
    for (bool again = true; again; lgd_pairs_forget(&b.pairs)) { /* once more, without what was learnt */
        again = b.pairs.at->count > 0;
        line.guessed = !(b.state->theta > 0);
        lgd_status status = b.state->theta > 0 ? LGD_OK : find_theta(s, &rules, &b);
        if (status)
            return status;
        s->stop = LGD_STOP_ROUNDING;
        if (!(b.state->theta > 0) || !direction(s, &b, &line))
            continue;
        line.alpha = fmin(s->lr_factor, line.alpha_max);
        s->stop = 0;
        status = lgd_search_along(s, &rules, &b.state->search, &line);
        if (status || (!line.found && s->stop != LGD_STOP_SEARCH))
            return status;
        if (line.found)
            break;
    }
    if (!line.found)
        return LGD_OK;
    if (lgd_pairs_add(&b.pairs, o->curvature, s->w, s->g, &s->finite))
        lgd_box_learn(&b, line.lower);
    else if (!b.pairs.at->count)
        b.state->theta *= 0.25; /* f bends down: the path may go further */
    s->f = line.f_new;
    s->eta = line.alpha;
    s->fresh = true;
    return LGD_OK;
}

static lgd_status check(const void *options)
{
    const lgd_lbfgsb_options *o = options;
    return lgd_search_check("lbfgsb", o->search, o->c1, o->c2);
}

const lgd_optimizer_ops *lgd_lbfgsb_ops(void)
{
    static const lgd_option options[] = {
        {.name = "memory",
         .offset = offsetof(lgd_lbfgsb_options, memory),
         .type = LGD_SIZE,
         .preset = 10,
         .low = 1,
         .high = 1000,
         .help = "m, pairs that are kept"},
        LGD_OPTION(lgd_lbfgsb_options, curvature, 1e-10, LGD_BELOW_ONE,
                   "a pair has s.y above this times the norms of both"),
        LGD_SEARCH_OPTIONS(lgd_lbfgsb_options, 1e-4, 0.9),
        {0},
    };
    static const lgd_optimizer_ops ops = {
        .name = "lbfgsb",
        .about = "quasi-Newton within bounds, with limited memory",
        .source = "Byrd, Lu, Nocedal and Zhu (1995); Morales and Nocedal (2011)",
        .options = options,
        .options_size = sizeof(lgd_lbfgsb_options),
        .flags = LGD_NEEDS_EVAL | LGD_FULL_BATCH | LGD_OWN_POINTS | LGD_CHECKED | LGD_TAKES_BOX | LGD_FINDS_STEP,
        .layout = layout,
        .step = step,
        .check = check,
    };
    return &ops;
}
