/* Every built-in loss, by the table of them: against its formula in long double, differences of it, and what its ops claim. */
#include "problems.h"
#include "loss/loss.h"
#include <float.h>

enum { K = 3, POINTS = 200 };

/* ---- formulas */

static real of_output(const char *name, real p, real z, real y)
{
    const real e = z - y, sz = y == 1 ? z : -z, outside = fmaxl(fabsl(e) - p, 0);
    if (!strcmp(name, "half_squared"))
        return e * e / 2;
    if (!strcmp(name, "squared"))
        return e * e;
    if (!strcmp(name, "logistic"))
        return fmaxl(-sz, 0) + log1pl(expl(-fabsl(sz)));
    if (!strcmp(name, "hinge"))
        return fmaxl(1 - sz, 0);
    if (!strcmp(name, "squared_hinge"))
        return fmaxl(1 - sz, 0) * fmaxl(1 - sz, 0);
    if (!strcmp(name, "modified_huber"))
        return sz >= -1 ? fmaxl(1 - sz, 0) * fmaxl(1 - sz, 0) : -4 * sz;
    if (!strcmp(name, "huber"))
        return fabsl(e) <= p ? e * e / 2 : p * (fabsl(e) - p / 2);
    if (!strcmp(name, "epsilon_insensitive"))
        return outside;
    if (!strcmp(name, "squared_epsilon_insensitive"))
        return outside * outside;
    if (!strcmp(name, "quantile"))
        return e > 0 ? (1 - p) * e : -p * e;
    if (!strcmp(name, "expectile"))
        return (e > 0 ? 1 - p : p) * e * e;
    if (!strcmp(name, "poisson"))
        return expl(z) - y * z;
    if (!strcmp(name, "gamma"))
        return y * expl(-z) + z;
    if (!strcmp(name, "log_cosh")) /* by halves of e: 1 + 2 sinh^2 */
        return fabsl(e) > 100 ? fabsl(e) - logl(2) : log1pl(2 * sinhl(e / 2) * sinhl(e / 2));
    ck_abort_msg("no formula of the %s loss", name);
}

static bool is(const lgd_loss *loss, const char *name)
{
    return !strcmp(lgd_loss_name(loss), name);
}

static real parameter_of(const lgd_loss *loss)
{
    const lgd_loss_parameter *p = loss->ctx;
    return p ? p->value : 0;
}

/* The loss of a row of k scores. */
static real formula(const lgd_loss *loss, size_t k, const real *z, const double *y)
{
    real sum = 0, largest = z[0];
    if (!is(loss, "softmax")) {
        for (size_t c = 0; c < k; c++)
            sum += of_output(lgd_loss_name(loss), parameter_of(loss), z[c], y[c]);
        return sum;
    }
    size_t at = 0;
    for (size_t c = 1; c < k; c++)
        if (z[c] > largest)
            largest = z[at = c];
    for (size_t c = 0; c < k; c++)
        sum += c == at ? 0 : expl(z[c] - largest);
    return log1pl(sum) + (largest - z[(size_t)*y]);
}

/* ---- points: the table, and losses with another parameter */

static lgd_loss *loss_of(size_t i)
{
    static const char *const others[] = {"huber:delta=0.4", "epsilon_insensitive:epsilon=0",
                                         "squared_epsilon_insensitive:epsilon=0.7", "quantile:tau=0.9",
                                         "expectile:tau=0.125"};
    size_t built_in = 0;
    while (lgd_loss_builtin(built_in))
        built_in++;
    if (i < built_in)
        return (lgd_loss *)lgd_loss_builtin(i);
    lgd_loss *loss = NULL;
    if (i < built_in + sizeof others / sizeof *others)
        ck_ok(lgd_loss_parse(&loss, others[i - built_in]));
    return loss;
}

#define EACH_LOSS(loss)                                                                                                \
    lgd_loss *loss = NULL;                                                                                             \
    for (size_t l_ = 0; (loss = loss_of(l_)); l_++, lgd_loss_free(loss))

static double uniform(uint64_t seed, size_t i)
{
    return (double)(lgd_random(seed, LGD_STREAM_UNIFORM, i, 0) >> 11) * 0x1p-53;
}

/* Legal targets of the i-th point, as many as the loss has for k outputs. */
static void targets_of(const lgd_loss *loss, size_t k, size_t i, double *y)
{
    for (size_t c = 0; c < lgd_loss_targets(loss, k); c++) {
        const double u = uniform(1 + c, i);
        if (is(loss, "softmax"))
            y[c] = floor(u * (double)k);
        else if (loss->ops.flags & LGD_CLASSES)
            y[c] = u < 0.5;
        else if (is(loss, "poisson"))
            y[c] = floor(5 * u);
        else
            y[c] = is(loss, "gamma") ? 3 * u + 0.01 : 6 * u - 3;
    }
}

/* Scores of the i-th point: the first ones multiples of 1/8, where kinks are, and 0. */
static void scores_of(size_t k, size_t i, uint64_t seed, double *z)
{
    for (size_t c = 0; c < k; c++) {
        const double u = uniform(seed + c, i);
        z[c] = i < 20 ? floor(33 * u) / 8 - 2 : 8 * u - 4;
        z[c] = i == 0 ? 0 : z[c];
    }
}

static double eval(const lgd_loss *loss, size_t k, const double *z, const double *y, const double *weight,
                   double *slope)
{
    memcpy(slope, z, k * sizeof *z);
    return loss->ops.eval(loss->ctx, 1, k, slope, k, y, weight);
}

static void widen(size_t k, const double *z, real *wide)
{
    for (size_t c = 0; c < k; c++)
        wide[c] = z[c];
}

/* What rounding of scores and of the parts of a loss may change of it. */
static real rounding_of(const lgd_loss *loss, size_t k, const double *z, const double *y, const double *slope)
{
    real sum = 0;
    for (size_t c = 0; c < k; c++) {
        const real target = is(loss, "softmax") ? 0 : y[c],
                   own = loss->ops.flags & LGD_CLASSES ? 1 : parameter_of(loss);
        sum += fabsl((real)slope[c]) * (fabsl((real)z[c]) + fabsl(target) + own);
        sum += is(loss, "poisson") || is(loss, "gamma") ? (fabsl(target) + 1) * fabsl((real)z[c]) : 0;
    }
    return DBL_EPSILON * sum;
}

START_TEST(loss_values_as_the_formula)
{
    EACH_LOSS(loss)
    for (size_t i = 0; i < POINTS; i++) {
        double z[K], y[K], slope[K];
        real wide[K];
        scores_of(K, i, 10, z);
        targets_of(loss, K, i, y);
        widen(K, z, wide);
        const real expected = formula(loss, K, wide, y);
        const double value = eval(loss, K, z, y, NULL, slope);
        const real bound = 4 * DBL_EPSILON * fabsl(expected) + 4 * rounding_of(loss, K, z, y, slope);
        ck_assert_msg(fabsl(value - expected) <= bound, "%s: %.17g, not %.20Lg", lgd_loss_name(loss), value, expected);
    }
}
END_TEST

/* Where differences from both sides differ there is a kink, and the slope is between them. */
START_TEST(loss_slopes_differences_of_the_formula)
{
    const real h = 0x1p-20L;
    EACH_LOSS(loss)
    for (size_t i = 0; i < POINTS; i++) {
        double z[K], y[K], slope[K];
        real wide[K];
        scores_of(K, i, 20, z);
        targets_of(loss, K, i, y);
        widen(K, z, wide);
        eval(loss, K, z, y, NULL, slope);
        const real middle = formula(loss, K, wide, y);
        for (size_t c = 0; c < K; c++) {
            wide[c] += h;
            const real above = (formula(loss, K, wide, y) - middle) / h;
            wide[c] -= 2 * h;
            const real below = (middle - formula(loss, K, wide, y)) / h;
            wide[c] += h;
            if (above - below > 1e-3L)
                ck_assert(below <= slope[c] && slope[c] <= above && loss->ops.kinks);
            else
                ck_near(slope[c], (above + below) / 2, fabsl(above - below) > 1e-9L ? 2e-6 : 1e-9);
        }
    }
}
END_TEST

START_TEST(loss_hessians_differences_of_slopes)
{
    const double h = 0x1p-14, weight = 3;
    EACH_LOSS(loss)
    for (size_t i = 20; i < POINTS && loss->ops.hessian; i++) {
        double z[K], y[K], slope[K], above[K], below[K], C[K * K];
        scores_of(K, i, 30, z);
        targets_of(loss, K, i, y);
        eval(loss, K, z, y, NULL, slope);
        loss->ops.hessian(loss->ctx, 1, K, z, K, y, &weight, C);
        for (size_t c = 0; c < K; c++) {
            const double at = z[c];
            z[c] = at + h;
            eval(loss, K, z, y, NULL, above);
            z[c] = at - h;
            eval(loss, K, z, y, NULL, below);
            z[c] = at;
            for (size_t d = 0; d < K; d++)
                if (fabs(above[d] - 2 * slope[d] + below[d]) < 1e-2 * h) /* no jump of it between */
                    ck_near(C[d * K + c], 3 * (real)(above[d] - below[d]) / (2 * h), 1e-6);
        }
    }
}
END_TEST

/* Slopes are no steeper than the bound anywhere, nearly as steep somewhere, and of a convex loss never fall. */
START_TEST(loss_curvature_bounds_changes_of_slopes)
{
    EACH_LOSS(loss)
    {
        const double bound = loss->ops.curvature ? loss->ops.curvature(loss->ctx, K) : INFINITY;
        double steepest = 0;
        for (size_t i = 0; i < 20 * POINTS; i++) {
            double z[2][K], slope[2][K], y[K], change = 0, distance = 0, product = 0;
            scores_of(K, i + 20, 40, z[0]);
            targets_of(loss, K, i, y);
            for (size_t c = 0; c < K; c++) {
                if (i % 4 == 0 && is(loss, "softmax")) /* the bound is that of two classes as probable as one another */
                    z[0][c] = c < 2 ? 0 : -40;
                z[1][c] = z[0][c] + (i % 2 ? 2 : 0.01) * (uniform(50 + c, i) - 0.5);
            }
            eval(loss, K, z[0], y, NULL, slope[0]);
            eval(loss, K, z[1], y, NULL, slope[1]);
            for (size_t c = 0; c < K; c++) {
                const double step = z[1][c] - z[0][c], more = slope[1][c] - slope[0][c];
                product += more * step, distance += step * step, change += more * more;
            }
            ck_assert_msg(product >= -1e-12, "%s is not convex", lgd_loss_name(loss));
            ck_assert_msg(change <= bound * bound * distance * (1 + 1e-9) + 1e-24, "%s", lgd_loss_name(loss));
            steepest = fmax(steepest, sqrt(change / distance));
        }
        ck_assert_msg(!isfinite(bound) || steepest >= 0.97 * bound, "%s: %g of %g", lgd_loss_name(loss), steepest,
                      bound);
        ck_assert(isfinite(bound) || loss->ops.kinks || is(loss, "poisson") || is(loss, "gamma"));
    }
}
END_TEST

START_TEST(loss_huge_scores_finite_where_the_formula_is)
{
    static const double sizes[] = {0, 1e-320, 30, 700, 1000, 1e20, 1e154, 1e308};
    EACH_LOSS(loss)
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++)
        for (size_t t = 0; t < 8; t++) {
            const double z[K] = {i % 2 ? -sizes[i / 2] : sizes[i / 2], 0.25, 0.5};
            double y[K], slope[K];
            real wide[K];
            targets_of(loss, K, t, y);
            widen(K, z, wide);
            const real expected = formula(loss, K, wide, y);
            const double value = eval(loss, K, z, y, NULL, slope);
            if (expected > DBL_MAX)
                ck_assert_double_infinite(value);
            else
                ck_assert_msg(fabsl(value - expected) <= 4 * DBL_EPSILON * fabsl(expected) +
                                                             4 * rounding_of(loss, K, z, y, slope) + DBL_TRUE_MIN,
                              "%s(%g): %.17g, not %.20Lg", lgd_loss_name(loss), z[0], value, expected);
            for (size_t c = 0; c < K; c++)
                ck_assert(!isnan(slope[c]) && (isfinite(slope[c]) || expected > DBL_MAX || sizes[i / 2] > 1e307));
        }
}
END_TEST

/* Rows of 5 numbers of which 3 are used, more than one block of them, with weights: bits of rows one by one. */
START_TEST(loss_rows_with_gaps_and_weights_sum_of_single_ones)
{
    enum { ROWS = 90, LD = 5 };
    EACH_LOSS(loss)
    {
        const size_t t = lgd_loss_targets(loss, K);
        double Z[ROWS * LD], dense[ROWS * K], y[ROWS * K], weight[ROWS];
        real sum = 0, size = 0;
        fill(3, ROWS, 0.1, 2, weight);
        for (size_t i = 0; i < ROWS; i++) {
            targets_of(loss, K, i, y + i * t);
            scores_of(K, i, 60, dense + i * K);
            memcpy(Z + i * LD, dense + i * K, K * sizeof *Z);
            Z[i * LD + 3] = Z[i * LD + 4] = 99;
        }
        const double value = loss->ops.eval(loss->ctx, ROWS, K, Z, LD, y, weight);
        for (size_t i = 0; i < ROWS; i++) {
            double slope[LD] = {0, 0, 0, 99, 99}, one = eval(loss, K, dense + i * K, y + i * t, &weight[i], slope);
            sum += one;
            size += fabs(one);
            for (size_t c = 0; c < LD; c++)
                ck_assert(Z[i * LD + c] == slope[c]);
        }
        ck_assert_msg(fabsl(value - sum) <= 1e-14L * size, "%s", lgd_loss_name(loss));
        ck_assert(loss->ops.eval(loss->ctx, ROWS, K, dense, K, y, weight) == value);
        ck_assert_uint_eq(t, is(loss, "softmax") ? 1 : K);
    }
}
END_TEST

/* Eights of rows, what is left over, rows of few outputs and of many: a slope is that of the row by itself, and a value that of the same
 * rows whether they lie together or not, bit for bit. */
START_TEST(loss_slopes_bits_whatever_rows_come_along)
{
    enum { ROWS = 19, MOST = 70 };
    static const size_t outputs[] = {1, K, MOST};
    EACH_LOSS(loss)
    for (size_t j = 0; j < sizeof outputs / sizeof *outputs; j++) {
        const size_t k = outputs[j], t = lgd_loss_targets(loss, k);
        double scores[ROWS * MOST], y[ROWS * MOST], Z[ROWS * MOST], apart[ROWS * (MOST + 1)], slope[MOST];
        for (size_t i = 0; i < ROWS; i++) {
            targets_of(loss, k, i, y + i * t);
            scores_of(k, i, 60, scores + i * k);
        }
        for (size_t m = 1; m <= ROWS; m++) {
            memcpy(Z, scores, m * k * sizeof *Z);
            for (size_t i = 0; i < m; i++)
                memcpy(apart + i * (k + 1), scores + i * k, k * sizeof *Z);
            const double value = loss->ops.eval(loss->ctx, m, k, Z, k, y, NULL);
            ck_assert(loss->ops.eval(loss->ctx, m, k, apart, k + 1, y, NULL) == value);
            for (size_t i = 0; i < m; i++) {
                eval(loss, k, scores + i * k, y + i * t, NULL, slope);
                ck_assert_msg(!memcmp(slope, Z + i * k, k * sizeof *Z), "%s", lgd_loss_name(loss));
                ck_assert(!memcmp(slope, apart + i * (k + 1), k * sizeof *Z));
            }
        }
    }
}
END_TEST

START_TEST(loss_kinks_slopes_beside_them)
{
    size_t with = 0;
    EACH_LOSS(loss)
    for (size_t i = 0; i < 20 && loss->ops.kinks; i++) {
        double y[K], slope;
        targets_of(loss, 1, i, y);
        const lgd_kinks kinks = lgd_loss_kinks(loss, *y);
        ck_assert(kinks.count == 1 || (kinks.count == 2 && kinks.kink[0] < kinks.kink[1]));
        with++;
        for (size_t j = 0; j < kinks.count; j++) {
            eval(loss, 1, &(double){kinks.kink[j] - 0.01}, y, NULL, &slope);
            ck_assert(slope == kinks.slope[j]);
            eval(loss, 1, &(double){kinks.kink[j] + 0.01}, y, NULL, &slope);
            ck_assert(slope == kinks.slope[j + 1]);
            ck_assert(kinks.slope[j] < kinks.slope[j + 1]);
            if (is(loss, "hinge") ||
                is(loss, "quantile")) { /* where rounding leaves a kink, the others say 0 or a slope */
                eval(loss, 1, &kinks.kink[j], y, NULL, &slope);
                ck_assert(slope == 0);
            }
        }
    }
    ck_assert_uint_eq(with, 5 * 20); /* hinge, and with two parameters each, quantile and epsilon_insensitive */
}
END_TEST

/* A row on the boundary, with the same score for two classes, loses just as much, or rounding more. */
START_TEST(loss_attained_is_the_value_on_the_boundary)
{
    const double zero = 0, one = 1, tied[] = {3, 3, -1000};
    const lgd_loss *logistic = lgd_loss_logistic(), *softmax = lgd_loss_softmax();
    for (size_t i = 0; i < 2; i++) {
        double z = 0, row[3];
        ck_near(logistic->ops.eval(logistic->ctx, 1, 1, &z, 1, i ? &one : &zero, NULL),
                logistic->ops.attained(logistic->ctx), 2e-16);
        memcpy(row, tied, sizeof tied);
        ck_near(softmax->ops.eval(softmax->ctx, 1, 3, row, 3, i ? &one : &zero, NULL),
                softmax->ops.attained(softmax->ctx), 2e-16);
    }
}
END_TEST

/* ---- Fenchel's inequality: with u the slope at v, loss*(u) = u v - loss(v) */

static double left_of(const lgd_loss *loss, const double *z, const double *y, const double *weight, const double *u)
{
    return loss->ops.fenchel(loss->ctx, 1, K, z, K, y, weight, u, K);
}

START_TEST(loss_fenchel_slopes_of_other_scores_as_the_formula)
{
    const double three = 3;
    EACH_LOSS(loss)
    for (size_t i = 0; i < 3 * POINTS; i++) {
        double z[K], v[K], y[K], u[K], weighted[K], slope[K];
        real at_z[K], at_v[K];
        scores_of(K, i, 70, z);
        scores_of(K, i, 80, v);
        targets_of(loss, K, i, y);
        for (size_t c = 0; c < K && i % 3 == 2; c++)
            v[c] = z[c] + 1e-4 * (uniform(90, i) - 0.5);
        eval(loss, K, v, y, NULL, u);
        eval(loss, K, v, y, &three, weighted);
        eval(loss, K, z, y, NULL, slope);
        widen(K, z, at_z);
        widen(K, v, at_v);
        const real of_z = formula(loss, K, at_z, y), of_v = formula(loss, K, at_v, y);
        real expected = of_z - of_v, bound = fabsl(of_z) + fabsl(of_v);
        for (size_t c = 0; c < K; c++) {
            expected -= (at_z[c] - at_v[c]) * u[c];
            bound += fabsl((at_z[c] - at_v[c]) * u[c]);
        }
        bound = 8 * DBL_EPSILON * bound + 8 * rounding_of(loss, K, z, y, slope) + 8 * rounding_of(loss, K, v, y, u);
        const double left = left_of(loss, z, y, NULL, u);
        ck_assert_double_ge(left, 0);
        ck_assert_msg(fabsl(left - expected) <= bound, "%s: %.17g, not %.20Lg", lgd_loss_name(loss), left, expected);
        ck_assert(fabs(left_of(loss, z, y, &three, weighted) - 3 * left) <= 3 * bound);
    }
}
END_TEST

/* Slopes shrunk towards 0, and 0 itself, stay in the domain, where loss* is above every u v - loss(v). At its own slope nothing is left,
 * by square: not the rounding of the loss, but that of a slope's square. */
START_TEST(loss_fenchel_never_below_and_nothing_at_the_slope)
{
    EACH_LOSS(loss)
    for (size_t i = 0; i < POINTS; i++) {
        double z[K], v[K], y[K], u[K], ignored[K];
        scores_of(K, i, 100, z);
        targets_of(loss, K, i, y);
        eval(loss, K, z, y, NULL, u);
        if (!loss->ops.kinks) /* whose slope rounding may put on the other side of a kink */
            ck_assert_double_le(left_of(loss, z, y, NULL, u), 1e-28 * (1 + exp(fabs(z[0]) + fabs(z[1]) + fabs(z[2]))));
        for (size_t c = 0; c < K; c++)
            u[c] *= i % 8 ? uniform(110, i) : 0;
        const double left = left_of(loss, z, y, NULL, u), value = eval(loss, K, z, y, NULL, ignored);
        for (size_t j = 0; j < 20; j++) {
            double more = value;
            scores_of(K, j + 20, 120, v);
            more -= eval(loss, K, v, y, NULL, ignored);
            for (size_t c = 0; c < K; c++)
                more += (v[c] - z[c]) * u[c];
            ck_assert_msg(left >= more - 1e-12, "%s: %g is left, and %g is reached", lgd_loss_name(loss), left, more);
        }
    }
}
END_TEST

START_TEST(loss_fenchel_outside_the_domain_infinite)
{
    static const struct {
        const char *loss;
        double y, below, above; /* the ends of the domain of loss* */
    } ends[] = {{"logistic", 0, 0, 1},
                {"hinge", 1, -1, 0},
                {"squared_hinge", 1, -INFINITY, 0},
                {"modified_huber", 0, 0, 4},
                {"huber:delta=2", 0.5, -2, 2},
                {"epsilon_insensitive", 3, -1, 1},
                {"quantile:tau=0.25", 1, -0.25, 0.75},
                {"poisson", 3, -3, INFINITY},
                {"gamma", 2, -INFINITY, 1},
                {"log_cosh", -1, -1, 1}};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        lgd_loss *loss;
        ck_ok(lgd_loss_parse(&loss, ends[i].loss));
        for (size_t j = 0; j < 2; j++) {
            const double end = j ? ends[i].above : ends[i].below, out = end + (j ? 1e-9 : -1e-9), z = 0.3;
            if (!isfinite(end))
                continue;
            ck_assert_double_infinite(loss->ops.fenchel(loss->ctx, 1, 1, &z, 1, &ends[i].y, NULL, &out, 1));
            ck_assert_double_finite(loss->ops.fenchel(loss->ctx, 1, 1, &z, 1, &ends[i].y, NULL, &end, 1));
        }
        lgd_loss_free(loss);
    }
    const lgd_loss *softmax = lgd_loss_softmax();
    const double z[K] = {0.1, 0.2, -1}, y = 1;
    ck_assert_double_infinite(left_of(softmax, z, &y, NULL, (double[]){0.1, -0.1, 1e-9})); /* no sum of 1 */
    ck_assert_double_infinite(left_of(softmax, z, &y, NULL, (double[]){-1e-9, 0, 1e-9}));
    ck_near(left_of(softmax, z, &y, NULL, (double[]){1, -1, 0}), log1pl(expl(0.1L) + expl(-1.1L)), 1e-14);
    EACH_LOSS(loss)
    {
        double targets[K];
        targets_of(loss, K, 0, targets);
        const double left = left_of(loss, z, targets, NULL, (double[]){NAN, NAN, NAN});
        ck_assert_msg(!(left <= DBL_MAX), "%s", lgd_loss_name(loss));
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("losses");
    CASE(s, loss_values_as_the_formula);
    CASE(s, loss_slopes_differences_of_the_formula);
    CASE(s, loss_hessians_differences_of_slopes);
    CASE(s, loss_curvature_bounds_changes_of_slopes);
    CASE(s, loss_huge_scores_finite_where_the_formula_is);
    CASE(s, loss_rows_with_gaps_and_weights_sum_of_single_ones);
    CASE(s, loss_slopes_bits_whatever_rows_come_along);
    CASE(s, loss_kinks_slopes_beside_them);
    CASE(s, loss_attained_is_the_value_on_the_boundary);
    CASE(s, loss_fenchel_slopes_of_other_scores_as_the_formula);
    CASE(s, loss_fenchel_never_below_and_nothing_at_the_slope);
    CASE(s, loss_fenchel_outside_the_domain_infinite);
    return suite_run(s);
}
