/* Losses of straight pieces, to their exact minimum. */
#include "cli.h"
#include <string.h>

bool fit_pieces(fit *a, int *status)
{
    const settings *s = a->settings;
    lgd_piecewise_report r;
    *status = EXIT_FAILED;
    if (a->dim > MATRIX_MOST) {
        *status = EXIT_USAGE;
        return refuse("the minimum of the %s loss takes a matrix of %zu x %zu, at most %d coefficients are accepted; "
                      "hint: --optimizer=adagrad takes steps",
                      s->kind->name, a->dim, a->dim, (int)MATRIX_MOST);
    }
    const lgd_status st = lgd_minimize_piecewise(a->f, a->at, &(lgd_piecewise_options){.threads = s->threads}, &r);
    if (st) {
        *status = st == LGD_EDIVERGED ? EXIT_DIVERGED : EXIT_FAILED;
        return refuse_last();
    }
    static const char method[] = "piecewise linear programs by Newton steps";
    if (!(a->method = memory_of(sizeof method, 1)) || !fit_describe(a, NULL, NULL))
        return false;
    memcpy(a->method, method, sizeof method);
    a->value = r.f;
    a->gap = r.gap;
    a->report = (lgd_report){.stop = r.stop, .steps = r.steps, .f = r.f, .gap = r.gap};
    a->converged = r.stop == LGD_STOP_GAP_TOL || r.stop == LGD_STOP_ROUNDING;
    *status = s->strict && !a->converged ? EXIT_UNCONVERGED : EXIT_OK;
    if (!a->converged && !a->inside)
        refuse("not converged: %s, the value is at most %.3g above the minimum", lgd_stop_string(r.stop), r.gap);
    return true;
}
