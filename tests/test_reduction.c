#include "datasets.h"
#include "problems.h"

/* What variance reduction is for: at a constant rate SVRG, SAGA and SARAH go to the minimum at a linear rate, where batches alone
 * stay in their noise. Held against minima by Newton's method, on data of which the condition number is known. */

enum { MOST_COLS = 100, MOST_EPOCHS = 2000 };
static const double CLOSE = 1e-10; /* (f - min f)/min f that must be reached */

/* L2 logistic regression without intercept: curvatures lie between l2 and `curvature`. */
typedef struct problem {
    const double *X, *y;
    size_t rows, cols;
    double l2, curvature, term; /* largest of all rows, of one row, both with l2 */
    double minimum;
    lgd_matrix *matrix;
    lgd_objective *f;
} problem;

/* ---- by other means than the library's */

/* H d = -g, for a symmetric positive H [n x n], by Cholesky's method; H is overwritten, d comes in as -g. */
static void solve(size_t n, double *H, double *d)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double s = H[i * n + j];
            for (size_t k = 0; k < j; k++)
                s -= H[i * n + k] * H[j * n + k];
            H[i * n + j] = i == j ? sqrt(s) : s / H[j * n + j];
        }
        for (size_t k = 0; k < i; k++)
            d[i] -= H[i * n + k] * d[k];
        d[i] /= H[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++)
            d[i] -= H[k * n + i] * d[k];
        d[i] /= H[i * n + i];
    }
}

/* F, its gradient g and, unless NULL, its Hessian H (lower triangle) at w, in plain loops. */
static double newton_model(const problem *p, const double *w, double *g, double *H)
{
    const size_t n = p->cols;
    const double m = (double)p->rows;
    long double F = 0;
    for (size_t j = 0; j < n; j++) {
        F += p->l2 / 2 * w[j] * w[j];
        g[j] = p->l2 * w[j];
    }
    for (size_t i = 0; H && i < n * n; i++)
        H[i] = i % (n + 1) ? 0 : p->l2;
    for (size_t i = 0; i < p->rows; i++) {
        const double *x = p->X + i * n;
        double z = 0;
        for (size_t j = 0; j < n; j++)
            z += x[j] * w[j];
        const double margin = p->y[i] > 0.5 ? z : -z, e = exp(-fabs(margin)), away = (margin > 0 ? e : 1) / (1 + e);
        F += (log1p(e) + (margin > 0 ? 0 : -margin)) / m;
        const double slope = (p->y[i] > 0.5 ? -away : away) / m, bend = e / ((1 + e) * (1 + e)) / m;
        for (size_t j = 0; j < n; j++)
            g[j] += slope * x[j];
        for (size_t j = 0; H && j < n; j++)
            for (size_t k = 0; k <= j; k++)
                H[j * n + k] += bend * x[j] * x[k];
    }
    return (double)F;
}

static void find_minimum(problem *p)
{
    static double H[MOST_COLS * MOST_COLS];
    double w[MOST_COLS] = {0}, g[MOST_COLS], d[MOST_COLS], size = 1;
    const size_t n = p->cols;
    for (int step = 0; step < 30 && size > 1e-13; step++) {
        const double F = newton_model(p, w, g, H);
        double fall = 0, scale = 1, next[MOST_COLS];
        size = 0;
        for (size_t j = 0; j < n; j++) {
            d[j] = -g[j];
            size = fmax(size, fabs(g[j]));
        }
        solve(n, H, d);
        for (size_t j = 0; j < n; j++)
            fall += g[j] * d[j];
        do { /* by half until it falls, but for rounding */
            for (size_t j = 0; j < n; j++)
                next[j] = w[j] + scale * d[j];
            scale /= 2;
        } while (newton_model(p, next, g, NULL) > F + 1e-4 * scale * fall + 1e-15 && scale > 1e-6);
        memcpy(w, next, n * sizeof *w);
    }
    p->minimum = newton_model(p, w, g, NULL);
    for (size_t j = 0; j < n; j++)
        ck_assert_double_lt(fabs(g[j]), 1e-12);
}

/* The slope of a logistic loss changes by at most 1/4: curvatures are at most those of X^T X/(4 m), by power iteration, and
 * |x_i|^2/4 in one row. */
static void find_curvatures(problem *p)
{
    double v[MOST_COLS], u[MOST_COLS], size = 1;
    for (size_t j = 0; j < p->cols; j++)
        v[j] = 1 / sqrt((double)p->cols) * (j % 3 ? 1 : -0.5);
    for (int k = 0; k < 20; k++) {
        memset(u, 0, sizeof u);
        for (size_t i = 0; i < p->rows; i++) {
            double z = 0, squares = 0;
            for (size_t j = 0; j < p->cols; j++) {
                z += p->X[i * p->cols + j] * v[j];
                squares += p->X[i * p->cols + j] * p->X[i * p->cols + j];
            }
            for (size_t j = 0; j < p->cols; j++)
                u[j] += z * p->X[i * p->cols + j] / (4 * (double)p->rows);
            p->term = fmax(p->term, squares / 4 + p->l2);
        }
        size = 0;
        for (size_t j = 0; j < p->cols; j++)
            size += u[j] * u[j];
        size = sqrt(size);
        for (size_t j = 0; j < p->cols; j++)
            v[j] = u[j] / size;
    }
    p->curvature = 1.01 * size + p->l2; /* from below, it is near by now */
}

static void prepare(problem *p, double condition)
{
    find_curvatures(p);
    p->l2 = p->curvature / condition;
    p->curvature += p->l2;
    p->term += p->l2;
    ck_assert_double_le(p->curvature / p->l2, 1e4);
    find_minimum(p);
    ck_ok(lgd_matrix_dense(&p->matrix, p->rows, p->cols, p->X, p->cols));
    ck_ok(lgd_glm_create(&p->f, p->matrix, p->y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = p->l2}));
}

static void finish(problem *p)
{
    lgd_objective_free(p->f);
    lgd_matrix_free(p->matrix);
}

/* ---- runs */

/* One over three times the expected smoothness of a batch (Gower et al. 2019). */
static double rate(const problem *p, size_t batch)
{
    const double m = (double)p->rows, B = (double)batch;
    return 1 / (3 * (m * (B - 1) * p->curvature + (m - B) * p->term) / (B * (m - 1)));
}

/* (f - min f)/min f before each epoch, until it is below CLOSE. How many epochs there were. */
static size_t descend(const problem *p, lgd_estimator e, size_t batch, size_t epochs, double *apart)
{
    double w[MOST_COLS] = {0};
    lgd_optimizer *opt = NULL;
    lgd_history *h = NULL;
    size_t count;
    ck_ok(lgd_history_create(&h));
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = rate(p, batch)}));
    ck_ok(lgd_minimize(p->f, opt, w,
                       &(lgd_minimize_options){.batch_size = batch,
                                               .max_epochs = epochs,
                                               .check_every = 1,
                                               .grad_tol = LGD_ZERO,
                                               .f_target = p->minimum * (1 + CLOSE),
                                               .estimator = e,
                                               .history = h,
                                               .seed = 7},
                       NULL));
    const double *loss = lgd_history_series(h, "loss", &count);
    for (size_t i = 0; i < count; i++)
        apart[i] = (loss[i] - p->minimum) / p->minimum;
    double f;
    ck_ok(lgd_objective_eval(p->f, NULL, w, &f, NULL));
    apart[count] = (f - p->minimum) / p->minimum;
    lgd_history_free(h);
    lgd_optimizer_free(opt);
    return count;
}

/* Least squares of log(apart) by epochs: its slope, and how much of the variance the line explains. */
static void fit(size_t count, const double *apart, double *slope, double *explained)
{
    double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    const double n = (double)count;
    for (size_t i = 0; i < count; i++) {
        const double at = (double)i, height = log(apart[i]);
        x += at / n;
        y += height / n;
        xx += at * at / n;
        xy += at * height / n;
        yy += height * height / n;
    }
    *slope = (xy - x * y) / (xx - x * x);
    *explained = (xy - x * y) * (xy - x * y) / ((xx - x * x) * (yy - y * y));
}

static void compare(const problem *p, size_t batch)
{
    static const lgd_estimator reduced[] = {LGD_SVRG, LGD_SAGA, LGD_SARAH};
    static const char *const name[] = {"SVRG", "SAGA", "SARAH"};
    static double apart[MOST_EPOCHS + 1];
    double slope, explained;
    size_t longest = 0;
    for (size_t e = 0; e < 3; e++) {
        const size_t count = descend(p, reduced[e], batch, MOST_EPOCHS, apart);
        ck_assert_msg(apart[count] <= CLOSE, "%s: %g above the minimum after %zu epochs", name[e], apart[count], count);
        ck_assert_uint_ge(count, 8); /* enough for a line to say something */
        fit(count, apart, &slope, &explained);
        ck_assert_msg(slope < 0 && explained >= 0.9, "%s: slope %g, R^2 %g", name[e], slope, explained);
        longest = longest > count ? longest : count;
    }
    const size_t count = descend(p, LGD_MINIBATCH, batch, longest, apart);
    double lowest = INFINITY;
    for (size_t i = 0; i <= count; i++)
        lowest = fmin(lowest, apart[i]);
    ck_assert_msg(count == longest && lowest > 1e4 * CLOSE, "batches alone: %g above the minimum", lowest);
}

START_TEST(reduction_breast_cancer_linear_rate_to_minimum)
{
    static double X[CANCER_ROWS * CANCER_COLS], y[CANCER_ROWS];
    dataset_breast_cancer(X, y);
    problem p = {.X = X, .y = y, .rows = CANCER_ROWS, .cols = CANCER_COLS};
    prepare(&p, 1e3);
    compare(&p, 8);
    finish(&p);
}
END_TEST

/* Columns of standard deviations from 1 to 1/10. */
START_TEST(reduction_generated_linear_rate_to_minimum)
{
#ifdef __SANITIZE_ADDRESS__
    enum { ROWS = 4000, COLS = 30 }; /* everything is ten times slower */
#else
    enum { ROWS = 50000, COLS = 100 };
#endif
    double *X = malloc(sizeof *X * ROWS * COLS), *y = malloc(sizeof *y * ROWS);
    ck_assert(X && y);
    lgd_uniform(1, 0, (size_t)ROWS * COLS, X);
    lgd_uniform(2, 0, ROWS, y);
    for (size_t i = 0; i < ROWS; i++) {
        double z = 0;
        for (size_t j = 0; j < COLS; j++) {
            double *x = &X[i * COLS + j];
            *x = (*x - 0.5) * sqrt(12) * pow(10, -(double)j / (COLS - 1));
            z += *x * (j % 2 ? 1 : -1);
        }
        y[i] = z + 4 * (y[i] - 0.5) > 0;
    }
    problem p = {.X = X, .y = y, .rows = ROWS, .cols = COLS};
    prepare(&p, 200);
    compare(&p, ROWS / 400);
    finish(&p);
    free(X);
    free(y);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("reduction");
    CASE(s, reduction_breast_cancer_linear_rate_to_minimum);
    CASE(s, reduction_generated_linear_rate_to_minimum);
    return suite_run(s);
}
