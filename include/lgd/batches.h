/* What batches are made of: the order of the rows, a short last batch, and what stands for the gradient. */
#ifndef LGD_BATCHES_H
#define LGD_BATCHES_H

/* In which order an epoch visits the rows (terms) when there are batches: a function of (seed, epoch), by Philox, whatever the threads.
 * In the last three blocks of block_rows neighbours come in random order, the last of which may be a short one; memory is then read at
 * its own pace, and every row comes once.
 *   LGD_SHUFFLE      lgd_permutation(seed, epoch): every row once
 *   LGD_SEQUENTIAL   storage order
 *   LGD_REPLACEMENT  each draw uniform over all rows, independently; an epoch is ceil(rows/batch_size) steps
 *   LGD_BLOCKS       within a block in storage order
 *   LGD_INTERLEAVED  eight blocks in step: the first row of each of the eight, the second of each, ..; those of a batch lie in the order
 *                    in which a sweep over it comes by them in step
 *   LGD_WINDOW       the rows of as many blocks as make a window are shuffled among each other; in one window LGD_SHUFFLE
 * How much noisier than in a full permutation of m rows is the gradient of a batch of B? With the correlation rho between gradients of
 * rows of a block, 0 where rows are stored in no order and at most 1, its variance is larger by the factor
 *   LGD_BLOCKS, LGD_INTERLEAVED  (1 + (q-1) rho) (m-1)/(m-q), q = min(b, B) rows of a block of b, or min(b, B/8)
 *   LGD_WINDOW                   (m-1)/(m-B) [1 + (B-1)/(W-1) ((1 + (b-1) rho) (m-W)/(m-b) - 1)] for windows of W >= B rows, nearly
 *                                1 + B (b-1) rho/W
 * LGD_AUTO finds a rate that holds at rho = 1. Rows stored in no order bear the one that it finds with LGD_SHUFFLE, and an optimizer keeps
 * what it has found: let it look there. norm_test is LGD_EUNSUPPORTED with LGD_BLOCKS and LGD_INTERLEAVED, and with a window
 * of yours that is not all rows. */
typedef enum lgd_order {
    LGD_SHUFFLE,
    LGD_SEQUENTIAL,
    LGD_REPLACEMENT,
    LGD_BLOCKS,
    LGD_INTERLEAVED,
    LGD_WINDOW
} lgd_order;

/* What becomes of the short batch at the end of an epoch.
 *   LGD_LAST_DIVIDE   its sum is divided by its own count
 *   LGD_LAST_SCALE    its sum is divided by batch_size
 *   LGD_LAST_DROP     it is left out */
typedef enum lgd_last { LGD_LAST_DIVIDE, LGD_LAST_SCALE, LGD_LAST_DROP } lgd_last;

/* What stands for the gradient of all rows at each step, when there are batches; combined with any optimizer and penalty. Below
 * grad_B is the gradient of the mean over the batch, grad f that over all rows. The estimates of the last three go to the
 * gradient as w settles, so that a constant rate ends at the minimum.
 *   LGD_MINIBATCH   grad_B(w)
 *   LGD_SVRG        grad_B(w) - grad_B(v) + grad f(v), v the point at the epoch's beginning. Three passes of evaluations an
 *                   epoch, two vectors. Johnson and Zhang (2013)
 *   LGD_SAGA        remembers the slopes at which each row was last seen, and the mean gradient that they make, which the batch
 *                   corrects: one pass an epoch. The memory, one number per row and output and a vector, is the optimizer's and
 *                   part of its saved state. A row not seen yet counts with slope 0, so that its first visit is a step of
 *                   LGD_MINIBATCH. An optimizer that comes with a memory is looked at first (two passes); where that is not
 *                   of this objective's data it begins anew. Needs `difference` of the objective, else LGD_EUNSUPPORTED.
 *                   Defazio, Bach and Lacoste-Julien (2014)
 *   LGD_SARAH       grad_B(w) - grad_B(previous w) + previous estimate; the first of an epoch is grad f(w). Nearly three passes
 *                   of evaluations an epoch, three vectors. Nguyen, Liu, Scheinberg and Takac (2017)
 * LGD_SVRG and LGD_SARAH evaluate all rows before each epoch, so that these are judged too: they run as with check_every = 1,
 * whatever it is. Where a batch holds all rows, each once, all four are plain descent, with its bits. */
typedef enum lgd_estimator { LGD_MINIBATCH, LGD_SVRG, LGD_SAGA, LGD_SARAH } lgd_estimator;

#endif
