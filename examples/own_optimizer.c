/* An optimizer of one's own, by the door of the built-in ones: Rprop, which looks only at the signs of the gradient and
 * gives each coordinate a step length that grows while the sign stays (M. Riedmiller, H. Braun, 1993; here in the form
 * iRprop- of C. Igel, M. Huesken, 2000).
 *
 * It minimises a quadratic whose curvatures reach from 1e-6 to 1e6. Prints how a bad option is refused, which the table
 * of options sees to, and the minimum, at 1 2 3 4 5. */
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct rprop_options {
    double lr, shrink, grow;
} rprop_options;

static const lgd_option options[] = {
    /* name, place, type, preset, range, which of its ends are open (1 low, 2 high, 3 both), choices, help */
    {"lr", offsetof(rprop_options, lr), LGD_DOUBLE, 0.1, 0, HUGE_VAL, 3, NULL, "first step length", {0}},
    {"shrink", offsetof(rprop_options, shrink), LGD_DOUBLE, 0.5, 0, 1, 3, NULL, "factor after a new sign", {0}},
    {"grow", offsetof(rprop_options, grow), LGD_DOUBLE, 1.2, 1, 2, 1, NULL, "factor after the same sign", {0}},
    {0},
};

static void layout(const void *o, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)o, (void)dim, (void)state_size;
    *vectors = 2; /* the last gradient, the step lengths */
}

static lgd_status init(lgd_step *s)
{
    for (size_t j = 0; j < s->dim; j++)
        s->vec[1][j] = ((const rprop_options *)s->options)->lr;
    return LGD_OK;
}

static lgd_status step(lgd_step *s)
{
    const rprop_options *o = s->options;
    double *last = s->vec[0], *length = s->vec[1];
    for (size_t j = 0; j < s->dim; j++) {
        const double turn = s->g[j] * last[j];
        length[j] *= turn > 0 ? o->grow : turn < 0 ? o->shrink : 1;
        last[j] = turn < 0 ? 0 : s->g[j]; /* after a jump over the minimum wait for a step */
        if (last[j] != 0)
            s->w[j] -= copysign(length[j] * s->lr_factor, last[j]);
    }
    return LGD_OK;
}

static lgd_status quadratic(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx;
    *f = 0;
    for (size_t j = 0; j < dim; j++) {
        const double c = pow(10, 3 * (double)j - 6), e = w[j] - (double)(j + 1);
        *f += c / 2 * e * e;
        if (g)
            g[j] = c * e;
    }
    return LGD_OK;
}

int main(void)
{
    const lgd_optimizer_ops rprop = {.name = "rprop",
                                     .options = options,
                                     .options_size = sizeof(rprop_options),
                                     .flags = LGD_SLICED | LGD_FULL_BATCH,
                                     .layout = layout,
                                     .init = init,
                                     .step = step};
    double w[5] = {9, 9, 9, 9, 9};
    lgd_objective *f = NULL;
    lgd_optimizer *opt = NULL;

    if (lgd_optimizer_create(&opt, &rprop, &(rprop_options){.shrink = 2}, sizeof(rprop_options)))
        printf("refused: %s\n", lgd_last_error());
    lgd_status st = lgd_function_create(&f, 5, quadratic, NULL);
    if (!st)
        st = lgd_optimizer_create(&opt, &rprop, NULL, sizeof(rprop_options));
    if (!st)
        st = lgd_minimize(f, opt, w, &(lgd_minimize_options){.grad_tol = LGD_ZERO, .max_steps = 200}, NULL);
    if (st)
        fprintf(stderr, "%s\n", lgd_last_error());
    else
        printf("w = %.4f %.4f %.4f %.4f %.4f\n", w[0], w[1], w[2], w[3], w[4]);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
