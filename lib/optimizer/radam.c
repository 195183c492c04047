/* RAdam: L. Liu, H. Jiang, P. He, W. Chen, X. Liu, J. Gao, J. Han, "On the variance of the adaptive learning rate and
 * beyond", ICLR 2020, Algorithm 2, with a threshold of 5 as in the authors' code. */
#include "adam.h"

static const lgd_option options[] = {
    LGD_OPTION(lgd_radam_options, lr, 0.001, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_radam_options, beta1, 0.9, LGD_BELOW_ONE, "how much of the mean of g is kept"),
    LGD_OPTION(lgd_radam_options, beta2, 0.999, LGD_BELOW_ONE, "how much of the mean of g^2 is kept"),
    LGD_OPTION(lgd_radam_options, eps, 1e-8, LGD_NOT_NEGATIVE, "added to the root"),
    LGD_OPTION(lgd_radam_options, eps_root, 0, LGD_NOT_NEGATIVE, "added under the corrected root"),
    LGD_OPTION_CHOICE(lgd_radam_options, form, "pytorch|optax", "the threshold, and where eps is added"),
    {0},
};

/* Beside the vectors, the sum of the ages of all gradients, 1 for the newest, each times its share of v. */
static void layout(const void *opaque, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)opaque, (void)dim;
    *vectors = 2;
    *state_size = sizeof(double);
}

static lgd_status step(lgd_step *s)
{
    const lgd_radam_options *o = s->options;
    const bool pytorch = o->form == LGD_RADAM_PYTORCH;
    lgd_adam_numbers a = lgd_adam_corrected(s, o->lr, o->beta1, o->beta2, o->eps, o->eps_root);
    /* rho is twice the mean age, less 1: the length of a moving average as old. limit - 2 t beta2^t/(1-beta2^t), which is
     * the same, cancels: off by 1e-11 with the preset beta2, and by 1e-5 with 0.999999. */
    const double c = lgd_bias(o->beta2, s->t), limit = 2 / (1 - o->beta2) - 1;
    double *ages = s->state;
    *ages = o->beta2 * *ages + c;
    const double rho = 2 * *ages / c - 1;
    if (pytorch ? rho > 5 : rho >= 5) {
        a.rate *= sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho));
        a.eps *= pytorch ? a.root : 1;
    } else {
        a.root = 0; /* v is too uncertain to divide by */
    }
    return lgd_adam_sweep(s, a);
}

const lgd_optimizer_ops *lgd_radam_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "radam",
        .about = "Adam with a rate that waits for v",
        .source = "Liu et al. (2020)",
        .options = options,
        .options_size = sizeof(lgd_radam_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = layout,
        .step = step,
    };
    return &ops;
}
