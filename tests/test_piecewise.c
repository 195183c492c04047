#include "datasets.h"
#include "problems.h"
#include "reference/piecewise.h"
#include <float.h>

enum { HEART_ROWS = 270, HEART_COLS = 13, MOST_ROWS = 600, MOST_COLS = 32 };

/* ---- a loss of the tests' own, and what all of them are in long double */

/* Slopes left of, between and right of kinks at y + `at`. */
typedef struct bent {
    size_t count;
    double at[2], slope[3];
} bent;

static size_t bent_kinks(const void *ctx, double y, double kink[2], double slope[3])
{
    const bent *b = ctx;
    for (size_t j = 0; j < b->count; j++)
        kink[j] = y + b->at[j];
    memcpy(slope, b->slope, (b->count + 1) * sizeof *slope);
    return b->count;
}

/* The value at z, 0 at the first kink, and the slope. */
static real of_kinks(size_t count, const double *kink, const double *slope, real z, real *derivative)
{
    const real first = z - kink[0], second = count > 1 && z > kink[1] ? z - kink[1] : 0;
    *derivative = slope[z > kink[0] ? second > 0 ? 2 : 1 : 0];
    return first <= 0 ? slope[0] * first : slope[1] * (first - second) + slope[count] * second;
}

static double bent_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                        const double *weight)
{
    double sum = 0;
    for (size_t i = 0; i < m; i++)
        for (size_t c = 0; c < k; c++) {
            double kink[2], slope[3];
            real derivative;
            const size_t count = bent_kinks(ctx, y[i * k + c], kink, slope);
            sum += (weight ? weight[i] : 1) * (double)of_kinks(count, kink, slope, Z[i * ldz + c], &derivative);
            Z[i * ldz + c] = (weight ? weight[i] : 1) * (double)derivative;
        }
    return sum;
}

static size_t bent_targets(const void *ctx, size_t k)
{
    (void)ctx;
    return k;
}

static lgd_loss *bent_create(bent *b)
{
    lgd_loss *loss;
    ck_ok(lgd_loss_create(
        &loss, &(lgd_loss_ops){.name = "bent", .targets = bent_targets, .eval = bent_eval, .kinks = bent_kinks}, b));
    return loss;
}

/* What a loss is for the target y. */
static size_t kinks_of(const char *loss, double number, double y, double kink[2], double slope[3])
{
    const bool hinge = !strcmp(loss, "hinge"), band = !strcmp(loss, "epsilon_insensitive");
    const double slopes[3][3] = {{-1, 0, 1}, {-number, 1 - number, 0}, {y == 1 ? -1 : 0, y == 1 ? 0 : 1, 0}};
    memcpy(slope, slopes[hinge ? 2 : band ? 0 : 1], 3 * sizeof *slope);
    kink[0] = hinge ? 2 * y - 1 : band ? y - number : y;
    kink[1] = y + number;
    return band ? 2 : 1;
}

static lgd_loss *loss_create(const char *name, double number)
{
    lgd_loss *loss = NULL;
    if (!strcmp(name, "hinge"))
        ck_ok(lgd_loss_parse(&loss, "hinge"));
    else if (!strcmp(name, "quantile"))
        ck_ok(lgd_loss_quantile_create(&loss, number));
    else
        ck_ok(lgd_loss_epsilon_insensitive_create(&loss, number));
    return loss;
}

/* ---- a problem */

/* X [rows x cols], y, options and a loss by name and number; after `solve` w, u and the report. */
typedef struct problem {
    size_t rows, cols;
    const double *X, *y;
    const char *loss;
    double number;
    lgd_glm_options o;
    double w[MOST_COLS], u[MOST_ROWS];
    lgd_piecewise_report r;
} problem;

static lgd_status try_with(problem *p, const lgd_loss *loss, const lgd_rows *rows, lgd_piecewise_options options)
{
    lgd_matrix *A = NULL;
    lgd_objective *f = NULL, *part = NULL;
    options.multipliers = p->u;
    lgd_status status = lgd_matrix_dense(&A, p->rows, p->cols, p->X, p->cols);
    if (!status)
        status = lgd_glm_create(&f, A, p->y, loss, &p->o);
    if (!status && rows)
        status = lgd_objective_subset(&part, f, rows);
    if (!status)
        status = lgd_minimize_piecewise(rows ? part : f, p->w, &options, &p->r);
    lgd_objective_free(part);
    lgd_objective_free(f);
    lgd_matrix_free(A);
    return status;
}

static lgd_status try_solve(problem *p, const lgd_rows *rows, lgd_piecewise_options options)
{
    lgd_loss *loss = loss_create(p->loss, p->number);
    const lgd_status status = try_with(p, loss, rows, options);
    lgd_loss_free(loss);
    return status;
}

static void solve(problem *p)
{
    ck_ok(try_solve(p, NULL, (lgd_piecewise_options){0}));
}

/* f at w, and by how much more than min f it may be: for slopes u_i within those of the loss, and v = sum omega_i u_i x_i/total,
 *     f(w) - f(w') <= sum omega_i (loss(z_i) + loss*(u_i) - u_i z_i)/total + |l2 w + v|^2/(2 l2) + |v_j| (|w_j| + |w'_j|),
 * the last for what is not penalised, here with |w'_j| <= |w_j|. */
static real certified(const problem *p, real *f)
{
    real v[MOST_COLS] = {0}, gap = 0, total = 0, squares = 0, left = 0;
    const size_t n = p->cols;
    *f = 0;
    for (size_t i = 0; i < p->rows; i++) {
        double kink[2], slope[3];
        real derivative, conjugate = -INFINITY, z = p->o.intercept ? p->w[n] : 0;
        const real omega = p->o.weights ? p->o.weights[i] : 1, u = p->u[i];
        const size_t count = kinks_of(p->loss, p->number, p->y[i], kink, slope);
        for (size_t j = 0; j < n; j++)
            z += (real)p->X[i * n + j] * p->w[j];
        z += p->o.offset ? p->o.offset[i] : 0;
        ck_assert_msg(u >= slope[0] && u <= slope[count], "row %zu: multiplier %Lg", i, u);
        for (size_t j = 0; j < count; j++)
            conjugate = fmaxl(conjugate, u * kink[j] - of_kinks(count, kink, slope, kink[j], &derivative));
        const real value = of_kinks(count, kink, slope, z, &derivative);
        *f += omega * value;
        gap += omega * (value + conjugate - u * z);
        total += omega;
        for (size_t j = 0; j < n; j++)
            v[j] += omega * u * p->X[i * n + j];
        v[n] += omega * u;
    }
    for (size_t j = 0; j < n; j++) {
        squares += (real)p->w[j] * p->w[j];
        left +=
            p->o.l2 > 0 ? powl(p->o.l2 * p->w[j] + v[j] / total, 2) / (2 * p->o.l2) : 2 * fabsl(v[j] / total * p->w[j]);
    }
    if (p->o.intercept)
        left += 2 * fabsl(v[n] / total * p->w[n]);
    *f = *f / total + p->o.l2 / 2 * squares;
    return gap / total + left;
}

/* The minimum is f, to 1e-10 of it, by the report and by the certificate. */
static void check_minimum(const problem *p, real f, const char *what)
{
    real at;
    const real gap = certified(p, &at);
    ck_assert_msg(p->r.stop == LGD_STOP_GAP_TOL, "%s: %s", what, lgd_stop_string(p->r.stop));
    ck_assert_msg(fabsl(p->r.f - f) <= 1e-10L * f, "%s: f is %.17g, not %.17Lg", what, p->r.f, f);
    ck_assert_msg(fabsl(p->r.f - at) <= 1e-13L * at + DBL_EPSILON, "%s: f is told to be %.17g and is %.17Lg", what,
                  p->r.f, at);
    ck_assert_msg(p->r.gap <= 1e-10 * p->r.f && gap <= 1e-10L * at, "%s: gap %g, %Lg", what, p->r.gap, gap);
    ck_assert_msg(fabsl(p->r.gap - gap) <= 1e-12L * at, "%s: gap is told to be %g and is %Lg", what, p->r.gap, gap);
}

/* ---- data */

typedef struct table {
    double X[MOST_ROWS * MOST_COLS], y[MOST_ROWS];
} table;

/* Breast cancer, diabetes, heart, read when first asked for. */
static const table *table_of(size_t set)
{
    static table tables[3];
    static bool there[3];
    static double cells[HEART_ROWS * (HEART_COLS + 1)];
    table *t = &tables[set];
    if (there[set])
        return t;
    there[set] = true;
    if (set == 0)
        dataset_breast_cancer(t->X, t->y);
    else if (set == 1)
        dataset_diabetes(t->X, t->y);
    else
        dataset_read("heart_scale.csv", 0, sizeof cells / sizeof *cells, cells);
    for (size_t i = 0; i < HEART_ROWS && set == 2; i++) {
        memcpy(t->X + i * HEART_COLS, cells + i * (HEART_COLS + 1), HEART_COLS * sizeof *cells);
        t->y[i] = cells[i * (HEART_COLS + 1) + HEART_COLS];
    }
    return t;
}

/* Rows 0 .. rows - 1 of the diabetes set. */
static problem diabetes(size_t rows, double tau, double l2)
{
    return (problem){.rows = rows,
                     .cols = DIABETES_COLS,
                     .X = table_of(1)->X,
                     .y = table_of(1)->y,
                     .loss = "quantile",
                     .number = tau,
                     .o = {.l2 = l2, .intercept = true}};
}

static problem hearts(double l2)
{
    return (problem){.rows = HEART_ROWS,
                     .cols = HEART_COLS,
                     .X = table_of(2)->X,
                     .y = table_of(2)->y,
                     .loss = "hinge",
                     .o = {.l2 = l2, .intercept = true}};
}

/* ---- against the references */

/* features: 8 */
START_TEST(piecewise_references_to_the_last_digits)
{
    const size_t rows[] = {CANCER_ROWS, DIABETES_ROWS, HEART_ROWS}, cols[] = {CANCER_COLS, DIABETES_COLS, HEART_COLS};
    for (size_t i = 0; i < sizeof piecewise / sizeof *piecewise; i++) {
        const size_t set = piecewise[i].data[0] == 'b' ? 0 : piecewise[i].data[0] == 'd' ? 1 : 2;
        char what[100];
        problem p = {.rows = rows[set],
                     .cols = cols[set],
                     .X = table_of(set)->X,
                     .y = table_of(set)->y,
                     .loss = piecewise[i].loss,
                     .number = piecewise[i].number,
                     .o = {.l2 = piecewise[i].l2, .intercept = piecewise[i].intercept}};
        snprintf(what, sizeof what, "%s %s %g, l2 %g", piecewise[i].data, p.loss, p.number, p.o.l2);
        solve(&p);
        check_minimum(&p, piecewise[i].f, what);
        ck_assert_msg(p.r.kinks == piecewise[i].kinks, "%s: %zu rows at a kink", what, p.r.kinks);
        const double off = difference_of(p.cols + p.o.intercept, p.w, piecewise[i].w);
        ck_assert_msg(off <= 1e-7, "%s: w is off by %g", what, off);
    }
}
END_TEST

START_TEST(piecewise_from_the_minimum_stays_there)
{
    problem p = diabetes(DIABETES_ROWS, 0.5, 0);
    solve(&p);
    const double f = p.r.f;
    solve(&p);
    check_minimum(&p, f, "again");
}
END_TEST

/* ---- by hand */

START_TEST(piecewise_quantiles_of_numbers_are_order_statistics)
{
    const double y[] = {1, 7, 3, 100, 2, 8, -4}, zeros[7] = {0};
    const struct {
        size_t count;
        double tau, low, high, f;
    } cases[] = {{5, 0.5, 3, 3, 10.4},      {5, 0.25, 2, 2, 0}, {5, 0.95, 100, 100, 0},
                 {6, 0.5, 3, 7, 109. / 12}, {7, 0.5, 3, 3, 0},  {1, 0.3, 1, 1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        problem p = {.rows = cases[i].count,
                     .cols = 1,
                     .X = zeros,
                     .y = y,
                     .loss = "quantile",
                     .number = cases[i].tau,
                     .o.intercept = true};
        real f = 0;
        for (size_t j = 0; j < p.rows; j++)
            f += fmaxl(cases[i].tau * (y[j] - cases[i].low), (1 - cases[i].tau) * (cases[i].low - y[j])) / p.rows;
        solve(&p);
        ck_assert_msg(p.w[1] >= cases[i].low * (1 - 1e-14) && p.w[1] <= cases[i].high * (1 + 1e-14), "%zu: %.17g", i,
                      p.w[1]);
        ck_assert(fabsl(p.r.f - f) <= 1e-14L * f + 1e-15L && p.w[0] == 0);
        if (cases[i].f > 0)
            ck_near((double)f, cases[i].f, 1e-15);
        ck_assert(p.r.gap <= 1e-14);
    }
}
END_TEST

/* max(0, 1 - a w) + l2/2 w^2: at the margin, w = 1/a, while l2 <= a^2, then w = a/l2. */
START_TEST(piecewise_two_points_of_two_classes_by_hand)
{
    for (int i = 0; i < 4; i++) {
        const double a = i % 2 ? 0.5 : 3, l2 = i < 2 ? 1e-3 : 16, X[] = {a, -a}, y[] = {1, 0};
        const double w = l2 <= a * a ? 1 / a : a / l2;
        problem p = {.rows = 2, .cols = 1, .X = X, .y = y, .loss = "hinge", .o = {.l2 = l2, .intercept = i < 2}};
        solve(&p);
        check_minimum(&p, fmax(0, 1 - a * w) + l2 / 2 * w * w, "two points");
        ck_near(p.w[0], w, 1e-12);
        ck_near(p.w[1], 0, 1e-12);
    }
}
END_TEST

START_TEST(piecewise_rows_of_one_class_cost_nothing_with_an_intercept)
{
    problem p = hearts(0.1);
    double y[HEART_ROWS];
    for (size_t i = 0; i < HEART_ROWS; i++)
        y[i] = 1;
    p.y = y;
    solve(&p);
    ck_assert(p.r.f <= 1e-15 && p.r.gap <= 1e-15);
    for (size_t j = 0; j < HEART_COLS; j++)
        ck_near(p.w[j], 0, 1e-8);
    ck_assert(p.w[HEART_COLS] >= 1 - 1e-12);
}
END_TEST

START_TEST(piecewise_separable_rows_without_l2_end_at_0)
{
    problem p = {.rows = CANCER_ROWS,
                 .cols = CANCER_COLS,
                 .X = table_of(0)->X,
                 .y = table_of(0)->y,
                 .loss = "hinge",
                 .o.intercept = true};
    solve(&p);
    ck_assert(p.r.f <= 1e-14 && p.r.gap <= 1e-14);
    ck_assert(p.r.stop == LGD_STOP_ROUNDING || p.r.stop == LGD_STOP_GAP_TOL);
}
END_TEST

START_TEST(piecewise_constant_target_is_met)
{
    double y[DIABETES_ROWS];
    for (size_t i = 0; i < DIABETES_ROWS; i++)
        y[i] = 42;
    problem p = diabetes(DIABETES_ROWS, 0.3, 0);
    p.y = y;
    solve(&p);
    ck_assert(p.r.f <= 42e-14 && p.r.gap <= 42e-14);
    p = diabetes(DIABETES_ROWS, 0.3, 0.01);
    p.y = y;
    solve(&p);
    ck_assert(p.r.f <= 42e-14 && p.r.gap <= 42e-14);
    ck_near(p.w[DIABETES_COLS], 42, 1e-12);
}
END_TEST

/* ---- degenerate rows and columns */

/* Rows `times` over: X and y behind each other. */
static problem repeated(const problem *p, size_t times, table *room)
{
    problem r = *p;
    r.rows = p->rows * times;
    r.X = room->X;
    r.y = room->y;
    for (size_t i = 0; i < r.rows; i++) {
        memcpy(room->X + i * p->cols, p->X + i % p->rows * p->cols, p->cols * sizeof *room->X);
        room->y[i] = p->y[i % p->rows];
    }
    return r;
}

START_TEST(piecewise_repeated_rows_change_nothing)
{
    static table room;
    for (int i = 0; i < 4; i++) {
        problem one = i % 2 ? hearts(i < 2 ? 0.01 : 1e-4) : diabetes(150, 0.4, i < 2 ? 0 : 1e-4);
        one.rows = 150;
        problem many = repeated(&one, 4, &room);
        solve(&one);
        solve(&many);
        check_minimum(&one, one.r.f, "one");
        check_minimum(&many, one.r.f, "four");
    }
}
END_TEST

START_TEST(piecewise_dependent_and_zero_columns_change_nothing)
{
    static table room;
    for (int i = 0; i < 2; i++) {
        problem p = diabetes(200, 0.7, 0), wide = p;
        p.loss = wide.loss = i ? "quantile" : "epsilon_insensitive";
        p.number = wide.number = i ? 0.7 : 10;
        wide.cols = p.cols + 2;
        wide.X = room.X;
        for (size_t r = 0; r < p.rows; r++) {
            memcpy(room.X + r * wide.cols, p.X + r * p.cols, p.cols * sizeof *room.X);
            room.X[r * wide.cols + p.cols] = 0;
            room.X[r * wide.cols + p.cols + 1] = p.X[r * p.cols + 2];
        }
        solve(&p);
        solve(&wide);
        check_minimum(&wide, p.r.f, "wide");
        ck_assert(wide.w[p.cols] == 0);
    }
}
END_TEST

START_TEST(piecewise_constant_columns_standardised_change_nothing)
{
    /* what is left of the second column is 0 in its rows, and rounding in its gradient */
    static const double X[] = {1, 5.1, 2, 5.1, 3, 5.1, 4, 5.1}, y[] = {2, 3, 5, 5};
    lgd_matrix *dense = NULL, *A = NULL;
    lgd_objective *f = NULL;
    lgd_piecewise_report r;
    double w[3] = {0};
    ck_ok(lgd_matrix_dense(&dense, 4, 2, X, 2));
    ck_ok(lgd_matrix_standardized(&A, dense));
    ck_ok(lgd_glm_create(&f, A, y, lgd_loss_quantile(), &(lgd_glm_options){.intercept = true}));
    ck_ok(lgd_minimize_piecewise(f, w, NULL, &r));
    ck_assert_msg(fabs(r.f - 0.125) <= 1e-15 && r.gap <= 1e-15, "f is %g, gap %g", r.f,
                  r.gap); /* (1, 2) to (4, 5): one row is 1 off */
    lgd_objective_free(f);
    lgd_matrix_free(A);
    lgd_matrix_free(dense);
}
END_TEST

START_TEST(piecewise_fewer_rows_than_columns_are_interpolated_or_certified)
{
    problem p = diabetes(6, 0.4, 0);
    solve(&p);
    ck_assert(p.r.f <= 1e-11 && p.r.gap <= 1e-11); /* of targets near 150, w near 1e4 */
    p = diabetes(6, 0.4, 1e-4);
    solve(&p);
    check_minimum(&p, p.r.f, "six rows");
}
END_TEST

/* Cells of -1, 0 and 1, targets of few levels, weights of few: rows repeat, kinks meet, columns depend on others, vertices have more rows
 * than they need. */
START_TEST(piecewise_ties_everywhere_are_certified)
{
    const char *losses[] = {"hinge", "quantile", "epsilon_insensitive"};
    for (uint64_t seed = 0; seed < 300; seed++) {
        double numbers[8], X[40 * 6], y[40], weights[40];
        lgd_uniform(seed, 0, 8, numbers);
        lgd_uniform(seed, 8, 40 * 6, X);
        lgd_uniform(seed, 300, 40, y);
        lgd_uniform(seed, 400, 40, weights);
        problem p = {.rows = 1 + (size_t)(40 * numbers[0]),
                     .cols = 1 + (size_t)(6 * numbers[1]),
                     .X = X,
                     .y = y,
                     .loss = losses[seed % 3],
                     .number = numbers[2] < 0.5 ? 0.25 : 0.5,
                     .o = {.l2 = numbers[3] < 0.5    ? 0
                                 : numbers[3] < 0.75 ? 1e-3
                                                     : 1,
                           .intercept = numbers[4] < 0.5,
                           .weights = numbers[5] < 0.5 ? weights : NULL}};
        for (size_t i = 0; i < 40 * 6; i++)
            X[i] = floor(3 * X[i]) - 1;
        for (size_t i = 0; i < 40; i++) {
            y[i] = floor((seed % 3 ? 4 : 2) * y[i]);
            weights[i] = weights[i] < 0.25 ? 0.37 : floor(4 * weights[i]);
        }
        real f;
        solve(&p);
        const real gap = certified(&p, &f);
        ck_assert_msg(p.r.gap <= 1e-10 * p.r.f || p.r.gap <= 1e-14, "seed %d: gap %g of %g", (int)seed, p.r.gap, p.r.f);
        ck_assert_msg(gap <= 1e-10L * f || gap <= 1e-14L, "seed %d: gap %Lg of %Lg", (int)seed, gap, f);
    }
}
END_TEST

/* ---- what a model may have */

START_TEST(piecewise_weights_are_rows)
{
    static table room;
    for (int i = 0; i < 2; i++) {
        problem p = i ? hearts(0.01) : diabetes(200, 0.4, 0), twice = p;
        double weights[300];
        size_t rows = 0;
        p.rows = 200;
        for (size_t r = 0; r < p.rows; r++) {
            weights[r] = (double)(r % 3);
            for (size_t again = 0; again < r % 3; again++, rows++) {
                memcpy(room.X + rows * p.cols, p.X + r * p.cols, p.cols * sizeof *room.X);
                room.y[rows] = p.y[r];
            }
        }
        twice.rows = rows;
        twice.X = room.X;
        twice.y = room.y;
        p.o.weights = weights;
        solve(&twice);
        check_minimum(&twice, twice.r.f, "rows");
        solve(&p);
        ck_near(p.r.f, twice.r.f, 1e-13 * twice.r.f);
        ck_assert(p.r.gap <= 1e-10 * p.r.f);
        ck_assert(difference_of(p.cols + 1, p.w, twice.w) <= 1e-7);
    }
}
END_TEST

/* Weights that are no powers of two, and targets less an offset; multipliers are without weights. */
START_TEST(piecewise_weights_and_offset_are_certified)
{
    double weights[DIABETES_ROWS], offset[DIABETES_ROWS], y[DIABETES_ROWS];
    for (int i = 0; i < 2; i++) {
        problem p = diabetes(DIABETES_ROWS, 0.2, i ? 1e-4 : 0), shifted = p;
        fill(5, DIABETES_ROWS, 0.1, 3, weights);
        fill(6, DIABETES_ROWS, -100, 100, offset);
        for (size_t r = 0; r < DIABETES_ROWS; r++)
            y[r] = p.y[r] - offset[r];
        p.o.weights = shifted.o.weights = weights;
        p.o.offset = offset;
        shifted.y = y;
        solve(&p);
        solve(&shifted);
        check_minimum(&p, p.r.f, "offset");
        check_minimum(&shifted, p.r.f, "shifted");
    }
}
END_TEST

START_TEST(piecewise_subset_is_the_model_on_its_rows)
{
    static table room;
    size_t index[100];
    for (size_t i = 0; i < 100; i++)
        index[i] = (7 * i + 3) % DIABETES_ROWS;
    const lgd_rows scattered = {0, 100, index}, range = {50, 100, NULL};
    for (int i = 0; i < 4; i++) {
        const lgd_rows *rows = i % 2 ? &range : &scattered;
        problem p = diabetes(DIABETES_ROWS, 0.4, i < 2 ? 0 : 1e-4), own = p;
        double weights[DIABETES_ROWS], mine[100];
        fill(7, DIABETES_ROWS, 0.1, 3, weights);
        weights[400] = 0; /* is in neither of them, but rows from there on are other terms */
        p.o.weights = weights;
        own.rows = 100;
        own.X = room.X;
        own.y = room.y;
        own.o.weights = mine;
        for (size_t r = 0; r < 100; r++) {
            const size_t term = i % 2 ? 50 + r : index[r], row = term + (term >= 400);
            memcpy(room.X + r * p.cols, p.X + row * p.cols, p.cols * sizeof *room.X);
            room.y[r] = p.y[row];
            mine[r] = weights[row];
        }
        ck_ok(try_solve(&p, rows, (lgd_piecewise_options){0}));
        solve(&own);
        check_minimum(&own, own.r.f, "own");
        ck_near(p.r.f, own.r.f, 1e-13 * own.r.f);
        memcpy(own.w, p.w, sizeof p.w);
        memcpy(own.u, p.u, sizeof p.u);
        own.r = p.r;
        check_minimum(&own, own.r.f, "subset");
    }
}
END_TEST

START_TEST(piecewise_subset_of_a_subset_is_one)
{
    size_t outer[200], inner[60], direct[60];
    for (size_t i = 0; i < 200; i++)
        outer[i] = (5 * i + 1) % DIABETES_ROWS;
    for (size_t i = 0; i < 60; i++)
        direct[i] = outer[20 + (inner[i] = 3 * i)];
    problem p = diabetes(DIABETES_ROWS, 0.5, 1e-4);
    ck_ok(try_solve(&p, &(lgd_rows){0, 60, direct}, (lgd_piecewise_options){0}));
    lgd_matrix *A;
    lgd_objective *f, *part, *part_of_part;
    double w[MOST_COLS] = {0};
    ck_ok(lgd_matrix_dense(&A, p.rows, p.cols, p.X, p.cols));
    ck_ok(lgd_glm_create(&f, A, p.y, lgd_loss_quantile(), &p.o));
    ck_ok(lgd_objective_subset(&part, f, &(lgd_rows){20, 180, outer}));
    ck_ok(lgd_objective_subset(&part_of_part, part, &(lgd_rows){0, 60, inner}));
    ck_ok(lgd_minimize_piecewise_sized(part_of_part, w, NULL, 0, NULL, 0));
    ck_assert_mem_eq(w, p.w, (DIABETES_COLS + 1) * sizeof *w);
    lgd_objective_free(part_of_part);
    lgd_objective_free(part);
    lgd_objective_free(f);
    lgd_matrix_free(A);
}
END_TEST

/* Outputs do not know of each other. */
START_TEST(piecewise_several_outputs_are_several_models)
{
    enum { ROWS = 120, COLS = 4, OUTPUTS = 3 };
    data d = data_create(ROWS, COLS, OUTPUTS, false, 3);
    bent b = {2, {-0.1, 0.3}, {-2, 0.25, 1}};
    lgd_loss *loss = bent_create(&b);
    lgd_matrix *A;
    lgd_objective *f;
    lgd_piecewise_report all, one;
    double w[(COLS + 1) * OUTPUTS] = {0}, u[ROWS * OUTPUTS], sum = 0;
    ck_ok(lgd_matrix_dense(&A, ROWS, COLS, d.X, COLS));
    for (int i = 0; i < 2; i++) {
        lgd_glm_options o = {.l2 = i ? 0.1 : 0, .intercept = true, .outputs = OUTPUTS, .weights = d.weights};
        ck_ok(lgd_glm_create(&f, A, d.y, loss, &o));
        ck_ok(lgd_minimize_piecewise(f, w, &(lgd_piecewise_options){.multipliers = u}, &all));
        ck_assert(all.stop == LGD_STOP_GAP_TOL);
        lgd_objective_free(f);
        sum = 0;
        for (size_t c = 0; c < OUTPUTS; c++) {
            double y[ROWS], v[COLS + 1] = {0};
            for (size_t r = 0; r < ROWS; r++)
                y[r] = d.y[r * OUTPUTS + c];
            o.outputs = 1;
            ck_ok(lgd_glm_create(&f, A, y, loss, &o));
            ck_ok(lgd_minimize_piecewise(f, v, NULL, &one));
            lgd_objective_free(f);
            sum += one.f;
            for (size_t j = 0; j <= COLS && i; j++)
                ck_near(w[j * OUTPUTS + c], v[j], 1e-7);
        }
        ck_near(all.f, sum, 1e-12 * sum);
    }
    lgd_matrix_free(A);
    lgd_loss_free(loss);
    data_free(&d);
}
END_TEST

START_TEST(piecewise_units_of_targets_and_columns_do_not_matter)
{
    static table room;
    problem p = diabetes(DIABETES_ROWS, 0.3, 0), other = p;
    for (size_t i = 0; i < p.rows; i++) {
        for (size_t j = 0; j < p.cols; j++)
            room.X[i * p.cols + j] = ldexp(p.X[i * p.cols + j], (int)(7 * j) - 30);
        room.y[i] = ldexp(p.y[i], 60);
    }
    other.X = room.X;
    other.y = room.y;
    solve(&p);
    solve(&other);
    check_minimum(&other, ldexp(p.r.f, 60), "other units");
}
END_TEST

START_TEST(piecewise_threads_leave_the_same_bits)
{
    enum { ROWS = 9000, COLS = 12 };
    data d = data_create(ROWS, COLS, 1, false, 11);
    lgd_matrix *A;
    lgd_objective *f;
    lgd_piecewise_report r;
    double w[2][COLS + 1] = {{0}}, *u = malloc(2 * ROWS * sizeof *u);
    ck_ok(lgd_matrix_dense(&A, ROWS, COLS, d.X, COLS));
    ck_ok(lgd_glm_create(&f, A, d.y, lgd_loss_quantile(), &(lgd_glm_options){.intercept = true, .weights = d.weights}));
    for (size_t i = 0; i < 2; i++) {
        const lgd_piecewise_options o = {.threads = 1 + 2 * i, .multipliers = u + i * ROWS};
        ck_ok(lgd_minimize_piecewise(f, w[i], &o, &r));
        ck_assert(r.stop == LGD_STOP_GAP_TOL);
    }
    ck_assert_mem_eq(w[0], w[1], sizeof w[0]);
    ck_assert_mem_eq(u, u + ROWS, ROWS * sizeof *u);
    free(u);
    lgd_objective_free(f);
    lgd_matrix_free(A);
    data_free(&d);
}
END_TEST

/* ---- limits, refusals */

START_TEST(piecewise_gap_bounds_f_after_every_number_of_rounds)
{
    for (int i = 0; i < 2; i++) {
        problem p = i ? hearts(0.001) : diabetes(DIABETES_ROWS, 0.5, 0);
        solve(&p);
        const double least = p.r.f;
        for (size_t rounds = 1; rounds < p.r.rounds; rounds++) {
            problem q = i ? hearts(0.001) : diabetes(DIABETES_ROWS, 0.5, 0);
            ck_ok(try_solve(&q, NULL, (lgd_piecewise_options){.max_rounds = rounds}));
            ck_assert_uint_eq(q.r.rounds, rounds);
            ck_assert(q.r.stop == LGD_STOP_STEPS && q.r.steps > 0 && q.r.width > 0);
            ck_assert_msg(q.r.f - least <= q.r.gap + 1e-14 * least, "%zu rounds: %g above, gap %g", rounds,
                          q.r.f - least, q.r.gap);
        }
    }
}
END_TEST

START_TEST(piecewise_looser_tolerance_ends_no_later)
{
    problem p = hearts(0.001), loose = p;
    solve(&p);
    ck_ok(try_solve(&loose, NULL, (lgd_piecewise_options){.gap_tol = 0.5}));
    ck_assert(loose.r.stop == LGD_STOP_GAP_TOL && loose.r.gap <= 0.5 * loose.r.f && loose.r.rounds <= p.r.rounds);
}
END_TEST

static lgd_status nothing(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim, (void)w;
    *f = 0;
    if (g)
        *g = 0;
    return LGD_OK;
}

START_TEST(piecewise_refuses_what_it_cannot_solve_and_leaves_w)
{
    const double X[] = {1, 2, 3}, y[] = {0, 1, 1};
    double w[2] = {5, 6};
    const lgd_piecewise_options none = {.gap_tol = NAN}, negative = {.gap_tol = -1};
    lgd_matrix *A;
    lgd_objective *smooth, *f, *function, *part;
    ck_ok(lgd_matrix_dense(&A, 3, 1, X, 1));
    ck_ok(lgd_glm_create(&smooth, A, y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}));
    ck_ok(lgd_glm_create(&f, A, y, lgd_loss_hinge(), &(lgd_glm_options){.intercept = true}));
    ck_ok(lgd_function_create(&function, 1, nothing, NULL));
    ck_ok(lgd_objective_subset(&part, smooth, NULL));
    ck_fails(lgd_minimize_piecewise(smooth, w, NULL, NULL), LGD_EUNSUPPORTED, "logistic");
    ck_fails(lgd_minimize_piecewise(part, w, NULL, NULL), LGD_EUNSUPPORTED, "logistic");
    ck_fails(lgd_minimize_piecewise(function, w, NULL, NULL), LGD_EUNSUPPORTED, "function");
    ck_fails(lgd_minimize_piecewise(NULL, w, NULL, NULL), LGD_EINVAL, "f is NULL");
    ck_fails(lgd_minimize_piecewise(f, NULL, NULL, NULL), LGD_EINVAL, "w is NULL");
    ck_fails(lgd_minimize_piecewise(f, w, &none, NULL), LGD_EINVAL, "gap_tol is nan");
    ck_fails(lgd_minimize_piecewise(f, w, &negative, NULL), LGD_EINVAL, "gap_tol is -1");
    ck_assert(w[0] == 5 && w[1] == 6);
    w[1] = INFINITY;
    ck_fails(lgd_minimize_piecewise(f, w, NULL, NULL), LGD_EINVAL, "w[1] is inf");
    lgd_objective_free(part);
    lgd_objective_free(function);
    lgd_objective_free(smooth);
    lgd_objective_free(f);
    lgd_matrix_free(A);
}
END_TEST

START_TEST(piecewise_objective_without_minimum_diverges)
{
    const double X[] = {1, 2, 3}, y[] = {0, 1, 1};
    double w[1] = {5};
    bent rising = {1, {0}, {1, 2}};
    lgd_loss *loss = bent_create(&rising);
    lgd_matrix *A;
    lgd_objective *f;
    lgd_piecewise_report r;
    ck_ok(lgd_matrix_dense(&A, 3, 1, X, 1));
    ck_ok(lgd_glm_create(&f, A, y, loss, NULL));
    ck_fails(lgd_minimize_piecewise(f, w, NULL, NULL), LGD_EDIVERGED, "without bound");
    ck_assert(w[0] == 5);
    lgd_objective_free(f);
    ck_ok(lgd_glm_create(&f, A, y, loss, &(lgd_glm_options){.l2 = 1}));
    ck_ok(lgd_minimize_piecewise(f, w, NULL, &r));
    ck_near(w[0], -2, 1e-13); /* all slopes are 1: w = -mean x */
    lgd_objective_free(f);
    lgd_matrix_free(A);
    lgd_loss_free(loss);
}
END_TEST

/* The k-th allocation fails: w and report are left alone, nothing is lost. */
START_TEST(piecewise_each_allocation_failing_is_told)
{
    const lgd_rows rows = {10, 60, NULL};
    size_t k = 1;
    for (;; k++) {
        problem p = diabetes(80, 0.5, 1e-3);
        p.w[0] = 3;
        memory_watch(k);
        const lgd_status status = try_with(&p, lgd_loss_quantile(), &rows, (lgd_piecewise_options){.threads = 1});
        ck_assert_uint_eq(memory_live(), 0);
        if (memory_made() < k) {
            ck_ok(status);
            break;
        }
        ck_assert_int_eq(status, LGD_ENOMEM);
        ck_assert(p.w[0] == 3 && p.r.rounds == 0);
    }
    memory_unwatch();
    ck_assert_uint_gt(k, 15);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("piecewise");
    CASE(suite, piecewise_references_to_the_last_digits);
    CASE(suite, piecewise_from_the_minimum_stays_there);
    CASE(suite, piecewise_quantiles_of_numbers_are_order_statistics);
    CASE(suite, piecewise_two_points_of_two_classes_by_hand);
    CASE(suite, piecewise_rows_of_one_class_cost_nothing_with_an_intercept);
    CASE(suite, piecewise_separable_rows_without_l2_end_at_0);
    CASE(suite, piecewise_constant_target_is_met);
    CASE(suite, piecewise_repeated_rows_change_nothing);
    CASE(suite, piecewise_dependent_and_zero_columns_change_nothing);
    CASE(suite, piecewise_constant_columns_standardised_change_nothing);
    CASE(suite, piecewise_fewer_rows_than_columns_are_interpolated_or_certified);
    CASE(suite, piecewise_ties_everywhere_are_certified);
    CASE(suite, piecewise_weights_are_rows);
    CASE(suite, piecewise_weights_and_offset_are_certified);
    CASE(suite, piecewise_subset_is_the_model_on_its_rows);
    CASE(suite, piecewise_subset_of_a_subset_is_one);
    CASE(suite, piecewise_several_outputs_are_several_models);
    CASE(suite, piecewise_units_of_targets_and_columns_do_not_matter);
    CASE(suite, piecewise_threads_leave_the_same_bits);
    CASE(suite, piecewise_gap_bounds_f_after_every_number_of_rounds);
    CASE(suite, piecewise_looser_tolerance_ends_no_later);
    CASE(suite, piecewise_refuses_what_it_cannot_solve_and_leaves_w);
    CASE(suite, piecewise_objective_without_minimum_diverges);
    CASE(suite, piecewise_each_allocation_failing_is_told);
    return suite_run(suite);
}
