/* Options as data: presets, ranges, text. */
#include "methods.h"
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>

/* ---- structs */

START_TEST(create_zero_or_null_options_presets)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = method(i)) != NULL; i++) {
        lgd_optimizer *opt[2] = {made(ops, PRESETS), NULL};
        ck_assert_int_eq(lgd_optimizer_create(&opt[1], ops, NULL, ops->options_size), LGD_OK);
        ck_assert_str_eq(lgd_optimizer_name(opt[0]), ops->name);
        for (const lgd_option *o = ops->options; o->name; o++)
            for (size_t k = 0; k < 2; k++) {
                double value;
                ck_assert_int_eq(lgd_optimizer_option(opt[k], o->name, &value), LGD_OK);
                ck_assert_double_eq(value, o->type == LGD_DOUBLE || o->type == LGD_SIZE ? o->preset : 0);
                ck_assert_double_eq(lgd_optimizer_value(opt[k], o->name, -7), value);
            }
        ck_assert_double_eq(lgd_optimizer_value(opt[0], "no such option", -7), -7);
        lgd_optimizer_free(opt[0]);
        lgd_optimizer_free(opt[1]);
    }
}
END_TEST

static void right_method(lgd_status created, const lgd_optimizer_ops *ops, lgd_optimizer **opt)
{
    ck_assert_msg(created == LGD_OK, "%s", lgd_last_error());
    ck_assert_str_eq(lgd_optimizer_name(*opt), ops->name);
    ck_assert_ptr_eq((*opt)->ops.step, ops->step);
    static const char *const given[] = {"lr", "first_step", "radius", "tol"};
    size_t i = 0;
    while (i < sizeof given / sizeof *given && !lgd_options_look(ops, given[i]))
        i++;
    ck_assert_uint_lt(i, sizeof given / sizeof *given);
    ck_assert_double_eq(lgd_optimizer_value(*opt, given[i], 0), 0.5);
    lgd_optimizer_free(*opt);
}

START_TEST(create_public_functions_right_method)
{
    lgd_optimizer *opt = NULL;
    right_method(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.5}), lgd_sgd_ops(), &opt);
    right_method(lgd_momentum_create(&opt, &(lgd_momentum_options){.lr = 0.5}), lgd_momentum_ops(), &opt);
    right_method(lgd_nesterov_create(&opt, &(lgd_nesterov_options){.lr = 0.5}), lgd_nesterov_ops(), &opt);
    right_method(lgd_nesterov_convex_create(&opt, &(lgd_nesterov_convex_options){.lr = 0.5}), lgd_nesterov_convex_ops(),
                 &opt);
    right_method(lgd_proximal_gradient_create(&opt, &(lgd_proximal_gradient_options){.lr = 0.5}),
                 lgd_proximal_gradient_ops(), &opt);
    right_method(lgd_fista_create(&opt, &(lgd_fista_options){.lr = 0.5}), lgd_fista_ops(), &opt);
    right_method(lgd_polyak_create(&opt, &(lgd_polyak_options){.lr = 0.5}), lgd_polyak_ops(), &opt);
    right_method(lgd_lion_create(&opt, &(lgd_lion_options){.lr = 0.5}), lgd_lion_ops(), &opt);
    right_method(lgd_lars_create(&opt, &(lgd_lars_options){.lr = 0.5}), lgd_lars_ops(), &opt);
    right_method(lgd_lamb_create(&opt, &(lgd_lamb_options){.lr = 0.5}), lgd_lamb_ops(), &opt);
    right_method(lgd_adagrad_create(&opt, &(lgd_adagrad_options){.lr = 0.5}), lgd_adagrad_ops(), &opt);
    right_method(lgd_rmsprop_create(&opt, &(lgd_rmsprop_options){.lr = 0.5}), lgd_rmsprop_ops(), &opt);
    right_method(lgd_adadelta_create(&opt, &(lgd_adadelta_options){.lr = 0.5}), lgd_adadelta_ops(), &opt);
    right_method(lgd_ftrl_create(&opt, &(lgd_ftrl_options){.lr = 0.5}), lgd_ftrl_ops(), &opt);
    right_method(lgd_rprop_create(&opt, &(lgd_rprop_options){.lr = 0.5}), lgd_rprop_ops(), &opt);
    right_method(lgd_yogi_create(&opt, &(lgd_yogi_options){.lr = 0.5}), lgd_yogi_ops(), &opt);
    right_method(lgd_adabelief_create(&opt, &(lgd_adabelief_options){.lr = 0.5}), lgd_adabelief_ops(), &opt);
    right_method(lgd_adam_create(&opt, &(lgd_adam_options){.lr = 0.5}), lgd_adam_ops(), &opt);
    right_method(lgd_lazy_adam_create(&opt, &(lgd_lazy_adam_options){.lr = 0.5}), lgd_lazy_adam_ops(), &opt);
    right_method(lgd_adamw_create(&opt, &(lgd_adamw_options){.lr = 0.5}), lgd_adamw_ops(), &opt);
    right_method(lgd_amsgrad_create(&opt, &(lgd_amsgrad_options){.lr = 0.5}), lgd_amsgrad_ops(), &opt);
    right_method(lgd_adamax_create(&opt, &(lgd_adamax_options){.lr = 0.5}), lgd_adamax_ops(), &opt);
    right_method(lgd_nadam_create(&opt, &(lgd_nadam_options){.lr = 0.5}), lgd_nadam_ops(), &opt);
    right_method(lgd_radam_create(&opt, &(lgd_radam_options){.lr = 0.5}), lgd_radam_ops(), &opt);
    right_method(lgd_asgd_create(&opt, &(lgd_asgd_options){.lr = 0.5}), lgd_asgd_ops(), &opt);
    right_method(lgd_schedule_free_sgd_create(&opt, &(lgd_schedule_free_sgd_options){.lr = 0.5}),
                 lgd_schedule_free_sgd_ops(), &opt);
    right_method(lgd_schedule_free_adamw_create(&opt, &(lgd_schedule_free_adamw_options){.lr = 0.5}),
                 lgd_schedule_free_adamw_ops(), &opt);
    right_method(lgd_prodigy_create(&opt, &(lgd_prodigy_options){.lr = 0.5}), lgd_prodigy_ops(), &opt);
    right_method(lgd_newton_create(&opt, &(lgd_newton_options){.first_step = 0.5}), lgd_newton_ops(), &opt);
    right_method(lgd_cd_create(&opt, &(lgd_cd_options){.tol = 0.5}), lgd_cd_ops(), &opt);
    right_method(lgd_lbfgsb_create(&opt, &(lgd_lbfgsb_options){.first_step = 0.5}), lgd_lbfgsb_ops(), &opt);
    right_method(lgd_bfgs_create(&opt, &(lgd_bfgs_options){.first_step = 0.5}), lgd_bfgs_ops(), &opt);
    right_method(lgd_cg_create(&opt, &(lgd_cg_options){.first_step = 0.5}), lgd_cg_ops(), &opt);
    right_method(lgd_bb_create(&opt, &(lgd_bb_options){.first_step = 0.5}), lgd_bb_ops(), &opt);
    right_method(lgd_newton_cg_create(&opt, &(lgd_newton_cg_options){.first_step = 0.5}), lgd_newton_cg_ops(), &opt);
    right_method(lgd_trust_region_create(&opt, &(lgd_trust_region_options){.radius = 0.5}), lgd_trust_region_ops(),
                 &opt);
    right_method(lgd_lm_create(&opt, &(lgd_lm_options){.radius = 0.5}), lgd_lm_ops(), &opt);
    right_method(lgd_dogleg_create(&opt, &(lgd_dogleg_options){.radius = 0.5}), lgd_dogleg_ops(), &opt);
}
END_TEST

START_TEST(create_lgd_zero_means_zero)
{
    lgd_optimizer *opt = NULL;
    ck_assert_int_eq(lgd_adam_create(&opt, &(lgd_adam_options){.beta1 = LGD_ZERO, .eps = lgd_zero(0)}), LGD_OK);
    ck_assert_double_eq(lgd_optimizer_value(opt, "beta1", 7), 0);
    ck_assert_double_eq(lgd_optimizer_value(opt, "eps", 7), 0);
    ck_assert_double_eq(lgd_optimizer_value(opt, "beta2", 7), 0.999);
    lgd_optimizer_free(opt);
}
END_TEST

static void refused(const lgd_optimizer_ops *ops, const lgd_option *o, double x)
{
    lgd_optimizer *opt = (lgd_optimizer *)(void *)&opt;
    char expected[80];
    ck_assert_msg(make(&opt, ops, PRESETS, o->name, x) == LGD_EINVAL, "%s: %s = %g is taken", ops->name, o->name, x);
    ck_assert_ptr_null(opt);
    snprintf(expected, sizeof expected, "%s: %s is ", ops->name, o->name);
    ck_assert_msg(strstr(lgd_last_error(), expected) == lgd_last_error(), "%s", lgd_last_error());
    ck_assert_msg(strstr(lgd_last_error(), "is accepted") != NULL, "%s", lgd_last_error());
}

static double choice_count(const lgd_option *o)
{
    double n = 1;
    for (const char *c = o->choices; *c; c++)
        n += *c == '|';
    return n;
}

/* The sentence names the option, the value as it was given, and what is accepted: each bound there is, or each choice. */
static void said_in_full(const lgd_optimizer_ops *ops, const lgd_option *o, const char *value)
{
    char part[96];
    const char *sentence = lgd_last_error();
    snprintf(part, sizeof part, "%s: %s is %s, ", ops->name, o->name, value);
    ck_assert_msg(strstr(sentence, part) == sentence, "\"%s\" does not begin with \"%s\"", sentence, part);
    const char *accepted = sentence + strlen(part);
    ck_assert_msg(strstr(accepted, "is accepted") != NULL, "%s", sentence);
    if (o->type == LGD_CHOICE)
        ck_assert_msg(strstr(accepted, o->choices) != NULL, "%s", sentence);
    for (int k = 0; k < 2 && (o->type == LGD_DOUBLE || o->type == LGD_SIZE); k++) {
        const double bound = k ? o->high : o->low;
        static const char *const words[2][2] = {{"at least", "above"}, {"at most", "below"}};
        if (isinf(bound))
            snprintf(part, sizeof part, k ? "finite" : "number");
        else
            snprintf(part, sizeof part, "%s %g", words[k][o->open >> k & 1], bound);
        ck_assert_msg(strstr(accepted, part) != NULL, "\"%s\" lacks \"%s\"", sentence, part);
    }
}

static void refused_by_struct(const lgd_optimizer_ops *ops, const lgd_option *o, double x, const char *value)
{
    lgd_optimizer *opt = (lgd_optimizer *)(void *)&opt;
    ck_assert_msg(make(&opt, ops, PRESETS, o->name, x) == LGD_EINVAL, "%s: %s = %g is taken", ops->name, o->name, x);
    ck_assert_ptr_null(opt);
    said_in_full(ops, o, value);
}

static void refused_by_text(const lgd_optimizer_ops *ops, const lgd_option *o, const char *given, const char *value)
{
    char text[128];
    lgd_optimizer *opt = (lgd_optimizer *)(void *)&opt;
    snprintf(text, sizeof text, "%s:%s=%s", ops->name, o->name, given);
    ck_assert_msg(lgd_optimizer_parse(&opt, text) == LGD_EINVAL, "%s is taken", text);
    ck_assert_ptr_null(opt);
    if (value)
        said_in_full(ops, o, value);
    else /* no number at all, or none of the words */
        ck_assert_msg(strstr(lgd_last_error(), o->name) && strstr(lgd_last_error(), "accepted"), "%s",
                      lgd_last_error());
}

START_TEST(bad_numbers_every_option_refused_in_full_by_struct_and_text)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)) != NULL; i++)
        for (const lgd_option *o = ops->options; o->name; o++) {
            if (o->type != LGD_DOUBLE)
                continue;
            double bad[8] = {INFINITY, -INFINITY};
            size_t count = 2;
            if (!isinf(o->low)) {
                bad[count++] = o->low - 0.5;
                bad[count++] = -3;
                if (o->open & 1)
                    bad[count++] = o->low;
            }
            if (!isinf(o->high)) {
                bad[count++] = o->high + 0.5;
                if (o->open & 2)
                    bad[count++] = o->high;
            }
            for (size_t k = 0; k < count; k++) {
                char value[40];
                snprintf(value, sizeof value, "%.17g", bad[k]);
                refused_by_struct(ops, o, lgd_zero(bad[k]), value);
                refused_by_text(ops, o, value, isinf(bad[k]) && bad[k] > 0 ? NULL : value);
            }
            refused_by_struct(ops, o, NAN, "nan");
            static const char *const no_number[] = {"", "nan", "inf", "x", "1e", "0.5 ", "true", "0x"};
            for (size_t k = 0; k < sizeof no_number / sizeof *no_number; k++)
                refused_by_text(ops, o, no_number[k], NULL);
        }
}
END_TEST

START_TEST(bad_whole_numbers_every_option_refused_in_full_by_struct_and_text)
{
    const lgd_optimizer_ops *ops;
    size_t sizes = 0;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)) != NULL; i++)
        for (const lgd_option *o = ops->options; o->name; o++) {
            char above[40];
            if (o->type != LGD_SIZE)
                continue;
            sizes++;
            snprintf(above, sizeof above, "%.17g", o->high + 1);
            refused_by_struct(ops, o, o->high + 1, above);
            refused_by_text(ops, o, above, above);
            static const char *const bad[] = {"-1", "2.5", "0"};
            for (size_t k = 0; k < (o->low > 0 ? 3 : 2); k++) /* a 0 that is written is none that asks for the preset */
                refused_by_text(ops, o, bad[k], bad[k]);
            static const char *const no_number[] = {"", "nan", "inf", "x", "1e", "5 ", "0x"};
            for (size_t k = 0; k < sizeof no_number / sizeof *no_number; k++)
                refused_by_text(ops, o, no_number[k], NULL);
        }
    ck_assert_uint_gt(sizes, 0);
}
END_TEST

START_TEST(bad_choices_every_option_refused_in_full_by_struct_and_text)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)) != NULL; i++)
        for (const lgd_option *o = ops->options; o->name; o++) {
            char value[40];
            int count = 1;
            for (const char *c = o->type == LGD_CHOICE ? o->choices : ""; *c; c++)
                count += *c == '|';
            for (int k = 0; k < count && o->type == LGD_CHOICE; k++) { /* each there is may be taken */
                lgd_optimizer *opt = NULL;
                ck_assert_msg(!make(&opt, ops, PRESETS, o->name, k), "%s", lgd_last_error());
                lgd_optimizer_free(opt);
            }
            const int bad[] = {-1, count, count + 1, 1000};
            for (size_t k = 0; k < 4 && o->type == LGD_CHOICE; k++) {
                snprintf(value, sizeof value, "%d", bad[k]);
                refused_by_struct(ops, o, bad[k], value);
            }
            static const char *const no_word[] = {"", "0", "1", "no such", "|"};
            for (size_t k = 0; k < 5 && o->type == LGD_CHOICE; k++)
                refused_by_text(ops, o, no_word[k], NULL);
            if (o->type == LGD_BOOL) {
                refused_by_struct(ops, o, 2, "2");
                refused_by_text(ops, o, "yes", NULL);
                refused_by_text(ops, o, "2", NULL);
            }
        }
}
END_TEST

/* A letter doubled at the end, the first one lost, two of them in each other's place: still nearest to what was meant. */
static size_t misspelt(const char *name, char wrong[3][64])
{
    const size_t length = strlen(name);
    snprintf(wrong[0], 64, "%s%c", name, name[length - 1]);
    if (length < 4)
        return 1;
    snprintf(wrong[1], 64, "%s", name + 1);
    snprintf(wrong[2], 64, "%s", name);
    wrong[2][1] = name[2];
    wrong[2][2] = name[1];
    return 3;
}

/* Is it a name by itself? rms for instance might come. */
static bool known(const lgd_optimizer_ops *of, const char *name)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; !of && (ops = lgd_optimizer_builtin(i)) != NULL; i++)
        if (!strcmp(ops->name, name))
            return true;
    for (const lgd_option *o = of ? of->options : NULL; o && o->name; o++)
        if (!strcmp(o->name, name))
            return true;
    return false;
}

START_TEST(misspelt_names_every_method_and_option_nearest_told)
{
    const lgd_optimizer_ops *ops;
    char wrong[3][64], text[160], expected[160];
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)) != NULL; i++) {
        lgd_optimizer *opt = NULL;
        for (size_t k = 0, count = misspelt(ops->name, wrong); k < count; k++) {
            if (known(NULL, wrong[k]))
                continue;
            ck_assert_int_eq(lgd_optimizer_parse(&opt, wrong[k]), LGD_EINVAL);
            snprintf(expected, sizeof expected, "optimizer: method is \"%s\", did you mean \"", wrong[k]);
            ck_assert_msg(strstr(lgd_last_error(), expected) == lgd_last_error(), "%s", lgd_last_error());
            if (!k) /* one letter more cannot be nearer to another name */
                ck_assert_msg(!strncmp(lgd_last_error() + strlen(expected), ops->name, strlen(ops->name)), "%s",
                              lgd_last_error());
        }
        for (const lgd_option *o = ops->options; o->name; o++)
            for (size_t k = 0, count = misspelt(o->name, wrong); k < count; k++) {
                if (known(ops, wrong[k]))
                    continue;
                snprintf(text, sizeof text, "%s:%s=1", ops->name, wrong[k]);
                ck_assert_int_eq(lgd_optimizer_parse(&opt, text), LGD_EINVAL);
                snprintf(expected, sizeof expected, "%s: option is \"%s\", did you mean \"", ops->name, wrong[k]);
                ck_assert_msg(strstr(lgd_last_error(), expected) == lgd_last_error(), "%s", lgd_last_error());
                if (!k)
                    ck_assert_msg(!strncmp(lgd_last_error() + strlen(expected), o->name, strlen(o->name)), "%s",
                                  lgd_last_error());
            }
    }
}
END_TEST

START_TEST(create_every_option_out_of_range_refused_by_name)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = method(i)) != NULL; i++)
        for (const lgd_option *o = ops->options; o->name; o++)
            switch (o->type) {
            case LGD_DOUBLE:
                refused(ops, o, o->low - 0.5);
                refused(ops, o, isinf(o->high) ? INFINITY : o->high + 0.5);
                refused(ops, o, NAN);
                refused(ops, o, -INFINITY);
                if (o->open & 1)
                    refused(ops, o, o->low == 0 ? LGD_ZERO : o->low);
                if (o->open & 2)
                    refused(ops, o, o->high);
                break;
            case LGD_SIZE:
                refused(ops, o, o->high + 1);
                break;
            case LGD_BOOL:
                refused(ops, o, 2);
                break;
            case LGD_CHOICE:
                refused(ops, o, choice_count(o));
                refused(ops, o, -1);
                break;
            }
}
END_TEST

/* The steps of Rprop bound one another instead, and what searches ask for: create_options_that_contradict_refused. */
START_TEST(create_bounds_that_belong_accepted)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = method(i)) != NULL; i++)
        for (const lgd_option *o = ops->options; o->name; o++) {
            if (o->type != LGD_DOUBLE || listed("step_min|step_max|c1|c2", o->name))
                continue;
            const double low = o->open & 1 ? nextafter(o->low, INFINITY) : lgd_zero(o->low);
            const double high = o->open & 2 ? nextafter(o->high, 0) : o->high;
            for (size_t k = 0; k < 2; k++) {
                lgd_optimizer *opt = NULL;
                const lgd_status status = make(&opt, ops, EVERYTHING_ELSE, o->name, k ? high : low);
                ck_assert_msg(status == LGD_OK, "%s", lgd_last_error());
                lgd_optimizer_free(opt);
            }
        }
}
END_TEST

START_TEST(create_out_of_range_sentence_exact)
{
    lgd_optimizer *opt;
    ck_assert_int_eq(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = -1}), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "sgd: lr is -1, a finite number above 0 is accepted");
    ck_assert_int_eq(lgd_adam_create(&opt, &(lgd_adam_options){.beta2 = 1}), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "adam: beta2 is 1, a number at least 0 and below 1 is accepted");
    ck_assert_int_eq(lgd_momentum_create(&opt, &(lgd_momentum_options){.form = (lgd_momentum_form)9}), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "momentum: form is 9, the number of one of classical|pytorch is accepted");
}
END_TEST

START_TEST(create_shorter_struct_rest_presets)
{
    lgd_optimizer *opt = NULL; /* of a caller whose header knew only lr and beta1 */
    const lgd_adam_options options = {.lr = 0.5, .beta1 = 0.25, .beta2 = 0.125};
    ck_assert_int_eq(lgd_optimizer_create(&opt, lgd_adam_ops(), &options, offsetof(lgd_adam_options, beta2)), LGD_OK);
    ck_assert_double_eq(lgd_optimizer_value(opt, "beta1", 0), 0.25);
    ck_assert_double_eq(lgd_optimizer_value(opt, "beta2", 0), 0.999);
    lgd_optimizer_free(opt);
    const double longer[6] = {0.5, 0.25, 0.125, 1e-8, 0, 1};
    ck_assert_int_eq(lgd_optimizer_create(&opt, lgd_adam_ops(), longer, sizeof longer), LGD_EUNSUPPORTED);
    ck_assert_ptr_null(opt);
}
END_TEST

START_TEST(create_ops_of_another_size_completed_or_refused)
{
    struct {
        lgd_optimizer_ops known;
        double unknown;
    } later = {averager_ops, 0};
    lgd_optimizer *opt = NULL; /* of a caller whose header knew no result */
    ck_assert_int_eq(lgd_optimizer_create_sized(&opt, &averager_ops, offsetof(lgd_optimizer_ops, result), NULL, 0),
                     LGD_OK);
    ck_assert(opt->ops.step == averager_ops.step && !opt->ops.result);
    lgd_optimizer_free(opt);
    ck_assert_int_eq(lgd_optimizer_create_sized(&opt, &later.known, sizeof later, NULL, 0), LGD_OK);
    ck_assert(opt->ops.result == averager_ops.result);
    lgd_optimizer_free(opt);
    later.unknown = 1; /* and of one whose header knows more than we do */
    ck_assert_int_eq(lgd_optimizer_create_sized(&opt, &later.known, sizeof later, NULL, 0), LGD_EUNSUPPORTED);
    ck_assert_ptr_null(opt);
}
END_TEST

START_TEST(create_size_without_bound_kept_exactly_negative_refused)
{
    const lgd_option table[] = {{.name = "n", .type = LGD_SIZE, .preset = 3, .high = INFINITY}, {0}};
    const lgd_optimizer_ops ops = {
        .name = "mine", .options = table, .options_size = sizeof(size_t), .step = lgd_sgd_ops()->step};
    const size_t large = ((size_t)1 << 60) + 1, negative = (size_t)-1, zero = 0;
    lgd_optimizer *opt = NULL;
    ck_assert_int_eq(lgd_optimizer_create(&opt, &ops, &large, sizeof large), LGD_OK);
    ck_assert_uint_eq(*(const size_t *)opt->options, large);
    lgd_optimizer_free(opt);
    ck_assert_int_eq(lgd_optimizer_create(&opt, &ops, &zero, sizeof zero), LGD_OK);
    ck_assert_uint_eq(*(const size_t *)opt->options, 3);
    lgd_optimizer_free(opt);
    ck_assert_int_eq(lgd_optimizer_create(&opt, &ops, &negative, sizeof negative), LGD_EINVAL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "was a negative number converted?"));
}
END_TEST

START_TEST(create_member_outside_the_table_handed_on)
{
    lgd_optimizer *opt = NULL;
    const averager_options options = {.loss_of_interest = 42};
    ck_assert_int_eq(lgd_optimizer_create(&opt, &averager_ops, &options, sizeof options), LGD_OK);
    ck_assert_double_eq(((const averager_options *)opt->options)->loss_of_interest, 42);
    lgd_optimizer_free(opt);
}
END_TEST

static lgd_status no_step(lgd_step *s)
{
    (void)s;
    return LGD_OK;
}

START_TEST(create_unsound_ops_refused_by_name)
{
    const lgd_option sound = {.name = "a", .preset = 1, .low = 0, .high = 2};
    lgd_option table[2] = {sound, {0}};
    const lgd_optimizer_ops good = {.name = "mine", .options = table, .options_size = 8, .step = no_step};
    lgd_optimizer *opt = NULL;
    ck_assert_int_eq(lgd_optimizer_create(&opt, &good, NULL, 0), LGD_OK);
    lgd_optimizer_free(opt);

    lgd_optimizer_ops ops = good;
    ops.name = NULL;
    ck_assert_int_eq(lgd_optimizer_create(&opt, &ops, NULL, 0), LGD_EINVAL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "optimizer: ops.name is missing"));
    ops = good;
    ops.step = NULL;
    ck_assert_int_eq(lgd_optimizer_create(&opt, &ops, NULL, 0), LGD_EINVAL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "mine: its step is NULL"));
    ck_assert_int_eq(lgd_optimizer_create(&opt, NULL, NULL, 0), LGD_EINVAL);
    ck_assert_int_eq(lgd_optimizer_create(NULL, &good, NULL, 0), LGD_EINVAL);

    static const struct {
        lgd_option option;
        const char *message;
    } bad[] = {
        {{.name = "a", .offset = 1, .preset = 1, .high = 2}, "mine: option a is at bytes 1 + 8"},
        {{.name = "a", .offset = SIZE_MAX, .preset = 1, .high = 2}, "mine: option a is at bytes"},
        {{.name = "a", .preset = 1}, "mine: the preset of option a is 1"},
        {{.name = "a", .preset = NAN, .high = 1}, "mine: the preset of option a is"},
        {{.name = "a", .type = (lgd_option_type)9}, "mine: the type of option a is 9"},
        {{.name = "a", .type = LGD_CHOICE}, "mine: the choices of option a are missing"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        table[0] = bad[i].option;
        ck_assert_int_eq(lgd_optimizer_create(&opt, &good, NULL, 0), LGD_EINVAL);
        ck_assert_msg(strstr(lgd_last_error(), bad[i].message) != NULL, "%s", lgd_last_error());
        ck_assert_ptr_null(opt);
    }
}
END_TEST

static lgd_status below_a_tenth(const void *options)
{
    const averager_options *o = options;
    return o->lr * (double)o->first < 0.1 ? LGD_OK : (lgd_status)77;
}

START_TEST(create_options_that_contradict_refused)
{
    lgd_optimizer *opt = (lgd_optimizer *)(void *)&opt;
    const char *sentence = "momentum: dampening is 0.5 with form=classical, 0 is accepted (or form=pytorch)";
    ck_assert_int_eq(lgd_momentum_create(&opt, &(lgd_momentum_options){.dampening = 0.5}), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), sentence);
    ck_assert_ptr_null(opt);
    lgd_set_error(LGD_OK, "");
    ck_assert_int_eq(lgd_optimizer_parse(&opt, "momentum:form=classical,dampening=0.5"), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), sentence);
    ck_assert_ptr_null(opt);
    lgd_optimizer_free(parsed("momentum:form=classical,dampening=0"));
    ck_assert_int_eq(lgd_optimizer_parse(&opt, "rprop:step_min=60"), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "rprop: step_min is 60, at most step_max, 50, is accepted");
    ck_assert_int_eq(lgd_optimizer_parse(&opt, "rprop:step_max=9e-7"), LGD_EINVAL);
    ck_assert_ptr_null(opt);
    lgd_optimizer_free(parsed("rprop:step_max=1e-6"));
    lgd_optimizer_free(parsed("rprop:step_min=0,step_max=1e-300"));

    lgd_optimizer_ops ops = averager_ops; /* a check of the caller's sees presets, and may leave no sentence */
    ops.check = below_a_tenth;
    lgd_optimizer_free(made(&ops, PRESETS));
    ck_assert_int_eq(make(&opt, &ops, PRESETS, "first", 9), LGD_OK);
    lgd_optimizer_free(opt);
    ck_assert_int_eq(make(&opt, &ops, PRESETS, "lr", 0.02), LGD_EUSER);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "averager: check returned 77"));
    ck_assert_ptr_null(opt);
    ck_assert_int_eq(make(&opt, &ops, PRESETS, "lr", -1), LGD_EINVAL); /* ranges come first */
}
END_TEST

START_TEST(option_unknown_name_refused_with_nearest)
{
    lgd_optimizer *opt = parsed("adam");
    double value = 7;
    ck_assert_int_eq(lgd_optimizer_option(opt, "beta3", &value), LGD_EINVAL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "adam: option is \"beta3\", did you mean \"beta"));
    ck_assert_int_eq(lgd_optimizer_option(opt, NULL, &value), LGD_EINVAL);
    ck_assert_int_eq(lgd_optimizer_option(opt, "lr", NULL), LGD_EINVAL);
    ck_assert_double_eq(value, 7);
    lgd_optimizer_free(opt);
}
END_TEST

/* ---- text */

START_TEST(parse_every_method_and_option_as_struct)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)) != NULL; i++) {
        char text[512];
        int n = snprintf(text, sizeof text, "%s", ops->name);
        lgd_optimizer *plain = parsed(text), *same = made(ops, EVERYTHING_ELSE);
        ck_assert_str_eq(lgd_optimizer_name(plain), ops->name);
        for (const lgd_option *o = ops->options; o->name; o++) {
            ck_assert_double_eq(lgd_optimizer_value(plain, o->name, 7), o->type <= LGD_SIZE ? o->preset : 0);
            n += snprintf(text + n, sizeof text - (size_t)n, "%c%s=", o == ops->options ? ':' : ',', o->name);
            if (o->type <= LGD_SIZE)
                n += snprintf(text + n, sizeof text - (size_t)n, "%.17g", other_value(o));
            else { /* the choice after the first */
                const char *word = o->type == LGD_BOOL ? "true" : strchr(o->choices, '|') + 1;
                n += snprintf(text + n, sizeof text - (size_t)n, "%.*s", (int)strcspn(word, "|"), word);
            }
        }
        lgd_optimizer *opt = parsed(text);
        for (const lgd_option *o = ops->options; o->name; o++)
            ck_assert_double_eq(lgd_optimizer_value(opt, o->name, 7), lgd_optimizer_value(same, o->name, 8));
        lgd_optimizer_free(plain);
        lgd_optimizer_free(same);
        lgd_optimizer_free(opt);
    }
}
END_TEST

START_TEST(parse_zero_means_zero)
{
    lgd_optimizer *opt = parsed("adam:beta1=0,eps=-0.0,beta2=0e5");
    ck_assert_double_eq(lgd_optimizer_value(opt, "beta1", 7), 0);
    ck_assert_double_eq(lgd_optimizer_value(opt, "beta2", 7), 0);
    ck_assert_double_eq(lgd_optimizer_value(opt, "eps", 7), 0);
    lgd_optimizer_free(opt);
    ck_assert_int_eq(lgd_optimizer_parse(&opt, "adam:lr=0"), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "adam: lr is 0, a finite number above 0 is accepted");
}
END_TEST

START_TEST(parse_malformed_text_refused_with_reason)
{
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"", "method is \"\""},
        {"adm", "optimizer: method is \"adm\", did you mean \"adam\"?"},
        {"Adam", "optimizer: method is \"Adam\", did you mean \"adam\"?"},
        {" adam", "optimizer: method is \" adam\", did you mean \"adam\"?"},
        {"adam ", "optimizer: method is \"adam \", did you mean \"adam\"?"},
        {"momentun:lr=1", "did you mean \"momentum\"?"},
        {"zzzzzzzzzz", "optimizer: method is \"zzzzzzzzzz\", a name such as \"sgd\" is accepted"},
        {":lr=1", "method is \"\""},
        {"adam:", "adam: an option is \"\", key=value is accepted"},
        {"adam:lr", "an option is \"lr\", key=value"},
        {"adam:=1", "an option is \"=1\", key=value"},
        {"adam:lr=", "lr is \"\", a number"},
        {"adam:lr=0.1,", "an option is \"\", key=value"},
        {"adam:,lr=0.1", "an option is \"\", key=value"},
        {"adam:lr=0.1,,eps=1", "an option is \"\", key=value"},
        {"adam:lr=0.1,eps", "an option is \"eps\", key=value"},
        {"adam:lr=0.1 ", "lr is \"0.1 \", a number"},
        {"adam:lr= 0.1", "lr is \" 0.1\", a number"},
        {"adam:lr=0.1x", "lr is \"0.1x\", a number"},
        {"adam:lr=0.1=2", "lr is \"0.1=2\", a number"},
        {"adam:lr=1e", "lr is \"1e\", a number"},
        {"adam:lr=--1", "lr is \"--1\", a number"},
        {"adam:lr=nan", "lr is \"nan\", a number"},
        {"adam:lr=inf", "lr is \"inf\", a number"},
        {"adam:lr=-inf", "lr is -inf, a finite number above 0"},
        {"adam:lr=+nan", "lr is nan, a finite number above 0"},
        {"adam:lr=1e999", "lr is inf, a finite number above 0"},
        {"adam:lr=-0.5", "lr is -0.5, a finite number above 0"},
        {"adam:lr=0.1;eps=1", "lr is \"0.1;eps=1\", a number"},
        {"adam:lr=0.1:eps=1", "lr is \"0.1:eps=1\", a number"},
        {"adam:lr=0,1", "an option is \"1\", key=value"},
        {"adam:beta3=0.5", "option is \"beta3\", did you mean \"beta"},
        {"adam: lr=0.5", "option is \" lr\", did you mean \"lr\"?"},
        {"adam:LR=0.5", "option is \"LR\""},
        {"adam:lr=0.5,lr=0.5", "lr is given twice"},
        {"adam:lr=0.5,eps=1,lr=0.5", "lr is given twice"},
        {"adam:lr=0.5,beta1=0.5,beta1=0.6,eps=1", "beta1 is given twice"},
        {"adam:beta1=1", "beta1 is 1, a number at least 0 and below 1"},
        {"momentum:form=pytorsch", "form is \"pytorsch\", one of classical|pytorch"},
        {"momentum:form=PyTorch", "one of classical|pytorch"},
        {"momentum:form=1", "one of classical|pytorch"},
        {"momentum:form=", "one of classical|pytorch"},
        {"momentum:form=classical|pytorch", "one of classical|pytorch"},
        {"sgd:momentum=0.9", "sgd: option is \"momentum\", a name such as \"lr\" is accepted"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        lgd_optimizer *opt = (lgd_optimizer *)(void *)&opt;
        ck_assert_msg(lgd_optimizer_parse(&opt, bad[i].text) == LGD_EINVAL, "\"%s\" is taken", bad[i].text);
        ck_assert_ptr_null(opt);
        ck_assert_msg(strstr(lgd_last_error(), bad[i].message) != NULL, "\"%s\": %s", bad[i].text, lgd_last_error());
    }
    lgd_optimizer *opt = NULL;
    ck_assert_int_eq(lgd_optimizer_parse(NULL, "adam"), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "optimizer: out is NULL, a place for the optimizer is accepted");
    ck_assert_int_eq(lgd_optimizer_parse(&opt, NULL), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "optimizer: text is NULL, a method's name is accepted");
}
END_TEST

START_TEST(parse_very_long_words_refused_in_one_line)
{
    char text[5000];
    for (size_t at = 0; at < 4; at++) {
        static const char *const start[] = {"", "adam:", "adam:lr=", "momentum:form="};
        lgd_optimizer *opt = NULL;
        memset(text, 'x', sizeof text - 1);
        text[sizeof text - 1] = 0;
        memcpy(text, start[at], strlen(start[at]));
        ck_assert_int_eq(lgd_optimizer_parse(&opt, text), LGD_EINVAL);
        ck_assert_uint_lt(strlen(lgd_last_error()), 256);
    }
    /* A number may be long. */
    snprintf(text, sizeof text, "sgd:lr=0.%0500d1", 0);
    lgd_optimizer *opt = NULL;
    ck_assert_int_eq(lgd_optimizer_parse(&opt, text), LGD_EINVAL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "sgd: lr is 0, "));
    memcpy(text, "sgd:lr=1.", 9);
    opt = parsed(text);
    ck_assert_double_eq(lgd_optimizer_value(opt, "lr", 0), 1);
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(parse_locale_with_decimal_comma_same_numbers)
{
    static const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "nl_NL.UTF-8"};
    const char *set = NULL;
    for (size_t i = 0; !set && i < sizeof locales / sizeof *locales; i++)
        set = setlocale(LC_NUMERIC, locales[i]);
    /* tests/run sees to one; by hand, on a system without any, what follows still holds in the C locale. */
    ck_assert(set || !getenv("LOCPATH"));
    ck_assert(!set || localeconv()->decimal_point[0] == ',');
    lgd_optimizer *opt = parsed("adam:lr=0.5,beta1=0.25");
    ck_assert_double_eq(lgd_optimizer_value(opt, "lr", 0), 0.5);
    ck_assert_double_eq(lgd_optimizer_value(opt, "beta1", 0), 0.25);
    lgd_optimizer_free(opt);
    ck_assert_int_eq(lgd_optimizer_parse(&opt, "adam:beta1=1.5"), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "adam: beta1 is 1.5, a number at least 0 and below 1 is accepted");
}
END_TEST

START_TEST(parse_kth_allocation_failing_enomem_no_leak)
{
    for (size_t k = 1; k <= 3; k++) {
        budget b;
        budget_begin(&b, k);
        lgd_optimizer *opt = NULL;
        ck_assert_int_eq(lgd_optimizer_parse(&opt, "adam:lr=0.5"), k < 3 ? LGD_ENOMEM : LGD_OK);
        ck_assert(!opt == (k < 3));
        lgd_optimizer_free(opt);
        ck_assert_uint_eq(b.living, 0);
        lgd_set_memory(NULL);
    }
}
END_TEST

/* The built-ins have no size and may have no bool; the table of our own method has all types. */
START_TEST(options_parse_each_type_value_or_refusal)
{
    averager_options options = {0};
    ck_assert_int_eq(lgd_options_parse(&averager_ops, "noise=true,first=7,weight=latest,lr=0x1p-3", &options), LGD_OK);
    ck_assert(options.noise && options.first == 7 && options.weight == LATEST && options.lr == 0.125);
    static const char *const good[] = {"noise=1", "noise=true", "noise=0", "noise=false"};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(lgd_options_parse(&averager_ops, good[i], &options), LGD_OK);
        ck_assert_int_eq(options.noise, i < 2);
    }
    static const char *const bad[] = {
        "first=1.5", "first=-1",   "first=1e30", "first=nan", "first=",       "noise=yes",      "noise=2",
        "noise=",    "noise=TRUE", "weight=",    "weight=me", "weight=lates", "weight=latest1", "noise=true|"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(lgd_options_parse(&averager_ops, bad[i], &options) == LGD_EINVAL, "%s is taken", bad[i]);
}
END_TEST

START_TEST(builtin_list_names_unique_and_parsable)
{
    const lgd_optimizer_ops *a, *b;
    size_t count = 0;
    for (size_t i = 0; (a = lgd_optimizer_builtin(i)) != NULL; i++, count++) {
        ck_assert(a->flags & LGD_FINDS_STEP || !strcmp(a->options[0].name, "lr"));
        for (const lgd_option *o = a->options; o->name; o++)
            ck_assert_msg(o->help && *o->help, "%s: %s has no help", a->name, o->name);
        for (size_t j = 0; j < i; j++) {
            b = lgd_optimizer_builtin(j);
            ck_assert_str_ne(a->name, b->name);
        }
    }
    ck_assert_uint_ge(count, 6);
    ck_assert_ptr_null(lgd_optimizer_builtin(count));
    ck_assert_ptr_null(lgd_optimizer_builtin(SIZE_MAX));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("options");
    CASE(s, create_zero_or_null_options_presets);
    CASE(s, create_public_functions_right_method);
    CASE(s, create_lgd_zero_means_zero);
    CASE(s, bad_numbers_every_option_refused_in_full_by_struct_and_text);
    CASE(s, bad_whole_numbers_every_option_refused_in_full_by_struct_and_text);
    CASE(s, bad_choices_every_option_refused_in_full_by_struct_and_text);
    CASE(s, misspelt_names_every_method_and_option_nearest_told);
    CASE(s, create_every_option_out_of_range_refused_by_name);
    CASE(s, create_bounds_that_belong_accepted);
    CASE(s, create_out_of_range_sentence_exact);
    CASE(s, create_shorter_struct_rest_presets);
    CASE(s, create_ops_of_another_size_completed_or_refused);
    CASE(s, create_size_without_bound_kept_exactly_negative_refused);
    CASE(s, create_member_outside_the_table_handed_on);
    CASE(s, create_unsound_ops_refused_by_name);
    CASE(s, create_options_that_contradict_refused);
    CASE(s, option_unknown_name_refused_with_nearest);
    CASE(s, parse_every_method_and_option_as_struct);
    CASE(s, parse_zero_means_zero);
    CASE(s, parse_malformed_text_refused_with_reason);
    CASE(s, parse_very_long_words_refused_in_one_line);
    CASE(s, parse_locale_with_decimal_comma_same_numbers);
    CASE(s, parse_kth_allocation_failing_enomem_no_leak);
    CASE(s, options_parse_each_type_value_or_refusal);
    CASE(s, builtin_list_names_unique_and_parsable);
    return suite_run(s);
}
