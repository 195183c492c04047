/* The gap of a point of the path.
 *
 * f is half a square that the dual problem knows: its share of the gap at the dual point s g, 0 <= s <= 1, is (1 - s)^2 D with
 * D = f(v) - min f, or more, as f(v) is where f is of data and so is not below 0. What the penalty adds is h(v) + h*(-s g) + s g.v, and
 * s is the largest number at which h* is finite. */
#include "path.h"

/* f(v) of output c, without l2, and h+(v). */
static double value_of(const lgd_path *p, size_t c, double *h)
{
    const lgd_reduction *r = p->r;
    const double *v = p->cd.w, *g = p->cd.g;
    double sum = 0;
    *h = 0;
    for (size_t j = 0; j < r->cols; j++) {
        sum += v[j] * (g[j] - r->c[j * r->outputs + c]);
        *h += v[j] == 0 ? 0 : p->l1[j] * fabs(v[j]) + 0.5 * p->l2[j] * v[j] * v[j];
    }
    return 0.5 * (sum + r->squares[c]);
}

/* sup_u x u - h_j(u). */
static double conjugate(const lgd_path *p, size_t j, double x)
{
    const double beyond = lgd_soft(x, p->l1[j]);
    if (beyond == 0)
        return 0;
    double u = p->l2[j] > 0 ? beyond / p->l2[j] : copysign(INFINITY, beyond);
    u = u < p->lower[j] ? p->lower[j] : u > p->upper[j] ? p->upper[j] : u;
    return u == 0 ? 0 : u * (beyond - 0.5 * p->l2[j] * u);
}

/* The largest s <= 1 at which h* of -s g is finite; with `norm` as if there were no l2, which may be too small to help. */
static double scale_of(const lgd_path *p, bool norm)
{
    double scale = 1;
    for (size_t j = 0; j < p->r->cols; j++) {
        const double x = -p->cd.g[j];
        const bool endless = isinf(x > 0 ? p->upper[j] : p->lower[j]) && (norm || p->l2[j] == 0);
        if (endless && fabs(x) > p->l1[j])
            scale = fmin(scale, p->l1[j] / fabs(x));
    }
    return scale;
}

/* f(v) - min f, or more. */
static double above_least(lgd_path *p, double f)
{
    const lgd_reduction *r = p->r;
    double sum = 0;
    if (!p->L)
        return r->terms ? fmax(f, 0) : INFINITY;
    for (size_t i = 0; i < r->cols; i++) {
        const double *row = p->L + i * r->ld;
        p->work[i] = (p->cd.g[i] - lgd_dot(i, row, p->work)) / row[i];
        sum += p->work[i] * p->work[i];
    }
    return r->terms ? fmin(fmax(f, 0), 0.5 * sum) : 0.5 * sum;
}

static double gap_at(const lgd_path *p, double scale, double h, double above)
{
    double sum = h;
    for (size_t j = 0; j < p->r->cols; j++) {
        double x = -scale * p->cd.g[j];
        if (p->l2[j] == 0 && isinf(x > 0 ? p->upper[j] : p->lower[j]))
            x = copysign(fmin(fabs(x), p->l1[j]), x); /* beyond it only by rounding */
        sum += conjugate(p, j, x) - x * p->cd.w[j];
    }
    const double from_f = scale < 1 ? (1 - scale) * (1 - scale) * above : 0;
    return from_f + fmax(sum, 0);
}

double lgd_path_gap(lgd_path *p, size_t c, double *F)
{
    double h;
    const double f = value_of(p, c, &h), scale = scale_of(p, false), norm = scale_of(p, true);
    const double above = norm < 1 ? above_least(p, f) : 0;
    *F = f + h;
    const double gap = gap_at(p, scale, h, above);
    return norm < scale ? fmin(gap, gap_at(p, norm, h, above)) : gap;
}
