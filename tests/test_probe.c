/* The curvature of an objective at a point, and lr = LGD_AUTO on functions that know none: against spectra that are known by how they
 * are made. */
#include "base/base.h"
#include "problems.h"
#include <stdio.h>

enum { MOST = 300 };

/* f = 1/2 x^T H x with H = Q diag(curvature) Q, Q the reflection by u: of length 1, or 0 for Q = 1. */
typedef struct spectrum {
    size_t n, calls;
    double curvature[MOST], u[MOST];
} spectrum;

static void reflect(const spectrum *s, double *x)
{
    const double along = 2 * lgd_dot(s->n, s->u, x);
    for (size_t j = 0; j < s->n; j++)
        x[j] -= along * s->u[j];
}

static void multiply(const spectrum *s, const double *v, double *hv)
{
    memcpy(hv, v, s->n * sizeof *hv);
    reflect(s, hv);
    for (size_t j = 0; j < s->n; j++)
        hv[j] *= s->curvature[j];
    reflect(s, hv);
}

static lgd_status spectrum_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    spectrum *s = ctx;
    double hw[MOST];
    s->calls++;
    multiply(s, w, hw);
    *f = 0.5 * lgd_dot(dim, w, hw);
    if (g)
        memcpy(g, hw, dim * sizeof *g);
    return LGD_OK;
}

/* The same as a term that has products, of which there are two, each half of H; and a smooth part that has them too. */
static lgd_status term_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    double own, hw[MOST];
    spectrum *s = ctx;
    const lgd_status status = spectrum_eval(ctx, s->n, w, &own, hw);
    *f += (double)rows->count * own;
    for (size_t j = 0; g && j < s->n; j++)
        g[j] += (double)rows->count * hw[j];
    return status;
}

static lgd_status term_product(void *ctx, const lgd_rows *rows, const double *w, const double *v, double *hv)
{
    double own[MOST];
    const spectrum *s = ctx;
    (void)w;
    multiply(s, v, own);
    for (size_t j = 0; j < s->n; j++)
        hv[j] += (double)rows->count * own[j];
    return LGD_OK;
}

static lgd_status smooth_eval(void *ctx, const double *w, double *f, double *g)
{
    const spectrum *s = ctx;
    *f += lgd_dot(s->n, w, w);
    for (size_t j = 0; g && j < s->n; j++)
        g[j] += 2 * w[j];
    return LGD_OK;
}

static lgd_status smooth_product(void *ctx, const double *w, const double *v, double *hv)
{
    const spectrum *s = ctx;
    (void)w;
    for (size_t j = 0; j < s->n; j++)
        hv[j] += 2 * v[j];
    return LGD_OK;
}

static lgd_objective *with_products(spectrum *s)
{
    lgd_objective *f;
    const lgd_objective_ops ops = {.name = "spectrum",
                                   .eval = term_eval,
                                   .product = term_product,
                                   .smooth = smooth_eval,
                                   .smooth_product = smooth_product};
    ck_ok(lgd_objective_create(&f, s->n, 2, &ops, s));
    return f;
}

static lgd_objective *without(spectrum *s)
{
    lgd_objective *f;
    ck_ok(lgd_function_create(&f, s->n, spectrum_eval, s));
    return f;
}

static void turn(spectrum *s, uint64_t seed)
{
    fill(seed, s->n, -1, 1, s->u);
    const double norm = lgd_norm2(s->n, s->u);
    for (size_t j = 0; j < s->n; j++)
        s->u[j] /= norm;
}

/* n eigenvalues from 1/condition to 1; `clustered`: a fifth of them within a part in a thousand of the largest. */
static spectrum spread(size_t n, double condition, bool clustered, uint64_t seed)
{
    spectrum s = {.n = n};
    for (size_t j = 0; j < n; j++) {
        const double at = n > 1 ? (double)j / (double)(n - 1) : 1;
        s.curvature[j] = clustered && j >= n - 1 - n / 5 ? 1 - 1e-3 * (1 - at) : pow(condition, at - 1);
    }
    turn(&s, seed);
    return s;
}

static lgd_curvature look(lgd_objective *f, const double *w, const lgd_curvature_options *o)
{
    lgd_curvature r;
    ck_ok(lgd_objective_curvature(f, w, o, &r));
    return r;
}

/* ---- the probe */

START_TEST(curvature_of_known_spectra_is_within_its_error)
{
    const double conditions[] = {10, 1e3, 1e6};
    const size_t dims[] = {1, 2, 3, 5, 20, 32, 33, 40, 100, 300};
    double w[MOST];
    for (size_t d = 0; d < sizeof dims / sizeof *dims; d++)
        for (size_t c = 0; c < 3; c++)
            for (int exact = 0; exact <= 1; exact++) {
                spectrum s = spread(dims[d], conditions[c], c == 1, 10 * d + c);
                const double add = exact ? 2 : 0, high = 1 + add, low = s.curvature[0] + add;
                lgd_objective *f = exact ? with_products(&s) : without(&s);
                fill(7, s.n, -1, 1, w);
                const lgd_curvature r = look(f, w, NULL);
                ck_assert_msg(r.largest <= high + r.error && r.largest >= high - fmax(2e-4 * high, r.error) &&
                                  r.smallest >= low - r.error && r.smallest <= low + 2e-3 * high &&
                                  r.error < 2e-3 * high && r.exact == exact && r.products <= (s.n < 32 ? s.n : 200),
                              "dim %zu, condition %g, exact %d: %g .. %g, error %g, %zu products", s.n, conditions[c],
                              exact, r.smallest, r.largest, r.error, r.products);
                ck_assert(exact || s.calls == 2 * r.products);
                const lgd_curvature all = look(f, w, &(lgd_curvature_options){.tol = LGD_ZERO, .max_products = s.n});
                if (s.n <= 32)
                    ck_assert_msg(fabs(all.condition - high / low) <= 1e-3 * high / low && all.products <= s.n,
                                  "dim %zu: condition %g, not %g", s.n, all.condition, high / low);
                lgd_objective_free(f);
            }
}
END_TEST

START_TEST(curvature_indefinite_zero_and_repeated_eigenvalues_told)
{
    double w[40] = {1, 2, 3}, v[40], hv[40];
    for (size_t n = 2; n <= 40; n += 38) {
        spectrum s = {.n = n};
        lgd_objective *f = without(&s);
        turn(&s, 3);
        lgd_curvature r = look(f, w, NULL); /* H = 0 */
        ck_assert(r.largest == 0 && r.smallest == 0 && isnan(r.condition) && r.products == 1 && r.error == 0);
        for (size_t j = 0; j < n; j++)
            s.curvature[j] = 3;
        r = look(f, w, NULL);
        ck_near(r.largest, 3, 1e-9);
        ck_near(r.smallest, 3, 1e-9);
        ck_near(r.condition, 1, 1e-9);
        for (size_t j = 0; j < n; j++)
            s.curvature[j] = j % 2 ? 3 : -5; /* as many of each: two products say all */
        r = look(f, w, &(lgd_curvature_options){.smallest_vector = v});
        ck_near(r.largest, 3, 1e-9);
        ck_near(r.smallest, -5, 1e-9);
        ck_assert(isnan(r.condition));
        ck_assert_uint_le(r.products, 3);
        multiply(&s, v, hv);
        for (size_t j = 0; j < n; j++)
            ck_assert_double_eq_tol(hv[j], -5 * v[j], 1e-8);
        ck_near(lgd_norm2(n, v), 1, 1e-12);
        s.curvature[0] = 0;
        for (size_t j = 1; j < n; j++)
            s.curvature[j] = 1;
        r = look(f, w, &(lgd_curvature_options){.largest_vector = v});
        ck_assert(isinf(r.condition) && fabs(r.smallest) <= r.error);
        ck_near(r.largest, 1, 1e-9);
        multiply(&s, v, hv);
        for (size_t j = 0; j < n; j++)
            ck_assert_double_eq_tol(hv[j], v[j], 1e-8);
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(curvature_of_models_is_that_of_their_hessian)
{
    enum { N = 4 };
    model m = model_create(60, N, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true, .l2 = 0.1}, 5);
    double w[N + 1], at[N + 1], g[2][N + 1], v[2][N + 1];
    fill(77, N + 1, -1, 1, w);
    const lgd_curvature r = look(m.f, w, &(lgd_curvature_options){.largest_vector = v[0], .smallest_vector = v[1]});
    for (int end = 0; end < 2; end++) {
        for (int side = 0; side < 2; side++) {
            for (size_t j = 0; j <= N; j++)
                at[j] = w[j] + (side ? -1e-5 : 1e-5) * v[end][j];
            ck_ok(lgd_objective_eval(m.f, NULL, at, NULL, g[side]));
        }
        for (size_t j = 0; j <= N; j++)
            ck_assert_double_eq_tol((g[0][j] - g[1][j]) / 2e-5, (end ? r.smallest : r.largest) * v[end][j], 1e-8);
    }
    ck_assert_uint_le(r.products, N + 1);
    model_free(&m);
}
END_TEST

START_TEST(curvature_by_power_iteration_finds_both_ends)
{
    const double ends[][2] = {{1, 10}, {-10, 3}, {-3, 10}, {-10, -1}, {4, 4}};
    double w[6] = {1}, v[2][6], hv[6];
    for (size_t i = 0; i < 5; i++) {
        spectrum s = {.n = 6};
        for (size_t j = 0; j < 6; j++)
            s.curvature[j] = ends[i][0] + (ends[i][1] - ends[i][0]) * (double)j / 5;
        turn(&s, i);
        lgd_objective *f = without(&s);
        const lgd_curvature r = look(
            f, w,
            &(lgd_curvature_options){
                .power = true, .tol = 1e-5, .max_products = 2000, .smallest_vector = v[0], .largest_vector = v[1]});
        ck_assert_double_eq_tol(r.smallest, ends[i][0], 1e-6);
        ck_assert_double_eq_tol(r.largest, ends[i][1], 1e-6);
        ck_assert_double_le(r.error, 1.1e-4);
        for (int end = 0; end < 2; end++) {
            multiply(&s, v[end], hv);
            for (size_t j = 0; j < 6; j++)
                ck_assert_double_eq_tol(hv[j], ends[i][end] * v[end][j], 2e-4);
        }
        const lgd_curvature few =
            look(f, w, &(lgd_curvature_options){.power = true, .tol = LGD_ZERO, .max_products = 5});
        ck_assert(few.products <= 5 && few.largest <= ends[i][1] + 1e-8 && few.smallest >= ends[i][0] - 1e-8);
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(curvature_restarts_find_ends_that_one_basis_does_not)
{
    spectrum s = spread(MOST, 1e4, false, 5);
    double w[MOST];
    lgd_objective *f = with_products(&s);
    fill(7, s.n, -1, 1, w);
    const lgd_curvature once = look(f, w, &(lgd_curvature_options){.max_products = 32, .tol = LGD_ZERO});
    const lgd_curvature more = look(f, w, &(lgd_curvature_options){.max_products = 400, .tol = 1e-8});
    ck_assert_uint_eq(once.products, 32);
    ck_assert_double_lt(more.error, once.error / 10);
    ck_assert_double_eq_tol(more.largest, 3, 1e-7);
    ck_assert_double_ge(more.smallest, 2 + 1e-4 - 1e-12);
    ck_assert_double_le(more.smallest, once.smallest);
    lgd_objective_free(f);
}
END_TEST

START_TEST(curvature_same_seed_and_any_threads_same_bits)
{
    enum { N = 40 };
    model m = model_create(4000, N, lgd_loss_logistic(), NULL, 3);
    double w[N], v[3][N];
    lgd_curvature r[3];
    fill(77, N, -1, 1, w);
    for (int i = 0; i < 3; i++) {
        setenv("LGD_NUM_THREADS", i ? "3" : "1", 1);
        r[i] = look(m.f, w, &(lgd_curvature_options){.seed = (uint64_t)i / 2, .smallest_vector = v[i], .tol = 1e-2});
    }
    ck_assert_mem_eq(&r[0].largest, &r[1].largest, 4 * sizeof(double));
    ck_assert_mem_eq(v[0], v[1], sizeof v[0]);
    ck_assert(memcmp(v[0], v[2], sizeof v[0]));
    model_free(&m);
}
END_TEST

/* One that is no number from its `left`-th call on, or fails there. */
typedef struct failing {
    size_t calls, left;
    double value;
} failing;

static lgd_status failing_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    failing *it = ctx;
    quadratic q = {.curvature = (const double[]){1, 2, 3}};
    const lgd_status status = quadratic_eval(&q, dim, w, f, g);
    if (++it->calls > it->left && it->value == 0)
        return lgd_set_error(LGD_EUSER, "failing: not today");
    if (it->calls > it->left && g)
        g[1] = it->value;
    return status;
}

START_TEST(curvature_bad_input_and_failing_objectives_refused_by_name)
{
    failing it = {0, 100, 0};
    double w[3] = {1, 2, 3};
    lgd_objective *f;
    lgd_curvature r;
    ck_ok(lgd_function_create(&f, 3, failing_eval, &it));
    ck_fails(lgd_objective_curvature(NULL, w, NULL, &r), LGD_EINVAL, "curvature: f is NULL");
    ck_fails(lgd_objective_curvature(f, NULL, NULL, &r), LGD_EINVAL, "curvature: w is NULL");
    ck_fails(lgd_objective_curvature(f, w, NULL, NULL), LGD_EINVAL, "curvature: result is NULL");
    ck_fails(lgd_objective_curvature(f, w, &(lgd_curvature_options){.tol = -1}, &r), LGD_EINVAL,
             "curvature: tol is -1");
    ck_fails(lgd_objective_curvature(f, w, &(lgd_curvature_options){.tol = NAN}, &r), LGD_EINVAL,
             "curvature: tol is nan");
    ck_fails(lgd_objective_curvature(f, w, &(lgd_curvature_options){.max_products = (size_t)-1}, &r), LGD_EINVAL,
             "curvature: max_products is ");
    w[1] = INFINITY;
    ck_fails(lgd_objective_curvature(f, w, NULL, &r), LGD_EINVAL, "curvature: w[1] is inf");
    w[1] = 2;
    ck_assert_uint_eq(it.calls, 0);
    /* A caller whose header knows less receives what it knows. */
    r.condition = 7;
    ck_ok(lgd_objective_curvature_sized(f, w, NULL, 0, &r, offsetof(lgd_curvature, condition)));
    ck_near(r.largest, 3, 1e-8);
    ck_near(r.smallest, 1, 1e-8);
    ck_assert_double_eq(r.condition, 7);
    for (int power = 0; power <= 1; power++)
        for (it.left = 0; it.left < 5; it.left++)
            for (int kind = 0; kind < 3; kind++) {
                it.calls = 0;
                it.value = kind == 0 ? 0 : kind == 1 ? NAN : INFINITY;
                ck_fails(lgd_objective_curvature(f, w, &(lgd_curvature_options){.power = power, .tol = LGD_ZERO}, &r),
                         kind ? LGD_EDIVERGED : LGD_EUSER,
                         kind ? "curvature: product[1] of the Hessian is " : "failing: not today");
                ck_assert(isnan(r.largest) && isnan(r.smallest) && isnan(r.condition) && r.products == 0);
            }
    lgd_objective_free(f);
}
END_TEST

START_TEST(curvature_without_memory_leaves_nothing_behind)
{
    double w[3] = {1, 2, 3};
    for (int power = 0; power <= 1; power++)
        for (size_t k = 1;; k++) {
            quadratic q = {.curvature = (const double[]){1, 2, 3}};
            lgd_objective *f;
            lgd_curvature r;
            memory_watch(0);
            ck_ok(lgd_function_create(&f, 3, quadratic_eval, &q));
            const size_t before = memory_live();
            memory_unwatch();
            lgd_objective_free(f);
            memory_watch(before + k);
            ck_ok(lgd_function_create(&f, 3, quadratic_eval, &q));
            const lgd_status status = lgd_objective_curvature(f, w, &(lgd_curvature_options){.power = power}, &r);
            ck_assert(status == LGD_ENOMEM || status == LGD_OK);
            lgd_objective_free(f);
            ck_assert_uint_eq(memory_live(), 0);
            memory_unwatch();
            if (status == LGD_OK) {
                ck_assert_uint_gt(k, 2);
                break;
            }
        }
}
END_TEST

/* ---- lr = auto */

static double rate_found(lgd_objective *f, size_t n, uint64_t seed, lgd_report *r)
{
    double w[MOST], lr;
    lgd_optimizer *opt;
    fill(seed + 900, n, -1, 1, w);
    ck_ok(lgd_optimizer_parse(&opt, "sgd:lr=auto"));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 20, .seed = seed}, r));
    ck_ok(lgd_optimizer_option(opt, "lr", &lr));
    lgd_optimizer_free(opt);
    return lr;
}

START_TEST(rate_found_on_functions_is_one_over_the_largest_curvature)
{
    const double conditions[] = {10, 1e3, 1e6};
    const size_t dims[] = {1, 2, 3, 10, 30, 31, 100, 300};
    for (size_t d = 0; d < sizeof dims / sizeof *dims; d++)
        for (size_t c = 0; c < 6; c++)
            for (uint64_t seed = 0; seed < 5; seed++)
                for (int exact = 0; exact <= 1; exact++) {
                    spectrum s = spread(dims[d], conditions[c % 3], c >= 3, 100 * d + 10 * c + seed);
                    for (size_t j = 0; j < s.n; j++)
                        s.curvature[j] *= 50;
                    lgd_report r;
                    lgd_objective *f = exact ? with_products(&s) : without(&s);
                    const double lr = rate_found(f, s.n, seed, &r), C = 50 + (exact ? 2 : 0);
                    ck_assert_msg(lr >= 0.9 / C && lr <= 1.2 / C,
                                  "dim %zu, condition %g, clustered %d, seed %d: lr %g of 1/C", s.n, conditions[c % 3],
                                  c >= 3, (int)seed, lr * C);
                    ck_assert_double_le(r.passes, 65);
                    lgd_objective_free(f);
                }
}
END_TEST

START_TEST(rate_found_where_f_curves_down_most_is_of_that_curvature)
{
    spectrum s = {.n = 3, .curvature = {-8, 1, 2}};
    lgd_report r;
    turn(&s, 4);
    lgd_objective *f = without(&s);
    const double lr = rate_found(f, 3, 1, &r);
    ck_assert_double_eq_tol(lr, 1.0 / 8, 1e-6);
    lgd_objective_free(f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("probe");
    CASE(s, curvature_of_known_spectra_is_within_its_error);
    CASE(s, curvature_indefinite_zero_and_repeated_eigenvalues_told);
    CASE(s, curvature_of_models_is_that_of_their_hessian);
    CASE(s, curvature_by_power_iteration_finds_both_ends);
    CASE(s, curvature_restarts_find_ends_that_one_basis_does_not);
    CASE(s, curvature_same_seed_and_any_threads_same_bits);
    CASE(s, curvature_bad_input_and_failing_objectives_refused_by_name);
    CASE(s, curvature_without_memory_leaves_nothing_behind);
    CASE(s, rate_found_on_functions_is_one_over_the_largest_curvature);
    CASE(s, rate_found_where_f_curves_down_most_is_of_that_curvature);
    return suite_run(s);
}
