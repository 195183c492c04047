/* Classes of rows: weights by class, and the value below which a model tells all rows apart. */
#include "glm.h"
#include <math.h>

static size_t class_of(const lgd_glm *m, size_t row)
{
    return (size_t)m->y[row];
}

/* A loss of yours may check none. */
static lgd_status check_classes(const lgd_glm *m, const char *name)
{
    for (size_t i = 0; i < m->X->rows; i++) {
        const double target = m->y[i];
        const bool counts = !m->o.weights || m->o.weights[i] > 0;
        if (counts && !(target >= 0 && target < (double)m->classes && target == floor(target)))
            return lgd_fail(LGD_EINVAL,
                            "glm: target of row %zu is %g, a whole number from 0 to %zu is accepted with %s", i, target,
                            m->classes - 1, name);
    }
    return LGD_OK;
}

/* The weights with which every class weighs the same. */
static lgd_status balance(const lgd_glm *m, double *of_class)
{
    double all = 0;
    for (size_t i = 0; i < m->X->rows; i++) {
        const double weight = m->o.weights ? m->o.weights[i] : 1;
        if (weight > 0) /* the target of another row may be anything */
            of_class[class_of(m, i)] += weight;
        all += weight;
    }
    for (size_t c = 0; c < m->classes; c++) {
        if (!(of_class[c] > 0))
            return lgd_fail(LGD_EINVAL,
                            "glm: number of rows of class %zu is 0, at least 1 of each of the %zu classes is accepted "
                            "with balanced",
                            c, m->classes);
        of_class[c] = all / ((double)m->classes * of_class[c]);
    }
    return LGD_OK;
}

static lgd_status take(const lgd_glm *m, double *of_class)
{
    for (size_t c = 0; c < m->classes; c++) {
        of_class[c] = m->o.class_weights[c];
        if (!(of_class[c] >= 0) || !isfinite(of_class[c]))
            return lgd_fail(LGD_EINVAL, "glm: weight of class %zu is %g, a finite number >= 0 is accepted", c,
                            of_class[c]);
    }
    return LGD_OK;
}

lgd_status lgd_glm_weigh_classes(lgd_glm *m)
{
    const char *name = m->o.balanced ? "balanced" : "class_weights";
    const size_t rows = m->X->rows;
    if (!m->o.balanced && !m->o.class_weights)
        return LGD_OK;
    if (m->o.balanced && m->o.class_weights)
        return lgd_fail(LGD_EINVAL, "glm: balanced is true beside class_weights, one of the two is accepted");
    if (!(m->loss->ops.flags & LGD_CLASSES) || m->t != 1)
        return lgd_fail(LGD_EINVAL,
                        "glm: %s is given with the %s loss and %zu targets a row, one target that is a class is "
                        "accepted beside it",
                        name, m->loss->ops.name, m->t);
    m->classes = m->k > 1 ? m->k : 2;
    m->of_class = lgd_alloc("glm", m->classes, sizeof *m->of_class);
    m->weighed = lgd_alloc("glm", rows, sizeof *m->weighed);
    if (!m->of_class || !m->weighed)
        return LGD_ENOMEM;
    lgd_status status = check_classes(m, name);
    if (!status)
        status = m->o.balanced ? balance(m, m->of_class) : take(m, m->of_class);
    size_t zeros = 0;
    for (size_t i = 0; i < rows && !status; i++) {
        const double weight = m->o.weights ? m->o.weights[i] : 1;
        m->weighed[i] = weight > 0 ? weight * m->of_class[class_of(m, i)] : 0;
        zeros += m->weighed[i] == 0;
        if (!isfinite(m->weighed[i]))
            status =
                lgd_fail(LGD_EINVAL, "glm: weight of row %zu is %g with that of its class, a finite number is accepted",
                         i, m->weighed[i]);
    }
    m->o.weights = m->weighed;
    m->o.class_weights = NULL;
    if (!status && zeros && zeros == rows)
        return lgd_fail(
            LGD_EINVAL,
            "glm: weight of all %zu rows is 0 with those of their classes, at least one positive is accepted", rows);
    return status;
}

/* No row loses as much as one that is not told apart does at least, if all together do not, by the smallest weight there is. */
double lgd_glm_attained(void *ctx)
{
    const lgd_glm *m = ctx;
    double sum = 0, least = INFINITY;
    if (!m->o.weights)
        return m->loss->ops.attained(m->loss->ctx) / (double)m->terms;
    for (size_t term = 0; term < m->terms; term++) {
        const double weight = m->o.weights[lgd_glm_row(m, term)];
        sum += weight;
        least = fmin(least, weight);
    }
    return m->loss->ops.attained(m->loss->ctx) * (least / sum);
}
