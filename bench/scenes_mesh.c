/* The scene of a function on a mesh: steps that are needed as the mesh becomes finer, without a metric and with one. */
#include "scenes.h"
#include <math.h>

enum { MOST = 400 };

/* A field w with w(0) = w(1) = 0 on n cells of length h that is to follow u and to be smooth, as in examples/smoothed_gradient.c:
 * f = integral of c (w - u)^2/2 + B w^4/4 + EPS w'^2/2. */
typedef struct field {
    size_t n;
    double h, u[MOST], c[MOST], pivot[MOST]; /* at the inner points; pivots of I - LENGTH^2 Laplacian */
} field;

#define EPS 0.01
#define B 0.5
#define LENGTH 0.1

static double coupling(const field *p)
{
    return LENGTH * LENGTH / (p->h * p->h);
}

static void field_make(field *p, size_t n)
{
    p->n = n;
    p->h = 1 / (double)n;
    const double off = coupling(p);
    for (size_t j = 0; j + 1 < n; j++) {
        const double x = (double)(j + 1) * p->h;
        p->u[j] = 4 * x * (1 - x) + (x > 0.4 && x < 0.7 ? 1 : 0) + 0.2 * sin(40 * x);
        p->c[j] = 1 + x;
        p->pivot[j] = 1 + 2 * off - (j ? off * off / p->pivot[j - 1] : 0);
    }
}

static lgd_status field_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    const field *p = ctx;
    double sum = 0, before = 0; /* the slope on the cell to the left */
    for (size_t j = 0; j <= dim; j++) {
        const double at = j < dim ? w[j] : 0, slope = (at - (j ? w[j - 1] : 0)) / p->h;
        sum += p->h * EPS * slope * slope / 2;
        if (g && j)
            g[j - 1] += EPS * (before - slope);
        before = slope;
        if (j == dim)
            break;
        const double e = at - p->u[j], square = at * at;
        sum += p->h * (p->c[j] * e * e / 2 + B * square * square / 4);
        if (g)
            g[j] = p->h * (p->c[j] * e + B * square * at);
    }
    *f = sum;
    return LGD_OK;
}

/* pr = (I - LENGTH^2 Laplacian)^-1 r/h, the gradient in the scalar product of functions with a derivative. */
static lgd_status smooth(void *ctx, const double *w, const double *r, double *pr)
{
    const field *p = ctx;
    const size_t dim = p->n - 1;
    const double off = coupling(p);
    (void)w;
    for (size_t j = 0; j < dim; j++)
        pr[j] = r[j] / p->h + (j ? off / p->pivot[j - 1] * pr[j - 1] : 0);
    for (size_t j = dim; j-- > 0;)
        pr[j] = (pr[j] + (j + 1 < dim ? off * pr[j + 1] : 0)) / p->pivot[j];
    return LGD_OK;
}

/* Steps from w = 0 until |g| has fallen by 1e6. */
static lgd_status steps(const char *recipe, size_t n, bool with_metric, uint64_t *count)
{
    static field p;
    lgd_objective *f = NULL;
    lgd_optimizer *opt = NULL;
    lgd_report report = {.stop = LGD_STOP_NONE};
    double w[MOST] = {0};
    field_make(&p, n);
    lgd_status st = lgd_function_create(&f, n - 1, field_eval, &p);
    if (!st)
        st = lgd_optimizer_parse(&opt, recipe);
    if (!st)
        st = lgd_minimize(f, opt, w,
                          &(lgd_minimize_options){.max_steps = 100000,
                                                  .grad_tol = 1e-6,
                                                  .precondition = with_metric ? smooth : NULL,
                                                  .precondition_ctx = &p},
                          &report);
    if (!st && report.stop != LGD_STOP_GRAD_TOL)
        st = lgd_set_error(LGD_EDIVERGED, lgd_stop_string(report.stop));
    *count = report.steps;
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    return st;
}

static lgd_status fill_mesh(FILE *to)
{
    static const struct {
        const char *name, *plain, *smoothed;
    } methods[] = {{"sgd", "sgd:lr=auto", "sgd:lr=0.5"}, {"cg", "cg", "cg"}, {"lbfgs", "lbfgs", "lbfgs"}};
    static const size_t cells[] = {25, 50, 100, 200, 400};
    lgd_status st = LGD_OK;
    fputs("method\tgradient\tcells\tsteps\n", to);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        for (int with = 0; with < 2; with++)
            for (size_t k = 0; k < sizeof cells / sizeof *cells && !st; k++) {
                uint64_t count;
                st = steps(with ? methods[i].smoothed : methods[i].plain, cells[k], with, &count);
                fprintf(to, "%s\t%s\t%zu\t%llu\n", methods[i].name, with ? "smoothed" : "plain", cells[k],
                        (unsigned long long)count);
            }
    return st;
}

const scene scenes_of_mesh[] = {{"mesh_steps.tsv", fill_mesh}, {NULL, NULL}};
