/* What is timed: the ways people write a descent step, and libgd. The one file of the bench that calls BLAS itself. */
#include "bench.h"
#include LGD_CBLAS_HEADER
#include <string.h>

static const double *row(const problem *p, const size_t *index, size_t i)
{
    return p->X + (index ? index[i] : i) * p->cols;
}

static double target(const problem *p, const size_t *index, size_t i)
{
    return p->y[index ? index[i] : i];
}

/* ---- plain C */

static void scalar_descend(const problem *p, const size_t *index, size_t count, const double *w, double a, double *out,
                           double *scratch)
{
    (void)scratch;
    for (size_t i = 0; i < count; i++) {
        const double *x = row(p, index, i);
        double score = 0;
        for (size_t j = 0; j < p->cols; j++)
            score += x[j] * w[j];
        double slope = a * (score - target(p, index, i));
        for (size_t j = 0; j < p->cols; j++)
            out[j] -= slope * x[j];
    }
}

/* ---- BLAS level 1: dot and axpy, row by row */

static void blas1_descend(const problem *p, const size_t *index, size_t count, const double *w, double a, double *out,
                          double *scratch)
{
    (void)scratch;
    int n = (int)p->cols;
    for (size_t i = 0; i < count; i++) {
        const double *x = row(p, index, i);
        double slope = a * (cblas_ddot(n, x, 1, w, 1) - target(p, index, i));
        cblas_daxpy(n, -slope, x, 1, out, 1);
    }
}

/* ---- BLAS level 2: the batch gathered into a panel, then a pair of gemv */

static void gemv_descend(const problem *p, const size_t *index, size_t count, const double *w, double a, double *out,
                         double *scratch)
{
    int m = (int)count, n = (int)p->cols;
    double *score = scratch, *panel = scratch + count;
    const double *X = p->X;
    if (index) {
        for (size_t i = 0; i < count; i++)
            memcpy(panel + i * p->cols, row(p, index, i), p->cols * sizeof *panel);
        X = panel;
    }
    for (size_t i = 0; i < count; i++)
        score[i] = target(p, index, i);
    cblas_dgemv(CblasRowMajor, CblasNoTrans, m, n, 1, X, n, w, 1, -1, score, 1);
    cblas_dgemv(CblasRowMajor, CblasTrans, m, n, -a, X, n, score, 1, 1, out, 1);
}

size_t variants_scratch(const problem *p, size_t batch)
{
    return batch ? batch * (p->cols + 1) : p->rows;
}

/* ---- one full gradient of the mean: g = X^T (X w - y) / rows */

void variants_gradient_scalar(const problem *p, const double *w, double *g)
{
    memset(g, 0, p->cols * sizeof *g);
    scalar_descend(p, NULL, p->rows, w, -1 / (double)p->rows, g, NULL);
}

void variants_gradient_gemv(const problem *p, const double *w, double *g, double *residual)
{
    memset(g, 0, p->cols * sizeof *g);
    gemv_descend(p, NULL, p->rows, w, -1 / (double)p->rows, g, residual);
}

/* ---- an epoch of descent in batches, rows as they are stored */

void variants_epoch_gemv(const problem *p, size_t batch, double lr, double *w, double *scores)
{
    for (size_t first = 0; first < p->rows; first += batch) {
        const size_t left = p->rows - first, count = left < batch ? left : batch;
        const problem here = {.rows = count, .cols = p->cols, .X = p->X + first * p->cols, .y = p->y + first};
        gemv_descend(&here, NULL, count, w, lr / (double)count, w, scores);
    }
}

/* ---- the list */

size_t variants_list(variant out[MAX_VARIANTS], double lr)
{
    size_t count = 0;
    out[count++] = (variant){.name = "scalar", .about = "plain C loops (the reference)", .descend = scalar_descend};
    out[count++] = (variant){.name = "blas1", .about = "ddot and daxpy for each row", .descend = blas1_descend};
    out[count++] = (variant){.name = "gemv",
                             .about = "batch gathered, then two dgemv (full: two dgemv over all of X)",
                             .descend = gemv_descend,
                             .direct = true,
                             .threaded = true};
    for (size_t i = 0; i < count; i++)
        out[i].usual = true;
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)) && count < MAX_VARIANTS; i++) {
        variant *v = &out[count];
        *v = (variant){.about = "lgd_minimize with this optimizer", .threaded = true, .flags = ops->flags};
        v->usual = !strcmp(ops->name, "sgd") || !strcmp(ops->name, "momentum") || !strcmp(ops->name, "adam");
        snprintf(v->name, sizeof v->name, "libgd/%s", ops->name);
        /* A rate that holds for every batch size; it has no influence on the time. Rates made from values are no shorter. */
        if (ops->flags & LGD_LINEAR || !strcmp(ops->name, "polyak"))
            snprintf(v->optimizer, sizeof v->optimizer, "%s:lr=%.17g", ops->name, lr);
        else
            snprintf(v->optimizer, sizeof v->optimizer, "%s", ops->name);
        count++;
    }
    return count;
}

/* ---- BLAS threads. Whichever of these the loaded BLAS has; the other names stay NULL. In this order: FlexiBLAS stands in
 * front of the others and exports some of their names. The integers of BLIS are of 64 bits. */

#if defined(__GNUC__)
extern void flexiblas_set_num_threads(int) __attribute__((weak));
extern void openblas_set_num_threads(int) __attribute__((weak));
extern void MKL_Set_Num_Threads(int) __attribute__((weak));
extern void bli_thread_set_num_threads(int64_t) __attribute__((weak));
#endif

bool variants_blas_threads(size_t threads)
{
#if defined(__GNUC__)
    void (*set)(int) = flexiblas_set_num_threads  ? flexiblas_set_num_threads
                       : openblas_set_num_threads ? openblas_set_num_threads
                                                  : MKL_Set_Num_Threads;
    if (set)
        set((int)threads);
    else if (bli_thread_set_num_threads)
        bli_thread_set_num_threads((int64_t)threads);
    return set || bli_thread_set_num_threads;
#else
    (void)threads;
    return false;
#endif
}
