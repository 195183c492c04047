/* What test_cli.py compares lgd with: the same fits by calls of the library. usage: reference KIND FILE, the target its last column;
 * prints the coefficients, in all their digits. */
#include <lgd.h>
#include <lgd/io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct problem {
    lgd_table *t;
    lgd_matrix *dense, *A;
    lgd_objective *f;
    double *w;
} problem;

static lgd_status prepare(problem *p, const char *path, const lgd_loss *loss, bool standardized, double l2)
{
    lgd_status st = lgd_csv_read(&p->t, path, &(lgd_csv_options){.binary = loss == lgd_loss_logistic()});
    st = st ? st : lgd_matrix_dense(&p->dense, p->t->rows, p->t->cols, p->t->X, p->t->cols);
    p->A = p->dense;
    if (!st && standardized)
        st = lgd_matrix_standardized(&p->A, p->dense);
    st = st ? st : lgd_glm_create(&p->f, p->A, p->t->y, loss, &(lgd_glm_options){.intercept = true, .l2 = l2});
    p->w = st ? NULL : calloc(p->t->cols + 1, sizeof *p->w);
    return st ? st : p->w ? LGD_OK : lgd_set_error(LGD_ENOMEM, "reference: out of memory");
}

static lgd_status minimize(problem *p, const char *method, const lgd_minimize_options *options)
{
    lgd_optimizer *opt = NULL;
    lgd_status st = lgd_optimizer_parse(&opt, method);
    st = st ? st : lgd_minimize(p->f, opt, p->w, options, NULL);
    lgd_optimizer_free(opt);
    return st;
}

static lgd_status squares(problem *p, const char *path)
{
    lgd_status st = prepare(p, path, lgd_loss_half_squared(), false, 0);
    return st ? st : lgd_least_squares_solve(p->f, p->w, NULL, NULL);
}

static lgd_status ridge(problem *p, const char *path)
{
    lgd_status st = prepare(p, path, lgd_loss_half_squared(), true, 0.25);
    st = st ? st
            : lgd_least_squares_solve(p->f, p->w, &(lgd_least_squares_options){.solver = LGD_SOLVER_REDUCTION}, NULL);
    return st ? st : lgd_matrix_unscale(p->A, 1, true, p->w, p->w);
}

static lgd_status logistic(problem *p, const char *path)
{
    lgd_status st = prepare(p, path, lgd_loss_logistic(), true, 0.01);
    st = st ? st : minimize(p, "newton", &(lgd_minimize_options){.max_epochs = 10000, .grad_tol = 1e-8, .seed = 1});
    return st ? st : lgd_matrix_unscale(p->A, 1, true, p->w, p->w);
}

static lgd_status batches(problem *p, const char *path)
{
    lgd_status st = prepare(p, path, lgd_loss_half_squared(), false, 0);
    const lgd_minimize_options options = {.batch_size = 16,
                                          .max_epochs = 7,
                                          .grad_tol = LGD_ZERO,
                                          .seed = 5,
                                          .schedule = {.kind = LGD_COSINE, .period = 7}};
    return st ? st : minimize(p, "adam:lr=0.5", &options);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        lgd_status (*fit)(problem *p, const char *path);
    } kinds[] = {{"squares", squares}, {"ridge", ridge}, {"logistic", logistic}, {"batches", batches}};
    problem p = {0};
    lgd_status st = LGD_EINVAL;
    for (size_t i = 0; argc == 3 && i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(argv[1], kinds[i].name))
            st = kinds[i].fit(&p, argv[2]);
    if (st)
        fprintf(stderr, "%s\n", lgd_last_error());
    for (size_t j = 0; !st && j <= p.t->cols; j++)
        printf("%.17g\n", p.w[j]);
    free(p.w);
    lgd_objective_free(p.f);
    if (p.A != p.dense)
        lgd_matrix_free(p.A);
    lgd_matrix_free(p.dense);
    lgd_table_free(p.t);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
