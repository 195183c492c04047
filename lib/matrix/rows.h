/* Products of a matrix by rows with one vector, by loops of the library's own.
 *
 * What is promised, whatever the width of the machine's registers:
 *   score    z = sum_j x_j w_j by eight lanes, lane l having the columns j = l mod 8 in their order, each product rounded before it is
 *            added, and lgd_lanes at the end
 *   update   g_j += r_i x_ij for one row after another, in the order in which rows are visited, the product rounded
 * so that the bits of a score depend on its row alone, and those of an update on the order of the rows alone.
 *
 * That order follows the count of the rows, and how long they are: blocks of b positions, see lgd_rows_block, are visited by their eighths
 *     c, c + b/8, .., c + 7 b/8, c + 1, c + b/8 + 1, ..
 * since memory reads eight distant streams half as fast again as one; fewer than 16 rows are visited in order. Rows go through by panels that fit
 * the first-level cache, and the next panel is asked for meanwhile: its first half while this one is scored, its second in the update. */
#ifndef LGD_ROWS_H
#define LGD_ROWS_H
#include "matrix/matrix.h"

/* Loops for one width of registers and one storage of rows, double or single. next[r] may be any address: its cache lines are asked for.
 *   scores  z[r] = score of row[r]; of next the first half is asked for, or with `whole` all of it
 *   update  g += slope[r] row[r] for r = 0, 1, ..; of next the second half
 *   step    w_j -= lr (slope x_j / by + l2 w_j); likewise */
typedef struct lgd_row_kernels {
    const char *name;
    bool single; /* rows of floats */
    void (*scores)(size_t n, size_t count, const void *const *row, const void *const *next, const double *w, bool whole,
                   double *z);
    void (*update)(size_t n, size_t count, const void *const *row, const void *const *next, const double *slope,
                   double *g);
    void (*step)(size_t n, const void *row, const void *next, double slope, const lgd_row_step *step, double *w);
} lgd_row_kernels;

/* The widest that this machine runs; the i-th of those it runs, from the plainest, NULL beyond the last. */
const lgd_row_kernels *lgd_row_kernels_best(bool single);
const lgd_row_kernels *lgd_row_kernels_at(size_t i, bool single);

/* Rows in memory, `stride` bytes apart. */
typedef struct lgd_row_storage {
    const char *data;
    size_t rows, cols, stride;
    const lgd_row_kernels *kernels;
} lgd_row_storage;

enum { LGD_ROWS_MOST = 64 }; /* rows that go through at a time, at most */

/* Of `count` rows the block that the i-th visit is in: its first position, and the power of 2 of its rows; 0: in order. Blocks are as long
 * as can be, up to 512 rows, or where rows are of more than a page and streams of their own up to 64; the last of them are the powers of
 * two of what is left, down to 16. */
static inline unsigned lgd_rows_block(size_t cols, size_t count, size_t i, size_t *first)
{
    unsigned power = cols < 512 ? 9 : 6;
    size_t at = i >> power << power;
    if ((count - at) >> power) {
        *first = at;
        return power;
    }
    for (const size_t left = count - at; power-- > 4;) {
        const size_t size = (size_t)1 << power;
        if (!(left & size))
            continue;
        if (i - at < size) {
            *first = at;
            return power;
        }
        at += size;
    }
    return 0;
}

/* The position that is visited as the i-th of `count`. */
static inline size_t lgd_rows_visited(size_t cols, size_t count, size_t i)
{
    size_t first = 0;
    const unsigned power = lgd_rows_block(cols, count, i, &first);
    const size_t within = i - first;
    return power ? first + ((within & 7) << (power - 3)) + (within >> 3) : i;
}

/* The positions of a set of `rows` that are visited as the `first`-th and after it, `count` of them; behind the last of the set those of
 * one like it, as far as the `known` numbers go that may be read, those of the set included: of two sets at most. */
void lgd_rows_positions(size_t cols, size_t rows, size_t known, size_t first, size_t count, size_t *position);

/* How many rows may be asked for, from the first of the set on, where `stored` there are. */
size_t lgd_rows_reach(const lgd_rows *rows, size_t stored);

/* Rows that fit the first-level cache together with those of the next panel; of long ones fewer, that fit the second-level cache. */
size_t lgd_rows_panel(size_t cols);

/* The ops of a matrix for one output. */
void lgd_rows_forward(const lgd_row_storage *s, const lgd_rows *rows, const double *w, double *Z, size_t ldz);
void lgd_rows_adjoint(const lgd_row_storage *s, const lgd_rows *rows, const double *R, size_t ldr, double *g);
lgd_status lgd_rows_fused(const lgd_row_storage *s, const lgd_rows *rows, const double *w, lgd_slopes slopes,
                          void *slopes_ctx, double *g);
lgd_status lgd_rows_descend(const lgd_row_storage *s, const lgd_rows *rows, const lgd_row_step *step, lgd_slopes slopes,
                            void *slopes_ctx, double *w);

/* For k of them, each output a sum of its own: columns in their order in the first, rows in theirs in the second. */
void lgd_rows_forward_several(const lgd_row_storage *s, const lgd_rows *rows, size_t k, const double *W, size_t ldw,
                              double *Z, size_t ldz);
void lgd_rows_adjoint_several(const lgd_row_storage *s, const lgd_rows *rows, size_t k, const double *R, size_t ldr,
                              double *G, size_t ldg);

#endif
