/* Lasso on real data: which of ten measurements of 442 patients tell how far their diabetes has gone a year later (B. Efron et
 * al., Ann. Stat. 32 (2004)).
 *
 * usage: lasso [diabetes_data.csv diabetes_target.csv]
 *
 * Fits 1/(2 m) |X w + b - y|^2 + strength |w|_1 by FISTA at four strengths, each from the fit before. A run ends where the
 * duality gap proves that its value is within 1e-12 of the lowest, relative to it. Prints a column of coefficients for each
 * strength: the weaker it is, the more of them are not 0. */
#include <lgd.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 442, COLS = 10, STRENGTHS = 4 };

static double data[ROWS * COLS], y[ROWS], w[STRENGTHS][COLS + 1]; /* the intercept is last */

/* `count` numbers with blanks between. */
static lgd_status read_numbers(const char *path, int count, double *x)
{
    FILE *file = fopen(path, "r");
    int read = 0;
    while (file && read < count && fscanf(file, "%lf", &x[read]) == 1)
        read++;
    if (file)
        fclose(file);
    return read == count ? LGD_OK : lgd_set_error(LGD_EIO, "lasso: the data cannot be read");
}

int main(int argc, char **argv)
{
    const double strength[STRENGTHS] = {2, 1, 0.3, 0.2};
    const char *const name[COLS + 1] = {"age",     "sex",     "body mass", "blood pressure", "serum 1",  "serum 2",
                                        "serum 3", "serum 4", "serum 5",   "serum 6",        "intercept"};
    const char *const file[2] = {argc > 2 ? argv[1] : "bench/data/diabetes_data.csv",
                                 argc > 2 ? argv[2] : "bench/data/diabetes_target.csv"};
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    lgd_optimizer *fista = NULL;
    lgd_report report = {0};
    bool proved = true;

    lgd_status st = read_numbers(file[0], ROWS * COLS, data);
    if (!st)
        st = read_numbers(file[1], ROWS, y);
    if (!st)
        st = lgd_matrix_dense(&X, ROWS, COLS, data, COLS);
    if (!st)
        st = lgd_glm_create(&f, X, y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true});
    if (!st)
        st = lgd_fista_create(&fista, NULL);
    for (int s = 0; s < STRENGTHS && !st; s++) {
        lgd_penalty *l1 = NULL; /* it spares the intercept */
        for (int j = 0; j <= COLS && s; j++)
            w[s][j] = w[s - 1][j];
        st = lgd_penalty_l1_create(&l1, strength[s]);
        const lgd_minimize_options run = {.penalty = l1, .gap_tol = 1e-12, .grad_tol = LGD_ZERO, .max_epochs = 10000};
        if (!st)
            st = lgd_minimize(f, fista, w[s], &run, &report);
        proved = proved && report.stop == LGD_STOP_GAP_TOL;
        lgd_optimizer_reset(fista);
        lgd_penalty_free(l1);
    }

    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        printf("strength      ");
        for (int s = 0; s < STRENGTHS; s++)
            printf("%9g", strength[s]);
        for (int j = 0; j <= COLS; j++) {
            printf("\n%-14s", name[j]);
            for (int s = 0; s < STRENGTHS; s++)
                if (w[s][j] == 0)
                    printf("        0");
                else
                    printf("%9.1f", w[s][j]);
        }
        printf("\n%s\n", proved ? "each within 1e-12 of the lowest value" : "not all at the lowest value");
    }
    lgd_optimizer_free(fista);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
