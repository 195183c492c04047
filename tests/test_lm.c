/* Levenberg-Marquardt and the dogleg: steps against long double, and what methods for sums of squares promise. */
#include "objective/objective.h"
#include "optimizer/gauss_newton.h"
#include "problems.h"
#include <float.h>
#include <stdio.h>

static const char *const methods[] = {"lm", "lm:accelerated=true", "lm:scaling=levenberg", "lm:scaling=marquardt",
                                      "dogleg"};
enum { METHODS = sizeof methods / sizeof *methods, MOST = 6, ROWS_MOST = 12 };

static lgd_optimizer *chosen(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_assert_msg(lgd_optimizer_parse(&opt, text) == LGD_OK, "%s: %s", text, lgd_last_error());
    return opt;
}

/* ---- sums of squares: residuals r_scale r(w/w_scale), both scales powers of two */

typedef struct squares {
    void (*of)(const double *x, double *r, double *J);
    size_t dim, count;
    double r_scale, w_scale;
    size_t calls, bad_call; /* from 1; 0: none */
    bool once;
    enum { NOT_A_NUMBER, INFINITE, BELOW_ALL, BAD_JACOBIAN, AN_ERROR, KINDS } bad;
} squares;

static void rosenbrock(const double *x, double *r, double *J)
{
    r[0] = 10 * (x[1] - x[0] * x[0]);
    r[1] = 1 - x[0];
    J[0] = -20 * x[0];
    J[1] = 10;
    J[2] = -1;
}

/* 1/2 sum (c e^2 + e^4/4), of curvatures from 1 to 625: no residual but 0 at the end, and as far from linear as it is from there. */
static void bowl(const double *x, double *r, double *J)
{
    double c = 1;
    for (size_t j = 0; j < 5; j++, c *= 5) {
        const double e = x[j] - (double)j / 4, root = sqrt(c + e * e / 4);
        r[j] = e * root;
        J[j * 5 + j] = root + e * e / (4 * root);
    }
}

/* Exponentials through points that no such curve meets: residuals that stay, so that steps converge linearly. */
static void decay(const double *x, double *r, double *J)
{
    static const double y[8] = {5, 2, 3.5, 1, 0.2, 1.5, -0.5, 0.7};
    for (size_t i = 0; i < 8; i++) {
        const double t = (double)i / 4, e = exp(-x[1] * t);
        r[i] = x[0] * e + x[2] - y[i];
        J[i * 3] = e;
        J[i * 3 + 1] = -x[0] * t * e;
        J[i * 3 + 2] = 1;
    }
}

/* Two columns are the same, one is 0, and there are fewer residuals than coordinates. */
static void deficient(const double *x, double *r, double *J)
{
    const double s = x[0] + x[1];
    r[0] = s * s * s - 8;
    r[1] = s + x[3] - 3;
    J[0] = J[1] = 3 * s * s;
    J[4] = J[5] = J[7] = 1;
}

static void constant(const double *x, double *r, double *J)
{
    (void)x, (void)J;
    r[0] = 3;
    r[1] = -1;
}

/* The Jacobian of -r, nearly. */
static void liar(const double *x, double *r, double *J)
{
    r[0] = 1 + x[0] * x[0];
    r[1] = x[1] - 2;
    J[0] = -2 * x[0];
    J[3] = -1;
}

static void alone(const double *x, double *r, double *J)
{
    r[0] = x[0] * x[0] - 2;
    J[0] = 2 * x[0];
}

/* A x - b + c sin(B x), of numbers that are drawn: WAVES residuals, of which a problem takes some. */
enum { WAVES = 6 };
static double waves_A[WAVES * 3], waves_B[WAVES * 3], waves_b[WAVES], waves_c;

static void waves(const double *x, double *r, double *J)
{
    for (size_t i = 0; i < WAVES; i++) {
        const double *A = waves_A + i * 3, *B = waves_B + i * 3, u = B[0] * x[0] + B[1] * x[1] + B[2] * x[2];
        r[i] = A[0] * x[0] + A[1] * x[1] + A[2] * x[2] - waves_b[i] + waves_c * sin(u);
        for (size_t j = 0; j < 3; j++)
            J[i * 3 + j] = A[j] + waves_c * cos(u) * B[j];
    }
}

static void draw_waves(uint64_t seed, double b, double c)
{
    fill(4 * seed, WAVES * 3, -2, 2, waves_A);
    fill(4 * seed + 1, WAVES * 3, -2, 2, waves_B);
    fill(4 * seed + 2, WAVES, -b, b, waves_b);
    waves_c = c;
}

static lgd_status residuals(void *ctx, size_t dim, size_t count, const double *w, double *r, double *J)
{
    squares *p = ctx;
    double x[MOST], all[ROWS_MOST], own[MOST * ROWS_MOST] = {0};
    const size_t call = ++p->calls;
    for (size_t j = 0; j < dim; j++)
        x[j] = w[j] / p->w_scale;
    p->of(x, all, own);
    memcpy(r, all, count * sizeof *r);
    for (size_t i = 0; i < count; i++)
        r[i] *= p->r_scale;
    for (size_t i = 0; i < count * dim && J; i++)
        J[i] = own[i] * (p->r_scale / p->w_scale);
    if (!p->bad_call || (p->once ? call != p->bad_call : call < p->bad_call))
        return LGD_OK;
    switch (p->bad) {
    case NOT_A_NUMBER:
        r[count - 1] = NAN;
        break;
    case INFINITE:
        r[0] = INFINITY;
        break;
    case BELOW_ALL:
        r[0] = -INFINITY;
        break;
    case BAD_JACOBIAN:
        if (J)
            J[count * dim - 1] = NAN;
        break;
    default:
        return LGD_EUSER;
    }
    return LGD_OK;
}

static squares of(void (*f)(const double *, double *, double *), size_t dim, size_t count)
{
    return (squares){.of = f, .dim = dim, .count = count, .r_scale = 1, .w_scale = 1};
}

/* r at w, and J, as p has them; f. */
static double look(squares p, const double *w, double *r, double *J)
{
    double f = 0;
    p.bad_call = 0;
    memset(J, 0, p.count * p.dim * sizeof *J);
    ck_ok(residuals(&p, p.dim, p.count, w, r, J));
    for (size_t i = 0; i < p.count; i++)
        f += 0.5 * r[i] * r[i];
    return f;
}

static double gradient_of(squares p, const double *w, double *g)
{
    double r[ROWS_MOST], J[MOST * ROWS_MOST], size = 0;
    look(p, w, r, J);
    for (size_t j = 0; j < p.dim; j++) {
        g[j] = 0;
        for (size_t i = 0; i < p.count; i++)
            g[j] += J[i * p.dim + j] * r[i];
        size += g[j] * g[j];
    }
    return sqrt(size);
}

/* ---- runs */

enum { STEPS = 60 };

typedef struct path {
    double w[STEPS][MOST], last[MOST], best[MOST];
    size_t steps;
    lgd_status status;
    lgd_report report;
} path;

static int watch(void *ctx, const lgd_progress *p)
{
    path *to = ctx;
    if (to->steps < STEPS)
        memcpy(to->w[to->steps], p->w, p->dim * sizeof *p->w);
    to->steps++;
    return 0;
}

static path run_by(lgd_optimizer *opt, squares *p, const double *start, lgd_minimize_options o)
{
    path to = {.steps = 0};
    lgd_objective *f;
    memcpy(to.last, start, p->dim * sizeof *start);
    p->calls = 0;
    o.callback = watch;
    o.callback_ctx = &to;
    o.w_best = to.best;
    ck_ok(lgd_residual_create(&f, p->dim, p->count, residuals, p));
    to.status = lgd_minimize(f, opt, to.last, &o, &to.report);
    lgd_objective_free(f);
    return to;
}

static path run(const char *text, squares *p, const double *start, lgd_minimize_options o)
{
    lgd_optimizer *opt = chosen(text);
    const path to = run_by(opt, p, start, o);
    lgd_optimizer_free(opt);
    return to;
}

static const double valley[] = {-1.2, 1}, slope[] = {1, 2, -1, 0.5, 3}, guess[] = {4, 2, 0.5};

/* ---- a step, by the normal equations in long double */

/* (A + mu E) x = b by elimination; n <= MOST. */
static void solve_exact(size_t n, const real *A, const real *b, real *x)
{
    real L[MOST][MOST + 1];
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            L[i][j] = A[i * n + j];
        L[i][n] = b[i];
    }
    for (size_t k = 0; k < n; k++)
        for (size_t i = k + 1; i < n; i++) {
            const real part = L[i][k] / L[k][k];
            for (size_t j = k; j <= n; j++)
                L[i][j] -= part * L[k][j];
        }
    for (size_t i = n; i-- > 0;) {
        x[i] = L[i][n];
        for (size_t j = i + 1; j < n; j++)
            x[i] -= L[i][j] * x[j];
        x[i] /= L[i][i];
    }
}

/* J^T J and J^T r at w. */
static void normal(squares p, const double *w, real *A, real *b)
{
    double r[ROWS_MOST], J[MOST * ROWS_MOST];
    look(p, w, r, J);
    for (size_t j = 0; j < p.dim; j++) {
        b[j] = 0;
        for (size_t i = 0; i < p.count; i++)
            b[j] += (real)J[i * p.dim + j] * r[i];
        for (size_t k = 0; k < p.dim; k++) {
            A[j * p.dim + k] = 0;
            for (size_t i = 0; i < p.count; i++)
                A[j * p.dim + k] += (real)J[i * p.dim + j] * J[i * p.dim + k];
        }
    }
}

/* D^2 at the first point. */
static real scale_of(const char *text, const real *A, size_t n, size_t j)
{
    return strstr(text, "levenberg") ? 1 : A[j * n + j];
}

START_TEST(first_step_without_radius_is_the_gauss_newton_step)
{
    const double at[] = {4, 1.7, 0.1};
    for (size_t i = 0; i < METHODS; i++) {
        squares p = of(decay, 3, 8);
        real A[9], b[3], x[3], a[3] = {0};
        normal(p, at, A, b);
        solve_exact(3, A, b, x);
        if (strstr(methods[i], "accelerated")) { /* r'' along -x, exactly */
            double r[8], J[24];
            real bend[3] = {0};
            look(p, at, r, J);
            for (size_t k = 0; k < 8; k++) {
                const real t = (real)k / 4, e = expl(-at[1] * t);
                const real second = 2 * x[0] * x[1] * (-t * e) + x[1] * x[1] * at[0] * t * t * e;
                for (size_t j = 0; j < 3; j++)
                    bend[j] += J[k * 3 + j] * second;
            }
            solve_exact(3, A, bend, a);
        }
        const path got = run(methods[i], &p, at, (lgd_minimize_options){.max_steps = 1});
        const double tolerance = strstr(methods[i], "accelerated") ? 1e-2 : 1e-13; /* r'' is a difference there */
        for (size_t j = 0; j < 3; j++)
            ck_assert_msg(fabsl(got.last[j] - (at[j] - x[j] - a[j] / 2)) <= tolerance, "%s: w%zu is %.17g, not %.17Lg",
                          methods[i], j, got.last[j], at[j] - x[j] - a[j] / 2);
    }
}
END_TEST

/* Within a radius the step of lm solves (J^T J + mu D^2) p = -g for a mu > 0, and |D p| is the radius to a tenth; that of the dogleg lies
 * between p_c and p_gn, at the radius. */
START_TEST(first_step_within_radius_damped_as_defined)
{
    const double at[] = {2.5, 1.1, 0.4};
    for (size_t i = 0; i < METHODS; i++)
        for (int part = 1; part <= 4; part++) {
            char text[96];
            squares p = of(decay, 3, 8);
            real A[9], b[3], D[3], size_w = 0, size_p = 0, along = 0, square = 0, rest = 0, most = 0, step[3];
            const double radius = ldexp(0.25, -2 * part);
            snprintf(text, sizeof text, "%s%cradius=%.17g", methods[i], strchr(methods[i], ':') ? ',' : ':', radius);
            if (strstr(text, "accelerated"))
                continue; /* its p is not told apart from a */
            normal(p, at, A, b);
            const path got = run(text, &p, at, (lgd_minimize_options){.max_steps = 1});
            ck_ok(got.status);
            for (size_t j = 0; j < 3; j++) {
                D[j] = scale_of(text, A, 3, j);
                step[j] = (real)got.last[j] - at[j];
                size_w += D[j] * at[j] * at[j];
                size_p += D[j] * step[j] * step[j];
            }
            size_p = sqrtl(size_p / size_w);
            ck_assert_msg(fabsl(size_p - radius) <= 0.1L * radius, "%s: |D p| is %Lg |D w|", text, size_p);
            real left[3];
            for (size_t j = 0; j < 3; j++) {
                left[j] = -b[j];
                for (size_t k = 0; k < 3; k++)
                    left[j] -= A[j * 3 + k] * step[k];
                along += left[j] * D[j] * step[j];
                square += D[j] * step[j] * D[j] * step[j];
            }
            if (strstr(text, "dogleg")) {
                real x[3], c[3], gg = 0, ghg = 0;
                solve_exact(3, A, b, x);
                for (size_t j = 0; j < 3; j++)
                    gg += b[j] * b[j] / D[j];
                for (size_t j = 0; j < 3; j++)
                    for (size_t k = 0; k < 3; k++)
                        ghg += b[j] / D[j] * A[j * 3 + k] * b[k] / D[k];
                /* step - s c - t (p_gn - c) = 0 for some s, t: the three vectors lie in one plane */
                for (size_t j = 0; j < 3; j++)
                    c[j] = -b[j] / D[j] * (gg / ghg);
                const real det = step[0] * (c[1] * x[2] - c[2] * x[1]) - step[1] * (c[0] * x[2] - c[2] * x[0]) +
                                 step[2] * (c[0] * x[1] - c[1] * x[0]);
                const real volume =
                    sqrtl((step[0] * step[0] + step[1] * step[1] + step[2] * step[2]) *
                          (c[0] * c[0] + c[1] * c[1] + c[2] * c[2]) * (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]));
                ck_assert_msg(fabsl(det) <= 1e-12L * volume, "%s: %Lg out of the plane", text, det / volume);
                continue;
            }
            const real mu = along / square;
            ck_assert_msg(mu > 0, "%s: mu is %Lg", text, mu);
            for (size_t j = 0; j < 3; j++) {
                rest = fmaxl(rest, fabsl(left[j] - mu * D[j] * step[j]));
                most = fmaxl(most, fabsl(b[j]));
            }
            ck_assert_msg(rest <= 1e-12L * most, "%s: %Lg of %Lg is left", text, rest, most);
        }
}
END_TEST

/* Every point that is a minimum on the box is a point where the projected gradient is 0. */
START_TEST(box_active_at_the_end_first_order_conditions_hold)
{
    const double lower[][3] = {{-INFINITY, -INFINITY, 0.6}, {4.5, 0.1, 0.2}, {0, 0, 0.2}, {1, 1, 1}};
    const double upper[][3] = {{INFINITY, 0.8, INFINITY}, {5, 3, 0.3}, {3, 1.5, INFINITY}, {1, 4, 4}};
    for (size_t i = 0; i < METHODS; i++)
        for (size_t k = 0; k < 4; k++) {
            squares p = of(decay, 3, 8);
            lgd_penalty *box;
            double g[3];
            size_t active = 0;
            ck_ok(lgd_penalty_box_create(&box, 3, lower[k], upper[k]));
            const path a = run(methods[i], &p, guess, (lgd_minimize_options){.max_steps = 300, .penalty = box});
            lgd_penalty_free(box);
            ck_ok(a.status);
            ck_assert_msg(a.report.stop == LGD_STOP_STEP_TOL || a.report.stop == LGD_STOP_ROUNDING ||
                              a.report.stop == LGD_STOP_GRAD_TOL,
                          "%s, box %zu: %s", methods[i], k, lgd_stop_string(a.report.stop));
            gradient_of(p, a.last, g);
            for (size_t j = 0; j < 3; j++) {
                const double w = a.last[j];
                ck_assert(w >= lower[k][j] && w <= upper[k][j]);
                const bool below = w == lower[k][j], above = w == upper[k][j];
                active += below || above;
                ck_assert_msg((below && g[j] >= -1e-7) || (above && g[j] <= 1e-7) || fabs(g[j]) <= 1e-7,
                              "%s, box %zu: g%zu is %g at %g", methods[i], k, j, g[j], w);
            }
            ck_assert_uint_ge(active, 1);
            ck_assert_uint_le(p.calls, 400);
        }
}
END_TEST

/* What is solved, with what is held: against the normal equations of the free coordinates. */
START_TEST(damped_triangle_solves_what_it_says)
{
    enum { N = 5, LD = N + 1 };
    double T[LD * LD] = {0}, D[N], column[N], held[N], right[N], row[N], from[N], w[N] = {0}, p[N];
    const double lower[N] = {-INFINITY, -INFINITY, -0.01, -INFINITY, -INFINITY};
    const double upper[N] = {0.02, INFINITY, INFINITY, INFINITY, INFINITY};
    double numbers[LD * LD];
    fill(5, LD * LD, -1, 1, numbers);
    for (size_t scaled = 0; scaled < 2; scaled++)
        for (size_t boxed = 0; boxed < 2; boxed++)
            for (int power = -30; power <= 2; power += 8) {
                const double root = ldexp(1, power);
                real A[N * N], b[N], x[N];
                lgd_gn k = {N, LD, T, D, column, held, right, row, from, w, boxed ? lower : NULL, upper, 1, 1, 0};
                for (size_t i = 0; i < LD; i++)
                    for (size_t j = 0; j < LD; j++)
                        T[i * LD + j] = j < i ? 0 : numbers[i * LD + j] * (scaled && j == 3 ? 0x1p30 : 1);
                for (size_t j = 0; j < N; j++) {
                    D[j] = column[j] = scaled && j == 3 ? 0x1p30 : 1;
                    b[j] = 0;
                    for (size_t i = 0; i <= j; i++)
                        b[j] += (real)T[i * LD + j] * T[i * LD + N];
                    for (size_t l = 0; l < N; l++) {
                        A[j * N + l] = j == l ? (real)root * root * D[j] * D[j] : 0;
                        for (size_t i = 0; i <= (l < j ? l : j); i++)
                            A[j * N + l] += (real)T[i * LD + j] * T[i * LD + l];
                    }
                }
                ck_assert(lgd_gn_solve(&k, root, p));
                for (size_t j = 0; j < N; j++)
                    if (!lgd_gn_is_free(&k, j)) { /* x_j is known: its equation becomes that */
                        ck_assert(p[j] == held[j] && (p[j] == lower[j] || p[j] == upper[j] || p[j] == 0));
                        for (size_t l = 0; l < N; l++)
                            A[j * N + l] = j == l;
                        b[j] = -p[j];
                    }
                solve_exact(N, A, b, x);
                for (size_t j = 0; j < N; j++)
                    ck_assert_msg(fabsl(p[j] + x[j]) <= 1e-11L * fmaxl(fabsl(x[j]), 1e-3L / D[j]),
                                  "root %g: p%zu is %.17g, not %.17Lg", root, j, p[j], -x[j]);
                ck_assert(boxed || lgd_gn_is_free(&k, 0));
            }
}
END_TEST

/* The minimum within the box: what is free has no slope, and from what is held the model falls outwards alone. */
START_TEST(step_in_a_box_is_the_minimum_there)
{
    enum { N = 4, LD = N + 1 };
    double T[LD * LD], D[N], column[N], held[N], right[N], row[N], from[N], w[N], p[N], lower[N], upper[N];
    size_t inside = 0, corners = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        const double root = seed % 4 ? ldexp(1, (int)(seed % 4) - 4) : 0;
        size_t active = 0;
        lgd_gn k = {N, LD, T, D, column, held, right, row, from, w, lower, upper, 1, 1, 0};
        double numbers[LD * LD];
        fill(3 * seed, LD * LD, -1, 1, numbers);
        fill(3 * seed + 1, N, -1, 0, lower);
        fill(3 * seed + 2, N, 0, 1, upper);
        for (size_t j = 0; j < N; j++) {
            w[j] = 0;
            if (lower[j] < -0.7)
                lower[j] = upper[j] < 0.3 ? -INFINITY : 0;
            if (upper[j] > 0.7)
                upper[j] = lower[j] < -0.3 ? INFINITY : 0;
        }
        for (size_t i = 0; i < LD; i++)
            for (size_t j = 0; j < LD; j++)
                T[i * LD + j] = j < i ? 0 : numbers[i * LD + j] + (i == j ? 0.2 : 0);
        for (size_t j = 0; j < N; j++) {
            column[j] = 0;
            for (size_t i = 0; i <= j; i++)
                column[j] = hypot(column[j], T[i * LD + j]);
            D[j] = column[j];
        }
        ck_assert(lgd_gn_solve(&k, root, p));
        for (size_t j = 0; j < N; j++) {
            real fall_at = (real)root * root * D[j] * D[j] * p[j];
            for (size_t i = 0; i <= j; i++) {
                real image = T[i * LD + N];
                for (size_t l = i; l < N; l++)
                    image += (real)T[i * LD + l] * p[l];
                fall_at += T[i * LD + j] * image;
            }
            active += p[j] <= lower[j] || p[j] >= upper[j];
            ck_assert_msg(p[j] >= lower[j] && p[j] <= upper[j], "%zu: p%zu is %g", (size_t)seed, j, p[j]);
            ck_assert_msg((p[j] == lower[j] && fall_at >= -1e-9L) || (p[j] == upper[j] && fall_at <= 1e-9L) ||
                              fabsl(fall_at) <= 1e-9L,
                          "%zu, root %g: fall_at %Lg at p%zu = %g in %g, %g", (size_t)seed, root, fall_at, j, p[j],
                          lower[j], upper[j]);
        }
        inside += active == 0;
        corners += active == N;
    }
    ck_assert_uint_ge(inside, 3);
    ck_assert_uint_gt(corners, 5);
}
END_TEST

/* ---- where runs end */

/* Bounds that paths run into, and leave: wherever they end there is nothing to be had, and that is what they say. */
START_TEST(paths_along_bounds_end_where_nothing_falls)
{
    static const uint64_t last_places[] = {2643, 3766, 5285}; /* a step ends within rounding of a bound */
    enum { RUNS = 60, ALL = RUNS + sizeof last_places / sizeof *last_places };
    for (size_t i = 0; i < METHODS; i++)
        for (size_t k = 0; k < ALL; k++) {
            const uint64_t seed = k < RUNS ? k : last_places[k - RUNS];
            double r[ROWS_MOST], J[MOST * ROWS_MOST], g[3], lower[3], upper[3], start[3];
            lgd_penalty *box;
            squares p = of(waves, 3, WAVES);
            draw_waves(seed, 10, seed % 3 ? 0.5 : 1);
            fill(4 * seed + 3, 3, -1, 1, start);
            for (size_t j = 0; j < 3; j++) {
                lower[j] = start[j] - ((seed + j) % 3 ? (double)(1 + (seed + j) % 5) / 4 : 0);
                upper[j] = start[j] + ((seed + j) % 4 ? (double)(1 + (seed + j) % 7) / 4 : 0);
            }
            ck_ok(lgd_penalty_box_create(&box, 3, lower, upper));
            const path a = run(methods[i], &p, start, (lgd_minimize_options){.penalty = box});
            lgd_penalty_free(box);
            ck_ok(a.status);
            const double size = sqrt(2 * look(p, a.last, r, J));
            gradient_of(p, a.last, g);
            for (size_t j = 0; j < 3; j++) {
                double column = 0;
                ck_assert(a.last[j] >= lower[j] && a.last[j] <= upper[j] && a.best[j] >= lower[j] &&
                          a.best[j] <= upper[j]);
                for (size_t l = 0; l < WAVES; l++)
                    column = hypot(column, J[l * 3 + j]);
                ck_assert_msg((a.last[j] <= lower[j] && g[j] >= 0) || (a.last[j] >= upper[j] && g[j] <= 0) ||
                                  fabs(g[j]) <= 1e-5 * size * column,
                              "%s, %zu: slope %g at w%zu = %g of %g, %g; %s", methods[i], (size_t)seed, g[j], j,
                              a.last[j], lower[j], upper[j], lgd_stop_string(a.report.stop));
            }
            ck_assert_msg(a.report.stop != LGD_STOP_SEARCH && a.report.stop != LGD_STOP_EPOCHS, "%s, %zu: %s",
                          methods[i], (size_t)seed, lgd_stop_string(a.report.stop));
        }
}
END_TEST

/* As many equations as unknowns: at the end r is but its rounding, and no Jacobian is at fault. */
START_TEST(equations_solved_end_for_rounding_not_for_the_search)
{
    size_t solved = 0, lost = 0;
    for (size_t i = 0; i < METHODS; i++)
        for (uint64_t seed = 0; seed < 60; seed++) {
            const double start[] = {0.5, -1, 1};
            squares p = of(waves, 3, 3);
            draw_waves(seed, 2, 0.5);
            const path a = run(methods[i], &p, start, (lgd_minimize_options){.max_steps = 500});
            ck_ok(a.status);
            if (a.report.f > 1e-25)
                continue;
            solved++;
            lost += a.report.stop == LGD_STOP_SEARCH;
        }
    ck_assert_uint_gt(solved, 150);
    ck_assert_uint_eq(lost, 0);
}
END_TEST

START_TEST(rosenbrock_few_evaluations_to_the_minimum)
{
    for (size_t i = 0; i < METHODS; i++) {
        squares p = of(rosenbrock, 2, 2);
        const path a = run(methods[i], &p, valley, (lgd_minimize_options){.max_steps = STEPS});
        ck_ok(a.status);
        ck_assert_msg(a.last[0] == 1 && a.last[1] == 1 && a.report.grad_norm == 0, "%s: %.17g, %.17g, %s", methods[i],
                      a.last[0], a.last[1], lgd_stop_string(a.report.stop));
        ck_assert_msg(p.calls <= (strstr(methods[i], "accelerated") ? 140 : 90), "%s: %zu calls", methods[i], p.calls);
    }
}
END_TEST

/* The path of lm, as recorded: a change in it is to be seen. */
START_TEST(rosenbrock_path_as_recorded)
{
    static const double recorded[][2] = {{-0.89743865369617559, 0.71607233928103198},
                                         {-0.77718582202650843, 0.59196334376167747},
                                         {-0.55458642234286093, 0.26087660907521981},
                                         {-0.32746215891499031, 0.057404288884792626},
                                         {-0.070215146160766129, -0.060438190819692372},
                                         {0.19148443877239718, -0.031973199507019323},
                                         {0.44463917345405451, 0.13301539588855948},
                                         {0.68096680675739008, 0.40732065546390089},
                                         {0.89810714696329152, 0.75923951035059156},
                                         {1, 0.98961784650003981},
                                         {1, 1}};
    squares p = of(rosenbrock, 2, 2);
    const path a = run("lm", &p, valley, (lgd_minimize_options){.max_steps = STEPS});
    ck_assert_uint_eq(a.steps, sizeof recorded / sizeof *recorded);
    for (size_t t = 0; t < a.steps; t++)
        for (size_t j = 0; j < 2; j++)
            ck_assert_msg(fabs(a.w[t][j] - recorded[t][j]) <= 1e-10, "step %zu: %.17g, %.17g", t + 1, a.w[t][0],
                          a.w[t][1]);
}
END_TEST

START_TEST(large_residuals_parameters_to_rounding)
{
    double reference[3] = {0};
    for (size_t i = 0; i < METHODS; i++) {
        squares p = of(decay, 3, 8);
        double g[3], r[8], J[24];
        const path a = run(methods[i], &p, guess, (lgd_minimize_options){.max_steps = 500});
        ck_ok(a.status);
        ck_assert_msg(a.report.stop == LGD_STOP_STEP_TOL || a.report.stop == LGD_STOP_ROUNDING, "%s: %s", methods[i],
                      lgd_stop_string(a.report.stop));
        gradient_of(p, a.last, g);
        ck_near(look(p, a.last, r, J), a.report.f, 1e-15);
        ck_assert_double_gt(a.report.f, 0.5);
        for (size_t j = 0; j < 3; j++) {
            if (i == 0)
                reference[j] = a.last[j];
            ck_assert_msg(fabs(a.last[j] - reference[j]) <= 1e-8 * fabs(reference[j]), "%s: w%zu is %.12g, not %.12g",
                          methods[i], j, a.last[j], reference[j]);
            ck_assert_msg(fabs(g[j]) <= 1e-8, "%s: g%zu is %g", methods[i], j, g[j]);
        }
    }
}
END_TEST

START_TEST(deficient_jacobian_zero_residual_reached)
{
    static const char *const radii[] = {"", "radius=0.05", "radius=1e-12"};
    const double start[] = {1, 0.5, 7, -1};
    for (size_t i = 0; i < METHODS; i++)
        for (size_t k = 0; k < sizeof radii / sizeof *radii; k++) {
            char text[96];
            squares p = of(deficient, 4, 2);
            snprintf(text, sizeof text, "%s%s%s", methods[i],
                     k == 0                    ? ""
                     : strchr(methods[i], ':') ? ","
                                               : ":",
                     radii[k]);
            const path a = run(text, &p, start, (lgd_minimize_options){.max_steps = 2 * STEPS});
            ck_ok(a.status);
            ck_assert_msg(a.report.f <= 1e-20 && a.last[2] == 7, "%s: f %g, w2 %g, %s", text, a.report.f, a.last[2],
                          lgd_stop_string(a.report.stop));
            ck_assert_msg(fabs(a.last[0] + a.last[1] - 2) < 1e-10 && fabs(a.last[0] - a.last[1] - 0.5) < 1e-6,
                          "%s: %g, %g", text, a.last[0], a.last[1]);
        }
}
END_TEST

START_TEST(start_at_the_minimum_one_evaluation)
{
    const double at[] = {1, 1}, flat[] = {0.5, 2};
    for (size_t i = 0; i < METHODS; i++) {
        squares p = of(rosenbrock, 2, 2), c = of(constant, 2, 2);
        path a = run(methods[i], &p, at, (lgd_minimize_options){.max_steps = STEPS});
        ck_ok(a.status);
        ck_assert_int_eq(a.report.stop, LGD_STOP_GRAD_TOL);
        ck_assert_uint_eq(p.calls, 1);
        a = run(methods[i], &c, flat, (lgd_minimize_options){.max_steps = STEPS});
        ck_ok(a.status);
        ck_assert_int_eq(a.report.stop, LGD_STOP_GRAD_TOL);
        ck_assert_uint_eq(c.calls, 1);
        ck_assert_mem_eq(a.last, flat, sizeof flat);
    }
}
END_TEST

START_TEST(one_coordinate_one_residual_root_found)
{
    for (size_t i = 0; i < METHODS; i++)
        for (double start = -100; start <= 100; start += 40) {
            squares p = of(alone, 1, 1);
            const path a = run(methods[i], &p, &start, (lgd_minimize_options){.max_steps = STEPS});
            ck_ok(a.status);
            ck_assert_msg(fabs(fabs(a.last[0]) - sqrt(2)) <= 4e-16, "%s from %g: %.17g, %s", methods[i], start,
                          a.last[0], lgd_stop_string(a.report.stop));
        }
}
END_TEST

START_TEST(wrong_jacobian_no_lower_value_found)
{
    const double start[] = {1, 5};
    for (size_t i = 0; i < METHODS; i++) {
        squares p = of(liar, 2, 2);
        const path a = run(methods[i], &p, start, (lgd_minimize_options){.max_steps = STEPS});
        ck_ok(a.status);
        ck_assert_msg(a.report.stop == LGD_STOP_SEARCH, "%s: %s", methods[i], lgd_stop_string(a.report.stop));
        ck_assert_mem_eq(a.last, start, sizeof start);
        ck_assert_uint_le(p.calls, 100);
    }
}
END_TEST

START_TEST(gtol_asked_for_cosine_is_the_reason)
{
    for (size_t i = 0; i < METHODS; i++) {
        char text[96];
        squares p = of(decay, 3, 8);
        double r[8], J[24];
        snprintf(text, sizeof text, "%s%cgtol=1e-4", methods[i], strchr(methods[i], ':') ? ',' : ':');
        const path a = run(text, &p, guess, (lgd_minimize_options){.max_steps = 500});
        const double size = sqrt(2 * look(p, a.last, r, J));
        ck_assert_int_eq(a.report.stop, LGD_STOP_GRAD_TOL);
        for (size_t j = 0; j < 3; j++) {
            double along = 0, square = 0;
            for (size_t k = 0; k < 8; k++) {
                along += J[k * 3 + j] * r[k];
                square += J[k * 3 + j] * J[k * 3 + j];
            }
            ck_assert_msg(fabs(along) <= 1e-4 * size * sqrt(square), "%s: cosine %g", text,
                          along / size / sqrt(square));
        }
    }
}
END_TEST

START_TEST(bad_value_at_any_call_finite_point_and_true_reason)
{
    size_t reasons[LGD_STOP_UNBOUNDED + 1] = {0}, lost = 0;
    for (size_t i = 0; i < METHODS; i++)
        for (unsigned bad = 0; bad < KINDS; bad++)
            for (int once = 0; once < 2; once++)
                for (size_t call = 1, calls; call < 40; call++) {
                    squares p = of(rosenbrock, 2, 2);
                    double g[2], r[2], J[4];
                    p.bad = bad;
                    p.once = once;
                    p.bad_call = call;
                    const path a = run(methods[i], &p, valley, (lgd_minimize_options){.max_steps = 40});
                    calls = p.calls;
                    if (calls < call)
                        break;
                    ck_assert_msg(isfinite(a.last[0]) && isfinite(a.last[1]) && look(p, a.last, r, J) <= 12.2,
                                  "%s, bad %u at %zu", methods[i], bad, call);
                    ck_assert_msg(look(p, a.best, r, J) <= 12.2, "%s, bad %u at %zu", methods[i], bad, call);
                    reasons[a.report.stop]++;
                    if (bad == AN_ERROR) {
                        ck_assert_int_eq(a.status, LGD_EUSER);
                        ck_assert_int_eq(a.report.stop, LGD_STOP_ERROR);
                    } else if (a.status) {
                        lost += bad == BAD_JACOBIAN && once && call > 1;
                        ck_assert_int_eq(a.status, LGD_EDIVERGED);
                        ck_assert_int_eq(a.report.stop, LGD_STOP_DIVERGED);
                    } else {
                        ck_assert_msg(once || bad == BAD_JACOBIAN, "%s, bad %u from %zu: %s", methods[i], bad, call,
                                      lgd_stop_string(a.report.stop));
                        ck_assert_msg(gradient_of(p, a.last, g) < 1e-6 || a.report.stop == LGD_STOP_STEPS,
                                      "%s, bad %u at %zu: %s", methods[i], bad, call, lgd_stop_string(a.report.stop));
                    }
                    ck_assert_uint_lt(calls, call + 120);
                }
    ck_assert_uint_le(lost, 2); /* where w is at the minimum but for rounding no other trial is looked at */
    ck_assert_uint_gt(reasons[LGD_STOP_ERROR], 100);
    ck_assert_uint_gt(reasons[LGD_STOP_DIVERGED], 100);
}
END_TEST

/* ---- paths */

START_TEST(powers_of_two_times_r_and_w_same_path_in_every_bit)
{
    const double scales[][2] = {{0x1p-40, 1},      {0x1p40, 1},   {1, 0x1p20}, {1, 0x1p-20},
                                {0x1p-20, 0x1p20}, {0x1p-498, 1}, {0x1p490, 1}}; /* |r| from 1e-150 to 1e150 */
    static const double zero[MOST] = {0}, halves[MOST] = {1, 0.5, 7, -1};
    for (size_t i = 0; i < METHODS; i++)
        for (int shape = 0; shape < 5; shape++)
            for (size_t k = 0; k < sizeof scales / sizeof *scales; k++) {
                squares p = shape == 0   ? of(rosenbrock, 2, 2)
                            : shape == 1 ? of(decay, 3, 8)
                            : shape == 4 ? of(deficient, 4, 2)
                                         : of(bowl, 5, 5);
                const double *start = shape == 0   ? valley
                                      : shape == 1 ? guess
                                      : shape == 2 ? slope
                                      : shape == 4 ? halves
                                                   : zero;
                double other[MOST];
                if (fabs(log2(scales[k][0])) > 400 && (strstr(methods[i], "levenberg") || strstr(methods[i], "acc")))
                    continue; /* there is no room for mu, which has the unit of J^T J there, nor for J^T r'' */
                const path a = run(methods[i], &p, start, (lgd_minimize_options){.max_steps = STEPS});
                p.r_scale = scales[k][0];
                p.w_scale = scales[k][1];
                for (size_t j = 0; j < p.dim; j++)
                    other[j] = p.w_scale * start[j];
                if (strstr(methods[i], "accelerated") && shape == 3 && p.w_scale != 1)
                    continue; /* r'' is a difference, over a length that is absolute at w = 0 */
                const path b = run(methods[i], &p, other, (lgd_minimize_options){.max_steps = STEPS});
                ck_assert_msg(a.steps == b.steps && a.report.stop == b.report.stop && a.status == b.status,
                              "%s, %d, r times %g, w times %g: %zu and %zu steps, %s, %s", methods[i], shape, p.r_scale,
                              p.w_scale, a.steps, b.steps, lgd_stop_string(a.report.stop),
                              lgd_stop_string(b.report.stop));
                ck_ok(a.status);
                for (size_t t = 0; t < a.steps; t++)
                    for (size_t j = 0; j < p.dim; j++)
                        ck_assert_msg(b.w[t][j] == p.w_scale * a.w[t][j], "%s, %d, r times %g, w times %g, step %zu",
                                      methods[i], shape, p.r_scale, p.w_scale, t);
            }
}
END_TEST

static lgd_optimizer *reborn(lgd_optimizer *opt, const char *text)
{
    lgd_optimizer *fresh = chosen(text);
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

START_TEST(resumed_after_every_step_same_bits)
{
    for (size_t i = 0; i < METHODS; i++)
        for (int boxed = 0; boxed < 2; boxed++) {
            const double lower[] = {-INFINITY, 0, 0.6}, upper[] = {4.5, 3, INFINITY};
            squares p = of(decay, 3, 8);
            lgd_penalty *box = NULL;
            if (boxed)
                ck_ok(lgd_penalty_box_create(&box, 3, lower, upper));
            const path whole = run(methods[i], &p, guess, (lgd_minimize_options){.max_steps = 10, .penalty = box});
            ck_assert_uint_ge(whole.steps, 5);
            for (uint64_t first = 1; first < whole.steps; first++) {
                lgd_optimizer *opt = chosen(methods[i]);
                path part = run_by(opt, &p, guess, (lgd_minimize_options){.max_steps = first, .penalty = box});
                ck_ok(part.status);
                opt = reborn(opt, methods[i]);
                part = run_by(opt, &p, part.last, (lgd_minimize_options){.max_steps = 10 - first, .penalty = box});
                ck_assert_msg(!memcmp(part.last, whole.last, 3 * sizeof(double)), "%s after %zu", methods[i],
                              (size_t)first);
                ck_assert_uint_eq(lgd_optimizer_steps(opt), whole.report.steps);
                lgd_optimizer_free(opt);
            }
            lgd_penalty_free(box);
        }
}
END_TEST

START_TEST(frozen_coordinates_keep_their_bits_the_rest_converges)
{
    const double scale[] = {1, 0, 1};
    for (size_t i = 0; i < METHODS; i++)
        for (int grouped = 0; grouped < 2; grouped++) {
            squares p = of(decay, 3, 8);
            double g[3];
            lgd_optimizer *opt = chosen(methods[i]);
            if (grouped)
                ck_ok(lgd_optimizer_groups(opt, &(lgd_group){.first = 1, .count = 1, .frozen = true}, 1));
            const path a =
                run_by(opt, &p, guess, (lgd_minimize_options){.max_steps = 100, .lr_scale = grouped ? NULL : scale});
            lgd_optimizer_free(opt);
            ck_ok(a.status);
            ck_assert_double_eq(a.last[1], guess[1]);
            gradient_of(p, a.last, g);
            ck_assert_msg(fabs(g[0]) < 1e-9 && fabs(g[2]) < 1e-9 && fabs(g[1]) > 1e-3, "%s: g %g, %g, %g", methods[i],
                          g[0], g[1], g[2]);
        }
}
END_TEST

/* y = w0 exp(-w1 t) + sqrt(w2), which has no derivative in w2 at 0, and no value below. */
static void at_an_edge(const double *x, double *r, double *J)
{
    decay((const double[]){x[0], x[1], sqrt(x[2])}, r, J);
    for (size_t i = 0; i < 8; i++)
        J[i * 3 + 2] = x[2] > 0 ? 0.5 / sqrt(x[2]) : i % 2 ? INFINITY : NAN;
}

START_TEST(frozen_where_there_is_no_derivative_the_rest_converges)
{
    const double scale[] = {1, 1, 0}, edge[] = {4, 2, 0};
    for (size_t i = 0; i < METHODS; i++) {
        squares p = of(at_an_edge, 3, 8), q = of(decay, 3, 8);
        const path a = run(methods[i], &p, edge, (lgd_minimize_options){.max_steps = 100, .lr_scale = scale});
        const path b = run(methods[i], &q, edge, (lgd_minimize_options){.max_steps = 100, .lr_scale = scale});
        ck_ok(a.status);
        ck_assert_msg(a.last[2] == 0 && fabs(a.last[0] - b.last[0]) <= 1e-7 && fabs(a.last[1] - b.last[1]) <= 1e-7,
                      "%s: %g, %g, %g; %s", methods[i], a.last[0], a.last[1], a.last[2],
                      lgd_stop_string(a.report.stop));
    }
}
END_TEST

/* What is too long for a series is left out. */
START_TEST(acceleration_beyond_avmax_left_out_bit_for_bit)
{
    squares p = of(decay, 3, 8);
    const lgd_minimize_options o = {.max_steps = 6};
    const path bare = run("lm", &p, guess, o), never = run("lm:accelerated=true,avmax=1e-9", &p, guess, o);
    const path mostly = run("lm:accelerated=true,avmax=1e9", &p, guess, o);
    ck_assert_mem_eq(bare.last, never.last, 3 * sizeof(double));
    ck_assert(memcmp(bare.last, mostly.last, 3 * sizeof(double)) != 0);
}
END_TEST

/* A factor of 0 moves nothing, and ends nothing. */
static double from_the_third_on(const void *ctx, uint64_t step, uint64_t epoch)
{
    (void)ctx, (void)epoch;
    return step < 2 ? 0 : 1;
}

START_TEST(schedule_of_zero_waits)
{
    const lgd_schedule late = {.kind = LGD_USER_SCHEDULE, .fn = from_the_third_on, .per_step = true};
    for (size_t i = 0; i < METHODS; i++) {
        squares p = of(decay, 3, 8);
        const path at_once = run(methods[i], &p, guess, (lgd_minimize_options){.max_steps = 6});
        const path later = run(methods[i], &p, guess, (lgd_minimize_options){.max_steps = 8, .schedule = late});
        ck_ok(later.status);
        ck_assert_uint_eq(later.steps, 8);
        ck_assert_mem_eq(later.w[1], guess, sizeof guess);
        ck_assert_mem_eq(later.last, at_once.last, 3 * sizeof(double));
    }
}
END_TEST

/* A schedule multiplies the first trial of a step; a/2 by its square. */
static double told(const void *ctx, uint64_t step, uint64_t epoch)
{
    (void)epoch;
    return step == 0 ? *(const double *)ctx : 1;
}

START_TEST(schedule_scales_the_first_trial)
{
    const double at[] = {4, 1.7, 0.1}, half = 0.5, far = 1000;
    const lgd_schedule shorter = {.kind = LGD_USER_SCHEDULE, .fn = told, .ctx = &half, .per_step = true};
    const lgd_schedule longer = {.kind = LGD_USER_SCHEDULE, .fn = told, .ctx = &far, .per_step = true};
    for (size_t i = 0; i < METHODS; i++) {
        squares p = of(decay, 3, 8), q = of(decay, 3, 8);
        const path whole = run(methods[i], &p, at, (lgd_minimize_options){.max_steps = 1});
        const path part = run(methods[i], &p, at, (lgd_minimize_options){.max_steps = 1, .schedule = shorter});
        ck_ok(part.status);
        const path bare = strstr(methods[i], "accelerated") ? run("lm", &p, at, (lgd_minimize_options){.max_steps = 1})
                                                            : whole; /* without a/2 */
        ck_assert((whole.last[0] == bare.last[0]) == !strstr(methods[i], "accelerated"));
        for (size_t j = 0; j < 3; j++)
            ck_near(part.last[j] - at[j], half * (bare.last[j] - at[j]) + half * half * (whole.last[j] - bare.last[j]),
                    1e-13);
        const path plainly = run(methods[i], &p, guess, (lgd_minimize_options){.max_steps = 200});
        const path boldly = run(methods[i], &q, guess, (lgd_minimize_options){.max_steps = 200, .schedule = longer});
        ck_ok(boldly.status);
        ck_near(boldly.report.f, plainly.report.f, 1e-12);
        ck_assert_msg(q.calls <= p.calls + 16, "%s: %zu and %zu", methods[i], q.calls, p.calls);
    }
}
END_TEST

/* ---- models */

START_TEST(linear_model_solved_in_about_one_step)
{
    enum { ROWS = 200, COLS = 4 };
    for (size_t i = 0; i < METHODS; i++)
        for (size_t k = 1; k <= 2; k++) {
            data d = data_create(ROWS, COLS, k, false, 3);
            lgd_matrix *X;
            lgd_objective *f;
            lgd_report report;
            double w[(COLS + 1) * 2] = {0}, g[(COLS + 1) * 2], value;
            lgd_optimizer *opt = chosen(methods[i]);
            ck_ok(lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS));
            ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_half_squared(),
                                 &(lgd_glm_options){.intercept = true, .outputs = k, .l2 = 0.01}));
            ck_ok(lgd_minimize(f, opt, w, NULL, &report));
            ck_assert_msg(report.steps <= 3, "%s: %zu steps", methods[i], (size_t)report.steps);
            ck_ok(lgd_objective_eval(f, NULL, w, &value, g));
            for (size_t j = 0; j < (COLS + 1) * k; j++)
                ck_assert_msg(fabs(g[j]) <= 1e-14, "%s: g%zu is %g", methods[i], j, g[j]);
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
            lgd_matrix_free(X);
            data_free(&d);
        }
}
END_TEST

START_TEST(threads_any_number_same_bits)
{
    enum { ROWS = 3000, COLS = 10 };
    model m = model_create(ROWS, COLS, lgd_loss_squared(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 1);
    for (size_t i = 0; i < METHODS; i++) {
        double w[2][COLS + 1] = {{0}};
        for (size_t threads = 0; threads < 2; threads++) {
            lgd_optimizer *opt = chosen(methods[i]);
            ck_ok(lgd_minimize(m.f, opt, w[threads], &(lgd_minimize_options){.threads = 3 * threads + 1}, NULL));
            lgd_optimizer_free(opt);
        }
        ck_assert_mem_eq(w[0], w[1], sizeof w[0]);
    }
    model_free(&m);
}
END_TEST

START_TEST(robust_losses_minimum_of_what_they_say)
{
    for (size_t i = 0; i < METHODS; i++)
        for (lgd_robust robust = LGD_ROBUST_NONE; robust <= LGD_ROBUST_SOFT_L1; robust++) {
            squares p = of(decay, 3, 8);
            lgd_objective *f;
            lgd_report report;
            double w[] = {4, 2, 0.5}, g[3], value;
            lgd_optimizer *opt = chosen(methods[i]);
            ck_ok(lgd_residual_create_with(&f, 3, 8, residuals, &p,
                                           &(lgd_residual_options){.robust = robust, .scale = 0.5}));
            ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 2000}, &report));
            ck_ok(lgd_objective_eval(f, NULL, w, &value, g));
            ck_assert_msg(lgd_norm2(3, g) <= 1e-8, "%s, robust %d: |g| %g, %s", methods[i], (int)robust,
                          lgd_norm2(3, g), lgd_stop_string(report.stop));
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
}
END_TEST

/* ---- what is refused, and memory */

START_TEST(what_is_no_sum_of_squares_refused_by_name)
{
    const double curvature[] = {1, 2};
    for (size_t i = 0; i < METHODS; i++) {
        quadratic q = {curvature, NULL, 0};
        squares p = of(rosenbrock, 2, 2);
        lgd_objective *f, *r;
        lgd_penalty *l1;
        lgd_optimizer *opt = chosen(methods[i]);
        double w[] = {1, 1}, g[] = {1, 1};
        ck_ok(lgd_function_create(&f, 2, quadratic_eval, &q));
        ck_ok(lgd_residual_create(&r, 2, 2, residuals, &p));
        ck_ok(lgd_penalty_l1_create(&l1, 0.1));
        ck_fails(lgd_minimize(f, opt, w, NULL, NULL), LGD_EUNSUPPORTED, "is no sum of squares");
        ck_fails(lgd_minimize(r, opt, w, &(lgd_minimize_options){.maximize = true}, NULL), LGD_EUNSUPPORTED,
                 "a sum of squares has no maximum");
        ck_fails(lgd_minimize(r, opt, w, &(lgd_minimize_options){.penalty = l1}, NULL), LGD_EUNSUPPORTED,
                 "penalty is l1, box or non_negative is accepted");
        ck_fails(lgd_optimizer_step(opt, 2, w, g, 1, 1), LGD_EUNSUPPORTED, lgd_optimizer_name(opt));
        ck_assert_uint_eq(q.calls + p.calls, 0);
        lgd_penalty_free(l1);
        lgd_objective_free(r);
        lgd_objective_free(f);
        lgd_optimizer_free(opt);
    }
    lgd_optimizer *opt;
    ck_fails(lgd_lm_create(&opt, &(lgd_lm_options){.avmax = -1}), LGD_EINVAL, "lm: avmax is -1");
    ck_fails(lgd_dogleg_create(&opt, &(lgd_dogleg_options){.radius = -1}), LGD_EINVAL, "dogleg: radius is -1");
    ck_fails(lgd_lm_create(&opt, &(lgd_lm_options){.scaling = (lgd_scaling)3}), LGD_EINVAL, "lm: scaling is 3");
}
END_TEST

START_TEST(memory_each_allocation_failing_no_step_allocates)
{
    for (size_t i = 0; i < METHODS; i++) {
        size_t made[2] = {0};
        for (size_t fail_at = 1, failed = 1; failed; fail_at++) {
            squares p = of(decay, 3, 8);
            lgd_objective *f = NULL;
            lgd_optimizer *opt = NULL;
            double w[] = {4, 2, 0.5};
            memory_watch(fail_at);
            lgd_status status = lgd_residual_create(&f, 3, 8, residuals, &p);
            if (!status)
                status = lgd_optimizer_parse(&opt, methods[i]);
            if (!status)
                status = lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 3}, NULL);
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
            ck_assert_uint_eq(memory_live(), 0);
            ck_assert(status == LGD_OK || status == LGD_ENOMEM);
            failed = status == LGD_ENOMEM;
        }
        for (size_t k = 0; k < 2; k++) {
            squares p = of(decay, 3, 8);
            memory_watch(0);
            run(methods[i], &p, guess, (lgd_minimize_options){.max_steps = 2 + 5 * k});
            made[k] = memory_made();
        }
        memory_unwatch();
        ck_assert_uint_eq(made[0], made[1]);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lm");
    CASE(s, first_step_without_radius_is_the_gauss_newton_step);
    CASE(s, first_step_within_radius_damped_as_defined);
    CASE(s, box_active_at_the_end_first_order_conditions_hold);
    CASE(s, damped_triangle_solves_what_it_says);
    CASE(s, step_in_a_box_is_the_minimum_there);
    CASE(s, paths_along_bounds_end_where_nothing_falls);
    CASE(s, equations_solved_end_for_rounding_not_for_the_search);
    CASE(s, rosenbrock_few_evaluations_to_the_minimum);
    CASE(s, rosenbrock_path_as_recorded);
    CASE(s, large_residuals_parameters_to_rounding);
    CASE(s, deficient_jacobian_zero_residual_reached);
    CASE(s, start_at_the_minimum_one_evaluation);
    CASE(s, one_coordinate_one_residual_root_found);
    CASE(s, wrong_jacobian_no_lower_value_found);
    CASE(s, gtol_asked_for_cosine_is_the_reason);
    CASE(s, bad_value_at_any_call_finite_point_and_true_reason);
    CASE(s, powers_of_two_times_r_and_w_same_path_in_every_bit);
    CASE(s, resumed_after_every_step_same_bits);
    CASE(s, frozen_coordinates_keep_their_bits_the_rest_converges);
    CASE(s, frozen_where_there_is_no_derivative_the_rest_converges);
    CASE(s, acceleration_beyond_avmax_left_out_bit_for_bit);
    CASE(s, schedule_of_zero_waits);
    CASE(s, schedule_scales_the_first_trial);
    CASE(s, linear_model_solved_in_about_one_step);
    CASE(s, threads_any_number_same_bits);
    CASE(s, robust_losses_minimum_of_what_they_say);
    CASE(s, what_is_no_sum_of_squares_refused_by_name);
    CASE(s, memory_each_allocation_failing_no_step_allocates);
    return suite_run(s);
}
