/* FTRL-Proximal: what it promises beyond what every optimizer does. */
#include "methods.h"
#include "reference/optimizers.h"
#include "lgd/glm.h"
#include "lgd/minimize.h"
#include <math.h>

enum { DIM = 6 };

static void step(lgd_optimizer *opt, size_t dim, double *w, const double *g, double factor)
{
    double spoilt[16];
    memcpy(spoilt, g, dim * sizeof *g);
    ck_assert_msg(lgd_optimizer_step(opt, dim, w, spoilt, 0, factor) == LGD_OK, "%s", lgd_last_error());
}

START_TEST(l1_sum_of_gradients_within_it_exact_zero)
{
    lgd_optimizer *opt = parsed("ftrl:lr=1,beta=0,l1=1");
    double w[2] = {0, 0};
    static const double g[][2] = {{0.5, -0.25}, {0.5, -0.75}, {-1, 0.5}, {-1, 1.5}, {0.5, -0.5}, {-1.5, 2}};
    double squares[2] = {0}, sum[2] = {0};
    for (int t = 0; t < 6; t++) { /* sums from -1 to 1, then beyond */
        step(opt, 2, w, g[t], 1 / (6.0 - t));
        for (size_t j = 0; j < 2; j++) {
            sum[j] += g[t][j];
            squares[j] += g[t][j] * g[t][j];
            ck_assert((fabs(sum[j]) <= 1) == (t < 5));
            ck_assert(t == 5 || w[j] == 0);
        }
    }
    ck_assert_double_eq_tol(w[0], -(sum[0] + 1) / sqrt(squares[0]), 1e-15);
    ck_assert_double_eq_tol(w[1], -(sum[1] - 1) / sqrt(squares[1]), 1e-15);
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(l1_crossing_zero_stays_there_until_l1_is_passed)
{
    lgd_optimizer *opt = parsed("ftrl:lr=1,beta=1,l1=2");
    double w = 0.25;
    const double g = 1;
    for (int t = 0; t < 4;
         t++) { /* d = 2 at first: of that g 0.5 brings w to 0, and 0.5 are the first of 4 to be hidden */
        step(opt, 1, &w, &g, 1);
        ck_assert(w == 0);
    }
    step(opt, 1, &w, &g, 1); /* 4.5 in all, and the sum of squares is 5 */
    ck_assert_double_eq_tol(w, -0.5 / (1 + sqrt(5)), 1e-15);
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(start_not_zero_no_gradient_keeps_its_bits)
{
    static const double start[DIM] = {3, -0.1, 1e-300, -1e300, 0.3, 5e-324}, none[DIM] = {0};
    static const char *const texts[] = {"ftrl", "ftrl:l1=0.125", "ftrl:beta=0,l1=7,l2=3", "ftrl:l2=0.3"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        lgd_optimizer *opt = parsed(texts[i]);
        double w[DIM];
        memcpy(w, start, sizeof w);
        for (int t = 0; t < 20; t++) {
            step(opt, DIM, w, none, 0.1 * t); /* whatever the rate */
            ck_assert_msg(!memcmp(w, start, sizeof w), "%s: step %d", texts[i], t + 1);
        }
        lgd_optimizer_free(opt);
    }
}
END_TEST

START_TEST(start_not_zero_l1_moves_as_without_until_zero)
{
    lgd_optimizer *with = parsed("ftrl:l1=3,l2=1"), *without = parsed("ftrl:l2=1");
    double w = 2, v = 2;
    for (int t = 0; t < 30 && v > 0; t++) {
        const double g = 0.7;
        ck_assert_double_eq_tol(w, v, 1e-15 * (t + 1));
        step(with, 1, &w, &g, 1);
        step(without, 1, &v, &g, 1);
    }
    ck_assert(v < 0 && w == 0);
    lgd_optimizer_free(with);
    lgd_optimizer_free(without);
}
END_TEST

/* The long-double reference keeps z, and the rate of the step before, as the paper does. */
START_TEST(schedule_up_and_down_as_the_sum_z)
{
    for (const reference *r = adaptive_references; r->text; r++) {
        if (strncmp(r->text, "ftrl", 4))
            continue;
        lgd_optimizer *opt = parsed(r->text);
        double w[DIM], g[DIM], factor;
        real exact[DIM], way[DIM] = {0}, state[DIM][REFERENCE_STATE] = {{0}};
        for (size_t j = 0; j < DIM; j++)
            exact[j] = w[j] = (double)j - 2;
        for (unsigned t = 1; t <= 400; t++) {
            lgd_uniform(7, t * DIM, DIM, g);
            lgd_uniform(8, t, 1, &factor);
            factor = ldexp(1 + factor, t % 7 == 0 ? -6 : (int)(t % 5));
            for (size_t j = 0; j < DIM; j++)
                g[j] = t % 3 == j % 3 ? 0 : ldexp(g[j] - 0.5, (int)j);
            step(opt, DIM, w, g, factor);
            for (size_t j = 0; j < DIM; j++) {
                const real next = r->step(r->options, t, factor, exact[j], g[j], state[j]);
                way[j] += fabsl(next - exact[j]);
                exact[j] = next;
                ck_assert_msg(fabsl(w[j] - next) <= r->tolerance * fmaxl(fabsl(next), way[j]),
                              "%s: w[%zu] after step %u is %.17g, not %.17Lg", r->text, j, t, w[j], next);
                ck_assert((w[j] == 0) == (next == 0));
            }
        }
        lgd_optimizer_free(opt);
    }
}
END_TEST

START_TEST(rate_of_zero_nothing_moves)
{
    lgd_optimizer *opt = parsed("ftrl:l1=1,beta=0");
    double w[2] = {0, 5};
    const double g[2] = {0.75, 100};
    step(opt, 2, w, g, 1);
    const double before = w[1];
    for (int t = 0; t < 5; t++)
        step(opt, 2, w, g, 0);
    ck_assert(w[0] == 0 && w[1] == before);
    step(opt, 2, w, (const double[]){0.25, 0}, 1); /* the sum is 1, within l1 */
    ck_assert(w[0] == 0 && w[1] == before);
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(square_beyond_numbers_w_stays_finite)
{
    lgd_optimizer *opt = parsed("ftrl:l1=1");
    double w[4] = {0, 0, 3, -3};
    const double g[4] = {1e200, -1e200, 1e200, 1e200};
    for (int t = 0; t < 3; t++)
        step(opt, 4, w, g, 1);
    ck_assert(fabs(w[0]) < 1e-100 && fabs(w[1]) < 1e-100 && w[2] == 3 && w[3] == -3); /* the rate is all but 0 */
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(no_penalty_bits_of_adagrad)
{
    static const char *const pairs[][2] = {{"ftrl:lr=0.3,beta=0", "adagrad:lr=0.3,eps=0"},
                                           {"ftrl:lr=0.3,beta=1", "adagrad:lr=0.3,eps=1"}};
    for (size_t i = 0; i < 2; i++) {
        lgd_optimizer *a = parsed(pairs[i][0]), *b = parsed(pairs[i][1]);
        double w[DIM] = {1, -2, 0, 4, -5, 6}, v[DIM], g[DIM];
        memcpy(v, w, sizeof v);
        for (uint64_t t = 1; t <= 1000; t++) {
            lgd_uniform(9, t * DIM, DIM, g);
            for (size_t j = 0; j < DIM; j++)
                g[j] = ldexp(g[j] - 0.5, 4 * (int)j - 10);
            step(a, DIM, w, g, 1 / (1 + 0.01 * (double)t));
            step(b, DIM, v, g, 1 / (1 + 0.01 * (double)t));
            ck_assert_mem_eq(w, v, sizeof w);
        }
        lgd_optimizer_free(a);
        lgd_optimizer_free(b);
    }
}
END_TEST

START_TEST(unpenalised_range_no_l1_no_l2_group_its_own_l2)
{
    lgd_optimizer *all = parsed("ftrl:l1=0.5,l2=2"), *free = parsed("ftrl"), *other = parsed("ftrl:l1=0.5,l2=7");
    lgd_optimizer *same = parsed("ftrl:l1=0.5,l2=2");
    double w[DIM] = {0}, u[2] = {0}, v[2] = {0}, x[2] = {0}, g[DIM];
    ck_assert_int_eq(lgd_optimizer_spare(all, DIM, 2, 2), LGD_OK);
    ck_assert_int_eq(lgd_optimizer_groups(all, &(lgd_group){.first = 4, .count = 2, .decay = 7}, 1), LGD_OK);
    for (uint64_t t = 1; t <= 50; t++) {
        lgd_uniform(10, t * DIM, DIM, g);
        step(all, DIM, w, g, 1);
        step(same, 2, u, g, 1);
        step(free, 2, v, g + 2, 1);
        step(other, 2, x, g + 4, 1);
        ck_assert_mem_eq(w, u, sizeof u);
        ck_assert_mem_eq(w + 2, v, sizeof v);
        ck_assert_mem_eq(w + 4, x, sizeof x);
    }
    lgd_optimizer_free(all);
    lgd_optimizer_free(same);
    lgd_optimizer_free(free);
    lgd_optimizer_free(other);
}
END_TEST

/* y depends on the first column alone; the others have coefficients that are 0, not nearly 0. */
START_TEST(minimize_columns_without_effect_exact_zeros)
{
    enum { ROWS = 200, COLS = 8 };
    double x[ROWS * COLS], y[ROWS], w[COLS + 1] = {0};
    lgd_uniform(11, 0, ROWS * COLS, x);
    lgd_uniform(12, 0, ROWS, y);
    for (size_t i = 0; i < ROWS * COLS; i++)
        x[i] -= 0.5;
    for (size_t i = 0; i < ROWS; i++)
        y[i] = 1 + 3 * x[i * COLS] + 0.1 * (y[i] - 0.5);
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    ck_assert_int_eq(lgd_matrix_dense(&X, ROWS, COLS, x, COLS), LGD_OK);
    ck_assert_int_eq(lgd_glm_create(&f, X, y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}), LGD_OK);
    lgd_optimizer *opt = parsed("ftrl:l1=10");
    ck_assert_int_eq(lgd_minimize(f, opt, w, &(lgd_minimize_options){.batch_size = 8, .max_epochs = 40}, NULL), LGD_OK);
    ck_assert_double_eq_tol(w[0], 3, 0.1);
    ck_assert_double_eq_tol(w[COLS], 1, 0.1);
    for (size_t j = 1; j < COLS; j++)
        ck_assert_msg(w[j] == 0, "w[%zu] is %g", j, w[j]);

    double half[COLS + 1] = {0.5};
    ck_assert_int_eq(lgd_minimize(f, opt, w, &(lgd_minimize_options){.lr_scale = half}, NULL), LGD_EUNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "lr_scale[0] is 0.5, 0 or 1 is accepted by ftrl"));
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ftrl");
    CASE(s, l1_sum_of_gradients_within_it_exact_zero);
    CASE(s, l1_crossing_zero_stays_there_until_l1_is_passed);
    CASE(s, start_not_zero_no_gradient_keeps_its_bits);
    CASE(s, start_not_zero_l1_moves_as_without_until_zero);
    CASE(s, schedule_up_and_down_as_the_sum_z);
    CASE(s, rate_of_zero_nothing_moves);
    CASE(s, square_beyond_numbers_w_stays_finite);
    CASE(s, no_penalty_bits_of_adagrad);
    CASE(s, unpenalised_range_no_l1_no_l2_group_its_own_l2);
    CASE(s, minimize_columns_without_effect_exact_zeros);
    return suite_run(s);
}
