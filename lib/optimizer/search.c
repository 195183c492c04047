/* Line searches. */
#include "search.h"
#include <float.h>

lgd_status lgd_search_check(const char *method, double c1, double c2)
{
    return c1 < c2 ? LGD_OK : lgd_fail(LGD_EINVAL, "%s: c1 is %g, a number below c2, %g, is accepted", method, c1, c2);
}

static lgd_status look(lgd_step *s, lgd_line *l, double alpha)
{
    for (size_t j = 0; j < s->dim; j++) {
        double x = s->w[j] + alpha * l->d[j];
        if (l->lower)
            x = fmin(fmax(x, l->lower[j]), l->upper[j]);
        l->w_new[j] = x;
    }
    l->trials++;
    l->alpha = alpha;
    const lgd_status status = s->oracle->eval(s->oracle_ctx, l->w_new, &l->f_new, l->g_new);
    l->slope_new = status ? NAN : lgd_dot(s->dim, l->g_new, l->d);
    return status;
}

lgd_status lgd_search_along(lgd_step *s, const lgd_search_rules *rules, lgd_search_memory *memory, lgd_line *line)
{
    double low = 0, high = INFINITY, alpha = line->alpha;
    (void)memory;
    line->found = false;
    for (line->trials = 0; line->trials < rules->max_trials;) {
        const lgd_status status = look(s, line, alpha);
        if (status)
            return status;
        if (!(isfinite(line->slope_new) && line->f_new <= s->f + rules->c1 * alpha * line->slope))
            high = alpha;
        else if (!(line->slope_new >= rules->c2 * line->slope) && alpha < line->alpha_max)
            low = alpha;
        else {
            line->found = true;
            return LGD_OK;
        }
        alpha = fmin(isinf(high) ? 4 * alpha : 0.5 * low + 0.5 * high, line->alpha_max);
    }
    s->stop = fabs(line->slope * alpha) <= 4 * DBL_EPSILON * fabs(s->f) ? LGD_STOP_ROUNDING : LGD_STOP_SEARCH;
    return LGD_OK;
}

lgd_status lgd_search_first(lgd_step *s, const lgd_search_rules *rules, const double *d, double slope, double *hd,
                            double *alpha)
{
    if (rules->first_step > 0) {
        *alpha = rules->first_step / lgd_norm2(s->dim, d);
        return LGD_OK;
    }
    if (s->oracle->product && s->oracle->exact) {
        const lgd_status status = s->oracle->product(s->oracle_ctx, s->w, s->g, d, hd);
        const double curvature = status ? 0 : lgd_dot(s->dim, d, hd);
        *alpha = -slope / curvature;
        if (status || (*alpha > 0 && isfinite(*alpha)))
            return status;
    }
    double w = 0, g = 0;
    for (size_t j = 0; j < s->dim; j++) {
        w = fmax(w, fabs(s->w[j]));
        g = fmax(g, fabs(d[j]));
    }
    *alpha = w > 0 ? 0.01 * w / g : -0.01 * fabs(s->f) / slope;
    if (!(*alpha > 0) || isinf(*alpha))
        *alpha = 1 / g;
    return LGD_OK;
}

void lgd_search_take(lgd_step *s, const lgd_line *line)
{
    memcpy(s->w, line->w_new, s->dim * sizeof *s->w);
    memcpy(s->g, line->g_new, s->dim * sizeof *s->g);
    s->f = line->f_new;
    s->eta = line->alpha;
    s->fresh = true;
}
