/* The classic functions: that they are what they are said to be, and what the methods that search along lines make of them. */
#include "classic.h"
#include "problems.h"
#include "reference/classic.h"
#include "reference/mgh.h"

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

int main(void)
{
    Suite *s = suite_create("mgh");
    CASE(s, value_at_starts_as_recorded);
    CASE(s, gradient_as_differences_of_the_value);
    CASE(s, double_as_long_double);
    CASE(s, minima_recorded_are_minima);
    return suite_run(s);
}
