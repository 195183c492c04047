/* BFGS: C. G. Broyden, J. Inst. Math. Appl. 6 (1970), R. Fletcher, Comput. J. 13 (1970), D. Goldfarb, Math. Comp. 24 (1970), D. F.
 * Shanno, Math. Comp. 24 (1970), as in J. Nocedal, S. J. Wright, "Numerical optimization", 2nd ed. (2006), Algorithm 6.1, with the
 * first scaling of equation 6.20. Where H is too small along a step it mostly is elsewhere too, and BFGS alone makes it larger by one
 * direction a step: H is then multiplied by the factor as in M. Al-Baali, "Global and superlinear convergence of a restricted class of
 * self-scaling methods with inexact line searches, for convex functions", Comput. Optim. Appl. 9 (1998). Not after a search that went
 * on from its first trial, which has seen to that: exact searches on a quadratic end with its inverse.
 *
 * H, the inverse of the curvature learnt, is symmetric, and one triangle of it is kept. An update is H + s p' + p s' for
 * p = rho ((1 + rho y.Hy)/2 s - Hy), rho = 1/s.y. It is left for the next sweep, which makes it, and takes H g and H y on the way: H is
 * read and written once a step. The direction then follows from H g, s and p. */
#include "search.h"
#include <float.h>

/* Row i of the triangle has i + 1 numbers. A vector of the state has room for dim: a long row and behind it a short one. */
enum { DIRECTION, S, P, POINT, GRADIENT, SCRATCH, TRIANGLE };

typedef struct progress {
    double square;   /* |g|^2 at the point that the last step left */
    double scale;    /* s.y/y.y of the last pair, 0 before it */
    double factor;   /* of H in the update that is due */
    uint64_t learnt; /* pairs in H; 0: the direction is -g */
    lgd_search_memory memory;
} progress;

static size_t triangle_vectors(size_t dim)
{
    return dim / 2 + 1;
}

static double *row(double *const *H, size_t dim, size_t i)
{
    const size_t from_end = dim - 1 - i;
    return from_end < triangle_vectors(dim) ? H[from_end] : H[i + 1] + from_end;
}

/* Sums with 8 lanes, in one order whatever the compiler makes of the loop. */
/* H = factor H + s p' + p s', Hg = H g and Hy = H y for that H. */
LGD_WIDE static void sweep(double *const *H, size_t dim, double factor, const double *restrict s,
                           const double *restrict p, const double *restrict g, const double *restrict y,
                           double *restrict Hg, double *restrict Hy)
{
    for (size_t i = 0; i < dim; i++) {
        double *restrict h = row(H, dim, i), sum_g[LGD_LANES] = {0}, sum_y[LGD_LANES] = {0};
        const double s_i = s[i], p_i = p[i], g_i = g[i], y_i = y[i];
        size_t j = 0;
        for (; j + LGD_LANES <= i; j += LGD_LANES)
            for (size_t l = 0; l < LGD_LANES; l++) {
                const double x = factor * h[j + l] + (s_i * p[j + l] + p_i * s[j + l]);
                h[j + l] = x;
                sum_g[l] += x * g[j + l];
                sum_y[l] += x * y[j + l];
                Hg[j + l] += x * g_i;
                Hy[j + l] += x * y_i;
            }
        for (; j < i; j++) {
            const double x = factor * h[j] + (s_i * p[j] + p_i * s[j]);
            h[j] = x;
            sum_g[j % LGD_LANES] += x * g[j];
            sum_y[j % LGD_LANES] += x * y[j];
            Hg[j] += x * g_i;
            Hy[j] += x * y_i;
        }
        h[i] = factor * h[i] + 2 * (s_i * p_i);
        Hg[i] = lgd_lanes(sum_g) + h[i] * g_i;
        Hy[i] = lgd_lanes(sum_y) + h[i] * y_i;
    }
}

/* H = scale I; no update is due. */
static void begin_triangle(lgd_step *s, double scale)
{
    for (size_t i = 0; i < s->dim; i++) {
        double *h = row(s->vec + TRIANGLE, s->dim, i);
        memset(h, 0, i * sizeof *h);
        h[i] = scale;
    }
    memset(s->vec[S], 0, s->dim * sizeof(double));
    memset(s->vec[P], 0, s->dim * sizeof(double));
}

/* After a search: the pair of w and g, then both; where they were looked at the pair is left. */
static void take(lgd_step *s, const lgd_line *line)
{
    double *step = line->w_new, *y = line->g_new;
    for (size_t j = 0; j < s->dim; j++) {
        const double w = s->w[j], g = s->g[j];
        s->w[j] = step[j];
        s->g[j] = y[j];
        step[j] -= w;
        y[j] -= g;
    }
    s->f = line->f_new;
    s->eta = line->alpha;
    s->fresh = true;
}

/* s.Bs/s.y for B, the inverse of H, and s = -alpha H g: how much less f curves along the step than H has it. */
static double too_small(const lgd_line *line, double sy)
{
    static const double MOST = 10; /* what Wolfe's condition leaves for c2 = 0.9 */
    return line->trials > 1 ? 1 : fmin(fmax(-line->alpha * line->alpha * line->slope / sy, 1), MOST);
}

/* The pair into H, unless it shows no curvature beyond the rounding of y, and the direction that H has at the new point. */
static void learn(lgd_step *s, const lgd_line *line)
{
    progress *kept = s->state;
    const size_t n = s->dim;
    const double *step = s->vec[POINT], *y = s->vec[GRADIENT], *g = s->g;
    double *Hg = s->vec[DIRECTION], *Hy = s->vec[SCRATCH];
    const double sy = lgd_dot(n, step, y), size = lgd_norm2(n, y);
    const bool curved = sy > DBL_EPSILON * lgd_norm2(n, step) * size;
    kept->square = lgd_dot(n, g, g);
    if (!curved && !kept->learnt)
        return;
    if (curved)
        kept->scale = sy / size / size;
    if (!kept->learnt)
        begin_triangle(s, kept->scale);
    sweep(s->vec + TRIANGLE, n, kept->learnt ? kept->factor : 1, s->vec[S], s->vec[P], g, y, Hg, Hy);
    const double rho = curved ? 1 / sy : 0;
    const double factor = curved && kept->learnt ? too_small(line, sy) : 1;
    const double half = 0.5 * (1 + factor * rho * lgd_dot(n, y, Hy));
    for (size_t j = 0; j < n; j++) {
        s->vec[S][j] = curved ? step[j] : 0;
        s->vec[P][j] = rho * (half * step[j] - factor * Hy[j]);
    }
    const double sg = lgd_dot(n, s->vec[S], g), pg = lgd_dot(n, s->vec[P], g);
    for (size_t j = 0; j < n; j++)
        Hg[j] = -(factor * Hg[j] + (s->vec[S][j] * pg + s->vec[P][j] * sg));
    kept->factor = factor;
    kept->learnt += curved;
}

/* Along -g, in place of a direction that is none. */
static lgd_status search_down(lgd_step *s, const lgd_search_rules *rules, lgd_search_memory *memory, double scale,
                              lgd_line *line)
{
    double *d = s->vec[SCRATCH];
    for (size_t j = 0; j < s->dim; j++)
        d[j] = -s->g[j];
    line->d = d;
    line->slope = -lgd_dot(s->dim, s->g, s->g);
    line->alpha = scale;
    line->guessed = !(scale > 0);
    lgd_status status = LGD_OK;
    if (line->guessed)
        status = lgd_search_first(s, rules, d, line->slope, line->w_new, &line->alpha);
    line->alpha *= s->lr_factor;
    line->found = false;
    s->stop = LGD_STOP_ROUNDING; /* |g|^2 is too small for a number */
    return status || !(line->slope < 0) ? status : lgd_search_along(s, rules, memory, line);
}

static lgd_status step(lgd_step *s)
{
    const lgd_bfgs_options *o = s->options;
    const lgd_search_rules rules = LGD_SEARCH_RULES(o, LGD_MORE_THUENTE);
    progress *kept = s->state, next = *kept;
    lgd_line line = {.alpha_max = INFINITY, .w_new = s->vec[POINT], .g_new = s->vec[GRADIENT]};
    lgd_status status = LGD_OK;
    if (!(s->lr_factor > 0))
        return LGD_OK;
    /* Not the point that the last step left, or another f? */
    if (s->t == 1 || !(s->known || lgd_dot(s->dim, s->g, s->g) == kept->square))
        next = (progress){.square = 0};
    if (next.learnt) {
        line.d = s->vec[DIRECTION];
        line.slope = lgd_dot(s->dim, s->g, line.d);
        line.alpha = s->lr_factor;
        if (line.slope < 0)
            status = lgd_search_along(s, &rules, &next.memory, &line);
    }
    if (!status && !line.found && s->stop != LGD_STOP_UNBOUNDED) {
        next.learnt = 0;
        status = search_down(s, &rules, &next.memory, next.scale, &line);
    }
    if (status || !line.found)
        return status;
    *kept = next;
    take(s, &line);
    learn(s, &line);
    return LGD_OK;
}

static void layout(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)options;
    *vectors = TRIANGLE + triangle_vectors(dim);
    *state_size = sizeof(progress);
}

static lgd_status check(const void *options)
{
    const lgd_bfgs_options *o = options;
    return lgd_search_check("bfgs", o->search, o->c1, o->c2);
}

const lgd_optimizer_ops *lgd_bfgs_ops(void)
{
    static const lgd_option options[] = {LGD_SEARCH_OPTIONS(lgd_bfgs_options, 1e-4, 0.9), {0}};
    static const lgd_optimizer_ops ops = {
        .name = "bfgs",
        .about = "quasi-Newton with a dense inverse Hessian",
        .source = "Broyden, Fletcher, Goldfarb, Shanno (1970); Nocedal and Wright (2006)",
        .options = options,
        .options_size = sizeof(lgd_bfgs_options),
        .flags = LGD_NEEDS_EVAL | LGD_FULL_BATCH | LGD_OWN_POINTS | LGD_CHECKED | LGD_FINDS_STEP,
        .layout = layout,
        .step = step,
        .check = check,
    };
    return &ops;
}
