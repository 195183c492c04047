/* Does a matrix keep its word? Asked of the products alone, so that a user's storage is tested like ours. Differences
 * are relative to the products, so a matrix that is zero but for rounding (a single row, standardized) cannot pass. */
#include "matrix/matrix.h"
#include "blas/blas.h"
#include <math.h>
#include <string.h>

enum { K = 3, PAD = 2, LD = K + PAD, SINGLES = 64, AT_ONCE = 64 };

typedef struct trial {
    const lgd_matrix *A;
    uint64_t seed, next; /* of the random numbers */
    double *W, *G, *H;   /* [cols x LD] */
    double *R, *Z, *Y;   /* [rows x LD] */
    size_t *index;       /* [rows] */
    double error;        /* the largest so far */
} trial;

static void fill(trial *t, size_t count, double *x)
{
    lgd_uniform(t->seed, t->next, count, x);
    t->next += count;
    for (size_t i = 0; i < count; i++)
        x[i] = 2 * x[i] - 1;
}

/* Z = A[rows,:] W, into an array of NaN: it has to be written everywhere, and nowhere else. */
static lgd_status forward(trial *t, const lgd_rows *rows, size_t k, double *Z)
{
    for (size_t i = 0; i < rows->count * LD; i++)
        Z[i] = NAN;
    lgd_status status = lgd_matrix_call_forward(t->A, rows, k, t->W, LD, Z, LD);
    for (size_t i = 0; i < rows->count && !status; i++)
        for (size_t c = k; c < LD; c++)
            if (!isnan(Z[i * LD + c]))
                return lgd_fail(LGD_EINVAL, "%s: forward writes to Z[%zu*ldz + %zu], it may write up to k = %zu",
                                t->A->ops.name, i, c, k);
    return status;
}

/* G = A[rows,:]^T R */
static lgd_status adjoint(trial *t, const lgd_rows *rows, size_t k, const double *R, double *G)
{
    for (size_t j = 0; j < t->A->cols; j++)
        for (size_t c = 0; c < LD; c++)
            G[j * LD + c] = c < k ? 0 : NAN;
    lgd_status status = lgd_matrix_call_adjoint(t->A, rows, k, R, LD, G, LD);
    for (size_t j = 0; j < t->A->cols && !status; j++)
        for (size_t c = k; c < LD; c++)
            if (!isnan(G[j * LD + c]))
                return lgd_fail(LGD_EINVAL, "%s: adjoint writes to G[%zu*ldg + %zu], it may write up to k = %zu",
                                t->A->ops.name, j, c, k);
    return status;
}

/* Two values of one quantity, and the sum of magnitudes behind them. */
static lgd_status judge(trial *t, const char *promise, size_t at, double is, double other, double magnitude)
{
    double error = is == other ? 0 : fabs(is - other) / magnitude;
    if (!(error <= t->error)) /* a NaN, too, is an error */
        t->error = error;
    if (error <= 1e-8)
        return LGD_OK;
    return lgd_fail(LGD_EINVAL, "%s: %s: at %zu it is %.17g, %.17g is accepted", t->A->ops.name, promise, at, is,
                    other);
}

/* Two arrays of `count` rows and k columns, row i of the second being row order[i]; relative to their largest number. */
static lgd_status agree(trial *t, const char *promise, size_t count, size_t k, const double *is, const double *other,
                        const size_t *order)
{
    double magnitude = 0;
    for (size_t i = 0; i < count * LD; i++)
        if (i % LD < k && fabs(is[i]) > magnitude)
            magnitude = fabs(is[i]);
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < k; c++) {
            lgd_status status = judge(t, promise, i, is[i * LD + c], other[(order ? order[i] : i) * LD + c], magnitude);
            if (status)
                return status;
        }
    return LGD_OK;
}

/* <R, A W> = <A^T R, W> over all rows, for each output apart. */
static lgd_status check_adjoint(trial *t, size_t k)
{
    lgd_rows all = {0, t->A->rows, NULL};
    lgd_status status = forward(t, &all, k, t->Z);
    if (!status)
        status = adjoint(t, &all, k, t->R, t->G);
    for (size_t c = 0; c < k && !status; c++) {
        double rows = 0, cols = 0, magnitude = 0;
        for (size_t i = 0; i < t->A->rows; i++) {
            rows += t->R[i * LD + c] * t->Z[i * LD + c];
            magnitude += fabs(t->R[i * LD + c] * t->Z[i * LD + c]);
        }
        for (size_t j = 0; j < t->A->cols; j++) {
            cols += t->G[j * LD + c] * t->W[j * LD + c];
            magnitude += fabs(t->G[j * LD + c] * t->W[j * LD + c]);
        }
        status = judge(t, "<A^T R, W> is not <R, A W>", c, cols, rows, magnitude);
    }
    return status;
}

/* Two halves added to what was there are all rows added to it. */
static lgd_status check_adding(trial *t, size_t k)
{
    size_t m = t->A->rows, half = m / 2, n = t->A->cols;
    lgd_rows all = {0, m, NULL}, first = {0, half, NULL}, last = {half, m - half, NULL};
    lgd_status status = adjoint(t, &all, k, t->R, t->G);
    fill(t, n * LD, t->H);
    for (size_t i = 0; i < n * LD; i++)
        t->G[i] += t->H[i];
    if (!status && half)
        status = lgd_matrix_call_adjoint(t->A, &first, k, t->R, LD, t->H, LD);
    if (!status)
        status = lgd_matrix_call_adjoint(t->A, &last, k, t->R + half * LD, LD, t->H, LD);
    return status ? status : agree(t, "adjoint does not add to G what it ought to", n, k, t->H, t->G, NULL);
}

/* Rows by range, by an index in mixed order, entered in the middle, and one at a time; t->Z is forward of all. */
static lgd_status check_rows(trial *t, size_t k)
{
    size_t m = t->A->rows, half = m / 2;
    lgd_rows range = {half, m - half, NULL}, mixed = {0, m, t->index}, middle = {half, m - half, t->index};
    lgd_permutation(t->seed, 0, m, t->index);
    lgd_status status = forward(t, &range, k, t->Y);
    if (!status)
        status = agree(t, "forward of the last half is not the last half of forward", m - half, k, t->Y,
                       t->Z + half * LD, NULL);
    if (!status)
        status = forward(t, &mixed, k, t->Y);
    if (!status)
        status = agree(t, "forward of rows by an index is not that of the same rows", m, k, t->Y, t->Z, t->index);
    if (!status)
        status = forward(t, &middle, k, t->Y);
    if (!status)
        status = agree(t, "forward by an index from rows.first on is not that of the same rows", m - half, k, t->Y,
                       t->Z, t->index + half);
    size_t singles = m < SINGLES ? m : SINGLES;
    for (size_t i = 0; i < singles && !status; i++)
        status = forward(t, &(lgd_rows){t->index[i], 1, NULL}, k, t->Y + i * LD);
    if (!status)
        status = agree(t, "forward of one row is not that row of forward", singles, k, t->Y, t->Z, t->index);
    return status;
}

/* The same for adjoint, the rows of R in the order of the index; t->G is adjoint of all. */
static lgd_status check_index(trial *t, size_t k)
{
    size_t m = t->A->rows, half = m / 2;
    lgd_rows first = {0, half, t->index}, last = {half, m - half, t->index};
    for (size_t i = 0; i < m; i++)
        memcpy(t->Y + i * LD, t->R + t->index[i] * LD, LD * sizeof *t->Y);
    lgd_status status = adjoint(t, &last, k, t->Y + half * LD, t->H);
    if (!status && half)
        status = lgd_matrix_call_adjoint(t->A, &first, k, t->Y, LD, t->H, LD);
    if (!status)
        status = adjoint(t, &(lgd_rows){0, m, NULL}, k, t->R, t->G);
    return status
               ? status
               : agree(t, "adjoint of rows by an index is not that of the same rows", t->A->cols, k, t->H, t->G, NULL);
}

/* The mean of a column is that column of A^T 1/m; its deviation that of forward of a unit vector. */
static lgd_status check_moments(trial *t)
{
    size_t m = t->A->rows, n = t->A->cols, column = (size_t)(t->seed % n);
    lgd_rows all = {0, m, NULL};
    double *mean = t->H, *deviation = t->H + n;
    lgd_status status = lgd_matrix_call_moments(t->A, mean, deviation);
    memset(t->W, 0, n * LD * sizeof *t->W);
    t->W[column * LD] = 1;
    if (!status)
        status = forward(t, &all, 1, t->Z);
    double sum = 0, magnitude = 0, squares = 0;
    for (size_t i = 0; i < m; i++) {
        sum += t->Z[i * LD];
        magnitude += fabs(t->Z[i * LD]);
    }
    for (size_t i = 0; i < m; i++)
        squares += (t->Z[i * LD] - sum / (double)m) * (t->Z[i * LD] - sum / (double)m);
    if (!status)
        status = judge(t, "moments: the mean is not that of the column", column, mean[column], sum / (double)m,
                       magnitude / (double)m);
    if (!status)
        status = judge(t, "moments: the deviation is not that of the column", column, deviation[column],
                       sqrt(squares / (double)m), magnitude / (double)m);
    return status;
}

/* Copied rows times W are forward of those rows, by the index and by range; t->Z is forward of all, one output. */
static lgd_status check_gather(trial *t)
{
    const size_t m = t->A->rows, n = t->A->cols, most = LD; /* rows that H has room for */
    lgd_status status = forward(t, &(lgd_rows){0, m, NULL}, 1, t->Z);
    for (size_t first = 0; first < m && first < SINGLES && !status; first += most)
        for (int scattered = 0; scattered < 2 && !status; scattered++) {
            const lgd_rows rows = {first, m - first < most ? m - first : most, scattered ? t->index : NULL};
            for (size_t e = 0; e < rows.count * n; e++)
                t->H[e] = NAN;
            status = lgd_matrix_call_gather(t->A, &rows, t->H);
            for (size_t i = 0; i < rows.count && !status; i++) {
                const size_t row = scattered ? t->index[first + i] : first + i;
                double sum = 0, magnitude = 0;
                for (size_t j = 0; j < n; j++) {
                    sum += t->H[i * n + j] * t->W[j * LD];
                    magnitude += fabs(t->H[i * n + j] * t->W[j * LD]);
                }
                status = judge(t, "gathered rows times W, and forward", row, sum, t->Z[row * LD], magnitude);
            }
        }
    return status;
}

/* Squares of a column times R, by forward of a unit vector. */
static lgd_status check_squares(trial *t)
{
    const size_t m = t->A->rows, n = t->A->cols, column = (size_t)(t->seed % n);
    const lgd_rows all = {0, m, NULL};
    memset(t->W, 0, n * LD * sizeof *t->W);
    t->W[column * LD] = 1;
    lgd_status status = forward(t, &all, 1, t->Z);
    double sum = 0.5, magnitude = 0.5;
    for (size_t j = 0; j < n; j++)
        t->H[j * LD] = 0.5;
    if (!status)
        status = lgd_matrix_call_squares(t->A, &all, 1, t->R, LD, t->H, LD);
    for (size_t i = 0; i < m; i++) {
        const double x = t->Z[i * LD];
        sum += t->R[i * LD] * x * x;
        magnitude += fabs(t->R[i * LD] * x * x);
    }
    return status ? status
                  : judge(t, "squares of a column, and of its scores", column, t->H[column * LD], sum, magnitude);
}

/* Slopes of the sweep: those of R, and Y[position] keeps the score, which was NaN until then. */
typedef struct swept {
    trial *t;
    size_t visits;
    bool twice;
} swept;

static lgd_status take_slopes(void *ctx, size_t count, const size_t *position, double *Z)
{
    swept *s = ctx;
    const lgd_matrix *A = s->t->A;
    if (count > AT_ONCE)
        return lgd_fail(LGD_EINVAL, "%s: fused: slopes are asked for of %zu rows at a time, at most %d is accepted",
                        A->ops.name, count, AT_ONCE);
    for (size_t i = 0; i < count; i++) {
        if (position[i] >= A->rows)
            return lgd_fail(LGD_EINVAL, "%s: fused: a slope is asked for of position %zu, one below %zu is accepted",
                            A->ops.name, position[i], A->rows);
        const size_t at = position[i] * LD;
        s->twice = s->twice || !isnan(s->t->Y[at]);
        s->t->Y[at] = Z[i];
        Z[i] = s->t->R[at];
    }
    s->visits += count;
    return LGD_OK;
}

/* One sweep is forward, and adjoint of the slopes, of each row once; by an index in mixed order. */
static lgd_status check_fused(trial *t)
{
    const size_t m = t->A->rows, n = t->A->cols;
    const lgd_rows mixed = {0, m, t->index};
    double *g = t->H, *w = t->H + n;
    swept s = {.t = t};
    fill(t, n * LD, t->W);
    for (size_t j = 0; j < n; j++) {
        w[j] = t->W[j * LD];
        g[j] = 0.5;
    }
    for (size_t i = 0; i < m * LD; i++)
        t->Y[i] = NAN;
    lgd_status status = lgd_matrix_call_fused(t->A, &mixed, w, take_slopes, &s, g);
    if (!status && (s.twice || s.visits != m))
        status = lgd_fail(LGD_EINVAL, "%s: fused: %zu rows of %zu are visited%s, each of them once is accepted",
                          t->A->ops.name, s.visits, m, s.twice ? ", some twice" : "");
    if (!status)
        status = forward(t, &mixed, 1, t->Z);
    if (!status)
        status = agree(t, "scores of a sweep are not those of forward", m, 1, t->Y, t->Z, NULL);
    if (!status)
        status = adjoint(t, &mixed, 1, t->R, t->G);
    for (size_t j = n; j-- > 0 && !status;) { /* as far apart as they are in G */
        t->H[j * LD] = g[j];
        t->G[j * LD] += 0.5; /* what was there */
    }
    return status ? status : agree(t, "what a sweep adds is not adjoint of its slopes", n, 1, t->H, t->G, NULL);
}

/* Of rows by the index: where their adjoint is not 0 they have a number, each column comes once, and there is no more of them than room. */
static lgd_status check_touched(trial *t)
{
    const lgd_matrix *A = t->A;
    const size_t n = A->cols, half = A->rows - A->rows / 2;
    const lgd_rows rows = {0, half, t->index};
    size_t *column = lgd_alloc("matrix check", n, sizeof *column), numbers = 0;
    bool *seen = lgd_alloc("matrix check", n, sizeof *seen);
    lgd_status status = column && seen ? adjoint(t, &rows, 1, t->R, t->G) : LGD_ENOMEM;
    const size_t count = status ? 0 : A->ops.touched(A->ctx, &rows, seen, column, n);
    if (!status && count > n)
        status = lgd_fail(LGD_EINVAL, "%s: touched gives %zu columns, at most the %zu there are is accepted",
                          A->ops.name, count, n);
    for (size_t i = 0; i < count && !status; i++) {
        if (column[i] >= n || !seen[column[i]])
            status =
                lgd_fail(LGD_EINVAL, "%s: touched gives column %zu, one below %zu that seen is true for is accepted",
                         A->ops.name, column[i], n);
        else
            seen[column[i]] = false; /* a second time it is refused */
    }
    for (size_t j = 0; j < n && !status; j++)
        if (seen[j])
            status = lgd_fail(LGD_EINVAL, "%s: touched has seen column %zu, which it does not give", A->ops.name, j);
    for (size_t i = 0; i < count && !status; i++) {
        numbers += t->G[column[i] * LD] != 0;
        t->G[column[i] * LD] = 0;
    }
    for (size_t j = 0; j < n && !status; j++)
        if (t->G[j * LD] != 0)
            status = lgd_fail(LGD_EINVAL, "%s: touched does not give column %zu, in which rows have numbers",
                              A->ops.name, j);
    if (!status && numbers && A->ops.touched(A->ctx, &rows, seen, column, numbers - 1) != SIZE_MAX)
        status = lgd_fail(LGD_EINVAL, "%s: touched with room for %zu columns gives no SIZE_MAX, there are at least %zu",
                          A->ops.name, numbers - 1, numbers);
    lgd_release(seen);
    lgd_release(column);
    return status;
}

lgd_status lgd_matrix_check(const lgd_matrix *A, uint64_t seed, double *error)
{
    if (error)
        *error = 0;
    if (!A)
        return lgd_fail(LGD_EINVAL, "matrix check: A is NULL, a matrix is accepted");
    if (A->rows == 0)
        return LGD_OK;
    size_t m = A->rows, n = A->cols, lines = lgd_mul(lgd_add(m, n), 3);
    double *block = lgd_alloc("matrix check", lgd_mul(lines, LD), sizeof *block);
    size_t *index = block ? lgd_alloc("matrix check", m, sizeof *index) : NULL;
    lgd_status status = index ? LGD_OK : LGD_ENOMEM;
    trial t = {.A = A, .seed = seed, .index = index};
    if (status)
        goto done;
    t.W = block, t.G = t.W + n * LD, t.H = t.G + n * LD;
    t.R = t.H + n * LD, t.Z = t.R + m * LD, t.Y = t.Z + m * LD;
    fill(&t, n * LD, t.W);
    fill(&t, m * LD, t.R);
    lgd_blas_hold();
    for (size_t k = 1; k <= K && !status; k += K - 1) {
        status = check_adjoint(&t, k);
        if (!status)
            status = check_rows(&t, k);
        if (!status)
            status = check_adding(&t, k);
        if (!status)
            status = check_index(&t, k);
    }
    if (!status && A->ops.moments)
        status = check_moments(&t);
    if (!status && A->ops.gather)
        status = check_gather(&t);
    if (!status && A->ops.squares)
        status = check_squares(&t);
    if (!status && lgd_matrix_is_fused(A))
        status = check_fused(&t);
    if (!status && A->ops.touched)
        status = check_touched(&t);
    lgd_blas_release();
done:
    if (error)
        *error = t.error;
    lgd_release(index);
    lgd_release(block);
    return status;
}
