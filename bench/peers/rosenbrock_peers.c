#include "rosenbrock.h"
#include <math.h>

/* ---- libLBFGS */

#ifdef LIBLBFGS_VERSION
#include <lbfgs.h>

static lbfgsfloatval_t evaluate_liblbfgs(void *ctx, const lbfgsfloatval_t *x, lbfgsfloatval_t *g, const int n,
                                         const lbfgsfloatval_t step)
{
    (void)ctx, (void)step;
    return rosenbrock((size_t)n, x, g);
}

static int progress_liblbfgs(void *ctx, const lbfgsfloatval_t *x, const lbfgsfloatval_t *g, const lbfgsfloatval_t f,
                             const lbfgsfloatval_t x_norm, const lbfgsfloatval_t g_norm, const lbfgsfloatval_t step,
                             int n, int k, int trials)
{
    (void)x, (void)g, (void)x_norm, (void)g_norm, (void)step, (void)n, (void)trials;
    *(size_t *)ctx = (size_t)k;
    return f < TARGET;
}

static outcome run_liblbfgs(size_t n, double *x)
{
    lbfgs_parameter_t p;
    outcome o = {0};
    lbfgs_parameter_init(&p);
    p.m = MEMORY;
    p.epsilon = 0;
    start(n, x);
    const double begun = now();
    lbfgs((int)n, x, &o.f, evaluate_liblbfgs, progress_liblbfgs, &o.steps, &p);
    o.seconds = now() - begun;
    o.evaluations = evaluations;
    return o;
}
#endif

/* ---- NLopt, which counts evaluations alone */

#ifdef NLOPT_VERSION
#include <nlopt.h>

static double evaluate_nlopt(unsigned n, const double *x, double *g, void *ctx)
{
    (void)ctx;
    return rosenbrock(n, x, g);
}

static outcome run_nlopt(size_t n, double *x)
{
    outcome o = {.f = INFINITY};
    start(n, x);
    const double begun = now();
    nlopt_opt opt = nlopt_create(NLOPT_LD_LBFGS, (unsigned)n);
    if (!opt)
        return o;
    nlopt_set_min_objective(opt, evaluate_nlopt, NULL);
    nlopt_set_vector_storage(opt, MEMORY);
    nlopt_set_stopval(opt, TARGET);
    nlopt_optimize(opt, x, &o.f);
    nlopt_destroy(opt);
    o.seconds = now() - begun;
    o.evaluations = evaluations;
    return o;
}
#endif

/* ---- GSL, whose BFGS keeps the last pair alone */

#ifdef GSL_VERSION_FOUND
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multimin.h>

static double both_gsl(const gsl_vector *x, gsl_vector *g)
{
    return rosenbrock(x->size, x->data, g->data);
}

static void fdf_gsl(const gsl_vector *x, void *ctx, double *f, gsl_vector *g)
{
    (void)ctx;
    *f = both_gsl(x, g);
}

/* It asks for one of the two where it wants one. */
static double f_gsl(const gsl_vector *x, void *ctx)
{
    return both_gsl(x, ctx);
}

static void df_gsl(const gsl_vector *x, void *ctx, gsl_vector *g)
{
    (void)ctx;
    both_gsl(x, g);
}

/* A first step of a tenth in each coordinate, and a tolerance of the line search of 0.1, as its manual has it. */
static outcome run_gsl(size_t n, double *x)
{
    outcome o = {.f = INFINITY};
    gsl_set_error_handler_off();
    start(n, x);
    const double begun = now();
    gsl_vector_view first = gsl_vector_view_array(x, n);
    gsl_vector *spare = gsl_vector_alloc(n);
    gsl_multimin_fdfminimizer *s = gsl_multimin_fdfminimizer_alloc(gsl_multimin_fdfminimizer_vector_bfgs2, n);
    gsl_multimin_function_fdf f = {f_gsl, df_gsl, fdf_gsl, n, spare};
    if (spare && s && !gsl_multimin_fdfminimizer_set(s, &f, &first.vector, 0.1 * sqrt((double)n), 0.1)) {
        while (s->f >= TARGET && evaluations < 10000 && !gsl_multimin_fdfminimizer_iterate(s))
            o.steps++;
        o.f = s->f;
    }
    if (s)
        gsl_multimin_fdfminimizer_free(s);
    gsl_vector_free(spare);
    o.seconds = now() - begun;
    o.evaluations = evaluations;
    return o;
}
#endif

const peer rosenbrock_peers[] = {
#ifdef LIBLBFGS_VERSION
    {"libLBFGS", "liblbfgs " LIBLBFGS_VERSION, run_liblbfgs},
#endif
#ifdef NLOPT_VERSION
    {"NLopt LD_LBFGS", "NLopt " NLOPT_VERSION, run_nlopt},
#endif
#ifdef GSL_VERSION_FOUND
    {"GSL vector_bfgs2", "GSL " GSL_VERSION_FOUND, run_gsl},
#endif
    {0}};
