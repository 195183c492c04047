/* Minima of generalised linear models over real data, found by another program, to ten digits and more. */
#include "optima.h"

static void found(const char *loss, const char *method)
{
    static double X[OPTIMA_ROOM], y[DIGITS_ROWS], w[OPTIMA_DIM], g[OPTIMA_DIM];
    size_t seen = 0;
    for (size_t i = 0; i < sizeof optima / sizeof *optima; i++) {
        if (strcmp(optima[i].loss, loss) != 0 || (optima[i].set == SET_DIGITS) != !strcmp(method, "lbfgs"))
            continue;
        optimum o = optimum_open(i, X, y);
        double value;
        const lgd_report report = optimum_find(&o, method, w);
        ck_ok(lgd_objective_eval(o.f, NULL, w, &value, g));
        real square = 0;
        for (size_t j = 0; j < optima[i].dim; j++)
            square += (real)g[j] * g[j];
        ck_assert_msg(fabs(value - optima[i].f) <= 1e-10 * fabs(optima[i].f), "%s, l2 %g: f is %.17g, not %.17g (%s)",
                      loss, optima[i].l2, value, optima[i].f, lgd_stop_string(report.stop));
        ck_assert_msg(sqrtl(square) <= 1e-9L, "%s, l2 %g: |g| is %.3Lg", loss, optima[i].l2, sqrtl(square));
        ck_assert_msg(difference_of(optima[i].dim, w, optima[i].w) <= 1e-6, "%s, l2 %g: coefficients are off by %.3g",
                      loss, optima[i].l2, difference_of(optima[i].dim, w, optima[i].w));
        optimum_close(&o);
        seen++;
    }
    ck_assert_uint_gt(seen, 0);
}

/* features: 7 */
START_TEST(logistic_breast_cancer_and_hearts_at_three_strengths)
{
    found("logistic", "newton");
}
END_TEST

START_TEST(softmax_iris_and_wine_at_three_strengths)
{
    found("softmax", "newton");
}
END_TEST

/* features: 13 */
START_TEST(softmax_digits)
{
    found("softmax", "lbfgs");
}
END_TEST

/* features: 8 */
START_TEST(squared_hinge_without_intercept_at_three_strengths)
{
    found("squared_hinge", "newton");
}
END_TEST

START_TEST(huber_diabetes)
{
    found("huber:delta=30", "newton");
    found("huber:delta=75", "newton");
}
END_TEST

START_TEST(poisson_and_gamma_diabetes)
{
    found("poisson", "newton");
    found("gamma", "newton");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optima");
    CASE(suite, logistic_breast_cancer_and_hearts_at_three_strengths);
    CASE(suite, softmax_iris_and_wine_at_three_strengths);
    CASE(suite, softmax_digits);
    CASE(suite, squared_hinge_without_intercept_at_three_strengths);
    CASE(suite, huber_diabetes);
    CASE(suite, poisson_and_gamma_diabetes);
    return suite_run(suite);
}
