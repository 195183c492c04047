#include "problems.h"
#include <stdio.h>

/* ---- splits */

enum { MOST = 240 };

typedef struct room {
    size_t index[2 * MOST], first[MOST + 1], part[MOST];
    lgd_split split;
} room;

static lgd_split *room_of(room *r, size_t terms, size_t parts)
{
    r->split = (lgd_split){terms, parts, r->index, r->first};
    return &r->split;
}

/* Each row is in one part, parts are ascending, and part and others make all. */
static void whole(room *r)
{
    const lgd_split *s = &r->split;
    size_t seen[MOST] = {0};
    ck_assert(s->first[0] == 0 && s->first[s->parts] == s->terms);
    for (size_t i = 0; i < s->parts; i++) {
        lgd_rows part, others;
        size_t taken[MOST] = {0};
        ck_ok(lgd_split_rows(s, i, &part, &others));
        ck_assert(part.count >= 1 && part.count + others.count == s->terms);
        for (size_t j = part.first; j < part.first + part.count; j++) {
            ck_assert(j == part.first || part.index[j] > part.index[j - 1]);
            r->part[part.index[j]] = i;
            seen[part.index[j]]++;
            taken[part.index[j]]++;
        }
        for (size_t j = others.first; j < others.first + others.count; j++)
            taken[others.index[j]]++;
        for (size_t row = 0; row < s->terms; row++)
            ck_assert_uint_eq(taken[row], 1);
    }
    for (size_t row = 0; row < s->terms; row++)
        ck_assert_uint_eq(seen[row], 1);
}

static size_t size_of(const room *r, size_t i)
{
    return r->first[i + 1] - r->first[i];
}

START_TEST(split_folds_each_row_once_sizes_within_one)
{
    room r;
    for (size_t terms = 1; terms <= 40; terms++)
        for (size_t parts = 1; parts <= terms; parts++)
            for (uint64_t seed = 0; seed < 3; seed++) {
                ck_ok(lgd_split_draw(room_of(&r, terms, parts), NULL,
                                     &(lgd_split_options){.seed = seed, .contiguous = seed == 2}));
                whole(&r);
                for (size_t i = 0; i < parts; i++)
                    ck_assert_uint_eq(size_of(&r, i), terms / parts + (i < terms % parts));
                for (size_t row = 1; row < terms && seed == 2; row++)
                    ck_assert_uint_ge(r.part[row], r.part[row - 1]);
            }
}
END_TEST

START_TEST(split_same_seed_same_parts_another_seed_others)
{
    room a, b;
    ck_ok(lgd_split_draw(room_of(&a, 100, 5), NULL, &(lgd_split_options){.seed = 7}));
    ck_ok(lgd_split_draw(room_of(&b, 100, 5), NULL, &(lgd_split_options){.seed = 7}));
    ck_assert(!memcmp(a.index, b.index, 200 * sizeof *a.index) && !memcmp(a.first, b.first, 6 * sizeof *a.first));
    ck_ok(lgd_split_draw(room_of(&b, 100, 5), NULL, NULL));
    ck_assert(memcmp(a.index, b.index, 200 * sizeof *a.index) != 0);

    /* One of five rows or so is in the same fold for another seed: none is tied to its place. */
    size_t same = 0;
    whole(&a);
    whole(&b);
    for (size_t row = 0; row < 100; row++)
        same += a.part[row] == b.part[row];
    ck_assert(same >= 5 && same <= 40);
}
END_TEST

START_TEST(split_shares_by_largest_remainder)
{
    room r;
    const struct {
        size_t terms, parts;
        double shares[4];
        size_t sizes[4];
    } cases[] = {{10, 3, {0.6, 0.2, 0.2}, {6, 2, 2}},
                 {10, 3, {3, 1, 1}, {6, 2, 2}},
                 {11, 3, {0.6, 0.2, 0.2}, {7, 2, 2}},
                 {221, 3, {150, 50, 21}, {150, 50, 21}},
                 {7, 2, {1, 1}, {4, 3}},
                 {10, 4, {1e308, 1e308, 1e308, 1e308}, {3, 3, 2, 2}},
                 {9, 2, {1e-300, 2e-300}, {3, 6}},
                 {100, 4, {0.1, 0.1, 0.1, 0.7}, {10, 10, 10, 70}},
                 {5, 3, {0.34, 0.33, 0.33}, {2, 2, 1}},
                 {3, 1, {0.2}, {3}}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        ck_ok(lgd_split_draw(room_of(&r, cases[c].terms, cases[c].parts), cases[c].shares, NULL));
        whole(&r);
        for (size_t i = 0; i < cases[c].parts; i++)
            ck_assert_msg(size_of(&r, i) == cases[c].sizes[i], "case %zu: part %zu has %zu rows", c, i, size_of(&r, i));
    }
}
END_TEST

/* Classes of random sizes, of which each has more rows than there are parts. */
static size_t draw_classes(uint64_t seed, size_t terms, size_t parts, size_t classes, double *class)
{
    double u[MOST];
    fill(seed, terms, 0, 1, u);
    for (size_t row = 0; row < terms; row++) /* the first rows see to it that none is too small */
        class[row] = (double)(row < classes * parts ? row % classes : (size_t)(u[row] * u[row] * (double)classes)) - 1;
    return classes;
}

START_TEST(split_stratified_every_class_in_proportion)
{
    double class[MOST];
    room r;
    for (size_t terms = 12; terms <= MOST; terms += 19)
        for (size_t parts = 2; parts <= 6 && parts <= terms / 4; parts++)
            for (int shared = 0; shared < 2; shared++) {
                double shares[6] = {5, 1, 2, 1, 3, 1}, sum = 0;
                const size_t classes = draw_classes(terms + parts, terms, parts, terms / parts < 4 ? 2 : 4, class);
                const lgd_status status = lgd_split_draw(room_of(&r, terms, parts), shared ? shares : NULL,
                                                         &(lgd_split_options){.seed = terms, .classes = class});
                ck_ok(status);
                whole(&r);
                for (size_t i = 0; i < parts; i++)
                    sum += shared ? shares[i] : 1;
                for (size_t i = 0; i < parts; i++) {
                    const double share = (shared ? shares[i] : 1) / sum;
                    ck_assert(fabs((double)size_of(&r, i) - share * (double)terms) < 1);
                    for (size_t c = 0; c < classes; c++) {
                        double of_class = 0, here = 0;
                        for (size_t row = 0; row < terms; row++) {
                            of_class += class[row] == (double)c - 1;
                            here += class[row] == (double)c - 1 && r.part[row] == i;
                        }
                        /* the share of the rounded count of the part, which is less than a row beside it */
                        const double exact = shared ? (double)size_of(&r, i) / (double)terms : share;
                        ck_assert_msg(fabs(here - exact * of_class) < 1 + shared, "%g of %g rows in %zu of %zu", here,
                                      of_class, i, parts);
                    }
                }
            }
}
END_TEST

START_TEST(split_groups_never_parted_and_parts_even)
{
    double group[MOST], u[MOST];
    room r;
    for (size_t terms = 20; terms <= MOST; terms += 37)
        for (size_t parts = 2; parts <= 5; parts++) {
            size_t largest = 0, sizes[40] = {0};
            fill(terms + parts, terms, 0, 1, u);
            for (size_t row = 0; row < terms; row++) {
                const size_t g = row < 8 ? row : (size_t)(u[row] * 8);
                group[row] = 0.5 * (double)g;
                sizes[g]++;
                largest = sizes[g] > largest ? sizes[g] : largest;
            }
            ck_ok(lgd_split_draw(room_of(&r, terms, parts), NULL, &(lgd_split_options){.groups = group}));
            whole(&r);
            for (size_t a = 0; a < terms; a++)
                for (size_t b = 0; b < a; b++)
                    ck_assert(group[a] != group[b] || r.part[a] == r.part[b]);
            for (size_t i = 0; i < parts; i++)
                for (size_t j = 0; j < i; j++) /* greedy: no two are further apart than a group */
                    ck_assert(size_of(&r, i) <= size_of(&r, j) + largest && size_of(&r, j) <= size_of(&r, i) + largest);
        }

    /* A share that is smaller than any group still has one. */
    for (size_t row = 0; row < 30; row++)
        group[row] = (double)(row / 10);
    ck_ok(lgd_split_draw(room_of(&r, 30, 3), (double[]){0.9, 0.05, 0.05}, &(lgd_split_options){.groups = group}));
    whole(&r);
    ck_assert(size_of(&r, 0) == 10 && size_of(&r, 1) == 10 && size_of(&r, 2) == 10);
}
END_TEST

START_TEST(split_bad_input_named)
{
    room r;
    double x[20], y[20];
    for (size_t row = 0; row < 20; row++)
        x[row] = y[row] = (double)(row % 4 == 0);
    const lgd_split_options classes = {.classes = x}, groups = {.groups = x};
    ck_fails(lgd_split_draw(NULL, NULL, NULL), LGD_EINVAL, "split is NULL");
    ck_fails(lgd_split_draw(room_of(&r, 0, 1), NULL, NULL), LGD_EINVAL, "terms is 0");
    ck_fails(lgd_split_draw(room_of(&r, 5, 0), NULL, NULL), LGD_EINVAL, "parts is 0");
    ck_fails(lgd_split_draw(room_of(&r, 7, 10), NULL, NULL), LGD_EINVAL, "parts is 10, at most the 7 rows");
    ck_fails(lgd_split_draw(&(lgd_split){5, 2, NULL, r.first}, NULL, NULL), LGD_EINVAL, "index is NULL");
    ck_fails(lgd_split_draw(&(lgd_split){5, 2, r.index, NULL}, NULL, NULL), LGD_EINVAL, "first is NULL");
    ck_fails(lgd_split_draw(room_of(&r, 5, 2), (double[]){1, 0}, NULL), LGD_EINVAL, "shares[1] is 0");
    ck_fails(lgd_split_draw(room_of(&r, 5, 2), (double[]){-1, 1}, NULL), LGD_EINVAL, "shares[0] is -1");
    ck_fails(lgd_split_draw(room_of(&r, 5, 2), (double[]){1, INFINITY}, NULL), LGD_EINVAL, "shares[1] is inf");
    ck_fails(lgd_split_draw(room_of(&r, 10, 3), (double[]){98, 1, 1}, NULL), LGD_EINVAL,
             "part 1 has 0 of 10 rows by shares[1] = 1");
    ck_fails(lgd_split_draw(room_of(&r, 20, 6), NULL, &classes), LGD_EINVAL,
             "number of rows of class 1 is 5, at least the 6 parts");
    ck_fails(lgd_split_draw(room_of(&r, 20, 3), NULL, &groups), LGD_EINVAL,
             "number of groups is 2, at least the 3 parts");
    y[3] = NAN;
    ck_fails(lgd_split_draw(room_of(&r, 20, 2), NULL, &(lgd_split_options){.classes = y}), LGD_EINVAL,
             "classes[3] is nan");
    y[3] = -INFINITY;
    ck_fails(lgd_split_draw(room_of(&r, 20, 2), NULL, &(lgd_split_options){.groups = y}), LGD_EINVAL,
             "groups[3] is -inf");
    ck_fails(lgd_split_draw(room_of(&r, 20, 2), NULL, &(lgd_split_options){.groups = x, .classes = x}), LGD_EINVAL,
             "classes and groups are both there");
    ck_fails(lgd_split_draw(room_of(&r, 20, 2), NULL, &(lgd_split_options){.groups = x, .contiguous = true}),
             LGD_EINVAL, "contiguous and groups");
    ck_fails(lgd_split_draw(room_of(&r, 20, 2), NULL, &(lgd_split_options){.classes = x, .contiguous = true}),
             LGD_EINVAL, "contiguous and classes");

    lgd_rows part;
    ck_ok(lgd_split_draw(room_of(&r, 20, 2), NULL, NULL));
    ck_fails(lgd_split_rows(NULL, 0, &part, NULL), LGD_EINVAL, "split is NULL");
    ck_fails(lgd_split_rows(&(lgd_split){5, 2, NULL, r.first}, 0, &part, NULL), LGD_EINVAL, "index is NULL");
    ck_fails(lgd_split_rows(&(lgd_split){5, 2, r.index, NULL}, 0, &part, NULL), LGD_EINVAL, "first is NULL");
    ck_fails(lgd_split_rows(&r.split, 2, &part, NULL), LGD_EINVAL, "part is 2, a number below 2");
    ck_ok(lgd_split_rows(&r.split, 1, NULL, NULL));

    /* Options of a later header: what is not known must be 0. */
    struct {
        lgd_split_options o;
        uint64_t more;
    } later = {{.seed = 3}, 0};
    ck_ok(lgd_split_draw_sized(room_of(&r, 20, 2), NULL, &later.o, sizeof later));
    later.more = 1;
    ck_assert_int_ne(lgd_split_draw_sized(room_of(&r, 20, 2), NULL, &later.o, sizeof later), LGD_OK);
}
END_TEST

/* ---- cross-validation of anything */

typedef struct noted {
    size_t calls, rows;
    lgd_status fails[8];
    double scores[8];
} noted;

static lgd_status note(void *ctx, size_t fold, const lgd_rows *train, const lgd_rows *test, double *score)
{
    noted *n = ctx;
    ck_assert(fold == n->calls && train->count + test->count == n->rows);
    n->calls++;
    *score = n->scores[fold];
    return n->fails[fold] ? lgd_set_error(n->fails[fold], "fold: said so") : LGD_OK;
}

START_TEST(cross_validate_mean_and_error_of_the_scores)
{
    room r;
    double scores[4];
    lgd_cv_report report;
    ck_ok(lgd_split_draw(room_of(&r, 10, 4), NULL, NULL));
    ck_ok(lgd_cross_validate(&r.split, note, &(noted){.rows = 10, .scores = {1, 2, 4, 5}}, scores, &report));
    ck_assert(report.mean == 3 && report.failed == 0 && isnan(report.accuracy) && isnan(report.accuracy_error));
    ck_near(report.standard_error, sqrtl(10.0L / 3 / 4), 1e-15);
    ck_assert(scores[0] == 1 && scores[3] == 5);
}
END_TEST

START_TEST(cross_validate_failed_folds_counted_and_told)
{
    room r;
    double scores[4];
    lgd_cv_report report;
    noted n = {.rows = 10, .scores = {1, 2, INFINITY, 5}, .fails = {LGD_EDIVERGED}};
    ck_ok(lgd_split_draw(room_of(&r, 10, 4), NULL, NULL));
    ck_ok(lgd_cross_validate(&r.split, note, &n, scores, &report));
    ck_assert(n.calls == 4 && report.failed == 2 && isnan(report.mean) && isnan(report.standard_error));
    ck_assert(isnan(scores[0]) && scores[1] == 2 && isnan(scores[2]) && scores[3] == 5);

    n = (noted){.rows = 10, .fails = {LGD_EDIVERGED, LGD_EUSER, LGD_EUSER, (lgd_status)7}};
    ck_fails(lgd_cross_validate(&r.split, note, &n, NULL, &report), LGD_EDIVERGED,
             "all 4 folds failed, one that does not is accepted; the first: fold: said so");
    ck_assert(n.calls == 4 && report.failed == 4);
    n = (noted){.rows = 10, .fails = {LGD_OK, LGD_EINVAL}};
    ck_fails(lgd_cross_validate(&r.split, note, &n, NULL, NULL), LGD_EINVAL, "said so");
    ck_assert_uint_eq(n.calls, 2);

    ck_fails(lgd_cross_validate(NULL, note, &n, NULL, NULL), LGD_EINVAL, "split is NULL");
    ck_fails(lgd_cross_validate(&(lgd_split){4, 2, NULL, r.first}, note, &n, NULL, NULL), LGD_EINVAL, "index of");
    ck_fails(lgd_cross_validate(&(lgd_split){4, 2, r.index, NULL}, note, &n, NULL, NULL), LGD_EINVAL, "first of");
    ck_fails(lgd_cross_validate(&r.split, NULL, &n, NULL, NULL), LGD_EINVAL, "fold is NULL");
    ck_ok(lgd_split_draw(room_of(&r, 10, 1), NULL, NULL));
    ck_fails(lgd_cross_validate(&r.split, note, &n, NULL, NULL), LGD_EINVAL, "parts of the split is 1, at least 2");
    lgd_cv_report half = {.mean = 9};
    ck_fails(lgd_cross_validate_sized(&r.split, note, &n, NULL, &half, sizeof half.mean), LGD_EINVAL, "parts");
    ck_assert(isnan(half.mean) && half.standard_error == 0);
}
END_TEST

/* ---- of generalised linear models */

enum { M = 90, N = 4 };

typedef struct problem {
    data d;
    lgd_matrix *X;
    room r;
    lgd_split *split;
} problem;

static problem problem_create(bool labels, bool missing)
{
    problem p = {.d = data_create(M, N, 1, labels, 31)};
    for (size_t i = 0; i < M && missing; i += 7)
        p.d.X[i * N + i % N] = NAN;
    for (size_t i = 0; i < M; i++)
        p.d.X[i * N + 1] = 100 + 3 * p.d.X[i * N + 1];
    if (missing)
        ck_ok(lgd_matrix_imputed(&p.X, M, N, p.d.X, N, NULL));
    else
        ck_ok(lgd_matrix_dense(&p.X, M, N, p.d.X, N));
    return p;
}

static void problem_free(problem *p)
{
    lgd_matrix_free(p->X);
    data_free(&p->d);
}

static const lgd_glm_options ridge = {.l2 = 0.01, .intercept = true};

/* The fold i by the calls that a user has. */
static void fold_by_hand(const problem *p, const lgd_split *split, size_t i, const lgd_loss *loss, bool missing,
                         bool standardize, double *w, double *score, double *accuracy)
{
    lgd_matrix *filled = NULL, *scaled = NULL;
    const lgd_matrix *X = p->X;
    lgd_objective *f, *bare, *fit, *held;
    lgd_optimizer *opt;
    lgd_rows train, test;
    double P[M];
    ck_ok(lgd_split_rows(split, i, &test, &train));
    if (missing) {
        ck_ok(lgd_matrix_imputed_on(&filled, X, &train));
        X = filled;
    }
    if (standardize) {
        ck_ok(lgd_matrix_standardized_on(&scaled, X, &train));
        X = scaled;
    }
    ck_ok(lgd_glm_create(&f, X, p->d.y, loss, &ridge));
    ck_ok(lgd_glm_create(&bare, X, p->d.y, loss, &(lgd_glm_options){.intercept = true}));
    ck_ok(lgd_objective_subset(&fit, f, &train));
    ck_ok(lgd_objective_subset(&held, bare, &test));
    ck_ok(lgd_lbfgs_create(&opt, NULL));
    memset(w, 0, (N + 1) * sizeof *w);
    ck_ok(lgd_minimize(fit, opt, w, NULL, NULL));
    ck_ok(lgd_objective_eval(held, NULL, w, score, NULL));
    ck_ok(lgd_glm_predict(f, X, w, P, 1));
    *accuracy = 0;
    for (size_t j = test.first; j < test.first + test.count; j++)
        *accuracy += (P[test.index[j]] > 0.5) == (p->d.y[test.index[j]] > 0.5);
    *accuracy /= (double)test.count;
    lgd_optimizer_free(opt);
    lgd_objective_free(held);
    lgd_objective_free(fit);
    lgd_objective_free(bare);
    lgd_objective_free(f);
    lgd_matrix_free(scaled);
    lgd_matrix_free(filled);
}

/* features: 56 */
START_TEST(cross_validate_glm_bits_of_folds_by_hand)
{
    for (int c = 0; c < 8; c++) {
        const bool labels = c & 1, missing = c & 2, standardize = c & 4;
        const lgd_loss *loss = labels ? lgd_loss_logistic() : lgd_loss_half_squared();
        double scores[5], accuracies[5], W[5 * (N + 1)], w[N + 1], score, accuracy, sum = 0, right = 0;
        problem p = problem_create(labels, missing);
        lgd_split *split = room_of(&p.r, M, 5);
        lgd_cv_report report;
        ck_ok(lgd_split_draw(split, NULL, &(lgd_split_options){.seed = 3, .classes = labels ? p.d.y : NULL}));
        const lgd_cv_glm_options o = {
            .standardize = standardize, .scores = scores, .accuracies = labels ? accuracies : NULL, .W = W};
        ck_ok(lgd_cross_validate_glm(split, p.X, p.d.y, loss, &ridge, NULL, &o, &report));
        for (size_t i = 0; i < 5; i++) {
            fold_by_hand(&p, split, i, loss, missing, standardize, w, &score, &accuracy);
            ck_assert(!memcmp(w, W + i * (N + 1), sizeof w) && score == scores[i]);
            ck_assert(!labels || accuracy == accuracies[i]);
            sum += score;
            right += accuracy;
        }
        ck_assert(report.failed == 0 && report.mean == sum / 5 && report.standard_error > 0);
        ck_assert(labels ? report.accuracy == right / 5 && report.accuracy_error > 0 : isnan(report.accuracy));

        /* The same for any number of threads. */
        lgd_cv_report more;
        ck_ok(
            lgd_cross_validate_glm(split, p.X, p.d.y, loss, &ridge, &(lgd_minimize_options){.threads = 4}, &o, &more));
        ck_assert(more.mean == report.mean && more.standard_error == report.standard_error);
        problem_free(&p);
    }
}
END_TEST

/* Leaving one row out has a formula for least squares (PRESS): e_i / (1 - h_ii), here by solving the normal equations of M rows. */
START_TEST(cross_validate_glm_least_squares_leave_one_out_formula)
{
    enum { ROWS = 12 };
    problem p = problem_create(false, false);
    double scores[ROWS];
    lgd_matrix *X;
    ck_ok(lgd_matrix_dense(&X, ROWS, 1, p.d.X, N)); /* one column and the intercept: solved by hand */
    ck_ok(lgd_split_draw(room_of(&p.r, ROWS, ROWS), NULL, &(lgd_split_options){.contiguous = true}));
    ck_ok(lgd_cross_validate_glm(&p.r.split, X, p.d.y, lgd_loss_squared(), &(lgd_glm_options){.intercept = true},
                                 &(lgd_minimize_options){.grad_tol = 1e-13}, &(lgd_cv_glm_options){.scores = scores},
                                 NULL));
    real mean = 0, y_mean = 0, sxx = 0, sxy = 0;
    for (size_t i = 0; i < ROWS; i++) {
        mean += p.d.X[i * N] / (real)ROWS;
        y_mean += p.d.y[i] / (real)ROWS;
    }
    for (size_t i = 0; i < ROWS; i++) {
        sxx += (p.d.X[i * N] - mean) * (p.d.X[i * N] - mean);
        sxy += (p.d.X[i * N] - mean) * (p.d.y[i] - y_mean);
    }
    for (size_t i = 0; i < ROWS; i++) {
        const real x = p.d.X[i * N] - mean, e = p.d.y[i] - y_mean - sxy / sxx * x, h = 1 / (real)ROWS + x * x / sxx;
        ck_near(scores[i], e * e / ((1 - h) * (1 - h)), 1e-10);
    }
    lgd_matrix_free(X);
    problem_free(&p);
}
END_TEST

START_TEST(cross_validate_glm_several_outputs_answers)
{
    /* Two outputs of labels each: an answer is half right if one of them is. */
    problem p = problem_create(true, false);
    double Y[2 * M], accuracies[3], both = 0;
    for (size_t i = 0; i < M; i++) {
        Y[2 * i] = p.d.y[i];
        Y[2 * i + 1] = 1 - p.d.y[i];
    }
    lgd_cv_report one, two;
    ck_ok(lgd_split_draw(room_of(&p.r, M, 3), NULL, &(lgd_split_options){.classes = p.d.y}));
    const lgd_glm_options o = {.l2 = 0.01, .intercept = true, .outputs = 2};
    ck_ok(lgd_cross_validate_glm(&p.r.split, p.X, p.d.y, lgd_loss_logistic(), &ridge, NULL, NULL, &one));
    ck_ok(lgd_cross_validate_glm(&p.r.split, p.X, Y, lgd_loss_logistic(), &o, NULL,
                                 &(lgd_cv_glm_options){.accuracies = accuracies}, &two));
    for (size_t i = 0; i < 3; i++)
        both += accuracies[i] / 3;
    ck_near(two.accuracy, both, 1e-15);
    ck_near(two.accuracy, one.accuracy, 1e-12); /* the second output is the first turned round */
    ck_near(two.mean, 2 * one.mean, 1e-5);
    problem_free(&p);
}
END_TEST

START_TEST(cross_validate_glm_averages_are_scored)
{
    problem p = problem_create(true, false);
    double W[2 * (N + 1)], w[N + 1] = {0}, average[N + 1];
    lgd_objective *f, *fit;
    lgd_optimizer *opt;
    lgd_rows train;
    const lgd_minimize_options run = {.batch_size = 8, .max_epochs = 5};
    ck_ok(lgd_split_draw(room_of(&p.r, M, 2), NULL, NULL));
    ck_ok(lgd_cross_validate_glm(&p.r.split, p.X, p.d.y, lgd_loss_logistic(), &ridge, &run,
                                 &(lgd_cv_glm_options){.optimizer = "schedule_free_sgd:lr=1e-4", .W = W}, NULL));
    ck_ok(lgd_glm_create(&f, p.X, p.d.y, lgd_loss_logistic(), &ridge));
    ck_ok(lgd_split_rows(&p.r.split, 0, NULL, &train));
    ck_ok(lgd_objective_subset(&fit, f, &train));
    ck_ok(lgd_optimizer_parse(&opt, "schedule_free_sgd:lr=1e-4"));
    lgd_minimize_options o = run;
    o.w_average = average;
    ck_ok(lgd_minimize(fit, opt, w, &o, NULL));
    ck_assert(!memcmp(W, average, sizeof average) && memcmp(w, average, sizeof w) != 0);
    lgd_optimizer_free(opt);
    lgd_objective_free(fit);
    lgd_objective_free(f);
    problem_free(&p);
}
END_TEST

START_TEST(cross_validate_glm_bad_input_named)
{
    problem p = problem_create(true, false);
    const lgd_loss *loss = lgd_loss_logistic();
    double weights[M], room_for[5];
    lgd_objective *f;
    lgd_cv_report report;
    ck_ok(lgd_split_draw(room_of(&p.r, M, 5), NULL, NULL));
    for (size_t i = 0; i < M; i++)
        weights[i] = i > 1;
    const lgd_glm_options zeros = {.weights = weights};
    ck_fails(lgd_cross_validate_glm(&p.r.split, p.X, p.d.y, loss, &zeros, NULL, NULL, NULL), LGD_EINVAL,
             "number of rows of weight 0 is 2");
    for (size_t i = 0; i < M; i++)
        weights[i] = 0;
    ck_fails(lgd_cross_validate_glm(&p.r.split, p.X, p.d.y, loss, &zeros, NULL, NULL, NULL), LGD_EINVAL, "weight");
    ck_fails(lgd_cross_validate_glm(&p.r.split, NULL, p.d.y, loss, NULL, NULL, NULL, NULL), LGD_EINVAL, "X is NULL");
    ck_fails(lgd_cross_validate_glm(NULL, p.X, p.d.y, loss, NULL, NULL, NULL, NULL), LGD_EINVAL, "split is NULL");
    ck_ok(lgd_glm_create(&f, p.X, p.d.y, loss, NULL));
    ck_fails(lgd_cross_validate_glm(&p.r.split, p.X, p.d.y, loss, NULL, &(lgd_minimize_options){.validation = f}, NULL,
                                    NULL),
             LGD_EINVAL, "validation is not NULL");
    lgd_objective_free(f);
    ck_fails(lgd_cross_validate_glm(&p.r.split, p.X, p.d.y, loss, NULL, &(lgd_minimize_options){.w_average = room_for},
                                    NULL, NULL),
             LGD_EINVAL, "w_average is not NULL");
    ck_fails(lgd_cross_validate_glm(&p.r.split, p.X, p.d.y, lgd_loss_squared(), NULL, NULL,
                                    &(lgd_cv_glm_options){.accuracies = room_for}, NULL),
             LGD_EINVAL, "accuracies is not NULL, NULL is accepted by the squared loss");
    ck_fails(lgd_cross_validate_glm(&p.r.split, p.X, p.d.y, loss, NULL, NULL,
                                    &(lgd_cv_glm_options){.optimizer = "adamm"}, NULL),
             LGD_EINVAL, "adamm");

    /* A rate at which every fold diverges. */
    ck_fails(lgd_cross_validate_glm(&p.r.split, p.X, p.d.y, lgd_loss_squared(), NULL, NULL,
                                    &(lgd_cv_glm_options){.optimizer = "sgd:lr=100"}, &report),
             LGD_EDIVERGED, "all 5 folds failed");
    ck_assert(report.failed == 5 && isnan(report.mean));
    ck_ok(lgd_split_draw(room_of(&p.r, M - 1, 5), NULL, NULL));
    ck_fails(lgd_cross_validate_glm(&p.r.split, p.X, p.d.y, loss, NULL, NULL, NULL, NULL), LGD_EINVAL,
             "terms of the split is 89, the 90 rows");
    ck_ok(lgd_split_draw(room_of(&p.r, M, 5), NULL, NULL));
    lgd_cv_report short_one = {.failed = 9};
    ck_ok(lgd_cross_validate_glm_sized(&p.r.split, p.X, p.d.y, loss, &ridge, sizeof ridge.l2, NULL, 0, NULL, 0,
                                       &short_one, sizeof short_one.mean)); /* of a header that knew no more */
    ck_assert(short_one.mean > 0 && short_one.failed == 9);
    problem_free(&p);
}
END_TEST

/* ---- settings */

typedef struct bowl {
    size_t calls, fail_from;
    const char *last;
    char text[64];
    lgd_status code;
} bowl;

/* Lowest at lr = 0.1; the second setting makes no difference. */
static lgd_status try_bowl(void *ctx, const char *optimizer, const double *point, double *score, double *error)
{
    bowl *b = ctx;
    b->calls++;
    snprintf(b->text, sizeof b->text, "%s", optimizer ? optimizer : "none");
    if (b->fail_from && b->calls >= b->fail_from)
        return lgd_set_error(b->code, "bowl: cracked");
    *score = fabs(log10(point[0]) + 1);
    *error = 0.6;
    return LGD_OK;
}

static const double betas[2] = {0.5, 0.9};
static const lgd_axis axes[2] = {{.name = "lr", .low = 1e-4, .high = 10, .count = 6, .log = true},
                                 {.name = "beta1", .values = betas, .count = 2}};

START_TEST(choose_grid_every_point_once_and_the_first_of_equals)
{
    double points[12][2], scores[12], errors[12], best[2];
    bowl b = {0};
    lgd_choose_report report;
    const lgd_choose_options o = {
        .optimizer = "adam:lr={lr},beta1={beta1}", .points = points[0], .scores = scores, .errors = errors};
    ck_ok(lgd_choose(axes, 2, try_bowl, &b, &o, best, &report));
    ck_assert(b.calls == 12 && report.candidates == 12 && report.failed == 0);
    for (size_t i = 0; i < 12; i++) {
        ck_near(points[i][0] / pow(10, (double)(i / 2) - 4), 1, 1e-14);
        ck_assert(points[i][1] == betas[i % 2] && errors[i] == 0.6);
        ck_near(scores[i], fabs((double)(i / 2) - 3), 1e-14);
    }
    ck_assert(points[0][0] == 1e-4 && points[11][0] == 10); /* the ends as they are */
    ck_assert_uint_eq(report.best, 6);                      /* 0.1 and 0.5, then 0.1 and 0.9 with the same score */
    ck_assert(best[0] == points[6][0] && best[1] == 0.5 && report.score == scores[6] && report.error == 0.6);
    ck_assert_uint_eq(report.within, 6); /* 0.01 is 1 behind, more than the error */
    ck_assert_str_eq(b.text, "adam:lr=10,beta1=0.9");

    ck_ok(lgd_choose(axes, 2, try_bowl, &b, &(lgd_choose_options){.maximize = true}, best, &report));
    ck_assert(report.best == 0 && best[0] == 1e-4 && report.score == scores[0]);
    ck_assert_str_eq(b.text, "none");

    /* A grid on a range without log, and one of a single point. */
    const lgd_axis lines[2] = {{.name = "a", .low = -1, .high = 1, .count = 5},
                               {.name = "b", .low = 3, .high = 3, .count = 1}};
    ck_ok(lgd_choose(lines, 2, try_bowl, &b, &(lgd_choose_options){.points = points[0]}, NULL, NULL));
    for (size_t i = 0; i < 5; i++)
        ck_assert(points[i][0] == -1 + 0.5 * (double)i && points[i][1] == 3);
}
END_TEST

/* Scores 3, 2, 1, 0, ... with errors of 1.5: the second is the first within the error of the best. */
static lgd_status try_slope(void *ctx, const char *optimizer, const double *point, double *score, double *error)
{
    (void)optimizer;
    *score = -point[0] * *(double *)ctx;
    *error = 1.5;
    return LGD_OK;
}

START_TEST(choose_first_within_one_error_of_the_best)
{
    const lgd_axis line = {.name = "degree", .low = 0, .high = 5, .count = 6};
    lgd_choose_report report;
    double sign = 1;
    ck_ok(lgd_choose(&line, 1, try_slope, &sign, NULL, NULL, &report));
    ck_assert(report.best == 5 && report.within == 4 && report.score == -5 && report.error == 1.5);
    sign = -1;
    ck_ok(lgd_choose(&line, 1, try_slope, &sign, &(lgd_choose_options){.maximize = true}, NULL, &report));
    ck_assert(report.best == 5 && report.within == 4 && report.score == 5);
}
END_TEST

START_TEST(choose_draws_in_range_by_seed_and_the_first_the_same)
{
    enum { DRAWS = 2000 };
    static double a[DRAWS][2], b[DRAWS][2];
    bowl ctx = {0};
    double best[2], low = 0, half = 0;
    lgd_choose_report report, again;
    ck_ok(lgd_choose(axes, 2, try_bowl, &ctx, &(lgd_choose_options){.draws = DRAWS, .seed = 4, .points = a[0]}, best,
                     &report));
    ck_ok(lgd_choose(axes, 2, try_bowl, &ctx, &(lgd_choose_options){.draws = 50, .seed = 4, .points = b[0]}, NULL,
                     &again));
    ck_assert(!memcmp(a, b, 50 * sizeof *a) && again.candidates == 50);
    for (size_t i = 0; i < DRAWS; i++) {
        ck_assert(a[i][0] >= 1e-4 && a[i][0] <= 10 && (a[i][1] == 0.5 || a[i][1] == 0.9));
        low += a[i][0] < 1e-2;
        half += a[i][1] == 0.5;
    }
    ck_near(low / DRAWS, 0.4, 0.05); /* two of five decades; four deviations are 0.044 */
    ck_near(half / DRAWS, 0.5, 0.05);
    ck_assert(report.best < DRAWS && best[0] == a[report.best][0] && report.score < 0.01);
    ck_ok(
        lgd_choose(axes, 2, try_bowl, &ctx, &(lgd_choose_options){.draws = 50, .seed = 5, .points = b[0]}, NULL, NULL));
    ck_assert(memcmp(a, b, 50 * sizeof *a) != 0);
}
END_TEST

START_TEST(choose_failed_candidates_last_and_counted)
{
    double scores[12];
    bowl b = {.fail_from = 9, .code = LGD_EDIVERGED};
    lgd_choose_report report;
    ck_ok(lgd_choose(axes, 2, try_bowl, &b, &(lgd_choose_options){.scores = scores, .maximize = true}, NULL, &report));
    ck_assert(b.calls == 12 && report.failed == 4 && report.best == 0);
    for (size_t i = 0; i < 12; i++)
        ck_assert(isnan(scores[i]) == (i >= 8));
    b = (bowl){.fail_from = 1, .code = LGD_EUSER};
    ck_fails(lgd_choose(axes, 2, try_bowl, &b, NULL, NULL, &report), LGD_EUSER,
             "all 12 candidates failed, one that does not is accepted; the first: bowl: cracked");
    ck_assert(report.failed == 12 && isnan(report.score));
    b = (bowl){.fail_from = 3, .code = LGD_EINVAL};
    ck_fails(lgd_choose(axes, 2, try_bowl, &b, NULL, NULL, &report), LGD_EINVAL, "cracked");
    ck_assert(b.calls == 3 && report.candidates == 2);

    /* A score that is no number has failed too. */
    double sign = NAN;
    const lgd_axis line = {.name = "x", .low = 1, .high = 1, .count = 1};
    ck_fails(lgd_choose(&line, 1, try_slope, &sign, NULL, NULL, NULL), LGD_EDIVERGED,
             "score of candidate 0 is nan, a finite number");
}
END_TEST

START_TEST(choose_text_shortest_digits_and_names)
{
    char text[64];
    const double numbers[] = {0.1, 1e-5, 100, 1.0 / 3, 123456789, 1e300, 0.30000000000000004};
    const char *shown[] = {"0.1", "1e-05", "100", "0.3333333333333333", "123456789", "1e+300", "0.30000000000000004"};
    for (size_t i = 0; i < 7; i++) {
        ck_ok(lgd_choose_text(axes, 2, (double[]){numbers[i], 0.9}, "{lr}", text, sizeof text));
        ck_assert_str_eq(text, shown[i]);
        ck_assert(strtod(text, NULL) == numbers[i]);
    }
    const double point[2] = {0.01, 0.9};
    ck_ok(lgd_choose_text(axes, 2, point, "adam:beta1={beta1},lr={lr},beta2={beta1}", text, sizeof text));
    ck_assert_str_eq(text, "adam:beta1=0.9,lr=0.01,beta2=0.9");
    ck_ok(lgd_choose_text(axes, 2, point, "sgd", text, 4));
    ck_assert_str_eq(text, "sgd");
    ck_fails(lgd_choose_text(axes, 2, point, "sgd", text, 3), LGD_ERANGE, "more than 2 letters");
    ck_fails(lgd_choose_text(axes, 2, point, "sgd:lr={lrr}", text, 64), LGD_EINVAL,
             "{lrr} in the optimizer is no axis, {lr}");
    ck_fails(lgd_choose_text(axes, 2, point, "sgd:lr={lr", text, 64), LGD_EINVAL, "a } after each {");
    ck_fails(lgd_choose_text(axes, 2, NULL, "sgd", text, 64), LGD_EINVAL, "point is NULL");
    ck_fails(lgd_choose_text(axes, 2, point, NULL, text, 64), LGD_EINVAL, "optimizer is NULL");
    ck_fails(lgd_choose_text(axes, 2, point, "sgd", NULL, 64), LGD_EINVAL, "text is NULL");
    ck_fails(lgd_choose_text(axes, 2, point, "sgd", text, 0), LGD_EINVAL, "size is 0");
    ck_ok(lgd_choose_text_sized(axes, sizeof *axes, 2, point, "{beta1}", text, 64));
    ck_assert_str_eq(text, "0.9");
}
END_TEST

START_TEST(choose_bad_input_named)
{
    bowl b = {0};
    const double values[2] = {1, NAN};
    const struct {
        lgd_axis axis;
        const char *words;
    } bad[] = {{{.low = 1, .high = 2, .count = 2}, "name of axis 0 is NULL"},
               {{.name = "l r", .low = 1, .high = 2, .count = 2}, "name of axis 0 is \"l r\""},
               {{.name = "", .low = 1, .high = 2, .count = 2}, "name of axis 0 is \"\""},
               {{.name = "x", .low = 1, .high = 2}, "count is 0"},
               {{.name = "x", .values = values}, "count is 0"},
               {{.name = "x", .values = values, .count = 2}, "values[1] of x is nan"},
               {{.name = "x", .low = 2, .high = 1, .count = 2}, "low and high of x are 2 and 1"},
               {{.name = "x", .low = 0, .high = INFINITY, .count = 2}, "low and high of x are 0 and inf"},
               {{.name = "x", .low = 0, .high = 1, .count = 2, .log = true}, "low of x is 0 with log"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_fails(lgd_choose(&bad[i].axis, 1, try_bowl, &b, NULL, NULL, NULL), LGD_EINVAL, bad[i].words);
    const lgd_axis twice[2] = {{.name = "x", .high = 1, .count = 1}, {.name = "x", .high = 1, .count = 1}};
    ck_fails(lgd_choose(twice, 2, try_bowl, &b, NULL, NULL, NULL), LGD_EINVAL, "name of axes 0 and 1 is \"x\"");
    const lgd_axis huge[2] = {{.name = "x", .high = 1, .count = PTRDIFF_MAX / 2},
                              {.name = "y", .high = 1, .count = 99}};
    ck_fails(lgd_choose(huge, 2, try_bowl, &b, NULL, NULL, NULL), LGD_ERANGE, "number of candidates");
    ck_fails(lgd_choose(NULL, 1, try_bowl, &b, NULL, NULL, NULL), LGD_EINVAL, "axes is NULL");
    ck_fails(lgd_choose(axes, 0, try_bowl, &b, NULL, NULL, NULL), LGD_EINVAL, "number of axes is 0");
    ck_fails(lgd_choose(axes, 2, NULL, &b, NULL, NULL, NULL), LGD_EINVAL, "try_one is NULL");
    ck_fails(lgd_choose(axes, 2, try_bowl, &b, &(lgd_choose_options){.optimizer = "sgd:lr={rate}"}, NULL, NULL),
             LGD_EINVAL, "{rate} in the optimizer is no axis");
    ck_assert_uint_eq(b.calls, 0);
    lgd_choose_report report;
    ck_ok(lgd_choose_sized(axes, sizeof *axes, 2, try_bowl, &b, NULL, 0, NULL, &report, sizeof report));
    ck_assert_uint_eq(report.candidates, 12);
}
END_TEST

/* ---- both, as they are meant to be used: rate and strength chosen by folds */

typedef struct search {
    problem p;
    lgd_split *split;
} search;

static lgd_status try_ridge(void *ctx, const char *optimizer, const double *point, double *score, double *error)
{
    const search *s = ctx;
    lgd_cv_report report;
    const lgd_glm_options glm = {.l2 = lgd_zero(point[1]), .intercept = true};
    const lgd_cv_glm_options o = {.optimizer = optimizer, .standardize = true};
    const lgd_status status = lgd_cross_validate_glm(s->split, s->p.X, s->p.d.y, lgd_loss_squared(), &glm,
                                                     &(lgd_minimize_options){.max_epochs = 200}, &o, &report);
    *score = report.mean;
    *error = report.standard_error;
    return status;
}

/* features: 57 */
START_TEST(choose_rate_and_strength_by_folds_reproducible)
{
    search s = {.p = problem_create(false, false)};
    static const double strengths[3] = {0, 0.1, 10};
    const lgd_axis both[2] = {{.name = "lr", .low = 1e-3, .high = 100, .count = 6, .log = true},
                              {.name = "l2", .values = strengths, .count = 3}};
    double scores[18], again[18], best[2];
    lgd_choose_report report;
    s.split = room_of(&s.p.r, M, 4);
    ck_ok(lgd_split_draw(s.split, NULL, NULL));
    lgd_choose_options o = {.optimizer = "sgd:lr={lr}", .scores = scores};
    ck_ok(lgd_choose(both, 2, try_ridge, &s, &o, best, &report));
    ck_assert(report.failed >= 6 && report.failed < 12); /* rates of 10 and 100 diverge, and cost nothing else */
    ck_assert(best[0] >= 0.01 && best[0] <= 1 && best[1] < 10 && report.score < 0.1);
    o.scores = again;
    ck_ok(lgd_choose(both, 2, try_ridge, &s, &o, NULL, NULL));
    ck_assert(!memcmp(scores, again, sizeof scores));
    problem_free(&s.p);
}
END_TEST

START_TEST(choose_memory_each_request_failing_clean)
{
    problem p = problem_create(true, true);
    const double shares[3] = {2, 1, 1};
    double group[M];
    size_t failures = 0;
    for (size_t i = 0; i < M; i++)
        group[i] = (double)(i % 9);
    for (size_t k = 1;; k++) {
        bowl b = {0};
        lgd_matrix *X = NULL;
        lgd_cv_report report;
        memory_watch(k);
        lgd_status status = lgd_split_draw(room_of(&p.r, M, 3), shares, &(lgd_split_options){.groups = group});
        if (!status)
            status = lgd_matrix_imputed(&X, M, N, p.d.X, N, NULL);
        if (!status)
            status = lgd_cross_validate_glm(&p.r.split, X, p.d.y, lgd_loss_logistic(), &ridge,
                                            &(lgd_minimize_options){.max_epochs = 2},
                                            &(lgd_cv_glm_options){.standardize = true}, &report);
        if (!status)
            status = lgd_cross_validate(&p.r.split, note, &(noted){.rows = M}, NULL, NULL);
        if (!status)
            status = lgd_choose(axes, 2, try_bowl, &b, NULL, NULL, NULL);
        lgd_matrix_free(X);
        ck_assert_uint_eq(memory_live(), 0);
        memory_unwatch();
        if (!status)
            break;
        failures++;
        ck_assert_int_eq(status, LGD_ENOMEM);
    }
    ck_assert_uint_ge(failures, 40);
    problem_free(&p);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("choose");
    CASE(s, split_folds_each_row_once_sizes_within_one);
    CASE(s, split_same_seed_same_parts_another_seed_others);
    CASE(s, split_shares_by_largest_remainder);
    CASE(s, split_stratified_every_class_in_proportion);
    CASE(s, split_groups_never_parted_and_parts_even);
    CASE(s, split_bad_input_named);
    CASE(s, cross_validate_mean_and_error_of_the_scores);
    CASE(s, cross_validate_failed_folds_counted_and_told);
    CASE(s, cross_validate_glm_bits_of_folds_by_hand);
    CASE(s, cross_validate_glm_least_squares_leave_one_out_formula);
    CASE(s, cross_validate_glm_several_outputs_answers);
    CASE(s, cross_validate_glm_averages_are_scored);
    CASE(s, cross_validate_glm_bad_input_named);
    CASE(s, choose_grid_every_point_once_and_the_first_of_equals);
    CASE(s, choose_first_within_one_error_of_the_best);
    CASE(s, choose_draws_in_range_by_seed_and_the_first_the_same);
    CASE(s, choose_failed_candidates_last_and_counted);
    CASE(s, choose_text_shortest_digits_and_names);
    CASE(s, choose_bad_input_named);
    CASE(s, choose_rate_and_strength_by_folds_reproducible);
    CASE(s, choose_memory_each_request_failing_clean);
    return suite_run(s);
}
