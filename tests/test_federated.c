/* Federated averaging: one local step is the gradient of all rows, more of them come to the same optimum by fewer rounds, and what ends
 * it. */
#include "problems.h"
#include "lgd/federated.h"
#include <stddef.h>

enum { CLIENTS = 4, ROWS = 90, COLS = 5 };

/* A model, and its rows dealt out to clients in unequal parts. */
typedef struct dealt {
    model m;
    lgd_objective *client[CLIENTS];
} dealt;

static dealt deal(const lgd_loss *loss, const double *weights)
{
    const size_t first[CLIENTS + 1] = {0, 10, 31, 70, ROWS};
    dealt d = {
        .m = model_create(ROWS, COLS, loss, &(lgd_glm_options){.l2 = 0.1, .intercept = true, .weights = weights}, 3)};
    for (size_t k = 0; k < CLIENTS; k++)
        ck_ok(lgd_objective_subset(&d.client[k], d.m.f, &(lgd_rows){first[k], first[k + 1] - first[k], NULL}));
    return d;
}

static void put_back(dealt *d)
{
    for (size_t k = 0; k < CLIENTS; k++)
        lgd_objective_free(d->client[k]);
    model_free(&d->m);
}

static lgd_optimizer *sgd(double lr)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = lr}));
    return opt;
}

/* features: 19 */
START_TEST(federated_one_local_step_the_gradient_of_all_rows)
{
    double weights[ROWS];
    fill(41, ROWS, 0.5, 2.5, weights);
    for (int weighted = 0; weighted < 2; weighted++) {
        dealt d = deal(lgd_loss_logistic(), weighted ? weights : NULL);
        lgd_optimizer *opt = sgd(0.3);
        double w[COLS + 1] = {0}, u[COLS + 1] = {0};
        for (int k = 0; k < 20; k++) {
            lgd_federated_report report;
            const lgd_minimize_options step = {.max_steps = 1, .grad_tol = LGD_ZERO};
            ck_ok(lgd_minimize_federated(d.client, CLIENTS, opt, w, &(lgd_federated_options){.rounds = 1}, &step,
                                         &report));
            ck_assert(report.rounds == 1 && report.stop == LGD_STOP_EPOCHS);
            lgd_optimizer_reset(opt);
            ck_ok(lgd_minimize(d.m.f, opt, u, &step, NULL));
            double f;
            ck_ok(lgd_objective_eval(d.m.f, NULL, w, &f, NULL));
            ck_near(report.f, f, 1e-15);
            ck_assert(difference_of(COLS + 1, w, u) < 1e-14);
        }
        lgd_optimizer_free(opt);
        put_back(&d);
    }
}
END_TEST

START_TEST(federated_more_local_steps_fewer_rounds)
{
    dealt d = deal(lgd_loss_logistic(), NULL);
    double lowest = NAN, w[COLS + 1] = {0};
    lgd_report report;
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_optimizer_parse(&opt, "newton"));
    ck_ok(lgd_minimize(d.m.f, opt, w, NULL, &report));
    lowest = report.f;
    lgd_optimizer_free(opt);

    opt = sgd(0.1);
    uint64_t rounds[2];
    for (int local = 0; local < 2; local++) {
        const lgd_minimize_options run = {.max_steps = local ? 8 : 1, .grad_tol = LGD_ZERO};
        lgd_federated_report r = {.f = INFINITY};
        memset(w, 0, sizeof w);
        for (rounds[local] = 0; !(r.f - lowest < 1e-3) && rounds[local] < 1000; rounds[local]++)
            ck_ok(lgd_minimize_federated(d.client, CLIENTS, opt, w, &(lgd_federated_options){.rounds = 1}, &run, &r));
    }
    ck_assert_msg(4 * rounds[1] < rounds[0], "%d and %d rounds", (int)rounds[0], (int)rounds[1]);
    lgd_optimizer_free(opt);
    put_back(&d);
}
END_TEST

START_TEST(federated_clients_that_are_equal_a_run_of_one)
{
    dealt d = deal(lgd_loss_half_squared(), NULL);
    lgd_objective *same[3] = {d.m.f, d.m.f, d.m.f};
    lgd_optimizer *opt = sgd(0.05);
    const lgd_minimize_options run = {.batch_size = 7, .max_epochs = 2, .seed = 4};
    double w[COLS + 1] = {0}, u[COLS + 1] = {0};
    ck_ok(lgd_minimize_federated(same, 3, opt, w, &(lgd_federated_options){.rounds = 3}, &run, NULL));
    for (uint64_t round = 0; round < 3; round++) { /* epochs go on from round to round */
        lgd_minimize_options mine = run;
        mine.first_epoch = 2 * round;
        lgd_optimizer_reset(opt);
        ck_ok(lgd_minimize(d.m.f, opt, u, &mine, NULL));
    }
    ck_assert(difference_of(COLS + 1, w, u) < 1e-14);
    lgd_optimizer_free(opt);
    put_back(&d);
}
END_TEST

static int stop_third(void *ctx, const lgd_progress *p)
{
    (void)p;
    return ++*(int *)ctx == 3;
}

START_TEST(federated_ends_for_a_reason)
{
    dealt d = deal(lgd_loss_half_squared(), NULL);
    lgd_optimizer *opt = sgd(0.3);
    lgd_federated_report report;
    int calls = 0;
    double w[COLS + 1] = {0}, zero[COLS + 1] = {0};
    lgd_minimize_options run = {.max_steps = 1, .grad_tol = LGD_ZERO};
    ck_ok(lgd_minimize_federated(d.client, CLIENTS, opt, w, &(lgd_federated_options){.rounds = 5000, .step_tol = 1e-10},
                                 &run, &report));
    ck_assert(report.stop == LGD_STOP_STEP_TOL && report.rounds > 10 && report.rounds < 5000);

    memset(w, 0, sizeof w);
    run.callback = stop_third;
    run.callback_ctx = &calls;
    ck_ok(lgd_minimize_federated(d.client, CLIENTS, opt, w, NULL, &run, &report));
    ck_assert(report.stop == LGD_STOP_CALLBACK && report.rounds == 0 && !memcmp(w, zero, sizeof w));

    ck_ok(lgd_minimize_federated(d.client, CLIENTS, opt, w, NULL, NULL, &report));
    ck_assert(report.stop == LGD_STOP_EPOCHS && report.rounds == 100);
    lgd_optimizer_free(opt);
    put_back(&d);
}
END_TEST

START_TEST(federated_bad_input_named_and_w_untouched)
{
    dealt d = deal(lgd_loss_half_squared(), NULL);
    model other = model_create(20, 3, lgd_loss_half_squared(), NULL, 5);
    lgd_objective *mixed[2] = {d.client[0], other.f}, *none[2] = {d.client[0], NULL};
    lgd_optimizer *opt = sgd(0.1), *wild = sgd(1e30);
    double w[COLS + 1] = {1}, start[COLS + 1] = {1}, room[COLS + 1];
    lgd_federated_report report;
    ck_fails(lgd_minimize_federated(NULL, 1, opt, w, NULL, NULL, NULL), LGD_EINVAL, "clients is NULL");
    ck_fails(lgd_minimize_federated(mixed, 0, opt, w, NULL, NULL, NULL), LGD_EINVAL, "number of clients is 0");
    ck_fails(lgd_minimize_federated(mixed, 2, NULL, w, NULL, NULL, NULL), LGD_EINVAL, "opt is NULL");
    ck_fails(lgd_minimize_federated(mixed, 2, opt, NULL, NULL, NULL, NULL), LGD_EINVAL, "w is NULL");
    ck_fails(lgd_minimize_federated(mixed, 2, opt, w, NULL, NULL, NULL), LGD_EINVAL, "dim of client 1 is 3, 6");
    ck_fails(lgd_minimize_federated(none, 2, opt, w, NULL, NULL, NULL), LGD_EINVAL, "client 1 is NULL");
    ck_fails(lgd_minimize_federated(d.client, CLIENTS, opt, w, &(lgd_federated_options){.step_tol = NAN}, NULL, NULL),
             LGD_EINVAL, "step_tol is nan");
    ck_fails(lgd_minimize_federated(d.client, CLIENTS, opt, w, NULL, &(lgd_minimize_options){.w_best = room}, NULL),
             LGD_EINVAL, "w_best");
    ck_fails(
        lgd_minimize_federated(d.client, CLIENTS, wild, w, NULL, &(lgd_minimize_options){.max_epochs = 50}, &report),
        LGD_EDIVERGED, "client 0: ");
    ck_assert(report.stop == LGD_STOP_ERROR && isnan(report.f) && !memcmp(w, start, sizeof w));
    lgd_optimizer_free(opt);
    lgd_optimizer_free(wild);
    model_free(&other);
    put_back(&d);
}
END_TEST

START_TEST(federated_structs_of_other_sizes)
{
    struct {
        lgd_federated_options o;
        int more;
    } newer = {.o = {.rounds = 2}, .more = 1};
    dealt d = deal(lgd_loss_half_squared(), NULL);
    lgd_optimizer *opt = sgd(0.1);
    double w[COLS + 1] = {0};
    lgd_federated_report report = {.f = 7};
    ck_fails(lgd_minimize_federated_sized(d.client, CLIENTS, opt, w, &newer.o, sizeof newer, NULL, 0, NULL, 0),
             LGD_EUNSUPPORTED, "federated options");
    newer.more = 0;
    ck_ok(lgd_minimize_federated_sized(d.client, CLIENTS, opt, w, &newer.o, sizeof newer, NULL, 0, &report,
                                       offsetof(lgd_federated_report, f)));
    ck_assert(report.rounds == 2 && report.f == 7);
    lgd_optimizer_free(opt);
    put_back(&d);
}
END_TEST

START_TEST(federated_memory_each_request_failing_clean)
{
    size_t failures = 0;
    double whole[3][2] = {{1, 2}, {1, 2}, {1, 2}}; /* after 0, 1 and 2 rounds */
    for (size_t fail = 0;; fail++) {               /* 0: none does */
        memory_watch(fail);
        dealt d = {.m.d = data_create(8, 2, 1, false, 3)};
        lgd_optimizer *opt = NULL;
        double w[2] = {1, 2};
        lgd_status status = lgd_matrix_dense(&d.m.X, 8, 2, d.m.d.X, 2);
        if (!status)
            status = lgd_glm_create(&d.m.f, d.m.X, d.m.d.y, lgd_loss_half_squared(), NULL);
        if (!status)
            status = lgd_sgd_create(&opt, NULL);
        if (!status)
            status = lgd_minimize_federated(&d.m.f, 1, opt, w, &(lgd_federated_options){.rounds = 2}, NULL, NULL);
        for (uint64_t rounds = 1; rounds < 3 && !fail; rounds++)
            ck_ok(lgd_minimize_federated(&d.m.f, 1, opt, whole[rounds], &(lgd_federated_options){.rounds = rounds},
                                         NULL, NULL));
        lgd_optimizer_free(opt);
        lgd_objective_free(d.m.f);
        lgd_matrix_free(d.m.X);
        data_free(&d.m.d);
        const size_t left = memory_live(), made = memory_made();
        memory_unwatch();
        ck_assert_uint_eq(left, 0);
        if (!fail)
            continue;
        if (fail > made)
            break;
        failures++;
        ck_assert_int_eq(status, LGD_ENOMEM);
        ck_assert(!memcmp(w, whole[0], sizeof w) || !memcmp(w, whole[1], sizeof w) || !memcmp(w, whole[2], sizeof w));
    }
    ck_assert_uint_ge(failures, 5);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("federated");
    CASE(s, federated_one_local_step_the_gradient_of_all_rows);
    CASE(s, federated_more_local_steps_fewer_rounds);
    CASE(s, federated_clients_that_are_equal_a_run_of_one);
    CASE(s, federated_ends_for_a_reason);
    CASE(s, federated_bad_input_named_and_w_untouched);
    CASE(s, federated_structs_of_other_sizes);
    CASE(s, federated_memory_each_request_failing_clean);
    return suite_run(s);
}
