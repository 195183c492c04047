/* Runs a block of C that stands in a document without a main: makes what names.h declares, then calls it. Fails with the
 * library's sentence where st is not LGD_OK afterwards. */
#include "names.h"

size_t m = 569, n = 30;
double *data, *y, *w, *g;
lgd_matrix *X;
lgd_objective *f;
lgd_optimizer *opt;
lgd_report report;
lgd_status st;

static void read_data(const char *path)
{
    FILE *file = fopen(path, "r");
    int right = file && fscanf(file, "%*[^\n]") == 0;
    for (size_t i = 0; i < m && right; i++) {
        for (size_t j = 0; j < n && right; j++)
            right = fscanf(file, "%lf,", &data[i * n + j]) == 1;
        right = right && fscanf(file, "%lf", &y[i]) == 1;
    }
    if (file)
        fclose(file);
    if (!right)
        st = lgd_set_error(LGD_EIO, "harness: the data cannot be read");
}

static void standardise(void)
{
    for (size_t j = 0; j < n; j++) {
        double mean = 0, square = 0;
        for (size_t i = 0; i < m; i++)
            mean += data[i * n + j] / (double)m;
        for (size_t i = 0; i < m; i++)
            square += (data[i * n + j] - mean) * (data[i * n + j] - mean) / (double)m;
        for (size_t i = 0; i < m; i++)
            data[i * n + j] = (data[i * n + j] - mean) / sqrt(square);
    }
}

static void prepare(void)
{
    const lgd_minimize_options ten = {.batch_size = 64, .max_epochs = 10};
    data = calloc(m * n, sizeof *data);
    y = calloc(m, sizeof *y);
    w = calloc(n + 1, sizeof *w);
    g = calloc(n + 1, sizeof *g);
    if (!data || !y || !w || !g)
        st = lgd_set_error(LGD_ENOMEM, "harness: out of memory");
    else
        read_data("bench/data/breast_cancer.csv");
    if (!st) {
        standardise();
        st = lgd_matrix_dense(&X, m, n, data, n);
    }
    if (!st)
        st = lgd_glm_create(&f, X, y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01, .intercept = true});
    if (!st)
        st = lgd_adam_create(&opt, &(lgd_adam_options){.lr = 0.01});
    if (!st)
        st = lgd_minimize(f, opt, w, &ten, &report);
    if (!st)
        st = lgd_objective_eval(f, NULL, w, NULL, g);
}

int main(void)
{
    prepare();
    if (!st)
        snippet();
    fflush(stdout);
    if (st)
        fprintf(stderr, "%s\n", lgd_last_error());
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    free(g);
    free(w);
    free(y);
    free(data);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
