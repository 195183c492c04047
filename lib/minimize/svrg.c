/* Estimates that lean on the gradient of all rows where the epoch began. With v the point there:
 *     SVRG   g = grad_B(w) - grad_B(v) + grad F(v)                  unbiased; Johnson and Zhang (2013)
 *     SARAH  g = grad_B(w) - grad_B(w_last) + g_last, at first grad F(v)   not so, but of lower variance; Nguyen et al. (2017)
 * The smooth part is in each gradient and so once in the sum. */
#include "run.h"
#include <string.h>

/* vec[0] = run->g over all rows. */
static lgd_status keep_mean(lgd_run *run)
{
    memcpy(run->estimate.vec[0], run->g, run->dim * sizeof *run->g);
    return LGD_OK;
}

/* run->g = grad_B(w) - grad_B(elsewhere) + vec[0]; vec[1] is scratch. */
static lgd_status lean(lgd_run *run, const lgd_rows *rows, size_t divide_by, const double *elsewhere, double *f)
{
    const double *mean = run->estimate.vec[0];
    double *there = run->estimate.vec[1], *g = run->g;
    lgd_status status = lgd_run_eval(run, rows, divide_by, elsewhere, f, there);
    if (!status)
        status = lgd_run_eval(run, rows, divide_by, run->w, f, g);
    for (size_t j = 0; j < run->dim && !status; j++)
        g[j] = g[j] - there[j] + mean[j];
    return status;
}

static lgd_status svrg_gradient(lgd_run *run, const lgd_rows *rows, size_t divide_by, double *f)
{
    return lean(run, rows, divide_by, run->w_epoch, f);
}

static lgd_status sarah_begin_epoch(lgd_run *run)
{
    run->estimate.begun = false;
    return keep_mean(run);
}

/* vec[0] is the last estimate, vec[2] the point of it. */
static lgd_status sarah_gradient(lgd_run *run, const lgd_rows *rows, size_t divide_by, double *f)
{
    double *last = run->estimate.vec[0], *w_last = run->estimate.vec[2];
    lgd_status status;
    if (run->estimate.begun) {
        status = lean(run, rows, divide_by, w_last, f);
        memcpy(last, run->g, run->dim * sizeof *last);
    } else { /* all that the batch adds is its value */
        status = lgd_run_eval(run, rows, divide_by, run->w, f, NULL);
        memcpy(run->g, last, run->dim * sizeof *last);
    }
    memcpy(w_last, run->w, run->dim * sizeof *w_last);
    run->estimate.begun = true;
    return status;
}

const lgd_estimator_ops lgd_svrg_estimator = {.name = "svrg",
                                              .all_at_epoch = true,
                                              .vectors = 2,
                                              .lr = 1.0 / 3,
                                              .begin_epoch = keep_mean,
                                              .gradient = svrg_gradient};

const lgd_estimator_ops lgd_sarah_estimator = {.name = "sarah",
                                               .all_at_epoch = true,
                                               .vectors = 3,
                                               .lr = 1.0 / 3,
                                               .begin_epoch = sarah_begin_epoch,
                                               .gradient = sarah_gradient};
