/* Federated averaging: rows stay with the clients that have them, and only the point goes round. */
#ifndef LGD_FEDERATED_H
#define LGD_FEDERATED_H
#include "minimize.h"
#ifdef __cplusplus
extern "C" {
#endif

/* How rounds go. A zeroed struct, or NULL: 100 rounds.
 *   rounds     at most [100]
 *   step_tol   the last round is the one that moves w by |w_new - w|_2 <= step_tol |w_new|_2 [off] */
typedef struct lgd_federated_options {
    uint64_t rounds;
    double step_tol;
} lgd_federated_options;

/* What became of them.
 *   stop     LGD_STOP_EPOCHS: as many rounds as were asked for; LGD_STOP_STEP_TOL; LGD_STOP_CALLBACK
 *   rounds   that were gone
 *   f        sum_k p_k f_k at the returned w */
typedef struct lgd_federated_report {
    lgd_stop stop;
    uint64_t rounds;
    double f;
} lgd_federated_report;

/* Minimizes the objective of all rows of `count` clients, f = sum_k p_k f_k, where p_k is the share of client k in the weight of all
 * rows, without bringing them together. In each round every client goes from the common w by lgd_minimize on its own objective, with
 * the options `local` [max_epochs 1] and the optimizer reset, to w_k; then w becomes sum_k p_k w_k. With one step over all rows of
 * each client and plain descent this is a step of descent on f, up to rounding; more local steps save rounds, and where clients have
 * different minima the fixed point is no longer that of f, so rates should shrink (a schedule of `local`, whose epochs go on from
 * round to round). H. B. McMahan et al., Communication-efficient learning of deep networks from decentralized data (2017), algorithm 1
 * with all clients in each round.
 *
 * Clients are served one after another in their order, each with the threads of `local`; the bits do not depend on the threads. w[dim]
 * is the start, then the point of the last round that was whole. LGD_EINVAL for NULL, no clients, a client of another dim (which one),
 * options out of range, and local options that belong to a single run: validation, w_best and w_average. An error of a
 * client ends all, its sentence behind the client's number. Memory: 2 dim. report may be NULL. */
LGD_API lgd_status lgd_minimize_federated_sized(lgd_objective *const *clients, size_t count, lgd_optimizer *opt,
                                                double *w, const lgd_federated_options *options, size_t options_size,
                                                const lgd_minimize_options *local, size_t local_size,
                                                lgd_federated_report *report, size_t report_size);
static inline lgd_status lgd_minimize_federated(lgd_objective *const *clients, size_t count, lgd_optimizer *opt,
                                                double *w, const lgd_federated_options *options,
                                                const lgd_minimize_options *local, lgd_federated_report *report)
{
    return lgd_minimize_federated_sized(clients, count, opt, w, options, sizeof *options, local, sizeof *local, report,
                                        sizeof *report);
}

#ifdef __cplusplus
}
#endif
#endif
