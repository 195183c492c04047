/* A run in words and numbers: every constant is there, and the method's line makes the same method again. */
#include "problems.h"
#include <stdio.h>

enum { ROOM = 4096 };

static lgd_status flat(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim, (void)w;
    *f = 0;
    if (g)
        memset(g, 0, dim * sizeof *g);
    return LGD_OK;
}

static const char *described(const lgd_objective *f, const lgd_optimizer *opt, const lgd_minimize_options *o)
{
    static char text[ROOM];
    const size_t length = lgd_minimize_describe(f, opt, o, text, sizeof text);
    ck_assert_msg(length > 0, "%s", lgd_last_error());
    ck_assert_uint_eq(length, strlen(text));
    ck_assert_uint_eq(lgd_minimize_describe(f, opt, o, NULL, 0), length);
    return text;
}

START_TEST(run_in_full_batch_and_in_batches_say_all_there_is)
{
    model m = model_create(100, 3, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true, .l2 = 0.1}, 5);
    lgd_optimizer *opt;
    lgd_penalty *l1;
    const lgd_schedule second = {.kind = LGD_COSINE, .period = 20};
    const lgd_group groups[] = {{.first = 1, .count = 2, .lr_scale = 0.1, .decay = 0.01},
                                {.first = 3, .count = 1, .frozen = true}};
    ck_ok(lgd_optimizer_parse(&opt, "momentum:lr=0.1,form=pytorch"));
    ck_assert_str_eq(described(m.f, opt, NULL),
                     "minimise F = f\n"
                     "f(w) = 1/100 sum_i logistic(x_i.w + b, y_i) + 0.1/2 |w|^2; 100 rows, 3 columns, 1 output, 4 "
                     "parameters\n"
                     "by momentum:lr=0.1,momentum=0.9,dampening=0,form=pytorch\n"
                     "all 100 rows at each step\n"
                     "until max_epochs=1000 grad_tol=1e-06 divergence_factor=1000000\n");
    ck_ok(lgd_penalty_l1_create(&l1, 0.3));
    ck_ok(lgd_optimizer_groups(opt, groups, 2));
    ck_ok(lgd_optimizer_average(opt, &(lgd_average){.kind = LGD_AVERAGE_EMA, .start = 7}));
    ck_assert_str_eq(
        described(m.f, opt,
                  &(lgd_minimize_options){
                      .batch_size = 32,
                      .seed = 9,
                      .last = LGD_LAST_DROP,
                      .estimator = LGD_SAGA,
                      .penalty = l1,
                      .max_steps = 1000000,
                      .f_tol = 1.0 / 3,
                      .clip_norm = 5,
                      .schedule = {.kind = LGD_MULTI_STEP,
                                   .milestones = (const double[]){2, 5},
                                   .milestone_count = 2,
                                   .factor = 0.5,
                                   .until = 10,
                                   .next = &second},
                  }),
        "minimise F = f + 0.3 |w|_1\n"
        "f(w) = 1/100 sum_i logistic(x_i.w + b, y_i) + 0.1/2 |w|^2; 100 rows, 3 columns, 1 output, 4 parameters\n"
        "by momentum:lr=0.1,momentum=0.9,dampening=0,form=pytorch\n"
        "group w[1 .. 2]: lr_scale=0.1 decay=0.01\n"
        "group w[3 .. 3]: frozen\n"
        "average ema: start=7 period=1 decay=0.999\n"
        "batches of 32 of 100 rows, shuffled, seed=9, a short last one left out, estimator saga\n"
        "schedule multi_step factor=0.5 until=10 milestones=2,5, then cosine period=20\n"
        "until max_steps=1000000 grad_tol=1e-06 f_tol=0.3333333333333333 clip_norm=5 divergence_factor=1000000\n");
    ck_ok(lgd_optimizer_groups(opt, NULL, 0));
    const double scale[4] = {1, 0, 0, 1};
    const char *text = described(m.f, opt,
                                 &(lgd_minimize_options){.maximize = true,
                                                         .penalty = l1,
                                                         .lr_scale = scale,
                                                         .saddle = LGD_SADDLE_ESCAPE,
                                                         .start_rows = 10,
                                                         .grad_tol = LGD_ZERO,
                                                         .schedule = {.warmup = 3, .per_step = true}});
    ck_assert_ptr_nonnull(strstr(text, "maximise F = f - (0.3 |w|_1)\n"));
    ck_assert_ptr_nonnull(strstr(text, "lr_scale of each coordinate, 2 of them frozen\n"));
    ck_assert_ptr_nonnull(strstr(text, "all 100 rows at each step, from a sample of 10 on, seed=0\n"));
    ck_assert_ptr_nonnull(strstr(text, "schedule constant warmup=3 per step\n"));
    ck_assert_ptr_nonnull(strstr(text, "until max_epochs=1000 divergence_factor=1000000 saddle=2\n"));
    lgd_penalty_free(l1);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

START_TEST(method_every_one_is_read_back_with_all_its_options)
{
    lgd_objective *f;
    const lgd_optimizer_ops *ops;
    ck_ok(lgd_function_create(&f, 4, flat, NULL));
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)); i++) {
        char line[ROOM];
        lgd_optimizer *opt, *again;
        ck_ok(lgd_optimizer_parse(&opt, ops->name));
        const char *by = strstr(described(f, opt, NULL), "\nby ") + 4;
        snprintf(line, sizeof line, "%.*s", (int)strcspn(by, "\n"), by);
        for (const lgd_option *o = ops->options; o && o->name; o++)
            ck_assert_msg(strstr(line, o->name) != NULL, "%s: %s", line, o->name);
        ck_ok(lgd_optimizer_parse(&again, line));
        for (const lgd_option *o = ops->options; o && o->name; o++) {
            double a, b;
            ck_ok(lgd_optimizer_option(opt, o->name, &a));
            ck_ok(lgd_optimizer_option(again, o->name, &b));
            ck_assert_msg(a == b, "%s: %s", line, o->name);
        }
        lgd_optimizer_free(opt);
        lgd_optimizer_free(again);
    }
    lgd_optimizer *opt;
    ck_ok(lgd_optimizer_parse(&opt, "sgd:lr=auto"));
    ck_assert_ptr_nonnull(strstr(described(f, opt, NULL), "\nby sgd:lr=auto"));
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

START_TEST(penalty_every_one_says_its_formula)
{
    static const double low[] = {0, 0, -1, -1}, high[] = {1, 1, 1, 2};
    const lgd_penalty_group groups[] = {{.first = 0, .count = 2}, {.first = 2, .count = 2}};
    lgd_penalty *p[13];
    lgd_objective *f;
    lgd_optimizer *opt;
    ck_ok(lgd_penalty_l1_create(&p[0], 0.1));
    ck_ok(lgd_penalty_elastic_net_create(&p[1], 0.1, 2));
    ck_ok(lgd_penalty_elastic_box_create(&p[2], 0.1, 2, 1, low, NULL));
    ck_ok(lgd_penalty_group_l1_create(&p[3], 0.7, groups, 2));
    ck_ok(lgd_penalty_total_variation_create(&p[4], 0.25));
    ck_ok(lgd_penalty_box_create(&p[5], 1, low, high));
    ck_ok(lgd_penalty_box_create(&p[6], 4, low, high));
    ck_ok(lgd_penalty_non_negative_create(&p[7]));
    ck_ok(lgd_penalty_simplex_create(&p[8], 1));
    ck_ok(lgd_penalty_l1_ball_create(&p[9], 3));
    ck_ok(lgd_penalty_l2_ball_create(&p[10], 1e300));
    const lgd_penalty_range ranges[] = {{.penalty = p[0], .first = 0, .count = 1},
                                        {.penalty = p[7], .first = 2, .count = 2}};
    ck_ok(lgd_penalty_ranges_create(&p[11], ranges, 2));
    ck_ok(lgd_penalty_box_create(&p[12], 1, NULL, high));
    static const char *const said[] = {" + 0.1 |w|_1\n",
                                       " + 0.1 |w|_1 + 2/2 |w|^2\n",
                                       " + 0.1 |w|_1 + 2/2 |w|^2, 0 <= w_j\n",
                                       " + 0.7 sum_g weight_g |w_g|_2 over 2 groups\n",
                                       " + 0.25 sum_j |w_{j+1} - w_j|\n",
                                       " subject to 0 <= w_j <= 1\n",
                                       " subject to lower_j <= w_j <= upper_j by 4 pairs\n",
                                       " subject to 0 <= w_j\n",
                                       " subject to w_j >= 0, sum_j w_j = 1\n",
                                       " subject to |w|_1 <= 3\n",
                                       " subject to |w|_2 <= 1e+300\n",
                                       " + of w[0 .. 0]: 0.1 |w|_1; of w[2 .. 3]: 0 <= w_j\n",
                                       " subject to w_j <= 1\n"};
    ck_ok(lgd_function_create(&f, 4, flat, NULL));
    ck_ok(lgd_optimizer_parse(&opt, "fista"));
    for (size_t i = 0; i < sizeof p / sizeof *p; i++) {
        const char *text = described(f, opt, &(lgd_minimize_options){.penalty = p[i]});
        ck_assert_msg(!strncmp(text, "minimise F = f", 14) && !strncmp(text + 14, said[i], strlen(said[i])), "%zu: %s",
                      i, text);
    }
    ck_ok(lgd_optimizer_penalty(opt, p[0])); /* that of the optimizer, too */
    ck_assert_ptr_nonnull(strstr(described(f, opt, NULL), said[0]));
    lgd_optimizer_free(opt);
    for (size_t i = sizeof p / sizeof *p; i-- > 0;)
        lgd_penalty_free(p[i]);
    lgd_objective_free(f);
}
END_TEST

START_TEST(run_that_cannot_be_is_not_described)
{
    lgd_objective *f;
    lgd_optimizer *opt;
    char text[16] = "as it was";
    ck_ok(lgd_function_create(&f, 1, flat, NULL));
    ck_ok(lgd_optimizer_parse(&opt, "sgd"));
    ck_assert_uint_eq(lgd_minimize_describe(NULL, opt, NULL, text, sizeof text), 0);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "describe: f is NULL"));
    ck_assert_uint_eq(lgd_minimize_describe(f, NULL, NULL, text, sizeof text), 0);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "describe: opt is NULL"));
    const lgd_minimize_options wrong = {.f_tol = -1};
    ck_assert_uint_eq(lgd_minimize_describe_sized(f, opt, &wrong, sizeof wrong, text, sizeof text), 0);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "minimize: f_tol is -1"));
    ck_assert_str_eq(text, "as it was");
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("describe");
    CASE(suite, run_in_full_batch_and_in_batches_say_all_there_is);
    CASE(suite, method_every_one_is_read_back_with_all_its_options);
    CASE(suite, penalty_every_one_says_its_formula);
    CASE(suite, run_that_cannot_be_is_not_described);
    return suite_run(suite);
}
