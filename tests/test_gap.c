#include "problems.h"
#include "base/base.h"
#include "datasets.h"
#include "loss/loss.h"
#include "minimize/gap.h"
#include <float.h>
#include <stdio.h>

/* The duality gap against minima that a proximal gradient method finds in long double. */

enum { ROWS = 90, COLS = 6, OUTPUTS = 3, LONGEST = (COLS + 1) * OUTPUTS };

static const struct {
    const lgd_loss *(*loss)(void);
    plain_loss *plain;
    real curvature;
} losses[] = {{lgd_loss_half_squared, plain_half_squared, 1},
              {lgd_loss_squared, plain_squared, 2},
              {lgd_loss_logistic, plain_logistic, 0.25L},
              {lgd_loss_squared_hinge, plain_squared_hinge, 2}};
enum { HALF, SQUARED, LOGISTIC, HINGE };

/* l2 is the objective's; h = l1 |w|_1 + own/2 |w|^2, none if both are 0. */
static const struct {
    const char *name;
    size_t loss, outputs;
    double l2, l1, own;
    bool intercept, weights, offset;
} problems[] = {
    {"lasso", HALF, 1, 0, 0.05, 0, false, false, false},
    {"lasso, intercept", HALF, 1, 0, 0.05, 0, true, false, false},
    {"lasso, weights, offset", SQUARED, OUTPUTS, 0, 0.1, 0, true, true, true},
    {"elastic net by l2", HALF, 1, 0.1, 0.05, 0, true, false, false},
    {"elastic net by l2, no intercept", HALF, OUTPUTS, 0.1, 0.05, 0, false, true, false},
    {"elastic net by h", HALF, OUTPUTS, 0, 0.05, 0.1, true, true, false},
    {"elastic net by both", SQUARED, 1, 0.05, 0.02, 0.1, true, false, true},
    {"ridge", SQUARED, 1, 0.1, 0, 0, false, false, false},
    {"ridge, intercept", HALF, OUTPUTS, 0.1, 0, 0, true, true, true},
    {"ridge by h", HALF, 1, 0, 0, 0.1, true, false, false},
    {"logistic, L1", LOGISTIC, 1, 0, 0.02, 0, false, false, false},
    {"logistic, L1, intercept", LOGISTIC, OUTPUTS, 0, 0.02, 0, true, true, false},
    {"logistic, L2", LOGISTIC, 1, 0.05, 0, 0, true, false, true},
    {"logistic, L2, no intercept", LOGISTIC, OUTPUTS, 0.05, 0, 0, false, false, false},
    {"machine, L2", HINGE, 1, 0.1, 0, 0, true, false, false},
    {"machine, L1", HINGE, OUTPUTS, 0, 0.05, 0, true, true, false},
    {"machine, elastic net", HINGE, 1, 0.05, 0.02, 0, false, false, true},
};
enum { PROBLEMS = sizeof problems / sizeof *problems };

typedef struct problem {
    data d;
    plain plain;
    lgd_matrix *X;
    lgd_objective *f;
    lgd_penalty *h; /* NULL: none */
    double l1, own;
    size_t dim, free; /* free: w[free] and beyond are intercepts */
    real curvature;   /* a bound */
    real lowest;      /* F at `at` */
    double at[LONGEST];
} problem;

static real value(const problem *p, const double *w)
{
    real g[LONGEST], f = plain_eval(&p->plain, NULL, w, g);
    for (size_t j = 0; j < p->free; j++)
        f += (real)p->l1 * fabsl((real)w[j]) + (real)p->own / 2 * w[j] * w[j];
    return f;
}

/* FISTA, begun anew where the step turns against the momentum, until w no longer moves. */
static void solve(problem *p)
{
    real g[LONGEST], t = 1;
    double v[LONGEST], before[LONGEST];
    size_t still = 0;
    memset(p->at, 0, sizeof p->at);
    memset(v, 0, sizeof v);
    for (int i = 0; i < 20000 && still < 10; i++) {
        const real next = (1 + sqrtl(1 + 4 * t * t)) / 2;
        real turn = 0;
        memcpy(before, p->at, sizeof before);
        plain_eval(&p->plain, NULL, v, g);
        for (size_t j = 0; j < p->dim; j++) {
            const bool penalised = j < p->free;
            const real u = v[j] - g[j] / p->curvature, s = penalised ? (real)p->l1 / p->curvature : 0;
            p->at[j] = (double)((fabsl(u) > s ? u - copysignl(s, u) : 0) /
                                (1 + (penalised ? (real)p->own / p->curvature : 0)));
            turn += ((real)v[j] - p->at[j]) * ((real)p->at[j] - before[j]);
        }
        t = turn > 0 ? 1 : next;
        for (size_t j = 0; j < p->dim; j++)
            v[j] = (double)(p->at[j] + (turn > 0 ? 0 : (t - 1) / t) * ((real)p->at[j] - before[j]));
        still = memcmp(before, p->at, p->dim * sizeof *before) ? 0 : still + 1;
    }
    p->lowest = value(p, p->at);
}

static void create(problem *p, size_t i, size_t rows)
{
    *p = (problem){.d = data_create(rows, COLS, problems[i].outputs, problems[i].loss >= LOGISTIC, 20 + 10 * i),
                   .l1 = problems[i].l1,
                   .own = problems[i].own,
                   .free = COLS * problems[i].outputs};
    p->plain = (plain){&p->d,
                       losses[problems[i].loss].plain,
                       problems[i].l2,
                       problems[i].intercept,
                       problems[i].weights,
                       problems[i].offset};
    ck_ok(lgd_matrix_dense(&p->X, rows, COLS, p->d.X, COLS));
    ck_ok(lgd_glm_create(&p->f, p->X, p->d.y, losses[problems[i].loss].loss(),
                         &(lgd_glm_options){.l2 = problems[i].l2,
                                            .intercept = problems[i].intercept,
                                            .outputs = problems[i].outputs,
                                            .weights = problems[i].weights ? p->d.weights : NULL,
                                            .offset = problems[i].offset ? p->d.offset : NULL}));
    if (p->own > 0)
        ck_ok(lgd_penalty_elastic_net_create(&p->h, p->l1, p->own));
    else if (p->l1 > 0)
        ck_ok(lgd_penalty_l1_create(&p->h, p->l1));
    p->dim = lgd_objective_dim(p->f);
    real squares = 0, mean = 0; /* the largest eigenvalue is at most the trace */
    for (size_t row = 0; row < rows; row++) {
        const real omega = problems[i].weights ? (real)p->d.weights[row] : 1;
        mean += omega / (real)rows;
        for (size_t j = 0; j < COLS; j++)
            squares += omega * p->d.X[row * COLS + j] * p->d.X[row * COLS + j];
        squares += problems[i].intercept ? omega : 0;
    }
    p->curvature = losses[problems[i].loss].curvature * squares / (mean * (real)rows) + (real)problems[i].l2;
}

static void release(problem *p)
{
    lgd_penalty_free(p->h);
    lgd_objective_free(p->f);
    lgd_matrix_free(p->X);
    data_free(&p->d);
}

/* The promise at w; returns the gap over F. */
static double check_bound(const problem *p, const char *name, const double *w)
{
    const real F = value(p, w);
    double gap = NAN;
    ck_assert(F >= p->lowest * (1 - 1e-16L)); /* or it were no minimum */
    ck_ok(lgd_duality_gap(p->f, p->h, w, &gap));
    ck_assert_msg(gap >= 0, "%s: the gap is %g", name, gap);
    ck_assert_msg((real)gap >= F - p->lowest - 1e-14L * fabsl(F), "%s: the gap is %.17g, F is %.17Lg above its minimum",
                  name, gap, F - p->lowest);
    return gap / (double)F;
}

START_TEST(gap_any_point_bounds_the_distance_to_the_minimum)
{
    problem p;
    create(&p, (size_t)_i, ROWS);
    double w[LONGEST];
    solve(&p);
    for (uint64_t seed = 0; seed < 16; seed++)
        for (double size = 1e-9; size < 100; size *= 30) {
            fill(1000 + seed, p.dim, -size, size, w);
            check_bound(&p, problems[_i].name, w);
            for (size_t j = 0; j < p.dim; j++)
                w[j] = p.at[j] + (seed % 2 || p.at[j] != 0 ? w[j] : 0);
            check_bound(&p, problems[_i].name, w);
        }
    release(&p);
}
END_TEST

START_TEST(gap_minimum_nothing_is_left)
{
    problem p;
    create(&p, (size_t)_i, ROWS);
    solve(&p);
    const double left = check_bound(&p, problems[_i].name, p.at);
    ck_assert_msg(left <= 1e-14, "%s: the gap at the minimum is %g of F", problems[_i].name, left);
    release(&p);
}
END_TEST

typedef struct watched {
    const problem *p;
    const char *name;
    double last;
} watched;

static int check_progress(void *ctx, const lgd_progress *progress)
{
    watched *c = ctx;
    if (progress->epoch < 100 || progress->epoch % 20 == 0)
        c->last = check_bound(c->p, c->name, progress->w);
    return 0;
}

/* All rows at each step: to the minimum, with the gap going to 0; in batches as far as the noise lets it. */
START_TEST(gap_whole_run_bounds_the_distance_to_the_minimum)
{
    problem p;
    create(&p, (size_t)_i, ROWS);
    solve(&p);
    for (size_t batch = 0; batch <= 16; batch += 16) {
        double w[LONGEST] = {0};
        watched c = {&p, problems[_i].name, INFINITY};
        lgd_optimizer *opt;
        lgd_report report;
        ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = (double)(1 / p.curvature) / (batch ? 4 : 1)}));
        const lgd_minimize_options o = {.batch_size = batch,
                                        .max_epochs = batch ? 40 : 3000,
                                        .penalty = p.h,
                                        .grad_tol = LGD_ZERO,
                                        .callback = check_progress,
                                        .callback_ctx = &c};
        ck_ok(lgd_minimize(p.f, opt, w, &o, &report));
        ck_assert_double_nan(report.gap);
        ck_assert_msg(c.last <= (batch ? 1 : 1e-13), "%s: the gap at the end is %g of F", problems[_i].name, c.last);
        lgd_optimizer_free(opt);
    }
    release(&p);
}
END_TEST

static real loss_conjugate(size_t loss, real u, real y)
{
    const real P = fminl(fmaxl(u + y, 0), 1), a = (2 * y - 1) * u;
    switch (loss) {
    case HALF:
        return u * u / 2 + u * y;
    case SQUARED:
        return u * u / 4 + u * y;
    case LOGISTIC:
        return (P > 0 ? P * logl(P) : 0) + (P < 1 ? (1 - P) * log1pl(-P) : 0);
    default:
        return a + a * a / 4;
    }
}

/* As many rows add up to 0 as well as few do: their sums keep what rounding takes. */
START_TEST(gap_slopes_of_many_rows_add_up_to_zero)
{
    enum { MANY = 30000 };
    model m = model_create(MANY, 2, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true, .l2 = 0.1}, 30);
    for (uint64_t seed = 0; seed < 5; seed++) {
        lgd_gap gap;
        double w[3], bound;
        real sum = 0, size = 0;
        fill(2000 + seed, 3, -1, 1, w);
        ck_ok(lgd_gap_create(&gap, m.f, NULL));
        ck_ok(lgd_gap_at(&gap, lgd_objective_begin(m.f, 1), w, &bound));
        lgd_objective_end(m.f);
        for (size_t i = 0; i < MANY; i++) {
            sum += gap.R[i];
            size += fabsl((real)gap.R[i]);
        }
        ck_assert_msg(fabsl(sum) <= DBL_EPSILON * size, "a sum of %Lg of %Lg", sum, size);
        lgd_gap_free(&gap);
    }
    model_free(&m);
}
END_TEST

/* What the bound rests on, in long double: the slopes of an output add up to 0 where it has an intercept, each is in the domain
 * of its conjugate, and without l2 h* is finite at what comes of them. The gap is F less the value of the dual problem there. */
START_TEST(gap_dual_point_feasible_and_gap_of_its_value)
{
    problem p;
    create(&p, (size_t)_i, ROWS);
    lgd_penalised h = {0};
    lgd_gap gap;
    double w[LONGEST], slopes[ROWS * OUTPUTS], bound;
    const size_t k = problems[_i].outputs;
    if (p.h)
        ck_ok(lgd_penalised_create(&h, p.h, p.dim, p.free, p.dim - p.free));
    ck_ok(lgd_gap_create(&gap, p.f, p.h ? &h : NULL));
    ck_assert_uint_eq(lgd_objective_begin(p.f, 1), 1);
    for (uint64_t seed = 0; seed < 20; seed++) {
        real largest = 0, mean = 0, dual = 0;
        fill(2000 + seed, p.dim, -1, 1, w);
        memset(slopes, 0, sizeof slopes);
        ck_ok(lgd_objective_sum(p.f, &(lgd_rows){0, ROWS, NULL}, 1, w, &bound, NULL, slopes));
        ck_ok(lgd_gap_at(&gap, 1, w, &bound));
        ck_assert(isfinite(bound));
        for (size_t i = 0; i < ROWS; i++)
            mean += (problems[_i].weights ? (real)p.d.weights[i] : 1) / ROWS;
        for (size_t c = 0; c < k; c++) {
            real sum = 0, size = 0, v[COLS] = {0};
            for (size_t i = 0; i < ROWS; i++) {
                const double r = gap.R[i * k + c], y = p.d.y[i * k + c];
                const double omega = problems[_i].weights ? p.d.weights[i] : 1, u = r / omega;
                dual -= (omega * loss_conjugate(problems[_i].loss, (real)r / omega, y) -
                         (problems[_i].offset ? (real)r * p.d.offset[i * k + c] : 0)) /
                        (mean * ROWS);
                sum += r;
                size += fabsl((real)slopes[i * k + c]);
                ck_assert(fabs(r) <= fabs(slopes[i * k + c]) && r * slopes[i * k + c] >= 0);
                for (size_t j = 0; j < COLS; j++)
                    v[j] -= (real)p.d.X[i * COLS + j] * r / (mean * ROWS);
                ck_assert(problems[_i].loss != LOGISTIC || (u + y >= -DBL_EPSILON && u + y <= 1 + DBL_EPSILON));
                ck_assert(problems[_i].loss != HINGE || (2 * y - 1) * u <= 0);
            }
            ck_assert(size > 0);
            if (problems[_i].intercept)
                ck_assert_msg(fabsl(sum) <= 4 * DBL_EPSILON * size, "%s: a sum of %Lg", problems[_i].name, sum);
            for (size_t j = 0; j < COLS; j++) {
                ck_near(gap.v[j * k + c], v[j], 1e-14);
                largest = fmaxl(largest, fabsl(v[j]));
                if (p.own + problems[_i].l2 > 0)
                    dual -= powl(fmaxl(fabsl(v[j]) - p.l1, 0), 2) / (2 * ((real)p.own + (real)problems[_i].l2));
            }
        }
        if (problems[_i].l2 == 0 && p.own == 0)
            ck_assert_msg(largest <= (real)p.l1 * (1 + 1e-13L), "%s: |v| is %Lg", problems[_i].name, largest);
        ck_assert_msg(fabsl(bound - (value(&p, w) - dual)) <= 1e-13L * value(&p, w), "%s: the gap is %.17g, not %.17Lg",
                      problems[_i].name, bound, value(&p, w) - dual);
    }
    lgd_objective_end(p.f);
    lgd_gap_free(&gap);
    lgd_penalised_free(&h);
    release(&p);
}
END_TEST

/* Targets far from 0, residuals of size 1: scores times slopes are a million times F, and must not cancel. */
START_TEST(gap_targets_far_from_zero_keep_their_digits)
{
    for (size_t i = 1; i <= 3; i += 2) {
        problem p;
        create(&p, i, ROWS);
        const double far = 0x1p20;
        for (size_t row = 0; row < ROWS; row++)
            p.d.y[row] += far;
        solve(&p);
        ck_assert_double_gt(p.at[COLS], far / 2);
        /* the intercept is rounded to 2^-33, and the gap is of that order beside F */
        ck_assert_double_le(check_bound(&p, "far", p.at), 16 * far * DBL_EPSILON);
        release(&p);
    }
}
END_TEST

/* ---- every penalty; those whose conjugate is finite around 0 need no l2 */

enum {
    L1,
    GROUPS,
    BOX,
    SIMPLEX,
    L1_BALL,
    L2_BALL,
    PARTS,
    VARIATION,
    NON_NEGATIVE,
    SOME_FREE,
    PENALTIES,
    NEED_L2 = VARIATION
};

static const double low = -0.3, high = 0.2;

/* *part: what a penalty of parts borrows. */
static lgd_penalty *penalty_create(int i, lgd_penalty **part)
{
    static const lgd_penalty_group groups[] = {{.first = 0, .count = 2}, {.first = 2, .count = 4}};
    lgd_penalty *h = NULL;
    *part = NULL;
    if (i == PARTS || i == SOME_FREE)
        ck_ok(lgd_penalty_l1_create(part, 0.05));
    switch (i) {
    case L1:
        ck_ok(lgd_penalty_l1_create(&h, 0.05));
        break;
    case GROUPS:
        ck_ok(lgd_penalty_group_l1_create(&h, 0.05, groups, 2));
        break;
    case BOX:
        ck_ok(lgd_penalty_box_create(&h, 1, &low, &high));
        break;
    case SIMPLEX:
        ck_ok(lgd_penalty_simplex_create(&h, 1));
        break;
    case L1_BALL:
        ck_ok(lgd_penalty_l1_ball_create(&h, 0.8));
        break;
    case L2_BALL:
        ck_ok(lgd_penalty_l2_ball_create(&h, 0.7));
        break;
    case VARIATION:
        ck_ok(lgd_penalty_total_variation_create(&h, 0.1));
        break;
    case NON_NEGATIVE:
        ck_ok(lgd_penalty_non_negative_create(&h));
        break;
    default: {
        const lgd_penalty_range ranges[] = {{*part, 0, 2}, {*part, i == PARTS ? 2 : 4, i == PARTS ? 4 : 2}};
        ck_ok(lgd_penalty_ranges_create(&h, ranges, 2));
    }
    }
    return h;
}

/* F with a penalty of the library's, and its minimum by proximal gradients in long double, whose prox is the library's. */
static real composite(const problem *p, const double *w)
{
    real g[LONGEST];
    double h;
    ck_ok(lgd_penalty_value(p->h, p->free, w, &h));
    return plain_eval(&p->plain, NULL, w, g) + h;
}

static void solve_composite(problem *p)
{
    real g[LONGEST];
    double before[LONGEST];
    size_t still = 0;
    const double eta = (double)(1 / p->curvature);
    memset(p->at, 0, sizeof p->at);
    for (int i = 0; i < 5000 && still < 10; i++) {
        memcpy(before, p->at, sizeof before);
        plain_eval(&p->plain, NULL, p->at, g);
        for (size_t j = 0; j < p->dim; j++)
            p->at[j] = (double)(p->at[j] - g[j] / p->curvature);
        ck_ok(lgd_penalty_prox(p->h, p->free, eta, NULL, p->at));
        still = memcmp(before, p->at, p->dim * sizeof *before) ? 0 : still + 1;
    }
    p->lowest = composite(p, p->at);
}

/* By number: the penalty; squares or probabilities; with an intercept, with l2. */
START_TEST(gap_every_penalty_bounds_and_comes_to_zero)
{
    const int kind = _i % PENALTIES, which = _i / PENALTIES;
    const size_t loss = which % 2 ? LOGISTIC : HALF;
    const bool intercept = which / 2 % 2, l2 = kind >= NEED_L2 || which / 4;
    problem p = {.d = data_create(ROWS, COLS, 1, loss == LOGISTIC, 70), .free = COLS, .dim = COLS + intercept};
    lgd_penalty *part;
    double w[LONGEST], gap;
    p.plain = (plain){&p.d, losses[loss].plain, l2 ? 0.1 : 0, intercept, false, false};
    p.curvature = losses[loss].curvature * 3 + 0.1L; /* columns within -1 .. 1, nearly orthogonal, and a 1 */
    p.h = penalty_create(kind, &part);
    ck_ok(lgd_matrix_dense(&p.X, ROWS, COLS, p.d.X, COLS));
    ck_ok(lgd_glm_create(&p.f, p.X, p.d.y, losses[loss].loss(),
                         &(lgd_glm_options){.l2 = p.plain.l2, .intercept = intercept}));
    solve_composite(&p);
    for (uint64_t seed = 0; seed < 60; seed++) {
        const double size = seed ? pow(10, -(double)(seed % 12)) : 0;
        fill(3000 + seed, p.dim, -size, size, w);
        for (size_t j = 0; j < p.dim; j++)
            w[j] += p.at[j];
        ck_ok(lgd_penalty_prox(p.h, p.free, 1e-9, NULL, w));
        ck_ok(lgd_duality_gap(p.f, p.h, w, &gap));
        const real F = composite(&p, w);
        ck_assert_msg(gap >= 0 && (real)gap >= F - p.lowest - 1e-14L * fabsl(F),
                      "%s: the gap is %.17g, F is %.17Lg above its minimum", lgd_penalty_name(p.h), gap, F - p.lowest);
    }
    ck_ok(lgd_duality_gap(p.f, p.h, p.at, &gap));
    ck_assert_msg((real)gap <= 1e-13L * p.lowest, "%s: the gap at the minimum is %g, F %Lg", lgd_penalty_name(p.h), gap,
                  p.lowest);
    release(&p);
    lgd_penalty_free(part);
}
END_TEST

/* Without l2 nothing but 0 is feasible where some coordinates are free, or a side: F itself is then the bound that is left. */
START_TEST(gap_penalty_with_free_directions_still_a_bound)
{
    problem p;
    lgd_penalty *part;
    double w[LONGEST], gap, h;
    create(&p, 0, ROWS);
    for (int kind = NEED_L2; kind < PENALTIES; kind++) {
        lgd_penalty *free_ones = penalty_create(kind, &part);
        fill(5, COLS, 0.1, 1, w);
        ck_ok(lgd_duality_gap(p.f, free_ones, w, &gap));
        ck_ok(lgd_penalty_value(free_ones, COLS, w, &h));
        real g[LONGEST];
        ck_near(gap, plain_eval(&p.plain, NULL, w, g) + h, 1e-14);
        lgd_penalty_free(free_ones);
        lgd_penalty_free(part);
    }
    release(&p);
}
END_TEST

/* ---- data of bench/data, each with a free intercept: Newton's method in long double, by coordinate descent on its models */

enum { WIDEST = CANCER_COLS + 1 };

typedef struct real_data {
    size_t rows, cols;
    plain_loss *plain;
    double *X, *y, l1, l2;
} real_data;

static real real_value(const real_data *d, const real *w, real *g, real *H)
{
    const size_t n = d->cols + 1;
    real f = 0, slope, x[WIDEST];
    for (size_t j = 0; g && j < n; j++)
        g[j] = j < d->cols ? (real)d->l2 * w[j] : 0;
    for (size_t j = 0; H && j < n * n; j++)
        H[j] = j % (n + 1) == 0 && j / n < d->cols ? (real)d->l2 : 0;
    for (size_t i = 0; i < d->rows; i++) {
        real z = 0;
        for (size_t j = 0; j < n; j++) {
            x[j] = j < d->cols ? (real)d->X[i * d->cols + j] : 1;
            z += x[j] * w[j];
        }
        f += d->plain(z, d->y[i], &slope) / (real)d->rows;
        const real p = slope + d->y[i];
        const real curvature = d->plain == plain_logistic ? p * (1 - p) : 1;
        for (size_t j = 0; g && j < n; j++)
            g[j] += slope * x[j] / (real)d->rows;
        for (size_t j = 0; H && j < n; j++)
            for (size_t k = 0; k < n; k++)
                H[j * n + k] += curvature * x[j] * x[k] / (real)d->rows;
    }
    for (size_t j = 0; j < d->cols; j++)
        f += (real)d->l1 * fabsl(w[j]) + (real)d->l2 / 2 * w[j] * w[j];
    return f;
}

static real real_minimum(const real_data *d)
{
    const size_t n = d->cols + 1;
    static real H[WIDEST * WIDEST];
    real w[WIDEST] = {0}, g[WIDEST], u[WIDEST], moved = 1;
    for (int i = 0; i < 60 && moved > 0; i++) {
        const real before = real_value(d, w, g, H);
        memcpy(u, w, sizeof u);
        real largest = 1;
        for (int sweep = 0; sweep < 20000 && largest > 0; sweep++) {
            largest = 0;
            for (size_t j = 0; j < n; j++) {
                real slope = g[j];
                for (size_t k = 0; k < n; k++)
                    slope += H[j * n + k] * (u[k] - w[k]);
                const real to = H[j * n + j] * u[j] - slope, s = j < d->cols ? (real)d->l1 : 0;
                const real next = fabsl(to) > s ? (to - copysignl(s, to)) / H[j * n + j] : 0;
                if (fabsl(next - u[j]) > 1e-18L * fabsl(next))
                    largest = fmaxl(largest, fabsl(next - u[j]));
                u[j] = next;
            }
        }
        real step = 1;
        for (; step > 1e-6L; step /= 2) {
            for (size_t j = 0; j < n; j++)
                g[j] = w[j] + step * (u[j] - w[j]);
            if (real_value(d, g, NULL, NULL) <= before)
                break;
        }
        moved = 0;
        for (size_t j = 0; j < n && step > 1e-6L; j++) {
            moved = fmaxl(moved, fabsl(g[j] - w[j]) > 1e-17L * fabsl(g[j]) ? 1 : 0);
            w[j] = g[j];
        }
    }
    return real_value(d, w, NULL, NULL);
}

typedef struct followed {
    const real_data *d;
    lgd_objective *f;
    lgd_penalty *h;
    real lowest;
    double last;
} followed;

static int follow(void *ctx, const lgd_progress *progress)
{
    followed *c = ctx;
    real w[WIDEST];
    double gap;
    if (progress->epoch % 25 != 0 && progress->epoch > 25)
        return 0;
    for (size_t j = 0; j <= c->d->cols; j++)
        w[j] = progress->w[j];
    const real F = real_value(c->d, w, NULL, NULL);
    ck_assert(F >= c->lowest * (1 - 1e-16L)); /* or it were no minimum */
    ck_ok(lgd_duality_gap(c->f, c->h, progress->w, &gap));
    ck_assert_msg((real)gap >= F - c->lowest - 1e-14L * fabsl(F), "epoch %d: the gap is %.17g, F is %.17Lg above",
                  (int)progress->epoch, gap, F - c->lowest);
    c->last = gap / (double)F;
    return 0;
}

START_TEST(gap_real_data_free_intercept_bounds_and_comes_to_zero)
{
    static double X[CANCER_ROWS * CANCER_COLS], y[CANCER_ROWS];
    static const struct {
        double l1, l2, lr;
        bool labels;
    } each[] = {{1, 0, 0.9, false}, {0.05, 1e-3, 0.9, false}, {0.02, 0, 0.25, true}, {0, 0.02, 0.25, true}};
    const bool labels = each[_i].labels;
    real_data d = {labels ? CANCER_ROWS : DIABETES_ROWS,
                   labels ? CANCER_COLS : DIABETES_COLS,
                   labels ? plain_logistic : plain_half_squared,
                   X,
                   y,
                   each[_i].l1,
                   each[_i].l2};
    (labels ? dataset_breast_cancer : dataset_diabetes)(X, y);
    lgd_matrix *A;
    lgd_optimizer *opt;
    followed c = {.d = &d, .lowest = real_minimum(&d)};
    double w[WIDEST] = {0};
    ck_ok(lgd_matrix_dense(&A, d.rows, d.cols, X, d.cols));
    ck_ok(lgd_glm_create(&c.f, A, y, labels ? lgd_loss_logistic() : lgd_loss_half_squared(),
                         &(lgd_glm_options){.l2 = d.l2, .intercept = true}));
    if (d.l1 > 0)
        ck_ok(lgd_penalty_l1_create(&c.h, d.l1));
    ck_ok(lgd_nesterov_convex_create(&opt, &(lgd_nesterov_convex_options){.lr = each[_i].lr}));
    const lgd_minimize_options o = {.max_epochs = 6000,
                                    .grad_tol = LGD_ZERO,
                                    .gap_tol = 1e-13,
                                    .check_every = 25,
                                    .penalty = c.h,
                                    .callback = follow,
                                    .callback_ctx = &c};
    lgd_report report;
    ck_ok(lgd_minimize(c.f, opt, w, &o, &report));
    ck_assert_msg(report.stop == LGD_STOP_GAP_TOL, "%s, the gap is %g of F", lgd_stop_string(report.stop), c.last);
    lgd_optimizer_free(opt);
    lgd_penalty_free(c.h);
    lgd_objective_free(c.f);
    lgd_matrix_free(A);
}
END_TEST

/* ---- other objectives and penalties */

START_TEST(gap_subset_and_kept_rows_as_the_rows_themselves)
{
    enum { K = OUTPUTS, DIM = (COLS + 1) * K };
    data d = data_create(ROWS, COLS, K, true, 5);
    double w[DIM], X[ROWS * COLS], y[ROWS * K], weights[ROWS], part, whole, kept;
    size_t index[ROWS], count = 0;
    fill(31, DIM, -1, 1, w);
    for (size_t i = 0; i < ROWS; i++)
        if (i % 3) {
            memcpy(X + count * COLS, d.X + i * COLS, COLS * sizeof *X);
            memcpy(y + count * K, d.y + i * K, K * sizeof *y);
            weights[count] = d.weights[i];
            index[count++] = i;
        }
    lgd_matrix *A, *B;
    lgd_objective *f, *g, *s, *without;
    lgd_penalty *h;
    lgd_glm_options o = {.intercept = true, .outputs = K, .weights = d.weights};
    ck_ok(lgd_penalty_l1_create(&h, 0.02));
    ck_ok(lgd_matrix_dense(&A, ROWS, COLS, d.X, COLS));
    ck_ok(lgd_matrix_dense(&B, count, COLS, X, COLS));
    ck_ok(lgd_glm_create(&f, A, d.y, lgd_loss_logistic(), &o));
    ck_ok(lgd_objective_subset(&s, f, &(lgd_rows){0, count, index}));
    o.weights = weights;
    ck_ok(lgd_glm_create(&g, B, y, lgd_loss_logistic(), &o));
    ck_ok(lgd_duality_gap(s, h, w, &part));
    ck_ok(lgd_duality_gap(g, h, w, &whole));
    for (size_t i = 0; i < ROWS; i += 3)
        d.weights[i] = 0;
    o.weights = d.weights;
    ck_ok(lgd_glm_create(&without, A, d.y, lgd_loss_logistic(), &o));
    ck_ok(lgd_duality_gap(without, h, w, &kept));
    ck_assert_double_gt(whole, 0.01);
    ck_near(part / whole, 1, 1e-13);
    ck_near(kept / whole, 1, 1e-13);
    lgd_penalty_free(h);
    lgd_objective_free(without);
    lgd_objective_free(s);
    lgd_objective_free(g);
    lgd_objective_free(f);
    lgd_matrix_free(B);
    lgd_matrix_free(A);
    data_free(&d);
}
END_TEST

/* h of the caller's, w >= 0, which has no conjugate: with l2 its prox is enough. The minimum is where the residual is 0. */
static double at_least_zero(const void *ctx, size_t n, const double *w)
{
    (void)ctx;
    for (size_t j = 0; j < n; j++)
        if (w[j] < 0)
            return INFINITY;
    return 0;
}

static lgd_status to_zero(const void *ctx, size_t n, double eta, const double *eta_each, double *w, double *work)
{
    (void)ctx, (void)eta, (void)work;
    for (size_t j = 0; j < n; j++)
        w[j] = eta_each && eta_each[j] == 0 ? w[j] : fmax(w[j], 0);
    return LGD_OK;
}

static const lgd_penalty_ops half_line = {
    .name = "half line", .flags = LGD_SEPARABLE | LGD_CONSTRAINT, .value = at_least_zero, .prox = to_zero};

START_TEST(gap_penalty_without_conjugate_needs_l2)
{
    problem p, without;
    create(&p, 8, ROWS);
    create(&without, 1, ROWS);
    double w[LONGEST] = {0}, v[LONGEST], gap;
    lgd_penalty *h;
    lgd_optimizer *opt;
    lgd_report report;
    ck_ok(lgd_penalty_create(&h, &half_line, NULL));
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = (double)(1 / p.curvature)}));
    const lgd_minimize_options o = {.penalty = h, .grad_tol = LGD_ZERO, .max_epochs = 5000, .gap_tol = 1e-12};
    ck_ok(lgd_minimize(p.f, opt, w, &o, &report));
    ck_assert_int_eq(report.stop, LGD_STOP_GAP_TOL);
    const real lowest = value(&p, w);
    for (uint64_t seed = 0; seed < 50; seed++) {
        fill(seed, p.dim, seed % 2 ? -1e-3 : -1, seed % 2 ? 1e-3 : 1, v);
        for (size_t j = 0; j < p.dim; j++)
            v[j] = j < p.free ? fmax(w[j] + v[j], 0) : w[j] + v[j];
        ck_ok(lgd_duality_gap(p.f, h, v, &gap));
        ck_assert((real)gap >= value(&p, v) - lowest); /* the minimum is lower still */
    }
    v[0] = -1;
    ck_ok(lgd_duality_gap(p.f, h, v, &gap));
    ck_assert(gap == INFINITY);
    ck_fails(lgd_duality_gap(without.f, h, w, &gap), LGD_EUNSUPPORTED, "the penalty half line has no ops.conjugate");
    lgd_optimizer_free(opt);
    lgd_penalty_free(h);
    release(&without);
    release(&p);
}
END_TEST

START_TEST(gap_numbers_beyond_doubles_infinite)
{
    problem ridge, lasso;
    create(&ridge, 7, ROWS);
    create(&lasso, 1, ROWS);
    double w[LONGEST], gap;
    fill(1, LONGEST, 1e307, 1.7e308, w);
    ck_ok(lgd_duality_gap(ridge.f, NULL, w, &gap));
    ck_assert(gap == INFINITY);
    ck_ok(lgd_duality_gap(lasso.f, lasso.h, w, &gap));
    ck_assert(gap == INFINITY);
    release(&lasso);
    release(&ridge);
}
END_TEST

/* An objective of the caller's of one term (a w)^2/2 with w[1] unpenalised: an intercept or not. */
static lgd_status term_difference(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *R)
{
    const double a = *(const double *)ctx;
    for (size_t i = 0; i < rows->count; i++) {
        const double sign = (rows->first + i) % 2 ? 1 : -1, scale = (rows->first + i) % 2 ? 1 : a;
        const double r = sign * w[0] + scale * w[1] - 1;
        *f += 0.5 * r * r;
        if (g) {
            g[0] += sign * (r - (R ? R[i] : 0));
            g[1] += scale * (r - (R ? R[i] : 0));
        }
        if (R)
            R[i] = r;
    }
    return LGD_OK;
}

static lgd_status term_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    return term_difference(ctx, rows, w, f, g, NULL);
}

static lgd_status term_fenchel(void *ctx, const lgd_rows *rows, const double *w, const double *R, double *value)
{
    const double a = *(const double *)ctx;
    for (size_t i = 0; i < rows->count; i++) {
        const double sign = (rows->first + i) % 2 ? 1 : -1, scale = (rows->first + i) % 2 ? 1 : a;
        const double e = sign * w[0] + scale * w[1] - 1 - R[i];
        *value += 0.5 * e * e;
    }
    return LGD_OK;
}

static void term_linear(void *ctx, size_t *slopes, double *l2)
{
    (void)ctx;
    *slopes = 1;
    *l2 = 0;
}

static void last_free(void *ctx, size_t *first, size_t *count)
{
    (void)ctx;
    *first = *count = 1;
}

static void both_free(void *ctx, size_t *first, size_t *count)
{
    (void)ctx;
    *first = 0;
    *count = 2;
}

START_TEST(gap_objective_of_the_callers_its_intercept_is_looked_at)
{
    lgd_objective_ops ops = {.name = "mine",
                             .eval = term_eval,
                             .unpenalised = last_free,
                             .linear = term_linear,
                             .difference = term_difference,
                             .fenchel = term_fenchel};
    double a = 1, gap = NAN, w[2] = {0.3, 0.4};
    lgd_objective *f;
    lgd_penalty *h;
    ck_ok(lgd_penalty_l1_create(&h, 0.1));
    ck_ok(lgd_objective_create(&f, 2, 2, &ops, &a));
    ck_ok(lgd_duality_gap(f, h, w, &gap));
    /* The minimum is 0, at (0, 1); F here is ((0.3 + 0.4 - 1)^2 + (-0.3 + 0.4 - 1)^2)/4 + 0.03. */
    ck_assert_double_ge(gap, 0.255 - 1e-15);
    w[0] = 0;
    w[1] = 1;
    ck_ok(lgd_duality_gap(f, h, w, &gap));
    ck_assert(gap == 0);
    a = 0.5;
    w[0] = -2;
    ck_fails(lgd_duality_gap(f, h, w, &gap), LGD_EUNSUPPORTED, "in the unpenalised w[1], 0 is accepted");
    lgd_objective_free(f);
    ops.unpenalised = both_free;
    ck_ok(lgd_objective_create(&f, 2, 2, &ops, &a));
    ck_fails(lgd_duality_gap(f, h, w, &gap), LGD_EUNSUPPORTED, "the mine leaves 2 coordinates unpenalised");
    lgd_objective_free(f);
    ops.fenchel = NULL;
    ck_ok(lgd_objective_create(&f, 2, 2, &ops, &a));
    ck_fails(lgd_duality_gap(f, h, w, &gap), LGD_EUNSUPPORTED, "the mine, or its loss, has no ops.fenchel");
    lgd_objective_free(f);
    lgd_penalty_free(h);
}
END_TEST

/* ---- as a tolerance */

static lgd_status run_with(const problem *p, lgd_minimize_options o, double *w, lgd_report *report)
{
    lgd_optimizer *opt;
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = (double)(1 / p->curvature) / (o.batch_size ? 4 : 1)}));
    o.penalty = p->h;
    o.grad_tol = LGD_ZERO;
    const lgd_status status = lgd_minimize(p->f, opt, w, &o, report);
    lgd_optimizer_free(opt);
    return status;
}

START_TEST(gap_tol_reached_run_stops_with_what_it_promises)
{
    problem p;
    create(&p, (size_t)_i, ROWS);
    solve(&p);
    for (uint64_t every = 0; every <= 3; every += 3)
        for (double tol = 1e-3; tol > 1e-12; tol *= 1e-4) {
            double w[LONGEST] = {0}, at[LONGEST] = {0}, gap;
            lgd_report report, unseen;
            ck_ok(run_with(&p, (lgd_minimize_options){.gap_tol = tol, .check_every = every, .max_epochs = 3000}, w,
                           &report));
            ck_assert_msg(report.stop == LGD_STOP_GAP_TOL, "%s: %s", problems[_i].name, lgd_stop_string(report.stop));
            ck_assert_uint_eq(report.steps % (every ? every : 10), 0);
            ck_assert_double_le(report.gap, tol * fabs(report.f));
            ck_assert(value(&p, w) - p.lowest <= (real)tol * fabsl(value(&p, w)) * (1 + 1e-12L));
            ck_ok(lgd_duality_gap(p.f, p.h, w, &gap));
            ck_assert(report.gap == gap);
            /* looking does not move w, and is counted */
            ck_ok(run_with(&p, (lgd_minimize_options){.max_steps = report.steps}, at, &unseen));
            if (report.steps)
                ck_assert_mem_eq(w, at, p.dim * sizeof *w);
            ck_assert_double_nan(unseen.gap);
            ck_assert_double_gt(report.passes, unseen.passes);
            ck_assert(report.passes <= unseen.passes + 3 * (double)(report.steps / (every ? every : 10) + 1));
        }
    release(&p);
}
END_TEST

START_TEST(gap_tol_other_end_gap_of_the_returned_point)
{
    problem p;
    create(&p, 1, ROWS);
    for (size_t batch = 0; batch <= 16; batch += 16) {
        double w[LONGEST] = {0}, gap;
        lgd_report report;
        const lgd_minimize_options o = {.batch_size = batch, .max_epochs = 7, .check_every = 4, .gap_tol = 1e-13};
        ck_ok(run_with(&p, o, w, &report));
        ck_assert_int_eq(report.stop, LGD_STOP_EPOCHS);
        ck_ok(lgd_duality_gap(p.f, p.h, w, &gap));
        ck_assert(report.gap == gap && gap > 1e-13 * report.f);
    }
    release(&p);
}
END_TEST

START_TEST(gap_tol_batches_judged_at_each_check)
{
    problem p;
    create(&p, 3, ROWS);
    double w[LONGEST] = {0};
    lgd_report report;
    const lgd_minimize_options o = {.batch_size = 10, .max_epochs = 500, .check_every = 5, .gap_tol = 0.05};
    solve(&p);
    ck_ok(run_with(&p, o, w, &report));
    ck_assert_int_eq(report.stop, LGD_STOP_GAP_TOL);
    ck_assert_uint_eq(report.epochs % 5, 0);
    ck_assert_uint_gt(report.epochs, 0);
    ck_assert(report.gap <= 0.05 * report.f && value(&p, w) - p.lowest <= 0.05L * value(&p, w));
    release(&p);
}
END_TEST

/* Methods that keep points of their own are judged at w, and so are estimates of the gradient. */
START_TEST(gap_tol_methods_and_estimators_end_within_it)
{
    static const struct {
        const char *method;
        lgd_estimator estimator;
        size_t batch;
    } runs[] = {{"fista", LGD_MINIBATCH, 0},    {"nesterov_convex", LGD_MINIBATCH, 0},
                {"momentum", LGD_MINIBATCH, 0}, {"sgd", LGD_SVRG, 8},
                {"sgd", LGD_SAGA, 8},           {"sgd", LGD_SARAH, 8}};
    problem p;
    create(&p, 1, ROWS);
    solve(&p);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        double w[LONGEST] = {0}, gap;
        char text[64];
        lgd_optimizer *opt;
        lgd_report report;
        const lgd_minimize_options o = {.batch_size = runs[i].batch,
                                        .estimator = runs[i].estimator,
                                        .check_every = 5,
                                        .max_epochs = 2000,
                                        .grad_tol = LGD_ZERO,
                                        .gap_tol = 1e-10,
                                        .penalty = p.h};
        snprintf(text, sizeof text, "%s:lr=%.17g", runs[i].method, (double)(1 / p.curvature) / 5);
        ck_ok(lgd_optimizer_parse(&opt, text));
        ck_ok(lgd_minimize(p.f, opt, w, &o, &report));
        ck_assert_msg(report.stop == LGD_STOP_GAP_TOL, "%s, estimator %d: %s", runs[i].method, (int)runs[i].estimator,
                      lgd_stop_string(report.stop));
        ck_ok(lgd_duality_gap(p.f, p.h, w, &gap));
        ck_assert(report.gap == gap && gap <= 1e-10 * report.f);
        ck_assert(value(&p, w) - p.lowest <= 1e-10L * value(&p, w));
        lgd_optimizer_free(opt);
    }
    release(&p);
}
END_TEST

/* The epochs of a run that goes on are counted on, and so are those in which a gap falls due. */
START_TEST(gap_history_where_it_was_computed)
{
    problem p;
    create(&p, 1, ROWS);
    double w[LONGEST] = {0};
    lgd_report report;
    lgd_history *history;
    size_t count;
    ck_ok(lgd_history_create(&history));
    lgd_minimize_options o = {.max_epochs = 13, .gap_tol = 1e-13, .history = history};
    ck_ok(run_with(&p, o, w, &report));
    o.first_epoch = 13;
    ck_ok(run_with(&p, o, w, &report));
    const double *gap = lgd_history_series(history, "gap", &count);
    ck_assert_uint_eq(count, 26);
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(isnan(gap[i]) == (i % 10 != 0), "entry %zu is %g", i, gap[i]);
    ck_assert(gap[0] > gap[10] && gap[10] > gap[20] && gap[20] > report.gap);
    lgd_history_free(history);
    release(&p);
}
END_TEST

/* ---- refusals */

START_TEST(gap_tol_where_none_can_be_had_refused_by_name)
{
    problem lasso, ridge;
    create(&lasso, 1, ROWS);
    create(&ridge, 7, ROWS);
    double w[LONGEST] = {0}, before[LONGEST] = {0}, still[LONGEST] = {0}, curvature[2] = {1, 1}, gap;
    lgd_matrix *X;
    lgd_objective *bare, *function, *own;
    lgd_optimizer *opt;
    lgd_loss *loss;
    quadratic q = {.curvature = curvature};
    ck_ok(lgd_matrix_dense(&X, ROWS, COLS, lasso.d.X, COLS));
    ck_ok(lgd_glm_create(&bare, X, lasso.d.y, lgd_loss_squared(), NULL));
    ck_ok(lgd_function_create(&function, 2, quadratic_eval, &q));
    ck_ok(lgd_loss_create(&loss, &(lgd_loss_ops){.name = "mine", .eval = lgd_loss_squared()->ops.eval}, NULL));
    ck_ok(lgd_glm_create(&own, X, lasso.d.y, loss, &(lgd_glm_options){.l2 = 1}));
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.1}));
    const lgd_minimize_options o = {.gap_tol = 1e-6};
    lgd_minimize_options bad = o;
    ck_fails(lgd_minimize(bare, opt, w, &o, NULL), LGD_EUNSUPPORTED,
             "minimize: gap_tol is 1e-06, 0 is accepted: there is neither a penalty nor an l2");
    ck_fails(lgd_minimize(function, opt, w, &o, NULL), LGD_EUNSUPPORTED, "function has no ops.linear");
    ck_fails(lgd_minimize(own, opt, w, &o, NULL), LGD_EUNSUPPORTED, "its loss, has no ops.fenchel");
    bad.maximize = true;
    ck_fails(lgd_minimize(ridge.f, opt, w, &bad, NULL), LGD_EUNSUPPORTED, "maximize is set");
    bad = o;
    bad.lr_scale = still;
    still[1] = 1;
    ck_fails(lgd_minimize(ridge.f, opt, w, &bad, NULL), LGD_EUNSUPPORTED, "coordinates are frozen");
    bad = o;
    bad.batch_size = 10;
    ck_fails(lgd_minimize(ridge.f, opt, w, &bad, NULL), LGD_EINVAL, "gap_tol is 1e-06 with batches and no check_every");
    bad = (lgd_minimize_options){.gap_tol = -1};
    ck_fails(lgd_minimize(ridge.f, opt, w, &bad, NULL), LGD_EINVAL, "gap_tol is -1, a finite number >= 0");
    bad.gap_tol = NAN;
    ck_fails(lgd_minimize(ridge.f, opt, w, &bad, NULL), LGD_EINVAL, "gap_tol is nan");
    const lgd_group frozen = {.first = 1, .count = 2, .frozen = true};
    ck_ok(lgd_optimizer_groups(opt, &frozen, 1));
    ck_fails(lgd_minimize(ridge.f, opt, w, &o, NULL), LGD_EUNSUPPORTED, "coordinates are frozen");
    ck_assert_mem_eq(w, before, sizeof w);

    ck_fails(lgd_duality_gap(NULL, NULL, w, &gap), LGD_EINVAL, "gap: f is NULL");
    ck_fails(lgd_duality_gap(ridge.f, NULL, NULL, &gap), LGD_EINVAL, "w is NULL");
    ck_fails(lgd_duality_gap(ridge.f, NULL, w, NULL), LGD_EINVAL, "value is NULL");
    ck_fails(lgd_duality_gap(bare, NULL, w, &gap), LGD_EUNSUPPORTED, "there is neither a penalty nor an l2");
    ck_fails(lgd_duality_gap(own, NULL, w, &gap), LGD_EUNSUPPORTED, "glm, or its loss, has no ops.fenchel");
    w[3] = NAN;
    ck_fails(lgd_duality_gap(ridge.f, NULL, w, &gap), LGD_EINVAL, "w[3] is nan");
    lgd_optimizer_free(opt);
    lgd_objective_free(own);
    lgd_objective_free(function);
    lgd_objective_free(bare);
    lgd_loss_free(loss);
    lgd_matrix_free(X);
    release(&ridge);
    release(&lasso);
}
END_TEST

/* ---- threads and memory */

START_TEST(gap_any_number_of_threads_same_bits)
{
    static const char *const counts[] = {"1", "2", "3", "8"};
    for (size_t i = 0; i < PROBLEMS; i++) {
        problem p;
        create(&p, i, 12000); /* two chunks at least */
        double w[LONGEST], first = NAN, gap;
        fill(3, p.dim, -1, 1, w);
        for (size_t c = 0; c < 4; c++) {
            setenv("LGD_NUM_THREADS", counts[c], 1);
            ck_ok(lgd_duality_gap(p.f, p.h, w, &gap));
            ck_assert(isfinite(gap) && gap > 0);
            first = c ? first : gap;
            ck_assert_msg(!memcmp(&gap, &first, sizeof gap), "%s: %.17g, %.17g by %s threads", problems[i].name, first,
                          gap, counts[c]);
        }
        release(&p);
    }
}
END_TEST

START_TEST(gap_each_allocation_failing)
{
    problem p;
    create(&p, 1, 12000);
    double w[LONGEST] = {0}, gap;
    lgd_optimizer *opt;
    setenv("LGD_NUM_THREADS", "1", 1);
    for (size_t k = 1;; k++) {
        lgd_objective *f;
        lgd_penalty *h;
        memory_watch(k);
        lgd_status status = lgd_penalty_l1_create(&h, 0.1);
        if (!status)
            status = lgd_glm_create(&f, p.X, p.d.y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true});
        else
            f = NULL;
        if (!status)
            status = lgd_duality_gap(f, h, w, &gap);
        if (!status)
            status = lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.1});
        else
            opt = NULL;
        const lgd_minimize_options o = {.max_steps = 2, .gap_tol = 1e-9, .penalty = h};
        if (!status)
            status = lgd_minimize(f, opt, w, &o, NULL);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
        lgd_penalty_free(h);
        ck_assert_uint_eq(memory_live(), 0);
        if (memory_made() < k) {
            ck_assert_int_eq(status, LGD_OK);
            ck_assert_uint_gt(k, 10);
            break;
        }
        ck_assert_int_eq(status, LGD_ENOMEM);
    }
    memory_unwatch();
    release(&p);
}
END_TEST

#define EACH(suite, test)                                                                                              \
    do {                                                                                                               \
        TCase *each_ = tcase_create(#test);                                                                            \
        tcase_set_timeout(each_, 120);                                                                                 \
        tcase_add_loop_test(each_, test, 0, PROBLEMS);                                                                 \
        suite_add_tcase(suite, each_);                                                                                 \
    } while (0)

int main(void)
{
    Suite *s = suite_create("gap");
    EACH(s, gap_any_point_bounds_the_distance_to_the_minimum);
    EACH(s, gap_minimum_nothing_is_left);
    EACH(s, gap_whole_run_bounds_the_distance_to_the_minimum);
    CASE(s, gap_slopes_of_many_rows_add_up_to_zero);
    EACH(s, gap_dual_point_feasible_and_gap_of_its_value);
    CASE(s, gap_targets_far_from_zero_keep_their_digits);
    TCase *each = tcase_create("gap_every_penalty_bounds_and_comes_to_zero");
    tcase_set_timeout(each, 120);
    tcase_add_loop_test(each, gap_every_penalty_bounds_and_comes_to_zero, 0, 8 * PENALTIES);
    suite_add_tcase(s, each);
    CASE(s, gap_penalty_with_free_directions_still_a_bound);
    TCase *data_sets = tcase_create("gap_real_data_free_intercept_bounds_and_comes_to_zero");
    tcase_set_timeout(data_sets, 120);
    tcase_add_loop_test(data_sets, gap_real_data_free_intercept_bounds_and_comes_to_zero, 0, 4);
    suite_add_tcase(s, data_sets);
    CASE(s, gap_subset_and_kept_rows_as_the_rows_themselves);
    CASE(s, gap_penalty_without_conjugate_needs_l2);
    CASE(s, gap_numbers_beyond_doubles_infinite);
    CASE(s, gap_objective_of_the_callers_its_intercept_is_looked_at);
    EACH(s, gap_tol_reached_run_stops_with_what_it_promises);
    CASE(s, gap_tol_other_end_gap_of_the_returned_point);
    CASE(s, gap_tol_batches_judged_at_each_check);
    CASE(s, gap_tol_methods_and_estimators_end_within_it);
    CASE(s, gap_history_where_it_was_computed);
    CASE(s, gap_tol_where_none_can_be_had_refused_by_name);
    CASE(s, gap_any_number_of_threads_same_bits);
    CASE(s, gap_each_allocation_failing);
    return suite_run(s);
}
