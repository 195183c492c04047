/* Methods whose coordinates meet: in an inner product or a norm over all of them, or over those of a layer. */
#include "suite.h"
#include <lgd.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static lgd_optimizer *parsed(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_assert_msg(lgd_optimizer_parse(&opt, text) == LGD_OK, "%s: %s", text, lgd_last_error());
    return opt;
}

static void step(lgd_optimizer *opt, size_t dim, double *w, double *g, double f)
{
    ck_assert_msg(lgd_optimizer_step(opt, dim, w, g, f, 1) == LGD_OK, "%s", lgd_last_error());
}

/* ---- f = sum_j a_j (w_j - 1)^2 / 2, curvatures from 1 down to `smallest` in a geometric sequence */

enum { DIM = 50 };

static double valley(double smallest, const double *w, double *g)
{
    double f = 0;
    for (size_t j = 0; j < DIM; j++) {
        const double a = pow(smallest, (double)j / (DIM - 1)), e = w[j] - 1;
        f += a * e * e / 2;
        if (g)
            g[j] = a * e;
    }
    return f;
}

/* The bound of Beck and Teboulle (2009), Theorem 4.4, for the points x, which are a plain step from w. */
START_TEST(nesterov_convex_flat_valley_within_bound_far_below_sgd)
{
    lgd_optimizer *never = parsed("nesterov_convex:lr=1,restart=never"), *restarting = parsed("nesterov_convex:lr=1");
    lgd_optimizer *sgd = parsed("sgd:lr=1");
    double w[3][DIM] = {{0}}, g[DIM], x[DIM], f[3] = {0};
    for (int t = 1; t <= 1000; t++) {
        valley(1e-6, w[0], g);
        for (size_t j = 0; j < DIM; j++)
            x[j] = w[0][j] - g[j];
        f[0] = valley(1e-6, x, NULL);
        ck_assert_msg(f[0] <= 2.0 * DIM / (t + 1) / (t + 1), "step %d: %g", t, f[0]);
        step(never, DIM, w[0], g, 0);
        valley(1e-6, w[1], g);
        step(restarting, DIM, w[1], g, 0);
        valley(1e-6, w[2], g);
        step(sgd, DIM, w[2], g, 0);
    }
    f[1] = valley(1e-6, w[1], NULL);
    f[2] = valley(1e-6, w[2], NULL);
    ck_assert_msg(f[0] < f[2] / 10 && f[1] < f[2] / 10, "%g and %g, sgd %g", f[0], f[1], f[2]);
    lgd_optimizer_free(never);
    lgd_optimizer_free(restarting);
    lgd_optimizer_free(sgd);
}
END_TEST

/* With a condition number of 1e3 the momentum soon is too large, and f swings where it is not reset. */
START_TEST(nesterov_convex_strongly_convex_restarts_win)
{
    lgd_optimizer *opt[2] = {parsed("nesterov_convex:lr=1"), parsed("nesterov_convex:lr=1,restart=never")};
    double w[2][DIM] = {{0}}, g[DIM], f[2];
    for (size_t k = 0; k < 2; k++) {
        for (int t = 0; t < 1500; t++) {
            valley(1e-3, w[k], g);
            step(opt[k], DIM, w[k], g, 0);
        }
        f[k] = valley(1e-3, w[k], NULL);
        lgd_optimizer_free(opt[k]);
    }
    ck_assert_msg(f[0] < 1e-6 * f[1], "%g, without restarts %g", f[0], f[1]);
}
END_TEST

/* The condition is checked from the points themselves; up to there both go together, and from there the one that restarts
 * is a new optimizer, bit for bit. */
START_TEST(nesterov_convex_restart_where_step_climbs_as_begun_anew)
{
    lgd_optimizer *opt = parsed("nesterov_convex:lr=1"), *never = parsed("nesterov_convex:lr=1,restart=never");
    lgd_optimizer *anew = NULL;
    double w[DIM] = {0}, v[DIM] = {0}, u[DIM], x[DIM] = {0}, g[DIM], after = 0;
    for (int t = 0; t < 1000 && after < 20; t++) {
        double climbs = 0, next[DIM];
        valley(1e-3, w, g);
        for (size_t j = 0; j < DIM; j++) {
            next[j] = w[j] - g[j];
            climbs += (w[j] - next[j]) * (next[j] - x[j]);
        }
        step(opt, DIM, w, g, 0);
        if (!anew) {
            valley(1e-3, v, g);
            step(never, DIM, v, g, 0);
            ck_assert_msg(!memcmp(v, w, sizeof w) == (climbs <= 0 || t == 0), "step %d: %g", t, climbs);
        } else {
            valley(1e-3, u, g);
            step(anew, DIM, u, g, 0);
            ck_assert_mem_eq(u, w, sizeof w);
            after++;
        }
        memcpy(x, next, sizeof x);
        if (!anew && climbs > 0) {
            ck_assert_mem_eq(w, next, sizeof w);
            anew = parsed("nesterov_convex:lr=1");
            memcpy(u, w, sizeof u);
        }
    }
    ck_assert_double_eq(after, 20);
    lgd_optimizer_free(opt);
    lgd_optimizer_free(never);
    lgd_optimizer_free(anew);
}
END_TEST

/* ---- polyak */

/* A step of the proof shortens |w - w*|^2 by (f - f_min)^2/|g|^2 at least, which is smallest/4 of it. */
START_TEST(polyak_minimum_known_linear_convergence)
{
    lgd_optimizer *opt = parsed("polyak:lr=1e6,f_min=3");
    double w[DIM] = {0}, g[DIM], before = DIM;
    for (int t = 0; t < 300; t++) {
        const double f = 3 + valley(0.1, w, g);
        double distance = 0;
        step(opt, DIM, w, g, f);
        for (size_t j = 0; j < DIM; j++)
            distance += (w[j] - 1) * (w[j] - 1);
        ck_assert_msg(distance <= (1 - 0.1 / 4) * before, "step %d: from %g to %g", t, before, distance);
        before = distance;
        if (before < 1e-13) /* 3 + f has no digits left for f */
            break;
    }
    ck_assert_msg(before < 1e-8, "%g", before);
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(polyak_huge_and_tiny_gradients_no_overflow)
{
    const struct {
        double g, f, step; /* of each of two coordinates; lr is 1 */
    } cases[] = {{1e200, 1e300, 5e99}, {3e-150, 9e-300, 1.5e-150}, {1e200, 1, 0}, {1e-200, 1, 1e-200}, {0, 1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lgd_optimizer *opt = parsed("polyak");
        double w[2] = {0}, g[2] = {cases[i].g, -cases[i].g};
        step(opt, 2, w, g, cases[i].f);
        ck_assert_msg(fabs(w[0] + cases[i].step) <= 8 * DBL_EPSILON * cases[i].step, "case %zu: %g", i, w[0]);
        ck_assert_double_eq(w[1], -w[0]);
        lgd_optimizer_free(opt);
    }
}
END_TEST

START_TEST(polyak_below_minimum_stays)
{
    lgd_optimizer *opt = parsed("polyak:f_min=2");
    double w[2] = {1, -1}, g[2] = {1, 1};
    step(opt, 2, w, g, 1.5);
    ck_assert(w[0] == 1 && w[1] == -1);
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(polyak_value_not_finite_refused_goes_on)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        lgd_optimizer *opt = parsed("polyak");
        double w[2] = {1, -1}, g[2] = {1, 1};
        ck_assert_int_eq(lgd_optimizer_step(opt, 2, w, g, bad[i], 1), LGD_EDIVERGED);
        ck_assert_msg(strstr(lgd_last_error(), "polyak: f is ") && strstr(lgd_last_error(), "finite"), "%s",
                      lgd_last_error());
        ck_assert(w[0] == 1 && w[1] == -1);
        step(opt, 2, w, g, 1);
        ck_assert(w[0] == 0.5 && w[1] == -1.5);
        lgd_optimizer_free(opt);
    }
}
END_TEST

/* On single rows of least squares with c = 1/2 each step meets its row exactly, as Kaczmarz's method does: f is the row's. Rows
 * at right angles are all met after one epoch. */
START_TEST(polyak_single_rows_meets_each)
{
    static const double x[] = {3, 4, -8, 6}, y[] = {5, 10};
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    lgd_optimizer *opt = parsed("polyak:lr=100,c=0.5");
    lgd_report report;
    double w[2] = {7, -1};
    ck_assert_int_eq(lgd_matrix_dense(&X, 2, 2, x, 2), LGD_OK);
    ck_assert_int_eq(lgd_glm_create(&f, X, y, lgd_loss_half_squared(), NULL), LGD_OK);
    ck_assert_int_eq(lgd_minimize(f, opt, w, &(lgd_minimize_options){.batch_size = 1, .max_epochs = 1}, &report),
                     LGD_OK);
    ck_assert_msg(fabs(3 * w[0] + 4 * w[1] - 5) < 1e-13 && fabs(-8 * w[0] + 6 * w[1] - 10) < 1e-13, "%g, %g", w[0],
                  w[1]);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

/* ---- layers */

static double length(size_t dim, const double *x)
{
    long double sum = 0;
    for (size_t j = 0; j < dim; j++)
        sum += (long double)x[j] * x[j];
    return (double)sqrtl(sum);
}

/* By how much the first step moves w[first .. first + count) of the method with rate 1/2 and no momentum, for LAMB with eps 0:
 * its direction is then the sign of g. `decay` is that of the layer. */
static void first_step(const char *method, double decay, size_t first, size_t count, const double *w, const double *g,
                       double *expected)
{
    const bool lamb = !strcmp(method, "lamb"), optax = !strcmp(method, "lars:form=optax");
    double r[8];
    for (size_t j = 0; j < count; j++)
        r[j] = (lamb ? copysign(1, g[first + j]) : g[first + j]) + decay * w[first + j];
    const double size = length(count, w + first), paper = length(count, g + first) + decay * size;
    const double ratio = (lamb ? 1 : 0.25) * size / (lamb || optax ? length(count, r) : paper);
    for (size_t j = 0; j < count; j++)
        expected[first + j] = w[first + j] - 0.5 * ratio * r[j];
}

START_TEST(layered_groups_and_intercept_each_their_own_ratio)
{
    static const char *const method[][2] = {
        {"lars", "lars:lr=0.5,trust_coefficient=0.25,momentum=0,weight_decay=0.125"},
        {"lars:form=optax", "lars:lr=0.5,trust_coefficient=0.25,momentum=0,weight_decay=0.125,form=optax"},
        {"lamb", "lamb:lr=0.5,eps=0,weight_decay=0.125"}};
    static const double start[8] = {3, -4, 1, 2, 2, -5, 0.5, 7}, gradient[8] = {0.3, 0.4, -6, 8, 1, 0.1, 0.2, -2};
    const lgd_group two[] = {{.first = 0, .count = 2}, {.first = 2, .count = 5}};
    for (size_t i = 0; i < sizeof method / sizeof *method; i++)
        for (int grouped = 0; grouped < 2; grouped++) {
            lgd_optimizer *opt = parsed(method[i][1]);
            double w[8], g[8], expected[8];
            memcpy(w, start, sizeof w);
            memcpy(g, gradient, sizeof g);
            ck_assert_int_eq(lgd_optimizer_spare(opt, 8, 7, 1), LGD_OK);
            if (grouped)
                ck_assert_int_eq(lgd_optimizer_groups(opt, two, 2), LGD_OK);
            step(opt, 8, w, g, 0);
            first_step(method[i][0], 0.125, 0, grouped ? 2 : 7, start, gradient, expected);
            if (grouped)
                first_step(method[i][0], 0.125, 2, 5, start, gradient, expected);
            first_step(method[i][0], 0, 7, 1, start, gradient, expected);
            for (size_t j = 0; j < 8; j++)
                ck_assert_msg(fabs(w[j] - expected[j]) <= 8 * DBL_EPSILON * fabs(start[j]),
                              "%s, %d: w[%zu] is %g, not %g", method[i][1], grouped, j, w[j], expected[j]);
            lgd_optimizer_free(opt);
        }
}
END_TEST

/* More coordinates than a block, and norms whose squares are no numbers. A step of LARS goes along g by a part of |w|. */
START_TEST(layered_many_coordinates_any_size_right_length)
{
    enum { MANY = 5000 };
    static const int exponents[][2] = {{0, 0}, {600, 600}, {-600, 600}, {600, -600}, {-600, -600}};
    static double w[MANY], g[MANY], start[MANY], gradient[MANY], moved[MANY];
    for (size_t i = 0; i < sizeof exponents / sizeof *exponents; i++)
        for (int lamb = 0; lamb < 2; lamb++) {
            lgd_optimizer *opt = parsed(lamb ? "lamb:lr=0.5,eps=0" : "lars:lr=0.5,trust_coefficient=1,momentum=0");
            lgd_uniform(1, 0, MANY, start);
            lgd_uniform(2, 0, MANY, gradient);
            for (size_t j = 0; j < MANY; j++) {
                w[j] = ldexp(start[j], exponents[i][0]);
                g[j] = ldexp(gradient[j] - 0.5, lamb ? exponents[i][1] / 2 : exponents[i][1]);
            }
            step(opt, MANY, w, g, 0);
            for (size_t j = 0; j < MANY; j++)
                moved[j] = start[j] - ldexp(w[j], -exponents[i][0]);
            const double ratio = length(MANY, moved) / length(MANY, start);
            ck_assert_msg(fabs(ratio - 0.5) < 1e-13, "%d, 2^%d and 2^%d: %.17g", lamb, exponents[i][0], exponents[i][1],
                          ratio);
            lgd_optimizer_free(opt);
        }
}
END_TEST

START_TEST(layered_zero_layer_moves_at_plain_rate)
{
    lgd_optimizer *lars = parsed("lars:lr=0.5,momentum=0"), *lamb = parsed("lamb:lr=0.5,eps=0");
    double w[2] = {0}, g[2] = {3, -4}, v[2] = {0}, h[2] = {3, -4};
    step(lars, 2, w, g, 0);
    step(lamb, 2, v, h, 0);
    ck_assert(w[0] == -1.5 && w[1] == 2);
    ck_assert_double_eq_tol(v[0], -0.5, 1e-15);
    ck_assert_double_eq_tol(v[1], 0.5, 1e-15);
    lgd_optimizer_free(lars);
    lars = parsed("lars:lr=0.5,momentum=0,weight_decay=0.25"); /* nor is there a ratio where g is 0 */
    memset(g, 0, sizeof g);
    step(lars, 2, w, g, 0);
    ck_assert(w[0] == -1.5 * 0.875 && w[1] == 2 * 0.875);
    lgd_optimizer_free(lars);
    lgd_optimizer_free(lamb);
}
END_TEST

/* In long double, with two ranges of which one rests while d grows: the sums go over what moves, each range by the d that it
 * has, and the next d is one for all that moved. */
static void prodigy_rests(size_t resting, bool falls, double growth)
{
    enum { HALF = 3, ALL = 2 * HALF, FROZEN = 6, THAWED = 40, END = 90 };
    char text[64];
    snprintf(text, sizeof text, "prodigy:beta2=0.99,growth=%g", growth);
    lgd_optimizer *opt = parsed(text);
    const long double beta1 = 0.9, beta2 = 0.99, eps = 1e-8;
    double w[ALL] = {0}, g[ALL];
    long double x[ALL] = {0}, m[ALL] = {0}, v[ALL] = {0}, s[ALL] = {0}, numerator[2] = {0}, d[2] = {1e-6, 1e-6};
    long double largest = 1e-6;
    for (uint64_t t = 1; t <= END; t++) {
        const bool rests = t >= FROZEN && t < THAWED;
        const lgd_group group = {.first = resting * HALF, .count = HALF, .frozen = rests};
        long double product[2] = {0}, norm = 0, sum = 0, next = fmaxl(d[0], d[1]);
        ck_assert_msg(lgd_optimizer_groups(opt, &group, 1) == LGD_OK, "%s", lgd_last_error());
        lgd_uniform(31, t * ALL, ALL, g);
        for (size_t j = 0; j < ALL; j++) {
            const size_t k = j / HALF;
            g[j] = t == THAWED && falls ? 20 : g[j] - 2; /* if so, the estimate there is below the largest so far */
            if (rests && k == resting)
                continue;
            const long double dg = d[k] * g[j];
            m[j] = beta1 * m[j] + (1 - beta1) * dg;
            v[j] = beta2 * v[j] + (1 - beta2) * dg * dg;
            s[j] = sqrtl(beta2) * s[j] + d[k] * dg;
            product[k] -= d[k] * dg * x[j];
            norm += fabsl(s[j]);
        }
        for (size_t k = 0; k < 2; k++)
            if (!(rests && k == resting))
                sum += numerator[k] = sqrtl(beta2) * numerator[k] + product[k];
        ck_assert(t != THAWED || (next > 1e6L * d[resting] && (sum / norm < largest) == falls));
        largest = fmaxl(largest, sum / norm);
        next = fminl(largest, (next == 1e-6 ? fmaxl(next, sum / norm) : next) * growth);
        step(opt, ALL, w, g, 0);
        for (size_t j = 0; j < ALL; j++) {
            if (!(rests && j / HALF == resting))
                x[j] -= d[j / HALF] * m[j] / (sqrtl(v[j]) + next * eps);
            ck_assert_msg(fabsl(w[j] - x[j]) <= 1e-13L * fabsl(x[j]), "w[%zu] after step %d is %.17g, not %.17Lg", j,
                          (int)t, w[j], x[j]);
        }
        for (size_t k = 0; k < 2; k++)
            d[k] = rests && k == resting ? d[k] : next;
    }
    lgd_optimizer_free(opt);
}

START_TEST(prodigy_range_that_rested_while_d_grew_as_in_the_formulas)
{
    for (size_t resting = 0; resting < 2; resting++) {
        prodigy_rests(resting, false, 1e100);
        prodigy_rests(resting, true, 1e100);
        prodigy_rests(resting, false, 1.7);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("interacting");
    CASE(s, nesterov_convex_flat_valley_within_bound_far_below_sgd);
    CASE(s, nesterov_convex_strongly_convex_restarts_win);
    CASE(s, nesterov_convex_restart_where_step_climbs_as_begun_anew);
    CASE(s, polyak_minimum_known_linear_convergence);
    CASE(s, polyak_huge_and_tiny_gradients_no_overflow);
    CASE(s, polyak_below_minimum_stays);
    CASE(s, polyak_value_not_finite_refused_goes_on);
    CASE(s, polyak_single_rows_meets_each);
    CASE(s, layered_groups_and_intercept_each_their_own_ratio);
    CASE(s, layered_many_coordinates_any_size_right_length);
    CASE(s, layered_zero_layer_moves_at_plain_rate);
    CASE(s, prodigy_range_that_rested_while_d_grew_as_in_the_formulas);
    return suite_run(s);
}
