/* L-BFGS with 10 pairs on the extended Rosenbrock function from its usual start until f < 1e-11, on one thread and by its processor time: lbfgs, with its
 * history in float, by two loops, and libLBFGS where this is built with it. All are timed in the same rounds, in turn; a ratio is
 * the median over the rounds of libLBFGS's time to that of the method. Then n = 2, where the time is the library's own: what the
 * function takes is taken off.
 * usage: peers-rosenbrock [n [rounds]] */
#include <lgd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef LIBLBFGS_VERSION
#include <lbfgs.h>
#endif

#define TARGET 1e-11
enum { MEMORY = 10, RUNNERS = 4, MOST_ROUNDS = 99 };

static size_t evaluations;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double value_of(size_t n, const double *x, double *g)
{
    double f = 0;
    for (size_t i = 0; i + 1 < n; i += 2) {
        const double a = 1 - x[i], b = 10 * (x[i + 1] - x[i] * x[i]);
        g[i + 1] = 20 * b;
        g[i] = -2 * (x[i] * g[i + 1] + a);
        f += a * a + b * b;
    }
    evaluations++;
    return f;
}

static void start(size_t n, double *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = i % 2 ? 1 : -1.2;
}

typedef struct outcome {
    double seconds, f;
    size_t evaluations, steps;
} outcome;

/* ---- libgd */

static lgd_status eval(void *ctx, size_t n, const double *x, double *f, double *g)
{
    (void)ctx;
    if (!g) /* no run here asks for that */
        return lgd_set_error(LGD_EUNSUPPORTED, "rosenbrock: a value without a gradient");
    *f = value_of(n, x, g);
    return LGD_OK;
}

static outcome run(const char *method, size_t n, double *x, double target)
{
    lgd_optimizer *opt = NULL;
    lgd_objective *f = NULL;
    lgd_report report = {.f = 0};
    const lgd_minimize_options options = {.f_target = target, .grad_tol = LGD_ZERO, .max_steps = 1000, .threads = 1};
    start(n, x);
    evaluations = 0;
    const double begun = now();
    if (lgd_optimizer_parse(&opt, method) || lgd_function_create(&f, n, eval, NULL) ||
        lgd_minimize(f, opt, x, &options, &report)) {
        fprintf(stderr, "peers-rosenbrock: %s: %s\n", method, lgd_last_error());
        exit(1);
    }
    const outcome o = {now() - begun, report.f, evaluations, (size_t)report.steps};
    lgd_objective_free(f);
    lgd_optimizer_free(opt);
    return o;
}

/* ---- libLBFGS */

#ifdef LIBLBFGS_VERSION
static lbfgsfloatval_t peer_eval(void *ctx, const lbfgsfloatval_t *x, lbfgsfloatval_t *g, const int n,
                                 const lbfgsfloatval_t step)
{
    (void)ctx, (void)step;
    return value_of((size_t)n, x, g);
}

static int peer_progress(void *ctx, const lbfgsfloatval_t *x, const lbfgsfloatval_t *g, const lbfgsfloatval_t f,
                         const lbfgsfloatval_t x_norm, const lbfgsfloatval_t g_norm, const lbfgsfloatval_t step, int n,
                         int k, int trials)
{
    (void)x, (void)g, (void)x_norm, (void)g_norm, (void)step, (void)n, (void)trials;
    *(size_t *)ctx = (size_t)k;
    return f < TARGET;
}

static outcome run_peer(size_t n, double *x)
{
    lbfgs_parameter_t p;
    outcome o = {0};
    lbfgs_parameter_init(&p);
    p.m = MEMORY;
    p.epsilon = 0;
    start(n, x);
    evaluations = 0;
    const double begun = now();
    lbfgs((int)n, x, &o.f, peer_eval, peer_progress, &o.steps, &p);
    o.seconds = now() - begun;
    o.evaluations = evaluations;
    return o;
}
#endif

/* ---- the race */

static const char *const names[RUNNERS] = {"lbfgs", "lbfgs:history=float", "lbfgs:form=two_loop", "libLBFGS"};

static outcome race(size_t i, size_t n, double *x)
{
#ifdef LIBLBFGS_VERSION
    if (i == RUNNERS - 1)
        return run_peer(n, x);
#endif
    return run(names[i], n, x, TARGET);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(size_t count, double *x)
{
    qsort(x, count, sizeof *x, ascending);
    return count % 2 ? x[count / 2] : (x[count / 2 - 1] + x[count / 2]) / 2;
}

static void large(size_t n, size_t rounds, double *x)
{
    static double seconds[RUNNERS][MOST_ROUNDS], ratio[MOST_ROUNDS];
    outcome last[RUNNERS];
    size_t runners = RUNNERS - 1;
#ifdef LIBLBFGS_VERSION
    runners = RUNNERS;
    const char *const peer = "libLBFGS " LIBLBFGS_VERSION;
#else
    const char *const peer = "built without libLBFGS: no ratios";
#endif
    for (size_t r = 0; r < rounds; r++)
        for (size_t k = 0; k < runners; k++) {
            const size_t i = (k + r) % runners;
            last[i] = race(i, n, x);
            seconds[i][r] = last[i].seconds;
        }
    printf("n = %zu, %zu rounds, %s\n\n| method | evaluations | steps | f | seconds | libLBFGS / it "
           "|\n|---|---|---|---|---|---|\n",
           n, rounds, peer);
    for (size_t i = 0; i < runners; i++) {
        char text[32] = "-";
        for (size_t r = 0; r < rounds && runners == RUNNERS; r++)
            ratio[r] = seconds[RUNNERS - 1][r] / seconds[i][r];
        if (runners == RUNNERS && i + 1 < runners)
            snprintf(text, sizeof text, "%.2f", median(rounds, ratio));
        double sorted[MOST_ROUNDS];
        memcpy(sorted, seconds[i], rounds * sizeof *sorted);
        printf("| %s | %zu | %zu | %.1e | %.3f | %s |\n", names[i], last[i].evaluations, last[i].steps, last[i].f,
               median(rounds, sorted), text);
    }
}

/* The least of many runs, less the least of as many calls of the function. */
static void small(void)
{
    enum { RUNS = 3000, CALLS = 1000 };
    double x[2] = {0}, g[2], least = 1, call = 1, sum = 0;
    outcome o = {0};
    for (size_t i = 0; i < RUNS; i++) {
        o = run("lbfgs", 2, x, TARGET);
        least = o.seconds < least ? o.seconds : least;
        const double begun = now();
        for (size_t k = 0; k < CALLS; k++) {
            x[0] = -1.2 + 1e-3 * (double)k;
            sum += value_of(2, x, g);
        }
        const double one = (now() - begun) / CALLS;
        call = one < call ? one : call;
    }
    printf("\nn = 2: %zu steps, %zu evaluations of %.0f ns; %.2f microseconds a step beside them%s\n", o.steps,
           o.evaluations, 1e9 * call, 1e6 * (least - (double)o.evaluations * call) / (double)o.steps,
           sum > 0 ? "" : "?");
}

int main(int argc, char **argv)
{
    const size_t n = argc > 1 ? strtoull(argv[1], NULL, 10) / 2 * 2 : 1000000;
    const size_t rounds = argc > 2 ? strtoull(argv[2], NULL, 10) : 5;
    double *x = n ? aligned_alloc(64, (n * sizeof *x + 63) / 64 * 64) : NULL;
    if (!x || !rounds || rounds > MOST_ROUNDS) {
        fprintf(stderr, "usage: peers-rosenbrock [n [rounds]], n at least 2, 1 to %d rounds\n", MOST_ROUNDS);
        return 2;
    }
    large(n, rounds, x);
    small();
    free(x);
    return 0;
}
