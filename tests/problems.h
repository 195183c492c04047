/* What the suites share: assertions on statuses, small data sets, reference loops in long double, a counting allocator. */
#ifndef LGD_TESTS_PROBLEMS_H
#define LGD_TESTS_PROBLEMS_H
#include "suite.h"
#include "lgd.h"
#include <math.h>
#include <string.h>

typedef long double real;

/* The call succeeds, or its sentence is shown. */
#define ck_ok(call)                                                                                                    \
    do {                                                                                                               \
        lgd_status status_ = (call);                                                                                   \
        ck_assert_msg(status_ == LGD_OK, "%s: %s", #call, lgd_last_error());                                           \
    } while (0)

/* The call fails with this status, and its sentence contains these words. */
#define ck_fails(call, status, words) check_failure((call), (status), (words), #call, __FILE__, __LINE__)
void check_failure(lgd_status got, lgd_status status, const char *words, const char *call, const char *file, int line);

/* |x - expected| <= tolerance max(|expected|, 1) */
#define ck_near(x, expected, tolerance) check_near((x), (expected), (tolerance), #x, __FILE__, __LINE__)
void check_near(double x, real expected, double tolerance, const char *what, const char *file, int line);

/* max_j |x_j - expected_j| / max_j |expected_j| */
double difference(size_t n, const double *x, const real *expected);
double difference_of(size_t n, const double *x, const double *expected);

/* Does BLAS, which nobody holds, take a hold? The same before and after what holds and lets go. */
bool takes_hold(void);

/* ---- data */

/* X [rows x cols] by rows, y [rows x outputs], weights [rows] in 0.5 .. 2.5, offset [rows x outputs]. */
typedef struct data {
    size_t rows, cols, outputs;
    double *X, *y, *weights, *offset;
} data;

/* n numbers between low and high. The data of a seed are those of seed .. seed + 4: choose others for points. */
void fill(uint64_t seed, size_t n, double low, double high, double *x);

/* y = X w + noise, or with labels the side of a plane on which a noisy point lies: 0 or 1, not separable. */
data data_create(size_t rows, size_t cols, size_t outputs, bool labels, uint64_t seed);
void data_free(data *d);

/* Data, matrix and objective in one: dense by rows, labels if the loss asks for them, `o` may be NULL. */
typedef struct model {
    data d;
    lgd_matrix *X;
    lgd_objective *f;
    size_t dim;
} model;
model model_create(size_t rows, size_t cols, const lgd_loss *loss, const lgd_glm_options *o, uint64_t seed);
void model_free(model *m);

/* A user's storage over data: plain loops. */
extern const lgd_matrix_ops user_matrix;

/* ---- references */

/* Loss at score z and target y; *slope is its derivative in z. */
typedef real plain_loss(real z, real y, real *slope);
plain_loss plain_half_squared, plain_squared, plain_logistic, plain_squared_hinge;

/* Value and gradient over rows (NULL: all) of a generalised linear model on d, by the formula of lgd/glm.h. `weights`
 * and `offset`: whether d's are used. */
typedef struct plain {
    const data *d;
    plain_loss *loss;
    double l2;
    bool intercept, weights, offset;
} plain;
real plain_eval(const plain *p, const lgd_rows *rows, const double *w, real *g);

/* ---- functions of w */

/* 1/2 sum_j curvature_j (w_j - at_j)^2, at NULL: 0. Counts its calls. */
typedef struct quadratic {
    const double *curvature, *at;
    size_t calls;
} quadratic;
lgd_status quadratic_eval(void *ctx, size_t dim, const double *w, double *f, double *g);

/* The built-in methods that take any function, which those for sums of squares and for quadratics do not, for loops over them: NULL
 * beyond the last. And with a moderate rate, if it has one. */
const lgd_optimizer_ops *function_method(size_t i);
lgd_optimizer *builtin(size_t i, double lr);

/* ---- memory */

/* From now on the library allocates through a counter, and its fail_at-th allocation fails (0: none). Everything of the
 * library must have been freed. */
void memory_watch(size_t fail_at);
size_t memory_made(void); /* allocations since memory_watch */
size_t memory_live(void); /* blocks not released */
void memory_unwatch(void);

#endif
