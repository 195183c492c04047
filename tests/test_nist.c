/* NIST's Statistical Reference Datasets: that the certified values follow from the data, and what the methods make of them. */
#include "problems.h"
#include "reference/gsl.h"
#include "squares.h"
#include <stdio.h>
#include <unistd.h>

static nist get(const nist_model *from)
{
    nist set;
    const char *wrong = nist_read(&set, from, SOURCE_ROOT "/bench/data/nist");
    ck_assert_msg(!wrong, "%s: %s", from->name, wrong);
    return set;
}

/* d r / d w_j by differences at h and 2h: together without the term in h^2. */
static void slopes(nist *set, double *w, size_t j, double h, real *slope)
{
    const double middle = w[j];
    for (int k = 1; k <= 2; k++) {
        static double r[2][NIST_ROWS];
        const double at[2] = {middle - k * h, middle + k * h};
        for (int side = 0; side < 2; side++) {
            w[j] = at[side];
            ck_ok(nist_residual(set, set->model->dim, set->rows, w, r[side], NULL));
        }
        for (size_t i = 0; i < set->rows; i++) {
            const real rough = ((real)r[1][i] - r[0][i]) / ((real)at[1] - at[0]);
            slope[i] = k == 1 ? 4 * rough / 3 : slope[i] - rough / 3;
        }
    }
    w[j] = middle;
}

START_TEST(jacobian_as_differences_of_the_residuals)
{
    for (size_t k = 0; k < NIST_NONLINEAR; k++) {
        nist set = get(&nist_nonlinear[k]);
        const size_t dim = set.model->dim;
        for (size_t at = 0; at < 3; at++) {
            static double J[NIST_ROWS * NIST_DIM], r[NIST_ROWS];
            double w[NIST_DIM];
            memcpy(w, at < 2 ? set.starts[at] : set.certified, sizeof w);
            ck_ok(nist_residual(&set, dim, set.rows, w, r, J));
            for (size_t j = 0; j < dim; j++) {
                real slope[NIST_ROWS], largest = 0;
                slopes(&set, w, j, ldexp(fabs(w[j]), -12), slope);
                for (size_t i = 0; i < set.rows; i++)
                    largest = fmaxl(largest, fabsl((real)J[i * dim + j]));
                for (size_t i = 0; i < set.rows; i++)
                    ck_assert_msg(fabsl(slope[i] - J[i * dim + j]) <= 1e-8L * largest,
                                  "%s, row %zu, b%zu: %.12Lg, not %.12g", set.model->name, i, j + 1, slope[i],
                                  J[i * dim + j]);
            }
        }
    }
}
END_TEST

/* To nine digits; where the fit is exact, what rounding leaves of it. */
static void residuals_as_certified(const nist *set, const double *r)
{
    real sum = 0, size = 0;
    for (size_t i = 0; i < set->rows; i++) {
        sum += (real)r[i] * r[i];
        size += (real)set->y[i] * set->y[i];
    }
    const real sigma = sqrtl(sum / set->freedom), floor = set->rss == 0 ? 1e-28L * size : 0;
    ck_assert_msg(fabsl(sum - set->rss) <= 1e-9L * set->rss + floor, "%s: %.12Lg, not %.12g", set->model->name, sum,
                  set->rss);
    ck_assert_msg(fabsl(sigma - set->sigma) <= 1e-9L * set->sigma + sqrtl(floor), "%s: %.12Lg, not %.12g",
                  set->model->name, sigma, set->sigma);
}

START_TEST(residuals_at_the_certified_parameters_as_certified)
{
    static double X[NIST_ROWS * NIST_DIM], r[NIST_ROWS];
    for (size_t k = 0; k < NIST_NONLINEAR; k++) {
        nist set = get(&nist_nonlinear[k]);
        ck_ok(nist_residual(&set, set.model->dim, set.rows, set.certified, r, NULL));
        residuals_as_certified(&set, r);
    }
    for (size_t k = 0; k < NIST_LINEAR; k++) {
        const nist set = get(&nist_linear[k]);
        const size_t dim = set.model->dim;
        nist_design(&set, X);
        for (size_t i = 0; i < set.rows; i++) {
            real sum = -(real)set.y[i];
            for (size_t j = 0; j < dim; j++)
                sum += (real)X[i * dim + j] * set.certified[j];
            r[i] = (double)sum;
        }
        residuals_as_certified(&set, r);
    }
}
END_TEST

/* J [rows x dim] = Q R by modified Gram-Schmidt, J's columns becoming Q's; the inverse of R in `inverse` [dim x dim]. */
static void inverse_triangle(size_t rows, size_t dim, real *J, real *inverse)
{
    real R[NIST_DIM * NIST_DIM] = {0};
    for (size_t j = 0; j < dim; j++)
        for (size_t k = 0; k <= j; k++) {
            real sum = 0;
            for (size_t i = 0; i < rows; i++)
                sum += J[i * dim + k] * J[i * dim + j];
            R[k * dim + j] = k == j ? sqrtl(sum) : sum;
            for (size_t i = 0; i < rows; i++)
                J[i * dim + j] = k == j ? J[i * dim + j] / R[j * dim + j] : J[i * dim + j] - sum * J[i * dim + k];
        }
    for (size_t j = 0; j < dim; j++)
        for (size_t k = dim; k-- > 0;) {
            real sum = k == j;
            for (size_t l = k + 1; l < dim; l++)
                sum -= R[k * dim + l] * inverse[l * dim + j];
            inverse[k * dim + j] = sum / R[k * dim + k];
        }
}

/* sigma sqrt(diag((J^T J)^-1)), and that r is at right angles to the columns of J. */
static void errors_as_certified(const nist *set, const double *J, const double *r)
{
    static real Q[NIST_ROWS * NIST_DIM];
    real inverse[NIST_DIM * NIST_DIM];
    const size_t dim = set->model->dim;
    for (size_t i = 0; i < set->rows * dim; i++)
        Q[i] = J[i];
    inverse_triangle(set->rows, dim, Q, inverse);
    for (size_t j = 0; j < dim; j++) {
        real sum = 0, along = 0, size = 0;
        for (size_t k = 0; k < dim; k++)
            sum += inverse[j * dim + k] * inverse[j * dim + k];
        const real error = set->sigma * sqrtl(sum);
        ck_assert_msg(fabsl(error - set->errors[j]) <= 1e-8L * set->errors[j], "%s, error of b%zu: %.12Lg, not %.12g",
                      set->model->name, j, error, set->errors[j]);
        for (size_t i = 0; i < set->rows; i++) {
            along += Q[i * dim + j] * r[i];
            size += (real)r[i] * r[i];
        }
        ck_assert_msg(set->rss == 0 || fabsl(along) <= 1e-5L * sqrtl(size), "%s: b%zu leaves %.3Lg of %.3Lg",
                      set->model->name, j, along, sqrtl(size));
    }
}

START_TEST(standard_errors_certified_follow_from_the_jacobian)
{
    static double J[NIST_ROWS * NIST_DIM], r[NIST_ROWS];
    for (size_t k = 0; k < NIST_NONLINEAR; k++) {
        nist set = get(&nist_nonlinear[k]);
        ck_ok(nist_residual(&set, set.model->dim, set.rows, set.certified, r, J));
        errors_as_certified(&set, J, r);
    }
    for (size_t k = 0; k < NIST_LINEAR; k++) {
        const nist set = get(&nist_linear[k]);
        const size_t dim = set.model->dim;
        nist_design(&set, J);
        for (size_t i = 0; i < set.rows; i++) {
            real sum = -(real)set.y[i];
            for (size_t j = 0; j < dim; j++)
                sum += (real)J[i * dim + j] * set.certified[j];
            r[i] = (double)sum;
        }
        errors_as_certified(&set, J, r);
    }
}
END_TEST

/* The file of Misra1a without its last `without` characters, read as that of a model. */
static const char *shortened(size_t without, const nist_model *as)
{
    static char text[8192];
    char folder[] = "/tmp/lgd_nist_XXXXXX", path[64];
    FILE *from = fopen(SOURCE_ROOT "/bench/data/nist/Misra1a.dat", "rb");
    ck_assert(from != NULL && mkdtemp(folder) != NULL);
    const size_t size = fread(text, 1, sizeof text, from);
    fclose(from);
    snprintf(path, sizeof path, "%s/%s.dat", folder, as->name);
    FILE *to = fopen(path, "wb");
    ck_assert(to != NULL && fwrite(text, 1, size - without, to) == size - without);
    fclose(to);
    nist set;
    const char *wrong = nist_read(&set, as, folder);
    remove(path);
    remove(folder);
    return wrong;
}

START_TEST(files_that_are_not_whole_or_of_another_model_refused)
{
    const nist_model *own = &nist_nonlinear[0], *other = &nist_nonlinear[1], line = {"Line", 2, 1, NULL};
    ck_assert_ptr_null(shortened(0, own));
    ck_assert_str_eq(shortened(27, own), "it has not all lines of data that its header names");
    ck_assert_str_eq(shortened(10, own), "a line of data is not y and x");
    ck_assert_str_eq(shortened(0, other), "its header is not that of the model");
    ck_assert_str_eq(shortened(0, &line), "its header is not that of the model");
    nist set;
    ck_assert_str_eq(nist_read(&set, own, SOURCE_ROOT "/bench"), "the file cannot be opened");
}
END_TEST

START_TEST(digits_of_the_worst_parameter)
{
    ck_near(nist_digits(2, (double[]){1.001, 20}, (double[]){1, 20}, 11), 3, 1e-10);
    ck_near(nist_digits(2, (double[]){1, 1e-5}, (double[]){1, 0}, 11), 5, 1e-10);
    ck_assert(nist_digits(1, (double[]){3}, (double[]){3}, 11) == 11);
    ck_assert(nist_digits(1, (double[]){NAN}, (double[]){3}, 11) < 0);
}
END_TEST

/* ---- the methods, with default options from both starts */

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* At least `worst` digits everywhere, and `median` in the median. `lost`: a start from which the parameters go to infinity, where
 * a run must not say that it has converged; -1: none. */
static void digits_of_fits(const char *method, double worst, double median, int lost)
{
    enum { FITS = 2 * NIST_NONLINEAR };
    double digits[FITS];
    for (size_t i = 0; i < FITS; i++) {
        const nist set = get(&nist_nonlinear[i / 2]);
        squares s = squares_nist(&set, i % 2);
        const squares_result r = squares_run(&s, method);
        const lgd_stop stop = r.report.stop;
        ck_assert_msg(r.status == LGD_OK, "%s on %s from %zu: %s", method, set.model->name, i % 2, lgd_last_error());
        if ((int)i == lost) {
            ck_assert_msg(r.w[2] > 1e6 && stop != LGD_STOP_STEP_TOL && stop != LGD_STOP_GRAD_TOL, "%s: b3 is %g, %s",
                          method, r.w[2], lgd_stop_string(stop));
            digits[i] = 0;
            continue;
        }
        digits[i] = nist_digits(s.dim, r.w, set.certified, 11);
        ck_assert_msg(digits[i] >= worst, "%s on %s from %zu: %g digits, %s", method, set.model->name, i % 2, digits[i],
                      lgd_stop_string(stop));
        ck_assert_msg(stop == LGD_STOP_STEP_TOL || stop == LGD_STOP_GRAD_TOL || stop == LGD_STOP_ROUNDING,
                      "%s on %s from %zu: %s", method, set.model->name, i % 2, lgd_stop_string(stop));
        const double errors = nist_digits(s.dim, r.errors, set.errors, 11);
        ck_assert_msg(errors >= 7, "%s on %s from %zu: %g digits of standard errors", method, set.model->name, i % 2,
                      errors);
    }
    qsort(digits, FITS, sizeof *digits, ascending);
    ck_assert_msg((digits[FITS / 2 - 1] + digits[FITS / 2]) / 2 >= median, "%s: %g and %g digits in the middle", method,
                  digits[FITS / 2 - 1], digits[FITS / 2]);
}

START_TEST(lm_parameters_and_errors_as_certified)
{
    digits_of_fits("lm", 8, 10, -1);
}
END_TEST

/* Where much of f stays full steps of Gauss and Newton are too long, and converge slowly. */
START_TEST(lm_evaluations_mostly_not_above_those_of_gsl)
{
    size_t not_above = 0;
    for (size_t i = 0; i < 2 * NIST_NONLINEAR; i++) {
        const nist set = get(&nist_nonlinear[i / 2]);
        squares s = squares_nist(&set, i % 2);
        ck_ok(squares_run(&s, "lm").status);
        not_above += s.evaluations <= gsl_nist_evaluations[i / 2][i % 2];
    }
    ck_assert_uint_ge(not_above, 7);
}
END_TEST

START_TEST(lm_accelerated_parameters_and_errors_as_certified)
{
    digits_of_fits("lm:accelerated=true", 8, 10, -1);
}
END_TEST

START_TEST(dogleg_parameters_and_errors_as_certified_but_from_one_start)
{
    enum { MGH09_FIRST = 8 }; /* of which NIST says that there is a minimum at infinity */
    digits_of_fits("dogleg", 8, 10, MGH09_FIRST);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("nist");
    CASE(s, jacobian_as_differences_of_the_residuals);
    CASE(s, residuals_at_the_certified_parameters_as_certified);
    CASE(s, standard_errors_certified_follow_from_the_jacobian);
    CASE(s, files_that_are_not_whole_or_of_another_model_refused);
    CASE(s, digits_of_the_worst_parameter);
    CASE(s, lm_parameters_and_errors_as_certified);
    CASE(s, lm_evaluations_mostly_not_above_those_of_gsl);
    CASE(s, lm_accelerated_parameters_and_errors_as_certified);
    CASE(s, dogleg_parameters_and_errors_as_certified_but_from_one_start);
    return suite_run(s);
}
