/* Adam: D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, Algorithm 1. AdamW: I. Loshchilov,
 * F. Hutter, "Decoupled weight decay regularization", ICLR 2019, Algorithm 2; as PyTorch has it, the decay is multiplied
 * by lr. Lazy Adam is Adam on the coordinates that a sparse batch touches, which is seen to around the step. */
#include "adam.h"

static const lgd_option adam_options[] = {
    LGD_OPTION(lgd_adam_options, lr, 0.001, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_adam_options, beta1, 0.9, LGD_BELOW_ONE, "how much of the mean of g is kept"),
    LGD_OPTION(lgd_adam_options, beta2, 0.999, LGD_BELOW_ONE, "how much of the mean of g^2 is kept"),
    LGD_OPTION(lgd_adam_options, eps, 1e-8, LGD_NOT_NEGATIVE, "added to the corrected root"),
    LGD_OPTION(lgd_adam_options, eps_root, 0, LGD_NOT_NEGATIVE, "added under the corrected root"),
    {0},
};

static const lgd_option adamw_options[] = {
    LGD_OPTION(lgd_adamw_options, lr, 0.001, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_adamw_options, beta1, 0.9, LGD_BELOW_ONE, "how much of the mean of g is kept"),
    LGD_OPTION(lgd_adamw_options, beta2, 0.999, LGD_BELOW_ONE, "how much of the mean of g^2 is kept"),
    LGD_OPTION(lgd_adamw_options, eps, 1e-8, LGD_NOT_NEGATIVE, "added to the corrected root"),
    LGD_OPTION(lgd_adamw_options, weight_decay, 0.01, LGD_NOT_NEGATIVE, "how much w shrinks, see form"),
    LGD_OPTION(lgd_adamw_options, eps_root, 0, LGD_NOT_NEGATIVE, "added under the corrected root"),
    LGD_OPTION_CHOICE(lgd_adamw_options, form, "pytorch|paper|coupled", "how the decay enters"),
    {0},
};

static const lgd_option lazy_adam_options[] = {
    LGD_OPTION(lgd_lazy_adam_options, lr, 0.001, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_lazy_adam_options, beta1, 0.9, LGD_BELOW_ONE, "how much of the mean of g is kept"),
    LGD_OPTION(lgd_lazy_adam_options, beta2, 0.999, LGD_BELOW_ONE, "how much of the mean of g^2 is kept"),
    LGD_OPTION(lgd_lazy_adam_options, eps, 1e-8, LGD_NOT_NEGATIVE, "added to the corrected root"),
    LGD_OPTION(lgd_lazy_adam_options, eps_root, 0, LGD_NOT_NEGATIVE, "added under the corrected root"),
    {0},
};

/* `plain` and `divides` are constants. Plain: only m, v, rate, root and eps count, and eps is above 0, hence so is the divisor.
 * What is written is computed first and stored last, since a load may wait for a store at the same offset of another page. */
LGD_INLINE lgd_status sweep(lgd_step *s, lgd_adam_numbers a, bool plain, bool divides)
{
    double *w = s->w, *m = s->vec[0], *v = s->vec[1];
    const double *g = s->g;
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        const double d = plain ? g[j] : g[j] + a.coupled * w[j];
        const double mean = lgd_mean(a.beta1, m[j], d), square = lgd_mean(a.beta2, v[j], d * d);
        const double root = divides ? sqrt(plain ? square : square + a.floor) * a.root + a.eps : 1;
        const double kept = plain ? w[j] : a.keep * w[j];
        const double next = kept - a.rate * mean / (plain ? root : lgd_divisor(root));
        m[j] = mean;
        v[j] = square;
        w[j] = next;
        bad |= lgd_not_finite(next);
    }
    return lgd_stepped(s, bad);
}

LGD_WIDE static lgd_status any(lgd_step *s, lgd_adam_numbers a)
{
    const bool plain = a.coupled == 0 && a.floor == 0 && a.keep == 1 && a.eps > 0;
    if (a.root == 0)
        return sweep(s, a, true, false);
    return plain ? sweep(s, a, true, true) : sweep(s, a, false, true);
}

lgd_status lgd_adam_sweep(lgd_step *s, lgd_adam_numbers a)
{
    const lgd_status status = any(s, a);
    const double rate = a.rate * lgd_weigh_mean(s, a.beta1);
    if (a.root == 0)
        s->eta = rate;
    else
        lgd_tell_rates(s, rate, s->vec[1], a.root, a.floor, a.eps);
    return status;
}

static lgd_status adam_step(lgd_step *s)
{
    const lgd_adam_options *o = s->options;
    return lgd_adam_sweep(s, lgd_adam_corrected(s, o->lr, o->beta1, o->beta2, o->eps, o->eps_root));
}

static lgd_status adamw_step(lgd_step *s)
{
    const lgd_adamw_options *o = s->options;
    const double decay = lgd_given_or(s->decay, o->weight_decay);
    lgd_adam_numbers a = lgd_adam_corrected(s, o->lr, o->beta1, o->beta2, o->eps, o->eps_root);
    if (o->form == LGD_ADAMW_COUPLED)
        a.coupled = decay;
    else
        a.keep = 1 - (o->form == LGD_ADAMW_PAPER ? s->lr_factor : o->lr * s->lr_factor) * decay;
    return lgd_adam_sweep(s, a);
}

static lgd_status lazy_adam_step(lgd_step *s)
{
    const lgd_lazy_adam_options *o = s->options;
    return lgd_adam_sweep(s, lgd_adam_corrected(s, o->lr, o->beta1, o->beta2, o->eps, o->eps_root));
}

const lgd_optimizer_ops *lgd_adam_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "adam",
        .about = "rates by the mean of squares, with momentum",
        .source = "Kingma and Ba (2015)",
        .options = adam_options,
        .options_size = sizeof(lgd_adam_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = lgd_two_vectors,
        .step = adam_step,
    };
    return &ops;
}

const lgd_optimizer_ops *lgd_adamw_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "adamw",
        .about = "Adam with decoupled weight decay",
        .source = "Loshchilov and Hutter (2019)",
        .options = adamw_options,
        .options_size = sizeof(lgd_adamw_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = lgd_two_vectors,
        .step = adamw_step,
    };
    return &ops;
}

const lgd_optimizer_ops *lgd_lazy_adam_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "lazy_adam",
        .about = "Adam that moves only what a sparse batch touches",
        .source = "Kingma and Ba (2015)",
        .options = lazy_adam_options,
        .options_size = sizeof(lgd_lazy_adam_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_LAZY | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = lgd_two_vectors,
        .step = lazy_adam_step,
    };
    return &ops;
}
