/* Matrix factorisation: ratings of columns (items) by rows (users), of which few are known.
 *
 *     score(i, j) = mu + b_i + c_j + u_i . v_j,      e = score - rating
 *     f(w) = 1/(T omega) sum_t omega_t ( e_t^2/2 + l2/2 (|u_i|^2 + |v_j|^2 + b_i^2 + c_j^2) ),   i = row[t], j = col[t]
 *
 * A term is an entry: one known rating. L2 is paid by entry, so that a row is held the more the more it has rated, and that nothing
 * but what an entry touches has a gradient. Y. Koren, R. Bell, C. Volinsky, "Matrix factorization techniques for recommender
 * systems", Computer 42 (2009), equation 5.
 *
 * w [dim] is U [rows x rank], V [cols x rank], b [rows], c [cols], one after another, the last two with biases only: u_i at
 * w[i*rank], v_j at w[(rows + j)*rank], b_i at w[(rows + cols)*rank + i], c_j behind them.
 */
#ifndef LGD_FACTORIZATION_H
#define LGD_FACTORIZATION_H
#include "objective.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Options of a factorisation; rank has no default.
 *   rank       numbers that stand for a row, and for a column, at least 1
 *   l2         strength >= 0, by entry [0]
 *   biases     a bias of each row and each column beside mu
 *   mean       mu [0 or LGD_AUTO: the weighted mean of the ratings; LGD_ZERO: 0]
 *   low, high  legal range of a rating, low < high; predictions are clamped to it [both 0: any finite rating]
 *   weights    [count] >= 0, borrowed; NULL: all 1. An entry of weight 0 has no part in f, and stays a term */
typedef struct lgd_factorization_options {
    size_t rank;
    double l2;
    bool biases;
    double mean, low, high;
    const double *weights;
} lgd_factorization_options;

/* A factorisation as an objective: rating[t] is that of the column col[t] by the row row[t], t < count, in any order; the three
 * arrays [count] are borrowed. The same place may be there more than once, each is a term. For all methods, also of batches; with
 * batch_size 1, sgd, and none of what needs all of w at each step a run costs what the entries touch (`descend`). The start must not
 * be 0, where all of U and V has gradient 0: see lgd_factorization_initialise.
 * LGD_EINVAL for NULL, rank, rows, cols or count 0, l2 < 0, the first index, rating or weight that is not legal, by entry, and
 * weights that are all 0; LGD_ERANGE for more numbers than an address can reach.
 * An evaluation of one entry costs 4 rank flops, 4 rank more with g, and reads some 16 rank bytes, with g twice. */
LGD_API lgd_status lgd_factorization_create_sized(lgd_objective **out, size_t rows, size_t cols, size_t count,
                                                  const size_t *row, const size_t *col, const double *rating,
                                                  const lgd_factorization_options *options, size_t options_size);
static inline lgd_status lgd_factorization_create(lgd_objective **out, size_t rows, size_t cols, size_t count,
                                                  const size_t *row, const size_t *col, const double *rating,
                                                  const lgd_factorization_options *options)
{
    return lgd_factorization_create_sized(out, rows, cols, count, row, col, rating, options, sizeof *options);
}

/* The same of sparse rows: the entries are the numbers that they have, row by row, also those that are 0; weights are in their order. Rows,
 * columns and ratings are copied, 24 bytes each. Errors as lgd_matrix_csr and above. */
LGD_API lgd_status lgd_factorization_csr_sized(lgd_objective **out, const lgd_csr *ratings, size_t ratings_size,
                                               const lgd_factorization_options *options, size_t options_size);
static inline lgd_status lgd_factorization_csr(lgd_objective **out, const lgd_csr *ratings,
                                               const lgd_factorization_options *options)
{
    return lgd_factorization_csr_sized(out, ratings, sizeof *ratings, options, sizeof *options);
}

/* What a factorisation is made of, and where in w.
 *   rows, cols, rank  its shape
 *   mean              mu
 *   V                 the first number of V in w; that of U is 0
 *   row_bias          the first of b, of `rows` numbers; dim without biases
 *   col_bias          the first of c, of `cols` numbers; dim without biases */
typedef struct lgd_factors {
    size_t rows, cols, rank;
    double mean;
    size_t V, row_bias, col_bias;
} lgd_factors;
LGD_API lgd_status lgd_factorization_factors_sized(lgd_objective *f, lgd_factors *factors, size_t factors_size);
static inline lgd_status lgd_factorization_factors(lgd_objective *f, lgd_factors *factors)
{
    return lgd_factorization_factors_sized(f, factors, sizeof *factors);
}

/* A start: numbers of U and V uniform with mean 0 and deviation `scale`, as functions of seed and place alone; biases 0. scale 0: the
 * one at which u.v has a tenth of the deviation of the ratings. At w = 0 the gradient of U is e V = 0 and that of V is e U = 0: a
 * saddle, which no method leaves. LGD_EINVAL for NULL, a scale below 0 or not finite, an objective that is no factorisation. */
LGD_API lgd_status lgd_factorization_initialise(lgd_objective *f, double scale, uint64_t seed, double *w);

/* out[t] = score(row[t], col[t]) at w[dim] for t < count, clamped to [low, high] where the options say so; any place, rated or not.
 * LGD_EINVAL for NULL, and the first index out of range, by its place. */
LGD_API lgd_status lgd_factorization_predict(lgd_objective *f, const double *w, size_t count, const size_t *row,
                                             const size_t *col, double *out);

/* The k columns of largest score for a row, largest first, equal scores by column: col[k], and score[k] (may be NULL), which is not
 * clamped, since that would make scores equal. With `unseen` columns that the row has an entry of are left out. *found receives
 * how many there are, which is less than k where no more columns are left.
 * One pass over V: 2 cols rank flops. The first call with `unseen` sorts the entries by row, (rows + count) numbers that are kept.
 * LGD_EINVAL for NULL, a row out of range, k 0, and a score that is not finite. */
LGD_API lgd_status lgd_factorization_top(lgd_objective *f, const double *w, size_t row, size_t k, bool unseen,
                                         size_t *col, double *score, size_t *found);

#ifdef __cplusplus
}
#endif
#endif
