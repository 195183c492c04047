#include "problems.h"

/* A run that is stopped, saved, loaded into a new optimizer and continued ends with the bits of the run that was not:
 * for every method, schedule, order and batch size. */

enum { M = 90, N = 4, HALF = 5 };

static const double milestones[2] = {3, 6};
static const lgd_schedule schedules[] = {
    {.kind = LGD_CONSTANT},
    {.kind = LGD_STEP_DECAY, .period = 3},
    {.kind = LGD_MULTI_STEP, .milestones = milestones, .milestone_count = 2},
    {.kind = LGD_EXPONENTIAL, .per_step = true, .period = 7},
    {.kind = LGD_COSINE, .period = 2 * HALF, .warmup = 2},
    {.kind = LGD_INVERSE_TIME, .factor = 0.2},
    {.kind = LGD_INVERSE_SCALING, .per_step = true},
    {.kind = LGD_POLYNOMIAL, .period = 2 * HALF, .floor = 0.1},
    {.kind = LGD_WARM_RESTARTS, .period = 2, .factor = 1.5},
    {.kind = LGD_ONE_CYCLE, .period = 2 * HALF, .momentum_low = 0.5, .momentum_high = 0.9},
    {.kind = LGD_TRIANGULAR2, .per_step = true, .period = 4, .floor = 0.2},
    {.kind = LGD_PLATEAU, .patience = LGD_ZERO, .tol = 0.05, .cooldown = 1},
    {.kind = LGD_TRAPEZOID, .period = 3, .fall = 0.5, .floor = 0.3, .next = &schedules[1], .until = 4},
};
enum { SCHEDULES = sizeof schedules / sizeof *schedules };

/* The step of Lion is as long as its rate however small g is, so that no larger one meets a tolerance. */
static double rate(size_t i)
{
    return strcmp(function_method(i)->name, "lion") ? 0.02 : 1e-4;
}

/* opt's state as bytes, and a new optimizer that has read them; opt is freed */
static lgd_optimizer *reborn(lgd_optimizer *opt, size_t i)
{
    lgd_optimizer *fresh = builtin(i, rate(i));
    size_t size;
    ck_ok(lgd_optimizer_save(opt, NULL, &size));
    void *bytes = malloc(size);
    ck_assert_ptr_nonnull(bytes);
    ck_ok(lgd_optimizer_save(opt, bytes, &size));
    ck_ok(lgd_optimizer_load(fresh, bytes, size));
    free(bytes);
    lgd_optimizer_free(opt);
    return fresh;
}

/* With its presets: one whose momentum is 0 has none. */
static bool takes_momentum(const lgd_optimizer_ops *ops)
{
    bool takes = false;
    for (const lgd_option *option = ops->options; option->name; option++)
        takes = takes || (option->preset > 0 && (!strcmp(option->name, "momentum") || !strcmp(option->name, "beta1")));
    return takes;
}

static void compare(lgd_objective *f, lgd_minimize_options o, size_t i)
{
    if (o.schedule.momentum_high > 0 && !takes_momentum(function_method(i)))
        o.schedule.momentum_low = o.schedule.momentum_high = 0;
    lgd_optimizer *whole = builtin(i, rate(i)), *parts = builtin(i, rate(i));
    double a[N + 1] = {0}, b[N + 1] = {0};
    lgd_report ra, rb;
    o.max_epochs = 2 * HALF;
    o.grad_tol = LGD_ZERO;
    ck_ok(lgd_minimize(f, whole, a, &o, &ra));
    o.max_epochs = HALF;
    ck_ok(lgd_minimize(f, parts, b, &o, NULL));
    parts = reborn(parts, i);
    o.first_epoch = HALF;
    ck_ok(lgd_minimize(f, parts, b, &o, &rb));
    ck_assert_msg(!memcmp(a, b, sizeof a), "%s, batch %zu, order %d, schedule %d", lgd_optimizer_name(whole),
                  o.batch_size, (int)o.order, (int)o.schedule.kind);
    ck_assert(ra.f == rb.f && ra.grad_norm == rb.grad_norm);
    ck_assert_uint_eq(lgd_optimizer_steps(whole), lgd_optimizer_steps(parts));
    lgd_optimizer_free(whole);
    lgd_optimizer_free(parts);
}

START_TEST(resume_full_batch_same_bits)
{
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 1);
    for (size_t i = 0; function_method(i); i++)
        for (size_t s = 0; s < SCHEDULES; s++)
            compare(m.f, (lgd_minimize_options){.schedule = schedules[s]}, i);
    model_free(&m);
}
END_TEST

START_TEST(resume_every_order_same_bits)
{
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 2);
    for (size_t i = 0; function_method(i); i++)
        for (size_t s = 0; s < SCHEDULES && !(function_method(i)->flags & LGD_FULL_BATCH); s++)
            for (int order = LGD_SHUFFLE; order <= LGD_REPLACEMENT; order++)
                for (size_t batch = 1; batch <= 37; batch += 36)
                    compare(m.f,
                            (lgd_minimize_options){.batch_size = batch,
                                                   .order = (lgd_order)order,
                                                   .seed = 11,
                                                   .schedule = schedules[s],
                                                   .check_every = s % 3},
                            i);
    model_free(&m);
}
END_TEST

/* Tolerances and divergence refer to what was seen before the break. */
START_TEST(resume_tolerance_refers_to_the_whole_run)
{
    model m = model_create(M, N, lgd_loss_squared(), &(lgd_glm_options){.intercept = true}, 3);
    for (size_t i = 0; function_method(i); i++) {
        lgd_optimizer *whole = builtin(i, rate(i)), *parts = builtin(i, rate(i));
        double a[N + 1] = {0}, b[N + 1] = {0};
        lgd_report ra, rb;
        lgd_minimize_options o = {.max_epochs = 200000, .grad_tol = 1e-2};
        ck_ok(lgd_minimize(m.f, whole, a, &o, &ra));
        ck_assert_int_eq(ra.stop, LGD_STOP_GRAD_TOL);
        o.max_epochs = ra.steps / 2;
        ck_ok(lgd_minimize(m.f, parts, b, &o, &rb));
        parts = reborn(parts, i);
        o.max_epochs = 200000;
        ck_ok(lgd_minimize(m.f, parts, b, &o, &rb));
        ck_assert_int_eq(rb.stop, LGD_STOP_GRAD_TOL);
        ck_assert_uint_eq(lgd_optimizer_steps(parts), ra.steps);
        ck_assert_mem_eq(a, b, sizeof a);
        lgd_optimizer_free(whole);
        lgd_optimizer_free(parts);
    }
    model_free(&m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("resume");
    CASE(s, resume_full_batch_same_bits);
    CASE(s, resume_every_order_same_bits);
    CASE(s, resume_tolerance_refers_to_the_whole_run);
    return suite_run(s);
}
