#include "datasets.h"
#include "problems.h"

/* Losses of the tests' own: what they are is told by a name and a number. */
typedef struct bent {
    char kind; /* h: hinge, e: epsilon-insensitive, q: quantile */
    double at;
} bent;

static size_t bent_kinks(const void *ctx, double y, double kink[2], double slope[3])
{
    const bent *b = ctx;
    if (b->kind == 'h') {
        kink[0] = 2 * y - 1;
        slope[0] = y == 1 ? -1 : 0;
        slope[1] = y == 1 ? 0 : 1;
        return 1;
    }
    if (b->kind == 'q') {
        kink[0] = y;
        slope[0] = -b->at;
        slope[1] = 1 - b->at;
        return 1;
    }
    kink[0] = y - b->at;
    kink[1] = y + b->at;
    slope[0] = -1;
    slope[1] = 0;
    slope[2] = 1;
    return 2;
}

static double bent_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                        const double *weight)
{
    const bent *b = ctx;
    double sum = 0;
    for (size_t i = 0; i < m; i++)
        for (size_t c = 0; c < k; c++) {
            const double omega = weight ? weight[i] : 1, z = Z[i * ldz + c], t = y[i * k + c];
            const double e = b->kind == 'h' ? 1 - (2 * t - 1) * z : z - t;
            double value, slope;
            if (b->kind == 'h') {
                value = fmax(e, 0);
                slope = e > 0 ? 1 - 2 * t : 0;
            } else if (b->kind == 'q') {
                value = e > 0 ? (1 - b->at) * e : -b->at * e;
                slope = e > 0 ? 1 - b->at : -b->at;
            } else {
                value = fmax(fabs(e) - b->at, 0);
                slope = fabs(e) <= b->at ? 0 : e > 0 ? 1 : -1;
            }
            sum += omega * value;
            Z[i * ldz + c] = omega * slope;
        }
    return sum;
}

static size_t bent_targets(const void *ctx, size_t k)
{
    (void)ctx;
    return k;
}

static lgd_loss *bent_loss(const bent *b)
{
    lgd_loss *loss;
    ck_ok(lgd_loss_create(
        &loss, &(lgd_loss_ops){.name = "bent", .targets = bent_targets, .eval = bent_eval, .kinks = bent_kinks},
        (void *)(uintptr_t)b));
    return loss;
}

static void try_it(const char *what, const double *X, size_t rows, size_t cols, const double *y, bent b,
                   lgd_glm_options o)
{
    lgd_matrix *A;
    lgd_objective *f;
    lgd_loss *loss = bent_loss(&b);
    double w[64] = {0};
    lgd_piecewise_report r;
    ck_ok(lgd_matrix_dense(&A, rows, cols, X, cols));
    ck_ok(lgd_glm_create(&f, A, y, loss, &o));
    ck_ok(lgd_minimize_piecewise(f, w, NULL, &r));
    ck_assert_msg(r.stop == LGD_STOP_GAP_TOL && r.gap <= 1e-10 * r.f, "%s: gap %g of %g", what, r.gap, r.f);
    lgd_objective_free(f);
    lgd_matrix_free(A);
    lgd_loss_free(loss);
}

START_TEST(piecewise_data_sets_gap_closes)
{
    static double X[CANCER_ROWS * CANCER_COLS], y[CANCER_ROWS], D[DIABETES_ROWS * DIABETES_COLS], t[DIABETES_ROWS];
    dataset_breast_cancer(X, y);
    dataset_diabetes(D, t);
    for (double C = 0.01; C < 1000; C *= 100)
        try_it("hinge", X, CANCER_ROWS, CANCER_COLS, y, (bent){'h', 0},
               (lgd_glm_options){.l2 = 1 / (C * CANCER_ROWS), .intercept = true});
    for (int l = 0; l < 2; l++) {
        for (int q = 0; q < 3; q++)
            try_it("quantile", D, DIABETES_ROWS, DIABETES_COLS, t, (bent){'q', (const double[]){0.1, 0.5, 0.9}[q]},
                   (lgd_glm_options){.l2 = l ? 1e-3 : 0, .intercept = true});
        try_it("epsilon", D, DIABETES_ROWS, DIABETES_COLS, t, (bent){'e', 20},
               (lgd_glm_options){.l2 = l ? 1e-3 : 0, .intercept = true});
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("piecewise");
    CASE(suite, piecewise_data_sets_gap_closes);
    return suite_run(suite);
}
