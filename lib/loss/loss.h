/* Inside of a loss. */
#ifndef LGD_LOSS_INSIDE_H
#define LGD_LOSS_INSIDE_H
#include "base/base.h"
#include "lgd/loss.h"

struct lgd_loss {
    lgd_loss_ops ops;
    void *ctx;
    bool created; /* by lgd_loss_create: there is something to free */
};

/* Columns of y for k outputs. */
size_t lgd_loss_targets(const lgd_loss *loss, size_t k);

/* A check for labels: 0 or 1, one to an output. */
size_t lgd_loss_labels(const void *ctx, size_t m, size_t k, const double *y, const char **accepted);

/* targets = outputs, for the built-ins whose outputs are independent of one another */
size_t lgd_loss_one_each(const void *ctx, size_t k);

/* C [m x k x k] = diag(value weight_i) for each row: second derivatives of losses whose outputs are independent. */
void lgd_loss_diagonal(size_t m, size_t k, double value, const double *weight, double *C);

#endif
