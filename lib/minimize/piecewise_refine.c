/* What rounding has left of the gradient of a smooth problem. A slope c + (z - kink)/mu has of the score z its rounding over mu, and so
 * has the gradient g. With the rows S at a kink, u strictly between the slopes of both sides, a step of Newton's method
 *
 *     (l2 + X_S^T Omega X_S/(m omega mu)) d = -g,   u_S += X_S d/mu,
 *
 * that changes u by what the step changes, and not by the difference of rounded scores, has u as exact as g is. The gradient is then
 * taken at these u themselves, and so on. Where columns are dependent d is the shortest. */
#include "piecewise.h"
#include "blas/blas.h"
#include <float.h>
#include <math.h>

/* A width at which slopes are what the loss is smoothed about, to the last bit. */
static const double ENDLESS = 0x1p300;

enum { TIMES = 5 };

/* d = -H^+ g for H with a diagonal of the size of 1: its eigenvalues beyond rounding. H is destroyed, values is scratch. */
static lgd_status solve(piecewise *p)
{
    const size_t n = p->dim;
    const double *H = p->H;
    for (size_t i = 0; i < n; i++) {
        const double x = p->H[i * p->ld + i];
        p->root[i] = x > 0 ? sqrt(x) : 1;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            p->H[i * p->ld + j] = p->H[i * p->ld + j] / p->root[i] / p->root[j];
    const lgd_status status = lgd_lapack_eigen(n, p->H, p->ld, p->values);
    memset(p->d, 0, n * sizeof *p->d);
    for (size_t e = 0; e < n && !status; e++)
        if (p->values[e] > (double)n * DBL_EPSILON * p->values[n - 1]) {
            double along = 0;
            for (size_t j = 0; j < n; j++)
                along -= H[e * p->ld + j] * (p->g[j] / p->root[j]);
            for (size_t j = 0; j < n; j++)
                p->d[j] += along / p->values[e] * H[e * p->ld + j];
        }
    for (size_t j = 0; j < n; j++)
        p->d[j] /= p->root[j];
    return status;
}

/* The direction d of the rows at a kink. */
static lgd_status find_direction(piecewise *p, double width)
{
    double value;
    lgd_loss_smoothed_width(p->loss, width);
    const lgd_status status = lgd_objective_hessian(p->smooth, p->threads, p->w, &value, p->root, p->H, p->ld);
    return status ? status : solve(p);
}

/* The multipliers after a step, and before it to U. */
static void move_multipliers(piecewise *p, double width)
{
    for (size_t i = 0; i < p->terms; i++)
        for (size_t c = 0; c < p->k; c++) {
            double *target = p->y + 2 * lgd_piecewise_row(p, i) * p->k + c, *u = target + p->k;
            const lgd_kinks b = lgd_loss_kinks(p->m->loss, *target);
            const double before = *u;
            p->U[i * p->k + c] = before;
            for (size_t j = 0; j < b.count; j++)
                if (before > b.slope[j] && before < b.slope[j + 1])
                    *u = fmin(fmax(before + p->T[i * p->k + c] / width, b.slope[j]), b.slope[j + 1]);
        }
}

static void take_back(piecewise *p, const double *w)
{
    memcpy(p->w, w, p->dim * sizeof *w);
    for (size_t i = 0; i < p->terms; i++)
        for (size_t c = 0; c < p->k; c++)
            p->y[2 * lgd_piecewise_row(p, i) * p->k + p->k + c] = p->U[i * p->k + c];
}

lgd_status lgd_piecewise_refine(piecewise *p, double width, double gap)
{
    double *w = p->values; /* which is free by then */
    for (int i = 0; i < TIMES && p->left > LGD_PIECEWISE_WORTH * gap; i++) {
        lgd_piecewise_report next = {0};
        lgd_status status = find_direction(p, width);
        if (!status)
            status = lgd_objective_scores(p->smooth, p->threads, p->w, p->d, p->U, p->T);
        if (status)
            return status;
        move_multipliers(p, width);
        memcpy(w, p->w, p->dim * sizeof *w);
        for (size_t j = 0; j < p->dim && p->m->o.l2 > 0; j++)
            p->w[j] += p->d[j];
        if ((status = lgd_piecewise_certify(p, width * ENDLESS, &next)))
            return status;
        if (!(next.gap < p->best.gap)) {
            take_back(p, w);
            return LGD_OK;
        }
        lgd_piecewise_keep(p, &next);
        if (!(next.gap < 0.5 * gap))
            return LGD_OK;
        gap = next.gap;
    }
    return LGD_OK;
}
