/* Loops over sparse rows, see csr.h, once for each kind of numbers: the file that includes this says what INDEX, VALUE and NAME(word) are, and which
 * members of lgd_csr, COLUMNS and VALUES, hold them. */

/* Asks for the columns of a row, or its values. */
LGD_INLINE void NAME(ask)(const lgd_csr *d, size_t row, bool columns)
{
    if (row >= d->rows)
        return;
    const size_t begin = d->row_start[row], end = d->row_start[row + 1];
    for (size_t e = begin; columns && e < end; e += 64 / sizeof(INDEX))
        lgd_prefetch(d->COLUMNS + e);
    for (size_t e = begin; !columns && e < end; e += 64 / sizeof(VALUE))
        lgd_prefetch(d->VALUES + e);
}

/* By eight lanes, lane l having the columns j = l mod 8, each product rounded before it is added: with the zeros between them the bits
 * of lgd_rows_forward, since adding a 0 changes no sum that began as +0. */
static void NAME(scores)(const lgd_csr *d, size_t count, const size_t *row, const size_t *next, bool whole,
                         const double *w, double *z)
{
    for (size_t r = 0; r < count; r++) {
        const size_t begin = d->row_start[row[r]], end = d->row_start[row[r] + 1];
        double s[LGD_LANES] = {0};
        NAME(ask)(d, next[r], true);
        if (whole)
            NAME(ask)(d, next[r], false);
        for (size_t e = begin; e < end; e++) {
            const size_t j = (size_t)d->COLUMNS[e];
            s[j % LGD_LANES] += (double)d->VALUES[e] * w[j];
        }
        z[r] = lgd_lanes(s);
    }
}

/* g_j += slope_i x_ij, or with `squares` x_ij^2. No column comes twice in a row. */
static void NAME(update)(const lgd_csr *d, size_t count, const size_t *row, const double *slope, bool squares,
                         double *restrict g)
{
    for (size_t r = 0; r < count; r++) {
        const INDEX *restrict column = d->COLUMNS;
        const VALUE *restrict value = d->VALUES;
        const size_t begin = d->row_start[row[r]], end = d->row_start[row[r] + 1];
        const double s = slope[r];
        if (squares) {
            LGD_APART
            for (size_t e = begin; e < end; e++)
                g[column[e]] += s * ((double)value[e] * (double)value[e]);
        } else {
            LGD_APART
            for (size_t e = begin; e < end; e++)
                g[column[e]] += s * (double)value[e];
        }
    }
}

static void NAME(step)(const lgd_csr *d, size_t row, size_t next, double slope, const lgd_row_step *step,
                       double *restrict w)
{
    const INDEX *restrict column = d->COLUMNS;
    const VALUE *restrict value = d->VALUES;
    const size_t begin = d->row_start[row], end = d->row_start[row + 1];
    const double lr = step->lr, by = step->by;
    NAME(ask)(d, next, false);
    if (by == 1) {
        LGD_APART
        for (size_t e = begin; e < end; e++)
            w[column[e]] -= lr * (slope * (double)value[e]);
    } else {
        LGD_APART
        for (size_t e = begin; e < end; e++)
            w[column[e]] -= lr * (slope * (double)value[e] / by);
    }
}

/* By four lanes, which stay in registers. */
LGD_WIDE static double NAME(product)(const lgd_csr *d, size_t row, size_t next, const double *v, double *squares)
{
    const INDEX *column = d->COLUMNS;
    const VALUE *value = d->VALUES;
    const size_t begin = d->row_start[row], end = d->row_start[row + 1];
    four s = {0}, q = {0};
    size_t e = begin;
    NAME(ask)(d, next, true);
    for (; e + 4 <= end; e += 4) {
        const INDEX *j = column + e;
        const four x = {(double)value[e], (double)value[e + 1], (double)value[e + 2], (double)value[e + 3]};
        s += x * (four){v[j[0]], v[j[1]], v[j[2]], v[j[3]]};
        q += x * x;
    }
    for (; e < end; e++) {
        const double x = (double)value[e];
        s[0] += x * v[column[e]];
        q[0] += x * x;
    }
    *squares = (q[0] + q[2]) + (q[1] + q[3]);
    return (s[0] + s[2]) + (s[1] + s[3]);
}

LGD_WIDE static void NAME(move)(const lgd_csr *d, size_t row, size_t next, double c, double *restrict v)
{
    const INDEX *column = d->COLUMNS;
    const VALUE *value = d->VALUES;
    const size_t begin = d->row_start[row], end = d->row_start[row + 1];
    size_t e = begin;
    NAME(ask)(d, next, false);
    for (; e + 4 <= end; e += 4) {
        const four x = {(double)value[e], (double)value[e + 1], (double)value[e + 2], (double)value[e + 3]},
                   less = c * x;
        LGD_UNROLL for (size_t l = 0; l < 4; l++) v[column[e + l]] -= less[l];
    }
    for (; e < end; e++)
        v[column[e]] -= c * (double)value[e];
}

static void NAME(forward)(const lgd_csr *d, size_t row, size_t k, const double *W, size_t ldw, double *restrict z)
{
    for (size_t c = 0; c < k; c++)
        z[c] = 0;
    for (size_t e = d->row_start[row]; e < d->row_start[row + 1]; e++) {
        const double x = (double)d->VALUES[e], *restrict w = W + (size_t)d->COLUMNS[e] * ldw;
        for (size_t c = 0; c < k; c++)
            z[c] += x * w[c];
    }
}

static void NAME(adjoint)(const lgd_csr *d, size_t row, size_t k, const double *r, bool squares, double *G, size_t ldg)
{
    for (size_t e = d->row_start[row]; e < d->row_start[row + 1]; e++) {
        const double value = (double)d->VALUES[e], x = squares ? value * value : value;
        double *restrict g = G + (size_t)d->COLUMNS[e] * ldg;
        for (size_t c = 0; c < k; c++)
            g[c] += x * r[c];
    }
}

static void NAME(copy)(const lgd_csr *d, size_t row, double *x)
{
    for (size_t e = d->row_start[row]; e < d->row_start[row + 1]; e++)
        x[d->COLUMNS[e]] = (double)d->VALUES[e];
}

static size_t NAME(touched)(const lgd_csr *d, size_t row, bool *seen, size_t *column, size_t count, size_t room)
{
    const size_t begin = d->row_start[row], end = d->row_start[row + 1];
    const bool fits = end - begin <= room - count;
    for (size_t e = begin; e < end; e++) {
        const size_t j = (size_t)d->COLUMNS[e];
        if (fits) { /* without a branch, which would be guessed wrong */
            column[count] = j;
            count += !seen[j];
            seen[j] = true;
            continue;
        }
        if (seen[j])
            continue;
        if (count == room)
            return SIZE_MAX;
        seen[j] = true;
        column[count++] = j;
    }
    return count;
}

static void NAME(sums)(const lgd_csr *d, lgd_csr_columns *s)
{
    for (size_t e = d->row_start[0]; e < d->row_start[d->rows]; e++) {
        const size_t j = (size_t)d->COLUMNS[e];
        const double x = (double)d->VALUES[e];
        s->mean[j] += x;
        s->low[j] = x < s->low[j] ? x : s->low[j];
        s->high[j] = x > s->high[j] ? x : s->high[j];
        s->count[j] += 1;
    }
}

static void NAME(squares)(const lgd_csr *d, lgd_csr_columns *s)
{
    for (size_t e = d->row_start[0]; e < d->row_start[d->rows]; e++) {
        const size_t j = (size_t)d->COLUMNS[e];
        const double off = ((double)d->VALUES[e] - s->mean[j]) * s->factor[j];
        s->rest[j] += off;
        s->deviation[j] += off * off;
    }
}

static lgd_status NAME(check)(const lgd_csr *d, size_t row)
{
    const size_t begin = d->row_start[row], end = d->row_start[row + 1];
    uint64_t bad = 0, infinite = 0, least = 0;
    for (size_t e = begin; e < end; e++) { /* a negative number becomes one beyond all columns */
        const uint64_t j = (uint64_t)d->COLUMNS[e];
        bad |= (uint64_t)(j < least) | (uint64_t)(j >= d->cols);
        infinite |= lgd_not_finite((double)d->VALUES[e]);
        least = j + 1;
    }
    for (size_t e = begin; e < end && (bad || infinite >> 63); e++) {
        const int64_t j = (int64_t)d->COLUMNS[e];
        if (j < 0 || (uint64_t)j >= d->cols)
            return lgd_fail(LGD_EINVAL,
                            "csr: the column of number %zu in row %zu (from 0) is %lld, 0 to %zu are accepted",
                            e - begin, row, (long long)j, d->cols - 1);
        if (e > begin && j <= (int64_t)d->COLUMNS[e - 1])
            return lgd_fail(LGD_EINVAL,
                            "csr: the column of number %zu in row %zu (from 0) is %lld after %lld, a larger one is "
                            "accepted: columns of a row ascend",
                            e - begin, row, (long long)j, (long long)d->COLUMNS[e - 1]);
        if (!isfinite((double)d->VALUES[e]))
            return lgd_fail(LGD_EINVAL,
                            "csr: the number in row %zu, column %lld (from 0) is %g, finite ones are accepted", row,
                            (long long)j, (double)d->VALUES[e]);
    }
    return LGD_OK;
}

static const lgd_csr_loops NAME(loops) = {NAME(scores), NAME(update),  NAME(step),    NAME(product),
                                          NAME(move),   NAME(forward), NAME(adjoint), NAME(copy),
                                          NAME(sums),   NAME(squares), NAME(check),   NAME(touched)};

#undef INDEX
#undef VALUE
#undef COLUMNS
#undef VALUES
#undef NAME
