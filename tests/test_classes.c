/* Models of classes: targets that are numbers of classes, weights of classes, rows that a model tells apart, and what a model says
 * it is. */
#include "problems.h"
#include "datasets.h"

enum { ROWS = 90, COLS = 4, CLASSES = 3 };

/* Rows around a centre of each of three classes, in turn, too near one another to be told apart. */
typedef struct classes {
    double X[ROWS * COLS], y[ROWS], weights[ROWS];
    lgd_matrix *matrix;
} classes;

static void classes_create(classes *c)
{
    fill(7, (size_t)ROWS * COLS, -1, 1, c->X);
    fill(8, ROWS, 0.5, 2, c->weights);
    for (size_t i = 0; i < ROWS; i++) {
        c->y[i] = (double)(i % 7 == 0 ? 0 : i % CLASSES);
        c->X[i * COLS + i % CLASSES] += 0.7;
    }
    ck_ok(lgd_matrix_dense(&c->matrix, ROWS, COLS, c->X, COLS));
}

/* ---- softmax in the place of any loss: one target, k scores */

START_TEST(softmax_every_op_agrees_with_differences_and_reference)
{
    enum { DIM = (COLS + 1) * CLASSES };
    static const lgd_glm_options options[] = {{.outputs = CLASSES},
                                              {.outputs = CLASSES, .intercept = true, .l2 = 0.1},
                                              {.outputs = CLASSES, .intercept = true}};
    classes c;
    double offset[ROWS * CLASSES], w[DIM], value;
    classes_create(&c);
    fill(9, (size_t)ROWS * CLASSES, -1, 1, offset);
    fill(10, DIM, -1, 1, w);
    for (size_t o = 0; o < sizeof options / sizeof *options; o++)
        for (int rich = 0; rich < 2; rich++) {
            lgd_glm_options with = options[o];
            lgd_objective *f;
            lgd_gradient_check check;
            real sum = 0, weight = 0;
            with.weights = rich ? c.weights : NULL;
            with.offset = rich ? offset : NULL;
            ck_ok(lgd_glm_create(&f, c.matrix, c.y, lgd_loss_softmax(), &with));
            ck_ok(lgd_objective_check_gradient(f, w, &check));
            ck_assert_double_le(check.error, 1e-7);
            ck_ok(lgd_objective_check_product(f, w, 3, &check));
            ck_assert_double_le(check.error, 1e-7);
            ck_ok(lgd_objective_eval(f, NULL, w, &value, NULL));
            for (size_t i = 0; i < ROWS; i++) {
                const real omega = rich ? (real)c.weights[i] : 1;
                real z[CLASSES], all = 0;
                for (size_t e = 0; e < CLASSES; e++) {
                    z[e] =
                        (rich ? (real)offset[i * CLASSES + e] : 0) + (with.intercept ? (real)w[COLS * CLASSES + e] : 0);
                    for (size_t j = 0; j < COLS; j++)
                        z[e] += (real)c.X[i * COLS + j] * w[j * CLASSES + e];
                    all += expl(z[e]);
                }
                sum += omega * (logl(all) - z[(size_t)c.y[i]]);
                weight += omega;
            }
            sum /= weight;
            for (size_t j = 0; j < (size_t)COLS * CLASSES; j++)
                sum += (real)with.l2 / 2 * w[j] * w[j];
            ck_near(value, sum, 1e-14);
            lgd_objective_free(f);
        }
    lgd_matrix_free(c.matrix);
}
END_TEST

START_TEST(softmax_of_two_classes_equals_logistic)
{
    /* Scores (-z/2, z/2) are those of a logistic model of z, whatever the method: values, gradients, SAGA's steps on single rows. */
    enum { N = 6, M = 200 };
    data d = data_create(M, N, 1, true, 4);
    lgd_matrix *X;
    lgd_objective *one, *two;
    double w[N + 1], W[2 * (N + 1)], g[N + 1], G[2 * (N + 1)], f, F;
    ck_ok(lgd_matrix_dense(&X, M, N, d.X, N));
    ck_ok(lgd_glm_create(&one, X, d.y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}));
    ck_ok(lgd_glm_create(&two, X, d.y, lgd_loss_softmax(), &(lgd_glm_options){.intercept = true, .outputs = 2}));
    fill(11, N + 1, -1, 1, w);
    for (size_t j = 0; j <= N; j++) {
        W[2 * j] = -w[j] / 2;
        W[2 * j + 1] = w[j] / 2;
    }
    ck_ok(lgd_objective_eval(one, NULL, w, &f, g));
    ck_ok(lgd_objective_eval(two, NULL, W, &F, G));
    ck_near(F, f, 1e-15);
    for (size_t j = 0; j <= N; j++) {
        ck_near(G[2 * j + 1], g[j], 1e-14);
        ck_near(G[2 * j], -g[j], 1e-14);
    }
    /* A step of the latter at half the rate moves z by as much. */
    for (int estimator = LGD_MINIBATCH; estimator <= LGD_SARAH; estimator++) {
        lgd_optimizer *a, *b;
        const lgd_minimize_options how = {
            .batch_size = 8, .max_epochs = 3, .estimator = (lgd_estimator)estimator, .grad_tol = LGD_ZERO};
        memset(w, 0, sizeof w);
        memset(W, 0, sizeof W);
        ck_ok(lgd_sgd_create(&a, &(lgd_sgd_options){.lr = 0.5}));
        ck_ok(lgd_sgd_create(&b, &(lgd_sgd_options){.lr = 0.25}));
        ck_ok(lgd_minimize(one, a, w, &how, NULL));
        ck_ok(lgd_minimize(two, b, W, &how, NULL));
        for (size_t j = 0; j <= N; j++)
            ck_near(W[2 * j + 1] - W[2 * j], w[j], 1e-13);
        lgd_optimizer_free(a);
        lgd_optimizer_free(b);
    }
    double p[M], P[2 * M];
    ck_ok(lgd_glm_predict(one, X, w, p, 1));
    ck_ok(lgd_glm_predict(two, X, W, P, 2));
    for (size_t i = 0; i < M; i++) {
        ck_near(P[2 * i] + P[2 * i + 1], 1, 1e-15);
        ck_near(P[2 * i + 1], p[i], 1e-12);
    }
    lgd_objective_free(one);
    lgd_objective_free(two);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

START_TEST(softmax_rate_from_bounds_holds_and_newton_and_lbfgs_agree)
{
    classes c;
    enum { DIM = (COLS + 1) * CLASSES };
    double w[3][DIM] = {{0}};
    lgd_objective *f;
    lgd_optimizer *opt[3];
    lgd_report report;
    classes_create(&c);
    ck_ok(lgd_glm_create(&f, c.matrix, c.y, lgd_loss_softmax(),
                         &(lgd_glm_options){.outputs = CLASSES, .intercept = true, .l2 = 0.05}));
    ck_ok(lgd_optimizer_parse(&opt[0], "newton"));
    ck_ok(lgd_optimizer_parse(&opt[1], "lbfgs"));
    ck_ok(lgd_optimizer_parse(&opt[2], "sgd:lr=auto"));
    for (size_t i = 0; i < 3; i++) {
        double before = INFINITY;
        ck_ok(lgd_minimize(f, opt[i], w[i], &(lgd_minimize_options){.max_epochs = 20000, .grad_tol = 1e-11}, &report));
        ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
        ck_assert(report.f < before);
        for (size_t j = 0; j < (size_t)COLS * CLASSES; j++)
            ck_near(w[i][j], w[0][j], 1e-8);
        for (size_t e = 1; e < CLASSES; e++) /* intercepts are determined up to a shift of all */
            ck_near(w[i][DIM - 1] - w[i][DIM - 1 - e], w[0][DIM - 1] - w[0][DIM - 1 - e], 1e-8);
        lgd_optimizer_free(opt[i]);
    }
    lgd_objective_free(f);
    lgd_matrix_free(c.matrix);
}
END_TEST

START_TEST(softmax_gap_bounds_the_distance_to_the_minimum_with_and_without_intercepts)
{
    enum { DIM = (COLS + 1) * CLASSES };
    classes c;
    lgd_penalty *l1;
    lgd_optimizer *opt;
    lgd_report report;
    classes_create(&c);
    ck_ok(lgd_penalty_l1_create(&l1, 0.02));
    for (int how = 0; how < 8; how++) {
        const bool intercept = how & 1, weighed = how & 2, sparse = how & 4;
        lgd_objective *f;
        double w[DIM] = {0}, at[DIM], off[DIM], value, gap, least;
        const lgd_penalty *h = sparse ? l1 : NULL;
        ck_ok(lgd_glm_create(&f, c.matrix, c.y, lgd_loss_softmax(),
                             &(lgd_glm_options){.outputs = CLASSES,
                                                .intercept = intercept,
                                                .l2 = sparse ? 0 : 0.05,
                                                .weights = weighed ? c.weights : NULL}));
        ck_ok(lgd_optimizer_parse(&opt, sparse ? "fista" : "lbfgs"));
        ck_ok(lgd_minimize(
            f, opt, w,
            &(lgd_minimize_options){.gap_tol = 1e-12, .grad_tol = LGD_ZERO, .penalty = h, .max_epochs = 5000},
            &report));
        ck_assert_msg(report.stop == LGD_STOP_GAP_TOL, "%d: %s, gap %g", how, lgd_stop_string(report.stop), report.gap);
        lgd_optimizer_free(opt);
        least = report.f;
        for (size_t k = 0; k < 20; k++) {
            const double size = pow(10, -(double)(k % 7));
            fill(100 + k, DIM, -size, size, off);
            for (size_t j = 0; j < lgd_objective_dim(f); j++)
                at[j] = w[j] + off[j];
            ck_ok(lgd_objective_eval(f, NULL, at, &value, NULL));
            for (size_t j = 0; sparse && j < (size_t)COLS * CLASSES; j++)
                value += 0.02 * fabs(at[j]);
            ck_ok(lgd_duality_gap(f, h, at, &gap));
            ck_assert_msg(isfinite(gap) && gap >= value - least - 1e-11, "%d: %g above, gap %g", how, value - least,
                          gap);
        }
        lgd_objective_free(f);
    }
    /* A class without rows, and an intercept: there is no minimum that a gap could be above of. */
    enum { FOUR = CLASSES + 1 };
    lgd_objective *f;
    double w[(COLS + 1) * FOUR] = {0}, gap;
    ck_ok(lgd_glm_create(&f, c.matrix, c.y, lgd_loss_softmax(),
                         &(lgd_glm_options){.outputs = FOUR, .intercept = true, .l2 = 0.1}));
    ck_ok(lgd_duality_gap(f, NULL, w, &gap));
    ck_assert(gap == INFINITY);
    lgd_objective_free(f);
    lgd_penalty_free(l1);
    lgd_matrix_free(c.matrix);
}
END_TEST

/* ---- targets that are no classes */

START_TEST(class_out_of_range_names_row_value_and_range)
{
    classes c;
    lgd_objective *f;
    const lgd_glm_options three = {.outputs = CLASSES};
    classes_create(&c);
    for (size_t i = 0; i < 4; i++) {
        static const double wrong[] = {3, -1, 1.5, NAN};
        static const char *const said[] = {"target of row 41 is 3, a whole number from 0 to 2 is accepted",
                                           "target of row 41 is -1, a whole number from 0 to 2 is accepted",
                                           "target of row 41 is 1.5, a whole number from 0 to 2 is accepted",
                                           "target of row 41 is nan, a whole number from 0 to 2 is accepted"};
        c.y[41] = wrong[i];
        ck_fails(lgd_glm_create(&f, c.matrix, c.y, lgd_loss_softmax(), &three), LGD_EINVAL, said[i]);
        ck_assert_ptr_null(f);
    }
    /* What is not counted may be anything. */
    c.weights[41] = 0;
    ck_ok(lgd_glm_create(&f, c.matrix, c.y, lgd_loss_softmax(),
                         &(lgd_glm_options){.outputs = CLASSES, .weights = c.weights}));
    lgd_objective_free(f);
    ck_ok(lgd_glm_create(&f, c.matrix, c.y, lgd_loss_softmax(),
                         &(lgd_glm_options){.outputs = CLASSES, .weights = c.weights, .balanced = true}));
    lgd_objective_free(f);
    c.y[41] = 2;
    ck_fails(lgd_glm_create(&f, c.matrix, c.y, lgd_loss_logistic(), NULL), LGD_EINVAL,
             "target of row 2 is 2, 0 or 1 is accepted by the logistic loss");
    lgd_matrix_free(c.matrix);
}
END_TEST

START_TEST(class_without_rows_is_never_predicted_and_refused_where_it_is_to_be_balanced)
{
    /* Four outputs, of which the last has no row: its probability goes to 0, all others are those of a model without it. */
    enum { FOUR = CLASSES + 1 };
    classes c;
    lgd_objective *f[2];
    double w[(COLS + 1) * FOUR] = {0}, v[(COLS + 1) * CLASSES] = {0}, P[ROWS * FOUR], Q[ROWS * CLASSES];
    lgd_report report;
    classes_create(&c);
    ck_fails(
        lgd_glm_create(&f[0], c.matrix, c.y, lgd_loss_softmax(), &(lgd_glm_options){.outputs = FOUR, .balanced = true}),
        LGD_EINVAL, "number of rows of class 3 is 0, at least 1 of each of the 4 classes is accepted");
    for (size_t i = 0; i < 2; i++) {
        const lgd_glm_options o = {.outputs = i ? CLASSES : FOUR, .intercept = true};
        lgd_optimizer *opt;
        ck_ok(lgd_glm_create(&f[i], c.matrix, c.y, lgd_loss_softmax(), &o));
        ck_ok(lgd_optimizer_parse(&opt, "lbfgs"));
        ck_ok(lgd_minimize(f[i], opt, i ? v : w, &(lgd_minimize_options){.grad_tol = 1e-9}, &report));
        ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
        lgd_optimizer_free(opt);
    }
    ck_ok(lgd_glm_predict(f[0], c.matrix, w, P, FOUR));
    ck_ok(lgd_glm_predict(f[1], c.matrix, v, Q, CLASSES));
    for (size_t i = 0; i < ROWS; i++) {
        ck_assert_double_le(P[i * FOUR + CLASSES], 1e-6);
        for (size_t e = 0; e < CLASSES; e++)
            ck_near(P[i * FOUR + e], Q[i * CLASSES + e], 1e-6);
    }
    lgd_objective_free(f[0]);
    lgd_objective_free(f[1]);
    lgd_matrix_free(c.matrix);
}
END_TEST

/* ---- weights of classes */

START_TEST(class_weights_equal_weights_of_rows_bit_for_bit)
{
    enum { DIM = (COLS + 1) * CLASSES };
    static const double of_class[CLASSES] = {0.25, 3, 1.5};
    classes c;
    double weights[ROWS], of_rows[ROWS], w[DIM], a, b, g[DIM], h[DIM];
    classes_create(&c);
    fill(12, DIM, -1, 1, w);
    for (size_t i = 0; i < ROWS; i++) {
        of_rows[i] = of_class[(size_t)c.y[i]];
        weights[i] = c.weights[i] * of_class[(size_t)c.y[i]];
    }
    for (int rich = 0; rich < 2; rich++) {
        lgd_objective *f, *expected;
        double copy[CLASSES];
        memcpy(copy, of_class, sizeof copy);
        ck_ok(lgd_glm_create(
            &f, c.matrix, c.y, lgd_loss_softmax(),
            &(lgd_glm_options){
                .outputs = CLASSES, .intercept = true, .weights = rich ? c.weights : NULL, .class_weights = copy}));
        memset(copy, 0, sizeof copy); /* not needed any more */
        ck_ok(lgd_glm_create(
            &expected, c.matrix, c.y, lgd_loss_softmax(),
            &(lgd_glm_options){.outputs = CLASSES, .intercept = true, .weights = rich ? weights : of_rows}));
        ck_ok(lgd_objective_eval(f, NULL, w, &a, g));
        ck_ok(lgd_objective_eval(expected, NULL, w, &b, h));
        ck_assert(a == b && !memcmp(g, h, sizeof g));
        lgd_objective_free(f);
        lgd_objective_free(expected);
    }
    lgd_matrix_free(c.matrix);
}
END_TEST

START_TEST(class_of_weight_zero_is_left_out)
{
    classes c;
    lgd_objective *f;
    size_t others = 0;
    classes_create(&c);
    for (size_t i = 0; i < ROWS; i++)
        others += c.y[i] != 1;
    ck_ok(lgd_glm_create(&f, c.matrix, c.y, lgd_loss_softmax(),
                         &(lgd_glm_options){.outputs = CLASSES, .class_weights = (const double[]){1, 0, 1}}));
    ck_assert_uint_eq(lgd_objective_terms(f), others);
    lgd_objective_free(f);
    lgd_matrix_free(c.matrix);
}
END_TEST

START_TEST(balanced_gives_every_class_the_same_weight)
{
    /* n/(k n_c) without weights of rows; with them, weights in the place of counts. */
    enum { DIM = COLS + 1 };
    data d = data_create(200, COLS, 1, true, 21);
    double w[DIM], a, b, g[DIM], h[DIM];
    lgd_matrix *X;
    ck_ok(lgd_matrix_dense(&X, d.rows, COLS, d.X, COLS));
    fill(13, DIM, -1, 1, w);
    for (int rich = 0; rich < 2; rich++) {
        lgd_objective *f, *expected;
        double weights[200], of_class[2] = {0}, all = 0;
        for (size_t i = 0; i < d.rows; i++) {
            of_class[(size_t)d.y[i]] += rich ? d.weights[i] : 1;
            all += rich ? d.weights[i] : 1;
        }
        for (size_t i = 0; i < d.rows; i++)
            weights[i] = (rich ? d.weights[i] : 1) * (all / (2 * of_class[(size_t)d.y[i]]));
        ck_ok(lgd_glm_create(
            &f, X, d.y, lgd_loss_logistic(),
            &(lgd_glm_options){.intercept = true, .balanced = true, .weights = rich ? d.weights : NULL}));
        ck_ok(lgd_glm_create(&expected, X, d.y, lgd_loss_logistic(),
                             &(lgd_glm_options){.intercept = true, .weights = weights}));
        ck_ok(lgd_objective_eval(f, NULL, w, &a, g));
        ck_ok(lgd_objective_eval(expected, NULL, w, &b, h));
        ck_near(a, b, 1e-15);
        for (size_t j = 0; j < DIM; j++)
            ck_near(g[j], h[j], 1e-15);
        /* The mean over rows is what it was: a model of one score for all has the probability 1/2. */
        lgd_objective_free(f);
        lgd_objective_free(expected);
    }
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

static double distance(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                       const double *weight)
{
    double sum = 0;
    (void)ctx, (void)k;
    for (size_t i = 0; i < m; i++) {
        const double e = Z[i * ldz] - y[i], omega = weight ? weight[i] : 1;
        sum += omega * e * e;
        Z[i * ldz] = 2 * omega * e;
    }
    return sum;
}

/* A loss that is of classes by its flag, and looks at no target. */
START_TEST(class_weights_beside_targets_that_nobody_checks_are_refused_by_row)
{
    static const lgd_loss_ops ops = {.name = "distance", .flags = LGD_CLASSES, .eval = distance};
    static const double bad[] = {2, -1, 0.5, 1e300};
    const double X[] = {1, 2, 3, 4}, huge[] = {1e308, 1e308, 1e308, 1e308};
    double y[] = {0, 1, 0, 1};
    const lgd_glm_options balanced = {.balanced = true}, given = {.class_weights = (const double[]){1, 2}};
    lgd_loss *loss;
    lgd_matrix *matrix;
    lgd_objective *f;
    ck_ok(lgd_loss_create(&loss, &ops, NULL));
    ck_ok(lgd_matrix_dense(&matrix, 4, 1, X, 1));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char said[96];
        y[2] = bad[i];
        snprintf(said, sizeof said, "target of row 2 is %g, a whole number from 0 to 1 is accepted with ", y[2]);
        ck_fails(lgd_glm_create(&f, matrix, y, loss, &balanced), LGD_EINVAL, said);
        ck_fails(lgd_glm_create(&f, matrix, y, loss, &given), LGD_EINVAL, said);
        ck_ok(lgd_glm_create(&f, matrix, y, loss,
                             &(lgd_glm_options){.balanced = true, .weights = (const double[]){1, 1, 0, 1}}));
        lgd_objective_free(f);
    }
    y[2] = 0;
    ck_fails(lgd_glm_create(&f, matrix, y, loss, &(lgd_glm_options){.balanced = true, .weights = huge}), LGD_EINVAL,
             "nan with that of its class, a finite number is accepted");
    ck_fails(lgd_glm_create(&f, matrix, y, loss,
                            &(lgd_glm_options){.class_weights = (const double[]){1, 2}, .weights = huge}),
             LGD_EINVAL, "weight of row 1 is inf with that of its class, a finite number is accepted");
    lgd_matrix_free(matrix);
    lgd_loss_free(loss);
}
END_TEST

START_TEST(class_weights_that_cannot_be_are_refused_by_name)
{
    classes c;
    lgd_objective *f;
    double zeros[ROWS] = {0};
    const lgd_glm_options refused[] = {
        {.outputs = CLASSES, .class_weights = (const double[]){1, -1, 1}},
        {.outputs = CLASSES, .class_weights = (const double[]){1, 1, INFINITY}},
        {.outputs = CLASSES, .class_weights = (const double[]){0, 0, 0}},
        {.outputs = CLASSES, .class_weights = (const double[]){1, 1, 1}, .balanced = true},
        {.outputs = CLASSES, .weights = zeros},
    };
    static const char *const said[] = {"weight of class 1 is -1, a finite number >= 0 is accepted",
                                       "weight of class 2 is inf, a finite number >= 0 is accepted",
                                       "weight of all 90 rows is 0 with those of their classes",
                                       "balanced is true beside class_weights, one of the two is accepted",
                                       "weight of all 90 rows is 0, at least one positive is accepted"};
    classes_create(&c);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        ck_fails(lgd_glm_create(&f, c.matrix, c.y, lgd_loss_softmax(), &refused[i]), LGD_EINVAL, said[i]);
    ck_fails(lgd_glm_create(&f, c.matrix, c.y, lgd_loss_half_squared(), &(lgd_glm_options){.balanced = true}),
             LGD_EINVAL, "balanced is given with the half_squared loss and 1 targets a row");
    lgd_matrix_free(c.matrix);

    /* Labels for each of two outputs make no class of a row. */
    data d = data_create(40, COLS, 2, true, 22);
    ck_ok(lgd_matrix_dense(&c.matrix, 40, COLS, d.X, COLS));
    ck_fails(lgd_glm_create(&f, c.matrix, d.y, lgd_loss_logistic(),
                            &(lgd_glm_options){.outputs = 2, .class_weights = (const double[]){1, 2}}),
             LGD_EINVAL, "class_weights is given with the logistic loss and 2 targets a row");
    lgd_matrix_free(c.matrix);
    data_free(&d);
}
END_TEST

START_TEST(class_weights_without_memory_fail_cleanly)
{
    classes c;
    lgd_objective *f;
    classes_create(&c);
    for (size_t k = 1;; k++) {
        memory_watch(k);
        const lgd_status status =
            lgd_glm_create(&f, c.matrix, c.y, lgd_loss_softmax(),
                           &(lgd_glm_options){.outputs = CLASSES, .class_weights = (const double[]){1, 0, 2}});
        const bool failed = memory_made() >= k;
        lgd_objective_free(f);
        ck_assert_uint_eq(memory_live(), 0);
        memory_unwatch();
        ck_assert_int_eq(status, failed ? LGD_ENOMEM : LGD_OK);
        if (!failed)
            break;
        ck_assert_ptr_null(f);
    }
    lgd_matrix_free(c.matrix);
}
END_TEST

/* ---- what it is */

static void describes(const lgd_objective *f, const char *expected)
{
    char text[512];
    ck_assert_uint_eq(lgd_objective_describe(f, text, sizeof text), strlen(expected));
    ck_assert_str_eq(text, expected);
    ck_assert_uint_eq(lgd_objective_describe(f, NULL, 0), strlen(expected));
    char part[11];
    memset(part, 'x', sizeof part);
    ck_assert_uint_eq(lgd_objective_describe(f, part, 10), strlen(expected)); /* cut, and ended */
    ck_assert_uint_eq(strlen(part), 9);
    ck_assert(!memcmp(part, expected, 9) && part[10] == 'x');
}

static lgd_status parabola(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    *f = w[0] * w[0];
    if (g)
        g[0] = 2 * w[0];
    return LGD_OK;
}

START_TEST(describe_models_gives_formula_with_every_constant)
{
    classes c;
    lgd_objective *f, *part;
    lgd_loss *huber;
    double weights[ROWS], offset[ROWS] = {0};
    classes_create(&c);
    for (size_t i = 0; i < ROWS; i++)
        weights[i] = i < 6 ? 0 : 0.75;
    ck_ok(lgd_glm_create(
        &f, c.matrix, c.y, lgd_loss_softmax(),
        &(lgd_glm_options){
            .outputs = CLASSES, .intercept = true, .l2 = 0.1, .class_weights = (const double[]){1, 1, 1}}));
    describes(f,
              "f(w) = 1/(90 * 1) sum_i omega_i softmax(x_i.W + b, y_i) + 0.1/2 |W|^2; 90 rows, 4 columns, 3 outputs, "
              "15 parameters; weights of classes 1, 1, 1");
    lgd_objective_free(f);
    ck_ok(lgd_loss_huber_create(&huber, 1.0 / 3));
    ck_ok(lgd_glm_create(&f, c.matrix, c.y, huber, &(lgd_glm_options){.weights = weights, .offset = offset}));
    describes(f, "f(w) = 1/(84 * 0.75) sum_i omega_i huber:delta=0.3333333333333333(x_i.w + offset_i, y_i); 84 rows, 4 "
                 "columns, 1 output, 4 parameters; 6 rows of weight 0 left out");
    ck_ok(lgd_objective_subset(&part, f, &(lgd_rows){2, 20, NULL}));
    describes(part, "20 of the terms of f(w) = 1/(84 * 0.75) sum_i omega_i huber:delta=0.3333333333333333(x_i.w + "
                    "offset_i, y_i); 84 rows, 4 columns, 1 output, 4 parameters; 6 rows of weight 0 left out");
    lgd_objective_free(part);
    lgd_objective_free(f);
    lgd_loss_free(huber);
    ck_ok(lgd_function_create(&f, 1, parabola, NULL));
    describes(f, "function of 1 term, 1 parameter");
    lgd_objective_free(f);
    ck_assert_uint_eq(lgd_objective_describe(NULL, NULL, 0), 0);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "describe: f is NULL"));
    lgd_matrix_free(c.matrix);
}
END_TEST

static int described(void *ctx, char *text, size_t size)
{
    return snprintf(text, size, "%s", (const char *)ctx);
}

static lgd_status constant(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx, (void)w, (void)g;
    *f += (double)rows->count;
    return LGD_OK;
}

START_TEST(describe_asks_an_objective_of_ones_own)
{
    static char words[] = "f(w) = 1, whatever w";
    lgd_objective *f;
    ck_ok(lgd_objective_create(
        &f, 2, 3, &(lgd_objective_ops){.name = "constant", .eval = constant, .describe = described}, words));
    describes(f, words);
    lgd_objective_free(f);
    ck_ok(lgd_objective_create(&f, 2, 3, &(lgd_objective_ops){.name = "constant", .eval = constant}, NULL));
    describes(f, "constant of 3 terms, 2 parameters");
    lgd_objective_free(f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("classes");
    CASE(suite, softmax_every_op_agrees_with_differences_and_reference);
    CASE(suite, softmax_of_two_classes_equals_logistic);
    CASE(suite, softmax_rate_from_bounds_holds_and_newton_and_lbfgs_agree);
    CASE(suite, softmax_gap_bounds_the_distance_to_the_minimum_with_and_without_intercepts);
    CASE(suite, class_out_of_range_names_row_value_and_range);
    CASE(suite, class_without_rows_is_never_predicted_and_refused_where_it_is_to_be_balanced);
    CASE(suite, class_weights_equal_weights_of_rows_bit_for_bit);
    CASE(suite, class_of_weight_zero_is_left_out);
    CASE(suite, balanced_gives_every_class_the_same_weight);
    CASE(suite, class_weights_that_cannot_be_are_refused_by_name);
    CASE(suite, class_weights_beside_targets_that_nobody_checks_are_refused_by_row);
    CASE(suite, class_weights_without_memory_fail_cleanly);
    CASE(suite, describe_models_gives_formula_with_every_constant);
    CASE(suite, describe_asks_an_objective_of_ones_own);
    return suite_run(suite);
}
