/* The extended Rosenbrock function from its usual start until f < 1e-11, on one thread and by its processor time: lbfgs
 * with 10 pairs, with its history in float, by two loops, and what this is built with of libLBFGS and NLopt with as many
 * pairs and GSL's BFGS. All are timed in the same rounds, in turn; a ratio is the median over the rounds of a peer's time
 * to that of the method. Then n = 2, where the time is the library's own: what the function takes is taken off. With
 * --tsv the lines of bench/run --peers.
 *
 *     peers-rosenbrock [--tsv] [n [rounds]]
 *
 * Exit: 0 all is well, 1 a run ends above 1e-11, 2 usage. */
#include "rosenbrock.h"
#include "lines.h"
#include <lgd.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const names[] = {"lbfgs", "lbfgs:history=float", "lbfgs:form=two_loop"};
enum { OURS = sizeof names / sizeof *names, RUNNERS = OURS + 3, MOST_ROUNDS = 99 };

size_t evaluations;

double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double rosenbrock(size_t n, const double *x, double *g)
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

void start(size_t n, double *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = i % 2 ? 1 : -1.2;
    evaluations = 0;
}

/* ---- libgd */

static lgd_status eval(void *ctx, size_t n, const double *x, double *f, double *g)
{
    (void)ctx;
    if (!g) /* no run here asks for that */
        return lgd_set_error(LGD_EUNSUPPORTED, "rosenbrock: a value without a gradient");
    *f = rosenbrock(n, x, g);
    return LGD_OK;
}

static outcome run(const char *method, size_t n, double *x)
{
    lgd_optimizer *opt = NULL;
    lgd_objective *f = NULL;
    lgd_report report = {.f = 0};
    const lgd_minimize_options options = {.f_target = TARGET, .grad_tol = LGD_ZERO, .max_steps = 1000, .threads = 1};
    start(n, x);
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

/* ---- the race */

typedef struct race {
    size_t n, rounds, runners;
    double seconds[RUNNERS][MOST_ROUNDS];
    outcome last[RUNNERS];
} race;

static const char *name_of(size_t i)
{
    return i < OURS ? names[i] : rosenbrock_peers[i - OURS].name;
}

/* All are to come below the target, in the first round already. */
static void time_all(race *r, double *x)
{
    for (r->runners = OURS; rosenbrock_peers[r->runners - OURS].name;)
        r->runners++;
    for (size_t round = 0; round < r->rounds; round++)
        for (size_t k = 0; k < r->runners; k++) {
            const size_t i = (k + round) % r->runners;
            r->last[i] = i < OURS ? run(names[i], r->n, x) : rosenbrock_peers[i - OURS].run(r->n, x);
            r->seconds[i][round] = r->last[i].seconds;
            if (!(r->last[i].f <= TARGET)) {
                fprintf(stderr, "peers-rosenbrock: %s ends at %g, above %g\n", name_of(i), r->last[i].f, TARGET);
                exit(1);
            }
        }
}

static double median(size_t count, const double *x)
{
    double sorted[MOST_ROUNDS];
    memcpy(sorted, x, count * sizeof *x);
    return quantile(count, sorted, 0.5);
}

static void table(const race *r)
{
    printf("n = %zu, %zu rounds", r->n, r->rounds);
    for (size_t p = OURS; p < r->runners; p++)
        printf(", %s", rosenbrock_peers[p - OURS].version);
    printf("\n\n| method | evaluations | steps | f | seconds |");
    for (size_t p = OURS; p < r->runners; p++)
        printf(" %s / it |", name_of(p));
    printf("\n|---|---|---|---|---|");
    for (size_t p = OURS; p < r->runners; p++)
        printf("---|");
    for (size_t i = 0; i < r->runners; i++) {
        const outcome *o = &r->last[i];
        printf("\n| %s | %zu | ", name_of(i), o->evaluations);
        printf(o->steps ? "%zu" : "", o->steps);
        printf(" | %.1e | %.3f |", o->f, median(r->rounds, r->seconds[i]));
        for (size_t p = OURS; p < r->runners; p++) {
            double ratio[MOST_ROUNDS];
            for (size_t k = 0; k < r->rounds; k++)
                ratio[k] = r->seconds[p][k] / r->seconds[i][k];
            printf(" %.2f |", median(r->rounds, ratio));
        }
    }
    printf("\n");
}

static void lines(const race *r)
{
    char work[80];
    double ms[2][MOST_ROUNDS];
    snprintf(work, sizeof work, "extended Rosenbrock, n = %zu", r->n);
    lines_begin();
    for (size_t i = 0; i < OURS; i++)
        for (size_t p = OURS; p < r->runners; p++) {
            for (size_t k = 0; k < r->rounds; k++) {
                ms[0][k] = 1e3 * r->seconds[i][k];
                ms[1][k] = 1e3 * r->seconds[p][k];
            }
            lines_add(&(line){work, "time to f < 1e-11", "ms", name_of(i), name_of(p),
                              rosenbrock_peers[p - OURS].version, "f below 1e-11"},
                      r->rounds, ms[0], ms[1]);
        }
}

/* The least of many runs, less the least of as many calls of the function. */
static void small(void)
{
    enum { RUNS = 3000, CALLS = 1000 };
    double x[2] = {0}, g[2], least = 1, call = 1, sum = 0;
    outcome o = {0};
    for (size_t i = 0; i < RUNS; i++) {
        o = run("lbfgs", 2, x);
        least = o.seconds < least ? o.seconds : least;
        const double begun = now();
        for (size_t k = 0; k < CALLS; k++) {
            x[0] = -1.2 + 1e-3 * (double)k;
            sum += rosenbrock(2, x, g);
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
    static race r;
    const bool tsv = argc > 1 && !strcmp(argv[1], "--tsv");
    const int first = 1 + tsv;
    r.n = argc > first ? strtoull(argv[first], NULL, 10) / 2 * 2 : 1000000;
    r.rounds = argc > first + 1 ? strtoull(argv[first + 1], NULL, 10) : 5;
    double *x = r.n ? aligned_alloc(64, (r.n * sizeof *x + 63) / 64 * 64) : NULL;
    if (!x || !r.rounds || r.rounds > MOST_ROUNDS) {
        fprintf(stderr, "usage: peers-rosenbrock [--tsv] [n [rounds]], n at least 2, 1 to %d rounds\n", MOST_ROUNDS);
        return 2;
    }
    time_all(&r, x);
    if (tsv) {
        lines(&r);
    } else {
        table(&r);
        small();
    }
    free(x);
    return 0;
}
