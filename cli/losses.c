/* The losses of the command line: a line each. */
#include "cli.h"
#include <string.h>

const loss_kind losses[] = {
    {lgd_loss_half_squared, .squares = true, .about = "(z - y)^2/2: least squares"},
    {lgd_loss_squared, .squares = true, .about = "(z - y)^2: least squares"},
    {lgd_loss_logistic, .labels = true, .cut = 0.5, .about = "log(1 + exp(z)) - y z: probabilities of two labels"},
    {lgd_loss_squared_hinge, .labels = true, .about = "max(0, 1 - s z)^2: two labels, by the sign of z"},
    {0},
};

const char *loss_name(const void *ctx, size_t i)
{
    (void)ctx;
    return i < sizeof losses / sizeof *losses && losses[i].loss ? lgd_loss_name(losses[i].loss()) : NULL;
}

const loss_kind *loss_find(const char *name)
{
    for (size_t i = 0; losses[i].loss; i++)
        if (!strcmp(name, loss_name(NULL, i)))
            return losses + i;
    return NULL;
}
