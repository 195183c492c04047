/* The orders in which an epoch visits the rows: functions of (seed, epoch), the options and the number of rows alone.
 *
 * How noisy a batch is. Rows stored beside each other may be alike: let rho be the correlation of the gradients of two rows of one
 * block, by which the mean over a block of b rows has the variance sigma^2 (1 + (b-1) rho)/b, sigma^2 being that of one row. A window
 * takes W = b K rows, K blocks out of m/b at random, and their mean has the variance
 *
 *     V_W = sigma^2 (1 + (b-1) rho)/W (m-W)/(m-b),
 *
 * which sigma^2 - V_W is left of within it. B <= W of its rows, without replacement, have the mean of the window and a noise of their
 * own: V = V_W + (sigma^2 - V_W) (W-B)/(B (W-1)). Over that of a full permutation, sigma^2/B (m-B)/(m-1), this is
 *
 *     (m-1)/(m-B) [1 + (B-1)/(W-1) ((1 + (b-1) rho) (m-W)/(m-b) - 1)],    of many rows nearly 1 + (B-1) (b-1) rho/(W-1).
 *
 * Blocks in random order are q = min(b, B) neighbours drawn at once, eight of them in step q = min(b, B/8): the ratio is
 * (1 + (q-1) rho) (m-1)/(m-q). At rho = 1, the worst that any way of storing rows can do, the preset of a window makes it 1.1.
 * W. Cochran, "Sampling Techniques" (1977), sections 9.4 and 10.3: clusters, and samples in two stages. */
#include "matrix/rows.h"
#include "run.h"
#include <math.h>
#include <string.h>

enum { BLOCK_ROWS = 64, IN_STEP = 8, LEAST_ROWS = 64 };
static const double MOST_NOISE = 1.1;

static const char *const words[] = {"shuffle", "sequential", "replacement", "blocks", "interleaved", "window"};

static bool has_blocks(lgd_order order)
{
    return order == LGD_BLOCKS || order == LGD_INTERLEAVED || order == LGD_WINDOW;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many of `each` it takes for so many rows. */
static size_t parts(size_t rows, size_t each)
{
    return rows / each + (rows % each != 0);
}

size_t lgd_order_block(const lgd_minimize_options *o, size_t terms)
{
    return o->block_rows ? o->block_rows : least(BLOCK_ROWS, terms);
}

/* The W at which the ratio at rho = 1 is MOST_NOISE: it is linear in W once multiplied by W - 1. Steps on fewer rows than LEAST_ROWS are
 * taken together, so that one after another is not of a single block. */
static size_t preset_window(size_t terms, size_t block, size_t batch)
{
    const double m = (double)terms, b = (double)block, B = fmax((double)batch, LEAST_ROWS);
    if (block == 1 || block == terms || B >= m)
        return block == 1 ? 1 : terms;
    const double over = MOST_NOISE * (m - B) / (m - 1) - 1, slope = (B - 1) * b / (m - b);
    const double window = ceil((slope * m - (B - 1) + over) / (slope + over));
    return window < m ? (size_t)fmax(window, fmax(b, B)) : terms;
}

/* Into how many windows the blocks are divided, as equally as can be. */
static size_t windows(const lgd_minimize_options *o, size_t batch, size_t terms)
{
    const size_t block = lgd_order_block(o, terms), window = o->window ? o->window : preset_window(terms, block, batch);
    const size_t whole = parts(terms, block) / parts(window, block);
    return whole ? whole : 1;
}

size_t lgd_order_window(const lgd_minimize_options *o, size_t batch, size_t terms)
{
    return least(parts(parts(terms, lgd_order_block(o, terms)), windows(o, batch, terms)) * lgd_order_block(o, terms),
                 terms);
}

double lgd_order_noise(const lgd_minimize_options *o, size_t batch, size_t rows, size_t terms, double rho)
{
    if (!has_blocks(o->order) || rows >= terms)
        return 1;
    const size_t block = lgd_order_block(o, terms), drawn = o->order == LGD_INTERLEAVED ? parts(rows, IN_STEP) : rows;
    const double m = (double)terms, B = (double)rows, q = (double)least(block, drawn);
    const double W = m / (double)windows(o, batch, terms);
    if (o->order != LGD_WINDOW || B > W)
        return q < m ? (1 + (q - 1) * rho) * (m - 1) / (m - q) : 1;
    const double between = W < m ? (1 + ((double)block - 1) * rho) * (m - W) / (m - (double)block) : 0;
    return (m - 1) / (m - B) * (B > 1 ? 1 + (B - 1) / (W - 1) * (between - 1) : 1);
}

static lgd_status check_block_rows(const lgd_minimize_options *o, size_t terms)
{
    lgd_status status = lgd_check_size("minimize", "block_rows", o->block_rows, true);
    if (!status)
        status = lgd_check_size("minimize", "window", o->window, true);
    if (status)
        return status;
    if (o->block_rows && !has_blocks(o->order))
        return lgd_fail(LGD_EINVAL,
                        "minimize: block_rows is %zu with order %s, it is accepted with blocks, interleaved and window",
                        o->block_rows, words[o->order]);
    if (o->window && o->order != LGD_WINDOW)
        return lgd_fail(LGD_EINVAL, "minimize: window is %zu with order %s, it is accepted with window", o->window,
                        words[o->order]);
    if (o->block_rows > terms)
        return lgd_fail(LGD_EINVAL, "minimize: block_rows is %zu, at most the %zu rows there are is accepted (0: %zu)",
                        o->block_rows, terms, least(BLOCK_ROWS, terms));
    if (o->window && (o->window > terms || o->window < lgd_order_block(o, terms)))
        return lgd_fail(LGD_EINVAL,
                        "minimize: window is %zu, at least the %zu rows of a block and at most the %zu there are is "
                        "accepted (0: by batch_size)",
                        o->window, lgd_order_block(o, terms), terms);
    return LGD_OK;
}

lgd_status lgd_order_check(const lgd_minimize_options *o, size_t terms)
{
    if ((unsigned)o->order > LGD_WINDOW)
        return lgd_fail(LGD_EINVAL, "minimize: order is %d, 0 (LGD_SHUFFLE) to %d is accepted", (int)o->order,
                        LGD_WINDOW);
    if ((unsigned)o->last > LGD_LAST_DROP)
        return lgd_fail(LGD_EINVAL, "minimize: last is %d, 0 (LGD_LAST_DIVIDE) to %d is accepted", (int)o->last,
                        LGD_LAST_DROP);
    const lgd_status status = check_block_rows(o, terms);
    if (!status && o->norm_test > 0 && (o->order == LGD_BLOCKS || o->order == LGD_INTERLEAVED))
        return lgd_fail(LGD_EUNSUPPORTED,
                        "minimize: norm_test is %g with order %s, 0 is accepted: its first rows are of few blocks, and "
                        "do not tell the noise of all",
                        o->norm_test, words[o->order]);
    if (!status && o->norm_test > 0 && o->window && windows(o, o->batch_size, terms) > 1)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "minimize: norm_test is %g with window %zu, 0 is accepted: windows that do not grow with the "
                        "batches leave the first rows in few blocks, which do not tell the noise of all",
                        o->norm_test, o->window);
    return status;
}

size_t lgd_order_room(const lgd_minimize_options *o, size_t terms)
{
    if (!o->batch_size || o->order == LGD_SEQUENTIAL)
        return 0;
    if (has_blocks(o->order))
        return lgd_add(terms, parts(terms, lgd_order_block(o, terms)));
    return lgd_add(terms, o->norm_test > 0 ? terms : o->batch_size); /* with replacement the last batch is full */
}

/* ---- drawing */

/* Blocks, in the given order, into index; how many rows they have. */
static size_t lay_out(size_t count, const size_t *block, size_t each, size_t terms, size_t *index)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t end = least(block[i] * each + each, terms);
        for (size_t row = block[i] * each; row < end; row++)
            index[at++] = row;
    }
    return at;
}

/* A group of blocks walked through in step; only the last block of all may be a short one. */
static size_t walk_in_step(size_t count, const size_t *block, size_t each, size_t terms, size_t *index)
{
    size_t at = 0;
    for (size_t i = 0; i < each; i++)
        for (size_t k = 0; k < count; k++)
            if (block[k] * each + i < terms)
                index[at++] = block[k] * each + i;
    return at;
}

static void draw_blocks(const lgd_minimize_options *o, size_t batch, uint64_t epoch, size_t terms, size_t *index)
{
    const size_t each = lgd_order_block(o, terms), count = parts(terms, each), cuts = windows(o, batch, terms);
    size_t *block = index + terms, at = 0;
    if (o->order == LGD_WINDOW && cuts == 1) {
        lgd_permutation(o->seed, epoch, terms, index);
        return;
    }
    for (size_t i = 0; i < count; i++)
        block[i] = i;
    lgd_shuffle(o->seed, LGD_STREAM_BLOCKS, epoch, 0, count, block);
    if (o->order == LGD_BLOCKS)
        lay_out(count, block, each, terms, index);
    for (size_t i = 0; o->order == LGD_INTERLEAVED && i < count; i += IN_STEP)
        at += walk_in_step(least(IN_STEP, count - i), block + i, each, terms, index + at);
    for (size_t i = 0, first = 0; o->order == LGD_WINDOW && i < cuts;
         i++) { /* the first ones have the blocks left over */
        const size_t taken = count / cuts + (i < count % cuts);
        const size_t rows = lay_out(taken, block + first, each, terms, index + at);
        lgd_shuffle(o->seed, LGD_STREAM_ORDER, epoch, at, rows, index + at);
        first += taken;
        at += rows;
    }
}

/* Sweeps over the rows of a batch visit them by eighths of blocks (matrix/rows.h). Within a batch, rows that are walked in step are laid
 * down so that a sweep comes by them in step. */
static void lay_for_sweeps(size_t batch, size_t count, size_t *index)
{
    size_t walked[512];
    for (size_t first = 0; first < count; first += batch) {
        const size_t rows = least(batch, count - first);
        for (size_t i = 0, begin = 0; i < rows && lgd_rows_block(1, rows, i, &begin); i = begin) {
            const size_t size = (size_t)1 << lgd_rows_block(1, rows, i, &begin);
            memcpy(walked, index + first + begin, size * sizeof *walked);
            for (size_t v = 0; v < size; v++)
                index[first + lgd_rows_visited(1, rows, begin + v)] = walked[v];
            begin += size;
        }
    }
}

size_t lgd_order_draw(const lgd_minimize_options *o, size_t batch, uint64_t epoch, size_t terms, size_t *index)
{
    if (has_blocks(o->order))
        draw_blocks(o, batch, epoch, terms, index);
    if (o->order == LGD_INTERLEAVED)
        lay_for_sweeps(batch, terms, index);
    if (o->order == LGD_SHUFFLE)
        lgd_permutation(o->seed, epoch, terms, index);
    if (o->order != LGD_REPLACEMENT)
        return terms;
    const size_t draws = parts(terms, batch) * batch;
    for (size_t i = 0; i < draws; i++)
        index[i] = lgd_random_below(lgd_random(o->seed, LGD_STREAM_DRAW, epoch, i), terms);
    return draws;
}

lgd_status lgd_minimize_order_sized(const lgd_minimize_options *options, size_t options_size, uint64_t epoch,
                                    size_t rows, size_t *index, size_t *draws)
{
    lgd_minimize_options o;
    lgd_status status = lgd_take_struct("minimize options", &o, sizeof o, options, options_size);
    if (!status && (!index || !draws))
        status = lgd_fail(LGD_EINVAL, "order: %s is NULL, %s is accepted", index ? "draws" : "index",
                          index ? "a place for their number" : "room for the rows of an epoch");
    if (!status)
        status = lgd_check_size("order", "rows", rows, false);
    if (!status && o.batch_size > rows)
        status = lgd_fail(LGD_EINVAL, "order: batch_size is %zu, at most the %zu rows there are is accepted (0: all)",
                          o.batch_size, rows);
    if (!status)
        status = lgd_order_check(&o, rows);
    if (status)
        return status;
    const size_t room = lgd_order_room(&o, rows);
    size_t *drawn = room ? lgd_alloc("order", room, sizeof *drawn) : NULL, all = rows;
    if (room && !drawn)
        return LGD_ENOMEM;
    if (drawn)
        all = lgd_order_draw(&o, o.batch_size, epoch, rows, drawn);
    for (size_t i = 0; i < all; i++)
        index[i] = drawn ? drawn[i] : i;
    *draws = o.batch_size && o.last == LGD_LAST_DROP ? all - all % o.batch_size : all;
    lgd_release(drawn);
    return LGD_OK;
}
