/* L-BFGS: J. Nocedal, "Updating quasi-Newton matrices with limited storage", Math. Comp. 35 (1980); D. Liu, J. Nocedal, "On the
 * limited memory BFGS method for large scale optimization", Math. Program. 45 (1989). The memory is in pairs.c.
 *
 * Bytes that pass between memory and processor in a step of n coordinates and m pairs, the objective's apart: 16 m n of the pairs
 * for the direction and 24 n beside, 32 n for a trial and 16 n for its slope, 16 m n for the products of the new pair and 64 n to
 * write it and to move on. With floats 8 m n each time. */
#include "pairs.h"
#include "search.h"

static void layout(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    const lgd_lbfgs_options *o = options;
    (void)dim;
    *vectors = 1;
    *state_size = sizeof(lgd_search_memory);
    lgd_pairs_layout(o->memory, o->history == LGD_PAIRS_FLOAT, vectors, state_size);
}

static lgd_status check(const void *options)
{
    const lgd_lbfgs_options *o = options;
    return lgd_search_check("lbfgs", o->search, o->c1, o->c2);
}

/* Down the gradient, in the metric of the run, as if nothing were known. */
static lgd_status from_gradient(lgd_step *s, const lgd_search_rules *rules, lgd_pairs *p, lgd_line *line, double *d)
{
    lgd_status status = LGD_OK;
    if (s->oracle->precondition)
        status = s->oracle->precondition(s->oracle_ctx, s->w, s->g, d);
    for (size_t j = 0; j < s->dim; j++)
        d[j] = s->oracle->precondition ? -d[j] : -s->g[j];
    line->slope = status ? NAN : lgd_dot(s->dim, s->g, d);
    if (line->slope < 0)
        status = lgd_search_first(s, rules, d, line->slope, p->w_new, &line->alpha);
    line->alpha *= s->lr_factor;
    line->guessed = true;
    return status;
}

static lgd_status from_pairs(lgd_step *s, lgd_pairs *p, lgd_line *line, double *d)
{
    const lgd_lbfgs_options *o = s->options;
    line->alpha = s->lr_factor;
    if (o->form == LGD_TWO_LOOP || s->oracle->precondition)
        return lgd_pairs_two_loop(p, s, s->g, d, &line->slope);
    if (!s->known)
        lgd_pairs_products(p, s->g);
    line->slope = lgd_pairs_direction(p, s->g, d);
    return LGD_OK;
}

static lgd_status step(lgd_step *s)
{
    const lgd_lbfgs_options *o = s->options;
    const lgd_search_rules rules = LGD_SEARCH_RULES(o, LGD_MORE_THUENTE);
    lgd_search_memory *memory = s->state;
    double *d = s->vec[0];
    lgd_pairs p = lgd_pairs_of(s->dim, o->memory, o->history == LGD_PAIRS_FLOAT, s->vec + 1, memory + 1);
    lgd_line line = {.d = d, .alpha_max = INFINITY, .w_new = p.w_new, .g_new = p.g_new};
    p.gram = o->form == LGD_BLOCKED;
    if (!(s->lr_factor > 0)) {
        s->fresh = true;
        return LGD_OK;
    }
    for (bool anew = !p.at->count;; anew = true) {
        lgd_status status = anew ? from_gradient(s, &rules, &p, &line, d) : from_pairs(s, &p, &line, d);
        for (size_t j = 0; s->oracle->frozen && j < s->dim; j++)
            if (s->oracle->frozen[j])
                d[j] = 0; /* g is 0 there, and the slope what it was */
        const bool down = line.slope < 0 && isfinite(line.slope);
        s->stop = LGD_STOP_ROUNDING; /* |g|^2 is too small for a number */
        if (!status && down) {
            s->stop = 0;
            status = lgd_search_along(s, &rules, memory, &line);
        }
        if (status)
            return status;
        if (down && line.found) {
            if (anew)
                lgd_pairs_forget(&p);
            break;
        }
        if (anew)
            return LGD_OK;
    }
    lgd_pairs_add(&p, o->curvature, s->w, s->g, &s->finite);
    s->f = line.f_new;
    s->eta = line.alpha;
    s->fresh = true;
    return LGD_OK;
}

const lgd_optimizer_ops *lgd_lbfgs_ops(void)
{
    static const lgd_option options[] = {
        LGD_PAIRS_OPTIONS(lgd_lbfgs_options),
        LGD_OPTION_CHOICE(lgd_lbfgs_options, form, "blocked|two_loop", "how the direction is computed"),
        LGD_SEARCH_OPTIONS(lgd_lbfgs_options, 1e-4, 0.9),
        {0},
    };
    static const lgd_optimizer_ops ops = {
        .name = "lbfgs",
        .about = "quasi-Newton, from the last m pairs of steps and changes of g",
        .source = "Nocedal (1980); Liu and Nocedal (1989)",
        .options = options,
        .options_size = sizeof(lgd_lbfgs_options),
        .flags = LGD_NEEDS_EVAL | LGD_FULL_BATCH | LGD_OWN_POINTS | LGD_CHECKED | LGD_PRECONDITIONED | LGD_FINDS_STEP |
                 LGD_EVALUATES_FIRST,
        .layout = layout,
        .step = step,
        .check = check,
    };
    return &ops;
}
