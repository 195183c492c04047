/* Small fixed runs whose instructions are counted: baselines.py starts this program under callgrind, which counts within
 * lgd_baseline_counted alone, and compares the counts with those that are kept beside this file.
 *
 * usage: baseline-runs             every run, in a process of its own that prints its name and number, and leaves its own count behind
 *        baseline-runs NAME...     those
 *        baseline-runs --list      their names
 *        baseline-runs --build     what the library says of itself
 *
 * The numbers are functions of a seed, so that a count depends on compilers and libraries alone. What is set up once, such as which
 * kernels this machine runs, is set up before the first run: each begins in a copy of the same process. */
#include <lgd.h>
#include <lgd/io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    ROWS = 2000,
    COLS = 100,
    FEW = 20,    /* columns where dim^2 or dim^3 counts */
    CLASSES = 5, /* of softmax */
    BIG = 10000, /* numbers of a step alone */
    ROSENBROCK = 1000,
    RATINGS = 5000, /* of USERS and ITEMS, at rank 8 */
    USERS = 200,
    ITEMS = 100,
    LINES = 500, /* of a table in a file, of FEW cells */
};

static double X[ROWS * COLS], y[ROWS], label[ROWS], class_of[ROWS], rating[RATINGS], w[BIG], g[BIG];
static float single[ROWS * COLS];
static size_t user[RATINGS], item[RATINGS], row_start[ROWS + 1];
static double number[ROWS * COLS];
static int32_t column[ROWS * COLS];

/* What a run works on. */
typedef struct state {
    lgd_kernel kernel; /* of A, to be chosen before it is used */
    lgd_matrix *A;
    lgd_objective *f;
    lgd_optimizer *opt;
    lgd_minimize_options options;
} state;

typedef struct run run;
struct run {
    const char *name;
    void (*prepare)(const run *r, state *s);
    void (*go)(state *s); /* counted */
    void (*model)(state *s);
    lgd_kernel kernel;
    const char *method;
    lgd_minimize_options options;
};

static void ok(lgd_status status)
{
    if (!status)
        return;
    fprintf(stderr, "baseline-runs: %s: %s\n", lgd_strerror(status), lgd_last_error());
    exit(EXIT_FAILURE);
}

/* ---- data */

static void make_data(void)
{
    lgd_uniform(1, 0, ROWS * COLS, X);
    lgd_uniform(2, 0, ROWS, y);
    lgd_uniform(3, 0, COLS, w);
    for (size_t i = 0; i < ROWS; i++) {
        double score = 0;
        for (size_t j = 0; j < COLS; j++) {
            X[i * COLS + j] = 2 * X[i * COLS + j] - 1;
            single[i * COLS + j] = (float)X[i * COLS + j];
            score += X[i * COLS + j] * (w[j] - 0.5);
        }
        label[i] = score + 2 * y[i] - 1 > 0;
        class_of[i] = (double)(size_t)(CLASSES * y[i]);
        y[i] = score + y[i] - 0.5;
    }
    size_t numbers = 0; /* of a sparse matrix, about one of ten */
    for (size_t i = 0; i < ROWS * COLS; i++) {
        if (X[i] < -0.8) {
            column[numbers] = (int32_t)(i % COLS);
            number[numbers++] = X[i];
        }
        row_start[i / COLS + 1] = numbers;
    }
    lgd_uniform(4, 0, RATINGS, rating);
    for (size_t t = 0; t < RATINGS; t++) {
        double place[2];
        lgd_uniform(5, 2 * t, 2, place);
        user[t] = (size_t)(USERS * place[0]);
        item[t] = (size_t)(ITEMS * place[1]);
        rating[t] = 1 + 4 * rating[t];
    }
}

/* ---- models */

static void dense(state *s)
{
    ok(lgd_matrix_dense(&s->A, ROWS, COLS, X, COLS));
    ok(lgd_matrix_set_kernel(s->A, s->kernel));
}

static void few(state *s)
{
    ok(lgd_matrix_dense(&s->A, ROWS, FEW, X, COLS));
}

static void linear(state *s)
{
    dense(s);
    ok(lgd_glm_create(&s->f, s->A, y, lgd_loss_half_squared(), NULL));
}

static void linear_single(state *s)
{
    ok(lgd_matrix_dense_f32(&s->A, ROWS, COLS, single, COLS));
    ok(lgd_glm_create(&s->f, s->A, y, lgd_loss_half_squared(), NULL));
}

static void linear_few(state *s)
{
    few(s);
    ok(lgd_glm_create(&s->f, s->A, y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}));
}

static void logistic(state *s)
{
    dense(s);
    ok(lgd_glm_create(&s->f, s->A, label, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 1e-3, .intercept = true}));
}

static void logistic_sparse(state *s)
{
    ok(lgd_matrix_csr(&s->A, &(lgd_csr){ROWS, COLS, row_start, .column = column, .value = number}));
    ok(lgd_glm_create(&s->f, s->A, label, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 1e-3, .intercept = true}));
}

static void logistic_few(state *s)
{
    few(s);
    ok(lgd_glm_create(&s->f, s->A, label, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 1e-3, .intercept = true}));
}

static void softmax(state *s)
{
    dense(s);
    ok(lgd_glm_create(&s->f, s->A, class_of, lgd_loss_softmax(), &(lgd_glm_options){.outputs = CLASSES}));
}

static void network(state *s)
{
    few(s);
    ok(lgd_mlp_create(&s->f, s->A, class_of, lgd_loss_softmax(),
                      &(lgd_mlp_options){.hidden = (const size_t[]){16}, .hidden_count = 1, .outputs = CLASSES}));
    ok(lgd_mlp_initialise(s->f, LGD_INIT_AUTO, 1, w));
}

static void factorization(state *s)
{
    ok(lgd_factorization_create(&s->f, USERS, ITEMS, RATINGS, user, item, rating,
                                &(lgd_factorization_options){.rank = 8, .l2 = 0.02, .biases = true}));
    ok(lgd_factorization_initialise(s->f, 0, 1, w));
}

static lgd_status value_of_rosenbrock(void *ctx, size_t dim, const double *x, double *f, double *slope)
{
    (void)ctx;
    *f = 0;
    for (size_t i = 0; i + 1 < dim; i += 2) {
        const double a = 1 - x[i], b = 10 * (x[i + 1] - x[i] * x[i]);
        *f += a * a + b * b;
        if (slope) {
            slope[i + 1] = 20 * b;
            slope[i] = -2 * (x[i] * slope[i + 1] + a);
        }
    }
    return LGD_OK;
}

static void rosenbrock(state *s)
{
    ok(lgd_function_create(&s->f, ROSENBROCK, value_of_rosenbrock, NULL));
    for (size_t i = 0; i < ROSENBROCK; i++)
        w[i] = i % 2 ? 1 : -1.2;
}

/* ---- what is counted */

static void eval(state *s)
{
    double value;
    ok(lgd_objective_eval(s->f, NULL, w, &value, g));
}

static void minimize(state *s)
{
    ok(lgd_minimize(s->f, s->opt, w, &s->options, NULL));
}

static void step(state *s)
{
    ok(lgd_optimizer_step(s->opt, BIG, w, g, 0, 1));
}

static void path(state *s)
{
    ok(lgd_lasso_path(s->f, NULL, NULL, &(lgd_lasso_path_options){.count = 20}));
}

static void read_table(state *s)
{
    (void)s;
    lgd_table *table;
    ok(lgd_csv_read(&table, "baselines.csv", &(lgd_csv_options){.max_bytes = (size_t)1 << 24}));
    lgd_table_free(table);
}

/* ---- what comes before */

static void make_model(const run *r, state *s)
{
    memset(w, 0, sizeof w);
    s->kernel = r->kernel;
    r->model(s);
}

/* Scratch that is kept between evaluations belongs to none of them. */
static void make_eval(const run *r, state *s)
{
    make_model(r, s);
    eval(s);
}

static void make_run(const run *r, state *s)
{
    make_model(r, s);
    ok(lgd_optimizer_parse(&s->opt, r->method));
    s->options = r->options;
    s->options.grad_tol = LGD_ZERO;
    if (!s->options.max_steps)
        s->options.max_epochs = 1;
}

static void make_step(const run *r, state *s)
{
    lgd_uniform(6, 0, BIG, g);
    ok(lgd_optimizer_parse(&s->opt, r->method));
    step(s);
}

static void make_table(const run *r, state *s)
{
    (void)r, (void)s;
    FILE *file = fopen("baselines.csv", "w");
    if (!file) {
        perror("baselines.csv");
        exit(EXIT_FAILURE);
    }
    for (size_t i = 0; i < LINES * FEW; i++)
        fprintf(file, "%.6f%c", X[i], i % FEW < FEW - 1 ? ',' : '\n');
    fclose(file);
}

/* ---- all of them */

#define RUN(of, by, ...)                                                                                               \
    .prepare = make_run, .go = minimize, .model = of, .method = by, .options = {.seed = 1, __VA_ARGS__}
#define EPOCH(size, by_order) RUN(linear, "sgd:lr=0.001", .batch_size = size, .order = by_order)

static const run runs[] = {
    {"gradient_linear", .prepare = make_eval, .go = eval, .model = linear},
    {"gradient_linear_rows", .prepare = make_eval, .go = eval, .model = linear, .kernel = LGD_KERNEL_ROWS},
    {"gradient_linear_blas", .prepare = make_eval, .go = eval, .model = linear, .kernel = LGD_KERNEL_BLAS},
    {"gradient_linear_single", .prepare = make_eval, .go = eval, .model = linear_single},
    {"gradient_logistic", .prepare = make_eval, .go = eval, .model = logistic},
    {"gradient_logistic_sparse", .prepare = make_eval, .go = eval, .model = logistic_sparse},
    {"gradient_softmax", .prepare = make_eval, .go = eval, .model = softmax},
    {"epoch_1_shuffled", EPOCH(1, LGD_SHUFFLE)},
    {"epoch_1_sequential", EPOCH(1, LGD_SEQUENTIAL)},
    {"epoch_1_replacement", EPOCH(1, LGD_REPLACEMENT)},
    {"epoch_1_blocks", EPOCH(1, LGD_BLOCKS)},
    {"epoch_1_interleaved", EPOCH(1, LGD_INTERLEAVED)},
    {"epoch_1_window", EPOCH(1, LGD_WINDOW)},
    {"epoch_8_shuffled", EPOCH(8, LGD_SHUFFLE)},
    {"epoch_8_sequential", EPOCH(8, LGD_SEQUENTIAL)},
    {"epoch_8_replacement", EPOCH(8, LGD_REPLACEMENT)},
    {"epoch_8_blocks", EPOCH(8, LGD_BLOCKS)},
    {"epoch_8_interleaved", EPOCH(8, LGD_INTERLEAVED)},
    {"epoch_8_window", EPOCH(8, LGD_WINDOW)},
    {"epoch_64_shuffled", EPOCH(64, LGD_SHUFFLE)},
    {"epoch_64_sequential", EPOCH(64, LGD_SEQUENTIAL)},
    {"epoch_64_replacement", EPOCH(64, LGD_REPLACEMENT)},
    {"epoch_64_blocks", EPOCH(64, LGD_BLOCKS)},
    {"epoch_64_interleaved", EPOCH(64, LGD_INTERLEAVED)},
    {"epoch_64_window", EPOCH(64, LGD_WINDOW)},
    {"epoch_8_logistic_adam", RUN(logistic, "adam", .batch_size = 8)},
    {"epoch_8_logistic_saga", RUN(logistic, "sgd:lr=0.001", .batch_size = 8, .estimator = LGD_SAGA)},
    {"epoch_64_logistic_sparse", RUN(logistic_sparse, "sgd:lr=0.01", .batch_size = 64)},
    {"epoch_64_softmax_momentum", RUN(softmax, "momentum:lr=0.01", .batch_size = 64)},
    {"epoch_32_network_adam", RUN(network, "adam", .batch_size = 32)},
    {"epoch_1_factorization", RUN(factorization, "sgd:lr=0.01", .batch_size = 1)},
    {"step_sgd", .prepare = make_step, .go = step, .method = "sgd"},
    {"step_momentum", .prepare = make_step, .go = step, .method = "momentum"},
    {"step_adam", .prepare = make_step, .go = step, .method = "adam"},
    {"lbfgs_rosenbrock", RUN(rosenbrock, "lbfgs", .max_steps = 30)},
    {"newton_cg_logistic_sparse", RUN(logistic_sparse, "newton_cg", .max_steps = 5)},
    {"newton_logistic", RUN(logistic_few, "newton", .max_steps = 5)},
    {"path_lasso", .prepare = make_model, .go = path, .model = linear_few},
    {"table_csv", .prepare = make_table, .go = read_table},
};

/* ---- processes */

void lgd_baseline_counted(void (*go)(state *s), state *s);

/* Callgrind counts from its first instruction to its last, by its name. */
__attribute__((noinline)) void lgd_baseline_counted(void (*go)(state *s), state *s)
{
    go(s);
    __asm__ volatile("" ::: "memory"); /* a jump to `go` would leave at once */
}

/* Whatever the library finds out only once. */
static void warm_up(void)
{
    state s = {.f = NULL};
    make_run(&(run){.model = linear_few, .method = "sgd:lr=0.1", .options = {.max_steps = 2, .batch_size = 8}}, &s);
    minimize(&s);
    lgd_optimizer_free(s.opt);
    lgd_objective_free(s.f);
    lgd_matrix_free(s.A);
}

static int start(const run *r)
{
    const pid_t child = fork();
    int status = -1;
    if (child == 0) {
        state s = {.f = NULL};
        r->prepare(r, &s);
        lgd_baseline_counted(r->go, &s);
        _exit(EXIT_SUCCESS);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        fprintf(stderr, "baseline-runs: %s did not end well\n", r->name);
        return EXIT_FAILURE;
    }
    printf("%s\t%ld\n", r->name, (long)child);
    fflush(stdout);
    return EXIT_SUCCESS;
}

int main(int count, char **names)
{
    enum { RUNS = sizeof runs / sizeof *runs };
    static char line[256]; /* of output, so that none of the library's memory moves for it */
    setvbuf(stdout, line, _IOLBF, sizeof line);
    if (count == 2 && strcmp(names[1], "--build") == 0)
        return puts(lgd_build_info()) < 0;
    if (count == 2 && strcmp(names[1], "--list") == 0) {
        for (size_t i = 0; i < RUNS; i++)
            puts(runs[i].name);
        return EXIT_SUCCESS;
    }
    make_data();
    warm_up();
    int failed = 0, started = 0;
    for (size_t i = 0; i < RUNS; i++) {
        int wanted = count == 1;
        for (int k = 1; k < count; k++)
            wanted |= strcmp(names[k], runs[i].name) == 0;
        if (wanted) {
            failed |= start(&runs[i]);
            started++;
        }
    }
    if (started == (count > 1 ? count - 1 : RUNS))
        return failed;
    fprintf(stderr, "baseline-runs: not every name is one of --list\n");
    return EXIT_FAILURE;
}
