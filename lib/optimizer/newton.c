/* Newton's method with a line search, and with the shift of K. Levenberg, "A method for the solution of certain non-linear problems
 * in least squares", Quart. Appl. Math. 2 (1944) where the Hessian is not positive definite; as in J. Nocedal, S. J. Wright,
 * "Numerical optimization", 2nd ed. (2006), Algorithms 3.2 and 3.3.
 *
 * With D the root of the diagonal of H, rounded to powers of two, d solves (D^-1 H D^-1 + mu I) D d = -D^-1 g by Cholesky. So a
 * column of other units changes nothing but its own coordinate, and by powers of two not a bit. All diagonal elements of the scaled
 * matrix are of the size of 1, and mu is one number for all of them: 0, and if that does not do sqrt(eps) times the largest element,
 * then ten times as much and so on.
 *
 * A factor may serve several steps: V. E. Shamanskii, "A modification of Newton's method", Ukrainian Math. J. 19 (1967). */
#include "search.h"
#include "blas/blas.h"
#include <float.h>

enum { DIRECTION, ROOT, DIAGONAL, POINT, GRADIENT, MATRIX };

typedef struct progress {
    lgd_search_memory search;
    uint64_t uses; /* steps that the factor in the state was made for or took; 0: there is none */
    uint64_t odd;  /* of its equations */
    double left;   /* g.H^-1 g before the last of them, */
    double f;      /* and the value after it */
    double shift;  /* the least one to try next, 0: as ever */
} progress;

static const lgd_option options[] = {
    LGD_OPTION_CHOICE(lgd_newton_options, shift, "levenberg|never", "what to do where H is not positive definite"),
    {.name = "reuse",
     .offset = offsetof(lgd_newton_options, reuse),
     .type = LGD_SIZE,
     .preset = 1,
     .low = 1,
     .high = 1e6,
     .help = "steps that one H may serve"},
    LGD_SEARCH_OPTIONS(lgd_newton_options, 1e-4, 0.9),
    {0},
};

static void layout(const void *opaque, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)opaque;
    *vectors = lgd_add(dim, MATRIX);
    *state_size = sizeof(progress);
}

static lgd_status check(const void *opaque)
{
    const lgd_newton_options *o = opaque;
    return lgd_search_check("newton", o->search, o->c1, o->c2);
}

/* ---- H d = -g */

/* The lower triangle of `matrix` is H, scaled, then its factor L; the upper one keeps the scaled H, and `diagonal` its diagonal. */
typedef struct equations {
    size_t n, ld;
    double *matrix, *diagonal;
    double *root; /* D */
    int odd;      /* H is divided by 2^odd first: then f times any power of two leaves D and the scaled H as they are */
} equations;

/* A power of two whose square is near |x| > 0. */
static double root_of(double x, int odd)
{
    int exponent;
    frexp(x, &exponent);
    exponent -= odd;
    return ldexp(1, exponent >= 0 ? exponent / 2 : -((1 - exponent) / 2));
}

/* A coordinate without curvature of its own takes the largest unit there is. False where none has any. */
static bool find_roots(equations *e)
{
    double largest = 0;
    bool any = false;
    for (size_t i = 0; i < e->n; i++) {
        const double x = e->matrix[i * e->ld + i];
        if (x != 0 && !any) {
            int exponent;
            frexp(x, &exponent);
            e->odd = exponent & 1;
            any = true;
        }
        e->root[i] = x != 0 ? root_of(x, e->odd) : 0;
        largest = fmax(largest, e->root[i]);
    }
    for (size_t i = 0; i < e->n; i++)
        if (!(e->root[i] > 0))
            e->root[i] = largest;
    return any;
}

/* Scales both triangles; returns the largest element. */
static double scale(const equations *e)
{
    const double half = e->odd ? 0.5 : 1;
    double largest = 0;
    for (size_t i = 0; i < e->n; i++) {
        double *row = e->matrix + i * e->ld;
        for (size_t j = 0; j <= i; j++) {
            row[j] = row[j] / e->root[i] / e->root[j] * half;
            largest = fmax(largest, fabs(row[j]));
            e->matrix[j * e->ld + i] = row[j];
        }
        e->diagonal[i] = row[i];
    }
    return largest;
}

/* L of the scaled H + mu I. How many of its rows are sound: all but in n - 1 cases. */
static lgd_status factor(const equations *e, double mu, size_t *sound)
{
    const size_t n = e->n;
    for (size_t i = 0; i < n; i++) {
        double *row = e->matrix + i * e->ld;
        for (size_t j = 0; j < i && mu > 0; j++)
            row[j] = e->matrix[j * e->ld + i];
        row[i] = e->diagonal[i] + mu;
    }
    const lgd_status status = lgd_lapack_factor(n, e->matrix, e->ld, sound);
    for (size_t i = 0; i < *sound && !status; i++) {
        const double pivot = e->matrix[i * e->ld + i];
        if (!(pivot * pivot > (double)n * DBL_EPSILON * (fabs(e->diagonal[i]) + mu)))
            *sound = i;
    }
    return status;
}

/* d = -(L L^T)^-1 g in the scaled coordinates, and back from them. */
static void solve(const equations *e, const double *g, double *d)
{
    const double half = e->odd ? 0.5 : 1;
    for (size_t i = 0; i < e->n; i++) {
        const double *row = e->matrix + i * e->ld;
        d[i] = (-g[i] / e->root[i] * half - lgd_dot(i, row, d)) / row[i];
    }
    for (size_t i = e->n; i-- > 0;) {
        const double *row = e->matrix + i * e->ld;
        d[i] /= row[i];
        for (size_t j = 0; j < i; j++)
            d[j] -= row[j] * d[i];
    }
    for (size_t i = 0; i < e->n; i++)
        d[i] /= e->root[i];
}

/* The same in the limit of a large mu. */
static void steepest(const equations *e, const double *g, double *d)
{
    for (size_t i = 0; i < e->n; i++)
        d[i] = -g[i] / e->root[i] / e->root[i];
}

/* Does d lead down, and is it a direction at all? */
static bool leads_down(size_t n, const double *g, const double *d, double *slope)
{
    *slope = lgd_dot(n, g, d);
    return *slope < 0 && isfinite(*slope) && lgd_first_not_finite(n, d) == n;
}

/* From H in the lower triangle to d. *curved: d has a length of its own, which alpha = 1 is. *shift: in, one to try before the usual
 * ones, 0 for none; out, the one that d is of. */
static lgd_status find_direction(lgd_step *s, equations *e, double *d, double *slope, bool *curved, double *shift)
{
    enum { SHIFTS = 40 };
    const lgd_newton_options *o = s->options;
    const size_t n = e->n;
    *curved = find_roots(e);
    const double usual = sqrt(DBL_EPSILON) * (*curved ? scale(e) : 0), less = *shift < usual ? *shift : 0;
    double mu = 0;
    size_t sound = 0;
    for (int i = 0; i < SHIFTS && *curved; i++) {
        const lgd_status status = factor(e, mu, &sound);
        if (status)
            return status;
        if (sound == n) {
            solve(e, s->g, d);
            *shift = mu;
            if (leads_down(n, s->g, d, slope))
                return LGD_OK;
        }
        s->indefinite = true;
        if (o->shift == LGD_SHIFT_NEVER)
            break;
        mu = mu == 0 && less > 0 ? less : mu < usual ? usual : 10 * mu;
    }
    *shift = 0;
    s->indefinite = true;
    if (o->shift == LGD_SHIFT_NEVER)
        return lgd_fail(LGD_EINVAL,
                        "newton: the Hessian is not positive definite at step %llu, its pivot %zu of %zu is not above "
                        "its rounding; shift = LGD_SHIFT_LEVENBERG is accepted",
                        (unsigned long long)s->t, sound < n ? sound + 1 : n, n);
    if (*curved)
        steepest(e, s->g, d);
    if (!*curved || !leads_down(n, s->g, d, slope)) {
        for (size_t j = 0; j < n; j++)
            d[j] = -s->g[j];
        *slope = -lgd_dot(n, s->g, s->g);
        *curved = false;
    }
    return LGD_OK;
}

/* ---- the step */

static lgd_status search(lgd_step *s, double slope, bool curved, double shift, lgd_search_memory *memory,
                         lgd_line *line)
{
    const lgd_newton_options *o = s->options;
    const lgd_search_rules rules = LGD_SEARCH_RULES(o, LGD_BACKTRACKING);
    const double *d = s->vec[DIRECTION];
    double alpha = s->t == 1 && o->first_step > 0 ? lgd_search_given(s, o->first_step, d) : 1;
    lgd_status status = LGD_OK;
    if (!curved)
        status = lgd_search_first(s, &rules, d, slope, s->vec[POINT], &alpha);
    *line = (lgd_line){.d = d,
                       .slope = slope,
                       .alpha = alpha * s->lr_factor,
                       .alpha_max = shift > 0 ? alpha * s->lr_factor : INFINITY,
                       .w_new = s->vec[POINT],
                       .g_new = s->vec[GRADIENT]};
    return status ? status : lgd_search_along(s, &rules, memory, line);
}

/* With a factor of the steps before, as long as it serves: each step then has to leave a quarter of g.H^-1 g at most. */
static lgd_status step_by_kept(lgd_step *s, const equations *e, progress *next, lgd_line *line)
{
    static const double SERVES = 0.25;
    const lgd_newton_options *o = s->options;
    double slope;
    if (next->uses == 0 || next->uses >= o->reuse)
        return LGD_OK;
    solve(e, s->g, s->vec[DIRECTION]);
    if (!leads_down(s->dim, s->g, s->vec[DIRECTION], &slope) || !(-slope <= SERVES * next->left))
        return LGD_OK;
    next->left = -slope;
    next->uses++;
    const lgd_status status = search(s, slope, true, 0, &next->search, line);
    s->stop = 0;
    return status;
}

/* With H + mu D^2 how far a step goes where nothing curves is the doing of mu. A longer step of the same direction would go too far
 * where f does curve; so alpha stays at 1, and as long as f falls as steeply at the end of such a step, mu becomes less. */
static double next_shift(const lgd_newton_options *o, double mu, const lgd_line *line)
{
    static const double LESS = 0x1p-5;
    return line->found && line->trials == 1 && line->slope_new <= o->c2 * line->slope ? LESS * mu : 0;
}

static lgd_status step_by_new(lgd_step *s, equations *e, progress *next, lgd_line *line)
{
    const size_t n = s->dim;
    double f, slope = 0, mu = next->shift;
    bool curved;
    lgd_status status = s->oracle->hessian(s->oracle_ctx, s->w, &f, s->vec[GRADIENT], e->matrix, e->ld);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++)
        if (lgd_first_not_finite(i + 1, e->matrix + i * e->ld) <= i) {
            s->stop = LGD_STOP_DIVERGED;
            return LGD_OK;
        }
    status = find_direction(s, e, s->vec[DIRECTION], &slope, &curved, &mu);
    next->uses = curved && !s->indefinite;
    next->left = -slope;
    next->odd = (uint64_t)e->odd;
    if (!status)
        status = search(s, slope, curved, mu, &next->search, line);
    next->shift = next_shift(s->options, mu, line);
    /* Too far, as where a loss hardly curves: down the gradient. */
    if (!status && curved && s->stop == LGD_STOP_SEARCH) {
        for (size_t j = 0; j < n; j++)
            s->vec[DIRECTION][j] = -s->g[j];
        next->uses = 0;
        status = search(s, -lgd_dot(n, s->g, s->g), false, 0, &next->search, line);
    }
    return status;
}

static lgd_status step(lgd_step *s)
{
    const size_t n = s->dim;
    progress *kept = s->state, next = *kept;
    equations e = {.n = n,
                   .ld = n > 1 ? (size_t)(s->vec[MATRIX + 1] - s->vec[MATRIX]) : 1,
                   .matrix = s->vec[MATRIX],
                   .diagonal = s->vec[DIAGONAL],
                   .root = s->vec[ROOT],
                   .odd = (int)kept->odd};
    lgd_line line = {0};
    if (!(s->lr_factor > 0))
        return LGD_OK;
    if (lgd_norm2(n, s->g) == 0) {
        s->stop = LGD_STOP_ROUNDING;
        return LGD_OK;
    }
    if (!s->oracle->hessian)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "newton: there is no Hessian, a run over all rows that lends one is accepted");
    if (s->f != kept->f) /* not the point that the last step left, or other rows */
        next.left = INFINITY;
    lgd_status status = step_by_kept(s, &e, &next, &line);
    if (!status && !line.found) {
        kept->uses = 0; /* until another factor is there */
        status = step_by_new(s, &e, &next, &line);
    }
    if (!status && line.found) {
        lgd_search_take(s, &line);
        next.f = s->f;
        *kept = next;
    }
    return status;
}

const lgd_optimizer_ops *lgd_newton_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "newton",
        .about = "Newton's direction from the Hessian itself, and a line search",
        .source = "Levenberg (1944); Nocedal and Wright (2006)",
        .options = options,
        .options_size = sizeof(lgd_newton_options),
        .flags = LGD_NEEDS_EVAL | LGD_FULL_BATCH | LGD_OWN_POINTS | LGD_CHECKED | LGD_FINDS_STEP,
        .layout = layout,
        .check = check,
        .step = step,
    };
    return &ops;
}
