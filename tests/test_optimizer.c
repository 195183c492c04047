/* What every optimizer must do, built-in or ours; and what single methods promise beyond that. */
#include "methods.h"
#include "reference/optimizers.h"
#include "lgd/glm.h"
#include "lgd/minimize.h"
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdio.h>

/* ---- the scalar references of tests/reference */

/* The i-th row of all families, NULL beyond the last. */
static const scalar_reference *scalar_at(size_t i)
{
    for (size_t k = 0; k < REFERENCE_FAMILIES; k++)
        for (const scalar_reference *r = scalar_families[k]; r->name; r++)
            if (!i--)
                return r;
    return NULL;
}

START_TEST(scalar_recorded_gradients_same_bits)
{
    enum { DIM = 37, STEPS = 200 };
    const scalar_reference *r;
    for (size_t i = 0; (r = scalar_at(i / VARIANTS)); i++) {
        lgd_optimizer *opt = parsed(r->name);
        const lgd_optimizer_ops ops = opt->ops;
        lgd_optimizer_free(opt);
        ck_assert_msg(r->step || ops.measure || ops.flags & (LGD_LAYERED | LGD_NEEDS_EVAL),
                      "%s has no scalar reference", ops.name);
        if (!r->step)
            continue;
        opt = made(&ops, i % VARIANTS);
        double w[DIM], g[DIM], x[DIM], state[DIM][REFERENCE_STATE] = {{0}};
        lgd_uniform(1, 0, DIM, w);
        memcpy(x, w, sizeof w);
        for (uint64_t t = 1; t <= STEPS; t++) {
            const double factor = 1 / (1 + 0.03 * (double)t);
            lgd_uniform(2, t * DIM, DIM, g);
            for (size_t j = 0; j < DIM; j++)
                g[j] = ldexp(g[j] - 0.25, (int)(j % 21) - 10);
            for (size_t j = 0; j < DIM; j++)
                r->step(opt->options, t, factor, g[j], &x[j], state[j]);
            ck_assert_int_eq(lgd_optimizer_step(opt, DIM, w, g, 0, factor), LGD_OK);
            for (size_t j = 0; j < DIM; j++)
                ck_assert_msg(w[j] == x[j], "%s: w[%zu] after step %d is %.17g, not %.17g", ops.name, j, (int)t, w[j],
                              x[j]);
        }
        lgd_optimizer_free(opt);
    }
}
END_TEST

START_TEST(state_bytes_known_methods_as_stated)
{
    size_t rows = 0, builtins = 0;
    for (const scalar_reference *r; (r = scalar_at(rows)); rows++) {
        lgd_optimizer *opt = parsed(r->name);
        const size_t once = lgd_optimizer_state_bytes(opt, 0);
        ck_assert_msg(lgd_optimizer_state_bytes(opt, 1000) == 1000 * r->bytes + once, "%s: %zu bytes", r->name,
                      lgd_optimizer_state_bytes(opt, 1000));
        ck_assert_uint_le(once, 64);
        lgd_optimizer_free(opt);
    }
    for (size_t i = 0; lgd_optimizer_builtin(i); i++) /* what searches keeps more, see its own suite */
        builtins += !(lgd_optimizer_builtin(i)->flags & LGD_FINDS_STEP);
    ck_assert_uint_eq(rows, builtins);
    lgd_optimizer *opt = made(&averager_ops, PRESETS);
    ck_assert_uint_eq(lgd_optimizer_state_bytes(opt, 10), 80 + 16);
    lgd_optimizer_free(opt);
}
END_TEST

/* ---- the battery */

/* Many steps, since one of fixed length ends within the rate of the minimum, and the rate of the path falls slowly. The steps
 * of AdaDelta begin at lr sqrt(eps) and grow from there, which takes a larger rate. */
START_TEST(method_quadratic_decreases)
{
    static const size_t dims[] = {1, 2, 3, 8, 33};
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = method(i)) != NULL; i++)
        for (size_t d = 0; d < sizeof dims / sizeof *dims; d++) {
            lgd_optimizer *opt = made(ops, PRESETS);
            /* A rate of 1 may mean a part of |w|, lengthened by momentum. */
            const double part = lgd_optimizer_value(opt, "trust_coefficient", NAN);
            const double plain = strcmp(ops->name, "adadelta") ? 0.25 : 4;
            const double relative = 0.25 / part * (1 - lgd_optimizer_value(opt, "momentum", 0));
            lgd_optimizer_free(opt);
            ck_assert_int_eq(make(&opt, ops, PRESETS, "lr", isnan(part) ? plain : relative), LGD_OK);
            double w[64] = {0}, g[64], before = quadratic(dims[d], w, g);
            const double late = walk(opt, dims[d], w, 0, 4000), after = quadratic(dims[d], w, g);
            ck_assert_msg(after < 1e-3 * before, "%s, dim %zu: from %g to %g", ops->name, dims[d], before, after);
            ck_assert_msg(late < 1e-3 * before, "%s, dim %zu: %g before the last step", ops->name, dims[d], late);
            lgd_optimizer_free(opt);
        }
}
END_TEST

/* Where coordinates of a slice interact, slices are another path; sums over all of them are added up in another order. */
START_TEST(method_slices_same_bits_as_whole)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = stepped(i)) != NULL; i++)
        for (int variant = 0; variant < VARIANTS; variant++) {
            lgd_optimizer *opt[2] = {made(ops, variant), made(ops, variant)};
            double w[2][20], g[20];
            for (size_t j = 0; j < 20; j++)
                w[0][j] = w[1][j] = (double)j;
            for (int t = 0; t < 30; t++)
                for (size_t k = 0; k < 2; k++) {
                    lgd_step s = {.w = w[k], .g = g, .f = 1, .lr_factor = 1, .momentum = NAN};
                    quadratic(20, w[k], g);
                    ck_assert_int_eq(lgd_optimizer_prepare(opt[k], 20, 7, k ? 6 : 0), LGD_OK);
                    ck_assert_int_eq(lgd_optimizer_advance(opt[k], &s), LGD_OK);
                }
            ck_assert_uint_eq(opt[1]->slices, ops->flags & LGD_SLICED ? 3 : 1);
            /* Noise belongs to the slice, and decay spares the middle one, whose neighbours must not notice. */
            double noise = 0;
            const bool noisy = !lgd_optimizer_option(opt[0], "noise", &noise) && noise != 0;
            const bool decays = lgd_optimizer_value(opt[0], "weight_decay", 0) > 0 ||
                                lgd_optimizer_value(opt[0], "l1", 0) > 0 || lgd_optimizer_value(opt[0], "l2", 0) > 0;
            for (size_t j = 0; j < 20; j++)
                if (!(noisy && j >= 7) && !(decays && (ops->measure || (j >= 7 && j < 13))))
                    ck_assert_msg(ops->flags & LGD_LAYERED ||
                                      fabs(w[0][j] - w[1][j]) <= (ops->measure ? 1e-13 * fmax(1, fabs(w[0][j])) : 0),
                                  "%s: w[%zu] is %.17g, in slices %.17g", ops->name, j, w[0][j], w[1][j]);
            lgd_optimizer_free(opt[0]);
            lgd_optimizer_free(opt[1]);
        }
}
END_TEST

/* Vector code, its tail and the alignment of a coordinate leave no trace. Alone, though, it has other norms. */
START_TEST(method_each_coordinate_alone_same_bits)
{
    enum { DIM = 21 };
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = stepped(i)) != NULL; i++)
        for (int variant = 0; variant < VARIANTS; variant++) {
            lgd_optimizer *all = made(ops, variant), *one[DIM];
            double w[DIM] = {0}, x[DIM] = {0}, g[DIM], noise = 0;
            const bool noisy = !lgd_optimizer_option(all, "noise", &noise) && noise != 0;
            for (size_t j = 0; j < DIM; j++)
                one[j] = made(ops, variant);
            const bool alone_differs = noisy || ops->measure || ops->flags & LGD_LAYERED;
            for (uint64_t t = 0; t < 100 && !alone_differs && ops->flags & LGD_SLICED; t++) {
                lgd_uniform(3, t * DIM, DIM, g);
                for (size_t j = 0; j < DIM; j++) {
                    double alone = g[j];
                    ck_assert_int_eq(lgd_optimizer_step(one[j], 1, &x[j], &alone, 0, 1), LGD_OK);
                }
                ck_assert_int_eq(lgd_optimizer_step(all, DIM, w, g, 0, 1), LGD_OK);
            }
            ck_assert_msg(!memcmp(w, x, sizeof w), "%s", ops->name);
            lgd_optimizer_free(all);
            for (size_t j = 0; j < DIM; j++)
                lgd_optimizer_free(one[j]);
        }
}
END_TEST

START_TEST(method_zero_gradient_stays_finite)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = stepped(i)) != NULL; i++)
        for (int variant = 0; variant <= VARIANTS; variant++) {
            /* the last time with eps = 0: 0/0 waits there */
            lgd_optimizer *opt = made_zero(ops, variant % VARIANTS, variant == VARIANTS ? "eps" : NULL);
            double w[5] = {1, -2, 0, 1e300, -1e-300}, start[5], g[5], noise = 0;
            memcpy(start, w, sizeof w);
            for (int t = 0; t < 50; t++) {
                memset(g, 0, sizeof g);
                ck_assert_int_eq(lgd_optimizer_step(opt, 5, w, g, 0, 1), LGD_OK);
                ck_assert_uint_eq(lgd_first_not_finite(5, w), 5);
            }
            const bool noisy = !lgd_optimizer_option(opt, "noise", &noise) && noise != 0;
            const bool shrinks =
                lgd_optimizer_value(opt, "lambd", 0) > 0 || lgd_optimizer_value(opt, "weight_decay", 0) > 0;
            if (!noisy && !shrinks)
                ck_assert_mem_eq(w, start, sizeof w);
            lgd_optimizer_free(opt);
        }
}
END_TEST

START_TEST(method_vanishing_squares_finite)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = stepped(i)) != NULL; i++) {
        lgd_optimizer *opt = made_zero(ops, PRESETS, "eps"); /* g is not 0 but g^2 is */
        const double reach =
            50 * lgd_optimizer_value(opt, "step_max", 0); /* Rprop's steps grow whatever the size of g */
        double w[2] = {1, -1}, g[2];
        for (int t = 0; t < 50; t++) {
            g[0] = 1e-170;
            g[1] = -1e-300;
            ck_assert_int_eq(lgd_optimizer_step(opt, 2, w, g, 0, 1), LGD_OK);
            ck_assert_msg(fabs(w[0]) < 2 + reach && fabs(w[1]) < 2 + reach, "%s: w is %g, %g", ops->name, w[0], w[1]);
        }
        lgd_optimizer_free(opt);
    }
}
END_TEST

/* Where g is a number and g^2 is none, a method that divides by its root stays, whatever its form; RAdam, which does not yet,
 * goes by its rate. */
START_TEST(adaptive_methods_overflowing_square_no_jump)
{
    static const struct {
        const char *text;
        double moved;
    } cases[] = {{"adagrad", 0},
                 {"rmsprop", 0},
                 {"rmsprop:momentum=0.5", 0},
                 {"rmsprop:centered=1", 0},
                 {"rmsprop:centered=1,momentum=0.5", 0},
                 {"adadelta", 0},
                 {"adam", 0},
                 {"adam:eps_root=1", 0},
                 {"amsgrad:form=paper", 0},
                 {"nadam", 0},
                 {"adabelief", 0},
                 {"yogi", 0},
                 {"yogi:form=corrected", 0},
                 {"schedule_free_adamw", 0},
                 {"lamb", 0},
                 {"radam:form=pytorch,lr=1", -1e200},
                 {"radam:form=optax,lr=1", -1e200}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lgd_optimizer *opt = parsed(cases[i].text);
        double w[2] = {0.5, 0.5};
        for (int t = 0; t < (cases[i].moved == 0 ? 3 : 1); t++) {
            double g[2] = {1e200, 1};
            ck_assert_int_eq(lgd_optimizer_step(opt, 2, w, g, 0, 1), LGD_OK);
        }
        const double expected = cases[i].moved == 0 ? 0.5 : cases[i].moved;
        ck_assert_msg(fabs(w[0] / expected - 1) < 1e-14 && w[1] < 0.5, "%s: %g, %g", cases[i].text, w[0], w[1]);
        lgd_optimizer_free(opt);
    }
}
END_TEST

/* A schedule may begin at 0, or come down to it. */
START_TEST(method_rate_of_zero_nothing_moves_then_goes_on)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = stepped(i)) != NULL; i++)
        for (int variant = 0; variant < VARIANTS; variant++) {
            lgd_optimizer *opt = made(ops, variant);
            double w[5] = {1, -2, 0.5, 1e-3, -7}, start[5], g[5];
            memcpy(start, w, sizeof w);
            for (int t = 0; t < 9; t++) {
                const double f = quadratic(5, w, g);
                feclearexcept(FE_ALL_EXCEPT);
                ck_assert_int_eq(lgd_optimizer_step(opt, 5, w, g, f, t < 3 || t == 6 ? 0 : 1), LGD_OK);
                ck_assert_msg(!fetestexcept(FE_DIVBYZERO | FE_INVALID), "%s, step %d", ops->name, t + 1);
                ck_assert_msg(lgd_first_not_finite(5, w) == 5, "%s, step %d", ops->name, t + 1);
                ck_assert_msg(t >= 3 || !memcmp(w, start, sizeof w), "%s, step %d", ops->name, t + 1);
            }
            ck_assert_msg(memcmp(w, start, sizeof w) != 0, "%s", ops->name);
            lgd_optimizer_free(opt);
        }
}
END_TEST

START_TEST(method_not_finite_gradient_refused_nothing_touched)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = stepped(i)) != NULL; i++)
        for (uint64_t k = 0; k < 2 * sizeof bad / sizeof *bad; k++) {
            lgd_optimizer *opt = made(ops, EVERYTHING_ELSE);
            double w[6] = {0}, g[6] = {0}, start[6];
            for (uint64_t t = 0; t < (k % 2 ? 8 : 0); t++)
                ck_assert_int_eq(lgd_optimizer_step(opt, 6, w, (quadratic(6, w, g), g), 0, 1), LGD_OK);
            memcpy(start, w, sizeof w);
            saved before = save(opt);
            g[4] = bad[k / 2];
            ck_assert_int_eq(lgd_optimizer_step(opt, 6, w, g, 0, 1), LGD_EDIVERGED);
            ck_assert_ptr_nonnull(strstr(lgd_last_error(), "g[4] is "));
            ck_assert_mem_eq(w, start, sizeof w);
            ck_assert(still(opt, before));
            lgd_optimizer_free(opt);
        }
}
END_TEST

/* Where dim is large the method itself looks, and must see it whatever it makes of g: a sign, a ratio of norms. */
START_TEST(method_many_coordinates_not_finite_gradient_told)
{
    enum { MANY = 32769 };
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    static double w[MANY], g[MANY];
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = stepped_builtin(i)) != NULL; i++)
        for (size_t k = 0; k < VARIANTS * sizeof bad / sizeof *bad; k++) {
            lgd_optimizer *opt = made(ops, k % VARIANTS);
            ck_assert(ops->flags & LGD_CHECKED);
            for (size_t j = 0; j < MANY; j++)
                w[j] = (double)(j % 7);
            for (int t = 1; t <= 3; t++) {
                for (size_t j = 0; j < MANY; j++)
                    g[j] = t < 3 || j != 20000 ? (double)(j % 3) - 0.5 : bad[k / VARIANTS];
                ck_assert_int_eq(lgd_optimizer_step(opt, MANY, w, g, 1, 1), t < 3 ? LGD_OK : LGD_EDIVERGED);
            }
            ck_assert_msg(strstr(lgd_last_error(), "g[20000] is ") != NULL, "%s", lgd_last_error());
            lgd_optimizer_free(opt);
        }
}
END_TEST

START_TEST(method_other_dim_refused_until_reset)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = stepped(i)) != NULL; i++) {
        lgd_optimizer *opt = made(ops, EVERYTHING_ELSE), *other = made(ops, EVERYTHING_ELSE);
        double w[9] = {0}, v[9] = {0}, g[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
        ck_assert_int_eq(lgd_optimizer_step(opt, 4, w, g, 0, 1), LGD_OK);
        saved before = save(opt);
        ck_assert_int_eq(lgd_optimizer_step(opt, 9, w, g, 0, 1), LGD_EINVAL);
        ck_assert_ptr_nonnull(strstr(lgd_last_error(), "dim is 9, 4 "));
        ck_assert(still(opt, before));
        ck_assert_uint_eq(lgd_optimizer_steps(opt), 1);
        lgd_optimizer_reset(opt);
        ck_assert_uint_eq(lgd_optimizer_steps(opt), 0);
        memset(w, 0, sizeof w);
        walk(opt, 9, w, 0, 12); /* after reset as new */
        walk(other, 9, v, 0, 12);
        ck_assert_mem_eq(w, v, sizeof w);
        lgd_optimizer_free(opt);
        lgd_optimizer_free(other);
    }
}
END_TEST

START_TEST(method_given_momentum_as_its_own)
{
    const lgd_optimizer_ops *ops;
    size_t with_momentum = 0;
    for (size_t i = 0; (ops = stepped(i)) != NULL; i++)
        for (int variant = 0; variant < VARIANTS; variant++) {
            lgd_optimizer *given = made(ops, variant), *own = NULL;
            ck_assert_int_eq(make(&own, ops, variant, "momentum|beta1", 0.25), LGD_OK);
            const bool has =
                lgd_optimizer_value(given, "momentum", 0) > 0 || !isnan(lgd_optimizer_value(given, "beta1", NAN));
            double w[2][3] = {{0}}, g[2][3];
            for (int t = 0; t < 10 && has; t++)
                for (size_t k = 0; k < 2; k++) {
                    lgd_step s = {.w = w[k], .g = g[k], .lr_factor = 1, .momentum = k ? NAN : 0.25};
                    s.f = quadratic(3, w[k], g[k]);
                    ck_assert_int_eq(lgd_optimizer_prepare(k ? own : given, 3, 0, 0), LGD_OK);
                    ck_assert_int_eq(lgd_optimizer_advance(k ? own : given, &s), LGD_OK);
                }
            ck_assert_msg(!memcmp(w[0], w[1], sizeof w[0]), "%s", ops->name);
            ck_assert(!has || w[0][0] != 0);
            with_momentum += has;
            lgd_optimizer_free(given);
            lgd_optimizer_free(own);
        }
    ck_assert_uint_ge(with_momentum, 2 * 14 + 1);
}
END_TEST

/* In a loop of one's own; never taken and then ignored. */
START_TEST(momentum_own_loop_as_option_or_refused)
{
    const lgd_optimizer_ops *ops;
    size_t refused = 0, taken = 0;
    for (size_t i = 0; (ops = method(i)) != NULL; i++) {
        lgd_optimizer *given = made(ops, PRESETS), *own = made(ops, PRESETS);
        double w[2][3] = {{0}}, g[3];
        const lgd_status status = lgd_optimizer_momentum(given, 0.25);
        ck_assert_msg(status == (given->takes_momentum ? LGD_OK : LGD_EUNSUPPORTED), "%s", ops->name);
        if (status)
            ck_assert_msg(strstr(lgd_last_error(), ": momentum is 0.25, none is accepted") != NULL, "%s",
                          lgd_last_error());
        for (uint64_t t = 0; t < 30 && !(ops->flags & LGD_NEEDS_EVAL); t++)
            for (size_t k = 0; k < 2; k++) {
                lgd_uniform(7, 3 * t, 3, g);
                for (size_t j = 0; j < 3; j++)
                    g[j] -= 0.5; /* of both signs */
                ck_assert_int_eq(lgd_optimizer_step(k ? own : given, 3, w[k], g, 1, 1), LGD_OK);
            }
        if (!(ops->flags & LGD_NEEDS_EVAL)) {
            ck_assert_msg(!memcmp(w[0], w[1], sizeof w[0]) == (status != LGD_OK), "%s", ops->name);
            refused += status != LGD_OK;
            taken += !status;
        }
        ck_assert_int_eq(lgd_optimizer_momentum(given, NAN), LGD_OK);
        for (size_t k = 0; k < 3; k++) {
            static const double bad[] = {-0.5, 1, INFINITY};
            ck_assert_int_eq(lgd_optimizer_momentum(given, bad[k]), LGD_EINVAL);
            ck_assert_ptr_nonnull(strstr(lgd_last_error(), "a number at least 0 and below 1 is accepted"));
        }
        lgd_optimizer_free(given);
        lgd_optimizer_free(own);
    }
    ck_assert(refused >= 4 && taken >= 6);
    lgd_optimizer *opt = parsed("rmsprop"), *moving = parsed("rmsprop:momentum=0.5");
    ck_assert_int_eq(lgd_optimizer_momentum(opt, 0.5), LGD_EUNSUPPORTED);
    ck_assert_int_eq(lgd_optimizer_momentum(moving, 0.75), LGD_OK);
    ck_assert_int_eq(lgd_optimizer_momentum(NULL, 0.5), LGD_EINVAL);
    lgd_optimizer_free(opt);
    lgd_optimizer_free(moving);
}
END_TEST

START_TEST(method_kth_allocation_failing_enomem_no_leak)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = stepped(i)) != NULL; i++) {
        size_t k = 1, vectors = 0;
        for (bool done = false; !done; k++) {
            budget b;
            budget_begin(&b, k);
            lgd_optimizer *opt = NULL;
            double w[4] = {0}, g[4] = {1, 1, 1, 1};
            lgd_status status = lgd_optimizer_create(&opt, ops, NULL, ops->options_size);
            ck_assert(!opt == !!status);
            if (!status)
                status = lgd_optimizer_step(opt, 4, w, g, 0, 1);
            done = !status;
            vectors = done ? opt->vectors : 0;
            ck_assert_int_eq(status, done ? LGD_OK : LGD_ENOMEM);
            if (!done)
                ck_assert_msg(strstr(lgd_last_error(), ops->name) != NULL, "%s", lgd_last_error());
            lgd_optimizer_free(opt);
            ck_assert_uint_eq(b.living, 0);
            lgd_set_memory(NULL);
        }
        ck_assert_uint_eq(k, vectors ? 5 : 4); /* object, vectors, slices, and the round without a failure */
    }
}
END_TEST

START_TEST(method_steps_after_first_no_allocation)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = method(i)) != NULL; i++) {
        budget b;
        budget_begin(&b, 0);
        lgd_optimizer *opt = made(ops, EVERYTHING_ELSE);
        double w[33] = {0};
        walk(opt, 33, w, 0, 1);
        const size_t requests = b.requests;
        walk(opt, 33, w, 1, 50);
        ck_assert_uint_eq(b.requests, requests);
        lgd_optimizer_free(opt);
        ck_assert_uint_eq(b.living, 0);
        lgd_set_memory(NULL);
    }
}
END_TEST

/* ---- single methods */

START_TEST(sgd_two_gradients_steps_in_their_ratio)
{
    lgd_optimizer *opt = parsed("sgd:lr=0.3");
    double w[2] = {0}, g[2] = {0.7, 0.7 / 4};
    ck_assert_int_eq(lgd_optimizer_step(opt, 2, w, g, 0, 1), LGD_OK);
    ck_assert_double_eq(w[0], -0.3 * 0.7);
    ck_assert_double_eq(w[0] / w[1], 4);
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(momentum_classical_keeps_rate_pytorch_does_not)
{
    lgd_optimizer *classical = parsed("momentum:lr=1,momentum=0.5");
    lgd_optimizer *pytorch = parsed("momentum:lr=1,momentum=0.5,form=pytorch");
    double w[2] = {0}, one = 1, zero = 0;
    for (size_t k = 0; k < 2; k++) {
        ck_assert_int_eq(lgd_optimizer_step(k ? pytorch : classical, 1, &w[k], &one, 0, 1), LGD_OK);
        ck_assert_int_eq(lgd_optimizer_step(k ? pytorch : classical, 1, &w[k], &zero, 0, 0.25), LGD_OK);
    }
    ck_assert_double_eq(w[0], -1 - 0.5);
    ck_assert_double_eq(w[1], -1 - 0.25 * 0.5);
    lgd_optimizer_free(classical);
    lgd_optimizer_free(pytorch);
}
END_TEST

START_TEST(momentum_dampening_first_step_whole)
{
    lgd_optimizer *opt = parsed("momentum:lr=1,momentum=0.5,dampening=0.75,form=pytorch");
    double w = 0, g = 1;
    ck_assert_int_eq(lgd_optimizer_step(opt, 1, &w, &g, 0, 1), LGD_OK);
    ck_assert_double_eq(w, -1);
    ck_assert_int_eq(lgd_optimizer_step(opt, 1, &w, &g, 0, 1), LGD_OK);
    ck_assert_double_eq(w, -1 - (0.5 + 0.25));
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(adam_first_step_rate_times_sign)
{
    for (int e = -6; e <= 6; e++) {
        lgd_optimizer *opt = parsed("adam");
        double w[2] = {0}, g[2] = {pow(10, e), -pow(10, e)};
        const double expected = 0.001 / (1 + 1e-8 / g[0]);
        ck_assert_int_eq(lgd_optimizer_step(opt, 2, w, g, 0, 1), LGD_OK);
        ck_assert_double_eq_tol(w[0], -expected, 4 * DBL_EPSILON * 0.001);
        ck_assert_double_eq_tol(w[1], expected, 4 * DBL_EPSILON * 0.001);
        lgd_optimizer_free(opt);
    }
}
END_TEST

/* With psi 0 and beta1 1/2 the momentum is 1/4 throughout, so that P_t = 4^-t; and as long as g is the same and eps 0, the
 * root of v/(1-beta2^t) is |g|. Worked by hand, steps in units of lr:
 *   paper     m = (1 - P_t) g, so 1/4 (3/4)/(15/16) + (3/4)/(3/4) = 6/5, then 1/4 (15/16)/(63/64) + (3/4)/(15/16) = 109/105,
 *             and both over sqrt(beta2)
 *   PyTorch   m = (1 - 2^-t) g, so 1/4 (1/2)/(15/16) + 1 = 17/15, then 1/4 (3/4)/(63/64) + 4/5 = 104/105 */
START_TEST(nadam_first_steps_as_worked_by_hand)
{
    static const double steps[2][2] = {{17 / 15.0, 104 / 105.0}, {6 / 5.0, 109 / 105.0}};
    for (size_t form = 0; form < 2; form++) {
        lgd_optimizer *opt = NULL;
        const lgd_nadam_options options = {0.5, 0.5, 0.25, LGD_ZERO, LGD_ZERO, 0, (lgd_nadam_form)form};
        ck_assert_int_eq(lgd_nadam_create(&opt, &options), LGD_OK);
        double w = 0, expected = 0;
        for (size_t t = 0; t < 2; t++) {
            double g = -3;
            ck_assert_int_eq(lgd_optimizer_step(opt, 1, &w, &g, 0, 1), LGD_OK);
            expected += 0.5 * steps[form][t] * (form == LGD_NADAM_PAPER ? 2 : 1);
            ck_assert_double_eq_tol(w, expected, 8 * DBL_EPSILON);
        }
        lgd_optimizer_free(opt);
    }
}
END_TEST

/* Where g is the same in every step, m of the paper is (1 - P_t) g whatever the momentum has been. */
START_TEST(nadam_same_gradient_closed_form_of_paper)
{
    lgd_optimizer *opt = parsed("nadam:form=paper,lr=0.5,beta1=0.99,beta2=0.25,eps=0,psi=0.1");
    double w = 0, product = 1, expected = 0;
    for (int t = 1; t <= 300; t++) {
        double g = 7, mu = 0.99 * (1 - 0.5 * pow(0.96, 0.1 * t)), next = 0.99 * (1 - 0.5 * pow(0.96, 0.1 * (t + 1)));
        ck_assert_int_eq(lgd_optimizer_step(opt, 1, &w, &g, 0, 1), LGD_OK);
        product *= mu;
        expected -= 0.5 * 2 * (next * (1 - product) / (1 - product * next) + (1 - mu) / (1 - product));
        ck_assert_double_eq_tol(w, expected, 1e-12 * fabs(expected));
    }
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(amsgrad_smaller_gradients_divisor_stays)
{
    static const char *const text[] = {"amsgrad:form=paper,beta1=0,beta2=0.75,eps=0,lr=1",
                                       "amsgrad:form=optax,beta1=0,beta2=0.75,eps=0,lr=1",
                                       "amsgrad:beta1=0,beta2=0.75,eps=0,lr=1"};
    /* After g = 1, then 1/4: u = 1/4; u = 1; and u = 1/4 divided by 1/4, then by 7/16. */
    static const double first[] = {2, 1, 1}, second[] = {0.5, 0.25, 0.33071891388307384};
    for (size_t i = 0; i < 3; i++) {
        lgd_optimizer *opt = parsed(text[i]);
        double w = 0, g = 1;
        ck_assert_int_eq(lgd_optimizer_step(opt, 1, &w, &g, 0, 1), LGD_OK);
        ck_assert_double_eq_tol(w, -first[i], 4 * DBL_EPSILON);
        g = 0.25;
        ck_assert_int_eq(lgd_optimizer_step(opt, 1, &w, &g, 0, 1), LGD_OK);
        ck_assert_double_eq_tol(w, -first[i] - second[i], 4 * DBL_EPSILON);
        lgd_optimizer_free(opt);
    }
}
END_TEST

/* With presets rho is 4.99 after five steps and 5.98 after six. */
START_TEST(radam_first_five_steps_linear)
{
    lgd_optimizer *opt = parsed("radam:lr=1,beta1=0");
    double w = 0;
    for (int t = 1; t <= 6; t++) {
        double g = 1000, before = w;
        ck_assert_int_eq(lgd_optimizer_step(opt, 1, &w, &g, 0, 1), LGD_OK);
        ck_assert_msg(t <= 5 ? w == before - 1000 : fabs(w - before) < 0.1, "step %d: %g", t, w - before);
    }
    lgd_optimizer_free(opt);
}
END_TEST

/* How the decay enters, where g is 0: coupled, it is the gradient. */
START_TEST(adamw_form_decay_by_rate_by_schedule_or_as_gradient)
{
    static const struct {
        const char *text;
        double w;
    } forms[] = {{"adamw:lr=0.5,weight_decay=0.25,eps=0", 8 * (1 - 0.5 * 0.5 * 0.25)},
                 {"adamw:lr=0.5,weight_decay=0.25,eps=0,form=paper", 8 * (1 - 0.5 * 0.25)},
                 {"adamw:lr=0.5,weight_decay=0.25,eps=0,form=coupled", 8 - 0.5 * 0.5}};
    for (size_t i = 0; i < 3; i++) {
        lgd_optimizer *opt = parsed(forms[i].text);
        double w = 8, g = 0;
        ck_assert_int_eq(lgd_optimizer_step(opt, 1, &w, &g, 0, 0.5), LGD_OK);
        ck_assert_double_eq_tol(w, forms[i].w, 8 * DBL_EPSILON);
        lgd_optimizer_free(opt);
    }
}
END_TEST

/* Callers that trap floating-point exceptions must see none where nothing is wrong. */
START_TEST(method_finite_gradient_no_invalid_no_division_by_zero)
{
    static const double size[] = {0, -0.0, 1, -3, 1e-170, -1e-300, 5e-324, 1e100, 0, -1e-8};
    static const char *const kept[] = {NULL,  "beta1", "beta2", "alpha",   "momentum",
                                       "eps", "rho",   "beta",  "initial", "eps_root"};
    enum { SIZES = sizeof size / sizeof *size, ZEROS = sizeof kept / sizeof *kept };
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = stepped_builtin(i)) != NULL; i++)
        for (size_t k = 0; k < VARIANTS * ZEROS; k++) {
            lgd_optimizer *opt = made_zero(ops, k % VARIANTS, kept[k / VARIANTS]);
            /* An old gradient over a far smaller new one: a rate that is found follows such steps, and soon overflows. */
            const bool runs_away = lgd_optimizer_value(opt, "d0", 0) > 0 && lgd_optimizer_value(opt, "beta2", 1) == 0;
            double w[7] = {1, -1, 0, 2, -2, 3, -3}, g[7];
            for (size_t t = 0; t < (runs_away ? 1 : 3) * SIZES; t++) {
                for (size_t j = 0; j < 7; j++)
                    g[j] = size[(t + j * (t >= SIZES)) % SIZES]; /* first all alike, beginning with 0 */
                feclearexcept(FE_ALL_EXCEPT);
                ck_assert_int_eq(lgd_optimizer_step(opt, 7, w, g, 0, 1), LGD_OK);
                const int raised = fetestexcept(FE_DIVBYZERO | FE_INVALID);
                ck_assert_msg(!raised, "%s, %s = 0, step %zu: exceptions %d", ops->name,
                              kept[k / VARIANTS] ? kept[k / VARIANTS] : "none", t + 1, raised);
            }
            lgd_optimizer_free(opt);
        }
}
END_TEST

START_TEST(adaptive_methods_scaled_f_same_bits)
{
    const lgd_optimizer_ops *ops;
    size_t adaptive = 0;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)) != NULL; i++) {
        static const char *const constant[] = {"eps", "eps_root", "initial"}; /* what a gradient is held against */
        lgd_optimizer *opt[2] = {made_zero(ops, PRESETS, "eps"), NULL};
        const bool invariant = lgd_optimizer_value(opt[0], "eps", NAN) == 0;
        lgd_optimizer_free(opt[0]);
        char text[96];
        if (ops->flags & LGD_FINDS_STEP)
            continue;
        int n = snprintf(text, sizeof text, "%s:lr=0.01", ops->name);
        for (const lgd_option *o = ops->options; invariant && o->name; o++)
            for (size_t k = 0; k < 3; k++)
                if (!strcmp(o->name, constant[k]))
                    n += snprintf(text + n, sizeof text - (size_t)n, ",%s=0", o->name);
        opt[0] = parsed(text);
        opt[1] = parsed(text);
        if (invariant) {
            double w[2][40] = {{0}}, g[40];
            for (int t = 0; t < 300; t++)
                for (size_t k = 0; k < 2; k++) {
                    quadratic(40, w[k], g);
                    for (size_t j = 0; j < 40; j++)
                        g[j] *= k ? 0x1p-40 : 1;
                    ck_assert_int_eq(lgd_optimizer_step(opt[k], 40, w[k], g, 0, 1), LGD_OK);
                }
            const bool plain = ops == lgd_radam_ops(); /* its first steps are those of momentum */
            ck_assert_msg(!memcmp(w[0], w[1], sizeof w[0]) == !plain, "%s", ops->name);
            adaptive++;
        }
        lgd_optimizer_free(opt[0]);
        lgd_optimizer_free(opt[1]);
    }
    ck_assert_uint_ge(adaptive, 3);
}
END_TEST

START_TEST(adamw_unpenalised_slice_no_decay)
{
    lgd_optimizer *opt = parsed("adamw:lr=0.5,weight_decay=0.25");
    double w[5] = {1, 2, 3, 4, 5}, g[5] = {0};
    for (int t = 0; t < 3; t++) {
        lgd_step s = {.w = w, .g = g, .lr_factor = 1, .momentum = NAN};
        ck_assert_int_eq(lgd_optimizer_prepare(opt, 5, 3, 1), LGD_OK);
        ck_assert_int_eq(lgd_optimizer_advance(opt, &s), LGD_OK);
    }
    for (size_t j = 0; j < 5; j++)
        ck_assert_double_eq(w[j], (double)(j + 1) * (j == 3 ? 1 : 0.875 * 0.875 * 0.875));
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(spare_own_loop_bits_of_minimize)
{
    enum { ROWS = 30, COLS = 2, DIM = COLS + 1, STEPS = 25 };
    double x[ROWS * COLS], y[ROWS], own[DIM] = {0.5, -0.5, 3}, ours[DIM], plain[DIM], g[DIM], value;
    lgd_uniform(1, 0, ROWS * COLS, x);
    lgd_uniform(2, 0, ROWS, y);
    memcpy(ours, own, sizeof own);
    memcpy(plain, own, sizeof own);
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    ck_assert_int_eq(lgd_matrix_dense(&X, ROWS, COLS, x, COLS), LGD_OK);
    ck_assert_int_eq(lgd_glm_create(&f, X, y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}), LGD_OK);

    lgd_optimizer *opt = parsed("adamw:weight_decay=10,lr=0.01");
    ck_assert_int_eq(
        lgd_minimize(f, opt, ours, &(lgd_minimize_options){.max_steps = STEPS, .grad_tol = LGD_ZERO}, NULL), LGD_OK);
    ck_assert_uint_eq(lgd_optimizer_steps(opt), STEPS);
    for (size_t k = 0; k < 2; k++) {
        double *w = k ? own : plain;
        lgd_optimizer_reset(opt);
        if (k)
            ck_assert_int_eq(lgd_optimizer_spare(opt, DIM, COLS, 1), LGD_OK);
        for (int t = 0; t < STEPS; t++) {
            ck_assert_int_eq(lgd_objective_eval(f, NULL, w, &value, g), LGD_OK);
            ck_assert_int_eq(lgd_optimizer_step(opt, DIM, w, g, value, 1), LGD_OK);
        }
    }
    ck_assert_mem_eq(own, ours, sizeof own);
    ck_assert(plain[COLS] < ours[COLS] - 1); /* there it decayed */
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

START_TEST(spare_every_method_steps_as_advance)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = stepped(i)) != NULL; i++) {
        lgd_optimizer *opt[2] = {NULL, NULL};
        double w[2][9] = {{0}}, g[9];
        for (size_t k = 0; k < 2; k++)
            ck_assert_int_eq(make(&opt[k], ops, PRESETS, "weight_decay", 10), LGD_OK);
        ck_assert_int_eq(lgd_optimizer_spare(opt[0], 9, 4, 2), LGD_OK);
        for (int t = 0; t < 20; t++)
            for (size_t k = 0; k < 2; k++) {
                lgd_step s = {.w = w[k], .g = g, .lr_factor = 1, .momentum = NAN};
                quadratic(9, w[k], g);
                ck_assert_int_eq(lgd_optimizer_prepare(opt[1], 9, 4, 2), LGD_OK);
                ck_assert_int_eq(k ? lgd_optimizer_advance(opt[1], &s) : lgd_optimizer_step(opt[0], 9, w[0], g, 0, 1),
                                 LGD_OK);
            }
        ck_assert_msg(!memcmp(w[0], w[1], sizeof w[0]), "%s", ops->name);
        ck_assert_uint_eq(opt[0]->slices, 3);
        lgd_optimizer_free(opt[0]);
        lgd_optimizer_free(opt[1]);
    }
}
END_TEST

START_TEST(spare_bad_arguments_refused)
{
    lgd_optimizer *opt = parsed("adamw");
    ck_assert_int_eq(lgd_optimizer_spare(NULL, 3, 0, 1), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "optimizer: opt is NULL, an optimizer is accepted");
    ck_assert_int_eq(lgd_optimizer_spare(opt, 0, 0, 0), LGD_EINVAL);
    ck_assert_int_eq(lgd_optimizer_spare(opt, 3, 2, 2), LGD_EINVAL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "adamw: the unpenalised range is 2 + 2"));
    ck_assert_int_eq(lgd_optimizer_spare(opt, 3, 2, SIZE_MAX), LGD_EINVAL);
    ck_assert_uint_eq(opt->dim, 0);
    ck_assert_int_eq(lgd_optimizer_spare(opt, 3, 2, 1), LGD_OK);
    double w[4] = {0}, g[4] = {1, 1, 1, 1};
    ck_assert_int_eq(lgd_optimizer_step(opt, 4, w, g, 0, 1), LGD_EINVAL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "adamw: dim is 4, 3 "));
    lgd_optimizer_free(opt);
}
END_TEST

/* A ratio of norms makes the step of a layer twice as long as well, and no more linear. */
START_TEST(builtin_linear_flag_twice_g_twice_step)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = stepped_builtin(i)) != NULL; i++) {
        lgd_optimizer *opt[2] = {made(ops, PRESETS), made(ops, PRESETS)};
        double w[2] = {0};
        for (int t = 0; t < 20; t++)
            for (size_t k = 0; k < 2; k++) {
                double g = (double)(k + 1) * cos(t);
                ck_assert_int_eq(lgd_optimizer_step(opt[k], 1, &w[k], &g, 1, 1), LGD_OK);
            }
        const bool linear = w[0] != 0 && w[1] == 2 * w[0] && !(ops->flags & LGD_LAYERED);
        ck_assert_msg(linear == !!(ops->flags & LGD_LINEAR), "%s: %g and %g", ops->name, w[0], w[1]);
        lgd_optimizer_free(opt[0]);
        lgd_optimizer_free(opt[1]);
    }
}
END_TEST

/* ---- the door for one's own, and the loop of one's own */

START_TEST(averager_result_mean_of_each_slice)
{
    lgd_optimizer *opt = NULL;
    ck_assert_int_eq(
        lgd_optimizer_create(&opt, &averager_ops, &(averager_options){.lr = 1, .first = 2}, sizeof(averager_options)),
        LGD_OK);
    double w[4] = {0}, out[4];
    ck_assert_int_eq(lgd_optimizer_result(opt, w, out), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "averager: dim is not yet known, a result is accepted once it is (by a step)");
    ck_assert_int_eq(lgd_optimizer_prepare(opt, 4, 1, 2), LGD_OK);
    ck_assert_int_eq(lgd_optimizer_result(opt, w, out), LGD_OK); /* before the first step: w */
    ck_assert_mem_eq(out, w, sizeof w);
    for (int t = 1; t <= 3; t++) {
        double g[4] = {-1, -2, -4, -8};
        lgd_step s = {.w = w, .g = g, .lr_factor = 1, .momentum = NAN};
        ck_assert_int_eq(lgd_optimizer_advance(opt, &s), LGD_OK);
        ck_assert(!s.fresh && !s.stop);
    }
    lgd_optimizer_result(opt, w, out);
    for (size_t j = 0; j < 4; j++) {
        ck_assert_double_eq(w[j], 3 * (double)(1 << j));
        ck_assert_double_eq(out[j], 2.5 * (double)(1 << j)); /* of steps 2 and 3 */
    }
    lgd_optimizer_free(opt);
}
END_TEST

static void tells_step(const lgd_step *s, double *w)
{
    w[0] = (double)s->t;
}

START_TEST(result_told_of_the_step_that_led_there)
{
    lgd_optimizer_ops ops = averager_ops;
    ops.result = tells_step;
    lgd_optimizer *opt = made(&ops, PRESETS);
    double w[2] = {0}, out[2];
    walk(opt, 2, w, 0, 7);
    ck_assert_int_eq(lgd_optimizer_result(opt, w, out), LGD_OK);
    ck_assert_double_eq(out[0], 7);
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(averager_noise_differs_by_step_slice_and_key)
{
    double w[3][2] = {{0}};
    for (size_t run = 0; run < 3; run++) {
        lgd_optimizer *opt = NULL;
        ck_assert_int_eq(lgd_optimizer_create(&opt, &averager_ops, &(averager_options){.lr = 1, .noise = true},
                                              sizeof(averager_options)),
                         LGD_OK);
        double g[2] = {0}, first[2] = {0};
        for (int t = 0; t < 2; t++) {
            lgd_step s = {.w = w[run], .g = g, .lr_factor = 1, .momentum = NAN, .key = run / 2};
            ck_assert_int_eq(lgd_optimizer_prepare(opt, 2, 1, 1), LGD_OK);
            ck_assert_int_eq(lgd_optimizer_advance(opt, &s), LGD_OK);
            if (!t)
                memcpy(first, w[run], sizeof first);
        }
        ck_assert(first[0] != first[1]);             /* slices */
        ck_assert(w[run][0] - first[0] != first[0]); /* steps */
        lgd_optimizer_free(opt);
    }
    ck_assert_mem_eq(w[0], w[1], sizeof w[0]);
    ck_assert(w[0][0] != w[2][0]);
}
END_TEST

START_TEST(averager_other_unpenalised_range_refused)
{
    lgd_optimizer *opt = made(&averager_ops, PRESETS);
    double w[6] = {0};
    walk(opt, 6, w, 0, 3);
    ck_assert_int_eq(lgd_optimizer_prepare(opt, 6, 5, 1), LGD_EINVAL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "unpenalised range is 5 + 1"));
    ck_assert_int_eq(lgd_optimizer_prepare(opt, 6, 3, 1), LGD_OK);
    ck_assert_int_eq(lgd_optimizer_prepare(opt, 6, 3, 4), LGD_EINVAL);
    ck_assert_int_eq(lgd_optimizer_prepare(opt, 6, SIZE_MAX, 2), LGD_EINVAL);
    lgd_optimizer_free(opt);
}
END_TEST

static lgd_status fails_at_three(lgd_step *s)
{
    s->vec[0][0] += 1;
    s->fresh = true;
    s->stop = s->t == 2 ? 7 : 0;
    return s->t == 3 ? LGD_EUSER : LGD_OK;
}

static lgd_status fails_at_first(lgd_step *s)
{
    s->vec[0][0] += 1;
    return LGD_EUSER;
}

static void one_vector(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)options, (void)dim, (void)state_size;
    *vectors = 1;
}

START_TEST(step_status_fresh_stop_passed_through)
{
    const lgd_optimizer_ops ops = {.name = "three", .layout = one_vector, .step = fails_at_three};
    lgd_optimizer *opt = NULL;
    double w = 0, g = 1;
    ck_assert_int_eq(lgd_optimizer_create(&opt, &ops, NULL, 0), LGD_OK);
    ck_assert_int_eq(lgd_optimizer_prepare(opt, 1, 0, 0), LGD_OK);
    for (int t = 1; t <= 2; t++) {
        lgd_step s = {.w = &w, .g = &g, .lr_factor = 1, .momentum = NAN};
        ck_assert_int_eq(lgd_optimizer_advance(opt, &s), LGD_OK);
        ck_assert(s.fresh && s.stop == (t == 2 ? 7 : 0));
    }
    ck_assert_int_eq(lgd_optimizer_step(opt, 1, &w, &g, 0, 1), LGD_EUSER);
    ck_assert_uint_eq(lgd_optimizer_steps(opt), 2);
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(step_first_failing_leaves_no_state)
{
    const lgd_optimizer_ops ops = {.name = "first", .layout = one_vector, .step = fails_at_first};
    lgd_optimizer *opt = NULL;
    double w = 0, g = 1;
    ck_assert_int_eq(lgd_optimizer_create(&opt, &ops, NULL, 0), LGD_OK);
    ck_assert_int_eq(lgd_optimizer_step(opt, 1, &w, &g, 0, 1), LGD_EUSER);
    ck_assert_double_eq(opt->vec[0][0], 0);
    lgd_optimizer_free(opt);
}
END_TEST

typedef struct failing_options {
    double fail_at; /* step at which the unpenalised slice fails */
} failing_options;

static lgd_status fails_within(lgd_step *s)
{
    const failing_options *o = s->options;
    if ((double)s->t == o->fail_at && s->decay == 0)
        return LGD_EUSER;
    for (size_t j = 0; j < s->dim; j++)
        s->w[j] -= s->g[j];
    return LGD_OK;
}

START_TEST(step_failing_half_done_refused_until_reset)
{
    const lgd_optimizer_ops ops = {
        .name = "within", .options_size = sizeof(failing_options), .flags = LGD_SLICED, .step = fails_within};
    for (int fail_at = 1; fail_at <= 2; fail_at++)
        for (size_t first = 0; first < 2; first++) { /* is it the first slice that fails, or the second? */
            lgd_optimizer *opt = NULL;
            const failing_options options = {fail_at};
            ck_assert_int_eq(lgd_optimizer_create(&opt, &ops, &options, sizeof options), LGD_OK);
            ck_assert_int_eq(lgd_optimizer_spare(opt, 3, first, 1), LGD_OK);
            double w[3] = {0}, g[3] = {1, 1, 1};
            for (int t = 1; t < fail_at; t++)
                ck_assert_int_eq(lgd_optimizer_step(opt, 3, w, g, 0, 1), LGD_OK);
            ck_assert_int_eq(lgd_optimizer_step(opt, 3, w, g, 0, 1), LGD_EUSER);
            const double moved = w[0];
            lgd_step s = {.w = w, .g = g, .lr_factor = 1, .momentum = NAN};
            ck_assert_int_eq(lgd_optimizer_step(opt, 3, w, g, 0, 1), first ? LGD_EINVAL : LGD_EUSER);
            ck_assert_int_eq(lgd_optimizer_advance(opt, &s), first ? LGD_EINVAL : LGD_EUSER);
            if (first)
                ck_assert_str_eq(lgd_last_error(),
                                 "within: its last step failed half done, lgd_optimizer_reset is accepted");
            ck_assert_double_eq(w[0], moved);
            ck_assert_uint_eq(lgd_optimizer_steps(opt), (uint64_t)fail_at - 1);
            lgd_optimizer_reset(opt);
            ck_assert_int_eq(lgd_optimizer_step(opt, 3, w, g, 0, 1), LGD_OK);
            lgd_optimizer_free(opt);
        }
}
END_TEST

START_TEST(step_not_finite_point_refused_nothing_touched)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    static const char *const shown[] = {"w[2] is nan, ", "w[2] is inf, ", "w[2] is -inf, "};
    for (uint64_t k = 0; k < 6; k++) {
        lgd_optimizer *opt = parsed("adam");
        double w[4] = {0}, g[4], start[4], gradient[4];
        for (uint64_t t = 0; t < k % 2 * 3; t++)
            ck_assert_int_eq(lgd_optimizer_step(opt, 4, w, (quadratic(4, w, g), g), 0, 1), LGD_OK);
        quadratic(4, w, g);
        w[2] = bad[k / 2];
        memcpy(start, w, sizeof w);
        memcpy(gradient, g, sizeof g);
        saved before = save(opt);
        ck_assert_int_eq(lgd_optimizer_step(opt, 4, w, g, 0, 1), LGD_EINVAL);
        ck_assert_msg(strstr(lgd_last_error(), shown[k / 2]) != NULL, "%s", lgd_last_error());
        ck_assert_mem_eq(w, start, sizeof w);
        ck_assert_mem_eq(g, gradient, sizeof g);
        ck_assert(still(opt, before));
        lgd_optimizer_free(opt);
    }
}
END_TEST

START_TEST(step_bad_arguments_refused)
{
    lgd_optimizer *opt = parsed("adam");
    double w[4] = {0}, g[4] = {1, 1, 1, 1};
    const struct {
        lgd_optimizer *opt;
        size_t dim;
        double *w, *g, factor;
        const char *message;
    } bad[] = {
        {NULL, 4, w, g, 1, "optimizer: opt is NULL, an optimizer is"},
        {opt, 4, NULL, g, 1, "optimizer: w is NULL, a point"},
        {opt, 4, w, NULL, 1, "optimizer: g is NULL, a gradient"},
        {opt, 0, w, g, 1, "dim is 0"},
        {opt, (size_t)-4, w, g, 1, "negative"},
        {opt, 4, w, g, -1, "lr_factor is -1"},
        {opt, 4, w, g, NAN, "lr_factor is"},
        {opt, 4, w, g, INFINITY, "lr_factor is inf"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(lgd_optimizer_step(bad[i].opt, bad[i].dim, bad[i].w, bad[i].g, 0, bad[i].factor), LGD_EINVAL);
        ck_assert_msg(strstr(lgd_last_error(), bad[i].message) != NULL, "%s", lgd_last_error());
    }
    ck_assert(w[0] == 0 && lgd_optimizer_steps(opt) == 0);
    ck_assert_int_eq(lgd_optimizer_step(opt, 4, w, g, NAN, 0),
                     LGD_OK); /* a value is not needed, a rate of 0 is legal */
    ck_assert(w[0] == 0 && lgd_optimizer_steps(opt) == 1);
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(step_too_large_dim_erange)
{
    lgd_optimizer *opt = parsed("adam");
    ck_assert_int_eq(lgd_optimizer_prepare(opt, PTRDIFF_MAX, 0, 0), LGD_ERANGE);
    ck_assert_int_eq(lgd_optimizer_prepare(opt, PTRDIFF_MAX / 8, 0, 0), LGD_ERANGE);
    ck_assert_int_eq(lgd_optimizer_prepare(opt, 0, 0, 0), LGD_EINVAL);
    ck_assert_uint_eq(lgd_optimizer_state_bytes(opt, SIZE_MAX / 4), SIZE_MAX);
    ck_assert_uint_eq(opt->dim, 0);
    lgd_optimizer_free(opt);
}
END_TEST

static void odd_state(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)options, (void)dim, (void)vectors;
    *state_size = 12;
}

START_TEST(step_odd_state_size_refused)
{
    const lgd_optimizer_ops ops = {.name = "odd", .layout = odd_state, .step = fails_at_first};
    lgd_optimizer *opt = NULL;
    double w = 0, g = 1;
    ck_assert_int_eq(lgd_optimizer_create(&opt, &ops, NULL, 0), LGD_OK);
    ck_assert_int_eq(lgd_optimizer_step(opt, 1, &w, &g, 0, 1), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "odd: its layout asks for a state of 12 bytes, a multiple of 8 is accepted");
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(step_method_that_needs_values_unsupported)
{
    lgd_optimizer_ops ops = *lgd_sgd_ops();
    ops.flags |= LGD_NEEDS_EVAL;
    lgd_optimizer *opt = made(&ops, PRESETS);
    double w = 1, g = 1;
    ck_assert_int_eq(lgd_optimizer_step(opt, 1, &w, &g, 0, 1), LGD_EUNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "lgd_minimize"));
    ck_assert_double_eq(w, 1);
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(step_any_alignment_same_bits)
{
    double room[4][24];
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = stepped(i)) != NULL; i++)
        for (size_t shift = 0; shift < 4; shift++) {
            lgd_optimizer *opt = made(ops, PRESETS);
            double *w = room[shift] + shift, g[24];
            memset(w, 0, 19 * sizeof *w);
            for (int t = 0; t < 5; t++) {
                quadratic(19, w, g + shift);
                ck_assert_int_eq(lgd_optimizer_step(opt, 19, w, g + shift, 0, 1), LGD_OK);
            }
            ck_assert_mem_eq(w, room[0], 19 * sizeof *w);
            lgd_optimizer_free(opt);
        }
}
END_TEST

START_TEST(null_optimizer_every_question_harmless)
{
    double value;
    lgd_optimizer_free(NULL);
    lgd_optimizer_reset(NULL);
    ck_assert_str_eq(lgd_optimizer_name(NULL), "");
    ck_assert_uint_eq(lgd_optimizer_steps(NULL), 0);
    ck_assert_uint_eq(lgd_optimizer_state_bytes(NULL, 7), 0);
    ck_assert_int_eq(lgd_optimizer_option(NULL, "lr", &value), LGD_EINVAL);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("optimizer");
    CASE(s, scalar_recorded_gradients_same_bits);
    CASE(s, state_bytes_known_methods_as_stated);
    CASE(s, builtin_linear_flag_twice_g_twice_step);
    CASE(s, method_quadratic_decreases);
    CASE(s, method_slices_same_bits_as_whole);
    CASE(s, method_each_coordinate_alone_same_bits);
    CASE(s, method_zero_gradient_stays_finite);
    CASE(s, method_vanishing_squares_finite);
    CASE(s, method_finite_gradient_no_invalid_no_division_by_zero);
    CASE(s, adaptive_methods_overflowing_square_no_jump);
    CASE(s, method_rate_of_zero_nothing_moves_then_goes_on);
    CASE(s, method_not_finite_gradient_refused_nothing_touched);
    CASE(s, method_many_coordinates_not_finite_gradient_told);
    CASE(s, method_other_dim_refused_until_reset);
    CASE(s, method_given_momentum_as_its_own);
    CASE(s, momentum_own_loop_as_option_or_refused);
    CASE(s, method_kth_allocation_failing_enomem_no_leak);
    CASE(s, method_steps_after_first_no_allocation);
    CASE(s, sgd_two_gradients_steps_in_their_ratio);
    CASE(s, momentum_classical_keeps_rate_pytorch_does_not);
    CASE(s, momentum_dampening_first_step_whole);
    CASE(s, adam_first_step_rate_times_sign);
    CASE(s, nadam_first_steps_as_worked_by_hand);
    CASE(s, nadam_same_gradient_closed_form_of_paper);
    CASE(s, amsgrad_smaller_gradients_divisor_stays);
    CASE(s, radam_first_five_steps_linear);
    CASE(s, adamw_form_decay_by_rate_by_schedule_or_as_gradient);
    CASE(s, adaptive_methods_scaled_f_same_bits);
    CASE(s, adamw_unpenalised_slice_no_decay);
    CASE(s, spare_own_loop_bits_of_minimize);
    CASE(s, spare_every_method_steps_as_advance);
    CASE(s, spare_bad_arguments_refused);
    CASE(s, averager_result_mean_of_each_slice);
    CASE(s, result_told_of_the_step_that_led_there);
    CASE(s, averager_noise_differs_by_step_slice_and_key);
    CASE(s, averager_other_unpenalised_range_refused);
    CASE(s, step_status_fresh_stop_passed_through);
    CASE(s, step_first_failing_leaves_no_state);
    CASE(s, step_failing_half_done_refused_until_reset);
    CASE(s, step_not_finite_point_refused_nothing_touched);
    CASE(s, step_bad_arguments_refused);
    CASE(s, step_too_large_dim_erange);
    CASE(s, step_odd_state_size_refused);
    CASE(s, step_method_that_needs_values_unsupported);
    CASE(s, step_any_alignment_same_bits);
    CASE(s, null_optimizer_every_question_harmless);
    return suite_run(s);
}
