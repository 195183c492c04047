/* What the command line adds to the library's losses: a line each. */
#include "cli.h"
#include <string.h>

static const loss_kind kinds[] = {
    {"half_squared", .squares = true, .about = "(z - y)^2/2: least squares"},
    {"squared", .squares = true, .about = "(z - y)^2: least squares"},
    {"logistic", .labels = true, .cut = 0.5, .about = "log(1 + exp(z)) - y z: probabilities of two labels"},
    {"softmax", .classes = true, .about = "log(sum exp(z)) - z_y: probabilities of several classes"},
    {"hinge", .labels = true, .kinks = true, .about = "max(0, 1 - s z): two labels, by the sign of z"},
    {"squared_hinge", .labels = true, .about = "max(0, 1 - s z)^2: two labels, by the sign of z"},
    {"modified_huber", .labels = true, .about = "the same, but -4 s z where s z < -1: two labels, some of them wrong"},
    {"huber", .fades = true, .about = "e^2/2, from |e| = delta on a line, e = z - y: outliers"},
    {"epsilon_insensitive", .kinks = true, .about = "max(0, |z - y| - epsilon): small errors cost nothing"},
    {"squared_epsilon_insensitive", .about = "max(0, |z - y| - epsilon)^2"},
    {"quantile", .kinks = true, .about = "tau (y - z) or (1 - tau) (z - y): the tau-quantile, 0.5 the median"},
    {"expectile", .about = "tau or 1 - tau times (z - y)^2: the tau-expectile"},
    {"poisson", .about = "exp(z) - y z: counts, of mean exp(z)"},
    {"gamma", .about = "y exp(-z) + z: numbers above 0, of mean exp(z)"},
    {"log_cosh", .fades = true, .about = "log(cosh(z - y)): outliers, smoothly"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const char *loss_name(const void *ctx, size_t i)
{
    (void)ctx;
    return lgd_loss_builtin(i) ? lgd_loss_name(lgd_loss_builtin(i)) : NULL;
}

const loss_kind *loss_find(const char *text)
{
    const size_t length = strcspn(text, ":");
    for (size_t i = 0; i < KINDS; i++)
        if (strlen(kinds[i].name) == length && !strncmp(text, kinds[i].name, length))
            return kinds + i;
    return NULL;
}

void losses_print(FILE *to)
{
    for (size_t i = 0; lgd_loss_builtin(i); i++) {
        char text[64];
        const loss_kind *kind = loss_find(loss_name(NULL, i));
        lgd_loss_describe(lgd_loss_builtin(i), text, sizeof text);
        fprintf(to, "  %-40s %s\n", text, kind ? kind->about : "");
    }
}
