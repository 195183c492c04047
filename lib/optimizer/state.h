/* The saved state. The bytes, each count a 64-bit number of this machine:
 *
 *     magic, byte order mark, version                          8 + 4 + 4 bytes
 *     the machine it is of, lgd_machine()                      length, letters
 *     name of the method                                       length, letters
 *     options                                                  count, then per option: name and its value as a double
 *     groups                                                   count, then per group: first, count, frozen, lr_scale, decay
 *     average                                                  kind, start, period, decay, alpha
 *     dim, t, momentum
 *     lgd_judged                                               its counts, then its doubles
 *     the unpenalised range                                    first, count
 *     slices, vectors (the average's included), state_size
 *     lgd_seen                                                 terms, each, visits, largest
 *     length, steps and weight of each slice                   slices * (8 + 8 + 8) bytes
 *     state of each slice, then each vector                    slices * state_size, vectors * dim * 8 bytes
 *     with terms, mean and slopes of lgd_seen                  (dim + terms * each) * 8 bytes
 *     CRC-32C of all before it                                 4 bytes
 *
 * A damaged count cannot make load allocate or read beyond the bytes: each is held against those left. */
#ifndef LGD_STATE_H
#define LGD_STATE_H
#include "optimizer.h"

static const char lgd_state_magic[8] = {'l', 'g', 'd', ' ', 'o', 'p', 't', '\n'};
enum { LGD_STATE_VERSION = 7, LGD_STATE_ORDER = 0x01020304, LGD_STATE_SWAPPED = 0x04030201, LGD_STATE_CRC = 4 };

static inline size_t lgd_state_options(const lgd_optimizer_ops *ops)
{
    size_t count = 0;
    while (ops->options && ops->options[count].name)
        count++;
    return count;
}

/* The counts of lgd_judged, and its doubles. */
enum { LGD_JUDGED_COUNTS = 11, LGD_JUDGED_NUMBERS = 11 };

static inline void lgd_judged_members(lgd_judged *j, uint64_t *count[LGD_JUDGED_COUNTS],
                                      double *number[LGD_JUDGED_NUMBERS])
{
    uint64_t *const counts[LGD_JUDGED_COUNTS] = {
        &j->f_seen,       &j->epochs_without_gain, &j->checked, &j->plateau_seen, &j->plateau_bad,   &j->plateau_rest,
        &j->plateau_cuts, &j->batch_size,          &j->joined,  &j->escapes,      &j->validation_bad};
    double *const numbers[LGD_JUDGED_NUMBERS] = {&j->largest_g, &j->f_scale,      &j->f_best,         &j->lowest_mean,
                                                 &j->f_checked, &j->plateau_best, &j->lr_found,       &j->saddle_f,
                                                 &j->largest_w, &j->w_scale,      &j->validation_best};
    memcpy(count, counts, sizeof counts);
    memcpy(number, numbers, sizeof numbers);
}

/* Vectors, the average among them. */
static inline size_t lgd_state_vectors(const lgd_optimizer *opt)
{
    return opt->vectors + (opt->mean != NULL);
}

static inline double *lgd_state_vector(const lgd_optimizer *opt, size_t i)
{
    return i < opt->vectors ? opt->vec[i] : opt->mean;
}

#endif
