/* L-BFGS and OWL-QN: the direction against the two loops in long double, and what runs with them promise. */
#include "datasets.h"
#include "problems.h"
#include "optimizer/pairs.h"

static lgd_optimizer *parsed(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_optimizer_parse(&opt, text));
    return opt;
}

/* ---- the memory by itself */

enum { LARGEST = 1100, MEMORY = 7, PAIRS = 19 };

/* Pairs of a quadratic with curvatures from 1 to 1000 along skewed lines, kept beside the library's. */
typedef struct recorded {
    size_t dim, memory, count;
    lgd_pairs p;
    double *vec[2 * (MEMORY + 1) + 2], *state, *w, *g;
    double s[PAIRS][LARGEST], y[PAIRS][LARGEST];
} recorded;

static void *zeros(size_t count)
{
    void *memory = calloc(count, sizeof(double));
    ck_assert_ptr_nonnull(memory);
    return memory;
}

static recorded *begin(size_t dim, size_t memory, bool single)
{
    recorded *r = calloc(1, sizeof *r);
    size_t vectors = 0, bytes = 0;
    ck_assert_ptr_nonnull(r);
    lgd_pairs_layout(memory, single, &vectors, &bytes);
    ck_assert_uint_le(vectors, sizeof r->vec / sizeof *r->vec);
    for (size_t i = 0; i < vectors; i++)
        r->vec[i] = zeros(dim);
    r->state = zeros(bytes / sizeof(double));
    r->w = zeros(dim);
    r->g = zeros(dim);
    r->dim = dim;
    r->memory = memory;
    r->p = lgd_pairs_of(dim, memory, single, r->vec, r->state);
    return r;
}

static void end(recorded *r)
{
    for (size_t i = 0; i < sizeof r->vec / sizeof *r->vec; i++)
        free(r->vec[i]);
    free(r->state);
    free(r->w);
    free(r->g);
    free(r);
}

/* Offers a pair; what is kept is recorded as the library rounds it. */
static bool offer(recorded *r, const double *s, const double *y, bool *finite)
{
    r->p = lgd_pairs_of(r->dim, r->memory, r->p.single, r->vec, r->state);
    for (size_t j = 0; j < r->dim; j++) {
        r->p.w_new[j] = r->w[j] + s[j];
        r->p.g_new[j] = r->g[j] + y[j];
    }
    double *const at_s = r->s[r->count], *const at_y = r->y[r->count];
    for (size_t j = 0; j < r->dim; j++) {
        at_s[j] = r->p.w_new[j] - r->w[j];
        at_y[j] = r->p.g_new[j] - r->g[j];
        if (r->p.single) {
            at_s[j] = (double)(float)at_s[j];
            at_y[j] = (double)(float)at_y[j];
        }
    }
    const bool kept = lgd_pairs_add(&r->p, 1e-10, r->w, r->g, finite);
    r->count += kept;
    return kept;
}

static void pairs_of_a_quadratic(recorded *r, size_t count)
{
    double s[LARGEST], y[LARGEST], u[LARGEST];
    bool finite;
    for (size_t i = 0; i < count; i++) {
        fill(100 + i, r->dim, -1, 1, s);
        fill(300, r->dim, 0, 1, u);
        double along = 0;
        for (size_t j = 0; j < r->dim; j++)
            along += u[j] * s[j];
        for (size_t j = 0; j < r->dim; j++)
            y[j] = pow(1000, (double)j / (double)r->dim) * s[j] + along * u[j];
        ck_assert(offer(r, s, y, &finite) && finite);
    }
}

static real product(size_t n, const double *a, const real *x)
{
    real sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += a[j] * x[j];
    return sum;
}

/* Nocedal (1980): out = -H x from the last pairs. */
static void two_loops(const recorded *r, const double *x, real *out)
{
    const size_t first = r->count > r->memory ? r->count - r->memory : 0, last = r->count - 1, n = r->dim;
    real a[PAIRS], q[LARGEST], yy = 0, turn[PAIRS];
    for (size_t j = 0; j < n; j++)
        q[j] = x[j];
    for (size_t i = first; i < r->count; i++) {
        turn[i] = 0;
        for (size_t j = 0; j < n; j++)
            turn[i] += (real)r->s[i][j] * r->y[i][j];
    }
    for (size_t i = r->count; i-- > first;) {
        a[i] = product(n, r->s[i], q) / turn[i];
        for (size_t j = 0; j < n; j++)
            q[j] -= a[i] * r->y[i][j];
    }
    for (size_t j = 0; j < n; j++)
        yy += (real)r->y[last][j] * r->y[last][j];
    for (size_t j = 0; j < n; j++)
        q[j] *= turn[last] / yy;
    for (size_t i = first; i < r->count; i++) {
        const real b = product(n, r->y[i], q) / turn[i];
        for (size_t j = 0; j < n; j++)
            q[j] += (a[i] - b) * r->s[i][j];
    }
    for (size_t j = 0; j < n; j++)
        out[j] = -q[j];
}

static double by_products(recorded *r, const double *x, double *out)
{
    lgd_pairs_products(&r->p, x);
    return lgd_pairs_direction(&r->p, x, out);
}

static double by_loops(recorded *r, const double *x, double *out)
{
    const lgd_oracle none = {.eval = NULL};
    const lgd_step s = {.dim = r->dim, .oracle = &none};
    double slope;
    ck_ok(lgd_pairs_two_loop(&r->p, &s, x, out, &slope));
    return slope;
}

START_TEST(direction_both_forms_two_loops_in_long_double)
{
    static const size_t dims[] = {1, 2, 7, 8, 513, LARGEST}, memories[] = {1, 3, MEMORY};
    for (size_t d = 0; d < 6; d++)
        for (size_t m = 0; m < 3; m++)
            for (int single = 0; single < 2; single++) {
                recorded *r = begin(dims[d], memories[m], single);
                double x[LARGEST], out[2][LARGEST];
                real exact[LARGEST], slope;
                for (size_t count = 1; count <= (dims[d] < 9 ? dims[d] : PAIRS); count++) {
                    end(r);
                    r = begin(dims[d], memories[m], single);
                    pairs_of_a_quadratic(r, count);
                    fill(900 + count, dims[d], -1, 1, x);
                    two_loops(r, x, exact);
                    slope = product(dims[d], x, exact);
                    const double slopes[2] = {by_products(r, x, out[0]), by_loops(r, x, out[1])};
                    for (int form = 0; form < 2; form++) {
                        const double off = difference(dims[d], out[form], exact);
                        ck_assert_msg(off < 1e-12, "dim %zu, %zu of %zu pairs, form %d: off by %g", dims[d],
                                      memories[m], count, form, off);
                        ck_assert_msg(fabs(slopes[form] - (double)slope) <= 1e-12 * fabs((double)slope) &&
                                          slopes[form] < 0,
                                      "slope %g", slopes[form]);
                    }
                }
                end(r);
            }
}
END_TEST

/* The products that a sweep leaves for the new gradient are those of a sweep for it, bit for bit: runs resume by that. */
START_TEST(products_of_the_new_gradient_bits_of_a_sweep_for_it)
{
    for (int single = 0; single < 2; single++) {
        recorded *r = begin(1037, MEMORY, single);
        double x[2][LARGEST];
        pairs_of_a_quadratic(r, 12);
        lgd_pairs_direction(&r->p, r->g, x[0]);
        by_products(r, r->g, x[1]);
        ck_assert_mem_eq(x[0], x[1], 1037 * sizeof(double));
        end(r);
    }
}
END_TEST

START_TEST(direction_of_the_newest_y_is_its_step)
{
    for (int single = 0; single < 2; single++) {
        recorded *r = begin(60, 5, single);
        double out[60];
        pairs_of_a_quadratic(r, 9);
        const double *y = r->y[8], *s = r->s[8];
        for (int form = 0; form < 2; form++) {
            if (form)
                by_loops(r, y, out);
            else
                by_products(r, y, out);
            for (size_t j = 0; j < 60; j++)
                out[j] = -out[j];
            ck_assert_double_lt(difference_of(60, out, s), 1e-12);
        }
        end(r);
    }
}
END_TEST

START_TEST(history_of_floats_close_to_that_of_doubles)
{
    recorded *r[2] = {begin(500, MEMORY, false), begin(500, MEMORY, true)};
    double x[500], out[2][500];
    fill(5, 500, -1, 1, x);
    for (int single = 0; single < 2; single++) {
        pairs_of_a_quadratic(r[single], 11);
        by_products(r[single], x, out[single]);
    }
    const double off = difference_of(500, out[1], out[0]);
    ck_assert_msg(off < 1e-5 && off > 0, "off by %g", off);
    end(r[0]);
    end(r[1]);
}
END_TEST

/* Below, at and above what is asked for, and in units at the ends of the numbers. */
START_TEST(pair_without_curvature_leaves_the_memory_as_it_was)
{
    for (int single = 0; single < 2; single++) {
        static const struct {
            double s[2], y[2];
            bool kept[2]; /* doubles, floats */
        } offers[] = {{{1, 0}, {-1, 0}, {false, false}},
                      {{1, 0}, {0, 1}, {false, false}},
                      {{0, 0}, {1, 0}, {false, false}},
                      {{1, 0}, {0, 0}, {false, false}},
                      {{1, 0}, {0.5e-10, 1}, {false, false}},
                      {{1, 0}, {2e-10, 1}, {true, false}},
                      {{1, 0}, {1e-7, 1}, {true, true}},
                      {{1, 0}, {INFINITY, 0}, {false, false}},
                      {{1, 0}, {NAN, 0}, {false, false}},
                      {{0x1p-120, 0}, {0x1p-120, 0}, {true, true}},
                      {{0x1p-200, 0}, {0x1p-220, 0}, {true, true}},
                      {{0x1p200, 0}, {0x1p210, 0}, {true, true}}};
        for (size_t i = 0; i < sizeof offers / sizeof *offers; i++) {
            recorded *r = begin(2, 2, single);
            double x[2] = {0.3, -0.7}, out[2][2];
            bool finite;
            ck_assert(offer(r, (double[]){1, 1}, (double[]){2, 3}, &finite));
            ck_assert(offer(r, (double[]){1, -1}, (double[]){1, -2}, &finite));
            memset(r->w, 0, 2 * sizeof *r->w);
            memset(r->g, 0, 2 * sizeof *r->g);
            by_products(r, x, out[0]);
            const bool kept = offer(r, offers[i].s, offers[i].y, &finite);
            ck_assert_msg(kept == offers[i].kept[single], "pair %zu, single %d", i, single);
            ck_assert(finite);
            ck_assert_uint_eq(r->p.at->count, 2);
            by_products(r, x, out[1]);
            ck_assert((memcmp(out[0], out[1], sizeof out[0]) == 0) == !kept);
            ck_assert(isfinite(out[1][0]) && isfinite(out[1][1]));
            ck_assert(offer(r, (double[]){0, 0}, (double[]){0, 0}, &finite) == false && finite);
            offer(r, (double[]){INFINITY, 0}, (double[]){0, 0}, &finite);
            ck_assert(!finite);
            end(r);
        }
    }
}
END_TEST

/* ---- runs */

static const char *const variants[] = {"lbfgs",
                                       "lbfgs:form=two_loop",
                                       "lbfgs:history=float,memory=3",
                                       "lbfgs:history=float,form=two_loop",
                                       "lbfgs:search=hager_zhang,memory=1",
                                       "owlqn"};
enum { VARIANTS_TRIED = sizeof variants / sizeof *variants };

/* Rosenbrock's function, extended: in other units, from the other side. */
typedef struct valley {
    double value, point;
    double held; /* NaN, or what w[1] must be wherever it is asked for */
    size_t calls, bad_call;
    double bad;
} valley;

static lgd_status valley_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    valley *v = ctx;
    double sum = 0;
    v->calls++;
    ck_assert(isnan(v->held) || w[1] == v->held);
    for (size_t j = 0; j + 1 < dim; j += 2) {
        const double x = w[j] / v->point, y = w[j + 1] / v->point, a = 1 - x, b = 10 * (y - x * x);
        sum += a * a + b * b;
        if (g) {
            g[j + 1] = v->value * (20 * b) / v->point;
            g[j] = v->value * (-40 * b * x - 2 * a) / v->point;
        }
    }
    *f = v->calls == v->bad_call ? v->bad : v->value * sum;
    return v->calls == v->bad_call && v->bad == 0 ? LGD_EUSER : LGD_OK;
}

enum { DIM = 12 };

static lgd_objective *valley_create(valley *v, double value, double point)
{
    lgd_objective *f;
    *v = (valley){.value = value, .point = point, .held = NAN};
    ck_ok(lgd_function_create(&f, DIM, valley_eval, v));
    return f;
}

static void start(double *w, double point)
{
    for (size_t j = 0; j < DIM; j++)
        w[j] = point * (j % 2 ? 1 + 0.1 * (double)j : -1.2);
}

/* features: 34 */
START_TEST(valley_every_variant_reaches_the_minimum)
{
    for (size_t i = 0; i < VARIANTS_TRIED; i++) {
        valley v;
        lgd_objective *f = valley_create(&v, 1, 1);
        lgd_optimizer *opt = parsed(variants[i]);
        lgd_report report;
        double w[DIM];
        start(w, 1);
        ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.grad_tol = 1e-11}, &report));
        ck_assert_msg(report.stop == LGD_STOP_GRAD_TOL, "%s: %s", variants[i], lgd_stop_string(report.stop));
        for (size_t j = 0; j < DIM; j++)
            ck_near(w[j], 1, 1e-8);
        ck_assert_uint_eq(report.evaluations, v.calls);
        ck_assert_msg(report.evaluations <= 600, "%s: %d", variants[i], (int)report.evaluations);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(valley_in_other_units_same_bits_ascent_too)
{
    for (size_t i = 0; i < VARIANTS_TRIED; i++)
        for (int how = 0; how < 4; how++) {
            const double value[] = {0x1p-40, 1, -1, 0x1p-300}, point[] = {1, 0x1p20, 1, 0x1p-200};
            double w[2][DIM];
            for (int other = 0; other < 2; other++) {
                valley v;
                const double c = other ? value[how] : 1, x = other ? point[how] : 1;
                lgd_objective *f = valley_create(&v, c, x);
                lgd_optimizer *opt = parsed(variants[i]);
                start(w[other], x);
                const lgd_status status =
                    lgd_minimize(f, opt, w[other], &(lgd_minimize_options){.max_steps = 30, .maximize = c < 0}, NULL);
                ck_assert_msg(status == LGD_OK, "%s: %s", variants[i], lgd_last_error());
                for (size_t j = 0; j < DIM; j++)
                    w[other][j] /= x;
                lgd_optimizer_free(opt);
                lgd_objective_free(f);
            }
            ck_assert_msg(!memcmp(w[0], w[1], sizeof w[0]), "%s, change %d", variants[i], how);
        }
}
END_TEST

static unsigned char *saved(const lgd_optimizer *opt, size_t *size)
{
    ck_ok(lgd_optimizer_save(opt, NULL, size));
    unsigned char *bytes = malloc(*size);
    ck_assert_ptr_nonnull(bytes);
    ck_ok(lgd_optimizer_save(opt, bytes, size));
    return bytes;
}

START_TEST(run_interrupted_after_every_step_same_bits)
{
    enum { STEPS = 25 };
    for (size_t i = 0; i < VARIANTS_TRIED; i++) {
        valley v;
        lgd_objective *f = valley_create(&v, 1, 1);
        lgd_optimizer *whole = parsed(variants[i]), *part = parsed(variants[i]);
        double w[DIM], x[DIM];
        start(w, 1);
        start(x, 1);
        ck_ok(lgd_minimize(f, whole, w, &(lgd_minimize_options){.max_steps = STEPS}, NULL));
        for (int t = 0; t < STEPS; t++) {
            ck_ok(lgd_minimize(f, part, x, &(lgd_minimize_options){.max_steps = 1}, NULL));
            size_t size;
            unsigned char *bytes = saved(part, &size);
            lgd_optimizer_free(part);
            part = parsed(variants[i]);
            ck_ok(lgd_optimizer_load(part, bytes, size));
            free(bytes);
        }
        ck_assert_msg(!memcmp(w, x, sizeof w), "%s", variants[i]);
        lgd_optimizer_free(whole);
        lgd_optimizer_free(part);
        lgd_objective_free(f);
    }
}
END_TEST

/* Pairs of before know of it, and would move it. */
START_TEST(frozen_after_it_moved_is_where_it_was_at_every_trial)
{
    for (size_t i = 0; i < VARIANTS_TRIED; i++)
        for (int group = 0; group < 2; group++) {
            valley v;
            lgd_objective *f = valley_create(&v, 1, 1);
            lgd_optimizer *opt = parsed(variants[i]);
            lgd_report report;
            double w[DIM], scale[DIM];
            start(w, 1);
            ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 6}, NULL));
            const double before = v.held = w[1];
            for (size_t j = 0; j < DIM; j++)
                scale[j] = j != 1;
            if (group)
                ck_ok(lgd_optimizer_groups(opt, &(lgd_group){.first = 1, .count = 1, .frozen = true}, 1));
            ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.lr_scale = group ? NULL : scale, .grad_tol = 1e-9},
                               &report));
            ck_assert(w[1] == before);
            ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
            for (size_t j = 2; j < DIM; j++)
                ck_near(w[j], 1, 1e-6);
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
}
END_TEST

START_TEST(any_call_without_a_number_leaves_a_finite_best_point)
{
    static const double bad[] = {NAN, INFINITY, 0}; /* 0: an error */
    for (size_t i = 0; i < VARIANTS_TRIED; i++)
        for (size_t call = 1; call <= 40; call++)
            for (size_t b = 0; b < 3; b++) {
                valley v;
                lgd_objective *f = valley_create(&v, 1, 1);
                lgd_optimizer *opt = parsed(variants[i]);
                lgd_report report;
                double w[DIM], value;
                start(w, 1);
                v.bad_call = call;
                v.bad = bad[b];
                const lgd_status status = lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 1000}, &report);
                const lgd_status expected = bad[b] == 0 ? LGD_EUSER : call == 1 ? LGD_EDIVERGED : LGD_OK;
                ck_assert_msg(status == expected, "%s, call %zu: %s", variants[i], call, lgd_last_error());
                v.bad_call = 0;
                ck_ok(lgd_objective_eval(f, NULL, w, &value, NULL));
                ck_assert(isfinite(value));
                ck_assert_msg(expected || report.stop == LGD_STOP_GRAD_TOL, "%s, call %zu, %g: %s at %g", variants[i],
                              call, bad[b], lgd_stop_string(report.stop), report.grad_norm);
                lgd_optimizer_free(opt);
                lgd_objective_free(f);
            }
}
END_TEST

/* On a quadratic exact searches are those of conjugate gradients: at most as many steps as there are coordinates. */
START_TEST(quadratic_exact_searches_end_after_dim_steps_in_both_forms)
{
    enum { N = 8 };
    const double curvature[N] = {1, 2, 5, 10, 30, 70, 200, 500}, at[N] = {1, -2, 3, 0.5, -1, 2, 0.1, -0.3};
    static const char *const forms[] = {"lbfgs:c1=1e-9,c2=1e-8,form=blocked", "lbfgs:c1=1e-9,c2=1e-8,form=two_loop"};
    double w[2][N] = {{0}};
    for (size_t i = 0; i < 2; i++) {
        quadratic q = {curvature, at, 0};
        lgd_objective *f;
        lgd_optimizer *opt = parsed(forms[i]);
        lgd_report report;
        ck_ok(lgd_function_create(&f, N, quadratic_eval, &q));
        ck_ok(lgd_minimize(f, opt, w[i], &(lgd_minimize_options){.max_steps = N - 2}, NULL));
        ck_ok(lgd_minimize(f, opt, w[i], &(lgd_minimize_options){.max_steps = 2, .grad_tol = 1e-9}, &report));
        ck_assert_double_lt(report.grad_norm, 1e-6);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
    ck_assert_double_lt(difference_of(N, w[1], w[0]), 1e-9);
}
END_TEST

START_TEST(breast_cancer_logistic_every_variant_to_rounding)
{
    static double X[CANCER_ROWS * CANCER_COLS], y[CANCER_ROWS];
    lgd_matrix *A;
    lgd_objective *f;
    double first = 0;
    dataset_breast_cancer(X, y);
    ck_ok(lgd_matrix_dense(&A, CANCER_ROWS, CANCER_COLS, X, CANCER_COLS));
    ck_ok(lgd_glm_create(&f, A, y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true, .l2 = 1e-3}));
    for (size_t i = 0; i < VARIANTS_TRIED; i++) {
        lgd_optimizer *opt = parsed(variants[i]);
        lgd_report report;
        double w[CANCER_COLS + 1] = {0}, g[CANCER_COLS + 1], value;
        ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.grad_tol = 1e-10}, &report));
        ck_assert_msg(report.stop == LGD_STOP_GRAD_TOL, "%s: %s", variants[i], lgd_stop_string(report.stop));
        ck_ok(lgd_objective_eval(f, NULL, w, &value, g));
        ck_near(lgd_norm2(CANCER_COLS + 1, g), report.grad_norm, 1e-15);
        first = i ? first : value;
        ck_near(value, first, 1e-14);
        lgd_optimizer_free(opt);
    }
    lgd_objective_free(f);
    lgd_matrix_free(A);
}
END_TEST

/* Another objective with the same optimizer: what was known of the gradient there is of no use. */
START_TEST(handed_on_to_another_objective_reaches_its_minimum)
{
    for (size_t i = 0; i < VARIANTS_TRIED; i++) {
        lgd_optimizer *opt = parsed(variants[i]);
        for (int k = 0; k < 2; k++) {
            valley v;
            lgd_objective *f = valley_create(&v, k ? 3 : 1, k ? 1.5 : 1);
            lgd_report report;
            double w[DIM];
            start(w, 1);
            ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = k ? 0 : 10, .grad_tol = 1e-9}, &report));
            for (size_t j = 0; k && j < DIM; j++)
                ck_near(w[j], 1.5, 1e-5);
            lgd_objective_free(f);
        }
        lgd_optimizer_free(opt);
    }
}
END_TEST

/* ---- a metric of the user's */

static lgd_status times_each(void *ctx, const double *w, const double *r, double *pr)
{
    const double *P = ctx;
    (void)w;
    for (size_t j = 0; j < DIM; j++)
        pr[j] = P[j] * r[j];
    return LGD_OK;
}

/* f(D v) for powers of two D. */
typedef struct squeezed {
    valley v;
    double D[DIM];
} squeezed;

static lgd_status squeezed_eval(void *ctx, size_t dim, const double *v, double *f, double *g)
{
    squeezed *s = ctx;
    double w[DIM] = {0};
    for (size_t j = 0; j < dim; j++)
        w[j] = s->D[j] * v[j];
    const lgd_status status = valley_eval(&s->v, dim, w, f, g);
    for (size_t j = 0; g && j < dim; j++)
        g[j] *= s->D[j];
    return status;
}

/* From w = 0, where the first step does not depend on units. */
START_TEST(preconditioner_of_powers_of_four_same_bits_as_other_variables)
{
    static const char *const texts[] = {"lbfgs:form=two_loop", "lbfgs:memory=2,form=two_loop"};
    for (size_t i = 0; i < 2; i++) {
        squeezed s = {.v = {.value = 1, .point = 1, .held = NAN}};
        double w[2][DIM] = {{0}}, P[DIM];
        for (size_t j = 0; j < DIM; j++) {
            s.D[j] = ldexp(1, (int)(j % 5) - 2);
            P[j] = s.D[j] * s.D[j];
        }
        for (int other = 0; other < 2; other++) {
            lgd_objective *f;
            lgd_optimizer *opt = parsed(texts[i]);
            ck_ok(lgd_function_create(&f, DIM, other ? squeezed_eval : valley_eval, &s));
            ck_ok(lgd_minimize(f, opt, w[other],
                               &(lgd_minimize_options){.max_steps = 30,
                                                       .grad_tol = LGD_ZERO,
                                                       .precondition = other ? NULL : times_each,
                                                       .precondition_ctx = P},
                               NULL));
            for (size_t j = 0; other && j < DIM; j++)
                w[1][j] *= s.D[j];
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
        ck_assert_mem_eq(w[0], w[1], sizeof w[0]);
    }
}
END_TEST

START_TEST(preconditioner_that_is_not_positive_definite_named)
{
    valley v;
    lgd_objective *f = valley_create(&v, 1, 1);
    lgd_optimizer *opt = parsed("lbfgs");
    double w[DIM], x[DIM], P[DIM];
    start(w, 1);
    start(x, 1);
    for (size_t j = 0; j < DIM; j++)
        P[j] = -1;
    const lgd_minimize_options o = {.precondition = times_each, .precondition_ctx = P};
    ck_fails(lgd_minimize(f, opt, w, &o, NULL), LGD_EUSER, "P has to be positive definite");
    ck_assert_mem_eq(w, x, sizeof w);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* ---- options, and owlqn */

START_TEST(options_by_struct_and_those_that_contradict)
{
    lgd_optimizer *opt;
    double value;
    ck_ok(lgd_lbfgs_create(
        &opt, &(lgd_lbfgs_options){
                  .memory = 4, .history = LGD_PAIRS_FLOAT, .form = LGD_TWO_LOOP, .search = LGD_HAGER_ZHANG}));
    ck_assert_ptr_eq(opt->ops.step, lgd_lbfgs_ops()->step);
    ck_ok(lgd_optimizer_option(opt, "memory", &value));
    ck_assert(value == 4);
    lgd_optimizer_free(opt);
    ck_ok(lgd_owlqn_create(&opt, &(lgd_owlqn_options){.curvature = 0.25}));
    ck_assert_ptr_eq(opt->ops.step, lgd_owlqn_ops()->step);
    ck_ok(lgd_optimizer_option(opt, "curvature", &value));
    ck_assert(value == 0.25);
    lgd_optimizer_free(opt);
    ck_assert_int_eq(LGD_PAIRS_DOUBLE + LGD_BLOCKED, 0);
    ck_fails(lgd_optimizer_parse(&opt, "lbfgs:c1=0.5,c2=0.4"), LGD_EINVAL, "lbfgs: c1 is 0.5");
    ck_fails(lgd_optimizer_parse(&opt, "lbfgs:memory=1001"), LGD_EINVAL, "lbfgs: memory is 1001");
}
END_TEST

START_TEST(owlqn_penalties_that_are_no_l1_refused_by_name)
{
    valley v;
    lgd_objective *f = valley_create(&v, 1, 1);
    lgd_optimizer *opt = parsed("owlqn"), *smooth = parsed("lbfgs");
    lgd_penalty *p;
    double w[DIM] = {0};
    ck_ok(lgd_penalty_elastic_net_create(&p, 1, 1));
    ck_fails(lgd_minimize(f, opt, w, &(lgd_minimize_options){.penalty = p}, NULL), LGD_EUNSUPPORTED,
             "owlqn: penalty is elastic_net, l1 beside the l2 of the model is accepted");
    lgd_penalty_free(p);
    ck_ok(lgd_penalty_non_negative_create(&p));
    ck_fails(lgd_minimize(f, opt, w, &(lgd_minimize_options){.penalty = p}, NULL), LGD_EUNSUPPORTED, "l1 is accepted");
    ck_fails(lgd_minimize(f, smooth, w, &(lgd_minimize_options){.penalty = p}, NULL), LGD_EUNSUPPORTED,
             "lbfgs: penalty is non_negative");
    lgd_penalty_free(p);
    lgd_optimizer_free(opt);
    lgd_optimizer_free(smooth);
    lgd_objective_free(f);
}
END_TEST

/* L1 norms of two strengths, one of them infinite, on ranges; some coordinates free, one frozen. */
START_TEST(owlqn_l1_on_ranges_minimum_of_fista)
{
    const double curvature[DIM] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const double at[DIM] = {1, -0.1, 2, 0.05, -3, 0.4, 1, 2, 3, -1, -2, 0.5};
    lgd_penalty *weak, *infinite, *both;
    ck_ok(lgd_penalty_l1_create(&weak, 0.5));
    ck_ok(lgd_penalty_l1_create(&infinite, INFINITY));
    ck_ok(lgd_penalty_ranges_create(&both, (lgd_penalty_range[]){{weak, 0, 6}, {infinite, 7, 2}}, 2));
    static const char *const methods[] = {"fista", "owlqn", "owlqn:history=float"};
    double w[3][DIM];
    for (size_t i = 0; i < 3; i++) {
        quadratic q = {curvature, at, 0};
        lgd_objective *f;
        lgd_optimizer *opt = parsed(methods[i]);
        lgd_report report;
        start(w[i], 1);
        ck_ok(lgd_function_create(&f, DIM, quadratic_eval, &q));
        ck_ok(lgd_optimizer_groups(opt, &(lgd_group){.first = 4, .count = 1, .frozen = true}, 1));
        ck_ok(lgd_minimize(f, opt, w[i],
                           &(lgd_minimize_options){.penalty = both, .grad_tol = 1e-12, .max_epochs = 5000}, &report));
        ck_assert_msg(report.stop == LGD_STOP_GRAD_TOL, "%s: %s", methods[i], lgd_stop_string(report.stop));
        ck_assert(w[i][1] == 0 && w[i][3] == 0 && w[i][7] == 0 && w[i][8] == 0 && w[i][4] == -1.2);
        ck_assert_double_lt(difference_of(DIM, w[i], w[0]), 1e-9);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
    lgd_penalty_free(both);
    lgd_penalty_free(infinite);
    lgd_penalty_free(weak);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lbfgs");
    CASE(s, direction_both_forms_two_loops_in_long_double);
    CASE(s, products_of_the_new_gradient_bits_of_a_sweep_for_it);
    CASE(s, direction_of_the_newest_y_is_its_step);
    CASE(s, history_of_floats_close_to_that_of_doubles);
    CASE(s, pair_without_curvature_leaves_the_memory_as_it_was);
    CASE(s, valley_every_variant_reaches_the_minimum);
    CASE(s, valley_in_other_units_same_bits_ascent_too);
    CASE(s, run_interrupted_after_every_step_same_bits);
    CASE(s, frozen_after_it_moved_is_where_it_was_at_every_trial);
    CASE(s, any_call_without_a_number_leaves_a_finite_best_point);
    CASE(s, quadratic_exact_searches_end_after_dim_steps_in_both_forms);
    CASE(s, breast_cancer_logistic_every_variant_to_rounding);
    CASE(s, handed_on_to_another_objective_reaches_its_minimum);
    CASE(s, preconditioner_of_powers_of_four_same_bits_as_other_variables);
    CASE(s, preconditioner_that_is_not_positive_definite_named);
    CASE(s, options_by_struct_and_those_that_contradict);
    CASE(s, owlqn_penalties_that_are_no_l1_refused_by_name);
    CASE(s, owlqn_l1_on_ranges_minimum_of_fista);
    return suite_run(s);
}
