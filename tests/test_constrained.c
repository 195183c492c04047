/* Least squares within a box, a simplex, a ball: the minima that reference/record_constrained.py found by trying all active sets, and
 * no step outside. */
#include "datasets.h"
#include "problems.h"
#include "reference/constrained.h"

enum { N = DIABETES_COLS, CASES = sizeof constrained / sizeof *constrained };

static double X[DIABETES_ROWS * N], y[DIABETES_ROWS];

static lgd_penalty *set_of(size_t i)
{
    lgd_penalty *p = NULL;
    const double size = constrained[i].size;
    ck_ok(constrained[i].set == IN_BOX         ? lgd_penalty_box_create(&p, N, constrained_low, constrained_high)
          : constrained[i].set == NOT_NEGATIVE ? lgd_penalty_non_negative_create(&p)
          : constrained[i].set == ON_SIMPLEX   ? lgd_penalty_simplex_create(&p, size)
          : constrained[i].set == IN_L1_BALL   ? lgd_penalty_l1_ball_create(&p, size)
                                               : lgd_penalty_l2_ball_create(&p, size));
    return p;
}

static lgd_objective *objective_of(lgd_matrix **A, size_t i)
{
    lgd_objective *f;
    dataset_diabetes(X, y);
    ck_ok(lgd_matrix_dense(A, DIABETES_ROWS, N, X, N));
    ck_ok(
        lgd_glm_create(&f, *A, y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = constrained[i].intercept}));
    return f;
}

/* By how much w[10] leaves the set of case i: bounds are kept to the bit, sums to the rounding of their terms. */
static double outside(size_t i, const double *w)
{
    const double size = constrained[i].size;
    double worst = 0, sum = 0, absolute = 0, square = 0;
    for (size_t j = 0; j < N; j++) {
        const double low = constrained[i].set == IN_BOX ? constrained_low[j] : 0;
        const double high = constrained[i].set == IN_BOX ? constrained_high[j] : INFINITY;
        worst = fmax(worst, fmax(low - w[j], w[j] - high));
        sum += w[j];
        absolute += fabs(w[j]);
        square += w[j] * w[j];
    }
    switch (constrained[i].set) {
    case IN_BOX:
    case NOT_NEGATIVE:
        return worst;
    case ON_SIMPLEX:
        return fmax(worst, fabs(sum - size) <= 1e-14 * N * size ? 0 : fabs(sum - size));
    case IN_L1_BALL:
        return fmax(absolute - size * (1 + 1e-14 * N), 0);
    default:
        return fmax(sqrt(square) - size * (1 + 1e-14), 0);
    }
}

typedef struct watch {
    size_t i, seen;
    double worst;
} watch;

static int look(void *ctx, const lgd_progress *p)
{
    watch *watched = ctx;
    watched->seen++;
    watched->worst = fmax(watched->worst, outside(watched->i, p->w));
    return 0;
}

/* How many weights lie at a bound, to the bit; of the Euclidean ball, whether the sum does. */
static size_t active(size_t i, const double *w)
{
    size_t count = 0;
    double square = 0;
    for (size_t j = 0; j < N; j++) {
        count += constrained[i].set == IN_BOX ? w[j] == constrained_low[j] || w[j] == constrained_high[j] : w[j] == 0;
        square += w[j] * w[j];
    }
    return constrained[i].set == IN_L2_BALL ? fabs(sqrt(square) / constrained[i].size - 1) < 1e-14 : count;
}

static lgd_optimizer *parsed(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_optimizer_parse(&opt, text));
    return opt;
}

START_TEST(minimum_of_active_sets_found_by_feasible_steps)
{
    static const char *const methods[] = {"fista", "proximal_gradient:grow=2", "lbfgsb"};
    for (size_t i = 0; i < CASES; i++)
        for (size_t k = 0; k < sizeof methods / sizeof *methods; k++) {
            if (k == 2 && constrained[i].set != IN_BOX && constrained[i].set != NOT_NEGATIVE)
                continue; /* it takes bounds alone */
            lgd_matrix *A;
            lgd_objective *f = objective_of(&A, i);
            lgd_penalty *set = set_of(i);
            lgd_optimizer *opt = parsed(methods[k]);
            lgd_report report;
            watch watched = {.i = i};
            double w[N + 1] = {-700, 900, -800, 3, 0, 1e5, 1, 2}; /* outside all of them */
            const size_t dim = N + constrained[i].intercept;
            ck_ok(lgd_minimize(f, opt, w,
                               &(lgd_minimize_options){.penalty = set,
                                                       .max_epochs = 50000,
                                                       .grad_tol = LGD_ZERO,
                                                       .grad_tol_abs = 2e-11,
                                                       .callback = look,
                                                       .callback_ctx = &watched},
                               &report));
            /* a search by values may end where they no longer tell a decrease from rounding */
            ck_assert_msg(report.stop == LGD_STOP_GRAD_TOL || (k == 2 && report.stop == LGD_STOP_ROUNDING),
                          "%s, case %zu: %s", methods[k], i, lgd_stop_string(report.stop));
            ck_assert_msg(watched.worst == 0 && watched.seen == report.steps, "%s, case %zu: outside by %g", methods[k],
                          i, watched.worst);
            double largest = 0, off = 0;
            for (size_t j = 0; j < dim; j++) {
                largest = fmax(largest, fabs(constrained[i].w[j]));
                off = fmax(off, fabs(w[j] - constrained[i].w[j]));
            }
            ck_assert_msg(off <= 1e-8 * largest, "%s, case %zu: off by %g", methods[k], i, off / largest);
            ck_assert_uint_eq(active(i, w), constrained[i].active);
            ck_near(report.f, constrained[i].f, 1e-14);
            lgd_optimizer_free(opt);
            lgd_penalty_free(set);
            lgd_objective_free(f);
            lgd_matrix_free(A);
        }
}
END_TEST

/* With the prox after the step, in batches as well. */
START_TEST(other_methods_every_step_within_and_towards_the_minimum)
{
    static const char *const methods[] = {"sgd:lr=100", "momentum:lr=20", "adam:lr=3"};
    static const double scale[N + 1] = {1, 1, 1, 1, 1,   1,
                                        1, 1, 1, 1, 0.01}; /* the intercept's curvature is 1, theirs 0.009 */
    for (size_t i = 0; i < CASES; i++)
        for (size_t k = 0; k < 2 * sizeof methods / sizeof *methods; k++) {
            lgd_matrix *A;
            lgd_objective *f = objective_of(&A, i);
            lgd_penalty *set = set_of(i);
            lgd_optimizer *opt = parsed(methods[k / 2]);
            lgd_report report;
            watch watched = {.i = i};
            double w[N + 1] = {-700, 900, -800, 3, 0, 600, 1, 2};
            ck_ok(lgd_minimize(f, opt, w,
                               &(lgd_minimize_options){.penalty = set,
                                                       .max_epochs = 600,
                                                       .batch_size = k % 2 ? 64 : 0,
                                                       .check_every = k % 2,
                                                       .lr_scale = k < 4 ? scale : NULL,
                                                       .grad_tol = LGD_ZERO,
                                                       .callback = look,
                                                       .callback_ctx = &watched},
                               &report));
            ck_assert_msg(watched.worst == 0 && watched.seen == report.epochs, "%s, case %zu: outside by %g",
                          methods[k / 2], i, watched.worst);
            ck_assert_msg(report.best_f < constrained[i].f * 1.02 && report.best_f > constrained[i].f * (1 - 1e-13),
                          "%s, case %zu, batches %zu: %.17g, the minimum is %.17g", methods[k / 2], i, k % 2,
                          report.best_f, constrained[i].f);
            lgd_optimizer_free(opt);
            lgd_penalty_free(set);
            lgd_objective_free(f);
            lgd_matrix_free(A);
        }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("constrained");
    CASE(s, minimum_of_active_sets_found_by_feasible_steps);
    CASE(s, other_methods_every_step_within_and_towards_the_minimum);
    return suite_run(s);
}
