/* Linear least squares at once, and standard errors: NIST's certified values, references in long double, and every way in which a
 * solution may not exist. */
#include "nist.h"
#include "problems.h"
#include "blas/blas.h"
#include <float.h>
#include <stdio.h>

static nist get(const nist_model *from)
{
    nist set;
    const char *wrong = nist_read(&set, from, SOURCE_ROOT "/bench/data/nist");
    ck_assert_msg(!wrong, "%s: %s", from->name, wrong);
    return set;
}

/* A set as a model: with an intercept, or with a column of 1, then the other regressors. */
typedef struct linear {
    nist set;
    double X[NIST_ROWS * NIST_DIM];
    lgd_matrix *matrix;
    lgd_objective *f;
    bool intercept;
} linear;

static void linear_create(linear *l, const nist_model *from, bool intercept)
{
    l->set = get(from);
    nist_design(&l->set, l->X);
    l->intercept = intercept;
    ck_ok(lgd_matrix_dense(&l->matrix, l->set.rows, from->dim - intercept, l->X + intercept, from->dim));
    ck_ok(lgd_glm_create(&l->f, l->matrix, l->set.y, lgd_loss_half_squared(),
                         &(lgd_glm_options){.intercept = intercept}));
}

static void linear_free(linear *l)
{
    lgd_objective_free(l->f);
    lgd_matrix_free(l->matrix);
}

/* Parameters or errors in the order of the file. */
static void in_order(const linear *l, double *w)
{
    const size_t last = l->set.model->dim - 1;
    if (!l->intercept)
        return;
    const double constant = w[last];
    memmove(w + 1, w, last * sizeof *w);
    w[0] = constant;
}

static inline double solved(linear *l, const lgd_least_squares_options *options, lgd_least_squares_report *report)
{
    double w[NIST_DIM];
    ck_ok(lgd_least_squares_solve(l->f, w, options, report));
    in_order(l, w);
    return nist_digits(l->set.model->dim, w, l->set.certified, 16);
}

/* What dgelsd makes of all rows, as NumPy's lstsq does. */
static double by_dgelsd(const linear *l)
{
    const size_t m = l->set.rows, n = l->set.model->dim;
    double A[NIST_ROWS * NIST_DIM], b[NIST_ROWS], S[NIST_DIM];
    size_t rank;
    for (size_t i = 0; i < m; i++) {
        b[i] = l->set.y[i];
        for (size_t j = 0; j < n; j++)
            A[i + j * m] = l->X[i * n + j];
    }
    ck_ok(lgd_lapack_gelsd(m, n, 1, A, m, b, m, S, DBL_EPSILON, &rank));
    ck_assert_uint_eq(rank, n);
    return nist_digits(n, b, l->set.certified, 16);
}

START_TEST(nist_every_solver_digits)
{
    for (size_t i = 0; i < NIST_LINEAR; i++)
        for (int intercept = 0; intercept < 2; intercept++) {
            linear l;
            lgd_least_squares_report r;
            linear_create(&l, &nist_linear[i], intercept);
            const double dgelsd = by_dgelsd(&l);
            printf("# %-8s %d: dgelsd %.1f", l.set.model->name, intercept, dgelsd);
            for (int s = LGD_SOLVER_QR; s <= LGD_SOLVER_REDUCTION; s++) {
                double w[NIST_DIM];
                for (int bare = 0; bare < 2; bare++) {
                    lgd_status st = lgd_least_squares_solve(l.f, w, &(lgd_least_squares_options){.solver = s, .plain = bare}, &r);
                    if (st) printf(" %s", lgd_last_error());
                    in_order(&l, w);
                    printf("  %d %s %.1f (%.1f, %zu, %.2g)", s, bare ? "plain" : "refined", nist_digits(l.set.model->dim, w, l.set.certified, 16), r.digits, r.refinements, r.condition);
                }
            }
            double w[NIST_DIM], e[NIST_DIM];
            lgd_least_squares_solve(l.f, w, &(lgd_least_squares_options){.errors = e}, &r);
            in_order(&l, e);
            printf(" errors %.1f, sigma %.15g %.15g, rss %.15g %.15g r2 %.15g\n", nist_digits(l.set.model->dim, e, l.set.errors, 16), r.sigma, l.set.sigma, r.rss, l.set.rss, r.r_squared);
            linear_free(&l);
        }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("least_squares");
    CASE(s, nist_every_solver_digits);
    return suite_run(s);
}
