/* Batches that grow with their noise: the norm test of R. Byrd, G. Chin, J. Nocedal, Y. Wu, "Sample size selection in
 * optimization methods for machine learning", Math. Program. 134 (2012), section 3. A batch of B rows is large enough where
 *
 *     sigma^2/B (m - B)/(m - 1) <= theta^2 |g|^2,    with replacement sigma^2/B <= theta^2 |g|^2,
 *
 * sigma^2 being the variance of the gradient of one row, summed over coordinates. They compute it row by row; here no objective
 * is asked for more than gradients of batches. The first rows of an epoch are cut in parts of q rows each, whose mean
 * gradients g_p differ by S^2 = sum |g_p - g|^2/(P - 1). Independent draws make E S^2 = sigma^2/q. Parts of one permutation
 * share no row, which leaves them a covariance of -sigma^2/(m - 1): E S^2 = sigma^2/q (m - q)/(m - 1) + sigma^2/(m - 1), which is
 * sigma^2 m/(q (m - 1)). g is the mean over the sample, whose own noise lets |g| appear larger than it is; where noise is all
 * there is, batches grow by about 1/theta^2 from epoch to epoch, not at once.
 *
 * Each row once, in batches of a little less than m/n, would leave a last batch of a few rows, with all their noise. Such an
 * epoch is cut in n batches of nearly one size, ceil(m/n), which is no less than the test asks for. */
#include "run.h"
#include <math.h>
#include <string.h>

enum { PARTS = 32, LEAST_ROWS = 64 };

lgd_status lgd_noise_measure(lgd_run *run, double *variance, double *norm)
{
    const size_t wanted = run->batch > LEAST_ROWS ? run->batch : LEAST_ROWS;
    const size_t rows = wanted < run->terms ? wanted : run->terms, each = rows < PARTS ? 1 : rows / PARTS;
    const size_t parts = rows / each < PARTS ? rows / each : PARTS;
    const double m = (double)run->terms, q = (double)each;
    double *mean = run->w_old, *g = run->g, spread = 0, f;
    memset(mean, 0, run->dim * sizeof *mean);
    for (size_t p = 0; p < parts; p++) {
        const lgd_rows part = {p * each, each, run->index};
        const lgd_status status = lgd_run_eval(run, &part, each, run->w, &f, g);
        if (status)
            return status;
        for (size_t j = 0; j < run->dim; j++) { /* B. Welford (1962): nothing cancels */
            const double off = g[j] - mean[j];
            mean[j] += off / (double)(p + 1);
            spread += off * (g[j] - mean[j]);
        }
    }
    *variance = parts > 1 ? q * spread / (double)(parts - 1) : 0;
    if (run->o.order != LGD_REPLACEMENT)
        *variance *= (m - 1) / m;
    memcpy(g, mean, run->dim * sizeof *g);
    return lgd_run_residual(run, norm);
}

lgd_status lgd_run_grow(lgd_run *run)
{
    double variance, norm, wanted;
    if (!(run->o.norm_test > 0) || run->batch == run->terms)
        return LGD_OK;
    const lgd_status status = lgd_noise_measure(run, &variance, &norm);
    if (status)
        return status;
    if (!isfinite(variance) || !isfinite(norm) || variance == 0)
        return LGD_OK; /* a run that is about to end, or no noise */
    const double m = (double)run->terms, allowed = run->o.norm_test * run->o.norm_test * (norm * norm);
    if (run->o.order == LGD_REPLACEMENT)
        wanted = variance / allowed;
    else
        wanted = m / (allowed / variance * (m - 1) + 1); /* the smallest B, solved for */
    wanted = fmin(ceil(wanted), m);
    if (run->o.order != LGD_REPLACEMENT)
        wanted = ceil(m / floor(m / wanted));
    if (wanted > (double)run->batch)
        run->batch = (size_t)wanted;
    run->opt->judged.batch_size = run->batch;
    return LGD_OK;
}
