/* Gradient descent at the rates of J. Barzilai, J. M. Borwein, "Two-point step size gradient methods", IMA J. Numer. Anal. 8 (1988),
 * made global by the search of L. Grippo, F. Lampariello, S. Lucidi, SIAM J. Numer. Anal. 23 (1986), as in M. Raydan, "The Barzilai
 * and Borwein gradient method for the large scale unconstrained minimization problem", SIAM J. Optim. 7 (1997). Rates that alternate
 * by what they say of each other: ABBmin1 of G. Frassoldati, L. Zanni, G. Zanghirati, "New adaptive stepsize selections in gradient
 * methods", J. Ind. Manag. Optim. 4 (2008).
 *
 * Raydan's bounds of rates, and his rate where s.y <= 0, have a unit; here both are relative to the last step. */
#include "search.h"
#include <float.h>

enum { DIRECTION, POINT, GRADIENT, VECTORS };
enum { SHORT_RATES = 9 }; /* the last rates of bb2, the present one included */

typedef struct progress {
    double square; /* |g|^2 at the point that the last step left */
    double rate;   /* the next one to try */
    double brief[SHORT_RATES];
    uint64_t rates; /* how many of them there were */
    lgd_search_memory memory;
} progress;

/* A rate is at most so many times the last one, and one divided by it at least. */
static const double REACH = 1e10;
/* Where the slope does not rise along the step there is no parabola. */
static const double NO_CURVATURE = 10;

/* Of g.g, -g.y and y.y: with s = -last g the rates s.s/s.y and s.y/y.y are last times these quotients, and s.s, which may be too
 * small for a number, is not needed. */
static double rate_after(lgd_bb_form form, double gg, double gy, double yy, double last, progress *next)
{
    static const double APART = 0.8;
    const double long_one = last * (gg / gy), short_one = last * (gy / yy);
    if (!(gy > 0) || !(long_one < INFINITY) || !(short_one > 0))
        return NO_CURVATURE * last;
    next->brief[next->rates++ % SHORT_RATES] = short_one;
    double rate = form == LGD_BB2 ? short_one : long_one;
    if (form == LGD_BB_ALTERNATING && short_one < APART * long_one)
        for (size_t i = 0; i < SHORT_RATES && i < next->rates; i++)
            rate = fmin(rate, next->brief[i]);
    return fmin(fmax(rate, last / REACH), last * REACH);
}

static lgd_status step(lgd_step *s)
{
    const lgd_bb_options *o = s->options;
    const lgd_search_rules rules = LGD_SEARCH_RULES(o, LGD_NONMONOTONE);
    progress *kept = s->state, next = *kept;
    double *d = s->vec[DIRECTION];
    lgd_line line = {.d = d, .alpha_max = INFINITY, .w_new = s->vec[POINT], .g_new = s->vec[GRADIENT]};
    lgd_status status = LGD_OK;
    if (!(s->lr_factor > 0))
        return LGD_OK;
    const double square = lgd_dot(s->dim, s->g, s->g);
    if (s->t == 1 || square != kept->square) /* not the point that the last step left, or another f */
        next = (progress){.square = 0};
    for (size_t j = 0; j < s->dim; j++)
        d[j] = -s->g[j];
    line.slope = -square;
    s->stop = LGD_STOP_ROUNDING; /* |g|^2 is too small for a number */
    if (!(line.slope < 0))
        return LGD_OK;
    /* Where the rate brings nothing, f is not what it was where the rate was found: as if none were known, once. */
    for (bool again = true; again && !line.found && !status; next.rate = 0) {
        line.guessed = !(next.rate > 0);
        again = !line.guessed;
        line.alpha = next.rate;
        if (line.guessed)
            status = lgd_search_first(s, &rules, d, line.slope, line.w_new, &line.alpha);
        line.alpha *= s->lr_factor;
        if (!status)
            status = lgd_search_along(s, &rules, &next.memory, &line);
        again = again && s->stop != LGD_STOP_UNBOUNDED;
    }
    if (status || !line.found)
        return status;
    double *y = d;
    for (size_t j = 0; j < s->dim; j++)
        y[j] = line.g_new[j] - s->g[j];
    next.rate = rate_after(o->form, square, -lgd_dot(s->dim, s->g, y), lgd_dot(s->dim, y, y), line.alpha, &next);
    lgd_search_take(s, &line);
    next.square = lgd_dot(s->dim, s->g, s->g);
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
    const lgd_bb_options *o = options;
    return lgd_search_check("bb", o->search, o->c1, o->c2);
}

const lgd_optimizer_ops *lgd_bb_ops(void)
{
    static const lgd_option options[] = {
        LGD_OPTION_CHOICE(lgd_bb_options, form, "alternating|bb1|bb2", "which rate"),
        LGD_SEARCH_OPTIONS(lgd_bb_options, 1e-4, 0.9),
        {0},
    };
    static const lgd_optimizer_ops ops = {
        .name = "bb",
        .about = "gradient descent at the rates of Barzilai and Borwein",
        .source = "Barzilai and Borwein (1988); Raydan (1997); Frassoldati et al. (2008)",
        .options = options,
        .options_size = sizeof(lgd_bb_options),
        .flags = LGD_NEEDS_EVAL | LGD_FULL_BATCH | LGD_OWN_POINTS | LGD_CHECKED | LGD_FINDS_STEP,
        .layout = layout,
        .step = step,
        .check = check,
    };
    return &ops;
}
