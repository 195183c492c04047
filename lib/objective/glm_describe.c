/* The formula of a generalised linear model, with every constant in it. */
#include "glm.h"

/* 1/(569 * 1.5) sum_i omega_i */
static void say_mean(lgd_words *t, const lgd_glm *m)
{
    lgd_say(t, "f(w) = 1/");
    if (m->o.weights) {
        const double sum = lgd_glm_ops.weight((void *)m, &(lgd_rows){0, m->terms, NULL});
        lgd_say(t, "(%zu * ", m->terms);
        lgd_say_number(t, sum / (double)m->terms);
        lgd_say(t, ") sum_i omega_i ");
    } else {
        lgd_say(t, "%zu sum_i ", m->terms);
    }
}

int lgd_glm_describe(void *ctx, char *text, size_t size)
{
    const lgd_glm *m = ctx;
    lgd_words t = {text, size, 0};
    const bool many = m->k > 1;
    say_mean(&t, m);
    lgd_say_by(&t, m->loss->ops.describe, m->loss->ctx, m->loss->ops.name);
    lgd_say(&t, "(x_i.%s%s%s, y_i)", many ? "W" : "w", m->o.intercept ? " + b" : "", m->o.offset ? " + offset_i" : "");
    if (m->o.l2 > 0) {
        lgd_say(&t, " + ");
        lgd_say_number(&t, m->o.l2);
        lgd_say(&t, "/2 |%s|^2", many ? "W" : "w");
    }
    lgd_say(&t, "; %zu rows, %zu columns, %zu output%s, %zu parameters", m->terms, m->X->cols, m->k, many ? "s" : "",
            (m->X->cols + m->o.intercept) * m->k);
    for (size_t c = 0; c < m->classes; c++) {
        lgd_say(&t, c ? ", " : m->o.balanced ? "; balanced weights of classes " : "; weights of classes ");
        lgd_say_number(&t, m->of_class[c]);
    }
    if (m->terms < m->X->rows)
        lgd_say(&t, "; %zu rows of weight 0 left out", m->X->rows - m->terms);
    return (int)t.length;
}
