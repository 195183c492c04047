/* The gradient checker: Richardson extrapolation of central differences, error O(h^4). */
#include "objective.h"
#include <math.h>

/* (f(w + h e_j) - f(w - h e_j)) / 2h; w is left as it was */
static lgd_status difference(lgd_objective *f, double *w, size_t j, double h, double *slope)
{
    const double middle = w[j];
    volatile double right = middle + h, left = middle - h;
    double above, below;
    w[j] = right;
    lgd_status status = lgd_objective_eval(f, NULL, w, &above, NULL);
    w[j] = left;
    if (!status)
        status = lgd_objective_eval(f, NULL, w, &below, NULL);
    w[j] = middle;
    if (!status)
        *slope = (above - below) / (right - left);
    return status;
}

lgd_status lgd_objective_check_gradient_sized(lgd_objective *f, const double *w, lgd_gradient_check *result,
                                              size_t result_size)
{
    if (!f || !w || !result)
        return lgd_fail(LGD_EINVAL, "check: %s is NULL, an argument is accepted", !f ? "f" : !w ? "w" : "result");
    const size_t n = f->dim;
    lgd_gradient_check r = {0, 0, 0, 0};
    double *block = lgd_alloc("check", lgd_mul(n, 3), sizeof *block);
    if (!block)
        return LGD_ENOMEM;
    double *at = block, *analytic = block + n, *numeric = block + 2 * n, scale = 0;
    for (size_t j = 0; j < n; j++)
        at[j] = w[j];
    lgd_status status = lgd_objective_eval(f, NULL, w, NULL, analytic);
    for (size_t j = 0; j < n && !status; j++) {
        double h = 1e-3 * fmax(fabs(w[j]), 1), coarse, fine;
        status = difference(f, at, j, h, &coarse);
        if (!status)
            status = difference(f, at, j, h / 2, &fine);
        if (status)
            break;
        numeric[j] = (4 * fine - coarse) / 3;
        scale = fmax(scale, 1e-3 * fabs(numeric[j]));
    }
    for (size_t j = 0; j < n && !status; j++) {
        double size = fmax(fmax(fabs(analytic[j]), fabs(numeric[j])), scale);
        double error = size > 0 ? fabs(analytic[j] - numeric[j]) / size : 0;
        if (j == 0 || !(error <= r.error)) /* a NaN is the worst there is */
            r = (lgd_gradient_check){j, analytic[j], numeric[j], error};
        if (isnan(error))
            break;
    }
    lgd_release(block);
    if (!status)
        lgd_give_struct(result, result_size, &r, sizeof r);
    return status;
}
