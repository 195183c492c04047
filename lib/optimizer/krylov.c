/* Truncated conjugate gradients: R. S. Dembo, T. Steihaug, "Truncated-Newton algorithms for large-scale unconstrained
 * optimization", Math. Program. 26 (1983); within a radius T. Steihaug, "The conjugate gradient method and trust regions in large
 * scale optimization", SIAM J. Numer. Anal. 20 (1983), and P. L. Toint, "Towards an efficient sparsity exploiting Newton method
 * for minimization" (1981). With P as in A. Conn, N. Gould, P. Toint, "Trust-region methods" (2000), Algorithm 7.5.1, whose
 * recurrences give norms in the metric of P^-1 without that matrix. */
#include "krylov.h"
#include <float.h>

/* What the iteration keeps; scalar products of d and p are those of the norm of d. steepest: the largest p.Hp/p.p so far. */
typedef struct sums {
    double rz, dd, dp, pp, steepest;
} sums;

LGD_WIDE static void add(size_t n, double a, const double *x, double *y)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        y[j] += a * x[j];
}

/* p = beta p - z */
LGD_WIDE static void turn(size_t n, double beta, const double *z, double *p)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        p[j] = beta * p[j] - z[j];
}

LGD_WIDE static void multiply(size_t n, const double *x, const double *y, double *z)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        z[j] = x[j] * y[j];
}

/* *z is P r, or r itself without P; *rz = r.z */
static lgd_status precondition(const lgd_step *s, const lgd_krylov *k, const double **z, double *rz)
{
    lgd_status status = LGD_OK;
    *z = k->r;
    if (k->metric) {
        *z = k->z;
        multiply(s->dim, k->metric, k->r, k->z);
    } else if (s->oracle->precondition) {
        *z = k->z;
        status = s->oracle->precondition(s->oracle_ctx, s->w, k->r, k->z);
    }
    *rz = status ? NAN : lgd_dot(s->dim, k->r, *z);
    return status;
}

/* Is the curvature along p above 0, by more than the rounding of a product, or of a difference of gradients? Where H is singular to
 * rounding p comes to lie where it is 0, and a division by what rounding leaves there would lead far out. */
static bool curves_up(const lgd_step *s, const lgd_krylov *k, sums *c, double curvature, bool *down)
{
    c->steepest = fmax(c->steepest, curvature / c->pp);
    const double noise = s->oracle->exact ? 4 * DBL_EPSILON * c->steepest * c->pp
                                          : sqrt(DBL_EPSILON) * lgd_norm2(s->dim, k->p) * lgd_norm2(s->dim, k->hp);
    *down = curvature <= -noise;
    return curvature > noise;
}

/* The last step: along p up to the boundary, where curvature is p.Hp. */
static void reach_boundary(const lgd_step *s, lgd_krylov *k, sums *c, double curvature)
{
    if (!s->oracle->precondition && !k->metric) { /* sums have less rounding than recurrences */
        c->dd = lgd_dot(s->dim, k->d, k->d);
        c->dp = lgd_dot(s->dim, k->d, k->p);
        c->pp = lgd_dot(s->dim, k->p, k->p);
    }
    const double left = fmax(k->radius * k->radius - c->dd, 0), by = sqrt(c->pp) * sqrt(left);
    const double most = fmax(fabs(c->dp), by), least = fmin(fabs(c->dp), by) / most;
    const double root = most * sqrt(1 + least * least); /* of dp^2 + pp left, which may overflow */
    const double tau = c->dp > 0 ? left / (c->dp + root) : (root - c->dp) / c->pp;
    add(s->dim, tau, k->p, k->d);
    k->fall += tau * (c->rz - 0.5 * tau * curvature);
    k->size = k->radius;
}

/* Along a later direction without positive curvature: to the boundary. Without one as far as for the absolute value of its
 * curvature, at most some times as far as d has come; where there is none, or rounding hides it, as far as the caller says. */
static void follow(const lgd_step *s, lgd_krylov *k, sums *c, double curvature, bool down)
{
    static const double FAR = 32;
    if (isfinite(k->radius)) {
        reach_boundary(s, k, c, curvature);
        return;
    }
    k->flat = !(down && curvature < 0);
    const double tau = fmin(c->rz / fabs(curvature), (k->flat ? k->far : FAR) * k->size / sqrt(c->pp));
    add(s->dim, tau, k->p, k->d);
    k->fall += tau * (c->rz - 0.5 * tau * curvature);
    k->size = sqrt(c->dd + tau * (2 * c->dp + tau * c->pp));
}

/* The first direction, -P g, where nothing better is known: to the boundary, or as it is. */
static void take_first(const lgd_step *s, lgd_krylov *k, sums *c)
{
    const double curvature = isfinite(k->curvature) ? k->curvature : 0;
    if (isfinite(k->radius)) {
        reach_boundary(s, k, c, curvature);
        return;
    }
    add(s->dim, 1, k->p, k->d);
    k->fall = c->rz - 0.5 * curvature;
    k->size = sqrt(c->pp);
}

/* hp = H p and *curvature = p.Hp; *usable, or with the end told, if it is one to divide by, and *down if it is below 0. */
static lgd_status look(const lgd_step *s, lgd_krylov *k, sums *c, double *curvature, bool *usable, bool *down)
{
    const lgd_status status = s->oracle->product(s->oracle_ctx, s->w, s->g, k->p, k->hp);
    if (status)
        return status;
    *down = false;
    *curvature = lgd_dot(s->dim, k->p, k->hp);
    *usable = isfinite(*curvature) && curves_up(s, k, c, *curvature, down);
    k->indefinite = k->indefinite || *down;
    k->end = isfinite(*curvature) ? LGD_KRYLOV_CURVATURE : LGD_KRYLOV_NUMBERS;
    k->products++;
    return LGD_OK;
}

static lgd_status iterate(const lgd_step *s, lgd_krylov *k, sums *c)
{
    const size_t n = s->dim;
    const double enough = k->tolerance * k->tolerance * c->rz;
    for (bool first = true;; first = false) {
        const double *z;
        double curvature, rz;
        bool usable, down;
        lgd_status status = look(s, k, c, &curvature, &usable, &down);
        if (status)
            return status;
        const double a = c->rz / curvature, dd = c->dd + a * (2 * c->dp + a * c->pp);
        if (first) {
            k->curvature = curvature;
            k->first = usable ? sqrt(dd) : INFINITY;
        }
        if (!usable) {
            if (first)
                take_first(s, k, c);
            else if (k->end == LGD_KRYLOV_CURVATURE)
                follow(s, k, c, curvature, down);
            return LGD_OK;
        }
        if (!(dd < k->radius * k->radius)) {
            k->end = LGD_KRYLOV_BOUNDARY;
            reach_boundary(s, k, c, curvature);
            return LGD_OK;
        }
        add(n, a, k->p, k->d);
        add(n, a, k->hp, k->r);
        k->fall += 0.5 * a * c->rz;
        k->size = sqrt(dd);
        k->end = LGD_KRYLOV_LIMIT;
        if (k->products >= k->limit)
            return LGD_OK;
        status = precondition(s, k, &z, &rz);
        if (status)
            return status;
        if (!(rz > enough)) {
            k->end = LGD_KRYLOV_SOLVED;
            return LGD_OK;
        }
        const double beta = rz / c->rz;
        turn(n, beta, z, k->p);
        *c = (sums){rz, dd, beta * (c->dp + a * c->pp), rz + beta * beta * c->pp, c->steepest};
    }
}

lgd_status lgd_krylov_solve(const lgd_step *s, lgd_krylov *k)
{
    const size_t n = s->dim;
    const double *z;
    sums c = {0};
    if (!s->oracle->product)
        return lgd_fail(LGD_EUNSUPPORTED, "optimizer: products with the Hessian are none, those of a run are accepted");
    memcpy(k->r, s->g, n * sizeof *k->r);
    memset(k->d, 0, n * sizeof *k->d);
    memset(k->p, 0, n * sizeof *k->p);
    k->products = 0;
    k->fall = k->size = 0;
    k->flat = false;
    lgd_status status = precondition(s, k, &z, &c.rz);
    if (status)
        return status;
    turn(n, 0, z, k->p);
    c.pp = c.rz;
    k->g_size = sqrt(c.rz);
    if (!(k->g_first > 0))
        k->g_first = k->g_size;
    if (!(k->tolerance > 0))
        k->tolerance = fmin(k->forcing > 0 ? k->forcing : 0.5, sqrt(k->g_size / k->g_first));
    if (k->again && !(k->first < k->radius)) { /* the first step alone leads out of the ball */
        k->end = k->first < INFINITY ? LGD_KRYLOV_BOUNDARY : LGD_KRYLOV_CURVATURE;
        take_first(s, k, &c);
    } else {
        k->indefinite = k->again && k->indefinite;
        status = iterate(s, k, &c);
    }
    k->slope = status ? NAN : lgd_dot(n, s->g, k->d);
    return status;
}

size_t lgd_krylov_limit(size_t inner, size_t dim)
{
    enum { MOST = 500 }; /* rounding makes more than dim directions useful */
    return inner ? inner : dim < MOST / 3 ? 3 * dim : MOST;
}
