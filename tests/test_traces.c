/* Every optimizer beside its long-double reference and beside recorded runs of PyTorch. Errors of a coordinate are
 * relative to the larger of |w_j| and the way travelled so far, the sum of |w_j's steps|: what cancels in w is not held
 * against the optimizer, and a coordinate that hardly moves is not hidden by one that moves far. */
#include "suite.h"
#include "lgd/optimizers.h"
#include "lgd/runtime.h"
#include "reference/optimizers.h"
#include "reference/traces.h"
#include <math.h>
#include <string.h>

enum { DIM = 17, STEPS = 1000 };

/* The library's point and the reference's, side by side. */
typedef struct run {
    const reference *r;
    lgd_optimizer *opt;
    size_t dim;
    unsigned t;
    double w[DIM];
    real exact[DIM], way[DIM], state[DIM][REFERENCE_STATE], common[REFERENCE_STATE];
} run;

/* The i-th row of all families, NULL beyond the last. */
static const reference *reference_at(size_t i)
{
    for (size_t k = 0; k < REFERENCE_FAMILIES; k++)
        for (const reference *r = reference_families[k]; r->text; r++)
            if (!i--)
                return r;
    return NULL;
}

static run run_start(const reference *r, size_t dim, const double *w)
{
    run s = {.r = r, .dim = dim};
    ck_assert_msg(lgd_optimizer_parse(&s.opt, r->text) == LGD_OK, "%s: %s", r->text, lgd_last_error());
    for (size_t j = 0; j < dim; j++)
        s.exact[j] = s.w[j] = w[j];
    return s;
}

static void run_library(run *s, const double *g, double f, double factor)
{
    double spoilt[DIM];
    memcpy(spoilt, g, s->dim * sizeof *g);
    ck_assert_msg(lgd_optimizer_step(s->opt, s->dim, s->w, spoilt, f, factor) == LGD_OK, "%s: %s", s->r->text,
                  lgd_last_error());
}

static void run_reference(run *s, const real *g, real f, double factor)
{
    real next[DIM];
    s->t++;
    for (size_t j = 0; j < s->dim; j++)
        next[j] = s->r->step ? s->r->step(s->r->options, s->t, factor, s->exact[j], g[j], s->state[j]) : s->exact[j];
    if (s->r->whole)
        s->r->whole(s->r->options, s->t, factor, f, s->dim, next, g, s->state, s->common);
    for (size_t j = 0; j < s->dim; j++) {
        s->way[j] += fabsl(next[j] - s->exact[j]);
        s->exact[j] = next[j];
    }
}

static void run_compare(const run *s, const char *what, real w, real expected, size_t j, double tolerance)
{
    real size = fmaxl(fmaxl(fabsl(s->exact[j]), s->way[j]), s->state[j][REFERENCE_SIZE]), error = fabsl(w - expected);
    ck_assert_msg(error <= tolerance * size, "%s, %s: w[%zu] after step %u is %.17Lg, not %.17Lg: relative error %.2Lg",
                  s->r->text, what, j, s->t, w, expected, error / size);
}

/* Coordinate j has size 10^(3(j-8)/8), from 1e-3 to 1e3, and mean 0, 1 or 10 deviations; each number is zero one time
 * in eight, some coordinates at the beginning, and one always. */
static void gradient_recorded(unsigned t, double g[DIM])
{
    double u[DIM][5];
    lgd_uniform(20, (uint64_t)t * sizeof u / sizeof(double), sizeof u / sizeof(double), u[0]);
    for (size_t j = 0; j < DIM; j++) {
        static const double mean[3] = {0, 1, 10};
        bool zero = u[j][4] < 0.125 || (j % 4 == 1 && t <= 50) || j == 12;
        double normal = (u[j][0] + u[j][1] + u[j][2] + u[j][3] - 2) * sqrt(3);
        g[j] = zero ? 0 : pow(10, 3 * ((double)j - 8) / 8) * (mean[j % 3] + normal);
    }
}

/* features: 31, 32 */
START_TEST(optimizer_recorded_gradients_as_long_double)
{
    const reference *r;
    double start[DIM];
    for (size_t j = 0; j < DIM; j++)
        start[j] = j % 2 ? (double)j - 8.3 : 0;
    for (size_t i = 0; (r = reference_at(i)); i++) {
        run s = run_start(r, DIM, start);
        for (unsigned t = 1; t <= STEPS; t++) {
            double g[DIM], factor = 1 / (1 + 0.01 * t);
            real exact[DIM];
            gradient_recorded(t, g);
            for (size_t j = 0; j < DIM; j++)
                exact[j] = g[j];
            const double f = 1 + 1 / (double)t; /* of no function: as recorded as g */
            run_library(&s, g, f, factor);
            run_reference(&s, exact, f, factor);
            for (size_t j = 0; j < DIM; j++)
                run_compare(&s, "long double", s.w[j], s.exact[j], j, r->tolerance);
            double use[DIM];
            ck_assert_int_eq(lgd_optimizer_result(s.opt, s.w, use), LGD_OK);
            for (size_t j = 0; j < DIM; j++)
                run_compare(&s, "point to use", use[j],
                            r->result ? r->result(r->options, t, s.exact[j], s.state[j]) : s.exact[j], j, r->tolerance);
        }
        ck_assert_uint_eq(lgd_optimizer_steps(s.opt), STEPS);
        lgd_optimizer_free(s.opt);
    }
}
END_TEST

/* Of 1/2 sum_ij z_i z_j / (1 + |i - j|) + 1/2 sum_j log cosh w_j with z_i = scale_i (w_i - centre_i), operation for
 * operation as in record_traces.py. */
static void gradient_here(const double w[TRACE_DIM], double g[TRACE_DIM])
{
    double z[TRACE_DIM];
    for (int i = 0; i < TRACE_DIM; i++)
        z[i] = trace_scale[i] * (w[i] - trace_centre[i]);
    for (int j = 0; j < TRACE_DIM; j++) {
        double total = 0;
        for (int i = 0; i < TRACE_DIM; i++)
            total += z[i] / (1 + abs(i - j));
        g[j] = trace_scale[j] * total + tanh(w[j]) / 2;
    }
}

static void gradient_here_exact(const real w[TRACE_DIM], real g[TRACE_DIM])
{
    for (int j = 0; j < TRACE_DIM; j++) {
        g[j] = tanhl(w[j]) / 2;
        for (int i = 0; i < TRACE_DIM; i++)
            g[j] += (real)trace_scale[j] * trace_scale[i] * (w[i] - trace_centre[i]) / (1 + abs(i - j));
    }
}

/* The value there, in the same order. */
static real value_here(const real w[TRACE_DIM])
{
    real f = 0;
    for (int i = 0; i < TRACE_DIM; i++) {
        f += (fabsl(w[i]) + log1pl(expl(-2 * fabsl(w[i]))) - logl(2)) / 2;
        for (int j = 0; j < TRACE_DIM; j++)
            f += (real)trace_scale[i] * trace_scale[j] * (w[i] - trace_centre[i]) * (w[j] - trace_centre[j]) /
                 (1 + abs(i - j)) / 2;
    }
    return f;
}

/* How far the library's and the reference's points to use are from the recorded ones. */
static void run_compare_results(const run *s, const trace *recorded, int point)
{
    double use[TRACE_DIM];
    ck_assert_int_eq(lgd_optimizer_result(s->opt, (double *)s->w, use), LGD_OK);
    for (size_t j = 0; j < TRACE_DIM; j++) {
        const real exact = s->r->result(s->r->options, s->t, s->exact[j], s->state[j]);
        run_compare(s, "point to use and PyTorch", use[j], recorded->w[point][j], j, 1e-10);
        run_compare(s, "reference's and PyTorch", exact, recorded->w[point][j], j, 1e-10);
    }
}

static const trace *trace_find(const char *name)
{
    for (size_t i = 0; i < sizeof traces / sizeof *traces; i++)
        if (!strcmp(traces[i].name, name))
            return &traces[i];
    ck_abort_msg("no trace %s", name);
    return NULL;
}

/* features: 32 */
START_TEST(optimizer_own_gradients_as_pytorch)
{
    const reference *r;
    for (size_t k = 0; (r = reference_at(k)); k++) {
        if (!r->trace)
            continue;
        const trace *recorded = trace_find(r->trace);
        run s = run_start(r, TRACE_DIM, trace_start);
        for (int point = 0; point < TRACE_POINTS; point++) {
            while (s.t < trace_step[point]) {
                double g[TRACE_DIM], factor = pow(recorded->factor, s.t);
                real exact[TRACE_DIM], w[TRACE_DIM];
                for (size_t j = 0; j < TRACE_DIM; j++)
                    w[j] = s.w[j];
                gradient_here(s.w, g);
                gradient_here_exact(s.exact, exact);
                run_library(&s, g, (double)value_here(w), factor);
                run_reference(&s, exact, value_here(s.exact), factor);
            }
            for (size_t j = 0; j < TRACE_DIM; j++) {
                run_compare(&s, "library and PyTorch", s.w[j], recorded->w[point][j], j, 1e-10);
                run_compare(&s, "reference and PyTorch", s.exact[j], recorded->w[point][j], j, 1e-10);
            }
            if (r->result_trace)
                run_compare_results(&s, trace_find(r->result_trace), point);
        }
        lgd_optimizer_free(s.opt);
    }
}
END_TEST

/* The comparison is worth nothing if a row could be left out: every method has one, but for those that ask for values elsewhere,
 * which test_fista.c compares. */
START_TEST(optimizer_every_builtin_has_reference)
{
    for (size_t i = 0; lgd_optimizer_builtin(i); i++) {
        if (lgd_optimizer_builtin(i)->flags & LGD_NEEDS_EVAL)
            continue;
        const char *name = lgd_optimizer_builtin(i)->name;
        size_t length = strlen(name);
        const reference *r;
        size_t k = 0;
        while ((r = reference_at(k)) && (strncmp(r->text, name, length) || (r->text[length] && r->text[length] != ':')))
            k++;
        ck_assert_msg(r != NULL, "%s has no row in tests/reference", name);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("traces");
    CASE(s, optimizer_recorded_gradients_as_long_double);
    CASE(s, optimizer_own_gradients_as_pytorch);
    CASE(s, optimizer_every_builtin_has_reference);
    return suite_run(s);
}
