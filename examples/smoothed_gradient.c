/* A metric for a function on a mesh. A field w with w(0) = w(1) = 0 is to follow u, and to be smooth:
 *
 *     f(w) = integral of  c(x) (w - u(x))^2/2 + b w^4/4 + eps w'(x)^2/2,
 *
 * here on n cells of length h = 1/n, as a sum over n - 1 numbers. What differs from mesh to mesh is the largest curvature of the last
 * term, 4 eps/h: the gradient as a vector of numbers knows nothing of distances, and the finer the mesh, the longer descent takes.
 * The gradient in the scalar product of functions with a derivative, integral of v w + l^2 v' w', is smooth: P g =
 * (I - l^2 Laplacian)^-1 g/h, one solve with three diagonals. With it the steps that are needed are those of the problem, whatever
 * the mesh. J. W. Neuberger, "Sobolev gradients and differential equations" (1997). Prints the steps until |g| has fallen by 1e6. */
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 400 };

typedef struct field {
    size_t n;                                /* cells */
    double h, u[MOST], c[MOST], pivot[MOST]; /* at the inner points; of the factors of I - l^2 Laplacian */
    size_t solves;
} field;

static const double eps = 0.01, b = 0.5, l = 0.1;

static void prepare(field *p, size_t n)
{
    p->n = n;
    p->h = 1 / (double)n;
    p->solves = 0;
    const double off = -l * l / (p->h * p->h);
    for (size_t j = 0; j + 1 < n; j++) {
        const double x = (double)(j + 1) * p->h;
        p->u[j] = 4 * x * (1 - x) + (x > 0.4 && x < 0.7 ? 1 : 0) + 0.2 * sin(40 * x);
        p->c[j] = 1 + x;
        p->pivot[j] = 1 - 2 * off - (j ? off * off / p->pivot[j - 1] : 0);
    }
}

static lgd_status eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    const field *p = ctx;
    double sum = 0;
    for (size_t j = 0; j < dim; j++) {
        const double e = w[j] - p->u[j], left = w[j] - (j ? w[j - 1] : 0), right = (j + 1 < dim ? w[j + 1] : 0) - w[j];
        sum += p->h * (p->c[j] * e * e / 2 + b * w[j] * w[j] * w[j] * w[j] / 4) + eps * left * left / (2 * p->h);
        if (j + 1 == dim)
            sum += eps * right * right / (2 * p->h);
        if (g)
            g[j] = p->h * (p->c[j] * e + b * w[j] * w[j] * w[j]) + eps * (left - right) / p->h;
    }
    *f = sum;
    return LGD_OK;
}

/* pr = (I - l^2 Laplacian)^-1 r/h, by elimination and substitution. */
static lgd_status smooth(void *ctx, const double *w, const double *r, double *pr)
{
    field *p = ctx;
    const size_t dim = p->n - 1;
    const double off = -l * l / (p->h * p->h);
    (void)w;
    p->solves++;
    for (size_t j = 0; j < dim; j++)
        pr[j] = r[j] / p->h - (j ? off / p->pivot[j - 1] * pr[j - 1] : 0);
    for (size_t j = dim; j-- > 0;)
        pr[j] = (pr[j] - (j + 1 < dim ? off * pr[j + 1] : 0)) / p->pivot[j];
    return LGD_OK;
}

/* Steps of the method on n cells, from w = 0; 0 if that went wrong. */
static unsigned long steps(const char *method, size_t n, bool with_metric)
{
    static field p;
    lgd_objective *f = NULL;
    lgd_optimizer *opt = NULL;
    lgd_report report = {.stop = LGD_STOP_NONE};
    double w[MOST] = {0};
    prepare(&p, n);
    lgd_status st = lgd_function_create(&f, n - 1, eval, &p);
    if (!st)
        st = lgd_optimizer_parse(&opt, method);
    if (!st)
        st = lgd_minimize(f, opt, w,
                          &(lgd_minimize_options){.max_steps = 1000000,
                                                  .grad_tol = 1e-6,
                                                  .precondition = with_metric ? smooth : NULL,
                                                  .precondition_ctx = &p},
                          &report);
    if (st || report.stop != LGD_STOP_GRAD_TOL)
        fprintf(stderr, "%s: %s\n", method, st ? lgd_last_error() : lgd_stop_string(report.stop));
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    return st || report.stop != LGD_STOP_GRAD_TOL ? 0 : (unsigned long)report.steps;
}

/* The next of 10, 15, 20, 30, 40, 50, 70, 100, 150, ...: the last digits of a count of steps are those of a compiler. */
static unsigned long about(unsigned long n)
{
    static const unsigned long round[] = {10, 15, 20, 30, 40, 50, 70};
    for (unsigned long tens = 1;; tens *= 10)
        for (size_t i = 0; i < sizeof round / sizeof *round; i++)
            if (n <= round[i] * tens)
                return round[i] * tens;
}

int main(void)
{
    static const struct {
        const char *name, *plain, *smoothed;
    } methods[] = {{"sgd", "sgd:lr=auto", "sgd:lr=0.5"}, {"cg", "cg", "cg"}, {"lbfgs", "lbfgs", "lbfgs"}};
    static const size_t cells[] = {50, 100, 200, 400};
    int wrong = 0;
    printf("steps until |g| has fallen by 1e6, at most\n%-8s%8s%8s%8s%8s%12s\n", "cells", "50", "100", "200", "400",
           "gradient");
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        for (int with = 0; with < 2; with++) {
            printf("%-8s", methods[i].name);
            for (size_t k = 0; k < sizeof cells / sizeof *cells; k++) {
                const unsigned long n = steps(with ? methods[i].smoothed : methods[i].plain, cells[k], with);
                printf("%8lu", about(n));
                wrong |= n == 0;
            }
            printf("%12s\n", with ? "smoothed" : "plain");
        }
    return wrong;
}
