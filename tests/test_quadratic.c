/* Data sets reduced to quadratics, and quadratics given: against sums over rows in long double. */
#include "problems.h"
#include "objective/quadratic.h"

enum { ROWS = 700, COLS = 6, MOST_OUTPUTS = 3, MOST = (COLS + 1) * MOST_OUTPUTS };
enum { DENSE, COLUMNS, SCALED, USER, STORAGES };

/* A model of d in some storage; `raw` is what a scaled matrix scales. */
typedef struct stored {
    data d;
    lgd_matrix *raw, *X;
    lgd_objective *f;
    double by_columns[ROWS * COLS];
} stored;

static void stored_create(stored *s, int storage, size_t rows, const lgd_loss *loss, const lgd_glm_options *o)
{
    static const double shift[COLS] = {0.5, -0.25, 0, 1, 0.125, -2}, scale[COLS] = {2, 0.5, 1, 3, 7, 0.1};
    s->d = data_create(rows, COLS, o->outputs ? o->outputs : 1, false, 31);
    s->raw = NULL;
    lgd_glm_options with = *o;
    with.weights = o->weights ? s->d.weights : NULL;
    with.offset = o->offset ? s->d.offset : NULL;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < COLS; j++)
            s->by_columns[i + j * rows] = s->d.X[i * COLS + j];
    if (storage == DENSE)
        ck_ok(lgd_matrix_dense(&s->X, rows, COLS, s->d.X, COLS));
    else if (storage == COLUMNS)
        ck_ok(lgd_matrix_dense_columns(&s->X, rows, COLS, s->by_columns, rows));
    else if (storage == USER)
        ck_ok(lgd_matrix_create(&s->X, rows, COLS, &user_matrix, &s->d));
    else {
        ck_ok(lgd_matrix_dense(&s->raw, rows, COLS, s->d.X, COLS));
        ck_ok(lgd_matrix_scaled(&s->X, s->raw, shift, scale));
        for (size_t i = 0; i < rows; i++) /* what sums over rows see */
            for (size_t j = 0; j < COLS; j++)
                s->by_columns[i + j * rows] = (s->d.X[i * COLS + j] - shift[j]) / scale[j];
    }
    ck_ok(lgd_glm_create(&s->f, s->X, s->d.y, loss, &with));
}

static void stored_free(stored *s)
{
    lgd_objective_free(s->f);
    lgd_matrix_free(s->X);
    lgd_matrix_free(s->raw);
    data_free(&s->d);
}

/* Value and gradient of f at w by sums over rows in long double; R of them: curvature of the loss c. */
static real sums(const stored *s, const lgd_glm_options *o, double c, const lgd_rows *rows, const double *w, real *g)
{
    const size_t n = COLS + (size_t)o->intercept, k = o->outputs ? o->outputs : 1, m = s->d.rows,
                 count = rows ? rows->count : m;
    real value = 0, weights = 0;
    memset(g, 0, n * k * sizeof *g);
    for (size_t at = 0; at < count; at++) {
        const size_t i = rows && rows->index ? rows->index[rows->first + at] : (rows ? rows->first : 0) + at;
        const real weight = o->weights ? s->d.weights[i] : 1;
        weights += weight;
        for (size_t e = 0; e < k; e++) {
            real z = (o->offset ? s->d.offset[i * k + e] : 0) + (o->intercept ? w[COLS * k + e] : 0);
            for (size_t j = 0; j < COLS; j++)
                z += (real)s->by_columns[i + j * m] * w[j * k + e];
            const real r = z - s->d.y[i * k + e];
            value += weight * c * r * r / 2;
            for (size_t j = 0; j < n; j++)
                g[j * k + e] += weight * c * r * (j < COLS ? s->by_columns[i + j * m] : 1);
        }
    }
    value /= weights;
    for (size_t j = 0; j < n * k; j++) {
        g[j] /= weights;
        if (j < COLS * k) {
            value += (real)o->l2 / 2 * w[j] * w[j];
            g[j] += (real)o->l2 * w[j];
        }
    }
    return value;
}

static void compare(lgd_objective *f, const stored *s, const lgd_glm_options *o, double c, const lgd_rows *rows)
{
    const size_t dim = lgd_objective_dim(f);
    lgd_objective *q = NULL;
    double w[MOST], g[MOST], value;
    real expected[MOST];
    lgd_gradient_check check;
    ck_ok(lgd_quadratic_create(&q, f));
    ck_assert_uint_eq(lgd_objective_dim(q), dim);
    ck_assert_uint_eq(lgd_objective_terms(q), 1);
    for (uint64_t seed = 61; seed < 63; seed++) {
        fill(seed, dim, -2, 2, w);
        ck_ok(lgd_objective_eval(q, NULL, w, &value, g));
        const real sum = sums(s, o, c, rows, w, expected);
        ck_near(value, sum, 1e-14);
        ck_assert_double_le(difference(dim, g, expected), 1e-14);
        ck_ok(lgd_objective_eval(q, NULL, w, &value, NULL));
        ck_near(value, sum, 1e-14);
        ck_ok(lgd_objective_check_product(q, w, 1, &check));
        ck_assert_double_le(check.error, 1e-9);
    }
    size_t first[2], count[2];
    lgd_objective_unpenalised(f, &first[0], &count[0]);
    lgd_objective_unpenalised(q, &first[1], &count[1]);
    ck_assert_uint_eq(count[0], count[1]);
    ck_assert(!count[0] || first[0] == first[1]);
    lgd_objective_free(q);
}

START_TEST(quadratic_every_option_and_storage_sums_over_rows)
{
    static const double some = 1; /* stands for the data's own */
    for (int storage = 0; storage < STORAGES; storage++)
        for (unsigned bits = 0; bits < 16; bits++)
            for (size_t k = 1; k <= MOST_OUTPUTS; k += 2) {
                const lgd_glm_options o = {.intercept = bits & 1,
                                           .weights = bits & 2 ? &some : NULL,
                                           .offset = bits & 4 ? &some : NULL,
                                           .l2 = bits & 8 ? 0.3 : 0,
                                           .outputs = k};
                stored s;
                stored_create(&s, storage, bits & 1 ? 45 : ROWS, k > 1 ? lgd_loss_squared() : lgd_loss_half_squared(),
                              &o);
                compare(s.f, &s, &o, k > 1 ? 2 : 1, NULL);
                stored_free(&s);
            }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("quadratic");
    CASE(suite, quadratic_every_option_and_storage_sums_over_rows);
    return suite_run(suite);
}
