/* A piecewise linear loss with its kinks rounded, each score about a slope c of its own:
 *
 *     phi(z) = max_u u z - loss*(u) - mu/2 (u - c)^2
 *
 * Around a kink the slope is c + (z - kink)/mu, between those left and right of it; elsewhere it is that of the loss at a score shifted
 * by mu (slope - c). With c = 0 it is the Moreau envelope. Bands of two kinks never overlap. The loss is taken to be 0 at its first
 * kink, as all built-in ones are: a constant has no part in where the minimum is. */
#include "loss.h"
#include <float.h>
#include <math.h>

typedef struct smoothed {
    const lgd_loss *of;
    double width; /* mu */
} smoothed;

/* A score where phi has the slope v, that belongs to kink j; inside of its band or not. */
typedef struct place {
    double v;
    size_t j;
    bool inside;
} place;

static place find(const lgd_kinks *b, double mu, double c, double z)
{
    for (size_t j = 0; j < b->count; j++) {
        const double left = b->slope[j], right = b->slope[j + 1];
        if (z <= b->kink[j] + mu * (left - c))
            return (place){left, j, false};
        if (z < b->kink[j] + mu * (right - c))
            return (place){fmin(fmax(c + (z - b->kink[j]) / mu, left), right), j, true};
    }
    return (place){b->slope[b->count], b->count - 1, false};
}

/* Of the row's k targets the scores' own come first, then their slopes c. */
static size_t smoothed_targets(const void *ctx, size_t k)
{
    (void)ctx;
    return 2 * k;
}

static double smoothed_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                            const double *weight)
{
    const smoothed *s = ctx;
    const double mu = s->width;
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        const double omega = weight ? weight[i] : 1;
        for (size_t c = 0; c < k; c++) {
            const double z = Z[i * ldz + c], about = y[2 * i * k + k + c];
            const lgd_kinks b = lgd_loss_kinks(s->of, y[2 * i * k + c]);
            const place p = find(&b, mu, about, z);
            const double at_kink = p.j ? b.slope[1] * (b.kink[1] - b.kink[0]) : 0;
            sum += omega * (p.v * (z - b.kink[p.j]) + at_kink - 0.5 * mu * (p.v - about) * (p.v - about));
            Z[i * ldz + c] = omega * p.v;
        }
    }
    return sum;
}

static void smoothed_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                             const double *weight, double *C)
{
    const smoothed *s = ctx;
    lgd_loss_diagonal(m, k, 1 / s->width, weight, C);
    for (size_t i = 0; i < m; i++)
        for (size_t c = 0; c < k; c++) {
            const lgd_kinks b = lgd_loss_kinks(s->of, y[2 * i * k + c]);
            if (!find(&b, s->width, y[2 * i * k + k + c], Z[i * ldz + c]).inside)
                C[(i * k + c) * k + c] = 0;
        }
}

/* phi*(u) = loss*(u) + mu/2 (u - c)^2, so that with the slope v at z Fenchel's inequality leaves the integral from v to u of
 *     kink(t) + mu (t - c) - z,
 * kink(t) being the one whose slopes t lies between: pieces of one sign each. */
static double remainder_of(const lgd_kinks *b, double mu, double c, double z, double u)
{
    const double least = b->slope[0], most = b->slope[b->count],
                 rounding = 4 * DBL_EPSILON * fmax(fabs(least), fabs(most));
    const double v = find(b, mu, c, z).v;
    double sum = 0;
    if (!(u >= least - rounding && u <= most + rounding))
        return INFINITY;
    u = fmin(fmax(u, least), most);
    const double from = fmin(u, v), to = fmax(u, v), sign = u > v ? 1 : -1;
    for (size_t j = 0; j < b->count; j++) {
        const double low = fmax(from, b->slope[j]), high = fmin(to, b->slope[j + 1]);
        if (low < high)
            sum += (high - low) * fmax(sign * (b->kink[j] - z + mu * ((low + high) / 2 - c)), 0);
    }
    return sum;
}

static double smoothed_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                               const double *weight, const double *U, size_t ldu)
{
    const smoothed *s = ctx;
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        const double omega = weight ? weight[i] : 1;
        for (size_t c = 0; c < k && omega > 0; c++) {
            const lgd_kinks b = lgd_loss_kinks(s->of, y[2 * i * k + c]);
            sum += omega * remainder_of(&b, s->width, y[2 * i * k + k + c], Z[i * ldz + c], U[i * ldu + c] / omega);
        }
    }
    return sum;
}

static double smoothed_curvature(const void *ctx, size_t k)
{
    const smoothed *s = ctx;
    (void)k;
    return 1 / s->width;
}

static void smoothed_free(void *ctx)
{
    lgd_release(ctx);
}

lgd_status lgd_loss_smoothed_create(lgd_loss **out, const lgd_loss *of)
{
    static const lgd_loss_ops ops = {.name = "smoothed",
                                     .targets = smoothed_targets,
                                     .eval = smoothed_eval,
                                     .free = smoothed_free,
                                     .curvature = smoothed_curvature,
                                     .fenchel = smoothed_fenchel,
                                     .hessian = smoothed_hessian};
    *out = NULL;
    smoothed *s = lgd_alloc("loss", 1, sizeof *s);
    if (!s)
        return LGD_ENOMEM;
    *s = (smoothed){of, 1};
    const lgd_status status = lgd_loss_create(out, &ops, s);
    if (status)
        lgd_release(s);
    return status;
}

void lgd_loss_smoothed_width(lgd_loss *loss, double width)
{
    ((smoothed *)loss->ctx)->width = width;
}
