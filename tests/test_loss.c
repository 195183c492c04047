#include "problems.h"
#include "loss/loss.h"
#include <float.h>

static const struct {
    const lgd_loss *(*loss)(void);
    plain_loss *plain;
} losses[] = {
    {lgd_loss_half_squared, plain_half_squared},
    {lgd_loss_squared, plain_squared},
    {lgd_loss_logistic, plain_logistic},
    {lgd_loss_squared_hinge, plain_squared_hinge},
};
enum { LOSSES = sizeof losses / sizeof *losses };

static const double scores[] = {0,  1e-320, -1e-320, 1e-8, -1e-8, 1,     -1,    0.3,
                                30, -30,    700,     -700, 1000,  -1000, 1e300, -1e300};
enum { SCORES = sizeof scores / sizeof *scores };

static double eval(const lgd_loss *loss, double z, double y, const double *weight, double *slope)
{
    *slope = z;
    return loss->ops.eval(loss->ctx, 1, 1, slope, 1, &y, weight);
}

/* |x - expected| in units of the last place of expected, of the smallest normal number below that */
static double ulps(double x, real expected)
{
    double size = fmax((double)fabsl(expected), DBL_MIN);
    return (double)(fabsl((real)x - expected) / (real)(nextafter(size, INFINITY) - size));
}

START_TEST(loss_scores_of_every_size_within_four_ulps)
{
    for (size_t l = 0; l < LOSSES; l++)
        for (size_t i = 0; i < SCORES; i++)
            for (double y = 0; y <= 1; y++) {
                const lgd_loss *loss = losses[l].loss();
                real expected_slope, expected = losses[l].plain(scores[i], y, &expected_slope);
                double slope, value = eval(loss, scores[i], y, NULL, &slope);
                if (expected <= DBL_MAX)
                    ck_assert_msg(ulps(value, expected) <= 4, "%s(%g, %g) is %.17g, not %.20Lg", lgd_loss_name(loss),
                                  scores[i], y, value, expected);
                else
                    ck_assert_double_infinite(value); /* a square beyond the range of double */
                ck_assert_msg(ulps(slope, expected_slope) <= 4, "slope of %s(%g, %g) is %.17g, not %.20Lg",
                              lgd_loss_name(loss), scores[i], y, slope, expected_slope);
            }
}
END_TEST

START_TEST(logistic_huge_scores_finite)
{
    static const double huge[] = {1000, 1e5, 1e300, DBL_MAX};
    double slope;
    for (size_t i = 0; i < sizeof huge / sizeof *huge; i++) {
        ck_assert(eval(lgd_loss_logistic(), huge[i], 1, NULL, &slope) == 0 && slope == 0);
        ck_assert(eval(lgd_loss_logistic(), huge[i], 0, NULL, &slope) == huge[i] && slope == 1);
        ck_assert(eval(lgd_loss_logistic(), -huge[i], 1, NULL, &slope) == huge[i] && slope == -1);
        ck_assert(eval(lgd_loss_logistic(), -huge[i], 0, NULL, &slope) == 0 && slope == 0);
    }
}
END_TEST

START_TEST(slope_central_differences_agree)
{
    const double h = 1e-5;
    double slope, ignored;
    for (size_t l = 0; l < LOSSES; l++)
        for (double z = -5; z <= 5; z += 0.37)
            for (double y = 0; y <= 1; y++) {
                const lgd_loss *loss = losses[l].loss();
                eval(loss, z, y, NULL, &slope);
                double above = eval(loss, z + h, y, NULL, &ignored), below = eval(loss, z - h, y, NULL, &ignored);
                ck_near(slope, (above - below) / (2 * h), 1e-9);
            }
}
END_TEST

START_TEST(squared_any_data_twice_half_squared_bit_for_bit)
{
    double z[300], y[300], weight[300], half[300], full[300];
    fill(1, 300, -3, 3, z);
    fill(2, 300, -3, 3, y);
    fill(3, 300, 0.1, 3, weight);
    for (int weighted = 0; weighted < 2; weighted++) {
        memcpy(half, z, sizeof z);
        memcpy(full, z, sizeof z);
        const lgd_loss *h = lgd_loss_half_squared(), *f = lgd_loss_squared();
        double a = h->ops.eval(h->ctx, 300, 1, half, 1, y, weighted ? weight : NULL);
        double b = f->ops.eval(f->ctx, 300, 1, full, 1, y, weighted ? weight : NULL);
        ck_assert(b == 2 * a);
        for (size_t i = 0; i < 300; i++)
            ck_assert(full[i] == 2 * half[i]);
    }
}
END_TEST

START_TEST(loss_weight_multiplies_value_and_slope)
{
    for (size_t l = 0; l < LOSSES; l++)
        for (size_t i = 0; i < SCORES - 2; i++) {
            const double three = 3;
            double slope, weighted_slope, value = eval(losses[l].loss(), scores[i], 1, NULL, &slope);
            double weighted = eval(losses[l].loss(), scores[i], 1, &three, &weighted_slope);
            ck_assert_double_le(ulps(weighted, 3 * (real)value), 1);
            ck_assert_double_le(ulps(weighted_slope, 3 * (real)slope), 1);
        }
}
END_TEST

/* Scores in rows of 5 of which 3 are used: the sum is that of the parts, the rest is not touched. */
START_TEST(loss_several_outputs_sum_of_single_ones)
{
    enum { ROWS = 40, K = 3, LD = 5 };
    double Z[ROWS * LD], kept[ROWS * LD], y[ROWS * K], weight[ROWS], slope;
    fill(1, ROWS * LD, -4, 4, kept);
    fill(2, ROWS, 0, 2, weight);
    for (size_t i = 0; i < ROWS * K; i++)
        y[i] = (double)(i % 7 % 2);
    for (size_t l = 0; l < LOSSES; l++) {
        const lgd_loss *loss = losses[l].loss();
        real sum = 0;
        memcpy(Z, kept, sizeof Z);
        double value = loss->ops.eval(loss->ctx, ROWS, K, Z, LD, y, weight);
        for (size_t i = 0; i < ROWS; i++)
            for (size_t c = 0; c < LD; c++) {
                if (c < K)
                    sum += eval(loss, kept[i * LD + c], y[i * K + c], &weight[i], &slope);
                ck_assert(Z[i * LD + c] == (c < K ? slope : kept[i * LD + c]));
            }
        ck_near(value, sum, 1e-14);
        ck_assert_uint_eq(lgd_loss_targets(loss, K), K);
    }
}
END_TEST

START_TEST(logistic_link_probabilities)
{
    const lgd_loss *loss = lgd_loss_logistic();
    for (size_t i = 0; i < SCORES; i++) {
        double z = scores[i], slope;
        loss->ops.link(loss->ctx, 1, 1, &z, 1);
        ck_assert_double_le(ulps(z, 1 / (1 + expl(-(real)scores[i]))), 4);
        eval(loss, scores[i], 0, NULL, &slope); /* slope P - y */
        ck_assert(z == slope && z >= 0 && z <= 1);
    }
    double Z[6] = {0, 99, 0, 99, 0, 99}; /* column 1 is not ours */
    loss->ops.link(loss->ctx, 3, 1, Z, 2);
    for (size_t i = 0; i < 6; i++)
        ck_assert(Z[i] == (i % 2 ? 99 : 0.5));
}
END_TEST

START_TEST(labels_check_first_illegal_one_found)
{
    const lgd_loss *loss = _i ? lgd_loss_squared_hinge() : lgd_loss_logistic();
    static const double wrong[] = {2, -1, 0.5, NAN, INFINITY};
    const char *accepted = NULL;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        double y[6] = {0, 1, 1, wrong[i], 0, wrong[i]};
        ck_assert_uint_eq(loss->ops.check(loss->ctx, 3, 2, y, &accepted), 3); /* the number, not its row */
        ck_assert_uint_eq(loss->ops.check(loss->ctx, 6, 1, y, &accepted), 3);
        ck_assert_uint_eq(loss->ops.check(loss->ctx, 3, 1, y, &accepted), 3); /* all legal */
        ck_assert_str_eq(accepted, "0 or 1 is accepted");
    }
}
END_TEST

/* ---- Fenchel's inequality: conjugates by their formulas, in long double, at u = the slope at another score */

static real conjugate(size_t l, real u, real y)
{
    const real p = u + y, a = (2 * y - 1) * u;
    switch (l) {
    case 0:
        return u * u / 2 + u * y;
    case 1:
        return u * u / 4 + u * y;
    case 2:
        return (p > 0 ? p * logl(p) : 0) + (p < 1 ? (1 - p) * log1pl(-p) : 0);
    default:
        return a + a * a / 4;
    }
}

static double fenchel(const lgd_loss *loss, double z, double y, const double *weight, double u)
{
    return loss->ops.fenchel(loss->ctx, 1, 1, &z, 1, &y, weight, &u, 1);
}

START_TEST(fenchel_slopes_of_other_scores_as_the_conjugate_says)
{
    const double three = 3;
    for (size_t l = 0; l < LOSSES; l++)
        for (double z = -6; z <= 6; z += 0.375)
            for (double v = -6; v <= 6; v += 0.375)
                for (double y = 0; y <= 1; y++) {
                    const lgd_loss *loss = losses[l].loss();
                    double u, weighted;
                    real ignored;
                    eval(loss, v, y, NULL, &u);
                    eval(loss, v, y, &three, &weighted);
                    const real value = losses[l].plain(z, y, &ignored);
                    const real expected = value + conjugate(l, u, y) - (real)z * u;
                    const double left = fenchel(loss, z, y, NULL, u);
                    ck_assert_double_ge(left, 0);
                    /* digits of the loss where a difference of its size is all there is, of the result otherwise */
                    const real scale = l == 2 ? value + fabsl((real)z * u) : expected;
                    ck_assert_msg(fabsl(left - expected) <= 16 * DBL_EPSILON * scale + 1e-18L,
                                  "%s: z %g, slope at %g, y %g: %.17g, not %.20Lg", lgd_loss_name(loss), z, v, y, left,
                                  expected);
                    ck_near(fenchel(loss, z, y, &three, weighted), 3 * (real)left, 1e-14);
                }
}
END_TEST

/* The supremum over z of u z - loss(z), by looking: the formulas above are conjugates. */
START_TEST(fenchel_conjugate_is_the_supremum)
{
    for (size_t l = 0; l < LOSSES; l++)
        for (double v = -4; v <= 4; v += 0.5)
            for (double y = 0; y <= 1; y++) {
                double u;
                real largest = -INFINITY, ignored;
                eval(losses[l].loss(), v, y, NULL, &u);
                for (real z = -8; z <= 8; z += 1 / 64.0L)
                    largest = fmaxl(largest, u * z - losses[l].plain(z, y, &ignored));
                ck_near((double)conjugate(l, u, y), largest, 1e-15);
            }
}
END_TEST

START_TEST(fenchel_own_slope_nothing_is_left)
{
    for (size_t l = 0; l < LOSSES; l++)
        for (size_t i = 0; i < SCORES - 2; i++)
            for (double y = 0; y <= 1; y++) {
                double u;
                const double value = eval(losses[l].loss(), scores[i], y, NULL, &u);
                const double left = fenchel(losses[l].loss(), scores[i], y, NULL, u);
                ck_assert_double_ge(left, 0);
                ck_assert_double_le(left, 4 * DBL_EPSILON * fmax(value, fabs(scores[i] * u)));
            }
}
END_TEST

START_TEST(fenchel_outside_the_domain_infinite)
{
    const lgd_loss *logistic = lgd_loss_logistic(), *hinge = lgd_loss_squared_hinge();
    for (double z = -2; z <= 2; z++) {
        ck_assert_double_infinite(fenchel(logistic, z, 0, NULL, -1e-9)); /* P below 0 */
        ck_assert_double_infinite(fenchel(logistic, z, 0, NULL, 1 + 1e-9));
        ck_assert_double_infinite(fenchel(logistic, z, 1, NULL, 1e-9));
        ck_assert_double_infinite(fenchel(logistic, z, 1, NULL, NAN));
        ck_assert_double_infinite(fenchel(hinge, z, 1, NULL, 1e-300));
        ck_assert_double_infinite(fenchel(hinge, z, 0, NULL, -1e-300));
        ck_assert_double_infinite(fenchel(hinge, z, 0, NULL, NAN));
        /* the ends belong to it, and so does what rounding puts beside them */
        ck_near(fenchel(logistic, z, 0, NULL, 1), log1pl(expl(-(real)z)), 1e-15);
        ck_near(fenchel(logistic, z, 0, NULL, 1 + DBL_EPSILON), log1pl(expl(-(real)z)), 1e-15);
        ck_near(fenchel(logistic, z, 0, NULL, 0), log1pl(expl((real)z)), 1e-15);
        ck_near(fenchel(logistic, z, 1, NULL, -1), log1pl(expl((real)z)), 1e-15);
        ck_near(fenchel(hinge, z, 1, NULL, 0), fmaxl(1 - (real)z, 0) * fmaxl(1 - (real)z, 0), 1e-15);
    }
}
END_TEST

/* Three outputs in rows of 5 and 4, weights of 0 among them: the sum of the parts. */
START_TEST(fenchel_several_outputs_sum_of_single_ones)
{
    enum { ROWS = 40, K = 3, LDZ = 5, LDU = 4 };
    double Z[ROWS * LDZ], U[ROWS * LDU], y[ROWS * K], weight[ROWS];
    fill(1, ROWS * LDZ, -4, 4, Z);
    fill(2, ROWS, 0.5, 2, weight);
    for (size_t i = 0; i < ROWS * K; i++)
        y[i] = (double)(i % 7 % 2);
    weight[3] = weight[20] = 0;
    for (size_t l = 0; l < LOSSES; l++) {
        const lgd_loss *loss = losses[l].loss();
        real sum = 0;
        fill(3, ROWS * LDU, -4, 4, U);
        loss->ops.eval(loss->ctx, ROWS, K, U, LDU, y, weight);
        for (size_t c = 0; c < K; c++)
            U[3 * LDU + c] = 99; /* is not looked at */
        for (size_t i = 0; i < ROWS; i++)
            for (size_t c = 0; c < K; c++)
                sum += fenchel(loss, Z[i * LDZ + c], y[i * K + c], &weight[i], U[i * LDU + c]);
        ck_near(loss->ops.fenchel(loss->ctx, ROWS, K, Z, LDZ, y, weight, U, LDU), sum, 1e-14);
    }
}
END_TEST

START_TEST(find_every_name_its_loss)
{
    for (size_t l = 0; l < LOSSES; l++)
        ck_assert_ptr_eq(lgd_loss_find(lgd_loss_name(losses[l].loss())), losses[l].loss());
    ck_assert_ptr_null(lgd_loss_find("logstic"));
    ck_assert_str_eq(lgd_last_error(), "loss: name is \"logstic\", did you mean \"logistic\"?");
    ck_assert_ptr_null(lgd_loss_find("zzzzzzzz"));
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "zzzzzzzz"));
    ck_assert_ptr_null(lgd_loss_find(""));
    ck_assert_ptr_null(lgd_loss_find(NULL));
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "name is NULL"));
    ck_assert_str_eq(lgd_loss_name(NULL), "");
}
END_TEST

/* ---- a loss of the caller's: sqrt(1 + (z - y)^2) */

static double smooth_absolute(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                              const double *weight)
{
    (void)ctx;
    double sum = 0;
    for (size_t i = 0; i < m; i++)
        for (size_t c = 0; c < k; c++) {
            double e = Z[i * ldz + c] - y[i], root = sqrt(1 + e * e), omega = weight ? weight[i] : 1;
            sum += omega * root;
            Z[i * ldz + c] = omega * e / root;
        }
    return sum;
}

static void count_free(void *ctx)
{
    ++*(int *)ctx;
}

START_TEST(user_loss_in_a_model_fits_the_middle)
{
    int freed = 0;
    lgd_loss *loss;
    const lgd_loss_ops ops = {.name = "smooth absolute", .eval = smooth_absolute, .free = count_free};
    ck_ok(lgd_loss_create(&loss, &ops, &freed));
    ck_assert_str_eq(lgd_loss_name(loss), "smooth absolute");
    ck_assert_uint_eq(lgd_loss_targets(loss, 3), 1);

    const double X[5] = {1, 1, 1, 1, 1}, y[5] = {-2, -1, 3, 7, 8}; /* symmetric about 3 */
    double w = 0;
    lgd_matrix *A;
    lgd_objective *f;
    lgd_optimizer *opt;
    lgd_gradient_check check;
    ck_ok(lgd_matrix_dense(&A, 5, 1, X, 1));
    ck_ok(lgd_glm_create(&f, A, y, loss, NULL));
    ck_ok(lgd_objective_check_gradient(f, &w, &check));
    ck_assert_double_lt(check.error, 1e-9);
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 1}));
    ck_ok(lgd_minimize(f, opt, &w, &(lgd_minimize_options){.grad_tol_abs = 1e-13, .grad_tol = LGD_ZERO}, NULL));
    ck_near(w, 3, 1e-11);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(A);
    ck_assert_int_eq(freed, 0); /* borrowed by the model */
    lgd_loss_free(loss);
    ck_assert_int_eq(freed, 1);
}
END_TEST

START_TEST(user_loss_bad_ops_refused)
{
    lgd_loss *loss = (lgd_loss *)1;
    ck_fails(lgd_loss_create(&loss, &(lgd_loss_ops){.name = "x"}, NULL), LGD_EINVAL, "ops.eval is NULL");
    ck_assert_ptr_null(loss);
    ck_fails(lgd_loss_create(&loss, &(lgd_loss_ops){.eval = smooth_absolute}, NULL), LGD_EINVAL, "ops.name is NULL");
    ck_fails(lgd_loss_create(&loss, NULL, NULL), LGD_EINVAL, "is NULL");
    ck_fails(lgd_loss_create(NULL, &(lgd_loss_ops){.name = "x", .eval = smooth_absolute}, NULL), LGD_EINVAL,
             "out is NULL");
}
END_TEST

START_TEST(loss_ops_of_other_headers_copied_or_refused)
{
    struct {
        lgd_loss_ops ops;
        void *unknown;
    } later = {.ops = {.name = "later", .eval = smooth_absolute}};
    lgd_loss *loss;
    ck_ok(lgd_loss_create_sized(&loss, &later.ops, offsetof(lgd_loss_ops, link), NULL)); /* an earlier header */
    lgd_loss_free(loss);
    ck_ok(lgd_loss_create_sized(&loss, &later.ops, sizeof later, NULL));
    lgd_loss_free(loss);
    later.unknown = &later;
    ck_fails(lgd_loss_create_sized(&loss, &later.ops, sizeof later, NULL), LGD_EUNSUPPORTED, "loss ops");
    ck_assert_ptr_null(loss);
}
END_TEST

START_TEST(free_built_in_loss_ignored)
{
    lgd_loss_free(NULL);
    lgd_loss_free((lgd_loss *)lgd_loss_squared());
    double slope;
    ck_assert(eval(lgd_loss_squared(), 3, 1, NULL, &slope) == 4 && slope == 4);
}
END_TEST

/* ---- every loss of the table */

START_TEST(losses_in_models_gradients_as_differences)
{
    for (size_t l = 0; lgd_loss_builtin(l); l++)
        for (size_t k = 1; k <= 3; k += 2) {
            enum { ROWS = 30, COLS = 4 };
            const lgd_loss *loss = lgd_loss_builtin(l);
            const size_t t = lgd_loss_targets(loss, k);
            double X[ROWS * COLS], y[ROWS * 3], w[(COLS + 1) * 3];
            fill(1, ROWS * COLS, -1, 1, X);
            fill(2, ROWS * t, 0.2, 2, y);
            fill(3, (COLS + 1) * k, -1, 1, w);
            for (size_t i = 0; i < ROWS * t && loss->ops.flags & LGD_CLASSES; i++)
                y[i] = (double)(i % (loss == lgd_loss_softmax() ? k : 2));
            lgd_matrix *A;
            lgd_objective *f;
            lgd_gradient_check check;
            ck_ok(lgd_matrix_dense(&A, ROWS, COLS, X, COLS));
            ck_ok(lgd_glm_create(&f, A, y, loss, &(lgd_glm_options){.l2 = 0.1, .intercept = true, .outputs = k}));
            ck_ok(lgd_objective_check_gradient(f, w, &check));
            ck_assert_msg(check.error < 1e-7, "%s, %zu outputs: %g", lgd_loss_name(loss), k, check.error);
            lgd_objective_free(f);
            lgd_matrix_free(A);
        }
}
END_TEST

START_TEST(targets_not_legal_refused_by_row)
{
    static const struct {
        const char *loss, *words;
        size_t outputs;
        double legal, wrong;
    } cases[] = {
        {"softmax", "target of row 1 is 10, a whole number from 0 to 9 is accepted by the softmax loss with 10 outputs",
         10, 9, 10},
        {"softmax", "target of row 1 is -1, a whole number from 0 to 2 is accepted", 3, 0, -1},
        {"softmax", "target of row 1 is 0.5, a whole number from 0 to 2 is accepted", 3, 2, 0.5},
        {"softmax", "target of row 1 is 1, 0, the class of 1 output, is accepted", 1, 0, 1},
        {"hinge", "target of row 1 is -1, 0 or 1 is accepted by the hinge loss", 1, 0, -1},
        {"modified_huber", "target of row 1 is 2, 0 or 1 is accepted by the modified_huber loss", 1, 1, 2},
        {"poisson", "target of row 1 is -0.5, a number >= 0 is accepted by the poisson loss", 1, 0, -0.5},
        {"gamma", "target of row 1 is 0, a number > 0 is accepted by the gamma loss", 1, 1e-300, 0},
        {"gamma", "target of row 1 is -3, a number > 0 is accepted by the gamma loss", 1, 2, -3},
        {"huber", "target of row 1 is inf, a finite number is accepted by the huber loss", 1, -9, INFINITY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double X[3] = {1, 2, 3};
        double y[3] = {cases[i].legal, cases[i].wrong, cases[i].legal};
        const lgd_loss *loss = lgd_loss_find(cases[i].loss);
        const lgd_glm_options options = {.outputs = cases[i].outputs};
        lgd_matrix *A;
        lgd_objective *f;
        ck_ok(lgd_matrix_dense(&A, 3, 1, X, 1));
        ck_fails(lgd_glm_create(&f, A, y, loss, &options), LGD_EINVAL, cases[i].words);
        const char *accepted = "";
        if (loss->ops.check) {
            ck_assert_uint_eq(loss->ops.check(loss->ctx, 3, cases[i].outputs, y, &accepted), 1);
            ck_assert_ptr_nonnull(strstr(cases[i].words, accepted));
        }
        y[1] = cases[i].legal;
        ck_assert(!loss->ops.check || loss->ops.check(loss->ctx, 3, cases[i].outputs, y, &accepted) == 3);
        lgd_matrix_free(A);
    }
}
END_TEST

START_TEST(links_probabilities_and_means)
{
    double Z[2 * 4] = {1, 2, 3, 99, 1000, -1000, 1000, 99}, mean[3] = {-1, 0, 800};
    const lgd_loss *softmax = lgd_loss_softmax();
    softmax->ops.link(softmax->ctx, 2, 3, Z, 4);
    const real total = expl(-2) + expl(-1) + 1;
    ck_near(Z[0], expl(-2) / total, 1e-15);
    ck_near(Z[2], 1 / total, 1e-15);
    ck_near(Z[0] + Z[1] + Z[2], 1, 1e-15);
    ck_assert(Z[4] == 0.5 && Z[5] == 0 && Z[6] == 0.5 && Z[3] == 99 && Z[7] == 99);
    for (size_t ldz = 1; ldz <= 2; ldz++) { /* by rows of 1, or the first of 2 */
        const lgd_loss *loss = ldz == 1 ? lgd_loss_poisson() : lgd_loss_gamma();
        double to[5] = {7, 7, 7, 7, 7};
        for (size_t i = 0; i < 3; i++)
            to[i * ldz] = mean[i];
        loss->ops.link(loss->ctx, 3, 1, to, ldz);
        ck_near(to[0], expl(-1), 1e-15);
        ck_assert(to[ldz] == 1 && isinf(to[2 * ldz]));
        ck_assert(ldz == 1 || (to[1] == 7 && to[3] == 7));
    }
}
END_TEST

START_TEST(parse_names_and_parameters)
{
    static const char *const texts[] = {"huber:delta=1.2", "epsilon_insensitive:epsilon=0", "quantile:tau=0.9",
                                        "squared_epsilon_insensitive:epsilon=2", "expectile:tau=0.1"};
    lgd_loss *loss;
    for (size_t l = 0; lgd_loss_builtin(l); l++) {
        ck_ok(lgd_loss_parse(&loss, lgd_loss_name(lgd_loss_builtin(l))));
        ck_assert_ptr_eq(loss, lgd_loss_builtin(l));
        lgd_loss_free(loss);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[64];
        ck_ok(lgd_loss_parse(&loss, texts[i]));
        ck_assert_uint_eq(lgd_loss_describe(loss, text, sizeof text), strlen(texts[i]));
        ck_assert_str_eq(text, texts[i]);
        ck_assert_uint_eq(lgd_loss_describe(loss, NULL, 0), strlen(texts[i]));
        lgd_loss_free(loss);
    }
    char text[16];
    ck_assert_uint_eq(lgd_loss_describe(lgd_loss_logistic(), text, sizeof text), strlen("logistic"));
    ck_assert_str_eq(text, "logistic");
    ck_assert_uint_eq(lgd_loss_describe(NULL, text, sizeof text), 0);
    ck_ok(lgd_loss_parse(&loss, "huber:delta=0.5"));
    double slope;
    ck_assert(eval(loss, 3, 1, NULL, &slope) == 0.875 && slope == 0.5);
    lgd_loss_free(loss);
    ck_ok(lgd_loss_quantile_create(&loss, 0.75));
    ck_assert(eval(loss, 3, 1, NULL, &slope) == 0.5 && slope == 0.25);
    lgd_loss_free(loss);
}
END_TEST

/* What the static ones say without a parameter: those named in lgd/loss.h. */
START_TEST(static_losses_standard_parameters)
{
    const lgd_loss *const standard[] = {lgd_loss_huber(), lgd_loss_epsilon_insensitive(),
                                        lgd_loss_squared_epsilon_insensitive(), lgd_loss_quantile(),
                                        lgd_loss_expectile()};
    static const double values[] = {1.35 * (3 - 1.35 / 2), 2.9, 2.9 * 2.9, 1.5, 4.5};
    double slope;
    for (size_t i = 0; i < 5; i++)
        ck_near(eval(standard[i], 2, -1, NULL, &slope), values[i], 1e-15);
    ck_near(eval(lgd_loss_hinge(), 2, 0, NULL, &slope), 3, 0);
    ck_near(eval(lgd_loss_modified_huber(), 2, 0, NULL, &slope), 8, 0);
    ck_near(eval(lgd_loss_log_cosh(), 1000, -1, NULL, &slope), 1001 - logl(2), 1e-15);
}
END_TEST

START_TEST(parse_what_is_not_one_refused)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"hubber", "loss: name is \"hubber\", did you mean \"huber\"?"},
        {"hubber:delta=1", "loss: name is \"hubber\", did you mean \"huber\"?"},
        {"", "loss: name is \"\", which is none"},
        {"log", "loss: name is \"log\""}, /* the beginning of a name is none */
        {"hinge:delta=1", "loss: text is \"hinge:delta=1\", hinge has no parameter"},
        {"hinge:", "hinge has no parameter"},
        {"huber:tau=1", "loss: text is \"huber:tau=1\", the parameter of huber is delta, as in \"huber:delta=0.5\""},
        {"huber:delta", "the parameter of huber is delta"},
        {"huber:", "the parameter of huber is delta"},
        {"huber:delta=", "huber: delta is \"\", a number is accepted"},
        {"huber:delta=1x", "huber: delta is \"1x\", a number is accepted"},
        {"huber:delta=0", "huber: delta is 0, a finite number > 0 is accepted"},
        {"huber:delta=inf", "huber: delta is inf, a finite number > 0 is accepted"},
        {"epsilon_insensitive:epsilon=-1", "epsilon_insensitive: epsilon is -1, a finite number >= 0 is accepted"},
        {"squared_epsilon_insensitive:epsilon=nan", "epsilon is nan, a finite number >= 0 is accepted"},
        {"quantile:tau=1", "quantile: tau is 1, a number between 0 and 1 is accepted"},
        {"expectile:tau=0", "expectile: tau is 0, a number between 0 and 1 is accepted"},
    };
    lgd_loss *loss = (lgd_loss *)1;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_fails(lgd_loss_parse(&loss, cases[i].text), LGD_EINVAL, cases[i].words);
        ck_assert_ptr_null(loss);
    }
    ck_fails(lgd_loss_parse(&loss, NULL), LGD_EINVAL, "text is NULL");
    ck_fails(lgd_loss_parse(NULL, "huber"), LGD_EINVAL, "out is NULL");
    ck_fails(lgd_loss_huber_create(NULL, 1), LGD_EINVAL, "huber: out is NULL");
    ck_fails(lgd_loss_expectile_create(&loss, NAN), LGD_EINVAL, "expectile: tau is nan");
    ck_fails(lgd_loss_epsilon_insensitive_create(&loss, INFINITY), LGD_EINVAL, "epsilon is inf");
    ck_fails(lgd_loss_squared_epsilon_insensitive_create(&loss, -2), LGD_EINVAL, "epsilon is -2");
}
END_TEST

START_TEST(parse_no_memory_clean)
{
    for (size_t fail = 1; fail <= 2; fail++) {
        lgd_loss *loss;
        memory_watch(fail);
        ck_assert_int_eq(lgd_loss_parse(&loss, "huber:delta=2"), LGD_ENOMEM);
        ck_assert_ptr_null(loss);
        ck_assert_uint_eq(memory_live(), 0);
        memory_unwatch();
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("loss");
    CASE(s, loss_scores_of_every_size_within_four_ulps);
    CASE(s, logistic_huge_scores_finite);
    CASE(s, slope_central_differences_agree);
    CASE(s, squared_any_data_twice_half_squared_bit_for_bit);
    CASE(s, loss_weight_multiplies_value_and_slope);
    CASE(s, loss_several_outputs_sum_of_single_ones);
    CASE(s, logistic_link_probabilities);
    TCase *labels = tcase_create("labels_check_first_illegal_one_found");
    tcase_add_loop_test(labels, labels_check_first_illegal_one_found, 0, 2);
    suite_add_tcase(s, labels);
    CASE(s, fenchel_slopes_of_other_scores_as_the_conjugate_says);
    CASE(s, fenchel_conjugate_is_the_supremum);
    CASE(s, fenchel_own_slope_nothing_is_left);
    CASE(s, fenchel_outside_the_domain_infinite);
    CASE(s, fenchel_several_outputs_sum_of_single_ones);
    CASE(s, find_every_name_its_loss);
    CASE(s, losses_in_models_gradients_as_differences);
    CASE(s, targets_not_legal_refused_by_row);
    CASE(s, links_probabilities_and_means);
    CASE(s, parse_names_and_parameters);
    CASE(s, static_losses_standard_parameters);
    CASE(s, parse_what_is_not_one_refused);
    CASE(s, parse_no_memory_clean);
    CASE(s, user_loss_in_a_model_fits_the_middle);
    CASE(s, user_loss_bad_ops_refused);
    CASE(s, loss_ops_of_other_headers_copied_or_refused);
    CASE(s, free_built_in_loss_ignored);
    return suite_run(s);
}
