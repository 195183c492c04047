/* lbfgsb beside long double: the Cauchy point and the minimum on a face from a dense B, and minima by their conditions. */
#include "classic.h"
#include "optimizer/lbfgsb.h"
#include "problems.h"

enum { MOST = 8, MEMORY = 4 }; /* coordinates, pairs */

/* ---- a model whose pairs are random, and its B by the updates of BFGS */

typedef struct bench {
    size_t n;
    double *block, *vec[64], *state;
    lgd_box_model b;
    real B[MOST][MOST];
} bench;

static void renew(bench *m)
{
    m->b = lgd_box_model_of(m->n, MEMORY, m->vec, m->state);
}

static void bench_create(bench *m, size_t n)
{
    size_t vectors = 0, size = 0;
    *m = (bench){.n = n};
    lgd_box_layout(MEMORY, &vectors, &size);
    ck_assert(vectors <= 64);
    m->block = calloc(vectors * n, sizeof(double));
    m->state = calloc(1, size);
    ck_assert(m->block && m->state);
    for (size_t i = 0; i < vectors; i++)
        m->vec[i] = m->block + i * n;
    renew(m);
}

static void bench_free(bench *m)
{
    free(m->block);
    free(m->state);
}

/* y is A s for an A of positive eigenvalues, and a little more: f is no quadratic. */
static void add_pair(bench *m, uint64_t seed)
{
    double w[MOST], g[MOST], s[MOST], y[MOST], A[MOST * MOST];
    const size_t n = m->n;
    bool finite;
    fill(seed, n, -1, 1, w);
    fill(seed + 100, n, -1, 1, g);
    fill(seed + 200, n, -1, 1, s);
    fill(seed + 300, n, -0.02, 0.02, y);
    fill(7, n * n, -1, 1, A);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            real sum = i == k ? 0.3L : 0;
            for (size_t j = 0; j < n; j++)
                sum += (real)A[i * n + j] * A[k * n + j];
            y[i] += (double)(sum * s[k]);
        }
    for (size_t j = 0; j < n; j++) {
        m->b.pairs.w_new[j] = w[j] + s[j];
        m->b.pairs.g_new[j] = g[j] + y[j];
    }
    ck_assert(lgd_pairs_add(&m->b.pairs, 1e-10, w, g, &finite) && finite);
    lgd_box_learn(&m->b, true);
    renew(m);
}

/* B = theta I, then for each pair B - B s s^T B/s^T B s + y y^T/y^T s. */
static void build(bench *m)
{
    const lgd_pairs *p = &m->b.pairs;
    const size_t n = m->n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            m->B[i][j] = i == j ? (real)m->b.state->theta : 0;
    for (size_t k = 0; k < p->at->count; k++) {
        const double *s = p->vec[lgd_pairs_slot(p, k)], *y = p->vec[p->slots + lgd_pairs_slot(p, k)];
        real Bs[MOST] = {0}, sBs = 0, sy = 0;
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++)
                Bs[i] += m->B[i][j] * s[j];
            sBs += s[i] * Bs[i];
            sy += (real)s[i] * y[i];
        }
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                m->B[i][j] += (real)y[i] * y[j] / sy - Bs[i] * Bs[j] / sBs;
    }
}

/* g.d + d.Bz, and d.Bd */
static real along(const bench *m, const double *g, const real *z, const real *d, real *curvature)
{
    real slope = 0;
    *curvature = 0;
    for (size_t i = 0; i < m->n; i++) {
        slope += g[i] * d[i];
        for (size_t j = 0; j < m->n; j++) {
            slope += d[i] * m->B[i][j] * z[j];
            *curvature += d[i] * m->B[i][j] * d[j];
        }
    }
    return slope;
}

/* Piece by piece: of those bounds that are still ahead the nearest ends a piece, unless q has a minimum before. */
static void cauchy(const bench *m, const double *w, const double *g, const double *low, const double *high, real *z)
{
    real at = 0;
    for (size_t j = 0; j < m->n; j++)
        z[j] = 0;
    for (;;) {
        real d[MOST], nearest = INFINITY, curvature;
        for (size_t j = 0; j < m->n; j++) {
            const real bound = g[j] > 0 ? low[j] : high[j], t = g[j] == 0 ? INFINITY : (w[j] - bound) / (real)g[j];
            d[j] = t > at ? -(real)g[j] : 0;
            nearest = t > at && t < nearest ? t : nearest;
        }
        const real slope = along(m, g, z, d, &curvature);
        const real left = slope < 0 ? -slope / curvature : 0;
        const bool ends = !(left >= nearest - at);
        for (size_t j = 0; j < m->n; j++) {
            const real bound = g[j] > 0 ? low[j] : high[j];
            z[j] += d[j] * (ends ? left : nearest - at);
            if (!ends && d[j] != 0 && (w[j] - bound) / (real)g[j] == nearest)
                z[j] = bound - (real)w[j];
        }
        if (ends || isinf(nearest))
            return;
        at = nearest;
    }
}

/* B_FF r = -(g + B z)_F by elimination with pivots; 0 elsewhere. */
static void on_face(const bench *m, const double *g, const double *z, real *r)
{
    real A[MOST][MOST + 1];
    size_t at[MOST], count = 0;
    for (size_t j = 0; j < m->n; j++)
        if (m->b.fixed[j] == 0)
            at[count++] = j;
    for (size_t i = 0; i < count; i++) {
        A[i][count] = -(real)g[at[i]];
        for (size_t j = 0; j < m->n; j++)
            A[i][count] -= m->B[at[i]][j] * z[j];
        for (size_t j = 0; j < count; j++)
            A[i][j] = m->B[at[i]][at[j]];
    }
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < count; i++) {
            const real by = A[i][k] / A[k][k];
            for (size_t j = k; j <= count && i != k; j++)
                A[i][j] -= by * A[k][j];
        }
    for (size_t j = 0; j < m->n; j++)
        r[j] = 0;
    for (size_t i = 0; i < count; i++)
        r[at[i]] = A[i][count] / A[i][i];
}

/* A point, a gradient and a box; some coordinates at a bound, some without one, some without a slope. */
static void place(uint64_t seed, size_t n, double *w, double *g, double *low, double *high)
{
    double kind[MOST];
    fill(seed, n, -1, 1, w);
    fill(seed + 1000, n, -2, 2, g);
    fill(seed + 2000, n, 0, 1, low);
    fill(seed + 3000, n, 0, 1, high);
    fill(seed + 4000, n, 0, 8, kind);
    for (size_t j = 0; j < n; j++) {
        const int k = (int)kind[j];
        low[j] = k == 0 ? w[j] : k == 1 || k == 2 ? -INFINITY : w[j] - low[j];
        high[j] = k == 3 ? w[j] : k == 1 || k == 4 ? INFINITY : w[j] + high[j];
        g[j] = k == 5 ? 0 : g[j];
    }
}

/* One model goes through many boxes: what it keeps of free and fixed coordinates is exchanged each time. */
START_TEST(cauchy_point_and_face_as_by_a_dense_matrix)
{
    size_t faces = 0, stopped = 0;
    for (size_t n = 1; n <= MOST; n++) {
        bench m;
        bench_create(&m, n);
        for (uint64_t pairs = 0; pairs <= MEMORY + 3; pairs++) {
            if (pairs)
                add_pair(&m, 10 * n + pairs);
            else
                m.b.state->theta = 1.5;
            build(&m);
            for (uint64_t seed = 1; seed <= 40; seed++) {
                double w[MOST], g[MOST], low[MOST], high[MOST], z[MOST];
                real expected[MOST], r[MOST];
                place(seed + 50 * n + 500 * pairs, n, w, g, low, high);
                cauchy(&m, w, g, low, high, expected);
                ck_assert(lgd_box_factor(&m.b));
                lgd_box_cauchy(&m.b, w, g, low, high, z, m.b.scratch);
                real size = 0;
                for (size_t j = 0; j < n; j++)
                    size = fmaxl(size, fabsl(expected[j]));
                for (size_t j = 0; j < n; j++) {
                    ck_assert_msg(fabsl(z[j] - expected[j]) <= 1e-11L * size,
                                  "n %zu, pairs %d, seed %d: z[%zu] is %.17g, not %.17Lg", n, (int)pairs, (int)seed, j,
                                  z[j], expected[j]);
                    ck_assert(z[j] >= low[j] - w[j] && z[j] <= high[j] - w[j]);
                    stopped += z[j] != 0 && (z[j] == low[j] - w[j] || z[j] == high[j] - w[j]);
                }
                lgd_box_fix(&m.b, w, low, high, z);
                size_t fixed = 0;
                for (size_t j = 0; j < n; j++) {
                    ck_assert(m.b.fixed[j] == (z[j] == low[j] - w[j] || z[j] == high[j] - w[j]));
                    fixed += m.b.fixed[j] != 0;
                }
                ck_assert_uint_eq(fixed, m.b.state->fixed);
                if (!pairs || fixed == n)
                    continue;
                on_face(&m, g, z, r);
                ck_assert(lgd_box_subspace(&m.b, g, z, m.b.scratch));
                size = 0;
                for (size_t j = 0; j < n; j++)
                    size = fmaxl(size, fmaxl(fabsl(r[j]), fabsl((real)z[j])));
                for (size_t j = 0; j < n; j++)
                    ck_assert_msg(fabsl(m.b.scratch[j] - r[j]) <= 1e-10L * size,
                                  "n %zu, pairs %d, seed %d: r[%zu] is %.17g, not %.17Lg", n, (int)pairs, (int)seed, j,
                                  m.b.scratch[j], r[j]);
                faces += fixed > 0;
            }
        }
        bench_free(&m);
    }
    ck_assert_msg(faces > 500 && stopped > 500, "only %zu faces, %zu stopped", faces, stopped);
}
END_TEST

/* ---- classic functions within boxes */

/* of w/size, times `times`; the call `bad` (from 1) fails, or gives `is` if that is no number. */
typedef struct boxed {
    const classic *p;
    double low[CLASSIC_DIM], high[CLASSIC_DIM];
    double size, times, is;
    size_t evaluations, outside, bad;
} boxed;

static lgd_status eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    boxed *b = ctx;
    double x[CLASSIC_DIM] = {0};
    b->evaluations++;
    for (size_t j = 0; j < dim; j++) {
        b->outside += !(w[j] >= b->low[j] && w[j] <= b->high[j]);
        x[j] = w[j] / b->size;
    }
    *f = classic_eval(b->p, x, g) * b->times;
    for (size_t j = 0; j < dim && g; j++)
        g[j] *= b->times / b->size;
    if (b->evaluations == b->bad) {
        *f = b->is;
        return b->is == 0 ? LGD_EUSER : LGD_OK;
    }
    return LGD_OK;
}

/* Within a box around the start, at w, of which some sides are open and some bounds are those of the start. */
static boxed boxed_create(const classic *p, uint64_t seed, double *w)
{
    boxed b = {.p = p, .size = 1, .times = 1};
    double kind[CLASSIC_DIM];
    classic_start(p, 1, w);
    fill(40 * seed + 1, CLASSIC_DIM, 0, 1, kind);
    for (int j = 0; j < p->n; j++) {
        const double size = w[j] == 0 ? 1 : fabs(w[j]);
        b.low[j] = kind[j] < 0.3 ? -INFINITY : w[j] - (kind[j] < 0.4 ? 0 : size * kind[j] * 0.5);
        b.high[j] = kind[j] > 0.8 ? INFINITY : w[j] + size * (1 - kind[j]) * 0.5;
    }
    return b;
}

static lgd_status run_in(boxed *b, const char *text, double *w, const lgd_minimize_options *options, lgd_report *report)
{
    const size_t n = (size_t)b->p->n;
    lgd_minimize_options o = *options;
    lgd_objective *f;
    lgd_penalty *box;
    lgd_optimizer *opt;
    ck_ok(lgd_function_create(&f, n, eval, b));
    ck_ok(lgd_penalty_box_create(&box, n, b->low, b->high));
    ck_ok(lgd_optimizer_parse(&opt, text));
    o.penalty = box;
    const lgd_status status = lgd_minimize(f, opt, w, &o, report);
    lgd_optimizer_free(opt);
    lgd_penalty_free(box);
    lgd_objective_free(f);
    return status;
}

static int note_largest(void *ctx, const lgd_progress *p)
{
    double *largest = ctx;
    *largest = fmax(*largest, p->grad_norm);
    return 0;
}

/* |w - P(w - g)| by long double. */
static real residual(const boxed *b, const double *w)
{
    real g[CLASSIC_DIM], sum = 0;
    classic_eval_exact(b->p, w, g);
    for (int j = 0; j < b->p->n; j++) {
        const real step = fminl(fmaxl(w[j] - g[j], b->low[j]), b->high[j]) - w[j];
        sum += step * step;
    }
    return sqrtl(sum);
}

START_TEST(classic_functions_in_boxes_end_at_their_conditions)
{
    static const char *const methods[] = {"lbfgsb", "lbfgsb:search=hager_zhang,memory=3", "lbfgsb:memory=20"};
    size_t converged = 0, runs = 0, held = 0;
    for (size_t i = 0; i < MGH_PROBLEMS; i++)
        for (size_t k = 0; k < sizeof methods / sizeof *methods; k++, runs++) {
            double w[CLASSIC_DIM], largest = 0;
            lgd_report report;
            boxed b = boxed_create(&mgh_problems[i], k + 3 * i, w);
            const lgd_minimize_options o = {
                .max_steps = 3000, .grad_tol = 1e-9, .callback = note_largest, .callback_ctx = &largest};
            ck_ok(run_in(&b, methods[k], w, &o, &report));
            ck_assert_msg(b.outside == 0 && b.evaluations == report.evaluations, "%s: outside", b.p->name);
            const real r = residual(&b, w);
            const bool there = report.stop == LGD_STOP_GRAD_TOL;
            ck_assert_msg(there || report.stop == LGD_STOP_ROUNDING || report.stop == LGD_STOP_SEARCH, "%s, %s: %s",
                          b.p->name, methods[k], lgd_stop_string(report.stop));
            ck_assert_msg(r <= (there ? 2e-9L : 1e-6L) * largest, "%s, %s: %Lg of %g at the end, %s", b.p->name,
                          methods[k], r, largest, lgd_stop_string(report.stop));
            converged += there;
            for (int j = 0; j < b.p->n; j++)
                held += w[j] == b.low[j] || w[j] == b.high[j];
        }
    ck_assert_msg(converged >= runs - 6 && held > 2 * runs, "%zu of %zu, %zu at bounds", converged, runs, held);
}
END_TEST

/* ---- problems of W. Hock, K. Schittkowski, "Test examples for nonlinear programming codes" (1981), with bounds alone */

static lgd_status hs(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    const double x = w[0], y = w[1];
    double own[5];
    g = g ? g : own;
    switch (*(const int *)ctx) {
    case 1:
    case 2:
        *f = 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x);
        g[0] = -400 * x * (y - x * x) - 2 * (1 - x);
        g[1] = 200 * (y - x * x);
        break;
    case 3:
        *f = y + 1e-5 * (y - x) * (y - x);
        g[0] = -2e-5 * (y - x);
        g[1] = 1 + 2e-5 * (y - x);
        break;
    case 4:
        *f = (x + 1) * (x + 1) * (x + 1) / 3 + y;
        g[0] = (x + 1) * (x + 1);
        g[1] = 1;
        break;
    case 5:
        *f = sin(x + y) + (x - y) * (x - y) - 1.5 * x + 2.5 * y + 1;
        g[0] = cos(x + y) + 2 * (x - y) - 1.5;
        g[1] = cos(x + y) - 2 * (x - y) + 2.5;
        break;
    default: /* 45 */
        *f = 2 - w[0] * w[1] * w[2] * w[3] * w[4] / 120;
        for (size_t j = 0; j < dim; j++) {
            g[j] = -1.0 / 120;
            for (size_t k = 0; k < dim; k++)
                g[j] *= k == j ? 1 : w[k];
        }
    }
    return LGD_OK;
}

START_TEST(hock_and_schittkowski_as_published)
{
    static const double PI = 3.14159265358979323846;
    const struct {
        int number;
        size_t n;
        double low[5], high[5], start[5], w[5];
    } all[] = {{1, 2, {-INFINITY, -1.5}, {INFINITY, INFINITY}, {-2, 1}, {1, 1}},
               /* 2a cos(acos(1/b)/3), a = sqrt(598/1200), b = 400 a^3; from the side of it, there is another minimum */
               {2, 2, {-INFINITY, 1.5}, {INFINITY, INFINITY}, {2, 3}, {1.2243707487363527, 1.5}},
               {3, 2, {-INFINITY, 0}, {INFINITY, INFINITY}, {10, 1}, {0, 0}},
               {4, 2, {1, 0}, {INFINITY, INFINITY}, {1.125, 0.125}, {1, 0}},
               {5, 2, {-1.5, -3}, {4, 3}, {0, 0}, {0.5 - PI / 3, -0.5 - PI / 3}},
               {45, 5, {0}, {1, 2, 3, 4, 5}, {2, 2, 2, 2, 2}, {1, 2, 3, 4, 5}}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        int number = all[i].number;
        double w[5];
        lgd_objective *f;
        lgd_penalty *box;
        lgd_optimizer *opt;
        lgd_report report;
        memcpy(w, all[i].start, sizeof w);
        ck_ok(lgd_function_create(&f, all[i].n, hs, &number));
        ck_ok(lgd_penalty_box_create(&box, all[i].n, all[i].low, all[i].high));
        ck_ok(lgd_lbfgsb_create(&opt, NULL));
        ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.penalty = box, .grad_tol = 1e-12}, &report));
        const bool there = report.stop == LGD_STOP_GRAD_TOL || report.stop == LGD_STOP_ROUNDING;
        ck_assert_msg(there, "%d: %s", number, lgd_stop_string(report.stop));
        for (size_t j = 0; j < all[i].n; j++) {
            const double at = all[i].w[j];
            ck_assert_msg(fabs(w[j] - at) <= 2e-8, "%d: w[%zu] is %.17g, not %.17g", number, j, w[j], at);
            if (at == all[i].low[j] || at == all[i].high[j])
                ck_assert_msg(w[j] == at, "%d: w[%zu] is %.17g, not the bound", number, j, w[j]);
        }
        lgd_optimizer_free(opt);
        lgd_penalty_free(box);
        lgd_objective_free(f);
    }
}
END_TEST

/* ---- corners */

/* 1/2 sum_j c_j (w_j - a_j)^2 with any signs, by quadratic_eval. */
static lgd_report in_box(const double *curvature, const double *at, size_t n, const double *low, const double *high,
                         const char *text, double *w)
{
    quadratic q = {.curvature = curvature, .at = at};
    lgd_objective *f;
    lgd_penalty *box;
    lgd_optimizer *opt;
    lgd_report report;
    ck_ok(lgd_function_create(&f, n, quadratic_eval, &q));
    ck_ok(lgd_penalty_box_create(&box, n, low, high));
    ck_ok(lgd_optimizer_parse(&opt, text));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.penalty = box}, &report));
    lgd_optimizer_free(opt);
    lgd_penalty_free(box);
    lgd_objective_free(f);
    return report;
}

START_TEST(concave_ends_in_a_corner)
{
    static const double c[6] = {-1, -2, -3, -0.01, -5, 1}, a[6] = {0.1, 0.2, -0.3, 0.1, 0, 0.5};
    static const double low[6] = {-1, -1, -1, -1, -1, -1}, high[6] = {1, 2, 1, 1, 0.5, 0.25};
    double w[6] = {0, 0.3, 0, 0.2, -0.1, -1};
    const lgd_report report = in_box(c, a, 6, low, high, "lbfgsb", w);
    static const double expected[6] = {-1, 2, 1, 1, -1, 0.25};
    ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
    ck_assert_mem_eq(w, expected, sizeof w);
    ck_assert(report.grad_norm == 0);
}
END_TEST

START_TEST(held_everywhere_one_evaluation)
{
    static const double c[3] = {1, 2, 3}, a[3] = {0.5, -0.5, 0.1}, same[3] = {1, -2, 0.25};
    double w[3] = {7, 7, 7};
    lgd_report report = in_box(c, a, 3, same, same, "lbfgsb", w);
    ck_assert_mem_eq(w, same, sizeof w);
    ck_assert(report.stop == LGD_STOP_GRAD_TOL && report.grad_norm == 0 && report.evaluations == 1);
    static const double low[3] = {1, -3, -INFINITY}, high[3] = {INFINITY, -2, 0.05};
    report = in_box(c, a, 3, low, high, "lbfgsb", memcpy(w, (const double[3]){1, -2, 0.05}, sizeof w));
    ck_assert(report.stop == LGD_STOP_GRAD_TOL && report.grad_norm == 0 && report.evaluations == 1);
}
END_TEST

START_TEST(one_coordinate_and_equal_bounds_among_others)
{
    static const double c[2] = {1, 4}, a[2] = {3, 2}, low[2] = {1, -1}, high[2] = {1, 5}, ends[2] = {-INFINITY, 2.5};
    double w[2] = {9, 4};
    lgd_report report = in_box(c, a, 2, low, high, "lbfgsb", w);
    ck_assert(w[0] == 1 && fabs(w[1] - 2) <= 1e-5 && report.stop == LGD_STOP_GRAD_TOL);
    *w = -4;
    report = in_box(c, a, 1, ends, ends + 1, "lbfgsb:memory=1", w);
    ck_assert(w[0] == 2.5 && report.grad_norm == 0 && report.stop == LGD_STOP_GRAD_TOL);
    *w = -4;
    report = in_box(c, a, 1, ends, (const double[]){INFINITY}, "lbfgsb", w);
    ck_assert(fabs(w[0] - 3) <= 1e-5 && report.stop == LGD_STOP_GRAD_TOL);
}
END_TEST

/* A weight at its bound whose gradient is 0 there may leave it later, and does. */
START_TEST(gradient_zero_at_a_bound_leaves_it)
{
    boxed b = {.p = &mgh_problems[0], .low = {-2, 0}, .high = {2, 2}, .size = 1, .times = 1};
    double w[2] = {0, 0}; /* g = (-2, 0) */
    lgd_report report;
    ck_ok(run_in(&b, "lbfgsb", w, &(lgd_minimize_options){.grad_tol = 1e-10}, &report));
    ck_assert(b.outside == 0 && fabs(w[0] - 1) <= 1e-8 && fabs(w[1] - 1) <= 1e-8);
}
END_TEST

/* ---- what holds to the bit */

/* As long as no |g|, which has the units of w here, falls below the rounding of w. */
START_TEST(powers_of_two_same_path)
{
    static const int f_by[] = {40, 41, -13, -15}, w_by[] = {20, 21, -7, -7};
    size_t compared = 0;
    for (size_t i = 0; i < MGH_PROBLEMS; i++)
        for (size_t k = 0; k < 4; k++) {
            double w[CLASSIC_DIM], v[CLASSIC_DIM];
            lgd_report first, second;
            boxed a = boxed_create(&mgh_problems[i], i, w), b = a;
            const lgd_minimize_options o = {.max_steps = 12, .grad_tol = LGD_ZERO};
            b.size = ldexp(1, w_by[k]);
            b.times = ldexp(1, f_by[k]);
            for (int j = 0; j < a.p->n; j++) {
                v[j] = w[j] * b.size;
                b.low[j] *= b.size;
                b.high[j] *= b.size;
            }
            ck_ok(run_in(&a, "lbfgsb:memory=5", w, &o, &first));
            ck_ok(run_in(&b, "lbfgsb:memory=5", v, &o, &second));
            if (first.stop != LGD_STOP_STEPS || second.stop != LGD_STOP_STEPS)
                continue;
            compared++;
            ck_assert_uint_eq(first.evaluations, second.evaluations);
            for (int j = 0; j < a.p->n; j++)
                ck_assert_msg(v[j] == w[j] * b.size, "%s, %zu: w[%d] is %.17g, not %.17g", a.p->name, k, j,
                              v[j] / b.size, w[j]);
        }
    ck_assert_msg(compared >= 70, "%zu", compared);
}
END_TEST

START_TEST(ascent_is_descent_on_minus_f)
{
    for (size_t i = 0; i < MGH_PROBLEMS; i++) {
        double w[CLASSIC_DIM], v[CLASSIC_DIM];
        lgd_report down, up;
        boxed a = boxed_create(&mgh_problems[i], i + 7, w), b = a;
        memcpy(v, w, sizeof w);
        b.times = -1;
        ck_ok(run_in(&a, "lbfgsb", w, &(lgd_minimize_options){.max_steps = 40}, &down));
        ck_ok(run_in(&b, "lbfgsb", v, &(lgd_minimize_options){.max_steps = 40, .maximize = true}, &up));
        ck_assert(down.stop == up.stop && down.evaluations == up.evaluations && down.f == -up.f);
        ck_assert_mem_eq(w, v, (size_t)a.p->n * sizeof *w);
    }
}
END_TEST

/* Saved and loaded after each number of steps; what is frozen keeps its bits. */
START_TEST(interrupted_run_same_bits)
{
    enum { STEPS = 24 };
    for (uint64_t at = 1; at < STEPS; at += 5)
        for (int frozen = 0; frozen < 2; frozen++) {
            double w[2][CLASSIC_DIM], scale[CLASSIC_DIM];
            lgd_report report;
            boxed b = boxed_create(&mgh_problems[20], 3, w[0]); /* extended Rosenbrock */
            const size_t n = (size_t)b.p->n;
            memcpy(w[1], w[0], sizeof *w);
            for (size_t j = 0; j < n; j++)
                scale[j] = j == 3 || j == 6 ? 0 : 1;
            const double still[2] = {w[0][3], w[0][6]};
            lgd_minimize_options o = {.max_steps = STEPS, .grad_tol = LGD_ZERO, .lr_scale = frozen ? scale : NULL};
            lgd_objective *f;
            lgd_penalty *box;
            lgd_optimizer *opt[3];
            ck_ok(lgd_function_create(&f, n, eval, &b));
            ck_ok(lgd_penalty_box_create(&box, n, b.low, b.high));
            o.penalty = box;
            for (size_t k = 0; k < 3; k++)
                ck_ok(lgd_optimizer_parse(&opt[k], "lbfgsb:memory=4"));
            ck_ok(lgd_minimize(f, opt[0], w[0], &o, &report));
            o.max_steps = at;
            ck_ok(lgd_minimize(f, opt[1], w[1], &o, &report));
            size_t size = 0;
            ck_ok(lgd_optimizer_save(opt[1], NULL, &size));
            void *bytes = malloc(size);
            ck_assert_ptr_nonnull(bytes);
            ck_ok(lgd_optimizer_save(opt[1], bytes, &size));
            ck_ok(lgd_optimizer_load(opt[2], bytes, size));
            o.max_steps = STEPS - at;
            ck_ok(lgd_minimize(f, opt[2], w[1], &o, &report));
            ck_assert_mem_eq(w[0], w[1], n * sizeof **w);
            ck_assert(!frozen || (w[0][3] == still[0] && w[0][6] == still[1]));
            ck_assert_uint_eq(b.outside, 0);
            free(bytes);
            for (size_t k = 0; k < 3; k++)
                lgd_optimizer_free(opt[k]);
            lgd_penalty_free(box);
            lgd_objective_free(f);
        }
}
END_TEST

/* ---- failures */

START_TEST(every_call_failing_leaves_a_point_within)
{
    static const double values[] = {0, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 4; i++)
        for (size_t bad = 1; bad <= 24; bad++) {
            double w[CLASSIC_DIM], best[CLASSIC_DIM];
            lgd_report report;
            boxed b = boxed_create(&mgh_problems[20], 3, w);
            b.bad = bad;
            b.is = values[i];
            const lgd_status status =
                run_in(&b, "lbfgsb", w, &(lgd_minimize_options){.max_steps = 20, .grad_tol = LGD_ZERO, .w_best = best},
                       &report);
            ck_assert(b.outside == 0 && b.evaluations >= bad);
            if (values[i] == 0)
                ck_assert(status == LGD_EUSER && report.stop == LGD_STOP_ERROR);
            else if (bad == 1)
                ck_assert(status == LGD_EDIVERGED);
            else
                ck_assert(status == LGD_OK || report.stop == LGD_STOP_UNBOUNDED);
            for (int j = 0; j < b.p->n; j++) {
                ck_assert(w[j] >= b.low[j] && w[j] <= b.high[j]);
                ck_assert(best[j] >= b.low[j] && best[j] <= b.high[j]);
            }
            ck_assert(bad == 1 || isfinite(classic_eval(b.p, best, NULL)));
        }
}
END_TEST

START_TEST(other_penalties_refused_by_name)
{
    lgd_optimizer *opt;
    lgd_penalty *parts[4], *ranges[2];
    ck_ok(lgd_lbfgsb_create(&opt, NULL));
    ck_ok(lgd_penalty_l1_create(&parts[0], 1));
    ck_ok(lgd_penalty_simplex_create(&parts[1], 1));
    ck_ok(lgd_penalty_l2_ball_create(&parts[2], 1));
    ck_ok(lgd_penalty_non_negative_create(&parts[3]));
    ck_ok(lgd_penalty_ranges_create(&ranges[0], (const lgd_penalty_range[]){{parts[3], 0, 2}, {parts[0], 2, 1}}, 2));
    ck_ok(lgd_penalty_ranges_create(&ranges[1], (const lgd_penalty_range[]){{parts[3], 0, 2}, {parts[3], 3, 1}}, 2));
    for (size_t i = 0; i < 3; i++)
        ck_fails(lgd_optimizer_penalty(opt, parts[i]), LGD_EUNSUPPORTED, lgd_penalty_name(parts[i]));
    ck_fails(lgd_optimizer_penalty(opt, ranges[0]), LGD_EUNSUPPORTED, "ranges");
    ck_ok(lgd_optimizer_penalty(opt, parts[3]));
    ck_ok(lgd_optimizer_penalty(opt, ranges[1]));
    static const double c[4] = {1, 1, 1, 1}, a[4] = {-1, 2, -3, -4};
    quadratic q = {.curvature = c, .at = a};
    lgd_objective *f;
    double w[4] = {1, 1, 1, 1};
    lgd_report report;
    ck_ok(lgd_function_create(&f, 4, quadratic_eval, &q));
    ck_ok(lgd_minimize(f, opt, w, NULL, &report));
    ck_assert(w[0] == 0 && fabs(w[1] - 2) < 1e-5 && fabs(w[2] + 3) < 1e-5 && w[3] == 0);
    lgd_objective_free(f);
    lgd_optimizer_free(opt);
    for (size_t i = 0; i < 2; i++)
        lgd_penalty_free(ranges[i]);
    for (size_t i = 0; i < 4; i++)
        lgd_penalty_free(parts[i]);
}
END_TEST

/* An intercept is free whatever the bounds of the weights, wherever it lies. */
START_TEST(intercept_has_no_bounds)
{
    model m = model_create(60, 4, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}, 11);
    lgd_penalty *box;
    lgd_optimizer *opt;
    lgd_report report;
    double w[5] = {0};
    static const double low[4] = {0.1, -0.2, 0.3, -0.4}, high[4] = {0.2, -0.1, 0.4, -0.3};
    for (size_t i = 0; i < m.d.rows; i++)
        m.d.y[i] += 50;
    ck_ok(lgd_penalty_box_create(&box, 4, low, high));
    ck_ok(lgd_lbfgsb_create(&opt, NULL));
    ck_ok(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.penalty = box, .grad_tol = 1e-10}, &report));
    for (size_t j = 0; j < 4; j++)
        ck_assert(w[j] >= low[j] && w[j] <= high[j]);
    ck_assert(w[4] > 40 && report.stop == LGD_STOP_GRAD_TOL);
    lgd_optimizer_free(opt);
    lgd_penalty_free(box);
    model_free(&m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lbfgsb");
    CASE(s, cauchy_point_and_face_as_by_a_dense_matrix);
    CASE(s, classic_functions_in_boxes_end_at_their_conditions);
    CASE(s, hock_and_schittkowski_as_published);
    CASE(s, concave_ends_in_a_corner);
    CASE(s, held_everywhere_one_evaluation);
    CASE(s, one_coordinate_and_equal_bounds_among_others);
    CASE(s, gradient_zero_at_a_bound_leaves_it);
    CASE(s, powers_of_two_same_path);
    CASE(s, ascent_is_descent_on_minus_f);
    CASE(s, interrupted_run_same_bits);
    CASE(s, every_call_failing_leaves_a_point_within);
    CASE(s, other_penalties_refused_by_name);
    CASE(s, intercept_has_no_bounds);
    return suite_run(s);
}
