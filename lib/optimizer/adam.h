/* The loop of Adam, which AdamW and RAdam have too. */
#ifndef LGD_ADAM_INSIDE_H
#define LGD_ADAM_INSIDE_H
#include "optimizer.h"

/* One step of it in numbers: with d = g + coupled w,
 *
 *     m = beta1 m + (1 - beta1) d
 *     v = beta2 v + (1 - beta2) d^2
 *     w = keep w - rate m / (root sqrt(v + floor) + eps)
 *
 * With a root of 0 the divisor is 1, also where v is beyond all numbers; keep is then 1, and coupled 0. */
typedef struct lgd_adam_numbers {
    double beta1, beta2, rate, root, floor, eps, keep, coupled;
} lgd_adam_numbers;

lgd_status lgd_adam_sweep(lgd_step *s, lgd_adam_numbers a);

/* Those of Adam itself, whose m and v are corrected for their beginning at 0: sqrt(v/c + eps_root) is
 * sqrt(v + c eps_root) / sqrt(c), which costs one root and one division per coordinate. */
static inline lgd_adam_numbers lgd_adam_corrected(const lgd_step *s, double lr, double beta1, double beta2, double eps,
                                                  double eps_root)
{
    const double kept = lgd_given_or(s->momentum, beta1), c = lgd_bias(beta2, s->t);
    return (lgd_adam_numbers){
        .beta1 = kept,
        .beta2 = beta2,
        .rate = lr * s->lr_factor / lgd_bias(kept, s->t),
        .root = 1 / sqrt(c),
        .floor = c * eps_root,
        .eps = eps,
        .keep = 1,
    };
}

#endif
