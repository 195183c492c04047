/* Each is told to go on until it ends by itself: tolerances are 0, so that none is stopped before it has solved a problem. */
#include "classic.h"
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multimin.h>
#include <gsl/gsl_version.h>
#include <lbfgs.h>
#include <nlopt.h>
#include <stdio.h>
#include <string.h>

enum { MEMORY = 10 }; /* pairs kept, as libgd's lbfgs does */

static outcome finished(const classic_count *count, const double *x, const char *reason)
{
    return (outcome){count->evaluations, count->solved, classic_eval(count->p, x, NULL), classic_grad_norm(count->p, x),
                     reason};
}

/* ---- libLBFGS */

static lbfgsfloatval_t evaluate_liblbfgs(void *ctx, const lbfgsfloatval_t *x, lbfgsfloatval_t *g, int n,
                                         lbfgsfloatval_t step)
{
    (void)n, (void)step;
    return classic_counted(ctx, x, g);
}

static int progress_liblbfgs(void *ctx, const lbfgsfloatval_t *x, const lbfgsfloatval_t *g, lbfgsfloatval_t f,
                             lbfgsfloatval_t xnorm, lbfgsfloatval_t gnorm, lbfgsfloatval_t step, int n, int k,
                             int trials)
{
    (void)x, (void)g, (void)f, (void)xnorm, (void)gnorm, (void)step, (void)n, (void)k, (void)trials;
    return ((const classic_count *)ctx)->evaluations >= CLASSIC_MOST;
}

outcome run_liblbfgs(const classic *p, double factor)
{
    classic_count count = {.p = p};
    lbfgs_parameter_t o;
    lbfgsfloatval_t *x = lbfgs_malloc(p->n); /* aligned as it wants it, and zero behind n */
    if (!x)
        return (outcome){.reason = "no memory"};
    lbfgs_parameter_init(&o);
    o.epsilon = 0;
    o.m = MEMORY;
    classic_start(p, factor, x);
    const int status = lbfgs(p->n, x, NULL, evaluate_liblbfgs, progress_liblbfgs, &count, &o);
    const outcome result = finished(&count, x,
                                    status == LBFGS_SUCCESS ? "gradient 0"
                                    : status == 1           ? "limit"
                                                            : "search failed");
    lbfgs_free(x);
    return result;
}

/* ---- NLopt */

static double evaluate_nlopt(unsigned n, const double *x, double *g, void *ctx)
{
    (void)n;
    return classic_counted(ctx, x, g);
}

outcome run_nlopt(const classic *p, double factor)
{
    classic_count count = {.p = p};
    double x[CLASSIC_DIM], f;
    nlopt_opt opt = nlopt_create(NLOPT_LD_LBFGS, (unsigned)p->n);
    if (!opt)
        return (outcome){.reason = "no memory"};
    nlopt_set_min_objective(opt, evaluate_nlopt, &count);
    nlopt_set_maxeval(opt, CLASSIC_MOST);
    nlopt_set_vector_storage(opt, MEMORY);
    classic_start(p, factor, x);
    const nlopt_result status = nlopt_optimize(opt, x, &f);
    const outcome result = finished(&count, x,
                                    status == NLOPT_MAXEVAL_REACHED ? "limit"
                                    : status < 0                    ? "failed"
                                                                    : "no progress");
    nlopt_destroy(opt);
    return result;
}

/* ---- GSL: value and gradient at a point are one evaluation, however they are asked for */

typedef struct gsl_count {
    classic_count count;
    double last[CLASSIC_DIM], f, g[CLASSIC_DIM];
    bool any;
} gsl_count;

static void evaluate_gsl(const gsl_vector *v, void *ctx, double *f, gsl_vector *g)
{
    gsl_count *c = ctx;
    const size_t n = (size_t)c->count.p->n;
    double x[CLASSIC_DIM];
    for (size_t j = 0; j < n; j++)
        x[j] = gsl_vector_get(v, j);
    if (!c->any || memcmp(x, c->last, n * sizeof *x) != 0)
        c->f = classic_counted(&c->count, x, c->g);
    memcpy(c->last, x, n * sizeof *x);
    c->any = true;
    if (f)
        *f = c->f;
    for (size_t j = 0; g && j < n; j++)
        gsl_vector_set(g, j, c->g[j]);
}

static double f_gsl(const gsl_vector *x, void *ctx)
{
    double f;
    evaluate_gsl(x, ctx, &f, NULL);
    return f;
}

static void df_gsl(const gsl_vector *x, void *ctx, gsl_vector *g)
{
    evaluate_gsl(x, ctx, NULL, g);
}

/* A first step of 0.1 and a tolerance of the line search of 0.1: of those tried, what solves most. */
static outcome run_gsl(const classic *p, double factor, const gsl_multimin_fdfminimizer_type *type)
{
    gsl_count count = {.count.p = p};
    gsl_multimin_function_fdf f = {f_gsl, df_gsl, evaluate_gsl, (size_t)p->n, &count};
    double start[CLASSIC_DIM];
    gsl_set_error_handler_off();
    gsl_vector *x = gsl_vector_alloc(f.n);
    gsl_multimin_fdfminimizer *s = gsl_multimin_fdfminimizer_alloc(type, f.n);
    outcome result = {.reason = "no memory"};
    if (x && s) {
        classic_start(p, factor, start);
        for (size_t j = 0; j < f.n; j++)
            gsl_vector_set(x, j, start[j]);
        int status = gsl_multimin_fdfminimizer_set(s, &f, x, 0.1, 0.1);
        size_t steps = 0;
        while (!status && count.count.evaluations < CLASSIC_MOST && steps++ < CLASSIC_MOST)
            status = gsl_multimin_fdfminimizer_iterate(s);
        for (size_t j = 0; j < f.n; j++)
            start[j] = gsl_vector_get(s->x, j);
        result = finished(&count.count, start, status == GSL_ENOPROG ? "no progress" : status ? "failed" : "limit");
    }
    if (s)
        gsl_multimin_fdfminimizer_free(s);
    if (x)
        gsl_vector_free(x);
    return result;
}

outcome run_gsl_bfgs2(const classic *p, double factor)
{
    return run_gsl(p, factor, gsl_multimin_fdfminimizer_vector_bfgs2);
}

outcome run_gsl_conjugate_pr(const classic *p, double factor)
{
    return run_gsl(p, factor, gsl_multimin_fdfminimizer_conjugate_pr);
}

void peers_version(const char *name, char *text, size_t size)
{
    int major, minor, patch;
    nlopt_version(&major, &minor, &patch);
    if (!strncmp(name, "NLopt", 5))
        snprintf(text, size, "NLopt %d.%d.%d", major, minor, patch);
    else
        snprintf(text, size, "%s", strncmp(name, "GSL", 3) ? "liblbfgs " LIBLBFGS_VERSION : "GSL " GSL_VERSION);
}

void peers_versions(char *text, size_t size)
{
    char nlopt[40];
    peers_version("NLopt", nlopt, sizeof nlopt);
    snprintf(text, size, "liblbfgs " LIBLBFGS_VERSION ", %s, GSL %s", nlopt, gsl_version);
}
