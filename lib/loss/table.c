/* The built-in losses by their names, and by text with a parameter. */
#include "loss.h"

/* One line each; a loss with a parameter says which key it has, and what makes others. */
static const struct {
    const lgd_loss *(*loss)(void);
    const char *key;
    lgd_status (*create)(lgd_loss **out, double parameter);
} table[] = {
    {lgd_loss_half_squared, NULL, NULL},
    {lgd_loss_squared, NULL, NULL},
    {lgd_loss_logistic, NULL, NULL},
    {lgd_loss_softmax, NULL, NULL},
    {lgd_loss_hinge, NULL, NULL},
    {lgd_loss_squared_hinge, NULL, NULL},
    {lgd_loss_modified_huber, NULL, NULL},
    {lgd_loss_huber, "delta", lgd_loss_huber_create},
    {lgd_loss_epsilon_insensitive, "epsilon", lgd_loss_epsilon_insensitive_create},
    {lgd_loss_squared_epsilon_insensitive, "epsilon", lgd_loss_squared_epsilon_insensitive_create},
    {lgd_loss_quantile, "tau", lgd_loss_quantile_create},
    {lgd_loss_expectile, "tau", lgd_loss_expectile_create},
    {lgd_loss_poisson, NULL, NULL},
    {lgd_loss_gamma, NULL, NULL},
    {lgd_loss_log_cosh, NULL, NULL},
};
enum { COUNT = sizeof table / sizeof *table };

static const char *name_of(const void *ctx, size_t i)
{
    (void)ctx;
    return i < COUNT ? table[i].loss()->ops.name : NULL;
}

/* The line of a name of so many letters, or COUNT with a sentence. */
static size_t line_of(const char *name, size_t length)
{
    char text[61];
    lgd_format(text, sizeof text, "%.*s", (int)(length < sizeof text ? length : sizeof text - 1), name);
    for (size_t i = 0; i < COUNT; i++)
        if (!strncmp(name, name_of(NULL, i), length) && !name_of(NULL, i)[length])
            return i;
    const char *near = lgd_nearest(text, name_of, NULL);
    lgd_fail(LGD_EINVAL, near ? "loss: name is \"%s\", did you mean \"%s\"?" : "loss: name is \"%s\", which is none",
             text, near);
    return COUNT;
}

const lgd_loss *lgd_loss_builtin(size_t i)
{
    return i < COUNT ? table[i].loss() : NULL;
}

const lgd_loss *lgd_loss_find(const char *name)
{
    if (!name) {
        lgd_fail(LGD_EINVAL, "loss: name is NULL, the name of a loss is accepted");
        return NULL;
    }
    const size_t i = line_of(name, strlen(name));
    return i < COUNT ? table[i].loss() : NULL;
}

lgd_status lgd_loss_parse(lgd_loss **out, const char *text)
{
    if (out)
        *out = NULL;
    if (!out || !text)
        return lgd_fail(LGD_EINVAL, "loss: %s is NULL, %s is accepted", out ? "text" : "out",
                        out ? "a name such as \"huber:delta=1.2\"" : "a place for the loss");
    const size_t length = strcspn(text, ":"), i = line_of(text, length);
    if (i == COUNT)
        return LGD_EINVAL;
    if (!text[length]) {
        *out = (lgd_loss *)table[i].loss(); /* static ones are const to the caller, and not freed */
        return LGD_OK;
    }
    const char *option = text + length + 1, *name = name_of(NULL, i), *key = table[i].key;
    if (!key)
        return lgd_fail(LGD_EINVAL, "loss: text is \"%.80s\", %s has no parameter", text, name);
    const size_t letters = strlen(key);
    if (strncmp(option, key, letters) || option[letters] != '=')
        return lgd_fail(LGD_EINVAL, "loss: text is \"%.80s\", the parameter of %s is %s, as in \"%s:%s=0.5\"", text,
                        name, key, name, key);
    char *end;
    const double value = lgd_strtod(option + letters + 1, &end);
    if (end == option + letters + 1 || *end)
        return lgd_fail(LGD_EINVAL, "%s: %s is \"%.60s\", a number is accepted", name, key, option + letters + 1);
    return table[i].create(out, value);
}
