/* A factorisation is made, and begins. */
#include "factorization.h"
#include <math.h>

static lgd_status take_options(lgd_factorization_options *o)
{
    lgd_status status = lgd_check_size("factorization", "rank", o->rank, false);
    if (status)
        return status;
    if (o->l2 == LGD_ZERO)
        o->l2 = 0;
    if (!(o->l2 >= 0) || !isfinite(o->l2))
        return lgd_fail(LGD_EINVAL, "factorization: l2 is %g, a finite number >= 0 is accepted", o->l2);
    if (o->low == LGD_ZERO)
        o->low = 0;
    if (o->high == LGD_ZERO)
        o->high = 0;
    if ((o->low != 0 || o->high != 0) && (!(o->low < o->high) || !isfinite(o->low) || !isfinite(o->high)))
        return lgd_fail(LGD_EINVAL, "factorization: low is %g with high %g, finite numbers low < high are accepted",
                        o->low, o->high);
    if (!isfinite(o->mean))
        return lgd_fail(LGD_EINVAL, "factorization: mean is %g, a finite number is accepted", o->mean);
    return LGD_OK;
}

/* Mean and deviation beside: D. West, "Updating mean and variance estimates", Comm. ACM 22 (1979). Equal ratings have themselves for
 * their mean, to the last bit. */
static lgd_status take_entries(lgd_factorization *m)
{
    const bool limited = m->low != 0 || m->high != 0;
    double sum = 0, mean = 0, squares = 0;
    for (size_t t = 0; t < m->count; t++) {
        const double r = m->rating[t], omega = m->weights ? m->weights[t] : 1;
        if (m->row[t] >= m->rows || m->col[t] >= m->cols) {
            const bool row = m->row[t] >= m->rows;
            return lgd_fail(LGD_EINVAL, "factorization: %s of entry %zu is %zu, a number below %zu is accepted",
                            row ? "row" : "column", t, row ? m->row[t] : m->col[t], row ? m->rows : m->cols);
        }
        if (limited && !(r >= m->low && r <= m->high))
            return lgd_fail(LGD_EINVAL, "factorization: rating of entry %zu is %g, a number from %g to %g is accepted",
                            t, r, m->low, m->high);
        if (!isfinite(r))
            return lgd_fail(LGD_EINVAL, "factorization: rating of entry %zu is %g, a finite number is accepted", t, r);
        if (!(omega >= 0) || !isfinite(omega))
            return lgd_fail(LGD_EINVAL, "factorization: weight of entry %zu is %g, a finite number >= 0 is accepted", t,
                            omega);
        if (omega == 0)
            continue;
        const double off = r - mean;
        sum += omega;
        mean += off * (omega / sum);
        squares += omega * off * (r - mean);
    }
    if (sum == 0)
        return lgd_fail(LGD_EINVAL, "factorization: weight of all %zu entries is 0, at least one positive is accepted",
                        m->count);
    m->deviation = sqrt(squares / sum);
    if (m->mean == 0 || m->mean == LGD_AUTO)
        m->mean = mean;
    else if (m->mean == LGD_ZERO)
        m->mean = 0;
    return isfinite(m->mean)
               ? LGD_OK
               : lgd_fail(LGD_EINVAL, "factorization: mean of the ratings is %g, a finite number is accepted", m->mean);
}

/* Where things are in w. */
static lgd_status lay_out(lgd_factorization *m, bool biases)
{
    const size_t both = lgd_add(m->rows, m->cols), factors = lgd_mul(both, m->rank);
    m->dim = biases ? lgd_add(factors, both) : factors;
    if (m->dim > PTRDIFF_MAX / sizeof(double))
        return lgd_fail(LGD_ERANGE,
                        "factorization: number of parameters is %zu rows and %zu columns x %zu, more than an address "
                        "can reach",
                        m->rows, m->cols, m->rank);
    m->V = m->rows * m->rank;
    m->row_bias = factors;
    m->col_bias = biases ? factors + m->rows : factors;
    return LGD_OK;
}

lgd_status lgd_factorization_create_sized(lgd_objective **out, size_t rows, size_t cols, size_t count,
                                          const size_t *row, const size_t *col, const double *rating,
                                          const lgd_factorization_options *options, size_t options_size)
{
    lgd_factorization_options o;
    if (out)
        *out = NULL;
    if (!out || !row || !col || !rating)
        return lgd_fail(LGD_EINVAL, "factorization: %s is NULL, %s is accepted",
                        !out   ? "out"
                        : !row ? "row"
                        : !col ? "col"
                               : "rating",
                        !out ? "a place for the objective" : "an array of count numbers");
    lgd_status status = lgd_take_struct("factorization options", &o, sizeof o, options, options_size);
    const struct {
        const char *name;
        size_t size;
    } sizes[] = {{"rows", rows}, {"cols", cols}, {"count", count}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && !status; i++)
        status = lgd_check_size("factorization", sizes[i].name, sizes[i].size, false);
    if (!status)
        status = take_options(&o);
    if (status)
        return status;
    lgd_factorization *m = lgd_alloc("factorization", 1, sizeof *m);
    if (!m)
        return LGD_ENOMEM;
    *m = (lgd_factorization){.rows = rows,
                             .cols = cols,
                             .rank = o.rank,
                             .count = count,
                             .row = row,
                             .col = col,
                             .rating = rating,
                             .weights = o.weights,
                             .l2 = o.l2,
                             .mean = o.mean,
                             .low = o.low,
                             .high = o.high};
    status = lay_out(m, o.biases);
    if (!status)
        status = take_entries(m);
    if (!status)
        status = lgd_pool_create(&m->pool, "factorization");
    if (!status)
        status = lgd_objective_create(out, m->dim, count, &lgd_factorization_ops, m);
    if (status)
        lgd_factorization_ops.free(m);
    return status;
}

/* Row, column and rating of each number, one block. */
static void *entries_of(const lgd_csr *d, size_t count)
{
    size_t *row = lgd_alloc("factorization", lgd_mul(count, 3), sizeof(double)), *col = row + count;
    double *rating = (double *)(void *)(row + 2 * count);
    for (size_t i = 0, t = 0; row && i < d->rows; i++)
        for (size_t e = d->row_start[i]; e < d->row_start[i + 1]; e++, t++) {
            row[t] = i;
            col[t] = (size_t)(d->column ? d->column[e] : d->column_i64[e]);
            rating[t] = d->value ? d->value[e] : (double)d->value_f32[e];
        }
    return row;
}

lgd_status lgd_factorization_csr_sized(lgd_objective **out, const lgd_csr *ratings, size_t ratings_size,
                                       const lgd_factorization_options *options, size_t options_size)
{
    lgd_csr d;
    lgd_matrix *checked;
    if (out)
        *out = NULL;
    lgd_status status = lgd_matrix_csr_sized(&checked, ratings, ratings_size);
    if (status)
        return status;
    lgd_matrix_free(checked);
    status = lgd_take_struct("csr", &d, sizeof d, ratings, ratings_size);
    const size_t count = status ? 0 : d.row_start[d.rows] - d.row_start[0];
    size_t *own = status ? NULL : entries_of(&d, count);
    if (!own)
        return status ? status : LGD_ENOMEM;
    const double *rating = (const double *)(const void *)(own + 2 * count);
    status =
        lgd_factorization_create_sized(out, d.rows, d.cols, count, own, own + count, rating, options, options_size);
    if (status)
        lgd_release(own);
    else
        ((lgd_factorization *)(*out)->ctx)->own = own;
    return status;
}

lgd_factorization *lgd_factorization_of(const char *who, const lgd_objective *f)
{
    if (f && f->ops.eval == lgd_factorization_ops.eval)
        return f->ctx;
    if (f)
        lgd_fail(LGD_EINVAL, "%s: f is a %s, one made by lgd_factorization_create is accepted", who, f->ops.name);
    else
        lgd_fail(LGD_EINVAL, "%s: f is NULL, an objective is accepted", who);
    return NULL;
}

lgd_status lgd_factorization_factors_sized(lgd_objective *f, lgd_factors *factors, size_t factors_size)
{
    const lgd_factorization *m = lgd_factorization_of("factors", f);
    if (!m)
        return LGD_EINVAL;
    if (!factors)
        return lgd_fail(LGD_EINVAL, "factors: factors is NULL, a place for them is accepted");
    const lgd_factors own = {m->rows, m->cols, m->rank, m->mean, m->V, m->row_bias, m->col_bias};
    lgd_give_struct(factors, factors_size, &own, sizeof own);
    return LGD_OK;
}

lgd_status lgd_factorization_initialise(lgd_objective *f, double scale, uint64_t seed, double *w)
{
    const lgd_factorization *m = lgd_factorization_of("initialise", f);
    if (!m)
        return LGD_EINVAL;
    if (!w)
        return lgd_fail(LGD_EINVAL, "initialise: w is NULL, a place for dim numbers is accepted");
    if (scale == 0)
        scale = sqrt(0.1 * m->deviation / sqrt((double)m->rank)); /* u.v has the deviation scale^2 sqrt(rank) */
    if (!(scale >= 0) || !isfinite(scale))
        return lgd_fail(LGD_EINVAL, "initialise: scale is %g, a finite number >= 0 is accepted", scale);
    lgd_uniform(seed, 0, m->row_bias, w);
    for (size_t j = 0; j < m->row_bias; j++)
        w[j] = scale * sqrt(12) * (w[j] - 0.5);
    memset(w + m->row_bias, 0, (m->dim - m->row_bias) * sizeof *w);
    return LGD_OK;
}
