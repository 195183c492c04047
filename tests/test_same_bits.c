/* The same bits with any number of threads: every kind of objective, in every order, with every estimator, by tables and by what
 * lgd_minimize accepts. As `test_same_bits`, in CI, each run is a few steps and each objective meets a few orders; `test_same_bits
 * --whole` makes 1000 steps of 20 seeds of all of them (meson test --setup all --suite whole). */
#include "problems.h"
#include "minimize/estimator.h"
#include "objective/objective.h"
#include <stdio.h>

static bool whole;

static const size_t threads[] = {2, 3, 4, 7, 64};
enum { NUMBERS = sizeof threads / sizeof *threads };

/* Batches of three chunks, and a shorter last one of two; dim is near 64, of which 512 rows make a chunk. */
enum { ROWS = 2600, COLS = 64, BATCH = 1300, FEW_STEPS = 4, MANY_STEPS = 1000, SEEDS = 20, CLASSES = 3, RANK = 3 };

/* ---- objectives */

typedef struct subject {
    data d;
    lgd_matrix *X[2];
    lgd_objective *f, *below; /* f is of `below`, where that is there */
    double *copy, *start;
    float *single;
    size_t *places; /* rows of a subset, entries of a factorisation, or where sparse rows begin */
    int32_t *column;
} subject;

static void of_matrix(subject *s, const lgd_matrix *X)
{
    ck_ok(lgd_glm_create(&s->f, X, s->d.y, lgd_loss_half_squared(),
                         &(lgd_glm_options){.l2 = 0.01, .intercept = true, .weights = s->d.weights}));
}

static void dense(subject *s)
{
    ck_ok(lgd_matrix_dense(&s->X[0], ROWS, COLS, s->d.X, COLS));
    of_matrix(s, s->X[0]);
}

static void dense_copy(subject *s)
{
    ck_ok(lgd_matrix_dense_copy(&s->X[0], ROWS, COLS, s->d.X, COLS));
    of_matrix(s, s->X[0]);
}

static void dense_blas(subject *s)
{
    ck_ok(lgd_matrix_dense(&s->X[0], ROWS, COLS, s->d.X, COLS));
    ck_ok(lgd_matrix_set_kernel(s->X[0], LGD_KERNEL_BLAS));
    of_matrix(s, s->X[0]);
}

static void dense_columns(subject *s)
{
    s->copy = malloc((size_t)ROWS * COLS * sizeof *s->copy);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLS; j++)
            s->copy[i + j * ROWS] = s->d.X[i * COLS + j];
    ck_ok(lgd_matrix_dense_columns(&s->X[0], ROWS, COLS, s->copy, ROWS));
    of_matrix(s, s->X[0]);
}

static void dense_f32(subject *s)
{
    s->single = malloc((size_t)ROWS * COLS * sizeof *s->single);
    for (size_t i = 0; i < (size_t)ROWS * COLS; i++)
        s->single[i] = (float)s->d.X[i];
    ck_ok(lgd_matrix_dense_f32(&s->X[0], ROWS, COLS, s->single, COLS));
    of_matrix(s, s->X[0]);
}

static void scaled(subject *s)
{
    ck_ok(lgd_matrix_dense(&s->X[0], ROWS, COLS, s->d.X, COLS));
    ck_ok(lgd_matrix_standardized(&s->X[1], s->X[0]));
    of_matrix(s, s->X[1]);
}

static void imputed(subject *s)
{
    for (size_t i = 0; i < (size_t)ROWS * COLS; i += 11)
        s->d.X[i] = NAN;
    ck_ok(lgd_matrix_imputed(&s->X[0], ROWS, COLS, s->d.X, COLS, NULL));
    of_matrix(s, s->X[0]);
}

static void users_own(subject *s)
{
    lgd_matrix_ops ops = user_matrix;
    ops.flags = LGD_CONCURRENT;
    ck_ok(lgd_matrix_create(&s->X[0], ROWS, COLS, &ops, &s->d));
    of_matrix(s, s->X[0]);
}

static void sparse(subject *s)
{
    size_t count = 0;
    s->places = malloc((ROWS + 1) * sizeof *s->places);
    s->column = malloc((size_t)ROWS * COLS * sizeof *s->column);
    s->copy = malloc((size_t)ROWS * COLS * sizeof *s->copy);
    for (size_t i = 0; i < ROWS; i++) {
        s->places[i] = count;
        for (size_t j = i % 3; j < COLS; j += 1 + i % 4) {
            s->column[count] = (int32_t)j;
            s->copy[count++] = s->d.X[i * COLS + j];
        }
    }
    s->places[ROWS] = count;
    ck_ok(lgd_matrix_csr(
        &s->X[0],
        &(lgd_csr){.rows = ROWS, .cols = COLS, .row_start = s->places, .column = s->column, .value = s->copy}));
    of_matrix(s, s->X[0]);
}

static void of_loss(subject *s, const lgd_loss *loss, size_t outputs)
{
    for (size_t i = 0; i < ROWS; i++)
        s->d.y[i] = outputs > 1 ? (double)(i % outputs) : (double)(s->d.y[i] > 0);
    ck_ok(lgd_matrix_dense(&s->X[0], ROWS, COLS, s->d.X, COLS));
    ck_ok(lgd_glm_create(&s->f, s->X[0], s->d.y, loss, &(lgd_glm_options){.intercept = true, .outputs = outputs}));
}

static void logistic(subject *s)
{
    of_loss(s, lgd_loss_logistic(), 1);
}

static void softmax(subject *s)
{
    of_loss(s, lgd_loss_softmax(), CLASSES);
}

static void mlp(subject *s)
{
    ck_ok(lgd_matrix_dense(&s->X[0], ROWS, COLS, s->d.X, COLS));
    ck_ok(lgd_mlp_create(&s->f, s->X[0], s->d.y, lgd_loss_half_squared(),
                         &(lgd_mlp_options){.hidden = (const size_t[]){9}, .hidden_count = 1, .dropout = 0.2}));
    s->start = malloc(lgd_objective_dim(s->f) * sizeof *s->start);
    ck_ok(lgd_mlp_initialise(s->f, LGD_INIT_AUTO, 5, s->start));
}

static void mlp_single(subject *s)
{
    ck_ok(lgd_matrix_dense(&s->X[0], ROWS, COLS, s->d.X, COLS));
    ck_ok(lgd_mlp_create(
        &s->f, s->X[0], s->d.y, lgd_loss_half_squared(),
        &(lgd_mlp_options){.hidden = (const size_t[]){9}, .hidden_count = 1, .activation = LGD_TANH, .single = true}));
    s->start = malloc(lgd_objective_dim(s->f) * sizeof *s->start);
    ck_ok(lgd_mlp_initialise(s->f, LGD_INIT_AUTO, 5, s->start));
}

static void factorization(subject *s)
{
    enum { HEIGHT = 60, WIDTH = 40 };
    s->places = malloc(2 * ROWS * sizeof *s->places);
    for (size_t t = 0; t < ROWS; t++) {
        s->places[t] = t * 7 % HEIGHT;
        s->places[ROWS + t] = t * 11 % WIDTH;
    }
    ck_ok(lgd_factorization_create(&s->f, HEIGHT, WIDTH, ROWS, s->places, s->places + ROWS, s->d.y,
                                   &(lgd_factorization_options){.rank = RANK, .l2 = 0.01, .biases = true}));
    s->start = malloc(lgd_objective_dim(s->f) * sizeof *s->start);
    ck_ok(lgd_factorization_initialise(s->f, 0.1, 5, s->start));
}

static void subset(subject *s)
{
    dense(s);
    s->below = s->f;
    s->places = malloc(ROWS * sizeof *s->places);
    lgd_permutation(1, 0, lgd_objective_terms(s->f), s->places);
    ck_ok(lgd_objective_subset(&s->f, s->below, &(lgd_rows){10, lgd_objective_terms(s->f) - 20, s->places}));
}

/* Of one term: what they have of threads is inside of a step, or the reduction that they are made of. */
static void of_function(subject *s)
{
    static const double curvature[] = {1, 2, 3, 4, 5, 6, 7, 8};
    static quadratic q = {.curvature = curvature};
    ck_ok(lgd_function_create(&s->f, 8, quadratic_eval, &q));
    s->start = malloc(8 * sizeof *s->start);
    fill(50, 8, -1, 1, s->start);
}

static lgd_status line(void *ctx, size_t dim, size_t count, const double *w, double *r, double *jacobian)
{
    const data *d = ctx;
    for (size_t i = 0; i < count; i++) {
        double sum = -d->y[i] / 100;
        for (size_t j = 0; j < dim; j++) {
            sum += d->X[i * COLS + j] * w[j] / 100;
            if (jacobian)
                jacobian[i * dim + j] = d->X[i * COLS + j] / 100;
        }
        if (r)
            r[i] = sum;
    }
    return LGD_OK;
}

static void residual(subject *s)
{
    ck_ok(lgd_residual_create(&s->f, 8, 100, line, &s->d));
}

static void quadratic_of_rows(subject *s)
{
    dense(s);
    s->below = s->f;
    ck_ok(lgd_quadratic_create(&s->f, s->below));
}

static const struct {
    const char *name;
    void (*make)(subject *s);
} subjects[] = {{"dense", dense},
                {"dense_copy", dense_copy},
                {"dense by gemv", dense_blas},
                {"dense_columns", dense_columns},
                {"dense_f32", dense_f32},
                {"scaled", scaled},
                {"imputed", imputed},
                {"csr", sparse},
                {"a user's matrix", users_own},
                {"logistic", logistic},
                {"softmax", softmax},
                {"mlp", mlp},
                {"mlp in single", mlp_single},
                {"factorization", factorization},
                {"subset", subset},
                {"function", of_function},
                {"residual", residual},
                {"quadratic", quadratic_of_rows}};
enum { SUBJECTS = sizeof subjects / sizeof *subjects };

/* In its place, for some hold an address of what is in it. */
static void subject_make(subject *s, size_t i)
{
    *s = (subject){.d = data_create(ROWS, COLS, 1, false, 1)};
    setenv("LGD_NUM_THREADS", "1", 1);
    for (size_t j = 0; j < ROWS; j += 7)
        s->d.weights[j] = 0;
    subjects[i].make(s);
}

static void subject_free(subject *s)
{
    lgd_objective_free(s->f);
    lgd_objective_free(s->below);
    lgd_matrix_free(s->X[1]);
    lgd_matrix_free(s->X[0]);
    free(s->copy);
    free(s->start);
    free(s->single);
    free(s->places);
    free(s->column);
    data_free(&s->d);
}

/* ---- runs */

typedef struct outcome {
    lgd_status status;
    double w[1024], f;
} outcome;

static void run(const subject *s, lgd_minimize_options o, size_t count, outcome *to)
{
    lgd_optimizer *opt;
    lgd_report report = {.f = 0};
    const size_t dim = lgd_objective_dim(s->f);
    ck_assert_uint_le(dim, sizeof to->w / sizeof *to->w);
    ck_ok(lgd_optimizer_parse(&opt, "momentum:lr=0.01,momentum=0.5"));
    memset(to->w, 0, dim * sizeof *to->w);
    if (s->start)
        memcpy(to->w, s->start, dim * sizeof *to->w);
    o.threads = count;
    to->status = lgd_minimize(s->f, opt, to->w, &o, &report);
    to->f = report.f;
    lgd_optimizer_free(opt);
}

static void same_with_any_threads(size_t i, const subject *s, const lgd_minimize_options *o)
{
    static outcome one, several;
    const size_t dim = lgd_objective_dim(s->f);
    run(s, *o, 1, &one);
    ck_assert_msg(one.status == LGD_OK || one.status == LGD_EUNSUPPORTED, "%s, order %d, estimator %d: %s",
                  subjects[i].name, (int)o->order, (int)o->estimator, lgd_last_error());
    for (size_t t = 0; t < NUMBERS; t++) {
        run(s, *o, threads[t], &several);
        ck_assert_msg(several.status == one.status && !memcmp(one.w, several.w, dim * sizeof(double)) &&
                          (several.f == one.f || one.status),
                      "%s with %zu threads, order %d, estimator %d, seed %llu", subjects[i].name, threads[t],
                      (int)o->order, (int)o->estimator, (unsigned long long)o->seed);
    }
}

/* How many orders, and how many estimators, lgd_minimize knows. */
static size_t known(bool estimators)
{
    subject s;
    outcome to;
    int k = 0;
    subject_make(&s, 0);
    do {
        run(&s,
            (lgd_minimize_options){.batch_size = BATCH,
                                   .max_steps = 1,
                                   .order = (lgd_order)(estimators ? 0 : k),
                                   .estimator = (lgd_estimator)(estimators ? k : 0)},
            1, &to);
        k++;
    } while (to.status == LGD_OK);
    ck_assert_int_eq(to.status, LGD_EINVAL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), estimators ? "estimator is" : "order is"));
    subject_free(&s);
    return (size_t)k - 1;
}

START_TEST(same_bits_with_any_number_of_threads)
{
    const size_t i = (size_t)_i, orders = known(false), estimators = known(true), seeds = whole ? SEEDS : 1;
    subject s;
    subject_make(&s, i);
    const bool rows = lgd_objective_terms(s.f) > 1;
    lgd_minimize_options o = {
        .max_steps = whole ? MANY_STEPS : FEW_STEPS, .grad_tol = LGD_ZERO, .max_epochs = MANY_STEPS};
    ck_assert_uint_ge(orders, 3);
    ck_assert_uint_ge(estimators, 4);
    if (rows)
        ck_assert_uint_ge(lgd_objective_chunks(s.f, BATCH), 2);
    for (o.seed = 0; o.seed < seeds; o.seed++) {
        o.batch_size = 0;
        same_with_any_threads(i, &s, &o);
        o.batch_size = BATCH;
        for (size_t k = 0; k < orders && rows; k++) {
            o.order = (lgd_order)k;
            same_with_any_threads(i, &s, &o);
        }
        for (size_t k = 1; k < estimators && rows; k++) { /* each with all orders in turn */
            o.estimator = (lgd_estimator)k;
            o.order = (lgd_order)((i + k + o.seed) % orders);
            same_with_any_threads(i, &s, &o);
        }
        o.estimator = LGD_MINIBATCH;
        o.order = LGD_SHUFFLE;
    }
    subject_free(&s);
}
END_TEST

int main(int argc, char **argv)
{
    whole = argc > 1 && !strcmp(argv[1], "--whole");
    Suite *s = suite_create("same_bits");
    TCase *one = tcase_create("same_bits_with_any_number_of_threads");
    tcase_set_timeout(one, whole ? 3600 : 60);
    tcase_add_loop_test(one, same_bits_with_any_number_of_threads, 0, SUBJECTS);
    suite_add_tcase(s, one);
    return suite_run(s);
}
