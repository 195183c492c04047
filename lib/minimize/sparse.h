/* Steps that touch only what a batch does: what a run keeps for them. */
#ifndef LGD_SPARSE_H
#define LGD_SPARSE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lgd/status.h"

struct lgd_run;
struct lgd_epoch;
struct lgd_lent;

/*   dense        why steps cannot be sparse; NULL where they can, or nothing says what a batch touches (support)
 *   on           they can
 *   seen, index  [dim], [room] for `support` of the objective
 *   g            [room] the gradient at index
 *   clean        the run's g is all 0, and squares is known
 *   steps        sparse ones, which moved so many coordinates
 *   l2           of a smooth part that w owes, see sparse.c; 0: none. With it */
typedef struct lgd_touching {
    const char *dense;
    bool on, clean, *seen;
    size_t *index, room;
    double *g;
    uint64_t steps;
    double coordinates;
    double l2, owed, *paid,
        *factor; /* logarithms of shrinking: of all since w was true, [dim] of what w_j has had; [room] */
    double squares, squares_rest; /* |w|^2 exp(-2 owed) of what decays, and what rounding took of it */
} lgd_touching;

/* Before the first batch of each epoch, since a callback may have given the optimizer other groups: may steps be sparse, and if not, why?
 * What the report says of it; and the end of all. */
lgd_status lgd_sparse_begin(struct lgd_run *run);
const char *lgd_sparse_tell(const struct lgd_run *run);
void lgd_sparse_free(struct lgd_run *run);

/* A gradient of the rows of l and a step, as lgd_epoch_step; *made is false where it has to be a dense one. */
lgd_status lgd_sparse_step(struct lgd_run *run, struct lgd_epoch *e, const struct lgd_lent *l, bool *made);

/* w is what it is in dense steps, wherever it had been left behind. */
void lgd_sparse_settle(struct lgd_run *run);

#endif
