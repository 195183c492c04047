/* The classic functions: that they are what they are said to be, and what the methods that search along lines
 * and those for sums of squares make of them. */
#include "problems.h"
#include "reference/classic.h"
#include "reference/gsl.h"
#include "reference/mgh.h"
#include "reference/mgh_peers.h"
#include "squares.h"

/* Those of the paper, then the others; NULL beyond the last. */
static const classic *problem(size_t i)
{
    if (i < MGH_PROBLEMS)
        return &mgh_problems[i];
    i -= MGH_PROBLEMS;
    return i < classic_function_count ? &classic_functions[i] : NULL;
}

static const long double *start_values(size_t i)
{
    return i < MGH_PROBLEMS ? mgh_starts[i] : other_starts[i - MGH_PROBLEMS];
}

START_TEST(value_at_starts_as_recorded)
{
    size_t i = 0;
    for (const classic *p; (p = problem(i)); i++)
        for (int factor = 1; factor <= (p->once ? 1 : 10); factor += 9) {
            double x[CLASSIC_DIM];
            classic_start(p, factor, x);
            const real f = classic_eval_exact(p, x, NULL), expected = start_values(i)[factor / 10];
            ck_assert_msg(fabsl(f - expected) <= 1e-15L * fabsl(expected), "%s from %d: %.21Lg, not %.21Lg", p->name,
                          factor, f, expected);
        }
    ck_assert_uint_eq(i, sizeof mgh_starts / sizeof *mgh_starts + sizeof other_starts / sizeof *other_starts);
}
END_TEST

/* A point near the start, another for each seed. */
static void near_start(const classic *p, uint64_t seed, double *x)
{
    double by[CLASSIC_DIM];
    classic_start(p, 1, x);
    fill(seed, CLASSIC_DIM, -0.1, 0.1, by);
    for (int j = 0; j < p->n; j++)
        x[j] += by[j] * (x[j] == 0 ? 1 : x[j]);
}

START_TEST(gradient_as_differences_of_the_value)
{
    const classic *p;
    for (size_t i = 0; (p = problem(i)); i++)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            double x[CLASSIC_DIM];
            real g[CLASSIC_DIM];
            near_start(p, seed, x);
            const real f = classic_eval_exact(p, x, g);
            for (int j = 0; j < p->n; j++) {
                const double at = x[j], h = ldexp(fabs(at), -12);
                real slope[2]; /* at h and 2h: together without the term in h^2 */
                for (int k = 0; k < 2; k++) {
                    const double up = at + (k + 1) * h, down = at - (k + 1) * h;
                    x[j] = up;
                    slope[k] = classic_eval_exact(p, x, NULL);
                    x[j] = down;
                    slope[k] = (slope[k] - classic_eval_exact(p, x, NULL)) / ((real)up - down);
                }
                x[j] = at;
                const real expected = (4 * slope[0] - slope[1]) / 3, noise = 1e-17L * fabsl(f) / h;
                ck_assert_msg(fabsl(g[j] - expected) <= 1e-8L * fabsl(expected) + noise,
                              "%s, g[%d]: %.15Lg, not %.15Lg", p->name, j, g[j], expected);
            }
        }
}
END_TEST

START_TEST(double_as_long_double)
{
    const classic *p;
    for (size_t i = 0; (p = problem(i)); i++)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            double x[CLASSIC_DIM], g[CLASSIC_DIM];
            real exact[CLASSIC_DIM];
            near_start(p, seed, x);
            const double f = classic_eval(p, x, g);
            const real expected = classic_eval_exact(p, x, exact);
            ck_assert_msg(fabsl(f - expected) <= 1e-11L * fabsl(expected), "%s: %.17g, not %.17Lg", p->name, f,
                          expected);
            ck_assert_msg(difference((size_t)p->n, g, exact) <= 1e-11, "%s: gradients differ", p->name);
        }
}
END_TEST

/* Along each coordinate the value is not lower: some minima lie on lines of them. */
START_TEST(minima_recorded_are_minima)
{
    const classic *p;
    for (size_t i = 0; (p = problem(i)); i++) {
        size_t count;
        const classic_minimum *known = classic_minima(p, &count);
        ck_assert_msg(count > 0, "%s", p->name);
        for (size_t k = 0; k < count; k++) {
            double x[CLASSIC_DIM];
            memcpy(x, known[k].x, sizeof x);
            const real f = classic_eval_exact(p, x, NULL), error = known[k].far ? 1e-5L : 1e-14L;
            ck_assert_msg(fabsl(f - known[k].f) <= error * fabsl(known[k].f) + 1e-18L, "%s: %.21Lg, not %.21Lg",
                          p->name, f, known[k].f);
            ck_assert_msg(classic_solved(p, 1, (double)f), "%s: %.21Lg", p->name, f);
            ck_assert_msg(!classic_solved(p, 1, (double)f + 2e-5 * fmax(fabs((double)f), 1e-5)), "%s", p->name);
            for (int j = 0; j < p->n; j++)
                for (int sign = -1; sign <= 1 && !known[k].far; sign += 2) {
                    x[j] += sign * (x[j] == 0 ? 1e-4 : 1e-4 * fabs(x[j]));
                    ck_assert_msg(classic_eval_exact(p, x, NULL) >= f, "%s: lower beside %.21Lg in x[%d]", p->name, f,
                                  j);
                    x[j] = known[k].x[j];
                }
        }
    }
}
END_TEST

/* ---- the methods */

typedef struct method {
    const char *name;
    size_t peers; /* what the best other one of its kind solves; for newton_cg of any */
} method;
static const method methods[] = {
    {"lbfgs", PEERS_LBFGS}, {"bfgs", PEERS_BFGS}, {"cg", PEERS_CG}, {"newton_cg", PEERS_LBFGS}};
enum { METHODS = sizeof methods / sizeof *methods };

START_TEST(methods_solve_as_many_as_the_best_of_their_kind)
{
    for (size_t k = 0; k < METHODS; k++) {
        size_t solved = 0;
        for (size_t i = 0; i < MGH_PROBLEMS; i++)
            for (int factor = 1; factor <= (mgh_problems[i].once ? 1 : 10); factor += 9) {
                const classic_result r = classic_run(&mgh_problems[i], factor, methods[k].name, NULL);
                ck_assert_msg(r.status == LGD_OK, "%s on %s from %d: %s", methods[k].name, mgh_problems[i].name, factor,
                              lgd_last_error());
                ck_assert(r.report.evaluations == r.evaluations);
                solved += r.solved > 0;
            }
        ck_assert_msg(solved >= methods[k].peers, "%s solves %zu, another %zu", methods[k].name, solved,
                      methods[k].peers);
    }
}
END_TEST

static int ascending(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return x < y ? -1 : x > y;
}

static double median(size_t n, size_t *x)
{
    qsort(x, n, sizeof *x, ascending);
    return (double)(x[(n - 1) / 2] + x[n / 2]) / 2;
}

START_TEST(lbfgs_evaluations_median_not_above_that_of_liblbfgs)
{
    size_t ours[2 * MGH_PROBLEMS], theirs[2 * MGH_PROBLEMS], both = 0;
    for (size_t i = 0; i < MGH_PROBLEMS; i++)
        for (int factor = 1; factor <= (mgh_problems[i].once ? 1 : 10); factor += 9) {
            const classic_result r = classic_run(&mgh_problems[i], factor, "lbfgs", NULL);
            if (!r.solved || !liblbfgs_evaluations[i][factor / 10])
                continue;
            ours[both] = r.solved;
            theirs[both++] = liblbfgs_evaluations[i][factor / 10];
        }
    ck_assert_uint_ge(both, 50);
    const double our = median(both, ours), their = median(both, theirs);
    ck_assert_msg(our <= their, "%g, not %g", our, their);
}
END_TEST

/* ---- the methods for sums of squares, until their own tolerances end them */

START_TEST(sums_of_squares_solve_as_many_as_gsl)
{
    static const struct {
        const char *name;
        size_t gsl;
    } with[] = {{"lm", MGH_GSL_LM}, {"lm:accelerated=true", MGH_GSL_LMACCEL}, {"dogleg", MGH_GSL_DOGLEG}};
    for (size_t k = 0; k < sizeof with / sizeof *with; k++) {
        size_t solved = 0;
        for (size_t i = 0; i < MGH_PROBLEMS; i++)
            for (int factor = 1; factor <= (mgh_problems[i].once ? 1 : 10); factor += 9) {
                squares s = squares_classic(&mgh_problems[i], factor);
                const squares_result r = squares_run(&s, with[k].name);
                ck_assert_msg(r.status == LGD_OK, "%s on %s from %d: %s", with[k].name, mgh_problems[i].name, factor,
                              lgd_last_error());
                solved += s.solved > 0;
            }
        ck_assert_msg(solved >= with[k].gsl, "%s solves %zu, GSL's %zu", with[k].name, solved, with[k].gsl);
    }
}
END_TEST

START_TEST(lm_evaluations_median_not_above_that_of_gsl)
{
    size_t ours[2 * MGH_PROBLEMS], theirs[2 * MGH_PROBLEMS], both = 0;
    for (size_t i = 0; i < MGH_PROBLEMS; i++)
        for (int factor = 1; factor <= (mgh_problems[i].once ? 1 : 10); factor += 9) {
            squares s = squares_classic(&mgh_problems[i], factor);
            ck_ok(squares_run(&s, "lm").status);
            if (!s.solved || !gsl_lm_evaluations[i][factor / 10])
                continue;
            ours[both] = s.solved;
            theirs[both++] = gsl_lm_evaluations[i][factor / 10];
        }
    ck_assert_uint_ge(both, 55);
    const double our = median(both, ours), their = median(both, theirs);
    ck_assert_msg(our <= their, "%g, not %g", our, their);
}
END_TEST

/* Down the gradient from x there is a value lower by more than rounding and what a step of 2^-50 of x could bring. */
static bool can_fall(const classic *p, const double *x)
{
    double y[CLASSIC_DIM], g[CLASSIC_DIM], size = 0, norm = 0;
    const double f = classic_eval(p, x, g);
    for (int j = 0; j < p->n; j++) {
        size = fmax(size, fabs(x[j]));
        norm = fmax(norm, fabs(g[j]));
    }
    for (int k = -50; norm > 0 && k < 10; k++) {
        for (int j = 0; j < p->n; j++)
            y[j] = x[j] - ldexp(size / norm, k) * g[j];
        if (classic_eval(p, y, NULL) < f - 1e-7 * fabs(f))
            return true;
    }
    return false;
}

START_TEST(others_a_minimum_or_a_true_reason)
{
    for (size_t k = 0; k < METHODS; k++)
        for (size_t i = 0; i < classic_function_count; i++) {
            const classic *p = &classic_functions[i];
            for (int factor = 1; factor <= (p->once ? 1 : 10); factor += 9) {
                const classic_result r = classic_run(p, factor, methods[k].name, NULL);
                const lgd_stop stop = r.report.stop;
                ck_assert_msg(r.status == LGD_OK, "%s on %s from %d: %s", methods[k].name, p->name, factor,
                              lgd_last_error());
                if (r.solved)
                    continue;
                ck_assert_msg(stop == LGD_STOP_ROUNDING || stop == LGD_STOP_SEARCH, "%s on %s from %d: %s",
                              methods[k].name, p->name, factor, lgd_stop_string(stop));
                ck_assert_msg(!can_fall(p, r.x), "%s on %s from %d: stuck at %g", methods[k].name, p->name, factor,
                              r.report.f);
            }
        }
}
END_TEST

/* The largest |g| that a run has judged, which its tolerance is relative to. */
static double largest_grad_norm(const lgd_history *h)
{
    size_t count;
    const double *norms = lgd_history_series(h, "grad_norm", &count);
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, norms[i]);
    return largest;
}

/* Tolerances above the rounding of g in double, which for Meyer's problem is 1e-4. */
START_TEST(convergence_claimed_long_double_agrees)
{
    static const lgd_minimize_options ways[] = {
        {.grad_tol = 1e-6}, {.grad_tol = 1e-10}, {.grad_tol = LGD_ZERO, .grad_tol_abs = 1e-3}};
    const classic *p;
    for (size_t k = 0; k < METHODS; k++)
        for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
            size_t claimed = 0;
            for (size_t i = 0; (p = problem(i)); i++)
                for (int factor = 1; factor <= (p->once ? 1 : 10); factor += 9) {
                    lgd_minimize_options o = ways[way];
                    o.max_steps = 1000;
                    ck_ok(lgd_history_create(&o.history));
                    const classic_result r = classic_run(p, factor, methods[k].name, &o);
                    const double relative = o.grad_tol > 0 ? o.grad_tol * largest_grad_norm(o.history) : 0;
                    lgd_history_free(o.history);
                    if (r.report.stop != LGD_STOP_GRAD_TOL)
                        continue;
                    claimed++;
                    ck_assert_msg(r.grad_norm <= fmax(relative, o.grad_tol_abs) * (1 + 1e-6),
                                  "%s on %s from %d: |g| is %g, not %g", methods[k].name, p->name, factor, r.grad_norm,
                                  fmax(relative, o.grad_tol_abs));
                }
            ck_assert_uint_ge(claimed, 80);
        }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mgh");
    CASE(s, value_at_starts_as_recorded);
    CASE(s, gradient_as_differences_of_the_value);
    CASE(s, double_as_long_double);
    CASE(s, minima_recorded_are_minima);
    CASE(s, methods_solve_as_many_as_the_best_of_their_kind);
    CASE(s, lbfgs_evaluations_median_not_above_that_of_liblbfgs);
    CASE(s, sums_of_squares_solve_as_many_as_gsl);
    CASE(s, lm_evaluations_median_not_above_that_of_gsl);
    CASE(s, others_a_minimum_or_a_true_reason);
    CASE(s, convergence_claimed_long_double_agrees);
    return suite_run(s);
}
